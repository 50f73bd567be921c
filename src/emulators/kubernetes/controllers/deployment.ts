/** Deployments: a ReplicaSet for every template, and rollouts that keep to maxSurge and maxUnavailable. */
import type { JsonObject } from '../../../json.js';
import type { Cluster } from '../cluster.js';
import {
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
  timeOf,
  uidOf,
} from '../fields.js';
import { availableOf, DEPLOYMENTS, HASH_LABEL, replicasOf, share, sum, templateHash } from './deployment-parts.js';
import { DeploymentStatus } from './deployment-status.js';
import { ownerReference } from './pod-maker.js';
import { REPLICA_SETS } from './replica-set.js';
import { isActive, podsOf } from './replicas.js';

export const REVISION = 'deployment.kubernetes.io/revision';
const SOURCE = { component: 'deployment-controller' };

export class Deployments {
  private readonly reports: DeploymentStatus;

  constructor(private readonly cluster: Cluster) {
    this.reports = new DeploymentStatus(cluster, (deployment) => this.wake(deployment));
    cluster.simulation.onChange((change) => {
      if (change.storage === DEPLOYMENTS && change.type !== 'DELETED') this.wake(change.after.object);
      if (change.storage === 'pods' && change.type === 'DELETED') return this.podGone(change.after.object);
      if (change.storage !== REPLICA_SETS) return;
      const owner = controllerOf(change.after.object);
      if (owner?.kind === 'Deployment') this.wakeNamed(namespaceOf(change.after.object), text(owner, 'name'));
    });
  }

  /** A recreating deployment waits for the last old pod to be really gone. */
  private podGone(pod: JsonObject): void {
    const set = this.cluster.store.get(REPLICA_SETS, namespaceOf(pod), text(controllerOf(pod), 'name'));
    const owner = set && controllerOf(set);
    if (owner) this.wakeNamed(namespaceOf(pod), text(owner, 'name'));
  }

  private wake(value: JsonObject): void {
    this.wakeNamed(namespaceOf(value), nameOf(value));
  }

  private wakeNamed(namespace: string, name: string): void {
    this.cluster.simulation.wake(`deployment/${namespace}/${name}`, () => this.sync(namespace, name));
  }

  private sync(namespace: string, name: string): void {
    const deployment = this.cluster.store.get(DEPLOYMENTS, namespace, name);
    if (!deployment || isDeleting(deployment)) return;
    const all = this.cluster.store.ownedBy(uidOf(deployment), REPLICA_SETS);
    const paused = object(deployment, 'spec').paused === true;
    const hash = templateHash(object(deployment, 'spec', 'template'));
    let current = all.find((item) => labelsOf(item)[HASH_LABEL] === hash);
    const old = all.filter((item) => item !== current);
    if (!current && !paused) current = this.newReplicaSet(deployment, hash, old);
    else if (current && !paused) current = this.restamp(deployment, current, old);
    if (paused) {
      if (current) this.scale(deployment, current, replicasOf(deployment) - sum(old, replicasOf));
    } else if (current) {
      if (text(deployment, 'spec', 'strategy', 'type') === 'Recreate') this.recreate(deployment, current, old);
      else this.roll(deployment, current, old);
    }
    this.cleanUp(deployment, current);
    this.reports.update(deployment, hash);
  }

  private revisionOf(value: JsonObject): number {
    return Number(text(value, 'metadata', 'annotations', REVISION)) || 0;
  }

