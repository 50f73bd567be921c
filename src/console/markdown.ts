/**
 * Markdown as lines for the terminal, over marked's lexer: no raw `**`, tables that fit, code in colours where a
 * highlighter is given. Pure; the text is cleaned here, so it may come straight from Claude.
 */
import { type MarkedToken, marked, type Token, type Tokens } from 'marked';
import { tableLines } from './table.js';
import { clean, dim, EMPTY, hang, type Line, line, type Span, type Style, span, wrap } from './text.js';

/** Colours source code. Returns one line per line of `code`, or null where the language is not known. */
export type Highlight = (code: string, language: string) => Line[] | null;

export interface MarkdownOptions {
  /** Columns that a row may take. */
  width: number;
  highlight?: Highlight | undefined;
}

export interface Block {
  token: Token;
  /** Where in the text the block ends. */
  end: number;
}

/** The top-level blocks of a text that is already clean, without the blank ones between them. */
export function blocks(source: string): Block[] {
  let end = 0;
  const found: Block[] = [];
  for (const token of marked.lexer(source)) {
    const at = source.indexOf(token.raw, end);
    end = (at < 0 ? end : at) + token.raw.length;
    if (token.type !== 'space' && token.type !== 'def') found.push({ token, end });
  }
  return found;
}

export function markdownLines(source: string, options: MarkdownOptions): Line[] {
  return separated(blocks(clean(source)).map(({ token }) => blockLines(token, options)));
}

function separated(parts: Line[][]): Line[] {
  return parts.filter((part) => part.length > 0).flatMap((part, index) => (index === 0 ? part : [EMPTY, ...part]));
}

/** One block, without blank lines around it. */
export function blockLines(token: Token, options: MarkdownOptions): Line[] {
  const block = token as MarkedToken;
  switch (block.type) {
    case 'heading':
      return wrap(
        inline(block.tokens, { bold: true, ...(block.depth <= 2 ? { underline: true } : {}) }),
        options.width,
      );
    case 'paragraph':
      return paragraph(block.tokens, options.width);
    case 'code':
      return codeLines(block, options);
    case 'list':
      return listLines(block, options);
    case 'blockquote':
      return separated(block.tokens.map((inner) => blockLines(inner, { ...options, width: options.width - 2 }))).map(
        (row) => [dim('│ '), ...row],
      );
    case 'table':
      return tableLines(
        block.header.map((cell) => inline(cell.tokens, { bold: true })),
        block.rows.map((row) => row.map((cell) => inline(cell.tokens))),
        block.align,
        options.width,
      );
    case 'hr':
      return [line('─'.repeat(Math.min(40, options.width)), { dim: true })];
    case 'space':
    case 'def':
      return [];
    case 'text':
      return paragraph(block.tokens ?? [block], options.width);
    default:
      return rawLines(token.raw, options.width);
  }
}

function rawLines(text: string, width: number): Line[] {
  return text
    .trimEnd()
    .split('\n')
    .flatMap((row) => wrap(line(row), width));
}

/** Inline tokens may hold hard breaks; each starts a row of its own. Soft ones are kept as rows too, as Claude wrote them. */
function paragraph(tokens: Token[], width: number): Line[] {
  return splitRows(inline(tokens)).flatMap((row) => wrap(row, width));
}

function splitRows(spans: Line): Line[] {
  const rows: Span[][] = [[]];
  for (const part of spans) {
    part.text.split('\n').forEach((text, index) => {
      if (index > 0) rows.push([]);
      if (text !== '') rows.at(-1)?.push({ ...part, text });
    });
  }
  return rows;
}

function inline(tokens: Token[] | undefined, style: Style = {}): Line {
  return (tokens ?? []).flatMap((token) => inlineSpans(token as MarkedToken, style));
}

function inlineSpans(token: MarkedToken, style: Style): Span[] {
  switch (token.type) {
    case 'strong':
      return [...inline(token.tokens, { ...style, bold: true })];
    case 'em':
      return [...inline(token.tokens, { ...style, italic: true })];
    case 'del':
      return [...inline(token.tokens, { ...style, strike: true })];
    case 'codespan':
      return [span(token.text, { ...style, color: 'code' })];
    case 'br':
      return [span('\n')];
    case 'link':
      return linkSpans(token, style);
    case 'image':
      return [span(token.text === '' ? token.href : `${token.text} (${token.href})`, style)];
    case 'text':
      return token.tokens ? [...inline(token.tokens, style)] : [span(token.text, style)];
    case 'escape':
      return [span(token.text, style)];
    default:
      return [span(token.raw, style)];
  }
}

/** The address is always shown: a link's text is no proof of where it leads. */
function linkSpans(token: Tokens.Link, style: Style): Span[] {
  const label = inline(token.tokens, { ...style, underline: true });
  const bare = token.text === token.href || `mailto:${token.text}` === token.href;
  return bare ? [...label] : [...label, dim(` (${token.href})`)];
}

function codeLines(token: Tokens.Code, options: MarkdownOptions): Line[] {
  const language = (token.lang ?? '').trim().split(/\s+/)[0] ?? '';
  const text = token.text.replace(/\n+$/, '');
  const coloured = language === '' ? null : (options.highlight?.(text, language.toLowerCase()) ?? null);
  const rows = coloured ?? text.split('\n').map((row) => line(row));
  // Two columns in, so that code stands out without a box, and copies without one.
  return rows.flatMap((row) => hang([span('  ')], [span('  ')], row, options.width));
}

function listLines(token: Tokens.List, options: MarkdownOptions): Line[] {
  const first = typeof token.start === 'number' ? token.start : 1;
  const digits = String(first + token.items.length - 1).length;
  return token.items.flatMap((item, index) => {
    const marker = token.ordered ? `${String(first + index).padStart(digits)}. ` : '• ';
    const box = item.task ? (item.checked ? '☑ ' : '☐ ') : '';
    return itemLines(item, marker + box, options);
  });
}

/** An item's own text behind its marker; what is nested in it indented below. Always tight, so that rows already shown stay true while a list is still being written. */
function itemLines(item: Tokens.ListItem, marker: string, options: MarkdownOptions): Line[] {
  const indent = ' '.repeat(marker.length);
  const inner = { ...options, width: options.width - marker.length };
  const rows = item.tokens.filter((token) => token.type !== 'checkbox').flatMap((token) => blockLines(token, inner));
  if (rows.length === 0) return [[span(marker.trimEnd())]];
  return rows.map((row, index) => [span(index === 0 ? marker : indent), ...row]);
}
