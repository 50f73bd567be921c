/**
 * Server-side apply: the applied configuration is merged in, what this manager applied before and no longer names is
 * removed, and a value that somebody else owns and that would change is a conflict unless the client forces it. Pure.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../json.js';
import { equal, set, stamp, text } from '../fields.js';
import { itemKey, leaves, pathOfKey, pathText } from './field-set.js';
import { applyListType, isAtomicMap } from './list-types.js';
import { type Owner, type Ownership, ownershipsOf, same, withOwnerships } from './managed-fields.js';

export interface Conflict {
  /** `"kubectl" with subresource "scale" using apps/v1`, as messages name an owner. */
  owner: string;
  field: string;
}

function ownerText(entry: Ownership): string {
  const name = `"${entry.manager}"${entry.subresource ? ` with subresource "${entry.subresource}"` : ''}`;
  return entry.operation === 'Update' ? `${name} using ${entry.apiVersion}` : name;
}

export type Applied = { value: JsonObject } | { conflicts: Conflict[] };

export function applyConfiguration(
  live: JsonObject | undefined,
  configuration: JsonObject,
  how: { manager: string; force: boolean; now: number; custom: boolean; subresource?: string | undefined },
): Applied {
  const owner: Owner = { manager: how.manager, operation: 'Apply', subresource: how.subresource };
  const wanted = leaves(configuration, how.custom);
  const ownerships = live ? ownershipsOf(live) : [];
  const present = live ? leaves(live, how.custom) : new Map<string, JsonValue>();
  const conflicts = conflictsOf(ownerships, owner, wanted, present);
  if (conflicts.length > 0 && !how.force) return { conflicts };

  const mine = ownerships.find((entry) => same(entry, owner));
  const others = ownerships.filter((entry) => entry !== mine);
  let value: JsonObject = live ? mergeValue(live, configuration, [], how.custom) : configuration;
  for (const key of [...(mine?.fields ?? [])].sort((a, b) => b.length - a.length)) {
    if (wanted.has(key) || others.some((entry) => owns(entry, key))) continue;
    value = without(value, pathOfKey(key));
  }
  for (const entry of others)
    for (const key of wanted.keys())
      if (entry.fields.has(key) && !equal(present.get(key), wanted.get(key))) entry.fields.delete(key);
  const unchanged = live !== undefined && mine !== undefined && equal(value, live) && sameSet(mine.fields, wanted);
  const next: Ownership = {
    ...owner,
    apiVersion: text(configuration, 'apiVersion'),
    time: unchanged ? (mine?.time ?? '') : stamp(how.now),
    fields: new Set(wanted.keys()),
  };
  return { value: withOwnerships(value, [next, ...others]) };
}

const sameSet = (fields: Set<string>, wanted: Map<string, JsonValue>): boolean =>
  fields.size === wanted.size && [...fields].every((key) => wanted.has(key));

/** An item is also kept by whoever owns something inside it. */
const owns = (entry: Ownership, key: string): boolean =>
  entry.fields.has(key) || [...entry.fields].some((other) => other.startsWith(`${key}\u0000`));

function conflictsOf(
  ownerships: Ownership[],
  owner: Owner,
  wanted: Map<string, JsonValue>,
  present: Map<string, JsonValue>,
): Conflict[] {
  const found: Conflict[] = [];
  for (const entry of ownerships) {
    if (same(entry, owner)) continue;
    for (const key of entry.fields) {
      if (!wanted.has(key) || !present.has(key) || equal(wanted.get(key), present.get(key))) continue;
      found.push({ owner: ownerText(entry), field: pathText(key) });
    }
  }
  return found;
}

function mergeValue(live: JsonObject, wanted: JsonObject, parents: readonly string[], custom: boolean): JsonObject {
  const result: JsonObject = { ...live };
  for (const [key, value] of Object.entries(wanted)) {
    if (value === null) continue;
    const before = result[key];
    const path = [...parents, key];
    if (isJsonObject(value) && isJsonObject(before) && (custom || !isAtomicMap(key)))
      result[key] = mergeValue(before, value, path, custom);
    else if (Array.isArray(value) && Array.isArray(before))
      result[key] = mergeList(before, value, parents, key, custom);
    else result[key] = value;
  }
  return result;
}

function mergeList(
  before: JsonValue[],
  wanted: JsonValue[],
  parents: readonly string[],
  key: string,
  custom: boolean,
): JsonValue[] {
  const type = custom && parents[0] !== 'metadata' ? 'atomic' : applyListType(parents, key);
  if (type === 'atomic') return wanted;
  if (type === 'set') return [...before, ...wanted.filter((item) => !before.some((other) => equal(item, other)))];
  const keyed = (item: JsonValue) => (isJsonObject(item) ? itemKey(item, type.keys) : JSON.stringify(item));
  const result = [...before];
  for (const item of wanted) {
    const index = result.findIndex((other) => keyed(other) === keyed(item));
    const old = result[index];
    if (index < 0) result.push(item);
    else if (isJsonObject(old) && isJsonObject(item)) result[index] = mergeValue(old, item, [...parents, key], custom);
  }
  return result;
}

/** The object without the field at a path; containers that become empty stay, as with the real server. */
function without(value: JsonObject, path: readonly string[], parents: readonly string[] = []): JsonObject {
  const [step = '', ...rest] = path;
  const name = step.slice(2);
  const member = value[name];
  if (member === undefined) return value;
  if (rest.length === 0) return set(value, [name], undefined);
  if (isJsonObject(member)) return { ...value, [name]: without(member, rest, [...parents, name]) };
  if (!Array.isArray(member)) return value;
  const [item = '', ...deeper] = rest;
  const type = applyListType(parents, name);
  const keyed = (other: JsonValue) =>
    item.startsWith('v:')
      ? `v:${JSON.stringify(other)}`
      : isJsonObject(other) && typeof type === 'object'
        ? itemKey(other, type.keys)
        : '';
  if (deeper.length === 0) {
    const left = member.filter((other) => keyed(other) !== item);
    return set(value, [name], left.length > 0 ? left : undefined);
  }
  const next = member.map((other) =>
    keyed(other) === item && isJsonObject(other) ? without(other, deeper, [...parents, name]) : other,
  );
  return { ...value, [name]: next };
}
