/**
 * Objects as YAML to be read, not configured: the `yaml` package takes two milliseconds for one pod because it first builds
 * a document that could be edited. What it writes here is read back by that package unchanged. Pure.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';

/** Ends with a line break, unless there is no object. */
export function yamlOf(object: JsonObject | null): string {
  return object ? `${blockOf(object, '')}\n` : '';
}

function blockOf(value: JsonValue, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    // A mapping or list within a list begins on the line of its dash.
    return value
      .map((item) => `${indent}- ${isFilled(item) ? blockOf(item, `${indent}  `).trimStart() : scalar(item, indent)}`)
      .join('\n');
  }
  if (!isJsonObject(value)) return scalar(value, indent);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  return entries
    .map(([key, member]) => {
      const name = `${indent}${plain(key) ? key : JSON.stringify(key)}:`;
      return isFilled(member) ? `${name}\n${blockOf(member, `${indent}  `)}` : `${name} ${scalar(member, indent)}`;
    })
    .join('\n');
}

function isFilled(value: JsonValue): boolean {
  return Array.isArray(value) ? value.length > 0 : isJsonObject(value) && Object.keys(value).length > 0;
}

function scalar(value: JsonValue, indent: string): string {
  if (Array.isArray(value)) return '[]';
  if (isJsonObject(value)) return '{}';
  if (typeof value !== 'string') return String(value);
  if (plain(value)) return value;
  return literal(value, indent) ?? JSON.stringify(value);
}

/** Words that YAML 1.1 or 1.2 takes for something other than a string. */
const RESERVED = /^(y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

function plain(text: string): boolean {
  return /^[A-Za-z/_][\w ./@+:,-]*$/.test(text) && !/:( |$)| $/.test(text) && !RESERVED.test(text);
}

/** Several lines as a literal block, where it keeps them exactly; null where it would not. */
function literal(text: string, indent: string): string | null {
  if (!/\n./.test(text) || !/^[^\s]/.test(text) || /\n\n$/.test(text) || /[^\t\n\u0020-\u007e\u00a1-\ud7ff]/.test(text))
    return null;
  const ends = text.endsWith('\n');
  const lines = (ends ? text.slice(0, -1) : text).split('\n');
  return [ends ? '|' : '|-', ...lines.map((line) => (line === '' ? '' : `${indent}  ${line}`))].join('\n');
}
