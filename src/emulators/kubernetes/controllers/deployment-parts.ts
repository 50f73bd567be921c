/** What rollouts and the status of deployments both count with. Pure. */
import type { JsonObject, JsonValue } from '../../../json.js';
import { canonical, number } from '../fields.js';
import { Names } from '../names.js';

export const DEPLOYMENTS = 'deployments.apps';
export const HASH_LABEL = 'pod-template-hash';

/** Of a template alone, whatever the seed: the same template gets the same ReplicaSet again. */
const hashes = new Names(0);

/** Templates are never changed in place, so each needs to be hashed only once. */
const known = new WeakMap<JsonObject, string>();
export function templateHash(template: JsonObject): string {
  let hash = known.get(template);
  if (hash === undefined) {
    hash = hashes.suffix(10, canonical(template));
    known.set(template, hash);
  }
  return hash;
}

export const replicasOf = (value: JsonObject): number => number(value, 'spec', 'replicas') ?? 1;
export const availableOf = (value: JsonObject): number => number(value, 'status', 'availableReplicas') ?? 0;
export const sum = (values: JsonObject[], of: (value: JsonObject) => number): number =>
  values.reduce((total, value) => total + of(value), 0);

export function share(
  value: JsonValue | undefined,
  fallback: string,
  of: number,
  round: (n: number) => number,
): number {
  const given = value ?? fallback;
  if (typeof given === 'number') return given;
  return typeof given === 'string' && given.endsWith('%')
    ? round((Number.parseInt(given, 10) * of) / 100)
    : Number(given) || 0;
}
