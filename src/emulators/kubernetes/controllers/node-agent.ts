/** What every part of a kubelet needs: its pods as the API server knows them, their events, and whether its node is up. */
import type { JsonObject } from '../../../json.js';
import type { Cluster } from '../cluster.js';
import { equal, object, objects, text, uidOf } from '../fields.js';
import type { ContainerRun, PodRun } from './pod-run.js';
import { podStatus } from './pod-status.js';

export class NodeAgent {
  readonly down = new Set<string>();
  /** While a large world is made: pods start in no time and skip the states that nobody would see. */
  instant = false;

  constructor(readonly cluster: Cluster) {}

  /** Milliseconds that differ from pod to pod and are the same in every run. */
  jitter(low: number, high: number, run: PodRun, what: string): number {
    return this.cluster.names.between(low, high, what, run.uid);
  }

  pod(run: PodRun): JsonObject | undefined {
    const pod = this.cluster.store.get('pods', run.namespace, run.name);
    return pod && uidOf(pod) === run.uid ? pod : undefined;
  }

  /** Nothing happens any more to a pod that is being stopped, or whose node is down. */
  halted(run: PodRun): boolean {
    return run.stopping || this.down.has(run.node);
  }

  emit(
    run: PodRun,
    container: ContainerRun | undefined,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    count = 1,
  ): void {
    if (!this.cluster.events.keeps(this.cluster.now)) return;
    const pod = this.pod(run);
    if (!pod) return;
    const field = container?.role === 'app' ? 'containers' : 'initContainers';
    const about = container ? { fieldPath: `spec.${field}{${container.name}}` } : {};
    this.cluster.events.emit(pod, type, reason, message, { component: 'kubelet', host: run.node }, { ...about, count });
  }

  /** A status that says nothing new is not written: nobody who watches would be told of it. */
  publish(run: PodRun): void {
    const pod = this.pod(run);
    if (!pod || this.down.has(run.node)) return;
    const status = podStatus(pod, run, this.hostIp(run.node), this.cluster.now);
    const extra = object(pod, 'status');
    const kept: JsonObject = {};
    for (const field of ['reason', 'message', 'nominatedNodeName']) {
      const value = extra[field];
      if (value !== undefined) kept[field] = value;
    }
    const next = { ...status, ...kept };
    if (!equal(extra, next)) this.cluster.store.put('pods', { ...pod, status: next });
  }

  hostIp(node: string): string {
    const addresses = objects(this.cluster.store.get('nodes', '', node), 'status', 'addresses');
    return text(
      addresses.find((address) => address.type === 'InternalIP'),
      'address',
    );
  }
}
