/**
 * A snapshot with its indexes: who owns a pod, which pods a selector matches, which events an object has. Built once per
 * diagnosis; the checks ask it and nothing else. It knows no network and no clock: `now` is given.
 */
import { keyOf } from './finding.js';
import type { Condition, EventRecord, Job, Meta, Node, OwnerRef, Pod, Service, Snapshot, Workload } from './model.js';
import { matchesLabels } from './selectors.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export class View {
  readonly #workloads = new Map<string, Workload>();
  readonly #jobs = new Map<string, Job>();
  readonly #podsByNamespace = new Map<string, Pod[]>();
  readonly #podsByNode = new Map<string, Pod[]>();
  readonly #podsByOwner = new Map<string, Pod[]>();
  readonly #podsByLabel = new Map<string, Pod[]>();
  readonly #podNames = new Map<string, Pod>();
  readonly #eventsByUid = new Map<string, EventRecord[]>();
  readonly #eventsByName = new Map<string, EventRecord[]>();
  readonly #nodes = new Map<string, Node>();
  readonly #services = new Map<string, Service>();
  readonly #owners = new Map<Pod, OwnerRef>();
  readonly #workloadsByNamespace = new Map<string, Workload[]>();
  readonly #secrets: ReadonlySet<string>;

  constructor(
    readonly snapshot: Snapshot,
    readonly now: number,
  ) {
    for (const workload of snapshot.workloads) {
      this.#workloads.set(keyOf(workload.kind, workload.namespace, workload.name), workload);
      push(this.#workloadsByNamespace, workload.namespace, workload);
    }
    this.#secrets = new Set(snapshot.secrets.map((secret) => `${secret.namespace}/${secret.name}`));
    for (const job of snapshot.jobs) this.#jobs.set(keyOf('Job', job.namespace, job.name), job);
    for (const node of snapshot.nodes) this.#nodes.set(node.name, node);
    for (const service of snapshot.services) this.#services.set(`${service.namespace}/${service.name}`, service);
    for (const pod of snapshot.pods) this.#indexPod(pod);
    for (const event of snapshot.events) {
      push(event.uid === '' ? this.#eventsByName : this.#eventsByUid, event.uid || eventKey(event), event);
    }
  }

  #indexPod(pod: Pod): void {
    const owner = this.topOwner(pod.namespace, pod.owner, pod.labels) ?? { kind: 'Pod', name: pod.name };
    this.#owners.set(pod, owner);
    this.#podNames.set(`${pod.namespace}/${pod.name}`, pod);
    push(this.#podsByNamespace, pod.namespace, pod);
    push(this.#podsByOwner, keyOf(owner.kind, pod.namespace, owner.name), pod);
    if (pod.node !== '') push(this.#podsByNode, pod.node, pod);
    for (const [label, value] of Object.entries(pod.labels)) {
      push(this.#podsByLabel, `${pod.namespace}|${label}=${value}`, pod);
    }
  }

  /** True where the list was read to its end, so that what is not in it does not exist. */
  knows(resource: string): boolean {
    return this.snapshot.read.has(resource);
  }

  /** Deployment rather than ReplicaSet, CronJob rather than Job; null for what nobody controls. */
  topOwner(namespace: string, owner: OwnerRef | null, labels: Record<string, string> = {}): OwnerRef | null {
    // Static pods are owned by their node, which is where they lie rather than what they belong to.
    if (!owner || owner.kind === 'Node') return null;
    if (owner.kind === 'ReplicaSet') {
      const replicaSet = this.#workloads.get(keyOf('ReplicaSet', namespace, owner.name));
      if (replicaSet) return replicaSet.owner ?? owner;
      const hash = labels['pod-template-hash'];
      // The ReplicaSet could not be read or is gone: a Deployment names it after itself and the template's hash.
      if (hash && owner.name.endsWith(`-${hash}`)) {
        return { kind: 'Deployment', name: owner.name.slice(0, -hash.length - 1) };
      }
    }
    if (owner.kind === 'Job') return this.#jobs.get(keyOf('Job', namespace, owner.name))?.owner ?? owner;
    return owner;
  }

  ownerOf(pod: Pod): OwnerRef {
    return this.#owners.get(pod) ?? { kind: 'Pod', name: pod.name };
  }

  workload(kind: string, namespace: string, name: string): Workload | undefined {
    return this.#workloads.get(keyOf(kind, namespace, name));
  }

  job(namespace: string, name: string): Job | undefined {
    return this.#jobs.get(keyOf('Job', namespace, name));
  }

  pod(namespace: string, name: string): Pod | undefined {
    return this.#podNames.get(`${namespace}/${name}`);
  }

  node(name: string): Node | undefined {
    return this.#nodes.get(name);
  }

  service(namespace: string, name: string): Service | undefined {
    return this.#services.get(`${namespace}/${name}`);
  }

  workloadsIn(namespace: string): Workload[] {
    return this.#workloadsByNamespace.get(namespace) ?? [];
  }

  /** False also where secrets could not be read; ask `knows('secrets')` first. */
  hasSecret(namespace: string, name: string): boolean {
    return this.#secrets.has(`${namespace}/${name}`);
  }

  podsIn(namespace: string): Pod[] {
    return this.#podsByNamespace.get(namespace) ?? [];
  }

  podsOn(node: string): Pod[] {
    return this.#podsByNode.get(node) ?? [];
  }

  podsOf(kind: string, namespace: string, name: string): Pod[] {
    return this.#podsByOwner.get(keyOf(kind, namespace, name)) ?? [];
  }

  /** Pods that a plain map of labels selects. An empty map selects nothing, as for a Service. */
  podsWith(namespace: string, labels: Record<string, string>): Pod[] {
    const entries = Object.entries(labels);
    let smallest: Pod[] | null = null;
    for (const [label, value] of entries) {
      const pods = this.#podsByLabel.get(`${namespace}|${label}=${value}`) ?? [];
      if (smallest === null || pods.length < smallest.length) smallest = pods;
    }
    return (smallest ?? []).filter((pod) => matchesLabels(labels, pod.labels));
  }

  /**
   * Warning events of exactly this object: by UID, so that neither a namesake nor a predecessor lends it its events.
   * Events without a UID count by kind, namespace and name.
   */
  eventsOf(kind: string, object: Pick<Meta, 'uid' | 'namespace' | 'name'>): EventRecord[] {
    const named = this.#eventsByName.get(keyOf(kind, object.namespace, object.name)) ?? [];
    if (object.uid === '') return named;
    const own = this.#eventsByUid.get(object.uid) ?? [];
    return named.length > 0 ? [...own, ...named] : own;
  }

  /** The newest of its events with one of these reasons, not older than `within`. */
  eventOf(
    kind: string,
    object: Pick<Meta, 'uid' | 'namespace' | 'name'>,
    reasons: readonly string[],
    within = HOUR,
  ): EventRecord | null {
    let newest: EventRecord | null = null;
    for (const event of this.eventsOf(kind, object)) {
      if (!reasons.includes(event.reason) || !this.recent(event.last, within)) continue;
      if (newest === null || (event.last ?? 0) > (newest.last ?? 0)) newest = event;
    }
    return newest;
  }

  /** Within the last so many milliseconds; a time that is not known counts as recent. */
  recent(time: number | null, within: number): boolean {
    return time === null || this.now - time <= within;
  }

  /** Longer ago than so many milliseconds; a time that is not known counts as long ago. */
  olderThan(time: number | null, age: number): boolean {
    return time === null || this.now - time > age;
  }
}

export const eventKey = (event: EventRecord) => keyOf(event.kind, event.namespace, event.name);

export function condition(conditions: readonly Condition[], type: string): Condition | undefined {
  return conditions.find((entry) => entry.type === type);
}

/** Finished pods need nothing any more: they are neither broken nor do they count as replicas. */
export const isFinished = (pod: Pod) => pod.phase === 'Succeeded' || pod.phase === 'Failed';

export function isReady(pod: Pod): boolean {
  return condition(pod.conditions, 'Ready')?.status === 'True';
}

function push<T>(into: Map<string, T[]>, key: string, value: T): void {
  const found = into.get(key);
  if (found) found.push(value);
  else into.set(key, [value]);
}
