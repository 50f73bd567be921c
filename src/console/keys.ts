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

/**
 * One event of Ink's as keys. A terminal without bracketed paste, or a fast typist, delivers several characters at
 * once; a carriage return among them is the Enter key.
 */
export function keysOf(input: string, key: InkKey): Key[] {
  const name = nameOf(input, key);
  if (name !== 'text' || key.ctrl || key.meta || !input.includes('\r')) {
    return [{ name, text: name === 'text' ? input : '', ctrl: key.ctrl, meta: key.meta }];
  }
  return input
    .split(/(\r)/)
    .filter((part) => part !== '')
    .map((part) => (part === '\r' ? namedKey('return') : textKey(part)));
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