  private newReplicaSet(deployment: JsonObject, hash: string, old: JsonObject[]): JsonObject {
    const revision = String(Math.max(0, ...old.map((item) => this.revisionOf(item))) + 1);
    const template = object(deployment, 'spec', 'template');
    const labels = { ...object(template, 'metadata', 'labels'), [HASH_LABEL]: hash };
    const created = this.cluster.create(REPLICA_SETS, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${nameOf(deployment)}-${hash}`,
        namespace: namespaceOf(deployment),
        labels,
        annotations: this.annotations(deployment, revision),
        ownerReferences: [ownerReference(deployment)],
      },
      spec: {
        replicas: 0,
        selector: set(object(deployment, 'spec', 'selector'), ['matchLabels', HASH_LABEL], hash),
        template: set(template, ['metadata', 'labels'], labels),
        ...(number(deployment, 'spec', 'minReadySeconds') && {
          minReadySeconds: number(deployment, 'spec', 'minReadySeconds') ?? 0,
        }),
      },
      status: { replicas: 0 },
    });
    this.setRevision(deployment, revision);
    return created;
  }

  private annotations(deployment: JsonObject, revision: string): JsonObject {
    const wanted = replicasOf(deployment);
    const { 'kubectl.kubernetes.io/last-applied-configuration': _applied, ...own } = object(
      deployment,
      'metadata',
      'annotations',
    );
    const surge = share(object(deployment, 'spec', 'strategy', 'rollingUpdate').maxSurge, '25%', wanted, Math.ceil);
    return {
      ...own,
      'deployment.kubernetes.io/desired-replicas': String(wanted),
      'deployment.kubernetes.io/max-replicas': String(wanted + surge),
      [REVISION]: revision,
    };
  }

  /** An older ReplicaSet whose template is asked for again becomes the newest revision. */
  private restamp(deployment: JsonObject, current: JsonObject, old: JsonObject[]): JsonObject {
    const highest = Math.max(0, ...old.map((item) => this.revisionOf(item)));
    const revision = String(Math.max(highest + (this.revisionOf(current) > highest ? 0 : 1), this.revisionOf(current)));
    const annotations = this.annotations(deployment, revision);
    this.setRevision(deployment, revision);
    if (equal(annotations, object(current, 'metadata', 'annotations'))) return current;
    return (
      this.cluster.revise(REPLICA_SETS, current, (latest) => set(latest, ['metadata', 'annotations'], annotations)) ??
      current
    );
  }

  private setRevision(deployment: JsonObject, revision: string): void {
    if (text(deployment, 'metadata', 'annotations', REVISION) === revision) return;
    this.cluster.revise(DEPLOYMENTS, deployment, (latest) =>
      set(latest, ['metadata', 'annotations', REVISION], revision),
    );
  }

  private scale(deployment: JsonObject, target: JsonObject, to: number): void {
    const latest = this.cluster.store.get(REPLICA_SETS, namespaceOf(target), nameOf(target));
    const from = latest ? replicasOf(latest) : 0;
    const wanted = Math.max(0, to);
    if (!latest || from === wanted) return;
    const generation = (number(latest, 'metadata', 'generation') ?? 1) + 1;
    this.cluster.update(
      REPLICA_SETS,
      set(set(latest, ['spec', 'replicas'], wanted), ['metadata', 'generation'], generation),
    );
    const direction = wanted > from ? 'up' : 'down';
    this.cluster.events.emit(
      deployment,
      'Normal',
      'ScalingReplicaSet',
      `Scaled ${direction} replica set ${nameOf(target)} from ${from} to ${wanted}`,
      SOURCE,
    );
  }

  private recreate(deployment: JsonObject, current: JsonObject, old: JsonObject[]): void {
    for (const item of old) this.scale(deployment, item, 0);
    if (old.some((item) => podsOf(this.cluster, item).some((pod) => isActive(pod) || isDeleting(pod)))) return;
    this.scale(deployment, current, replicasOf(deployment));
  }

  private roll(deployment: JsonObject, current: JsonObject, old: JsonObject[]): void {
    const wanted = replicasOf(deployment);
    const rolling = object(deployment, 'spec', 'strategy', 'rollingUpdate');
    const surge = share(rolling.maxSurge, '25%', wanted, Math.ceil);
    const floor = share(rolling.maxUnavailable, '25%', wanted, Math.floor);
    const maxUnavailable = surge === 0 && floor === 0 ? 1 : floor;
    const oldReplicas = sum(old, replicasOf);
    const have = replicasOf(current);
    if (have > wanted) this.scale(deployment, current, wanted);
    else if (have < wanted) {
      const room = wanted + surge - (oldReplicas + have);
      if (room > 0) this.scale(deployment, current, Math.min(wanted, have + room));
    }
    if (oldReplicas === 0) return;
    const now = this.cluster.store.get(REPLICA_SETS, namespaceOf(current), nameOf(current)) ?? current;
    const minAvailable = wanted - maxUnavailable;
    const unavailableNew = replicasOf(now) - availableOf(now);
    let excess = oldReplicas + replicasOf(now) - minAvailable - unavailableNew;
    const oldest = [...old].sort(
      (a, b) => timeOf(a, 'metadata', 'creationTimestamp') - timeOf(b, 'metadata', 'creationTimestamp'),
    );
    const left = new Map(oldest.map((item) => [item, replicasOf(item)]));
    for (const item of oldest) {
      const count = left.get(item) ?? 0;
      const unhealthy = Math.min(Math.max(0, count - availableOf(item)), Math.max(0, excess));
      left.set(item, count - unhealthy);
      excess -= unhealthy;
    }
    let spare = sum(old, availableOf) + availableOf(now) - minAvailable;
    for (const item of oldest) {
      const count = left.get(item) ?? 0;
      const down = Math.min(count, Math.max(0, spare));
      left.set(item, count - down);
      spare -= down;
    }
    for (const [item, count] of left) if (count !== replicasOf(item)) this.scale(deployment, item, count);
  }

  private cleanUp(deployment: JsonObject, current: JsonObject | undefined): void {
    const limit = number(deployment, 'spec', 'revisionHistoryLimit') ?? 10;
    const spare = this.cluster.store
      .ownedBy(uidOf(deployment), REPLICA_SETS)
      .filter(
        (item) => nameOf(item) !== nameOf(current) && replicasOf(item) === 0 && podsOf(this.cluster, item).length === 0,
      )
      .sort((a, b) => this.revisionOf(a) - this.revisionOf(b));
    for (const item of spare.slice(0, Math.max(0, spare.length - limit))) this.cluster.store.remove(REPLICA_SETS, item);
  }
}
