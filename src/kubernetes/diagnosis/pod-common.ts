/** What the checks of pods share: which pods are worth looking at, how their containers' fields are named, their node. */
import type { Cause } from './finding.js';
import { keyOf } from './finding.js';
import { hasRecovered, jobSucceeded } from './job-state.js';
import type { ContainerRecord, EventRecord, Pod } from './model.js';
import { HOUR, isFinished, isReady, type View } from './view.js';

/** Pods that should be running: neither finished nor being deleted. */
export const isExpectedToRun = (pod: Pod) => !isFinished(pod) && pod.deleted === null;

/** `status.containerStatuses[0].state.waiting.reason` */
export function statusPath(container: ContainerRecord, field: string): string {
  const list = container.list === 'containers' ? 'containerStatuses' : 'initContainerStatuses';
  return `status.${list}[${container.index}].${field}`;
}

export const waitsFor = (container: ContainerRecord) =>
  container.state.kind === 'waiting' ? container.state.reason : '';

/**
 * A node that is down, and pods that lie on it and do not serve, are one finding. A crash, a bad image or a missing
 * reference has its own cause, wherever the pod lies.
 */
export function nodeDown(pod: Pod): Cause[] {
  return pod.node === '' ? [] : [{ object: keyOf('Node', '', pod.node), checks: ['N1'] }];
}

/** Other findings on the same pods. */
export function ofSamePods(view: View, pod: Pod, checks: readonly string[]): Cause[] {
  const owner = view.ownerOf(pod);
  return [
    { object: keyOf('Pod', pod.namespace, pod.name), checks },
    { object: keyOf('owner', pod.namespace, `${owner.kind}/${owner.name}`), checks },
  ];
}

const REPLICATED = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ReplicationController']);

/** No pod of its owner serves. Pods of their own and pods of jobs are no replicas. */
export function noReplicaReady(view: View, pod: Pod): boolean {
  const owner = view.ownerOf(pod);
  if (!REPLICATED.has(owner.kind)) return false;
  return !view
    .podsOf(owner.kind, pod.namespace, owner.name)
    .some((replica) => isReady(replica) && !isFinished(replica));
}

/** For events on what is still so: as long as the state lasts, its event explains it. */
export const EVER = Number.POSITIVE_INFINITY;

/** The newest recent event of the pod whose reason and message fit. */
export function podEvent(
  view: View,
  pod: Pod,
  reasons: readonly string[],
  message = /(?:)/,
  within = HOUR,
): EventRecord | null {
  let newest: EventRecord | null = null;
  for (const event of view.eventsOf('Pod', pod)) {
    if (!reasons.includes(event.reason) || !message.test(event.message) || !view.recent(event.last, within)) continue;
    if (newest === null || (event.last ?? 0) > (newest.last ?? 0)) newest = event;
  }
  return newest;
}

/** Its job has succeeded in the end, or a later run of its CronJob has: what single pods of it did on the way is history. */
export function belongsToSucceededJob(view: View, pod: Pod): boolean {
  if (pod.owner?.kind !== 'Job') return false;
  const job = view.job(pod.namespace, pod.owner.name);
  if (!job) return false;
  return jobSucceeded(job) || hasRecovered(view, job);
}

/** `-c NAME` where the pod has more than one container. */
export const containerArgument = (pod: Pod, container: ContainerRecord) =>
  pod.containers.length > 1 ? `, container ${container.name}` : '';
