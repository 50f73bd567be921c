/**
 * Plain text for tool results: tables, clipping with a notice, ages. Pure string work; it never knows what the rows
 * mean, and it makes everything that came from a back end safe to print (one line, no control characters).
 */

/** What a tool result may hold at most; larger ones are cut with a notice. */
export const HARD_LIMIT = 48_000;
/** What a tool result should hold: about 8,000 tokens of tables and logs at three characters each. */
export const SOFT_LIMIT = 24_000;

export interface Column {
  key: string;
  title: string;
  align?: 'left' | 'right';
}

export type Cell = string | number | boolean | null | undefined;

/** ANSI sequences, control, zero-width and bidirectional characters: none of them belongs in one line of text. */
const UNPRINTABLE =
  /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** A value of a back end on one line: whitespace folded, terminal sequences and invisible characters taken out. */
export function oneLine(value: string, maxChars = Number.POSITIVE_INFINITY): string {
  const line = value.replace(/\s+/g, ' ').replace(UNPRINTABLE, '').trim();
  return line.length > maxChars ? `${line.slice(0, Math.max(0, maxChars - 1))}…` : line;
}

/** A line of a log as it may be printed: tabs kept, everything else that steers a terminal taken out. */
export function printable(line: string): string {
  return line.replace(UNPRINTABLE, (found) => (found === '\t' ? '\t' : ''));
}

const CELL_CHARS = 200;

/**
 * Columns padded to their widest cell, two spaces apart, titles in upper case, no trailing blanks. Columns that are
 * empty in every row are left out. An empty cell is shown as `-`, a very long one is cut.
 */
export function renderTable(columns: readonly Column[], rows: readonly Record<string, Cell>[]): string {
  const filled = columns.filter((column) => rows.some((row) => !isEmpty(row[column.key])));
  const lines = [
    filled.map((column) => column.title.toUpperCase()),
    ...rows.map((row) =>
      filled.map((column) => (isEmpty(row[column.key]) ? '-' : oneLine(String(row[column.key]), CELL_CHARS))),
    ),
  ];
  const widths = filled.map((_, index) =>
    lines.reduce((widest, line) => Math.max(widest, line[index]?.length ?? 0), 0),
  );
  return lines
    .map((line) =>
      line
        .map((cell, index) =>
          filled[index]?.align === 'right' ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function isEmpty(cell: Cell): boolean {
  return cell === undefined || cell === null || cell === '';
}

/** Cuts at the end of a line so that text and notice together stay within `maxChars`. */
export function clip(text: string, maxChars: number, notice: string): string {
  if (text.length <= maxChars) return text;
  const room = Math.max(0, maxChars - notice.length - 1);
  const cut = text.lastIndexOf('\n', room);
  return `${text.slice(0, cut > room / 2 ? cut : room)}\n${notice}`;
}

const UNITS: readonly [string, number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/** A duration as kubectl shows ages: `45s`, `12m`, `3h20m`, `6d`. Below ten of a unit the next smaller one is added. */
export function age(ms: number): string {
  const rest = Math.max(0, ms);
  for (const [index, [unit, size]] of UNITS.entries()) {
    const count = Math.floor(rest / size);
    if (count === 0) continue;
    const next = UNITS[index + 1];
    const remainder = next ? Math.floor((rest - count * size) / next[1]) : 0;
    return next && count < 10 && remainder > 0 ? `${count}${unit}${remainder}${next[0]}` : `${count}${unit}`;
  }
  return '0s';
}

/** `1 pod`, `2 pods`, `10,000 pods`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`;
}
