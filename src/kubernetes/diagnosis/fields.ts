/**
 * Reads fields of API objects that may be missing or of an unexpected type. Nothing here throws: an object that a
 * cluster returns is data, and a field of the wrong type reads as absent.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.js';
import { parseQuantity } from '../../quantity.js';

export function at(value: JsonValue | undefined, ...path: string[]): JsonValue | undefined {
  let current: JsonValue | undefined = value;
  for (const key of path) {
    if (!isJsonObject(current)) return undefined;
    current = current[key];
  }
  return current;
}

/** The string at the path, or '' where there is none. */
export function text(value: JsonValue | undefined, ...path: string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

export function number(value: JsonValue | undefined, ...path: string[]): number | null {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : null;
}

export function flag(value: JsonValue | undefined, ...path: string[]): boolean {
  return at(value, ...path) === true;
}

export function object(value: JsonValue | undefined, ...path: string[]): JsonObject {
  const found = at(value, ...path);
  return isJsonObject(found) ? found : {};
}

export function has(value: JsonValue | undefined, ...path: string[]): boolean {
  const found = at(value, ...path);
  return found !== undefined && found !== null;
}

/** The objects in the list at the path; anything else in it is left out. */
export function list(value: JsonValue | undefined, ...path: string[]): JsonObject[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}

export function strings(value: JsonValue | undefined, ...path: string[]): string[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter((item): item is string => typeof item === 'string') : [];
}

/** The string values of a map, such as labels. */
export function map(value: JsonValue | undefined, ...path: string[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, entry] of Object.entries(object(value, ...path))) {
    if (typeof entry === 'string') result[key] = entry;
  }
  return result;
}

/** A number or a string as text: ports and quantities may be either. */
export function scalar(value: JsonValue | undefined, ...path: string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
}

/** Milliseconds since the epoch of an RFC 3339 time; null where it is absent or cannot be read. */
export function time(value: JsonValue | undefined, ...path: string[]): number | null {
  const found = text(value, ...path);
  if (found === '') return null;
  const parsed = Date.parse(found);
  return Number.isNaN(parsed) ? null : parsed;
}

/** Every quantity of a map such as `resources.requests`, in base units. */
export function quantities(value: JsonValue | undefined, ...path: string[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const name of Object.keys(object(value, ...path))) {
    const amount = parseQuantity(scalar(value, ...path, name));
    if (amount !== null) result[name] = amount;
  }
  return result;
}
