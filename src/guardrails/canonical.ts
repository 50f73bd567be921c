/**
 * Canonical JSON (RFC 8785) and the digests made from it: one text for one value, whatever order its keys came in.
 * It never changes a value and never accepts one that JSON cannot hold.
 */
import { hash } from 'node:crypto';
import type { JsonValue } from '../json.js';
import type { Digest } from './types.js';

/**
 * Keys sorted by UTF-16 code units, no white space, numbers as ECMAScript prints them. A property whose value is
 * undefined is left out, as JSON.stringify does. A lone surrogate is written as its escape, which keeps two different
 * strings different; RFC 8785 would refuse it.
 *
 * Throws RangeError for NaN, infinities, and nesting deeper than 500.
 */
export function canonicalJson(value: JsonValue): string {
  return write(value, 0);
}

const MAX_DEPTH = 500;

function write(value: JsonValue | undefined, depth: number): string {
  if (depth > MAX_DEPTH) throw new RangeError(`the value is nested deeper than ${MAX_DEPTH} levels`);
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`${value} is not a JSON number`);
    return JSON.stringify(value);
  }
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`;
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${write(member, depth + 1)}`);
  }
  return `{${members.join(',')}}`;
}

/** SHA-256 of the canonical JSON, 64 hex digits. */
export function digestOf(value: JsonValue): Digest {
  return hash('sha256', canonicalJson(value), 'hex') as Digest;
}
