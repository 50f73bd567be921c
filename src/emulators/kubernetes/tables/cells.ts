/** What a table printer gives: cells, some of which depend on the time of reading. */
import type { JsonObject, JsonValue } from '../../../json.js';
import { object, objects, timeOf } from '../fields.js';

/** A cell whose text is an age; `before` and `after` stand around it. */
export class Age {
  constructor(
    readonly since: number,
    readonly before = '',
    readonly after = '',
  ) {}
}

export type Cell = JsonValue | Age;

/** Name, type, format, priority (1 = only with -o wide), description. */
export type Column = [name: string, type?: string, format?: string, priority?: number];

export interface Printer {
  columns: Column[];
  cells(value: JsonObject): Cell[];
}

/** A row as it is kept beside its object: cells as JSON text, except those that depend on the time of reading. */
export interface CachedRow {
  printer: Printer;
  cells: (string | Age)[];
}

/** k8s.io/apimachinery/pkg/util/duration.HumanDuration. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return minutesAnd(minutes, seconds % 60, 'm', 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutesAnd(hours, minutes % 60, 'h', 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return minutesAnd(days, hours % 24, 'd', 'h');
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? minutesAnd(years, days % 365, 'y', 'd') : `${years}y`;
}

const minutesAnd = (large: number, small: number, a: string, b: string): string =>
  small === 0 ? `${large}${a}` : `${large}${a}${small}${b}`;

export function render(cell: Cell, now: number): JsonValue {
  if (!(cell instanceof Age)) return cell;
  const age = Number.isNaN(cell.since) ? '<unknown>' : humanDuration(now - cell.since);
  return `${cell.before}${age}${cell.after}`;
}

export const created = (value: JsonObject): Age => new Age(timeOf(value, 'metadata', 'creationTimestamp'));

export const NAME: Column = ['Name', 'string', 'name'];
export const AGE: Column = ['Age'];
export const or = (value: string, fallback: string): string => (value === '' ? fallback : value);
export const joined = (values: JsonValue[], separator = ','): string => values.map(String).join(separator);
export const labelText = (labels: JsonObject): string =>
  or(
    Object.keys(labels)
      .sort()
      .map((key) => `${key}=${labels[key]}`)
      .join(','),
    '<none>',
  );

/** metav1.FormatLabelSelector. */
export function selectorText(selector: JsonObject): string {
  const parts = Object.entries(object(selector, 'matchLabels')).map(([key, value]) => `${key}=${value}`);
  for (const item of objects(selector, 'matchExpressions')) {
    const { key, operator, values } = item;
    const set = `(${Array.isArray(values) ? values.join(',') : ''})`;
    if (operator === 'In') parts.push(`${key} in ${set}`);
    else if (operator === 'NotIn') parts.push(`${key} notin ${set}`);
    else if (operator === 'Exists') parts.push(String(key));
    else if (operator === 'DoesNotExist') parts.push(`!${key}`);
  }
  return or(parts.sort().join(','), '<none>');
}
