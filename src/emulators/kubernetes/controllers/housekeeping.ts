/** The small controllers: garbage collection, namespaces, disruption budgets, quotas, endpoints of nothing. */
import type { JsonObject } from '../../../json.js';
import { podUsage, spell } from '../admission.js';
import type { Cluster } from '../cluster.js';
import {
  condition,
  equal,
  isDeleting,
  labelsOf,
  list,
  nameOf,
  namespaceOf,
  number,
  object,
  objects,
  set,
  stamp,
  text,
  uidOf,
} from '../fields.js';
import { quantity } from '../quantity.js';
import { matchesSelector } from '../selectors.js';
import type { Change } from '../store.js';
import { isActive, isFinished, isReady } from './replicas.js';

export const BUDGETS = 'poddisruptionbudgets.policy';
const NAMESPACE_DRAIN = 3_000;

/** What no longer has an owner goes too. */
export class GarbageCollector {
  constructor(private readonly cluster: Cluster) {
    cluster.simulation.onChange((change) => {
      if (change.type === 'DELETED') {
        if (cluster.store.dependents(uidOf(change.after.object)).length > 0) this.wake(uidOf(change.after.object));
        for (const owner of objects(change.after.object, 'metadata', 'ownerReferences')) this.wakeOwner(change, owner);
      } else if (
        isDeleting(change.after.object) &&
        list(change.after.object, 'metadata', 'finalizers').includes('foregroundDeletion')
      )
        this.foreground(change.storage, change.after.object);
    });
  }

  private wake(uid: string): void {
    this.cluster.simulation.wake(`gc/${uid}`, () => {
      for (const [storage, key] of this.cluster.store.dependents(uid)) {
        const dependent = this.cluster.store.byKey(storage, key);
        if (!dependent || isDeleting(dependent)) continue;
        const others = objects(dependent, 'metadata', 'ownerReferences').filter((owner) => owner.uid !== uid);
        if (others.length > 0) this.cluster.update(storage, set(dependent, ['metadata', 'ownerReferences'], others));
        else this.cluster.delete(storage, dependent);
      }
    });
  }

  private foreground(storage: string, value: JsonObject): void {
    this.cluster.simulation.wake(`foreground/${uidOf(value)}`, () => {
      const latest = this.cluster.store.get(storage, namespaceOf(value), nameOf(value));
      if (!latest || uidOf(latest) !== uidOf(value)) return;
      const dependents = this.cluster.store.dependents(uidOf(value));
      for (const [where, key] of dependents) {
        const dependent = this.cluster.store.byKey(where, key);
        if (dependent && !isDeleting(dependent)) this.cluster.delete(where, dependent, { propagation: 'Foreground' });
      }
      if (this.cluster.store.dependents(uidOf(value)).length > 0) return;
      const left = list(latest, 'metadata', 'finalizers').filter((item) => item !== 'foregroundDeletion');
      this.cluster.update(storage, set(latest, ['metadata', 'finalizers'], left.length > 0 ? left : undefined));
    });
  }

  /** An owner that waits for its dependents in the foreground may be able to go now. */
  private wakeOwner(change: Change, owner: JsonObject): void {
    const resource = this.cluster.registry.byKind(text(owner, 'apiVersion'), text(owner, 'kind'));
    if (!resource) return;
    const namespace = resource.namespaced ? namespaceOf(change.after.object) : '';
    const found = this.cluster.store.get(resource.storage, namespace, text(owner, 'name'));
    if (found && isDeleting(found) && list(found, 'metadata', 'finalizers').includes('foregroundDeletion'))
      this.foreground(resource.storage, found);
  }
}

/** Namespaces get their service account when they appear, and lose everything before they go. */
export class Namespaces {
  /** Namespaces that wait for their next look, so that each has one timer only. */
  private readonly waiting = new Set<string>();

  constructor(private readonly cluster: Cluster) {
    cluster.simulation.onChange((change) => {
      if (change.storage !== 'namespaces' || change.type === 'DELETED') return;
      const namespace = change.after.object;
      if (change.type === 'ADDED') this.furnish(nameOf(namespace));
      else if (isDeleting(namespace))
        cluster.simulation.wake(`namespace/${nameOf(namespace)}`, () => this.drain(nameOf(namespace)));
    });
  }

