/** Who owns which field: keeping metadata.managedFields right when objects are created, changed and applied. Pure. */
import type { JsonObject, JsonValue } from '../../../json.js';
import { equal, objects, set, stamp, text } from '../fields.js';
import { fromFieldsV1, leaves, toFieldsV1 } from './field-set.js';

export interface Owner {
  manager: string;
  operation: 'Apply' | 'Update';
  subresource?: string | undefined;
}

export interface Ownership extends Owner {
  apiVersion: string;
  time: string;
  fields: Set<string>;
}

export const ownershipsOf = (value: JsonObject): Ownership[] =>
  objects(value, 'metadata', 'managedFields').map((entry) => ({
    manager: text(entry, 'manager'),
    operation: text(entry, 'operation') === 'Apply' ? 'Apply' : 'Update',
    apiVersion: text(entry, 'apiVersion'),
    time: text(entry, 'time'),
    subresource: text(entry, 'subresource') || undefined,
    fields: fromFieldsV1(entry.fieldsV1),
  }));

export function withOwnerships(value: JsonObject, ownerships: Ownership[]): JsonObject {
  const entries = ownerships
    .filter((entry) => entry.fields.size > 0)
    .map(
      (entry): JsonObject => ({
        apiVersion: entry.apiVersion,
        fieldsType: 'FieldsV1',
        fieldsV1: toFieldsV1(entry.fields),
        manager: entry.manager,
        operation: entry.operation,
        ...(entry.subresource && { subresource: entry.subresource }),
        time: entry.time,
      }),
    );
  return set(value, ['metadata', 'managedFields'], entries.length > 0 ? entries : undefined);
}

export const same = (a: Owner, b: Owner): boolean =>
  a.manager === b.manager && a.operation === b.operation && (a.subresource ?? '') === (b.subresource ?? '');

/** After a create or an update: what changed belongs to the one who changed it, and to nobody else. */
export function afterUpdate(
  before: JsonObject | undefined,
  after: JsonObject,
  owner: Owner,
  now: number,
  custom: boolean,
): JsonObject {
  const old = before ? leaves(before, custom) : new Map<string, JsonValue>();
  const next = leaves(after, custom);
  const changed = [...next.keys()].filter((key) => !old.has(key) || !equal(old.get(key), next.get(key)));
  const removed = [...old.keys()].filter((key) => !next.has(key));
  const known = before ? ownershipsOf(before) : [];
  if (changed.length === 0 && removed.length === 0)
    return set(after, ['metadata', 'managedFields'], objects(before, 'metadata', 'managedFields'));
  const apiVersion = text(after, 'apiVersion');
  let mine = known.find((entry) => same(entry, owner));
  if (!mine) {
    mine = { ...owner, apiVersion, time: '', fields: new Set() };
    known.push(mine);
  }
  mine.time = stamp(now);
  for (const entry of known) {
    for (const key of removed) entry.fields.delete(key);
    for (const key of changed) {
      if (entry === mine) entry.fields.add(key);
      // An item that merely exists may have several owners; a value has one.
      else if (!isItem(key)) entry.fields.delete(key);
    }
  }
  return withOwnerships(after, known);
}

const isItem = (key: string): boolean => /(^|\u0000)k:[^\u0000]*$/.test(key);
