/**
 * Markdown that is still being written, as lines that are final and a few that are not. Final lines go to the terminal's
 * scrollback and are never taken back; the tail is redrawn. Pure.
 */
import { type Block, blockLines, blocks, type MarkdownOptions } from './markdown.js';
import { clean, EMPTY, type Line } from './text.js';

/** Where the printing of one text stands. */
export interface StreamPosition {
  /** Characters of the cleaned source whose blocks are printed completely. */
  consumed: number;
  /** Rows of the first unfinished block that are printed. */
  rows: number;
  /** The width that block is laid out for: frozen at its first printed row, so that a resize repeats nothing. */
  width: number | null;
  /** Whether anything was printed; from then on blocks are set apart by a blank line. */
  started: boolean;
}

export const STREAM_START: StreamPosition = { consumed: 0, rows: 0, width: null, started: false };

export interface StreamStep {
  position: StreamPosition;
  commit: Line[];
  tail: Line[];
}

/**
 * Rows held back at the end of an unfinished block. The last row of a code block is unfinished; in a paragraph or list an
 * emphasis may still close over the last few; a table's columns are known only at its end.
 */
function held(type: string): number {
  if (type === 'code') return 1;
  if (type === 'table') return Number.POSITIVE_INFINITY;
  return 4;
}

/** Marks that are still open would be shown as marks until they close; they are closed for now. */
function balanced(text: string): string {
  const ticks = (text.match(/`/g) ?? []).length % 2 === 1;
  const stars = (text.replace(/`[^`]*`?/g, '').match(/\*\*/g) ?? []).length % 2 === 1;
  const bare = text.replace(/\s*\*+$/, '');
  if (ticks) return `${text}\``;
  return stars ? (bare.length < text.length ? bare : `${text}**`) : text;
}

/** The last block of a text that is still being written. */
function openBlock(block: Block, text: string): Block {
  const { type } = block.token;
  if (type !== 'paragraph' && type !== 'list' && type !== 'heading') return block;
  const raw = text.slice(block.end - block.token.raw.length).trimEnd();
  return blocks(balanced(raw))[0] ?? block;
}

/** Prints what is final of `source` from `position` on. With `done` all of it is. */
export function advance(source: string, position: StreamPosition, done: boolean, options: MarkdownOptions): StreamStep {
  const commit: Line[] = [];
  const text = clean(source);
  const pending = text.slice(position.consumed);
  const found = blocks(pending);
  let { consumed, rows, width, started } = position;
  for (const [index, block] of found.entries()) {
    const finished = done || index < found.length - 1;
    const { token } = finished ? block : openBlock(block, pending);
    const lines = blockLines(token, { ...options, width: width ?? options.width });
    const final = finished ? lines.length : Math.max(rows, lines.length - held(token.type));
    const apart = started && rows === 0 ? [EMPTY] : [];
    if (final > rows) {
      commit.push(...apart, ...lines.slice(rows, final));
      started = true;
    }
    if (!finished) {
      const tail = [...(final > 0 ? [] : apart), ...lines.slice(final)];
      return {
        position: { consumed, rows: final, width: final > 0 ? (width ?? options.width) : null, started },
        commit,
        tail,
      };
    }
    consumed = position.consumed + block.end;
    rows = 0;
    width = null;
  }
  return { position: { consumed, rows, width, started }, commit, tail: [] };
}