  private furnish(namespace: string): void {
    this.cluster.create('serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace },
    });
    this.cluster.create('configmaps', {
      apiVersion: 'v1',
      data: { 'ca.crt': '-----BEGIN CERTIFICATE-----\nZGVtb25zdHJhdGlvbiBvbmx5\n-----END CERTIFICATE-----\n' },
      kind: 'ConfigMap',
      metadata: {
        annotations: {
          'kubernetes.io/description':
            'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
        },
        name: 'kube-root-ca.crt',
        namespace,
      },
    });
  }

  private drain(name: string): void {
    const namespace = this.cluster.store.get('namespaces', '', name);
    if (!namespace || !isDeleting(namespace)) return;
    let left = 0;
    const finalizers = new Set<string>();
    for (const storage of this.cluster.store.storages()) {
      for (const value of this.cluster.store.list(storage, name)) {
        if (!isDeleting(value)) this.cluster.delete(storage, value);
        const after = this.cluster.store.get(storage, name, nameOf(value));
        if (!after) continue;
        left++;
        for (const finalizer of list(after, 'metadata', 'finalizers')) finalizers.add(String(finalizer));
      }
    }
    if (left === 0 && list(namespace, 'metadata', 'finalizers').length === 0) {
      this.cluster.store.remove('namespaces', namespace);
      return;
    }
    this.cluster.revise('namespaces', namespace, (latest) => {
      const conditions = this.conditions(latest, left, [...finalizers]);
      return equal(conditions, object(latest, 'status').conditions)
        ? latest
        : set(latest, ['status', 'conditions'], conditions);
    });
    if (this.waiting.has(name)) return;
    this.waiting.add(name);
    this.cluster.simulation.after(NAMESPACE_DRAIN, () => {
      this.waiting.delete(name);
      this.drain(name);
    });
  }

  private conditions(namespace: JsonObject, left: number, finalizers: string[]): JsonObject[] {
    const make = (type: string, holds: boolean, reason: string, message: string): JsonObject => {
      const before = condition(namespace, type);
      const status = holds ? 'True' : 'False';
      const since = before?.status === status ? text(before, 'lastTransitionTime') : stamp(this.cluster.now);
      return { lastTransitionTime: since, message, reason, status, type };
    };
    return [
      make('NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'),
      make(
        'NamespaceDeletionContentFailure',
        false,
        'ContentDeleted',
        'All content successfully deleted, may be waiting on finalization',
      ),
      left > 0
        ? make(
            'NamespaceContentRemaining',
            true,
            'SomeResourcesRemain',
            `Some resources are remaining: ${left} resource instances`,
          )
        : make('NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'),
      finalizers.length > 0
        ? make(
            'NamespaceFinalizersRemaining',
            true,
            'SomeFinalizersRemain',
            `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}`,
          )
        : make(
            'NamespaceFinalizersRemaining',
            false,
            'ContentHasNoFinalizers',
            'All content-preserving finalizers finished',
          ),
    ];
  }
}

/** How many pods each disruption budget could lose right now. */
export class DisruptionBudgets {
  constructor(private readonly cluster: Cluster) {
    cluster.simulation.onChange((change) => {
      const value = change.after.object;
      if (change.storage === BUDGETS && change.type !== 'DELETED') this.wake(value);
      if (change.storage !== 'pods') return;
      for (const budget of cluster.store.list(BUDGETS, namespaceOf(value)))
        if (matchesSelector(object(budget, 'spec').selector, labelsOf(value))) this.wake(budget);
    });
  }

  private wake(budget: JsonObject): void {
    this.cluster.simulation.wake(`pdb/${namespaceOf(budget)}/${nameOf(budget)}`, () => {
      const latest = this.cluster.store.get(BUDGETS, namespaceOf(budget), nameOf(budget));
      if (latest) this.sync(latest);
    });
  }

