/** ReplicaSets: as many pods as asked for, and a status that says how many of them are ready. */
import type { JsonObject } from '../../../json.js';
import type { Cluster } from '../cluster.js';
import {
  condition,
  controllerOf,
  equal,
  isDeleting,
  labelsOf,
  nameOf,
  namespaceOf,
  number,
  object,
  set,
  text,
  uidOf,
} from '../fields.js';
import { makePod } from './pod-maker.js';
import { deletionOrder, isActive, isAvailable, isReady, podsOf, workloadCondition } from './replicas.js';

export const REPLICA_SETS = 'replicasets.apps';
const SOURCE = { component: 'replicaset-controller' };
/** The work queue's back-off. */
const FIRST_RETRY = 5_000;
const LAST_RETRY = 1_000_000;

export class ReplicaSets {
  private readonly made = new Map<string, number>();
  /** When a refused creation may be tried again, and how often it has been refused in a row. */
  private readonly retrying = new Map<string, { due: number; refusals: number }>();

  constructor(private readonly cluster: Cluster) {
    cluster.simulation.onChange((change) => {
      if (change.storage === REPLICA_SETS && change.type !== 'DELETED') this.wake(change.after.object);
      if (change.storage !== 'pods') return;
      const owner = controllerOf(change.after.object);
      if (owner?.kind === 'ReplicaSet') this.wakeNamed(namespaceOf(change.after.object), text(owner, 'name'));
    });
  }

  wake(value: JsonObject): void {
    this.wakeNamed(namespaceOf(value), nameOf(value));
  }

  private wakeNamed(namespace: string, name: string): void {
    this.cluster.simulation.wake(`rs/${namespace}/${name}`, () => this.sync(namespace, name));
  }

  private sync(namespace: string, name: string): void {
    const value = this.cluster.store.get(REPLICA_SETS, namespace, name);
    if (!value || isDeleting(value)) return;
    const active = podsOf(this.cluster, value).filter(isActive);
    const wanted = number(value, 'spec', 'replicas') ?? 1;
    // After a refusal nothing is tried again until the back-off is over.
    const waiting = (this.retrying.get(uidOf(value))?.due ?? 0) > this.cluster.now && active.length < wanted;
    let failure = waiting ? text(condition(value, 'ReplicaFailure'), 'message') : undefined;
    for (let missing = wanted - active.length; missing > 0 && failure === undefined; missing--) {
      const pod = this.create(value);
      if (typeof pod === 'string') failure = pod;
      else active.push(pod);
    }
    if (active.length > wanted) {
      for (const pod of deletionOrder(active).slice(0, active.length - wanted)) {
        this.cluster.delete('pods', pod);
        this.cluster.events.emit(value, 'Normal', 'SuccessfulDelete', `Deleted pod: ${nameOf(pod)}`, SOURCE);
      }
    }
    this.status(value, podsOf(this.cluster, value).filter(isActive), failure);
  }

  private create(value: JsonObject): JsonObject | string {
    const next = (this.made.get(uidOf(value)) ?? 0) + 1;
    this.made.set(uidOf(value), next);
    const pod = makePod(this.cluster, value, object(value, 'spec', 'template'), { salt: String(next) });
    if (typeof pod !== 'string') {
      this.retrying.delete(uidOf(value));
      this.cluster.events.emit(value, 'Normal', 'SuccessfulCreate', `Created pod: ${nameOf(pod)}`, SOURCE);
      return pod;
    }
    this.cluster.events.emit(value, 'Warning', 'FailedCreate', `Error creating: ${pod}`, SOURCE);
    const refusals = (this.retrying.get(uidOf(value))?.refusals ?? 0) + 1;
    const delay = Math.min(FIRST_RETRY * 2 ** (refusals - 1), LAST_RETRY);
    this.retrying.set(uidOf(value), { due: this.cluster.now + delay, refusals });
    this.cluster.simulation.after(delay, () => this.wake(value));
    return pod;
  }

  private status(value: JsonObject, pods: JsonObject[], failure: string | undefined): void {
    const { now } = this.cluster;
    const minReady = number(value, 'spec', 'minReadySeconds') ?? 0;
    const ready = pods.filter(isReady);
    const available = ready.filter((pod) => isAvailable(pod, minReady, now));
    if (minReady > 0 && available.length < ready.length)
      this.cluster.simulation.after(minReady * 1000, () => this.wake(value));
    const before = condition(value, 'ReplicaFailure');
    const template = Object.entries(object(value, 'spec', 'template', 'metadata', 'labels'));
    const status: JsonObject = {
      replicas: pods.length,
      ...(pods.length > 0 && {
        fullyLabeledReplicas: pods.filter((pod) => template.every(([key, label]) => labelsOf(pod)[key] === label))
          .length,
      }),
      ...(ready.length > 0 && { readyReplicas: ready.length }),
      ...(available.length > 0 && { availableReplicas: available.length }),
      observedGeneration: number(value, 'metadata', 'generation') ?? 1,
      ...(failure !== undefined && {
        conditions: [workloadCondition(before, 'ReplicaFailure', true, 'FailedCreate', failure, now)],
      }),
    };
    if (!equal(status, object(value, 'status')))
      this.cluster.revise(REPLICA_SETS, value, (latest) => set(latest, ['status'], status));
  }
}
