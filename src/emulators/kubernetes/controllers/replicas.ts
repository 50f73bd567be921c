/** What ReplicaSets, StatefulSets and Jobs have in common: which pods are theirs, which count, which go first. */
import type { JsonObject } from '../../../json.js';
import type { Cluster } from '../cluster.js';
import { condition, isDeleting, stamp, text, timeOf, uidOf } from '../fields.js';

export const isReady = (pod: JsonObject): boolean => condition(pod, 'Ready')?.status === 'True';
export const isFinished = (pod: JsonObject): boolean => ['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase'));
export const isActive = (pod: JsonObject): boolean => !isDeleting(pod) && !isFinished(pod);

export function isAvailable(pod: JsonObject, minReadySeconds: number, now: number): boolean {
  if (!isReady(pod)) return false;
  if (minReadySeconds === 0) return true;
  return timeOf(condition(pod, 'Ready'), 'lastTransitionTime') + minReadySeconds * 1000 <= now;
}

export const podsOf = (cluster: Cluster, owner: JsonObject): JsonObject[] =>
  cluster.store.ownedBy(uidOf(owner), 'pods');

/** First those a scale-down should take: unbound, pending, not ready, newest. */
export function deletionOrder(pods: JsonObject[]): JsonObject[] {
  const rank = (pod: JsonObject): number[] => [
    text(pod, 'spec', 'nodeName') === '' ? 0 : 1,
    text(pod, 'status', 'phase') === 'Pending' ? 0 : 1,
    isReady(pod) ? 1 : 0,
    -timeOf(pod, 'metadata', 'creationTimestamp'),
  ];
  const ranked = pods.map((pod) => ({ pod, rank: rank(pod) }));
  ranked.sort((a, b) => {
    for (let i = 0; i < a.rank.length; i++) {
      const difference = (a.rank[i] ?? 0) - (b.rank[i] ?? 0);
      if (difference !== 0) return difference;
    }
    return a.pod === b.pod ? 0 : text(a.pod, 'metadata', 'name') < text(b.pod, 'metadata', 'name') ? -1 : 1;
  });
  return ranked.map((entry) => entry.pod);
}

/** A workload's condition; its transition time changes only with its status. */
export function workloadCondition(
  before: JsonObject | undefined,
  type: string,
  status: boolean,
  reason: string,
  message: string,
  now: number,
): JsonObject {
  const value = status ? 'True' : 'False';
  const same = before?.status === value;
  const unchanged = same && before?.reason === reason && before?.message === message;
  return {
    lastTransitionTime: same ? text(before, 'lastTransitionTime') : stamp(now),
    ...(type !== 'ReplicaFailure' && {
      lastUpdateTime: unchanged ? text(before, 'lastUpdateTime') : stamp(now),
    }),
    message,
    reason,
    status: value,
    type,
  };
}
