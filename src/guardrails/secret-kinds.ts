/**
 * Kubernetes Secrets inside text: JSON and YAML, whole documents and fragments, in diffs, in last-applied annotations,
 * in strings of strings. What is a Secret is decided by its parsed kind; where a text that holds one cannot be parsed,
 * every value under `data` and `stringData` in it is replaced, so that a broken fragment shows less, never more.
 */
import { parse as parseYaml } from 'yaml';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';

/** Secrets carry a kind, except as items of a list; their types are a closed set of prefixes by convention. */
export function isSecretObject(object: JsonObject): boolean {
  if (object.kind === 'Secret') return true;
  if (!('data' in object || 'stringData' in object)) return false;
  if ('stringData' in object && object.kind === undefined) return true;
  return (
    object.kind === undefined &&
    typeof object.type === 'string' &&
    /^(?:Opaque|kubernetes\.io\/|bootstrap\.kubernetes\.io\/|helm\.sh\/)/.test(object.type)
  );
}

export function holdsSecretData(text: string): boolean {
  return (text.includes('Secret') || text.includes('stringData')) && /data/i.test(text);
}

export interface SecretHandling {
  /** Redacts a parsed value, with everything inside it. */
  json(value: JsonValue): JsonValue;
  /** What stands in place of one value; called once per replacement. */
  replaced(): string;
}

/** First JSON spans, then YAML blocks, then whatever still looks like one. Text without a Secret comes back as it is. */
export function redactSecretBlocks(text: string, handling: SecretHandling): string {
  const spans = redactSpans(text, handling);
  return redactFragments(redactYamlBlocks(spans, handling), handling);
}

/** Balanced `{…}` and `[…]` that mention a Secret: parsed, redacted, written back in the same style. */
function redactSpans(text: string, handling: SecretHandling): string {
  let out = '';
  let done = 0;
  for (const span of balancedSpans(text)) {
    const source = text.slice(span.start, span.end);
    if (!holdsSecretData(source)) continue;
    const parsed = parseSpan(source);
    if (parsed === undefined || !mentionsSecret(parsed)) continue;
    const indent = /^[{[]\s*\n([ \t]+)/.exec(source)?.[1];
    const redacted = JSON.stringify(handling.json(parsed), null, indent);
    out += text.slice(done, span.start) + redacted;
    done = span.end;
  }
  return out + text.slice(done);
}

/** As JSON, or as YAML's flow style where it names its kind; code in braces is neither. */
function parseSpan(source: string): JsonObject | JsonValue[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    if (source.length > 200_000 || !/kind['"]?[ \t]*:[ \t]*['"]?Secret/.test(source)) return undefined;
    try {
      value = parseYaml(source, { maxAliasCount: 10, logLevel: 'silent' });
    } catch {
      return undefined;
    }
  }
  if (Array.isArray(value)) return value as JsonValue[];
  return isJsonObject(value) ? value : undefined;
}

function mentionsSecret(value: JsonValue, depth = 0): boolean {
  if (depth > 60) return true;
  if (typeof value === 'string') return holdsSecretData(value);
  if (Array.isArray(value)) return value.some((item) => mentionsSecret(item, depth + 1));
  if (!isJsonObject(value)) return false;
  return (
    value.kind === 'SecretList' ||
    isSecretObject(value) ||
    Object.values(value).some((member) => mentionsSecret(member, depth + 1))
  );
}

/** Outermost balanced spans, one pass; brackets inside double-quoted strings do not count. */
function balancedSpans(text: string): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '{' || character === '[') {
      if (depth === 0) start = at;
      depth += 1;
    } else if (depth > 0 && (character === '}' || character === ']')) {
      depth -= 1;
      if (depth === 0) spans.push({ start, end: at + 1 });
    } else if (character === '"' && depth > 0) {
      at = endOfString(text, at);
    }
  }
  return spans;
}

function endOfString(text: string, quote: number): number {
  let at = quote + 1;
  for (; at < text.length && text[at] !== '"'; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '\n') return at;
  }
  return at;
}

