/**
 * Keys as the rest of the console knows them, made from what Ink delivers, and the table that gives keys of the input
 * line their meaning. Nothing here knows what state the console is in.
 */
import type { Key as InkKey } from 'ink';
import type { EditorAction } from './editor.js';

export type KeyName =
  | 'text'
  | 'return'
  | 'newline'
  | 'escape'
  | 'tab'
  | 'backspace'
  | 'delete'
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'other';

export interface Key {
  name: KeyName;
  /** For `text`: what was typed; often one character, more where the terminal sent several at once. */
  text: string;
  ctrl: boolean;
  meta: boolean;
}

export function textKey(text: string): Key {
  return { name: 'text', text, ctrl: false, meta: false };
}

export function namedKey(name: KeyName): Key {
  return { name, text: '', ctrl: false, meta: false };
}

function nameOf(input: string, key: InkKey): KeyName {
  if (key.return) return key.shift || key.meta ? 'newline' : 'return';
  if (input === '\n') return 'newline';
  if (key.escape) return 'escape';
  if (key.tab) return 'tab';
  if (key.backspace) return 'backspace';
  if (key.delete) return 'delete';
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.leftArrow) return 'left';
  if (key.rightArrow) return 'right';
  if (key.home) return 'home';
  if (key.end) return 'end';
  return input === '' ? 'other' : 'text';
}

const CONTROL_KEYS: Record<string, Key> = {
  '\r': namedKey('return'),
  '\n': namedKey('newline'),
  '\t': namedKey('tab'),
  '\u0008': namedKey('backspace'),
  '\u007f': namedKey('backspace'),
  '\u0003': { name: 'text', text: 'c', ctrl: true, meta: false },
  '\u0004': { name: 'text', text: 'd', ctrl: true, meta: false },
};

/**
 * One event of Ink's as keys. A terminal without bracketed paste, or a fast typist, delivers several characters at
 * once; the control characters among them are keys of their own.
 */
export function keysOf(input: string, key: InkKey): Key[] {
  const name = nameOf(input, key);
  if (name !== 'text' || key.ctrl || key.meta || input.length === 1) {
    return [{ name, text: name === 'text' ? input : '', ctrl: key.ctrl, meta: key.meta }];
  }
  return input
    .split(/([\r\n\t\u0003\u0004\u0008\u007f])/)
    .filter((part) => part !== '')
    .map((part) => CONTROL_KEYS[part] ?? textKey(part));
}

const WITH_CTRL: Record<string, EditorAction> = {
  a: { do: 'home' },
  b: { do: 'left' },
  e: { do: 'end' },
  f: { do: 'right' },
  h: { do: 'backspace' },
  k: { do: 'delete-to-end' },
  n: { do: 'down' },
  p: { do: 'up' },
  u: { do: 'delete-to-start' },
  w: { do: 'delete-word' },
};

const WITH_META: Record<string, EditorAction> = { b: { do: 'word-left' }, f: { do: 'word-right' } };

/** What a key does to an input line; null for keys that mean something else. */
export function editorAction(key: Key): EditorAction | null {
  switch (key.name) {
    case 'text':
      if (key.ctrl) return WITH_CTRL[key.text] ?? null;
      if (key.meta) return WITH_META[key.text] ?? null;
      return { do: 'insert', text: key.text };
    case 'newline':
      return { do: 'insert', text: '\n' };
    case 'backspace':
      return { do: key.meta || key.ctrl ? 'delete-word' : 'backspace' };
    case 'left':
      return { do: key.meta || key.ctrl ? 'word-left' : 'left' };
    case 'right':
      return { do: key.meta || key.ctrl ? 'word-right' : 'right' };
    case 'delete':
    case 'up':
    case 'down':
    case 'home':
    case 'end':
      return { do: key.name };
    default:
      return null;
  }
}
