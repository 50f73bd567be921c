/** Strategic merge patch: JSON merge patch that knows which lists are merged by key, with its `$` directives. Pure. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../json.js';
import { equal } from '../fields.js';
import { PatchError } from './json.js';
import { mergeKey } from './list-types.js';

const ORDER = '$setElementOrder/';
const DELETE = '$deleteFromPrimitiveList/';

export function strategicPatch(target: JsonObject, patch: JsonValue): JsonObject {
  if (!isJsonObject(patch)) throw new PatchError('the patch must be an object');
  return mergeMaps(target, patch, []);
}

function mergeMaps(target: JsonObject, patch: JsonObject, path: readonly string[]): JsonObject {
  const directive = patch.$patch;
  if (directive === 'replace') {
    const { $patch: _directive, ...rest } = patch;
    return rest;
  }
  if (directive === 'delete') return {};
  let result: JsonObject = { ...target };
  const retained = patch.$retainKeys;
  if (Array.isArray(retained))
    result = Object.fromEntries(Object.entries(result).filter(([key]) => retained.includes(key)));
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$patch' || key === '$retainKeys' || key.startsWith(ORDER)) continue;
    if (key.startsWith(DELETE)) {
      const field = key.slice(DELETE.length);
      const gone = Array.isArray(value) ? value : [];
      const before = result[field];
      if (Array.isArray(before)) result[field] = before.filter((item) => !gone.some((other) => equal(item, other)));
      continue;
    }
    if (value === null) delete result[key];
    else result[key] = mergeValue(result[key], value, path, key);
  }
  for (const [key, order] of Object.entries(patch)) {
    const field = key.startsWith(ORDER) ? key.slice(ORDER.length) : undefined;
    const items = field === undefined ? undefined : result[field];
    if (field !== undefined && Array.isArray(items) && Array.isArray(order))
      result[field] = reorder(items, order, mergeKey(path, field));
  }
  return result;
}

function mergeValue(before: JsonValue | undefined, value: JsonValue, path: readonly string[], key: string): JsonValue {
  if (isJsonObject(value)) return mergeMaps(isJsonObject(before) ? before : {}, value, [...path, key]);
  if (!Array.isArray(value)) return value;
  const by = mergeKey(path, key);
  if (by === undefined) return value;
  const old = Array.isArray(before) ? before : [];
  if (by === 'primitive') return [...old, ...value.filter((item) => !old.some((other) => equal(item, other)))];
  return mergeLists(old, value, by, [...path, key]);
}

function mergeLists(before: JsonValue[], patch: JsonValue[], by: string, path: readonly string[]): JsonValue[] {
  const items = patch.filter(isJsonObject);
  const replace = items.some((item) => item.$patch === 'replace' && item[by] === undefined);
  if (replace) return items.filter((item) => item.$patch === undefined);
  let result = [...before];
  for (const item of items) {
    const key = item[by];
    if (key === undefined)
      throw new PatchError(`map: ${JSON.stringify(item)} does not contain declared merge key: ${by}`);
    const index = result.findIndex((other) => isJsonObject(other) && equal(other[by], key));
    if (item.$patch === 'delete') {
      result = result.filter((other) => !(isJsonObject(other) && equal(other[by], key)));
      continue;
    }
    const old = result[index];
    const merged = mergeMaps(isJsonObject(old) ? old : {}, item, path);
    if (index < 0) result.push(merged);
    else result[index] = merged;
  }
  return result;
}

/** In the order the client gave; what it did not name keeps its place behind its predecessor. */
function reorder(items: JsonValue[], order: JsonValue[], by: string | undefined): JsonValue[] {
  const keyOf = (item: JsonValue) => (by !== undefined && by !== 'primitive' && isJsonObject(item) ? item[by] : item);
  const wanted = order.map(keyOf);
  const rank = (item: JsonValue) => wanted.findIndex((key) => equal(key, keyOf(item)));
  const named = items.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  const result: JsonValue[] = [];
  for (const item of items) result.push(rank(item) >= 0 ? (named.shift() ?? item) : item);
  return result;
}