const KIND_LINE = /^([ \t+|>-]*)(?:- )?['"]?kind['"]?[ \t]*:[ \t]*['"]?Secret(?:List)?['"]?[ \t]*(?:#.*)?\r?$/;
const DATA_LINE = /^([ \t+|>-]*)['"]?(?:data|stringData)['"]?[ \t]*:(.*)$/;

/** Lines of `data:` that belong to a mapping with `kind: Secret` at the same indentation, and what is under them. */
function redactYamlBlocks(text: string, handling: SecretHandling): string {
  if (!/kind['"]?[ \t]*:[ \t]*['"]?Secret/.test(text) && !text.includes('stringData')) return text;
  const lines = text.split('\n');
  const width = (prefix: string) => prefix.length;
  // A SecretList's items hold data deeper than its kind line; then every deeper data block counts as a Secret's.
  const secretIndents = secretMappings(lines);
  for (let at = 0; at < lines.length; at += 1) {
    const match = DATA_LINE.exec(lines[at] ?? '');
    if (!match || !(secretIndents[at] || /stringData/.test(lines[at] ?? ''))) continue;
    const indent = width(match[1] ?? '');
    const inline = (match[2] ?? '').trim();
    if (inline !== '' && !inline.startsWith('#') && inline !== '{}') {
      lines[at] = `${(lines[at] ?? '').slice(0, (lines[at] ?? '').indexOf(':') + 1)} ${handling.replaced()}`;
    }
    at = redactChildren(lines, at, indent, handling);
  }
  return lines.join('\n');
}

/** For each line, whether it lies in a document with a `kind: Secret` line; documents end at `---`. */
function secretMappings(lines: string[]): boolean[] {
  const marks = new Array<boolean>(lines.length).fill(false);
  let start = 0;
  const settle = (end: number) => {
    const kinds: { at: number; indent: number }[] = [];
    for (let at = start; at < end; at += 1) {
      const match = KIND_LINE.exec(lines[at] ?? '');
      if (match) kinds.push({ at, indent: contentIndent(lines[at] ?? '') });
    }
    for (const kind of kinds) markMapping(lines, kind, { start, end }, marks);
  };
  for (let at = 0; at < lines.length; at += 1) {
    if (/^---/.test(lines[at] ?? '')) {
      settle(at);
      start = at + 1;
    }
  }
  settle(lines.length);
  return marks;
}

const contentIndent = (line: string): number => /^[ \t+|>-]*/.exec(line)?.[0].length ?? 0;

function markMapping(
  lines: string[],
  kind: { at: number; indent: number },
  document: { start: number; end: number },
  marks: boolean[],
): void {
  const belongs = (at: number) => (lines[at] ?? '').trim() === '' || contentIndent(lines[at] ?? '') >= kind.indent;
  for (let at = kind.at; at >= document.start && !(marks[at] && at !== kind.at) && belongs(at); at -= 1) {
    marks[at] = true;
    if (beginsItem(lines, at, kind.indent)) break;
  }
  for (let at = kind.at + 1; at < document.end && !marks[at] && belongs(at); at += 1) {
    if (beginsItem(lines, at, kind.indent)) break;
    marks[at] = true;
  }
}

/** Whether a list item begins here whose members stand at `indent`: the one before and the one after are other objects. */
function beginsItem(lines: string[], at: number, indent: number): boolean {
  const prefix = /^[ \t+|>-]*/.exec(lines[at] ?? '')?.[0] ?? '';
  if (prefix.length !== indent || !/-[ \t]+$/.test(prefix)) return false;
  // In a difference every removed line begins with a dash; an item's other lines do not.
  return prefix.lastIndexOf('-') > 0 || /^[ \t]/.test(lines[at + 1] ?? '');
}

/** Replaces the values of the lines deeper than `indent`; returns the last line it covered. */
function redactChildren(lines: string[], from: number, indent: number, handling: SecretHandling): number {
  let at = from + 1;
  let childIndent = -1;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '') continue;
    const own = contentIndent(line);
    if (own <= indent) break;
    if (childIndent < 0) childIndent = own;
    const entry = /^([ \t+|>-]*['"]?[A-Za-z0-9._-]+['"]?[ \t]*:)[ \t]*(.*)$/.exec(line);
    if (own <= childIndent && entry) {
      const value = (entry[2] ?? '').trim();
      if (value === '' || value === '[redacted]' || /^\d+ bytes$/.test(value)) continue;
      lines[at] = `${entry[1]} ${handling.replaced()}`;
    } else {
      // Continuation of a block scalar.
      lines[at] = `${' '.repeat(own)}${line.includes('[redacted]') ? '[redacted]' : handling.replaced()}`;
    }
  }
  return at - 1;
}

/** JSON that was cut off or escaped: after `"data":{`, each string value up to the closing brace or the end. */
function redactFragments(text: string, handling: SecretHandling): string {
  if (!/kind\\{0,8}"?[ \t]*:[ \t]*\\{0,8}"?Secret/.test(text) && !/stringData\\{0,8}"/.test(text)) return text;
  const opening = /(\\{0,8})"(?:data|stringData)\\{0,8}"\s{0,20}:\s{0,20}\{/g;
  let out = '';
  let done = 0;
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const start = match.index + match[0].length;
    const end = fragmentEnd(text, start, `${match[1] ?? ''}"`);
    const body = text.slice(start, end);
    out += text.slice(done, start) + redactMembers(body, handling);
    done = end;
    opening.lastIndex = end;
  }
  return out + text.slice(done);
}

function fragmentEnd(text: string, start: number, quote: string): number {
  let inside = false;
  for (let at = start; at < text.length; at += 1) {
    if (text.startsWith(quote, at) && (quote !== '"' || text[at - 1] !== '\\')) {
      inside = !inside;
      at += quote.length - 1;
    } else if (!inside && text[at] === '}') return at;
  }
  return text.length;
}

function redactMembers(body: string, handling: SecretHandling): string {
  return body.replace(
    /(\\{0,8}"[A-Za-z0-9._-]{1,253}\\{0,8}"\s{0,20}:\s{0,20}\\{0,8}")((?:[^"\\]|\\[^"])*)/g,
    (whole, key: string, value: string) =>
      value === '[redacted]' || value === '' ? whole : `${key}${handling.replaced()}${/\\+$/.exec(value)?.[0] ?? ''}`,
  );
}
