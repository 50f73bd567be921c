/**
 * Reading and copying Kubernetes objects as plain JSON. Objects in the store are never changed in place: `set` copies
 * along the path and shares the rest, so that whoever holds an older version keeps what it saw.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.js';

export type Step = string | number;
const NOTHING: JsonObject = Object.freeze({});

export function at(value: JsonValue | undefined, ...path: Step[]): JsonValue | undefined {
  let current = value;
  for (const step of path) {
    if (Array.isArray(current)) current = current[Number(step)];
    else if (isJsonObject(current)) current = current[step];
    else return undefined;
  }
  return current;
}

/** The string there, or an empty one. */
export function text(value: JsonValue | undefined, ...path: Step[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

export function number(value: JsonValue | undefined, ...path: Step[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

/** The object there, or an empty one that nobody may write to. */
export function object(value: JsonValue | undefined, ...path: Step[]): JsonObject {
  const found = at(value, ...path);
  return isJsonObject(found) ? found : NOTHING;
}

export function list(value: JsonValue | undefined, ...path: Step[]): JsonValue[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function objects(value: JsonValue | undefined, ...path: Step[]): JsonObject[] {
  return list(value, ...path).filter(isJsonObject);
}

/** A copy with the leaf replaced, or removed when it is undefined. */
export function set(value: JsonObject, path: readonly string[], leaf: JsonValue | undefined): JsonObject {
  const [first, ...rest] = path;
  if (first === undefined) return isJsonObject(leaf) ? leaf : value;
  if (rest.length === 0) {
    if (leaf !== undefined) return { ...value, [first]: leaf };
    if (!(first in value)) return value;
    const { [first]: _removed, ...others } = value;
    return others;
  }
  if (leaf === undefined && !isJsonObject(value[first])) return value;
  return { ...value, [first]: set(object(value, first), rest, leaf) };
}

export function equal(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && equal(a[key], b[key]));
}

/** Without nulls and without what is left empty by that; key order fixed. Two spellings of one template become one text. */
export function canonical(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value ?? null);
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const inner = canonical(value[key]);
    if (inner !== 'null' && inner !== '{}' && inner !== '[]') parts.push(`${JSON.stringify(key)}:${inner}`);
  }
  return `{${parts.join(',')}}`;
}

/** A copy without null members, as the API server stores objects. */
export function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, member] of Object.entries(value)) if (member !== null) copy[key] = withoutNulls(member);
  return copy;
}

export const nameOf = (value: JsonValue | undefined): string => text(value, 'metadata', 'name');
export const namespaceOf = (value: JsonValue | undefined): string => text(value, 'metadata', 'namespace');
export const uidOf = (value: JsonValue | undefined): string => text(value, 'metadata', 'uid');
export const labelsOf = (value: JsonValue | undefined): JsonObject => object(value, 'metadata', 'labels');
export const isDeleting = (value: JsonValue | undefined): boolean =>
  text(value, 'metadata', 'deletionTimestamp') !== '';

/** RFC 3339 in whole seconds, as metav1.Time is written. */
export function stamp(ms: number): string {
  // Many fields are stamped with the same moment, one after the other.
  if (ms !== lastStamp.ms) lastStamp = { ms, text: `${new Date(ms).toISOString().slice(0, 19)}Z` };
  return lastStamp.text;
}
let lastStamp = { ms: 0, text: '1970-01-01T00:00:00Z' };
/** RFC 3339 in microseconds, as metav1.MicroTime is written. */
export const microStamp = (ms: number): string => new Date(ms).toISOString().replace(/\.(\d{3})Z$/, '.$1000Z');
export const timeOf = (value: JsonValue | undefined, ...path: Step[]): number => Date.parse(text(value, ...path));

/** The owner that controls an object, if one does. */
export function controllerOf(value: JsonValue | undefined): JsonObject | undefined {
  return objects(value, 'metadata', 'ownerReferences').find((owner) => owner.controller === true);
}

export function condition(value: JsonValue | undefined, type: string): JsonObject | undefined {
  return objects(value, 'status', 'conditions').find((item) => item.type === type);
}