  private sync(budget: JsonObject): void {
    const pods = this.cluster.store
      .list('pods', namespaceOf(budget))
      .filter((pod) => matchesSelector(object(budget, 'spec').selector, labelsOf(pod)) && isActive(pod));
    const healthy = pods.filter(isReady).length;
    const expected = pods.length;
    const { minAvailable, maxUnavailable } = object(budget, 'spec');
    const share = (value: unknown) =>
      typeof value === 'string' && value.endsWith('%')
        ? Math.ceil((Number.parseInt(value, 10) * expected) / 100)
        : Number(value);
    const desired =
      minAvailable !== undefined ? share(minAvailable) : Math.max(0, expected - share(maxUnavailable ?? 1));
    const allowed = expected === 0 ? 0 : Math.max(0, healthy - desired);
    const before = condition(budget, 'DisruptionAllowed');
    const holds = allowed > 0 ? 'True' : 'False';
    const status: JsonObject = {
      conditions: [
        {
          lastTransitionTime: before?.status === holds ? text(before, 'lastTransitionTime') : stamp(this.cluster.now),
          message: '',
          observedGeneration: number(budget, 'metadata', 'generation') ?? 1,
          reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
          status: holds,
          type: 'DisruptionAllowed',
        },
      ],
      currentHealthy: healthy,
      desiredHealthy: desired,
      disruptionsAllowed: allowed,
      expectedPods: expected,
      observedGeneration: number(budget, 'metadata', 'generation') ?? 1,
    };
    if (!equal(status, object(budget, 'status')))
      this.cluster.revise(BUDGETS, budget, (latest) => set(latest, ['status'], status));
  }
}

/** What resource quotas count as used. */
export class Quotas {
  constructor(private readonly cluster: Cluster) {
    cluster.simulation.onChange((change) => {
      const value = change.after.object;
      if (change.storage === 'resourcequotas') {
        if (change.type !== 'DELETED') this.wake(namespaceOf(value));
      } else if (
        COUNTED.has(change.storage) &&
        cluster.store.entries('resourcequotas', namespaceOf(value)).length > 0
      ) {
        // Admission has to see this pod at once, so this does not wait for the next round.
        if (change.type !== 'MODIFIED' || isFinished(value)) this.sync(namespaceOf(value));
      }
    });
  }

  private wake(namespace: string): void {
    this.cluster.simulation.wake(`quota/${namespace}`, () => this.sync(namespace));
  }

  private sync(namespace: string): void {
    const used: Record<string, number> = {};
    for (const [storage, plural] of COUNTED) {
      const values = this.cluster.store.list(storage, namespace);
      used[`count/${storage}`] = values.length;
      if (plural !== '') used[plural] = values.length;
    }
    used.pods = 0;
    for (const pod of this.cluster.store.list('pods', namespace))
      if (!isFinished(pod))
        for (const [name, amount] of Object.entries(podUsage(pod))) used[name] = (used[name] ?? 0) + amount;
    for (const claim of this.cluster.store.list('persistentvolumeclaims', namespace))
      used['requests.storage'] =
        (used['requests.storage'] ?? 0) + quantity(object(claim, 'spec', 'resources', 'requests').storage);
    for (const quota of this.cluster.store.list('resourcequotas', namespace)) {
      const hard = object(quota, 'spec', 'hard');
      const counted: JsonObject = {};
      for (const name of Object.keys(hard)) counted[name] = spell(name, used[name] ?? 0);
      const status: JsonObject = { hard, used: counted };
      if (!equal(status, object(quota, 'status')))
        this.cluster.revise('resourcequotas', quota, (latest) => set(latest, ['status'], status));
    }
  }
}

/** Storage to the short quota name, where there is one. */
const COUNTED = new Map([
  ['pods', ''],
  ['services', 'services'],
  ['secrets', 'secrets'],
  ['configmaps', 'configmaps'],
  ['persistentvolumeclaims', 'persistentvolumeclaims'],
  ['deployments.apps', ''],
  ['jobs.batch', ''],
]);
