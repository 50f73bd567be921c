/**
 * Sets of field paths, as managedFields writes them (FieldsV1), and what they say about an object. A path is the list
 * of its elements: `f:name` for a field, `k:{…}` for an item of a keyed list, `v:…` for a value of a set. Pure.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../json.js';
import { applyListType, isAtomicMap, KEY_DEFAULTS } from './list-types.js';

export type FieldPath = readonly string[];
const SEPARATOR = '\u0000';
export const keyOfPath = (path: FieldPath): string => path.join(SEPARATOR);
export const pathOfKey = (key: string): FieldPath => key.split(SEPARATOR);

/** The key of an item in a keyed list. */
export function itemKey(item: JsonObject, keys: readonly string[]): string {
  const found: JsonObject = {};
  for (const key of [...keys].sort()) {
    const value = item[key] ?? KEY_DEFAULTS[key];
    if (value !== undefined) found[key] = value;
  }
  return `k:${JSON.stringify(found)}`;
}

/** Never owned by anyone: identity and what the server writes. */
const UNOWNED = new Set(['apiVersion', 'kind', 'status']);
const UNOWNED_METADATA = new Set([
  'name',
  'namespace',
  'generateName',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
]);

/** Every leaf of an object with its value; items of keyed lists also stand for themselves. */
export function leaves(value: JsonObject, custom: boolean): Map<string, JsonValue> {
  const found = new Map<string, JsonValue>();
  const walk = (current: JsonValue, path: FieldPath, parents: readonly string[]): void => {
    const field = parents.at(-1) ?? '';
    if (isJsonObject(current)) {
      const entries = Object.entries(current);
      if (entries.length === 0 || (!custom && isAtomicMap(field))) {
        found.set(keyOfPath(path), current);
        return;
      }
      for (const [key, member] of entries) {
        if (parents.length === 0 && UNOWNED.has(key)) continue;
        if (parents.length === 1 && field === 'metadata' && UNOWNED_METADATA.has(key)) continue;
        if (member !== null) walk(member, [...path, `f:${key}`], [...parents, key]);
      }
      return;
    }
    const type = Array.isArray(current)
      ? custom && parents[0] !== 'metadata'
        ? 'atomic'
        : applyListType(parents.slice(0, -1), field)
      : undefined;
    if (!Array.isArray(current) || type === undefined || type === 'atomic') {
      found.set(keyOfPath(path), current);
      return;
    }
    for (const item of current) {
      if (type === 'set') found.set(keyOfPath([...path, `v:${JSON.stringify(item)}`]), item);
      else if (isJsonObject(item)) {
        const step = [...path, itemKey(item, type.keys)];
        found.set(keyOfPath(step), '');
        walk(item, step, parents);
      }
    }
  };
  walk(value, [], []);
  return found;
}

export function toFieldsV1(paths: Iterable<string>): JsonObject {
  const root: JsonObject = {};
  for (const key of paths) {
    let node = root;
    for (const step of pathOfKey(key)) {
      const next = node[step];
      const child: JsonObject = isJsonObject(next) ? next : {};
      node[step] = child;
      node = child;
    }
    if (pathOfKey(key).at(-1)?.startsWith('k:')) node['.'] = {};
  }
  return root;
}

export function fromFieldsV1(fields: JsonValue | undefined): Set<string> {
  const found = new Set<string>();
  const walk = (node: JsonObject, path: FieldPath): void => {
    const steps = Object.entries(node).filter(([step]) => step !== '.');
    if (steps.length === 0 || '.' in node) if (path.length > 0) found.add(keyOfPath(path));
    for (const [step, child] of steps) if (isJsonObject(child)) walk(child, [...path, step]);
  };
  if (isJsonObject(fields)) walk(fields, []);
  return found;
}

/** `.spec.template.spec.containers[name="web"].image`, as conflicts name a field. */
export function pathText(key: string): string {
  return pathOfKey(key)
    .map((step) => {
      if (step.startsWith('f:')) return `.${step.slice(2)}`;
      if (step.startsWith('v:')) return `[=${step.slice(2)}]`;
      const parsed: unknown = JSON.parse(step.slice(2));
      const pairs = isJsonObject(parsed) ? Object.entries(parsed) : [];
      return `[${pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}
