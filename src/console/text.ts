/**
 * Text for a terminal as data: lines of styled spans, measured in columns. Pure. Nothing here writes escape codes (see
 * paint.ts), and nothing from outside may become a span before `clean` has been over it.
 */
import stringWidth from 'string-width';

/** Named by meaning; paint.ts maps them to the terminal's own sixteen colours, so that a user's theme holds. */
export type Color = 'accent' | 'good' | 'warn' | 'bad' | 'code' | 'literal' | 'keyword';

export interface Style {
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  strike?: boolean;
  color?: Color;
}

export interface Span {
  text: string;
  style?: Style;
}

/** One row of the screen. Its text holds no line breaks and no control characters. */
export type Line = readonly Span[];

export const span = (text: string, style?: Style): Span => (style ? { text, style } : { text });
export const line = (text: string, style?: Style): Line => [span(text, style)];
export const dim = (text: string): Span => ({ text, style: { dim: true } });
export const bold = (text: string): Span => ({ text, style: { bold: true } });
export const tinted = (text: string, color: Color): Span => ({ text, style: { color } });
export const EMPTY: Line = [];

// CSI, OSC/DCS/PM/APC/SOS with their terminators, and two-character escapes; ECMA-48 sections 5.3 to 5.6.
const ESCAPES =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
// Bidirectional controls, invisible characters, tag characters: they make a text look like another one.
const DECEPTIVE =
  /\u034f|[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

/**
 * Makes text from outside safe to show: escape sequences and control characters are removed, tabs become spaces, and
 * characters that are invisible or reorder text become a visible `\ufffd`, so that a forged name looks forged.
 * Line feeds stay.
 */
export function clean(text: string): string {
  return text
    .replace(ESCAPES, '')
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '  ')
    .replace(CONTROLS, '')
    .replace(DECEPTIVE, '\ufffd');
}

/** The same on one line: every run of white space becomes one space. */
export function cleanLine(text: string): string {
  return clean(text.replace(/[\u2028\u2029]/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

const PLAIN = /^[ -~]*$/;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What a person takes for one character. */
export function graphemes(text: string): string[] {
  return PLAIN.test(text) ? text.split('') : Array.from(segmenter.segment(text), (part) => part.segment);
}

/** Columns that a text takes on the screen: the sum over its characters, so that parts always add up to the whole. */
export function width(text: string): number {
  if (PLAIN.test(text)) return text.length;
  return graphemes(text).reduce((sum, grapheme) => sum + stringWidth(grapheme), 0);
}

export function lineWidth(spans: Line): number {
  return spans.reduce((sum, part) => sum + width(part.text), 0);
}

export function plain(spans: Line): string {
  return spans.map((part) => part.text).join('');
}

/** Cuts to `columns`, ending in an ellipsis where something was cut. */
export function cut(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (width(text) <= columns) return text;
  let used = 0;
  let kept = '';
  for (const grapheme of graphemes(text)) {
    used += width(grapheme);
    if (used > columns - 1) break;
    kept += grapheme;
  }
  return `${kept}…`;
}

export function cutLine(spans: Line, columns: number): Line {
  if (lineWidth(spans) <= columns) return spans;
  const kept: Span[] = [];
  let room = columns;
  for (const part of spans) {
    const wide = width(part.text);
    if (wide >= room) {
      // Keeps one column for the ellipsis even where this span would just fit.
      kept.push({ ...part, text: wide === room ? cut(`${part.text} `, room) : cut(part.text, room) });
      break;
    }
    kept.push(part);
    room -= wide;
  }
  return kept;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

interface Cell {
  text: string;
  wide: number;
  style: Style | undefined;
}

function cellsOf(spans: Line): Cell[] {
  return spans.flatMap((part) => graphemes(part.text).map((text) => ({ text, wide: width(text), style: part.style })));
}

function spansOf(cells: Cell[]): Line {
  const spans: Span[] = [];
  let run = '';
  let style: Style | undefined;
  for (const cell of cells) {
    if (run !== '' && cell.style !== style) {
      spans.push(span(run, style));
      run = '';
    }
    style = cell.style;
    run += cell.text;
  }
  if (run !== '') spans.push(span(run, style));
  return spans;
}

/** Where a row that ends before `end` may be broken: after the last space, or between wide characters; else at `end`. */
function breakBefore(row: Cell[], next: Cell): number {
  if (next.text === ' ') return row.length;
  if (next.wide === 2 && row.at(-1)?.wide === 2) return row.length;
  for (let at = row.length; at > 0; at -= 1) {
    const cell = row[at - 1];
    if (cell?.text === ' ') return at;
    if (cell?.wide === 2 && at < row.length) return at;
  }
  return row.length;
}

/** Breaks a line into rows of at most `columns`, at spaces where there are any. A line without text is one row. */
export function wrap(spans: Line, columns: number): Line[] {
  const limit = Math.max(2, columns);
  if (lineWidth(spans) <= limit) return [spans];
  const rows: Line[] = [];
  let row: Cell[] = [];
  let used = 0;
  for (const cell of cellsOf(spans)) {
    // More than once where what is left of the row still leaves no room.
    while (row.length > 0 && used + cell.wide > limit) {
      const at = breakBefore(row, cell);
      const head = row.slice(0, at);
      while (head.length > 1 && head.at(-1)?.text === ' ') head.pop();
      rows.push(spansOf(head));
      row = row.slice(at);
      used = row.reduce((sum, kept) => sum + kept.wide, 0);
    }
    if (row.length === 0 && rows.length > 0 && cell.text === ' ') continue;
    row.push(cell);
    used += cell.wide;
  }
  if (row.length > 0) rows.push(spansOf(row));
  return rows;
}

/** Wraps behind a prefix: `first` before the first row, `rest` before those that follow it. */
export function hang(first: Line, rest: Line, spans: Line, columns: number): Line[] {
  const room = columns - Math.max(lineWidth(first), lineWidth(rest));
  return wrap(spans, room).map((row, index) => [...(index === 0 ? first : rest), ...row]);
}
