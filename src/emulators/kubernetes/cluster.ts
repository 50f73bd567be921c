/**
 * One emulated cluster: the store, its time, its resources and its events, with the few writes that every controller
 * needs. It speaks no HTTP and judges no request; what is written here has been admitted already.
 */
import type { JsonObject } from '../../json.js';
import { EventRecorder } from './events.js';
import { condition, isDeleting, list, nameOf, namespaceOf, object, set, stamp, uidOf } from './fields.js';
import type { Names } from './names.js';
import { Registry } from './registry.js';
import { Simulation } from './simulation.js';
import { keyOf, Store } from './store.js';
import type { Program } from './worlds/schema.js';

export interface DeleteOptions {
  /** Seconds; undefined means what the object itself says. */
  grace?: number | undefined;
  propagation?: 'Background' | 'Foreground' | 'Orphan';
}

export class Cluster {
  readonly store: Store;
  readonly simulation: Simulation;
  readonly registry = new Registry();
  readonly events: EventRecorder;
  private readonly births = new Map<string, number>();

  constructor(
    readonly names: Names,
    start: number,
    readonly programs: readonly Program[],
    readonly version: string,
  ) {
    this.store = new Store(names.between(4_000_000, 9_000_000, 'resourceVersion'));
    this.simulation = new Simulation(this.store, names, start);
    this.events = new EventRecorder(this.store, this.simulation, names);
    this.store.listen((change) => {
      if (change.storage !== 'customresourcedefinitions.apiextensions.k8s.io') return;
      const definition = change.after.object;
      const established = condition(definition, 'Established')?.status === 'True';
      if (change.type !== 'DELETED' && established) this.registry.define(definition);
      else this.registry.forget(nameOf(definition));
    });
  }

  get now(): number {
    return this.simulation.now;
  }

  /** Stores a new object with identity, time and generation filled in. */
  create(storage: string, value: JsonObject): JsonObject {
    const key = `${storage}|${keyOf(namespaceOf(value), nameOf(value))}`;
    const birth = this.births.get(key) ?? 0;
    this.births.set(key, birth + 1);
    const metadata = object(value, 'metadata');
    return this.store.put(storage, {
      ...value,
      metadata: {
        ...metadata,
        uid: this.names.uid(key, birth),
        creationTimestamp: stamp(this.now),
        ...('spec' in value && !WITHOUT_GENERATION.has(storage) ? { generation: 1 } : {}),
      },
    });
  }

  /** Stores a changed object; an object that is being deleted and has lost its last finalizer goes away. */
  update(storage: string, value: JsonObject): JsonObject {
    const last = isDeleting(value) && list(value, 'metadata', 'finalizers').length === 0;
    const finished = last && (storage === 'pods' ? isStopped(value) : storage !== 'namespaces');
    return finished ? this.store.remove(storage, value) : this.store.put(storage, value);
  }

  /** Reads the newest version, changes it, stores it if that made a difference. */
  revise(storage: string, value: JsonObject, change: (latest: JsonObject) => JsonObject): JsonObject | undefined {
    const latest = this.store.get(storage, namespaceOf(value), nameOf(value));
    if (!latest || uidOf(latest) !== uidOf(value)) return undefined;
    const next = change(latest);
    return next === latest ? latest : this.update(storage, next);
  }

  /** Deletes as the API server does: gracefully, behind finalizers, and with what depends on it. */
  delete(storage: string, value: JsonObject, options: DeleteOptions = {}): JsonObject {
    if (options.propagation === 'Orphan') this.orphan(uidOf(value));
    if (storage === 'pods') return this.deletePod(value, options);
    const finalizers = list(value, 'metadata', 'finalizers');
    const foreground = options.propagation === 'Foreground' && this.store.dependents(uidOf(value)).length > 0;
    if (storage !== 'namespaces' && finalizers.length === 0 && !foreground) return this.store.remove(storage, value);
    if (isDeleting(value)) return value;
    let marked = set(value, ['metadata', 'deletionTimestamp'], stamp(this.now));
    marked = set(marked, ['metadata', 'deletionGracePeriodSeconds'], 0);
    if (storage === 'namespaces') marked = set(marked, ['status', 'phase'], 'Terminating');
    if (foreground) marked = set(marked, ['metadata', 'finalizers'], [...finalizers, 'foregroundDeletion']);
    return this.store.put(storage, marked);
  }

  private deletePod(pod: JsonObject, options: DeleteOptions): JsonObject {
    const asked = options.grace ?? Number(object(pod, 'spec').terminationGracePeriodSeconds ?? 30);
    const phase = object(pod, 'status').phase;
    const grace = object(pod, 'spec').nodeName === undefined || phase === 'Succeeded' || phase === 'Failed' ? 0 : asked;
    const finalizers = list(pod, 'metadata', 'finalizers').length > 0;
    if (grace === 0 && !finalizers) return this.store.remove('pods', pod);
    if (isDeleting(pod) && Number(object(pod, 'metadata').deletionGracePeriodSeconds ?? 0) <= grace) return pod;
    const marked = set(pod, ['metadata', 'deletionTimestamp'], stamp(this.now + grace * 1000));
    return this.store.put('pods', set(marked, ['metadata', 'deletionGracePeriodSeconds'], grace));
  }

  private orphan(uid: string): void {
    for (const [storage, key] of this.store.dependents(uid)) {
      const dependent = this.store.byKey(storage, key);
      if (!dependent) continue;
      const owners = list(dependent, 'metadata', 'ownerReferences').filter((owner) => object(owner).uid !== uid);
      this.store.put(storage, set(dependent, ['metadata', 'ownerReferences'], owners.length > 0 ? owners : undefined));
    }
  }
}

/** Objects whose metadata carries no generation although they have a spec. */
const WITHOUT_GENERATION = new Set(['nodes', 'namespaces', 'services', 'persistentvolumes', 'persistentvolumeclaims']);
/** A pod leaves when its kubelet has stopped it, or when it never had one; namespaces leave when they are empty. */
const isStopped = (pod: JsonObject): boolean =>
  object(pod, 'metadata').deletionGracePeriodSeconds === 0 || object(pod, 'spec').nodeName === undefined;
