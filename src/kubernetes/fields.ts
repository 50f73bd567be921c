/**
 * Reading fields of objects whose shape the server guarantees but the type system cannot: every accessor answers with an
 * empty value instead of failing, so that one strange object never breaks a list.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';

export function at(object: JsonValue | undefined, ...path: (string | number)[]): JsonValue | undefined {
  let value = object;
  for (const key of path) {
    if (Array.isArray(value)) value = typeof key === 'number' ? value[key] : undefined;
    else if (isJsonObject(value)) value = Object.hasOwn(value, key) ? value[key] : undefined;
    else return undefined;
  }
  return value;
}

export function str(object: JsonValue | undefined, ...path: (string | number)[]): string {
  const value = at(object, ...path);
  return typeof value === 'string' ? value : '';
}

/** Undefined where the field is absent, which for Kubernetes often means a default. */
export function num(object: JsonValue | undefined, ...path: (string | number)[]): number | undefined {
  const value = at(object, ...path);
  return typeof value === 'number' ? value : undefined;
}

export function bool(object: JsonValue | undefined, ...path: (string | number)[]): boolean {
  return at(object, ...path) === true;
}

export function obj(object: JsonValue | undefined, ...path: (string | number)[]): JsonObject {
  const value = at(object, ...path);
  return isJsonObject(value) ? value : {};
}

/** The objects of an array; anything else in it is left out. */
export function list(object: JsonValue | undefined, ...path: (string | number)[]): JsonObject[] {
  const value = at(object, ...path);
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** A map of strings, such as labels. */
export function strings(object: JsonValue | undefined, ...path: (string | number)[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, value] of Object.entries(obj(object, ...path))) if (typeof value === 'string') result[key] = value;
  return result;
}

/** The condition of a type, wherever in the array it stands. */
export function condition(object: JsonValue | undefined, type: string): JsonObject | undefined {
  return list(object, 'status', 'conditions').find((each) => each.type === type);
}
