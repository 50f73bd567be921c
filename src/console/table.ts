/** A Markdown table as lines that fit the width: columns shrink and wrap; where even that is no use, one record per row. */
import { bold, dim, EMPTY, hang, type Line, lineWidth, plain, type Span, span, wrap } from './text.js';

export type Align = 'left' | 'right' | 'center' | null;

const GAP = 2;
/** Narrower than this, a column of text is unreadable. */
const NARROWEST = 6;

export function tableLines(header: Line[], rows: Line[][], align: Align[], width: number): Line[] {
  const wants = header.map((cell, column) =>
    Math.max(1, lineWidth(cell), ...rows.map((row) => lineWidth(row[column] ?? EMPTY))),
  );
  const widths = shrink(wants, width - GAP * (header.length - 1));
  if (!widths) return records(header, rows, width);
  const rule: Line = [dim(widths.map((columns) => '─'.repeat(columns)).join(' '.repeat(GAP)))];
  return [...cells(header, widths, align), rule, ...rows.flatMap((row) => cells(row, widths, align))];
}

/** Shrinks the widest columns until all fit; null where they cannot. */
function shrink(wants: number[], room: number): number[] | null {
  const widths = [...wants];
  let excess = widths.reduce((sum, columns) => sum + columns, 0) - room;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) return null;
    widths[widths.indexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return widths;
}

function cells(row: Line[], widths: number[], align: Align[]): Line[] {
  const wrapped = widths.map((columns, index) => wrap(row[index] ?? EMPTY, columns));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) =>
    trimmed(
      widths.flatMap((columns, index) => {
        const content = wrapped[index]?.[at] ?? EMPTY;
        const space = Math.max(0, columns - lineWidth(content));
        const before = align[index] === 'right' ? space : align[index] === 'center' ? Math.floor(space / 2) : 0;
        const gap = index === 0 ? 0 : GAP;
        return [span(' '.repeat(gap + before)), ...content, span(' '.repeat(space - before))];
      }),
    ),
  );
}

/** Without blank spans at the end: a row must not be wider than what it shows. */
function trimmed(row: Line): Line {
  const kept: Span[] = row.filter((part) => part.text !== '');
  while (kept.length > 0 && kept.at(-1)?.text.trim() === '') kept.pop();
  return kept;
}

function records(header: Line[], rows: Line[][], width: number): Line[] {
  return rows.flatMap((row, index) => [
    ...(index === 0 ? [] : [EMPTY]),
    ...header.flatMap((name, column) =>
      hang([bold(`${plain(name)}: `)], [span('  ')], row[column] ?? EMPTY, Math.max(20, width)),
    ),
  ]);
}
