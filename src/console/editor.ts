/**
 * The input line as data and one pure reducer: what is typed, where the cursor stands, what was typed before. Knows
 * nothing of terminals. Positions count UTF-16 units and always lie between graphemes.
 */
import { clean, graphemes } from './text.js';

export interface Editor {
  text: string;
  cursor: number;
  /** Pasted texts shown as a placeholder; the full text goes in when the line is submitted. */
  pastes: readonly { placeholder: string; text: string }[];
  /** Earlier lines, oldest first. */
  history: readonly string[];
  /** Which earlier line is shown; null for the draft. */
  browsing: number | null;
  /** What was being typed when browsing began. */
  draft: string;
}

export type EditorAction =
  | { do: 'insert'; text: string }
  | { do: 'paste'; text: string }
  | { do: 'backspace' | 'delete' | 'delete-word' | 'delete-to-start' | 'delete-to-end' }
  | { do: 'left' | 'right' | 'word-left' | 'word-right' | 'home' | 'end' }
  | { do: 'up' | 'down' }
  | { do: 'set'; text: string }
  | { do: 'clear' };

const HISTORY_LIMIT = 500;
const PASTE_LINES = 4;
const PASTE_CHARACTERS = 800;

export function newEditor(text = '', history: readonly string[] = []): Editor {
  return { text, cursor: text.length, pastes: [], history, browsing: null, draft: '' };
}

/** The text with pasted texts in place of their placeholders. */
export function fullText(editor: Editor): string {
  return editor.pastes.reduce((text, paste) => text.replace(paste.placeholder, () => paste.text), editor.text);
}

/** An empty line again, with what was typed remembered unless it repeats the line before. */
export function submitted(editor: Editor): Editor {
  const text = fullText(editor).trim();
  const history = text === '' || editor.history.at(-1) === text ? editor.history : [...editor.history, text];
  return newEditor('', history.slice(-HISTORY_LIMIT));
}

export function edit(editor: Editor, action: EditorAction): Editor {
  const { text, cursor } = editor;
  switch (action.do) {
    case 'insert':
      return replace(editor, cursor, cursor, clean(action.text));
    case 'paste':
      return paste(editor, clean(action.text).replace(/\n+$/, ''));
    case 'backspace':
      return replace(editor, before(editor), cursor, '');
    case 'delete':
      return replace(editor, cursor, after(editor), '');
    case 'delete-word':
      return replace(editor, wordStart(text, cursor), cursor, '');
    case 'delete-to-start':
      return replace(editor, lineStart(text, cursor), cursor, '');
    case 'delete-to-end':
      return replace(editor, cursor, lineEnd(text, cursor), '');
    case 'left':
      return { ...editor, cursor: before(editor) };
    case 'right':
      return { ...editor, cursor: after(editor) };
    case 'word-left':
      return { ...editor, cursor: wordStart(text, cursor) };
    case 'word-right':
      return { ...editor, cursor: wordEnd(text, cursor) };
    case 'home':
      return { ...editor, cursor: lineStart(text, cursor) };
    case 'end':
      return { ...editor, cursor: lineEnd(text, cursor) };
    case 'up':
      return lineStart(text, cursor) > 0 ? { ...editor, cursor: rowAbove(text, cursor) } : older(editor);
    case 'down':
      return lineEnd(text, cursor) < text.length ? { ...editor, cursor: rowBelow(text, cursor) } : newer(editor);
    case 'set':
      return { ...editor, text: action.text, cursor: action.text.length, browsing: null };
    case 'clear':
      return newEditor('', editor.history);
  }
}

function replace(editor: Editor, from: number, to: number, by: string): Editor {
  const text = editor.text.slice(0, from) + by + editor.text.slice(to);
  return { ...editor, text, cursor: from + by.length, browsing: null };
}

function paste(editor: Editor, text: string): Editor {
  const lines = text.split('\n').length;
  if (lines < PASTE_LINES && text.length < PASTE_CHARACTERS) return replace(editor, editor.cursor, editor.cursor, text);
  const what = lines > 1 ? `${lines} lines` : `${text.length} characters`;
  const placeholder = `[paste ${editor.pastes.length + 1}: ${what}]`;
  const next = replace(editor, editor.cursor, editor.cursor, placeholder);
  return { ...next, pastes: [...editor.pastes, { placeholder, text }] };
}

/** The placeholder that ends or starts at a position: it is moved over and deleted as one character. */
function placeholderAt(editor: Editor, at: number, side: 'ends' | 'starts'): string | undefined {
  return editor.pastes
    .map((paste) => paste.placeholder)
    .find((text) =>
      side === 'ends' ? editor.text.slice(0, at).endsWith(text) : editor.text.slice(at).startsWith(text),
    );
}

function before(editor: Editor): number {
  const placeholder = placeholderAt(editor, editor.cursor, 'ends');
  const last = placeholder ?? graphemes(editor.text.slice(0, editor.cursor)).at(-1) ?? '';
  return editor.cursor - last.length;
}

function after(editor: Editor): number {
  const placeholder = placeholderAt(editor, editor.cursor, 'starts');
  const next = placeholder ?? graphemes(editor.text.slice(editor.cursor))[0] ?? '';
  return editor.cursor + next.length;
}

/** The start of the word that ends before the cursor; what stands between the two counts to it. */
function wordStart(text: string, cursor: number): number {
  const rest = text.slice(0, cursor).replace(/[^\p{L}\p{N}_]+$/u, '');
  return rest.replace(/[\p{L}\p{N}_]+$/u, '').length;
}

function wordEnd(text: string, cursor: number): number {
  return cursor + (/^[^\p{L}\p{N}_]*[\p{L}\p{N}_]*/u.exec(text.slice(cursor))?.[0].length ?? 0);
}

function lineStart(text: string, cursor: number): number {
  return text.lastIndexOf('\n', cursor - 1) + 1;
}

function lineEnd(text: string, cursor: number): number {
  const at = text.indexOf('\n', cursor);
  return at < 0 ? text.length : at;
}

function rowAbove(text: string, cursor: number): number {
  const start = lineStart(text, cursor);
  const above = lineStart(text, start - 1);
  return Math.min(above + (cursor - start), start - 1);
}

function rowBelow(text: string, cursor: number): number {
  const below = lineEnd(text, cursor) + 1;
  return Math.min(below + (cursor - lineStart(text, cursor)), lineEnd(text, below));
}

function older(editor: Editor): Editor {
  const at = (editor.browsing ?? editor.history.length) - 1;
  const text = editor.history[at];
  if (text === undefined) return editor;
  const draft = editor.browsing === null ? editor.text : editor.draft;
  return { ...editor, text, cursor: text.length, browsing: at, draft };
}

function newer(editor: Editor): Editor {
  if (editor.browsing === null) return editor;
  const at = editor.browsing + 1;
  const text = editor.history[at] ?? editor.draft;
  return { ...editor, text, cursor: text.length, browsing: at < editor.history.length ? at : null };
}
