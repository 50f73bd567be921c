/**
 * The JSON of a list taken apart item by item. Parsing a page of five hundred pods at once makes so many objects that the
 * collector keeps them long after they were looked at; a few at a time are gone as soon as the next ones come, which
 * halves the peak memory of reading a large cluster. Pure.
 */
import { isJsonObject, type JsonObject } from '../json.js';

export interface ListText {
  metadata: JsonObject;
  /** The items in order, a few at a time. Throws SyntaxError where one is not JSON. */
  batches(): Iterable<JsonObject[]>;
}

const BATCH = 25;
const QUOTE = 34;
const COMMA = 44;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** Null where the text is not a JSON object with a list of items. */
export function splitList(text: string): ListText | null {
  const members = membersOf(text, skipSpace(text, 0));
  const items = members?.get('items');
  if (!members || !items) return null;
  const metadata = members.get('metadata');
  const spans = text.startsWith('null', items.start) ? [] : elementsOf(text, items.start);
  if (!spans) return null;
  return {
    metadata: metadata ? parsed(text, metadata) : {},
    *batches() {
      for (let from = 0; from < spans.length; from += BATCH)
        yield spans.slice(from, from + BATCH).map((span) => parsed(text, span));
    },
  };
}

interface Span {
  start: number;
  end: number;
}

function parsed(text: string, { start, end }: Span): JsonObject {
  const value: unknown = JSON.parse(text.slice(start, end));
  return isJsonObject(value) ? value : {};
}

function membersOf(text: string, open: number): Map<string, Span> | null {
  if (text[open] !== '{') return null;
  const members = new Map<string, Span>();
  let at = skipSpace(text, open + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const keyEnd = endOfString(text, at);
    const colon = skipSpace(text, keyEnd);
    if (text[colon] !== ':') return null;
    const start = skipSpace(text, colon + 1);
    const end = endOfValue(text, start);
    members.set(text.slice(at + 1, keyEnd - 1), { start, end });
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return text[at] === '}' ? members : null;
}

function elementsOf(text: string, open: number): Span[] | null {
  if (text[open] !== '[') return null;
  const spans: Span[] = [];
  let at = skipSpace(text, open + 1);
  while (at < text.length && text[at] !== ']') {
    const end = endOfValue(text, at);
    if (end <= at) return null;
    spans.push({ start: at, end });
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return text[at] === ']' ? spans : null;
}

/** The position after the value that starts here; strings and nesting are all that needs to be understood for that. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at) - 1;
      if (depth === 0) return at + 1;
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) depth += 1;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (code === COMMA && depth === 0) return at;
  }
  return text.length;
}

/** The position after the closing quote. */
function endOfString(text: string, open: number): number {
  for (let quote = text.indexOf('"', open + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at += 1;
  return at;
}
