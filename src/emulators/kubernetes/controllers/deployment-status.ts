/** The status of a deployment: its counts, whether enough pods are available, and whether a rollout gets on. */
import type { JsonObject } from '../../../json.js';
import type { Cluster } from '../cluster.js';
import { condition, equal, labelsOf, nameOf, number, object, set, text, uidOf } from '../fields.js';
import { DEPLOYMENTS, HASH_LABEL, replicasOf, share, sum } from './deployment-parts.js';
import { REPLICA_SETS } from './replica-set.js';
import { workloadCondition } from './replicas.js';

export class DeploymentStatus {
  /** When each rollout last got on, and how far it was then. */
  private readonly progressed = new Map<string, { at: number; state: string }>();

  constructor(
    private readonly cluster: Cluster,
    private readonly wake: (deployment: JsonObject) => void,
  ) {}

  update(deployment: JsonObject, hash: string): void {
    const { now } = this.cluster;
    const all = this.cluster.store.ownedBy(uidOf(deployment), REPLICA_SETS);
    const current = all.find((item) => labelsOf(item)[HASH_LABEL] === hash);
    const wanted = replicasOf(deployment);
    const count = (of: string) => sum(all, (item) => number(item, 'status', of) ?? 0);
    const [replicas, ready, available] = [count('replicas'), count('readyReplicas'), count('availableReplicas')];
    const updated = current ? (number(current, 'status', 'replicas') ?? 0) : 0;
    const maxUnavailable = share(
      object(deployment, 'spec', 'strategy', 'rollingUpdate').maxUnavailable,
      '25%',
      wanted,
      Math.floor,
    );
    const recreating = text(deployment, 'spec', 'strategy', 'type') === 'Recreate';
    const enough = available >= wanted - (recreating ? 0 : maxUnavailable);
    const failing = all.map((item) => condition(item, 'ReplicaFailure')).find((item) => item !== undefined);
    const unavailable = Math.max(0, Math.max(wanted, sum(all, replicasOf)) - available);
    const conditions: JsonObject[] = [
      enough
        ? workloadCondition(
            condition(deployment, 'Available'),
            'Available',
            true,
            'MinimumReplicasAvailable',
            'Deployment has minimum availability.',
            now,
          )
        : workloadCondition(
            condition(deployment, 'Available'),
            'Available',
            false,
            'MinimumReplicasUnavailable',
            'Deployment does not have minimum availability.',
            now,
          ),
      this.progress(deployment, current, { updated, replicas, available, wanted }),
      ...(failing
        ? [
            workloadCondition(
              condition(deployment, 'ReplicaFailure'),
              'ReplicaFailure',
              true,
              'FailedCreate',
              text(failing, 'message'),
              now,
            ),
          ]
        : []),
    ];
    const status: JsonObject = {
      ...(available > 0 && { availableReplicas: available }),
      conditions,
      observedGeneration: number(deployment, 'metadata', 'generation') ?? 1,
      ...(ready > 0 && { readyReplicas: ready }),
      ...(replicas > 0 && { replicas }),
      ...(unavailable > 0 && { unavailableReplicas: unavailable }),
      ...(updated > 0 && { updatedReplicas: updated }),
    };
    this.cluster.revise(DEPLOYMENTS, deployment, (latest) =>
      equal(status, object(latest, 'status')) ? latest : set(latest, ['status'], status),
    );
  }

  private progress(
    deployment: JsonObject,
    current: JsonObject | undefined,
    counts: { updated: number; replicas: number; available: number; wanted: number },
  ): JsonObject {
    const { now, simulation } = this.cluster;
    const before = condition(deployment, 'Progressing');
    const make = (status: boolean, reason: string, message: string) =>
      workloadCondition(before, 'Progressing', status, reason, message, now);
    const name = nameOf(current);
    const complete =
      counts.updated === counts.wanted && counts.replicas === counts.wanted && counts.available === counts.wanted;
    if (object(deployment, 'spec').paused === true && before) return before;
    const state = `${name}/${counts.updated}/${counts.available}/${counts.replicas}`;
    const known = this.progressed.get(uidOf(deployment));
    const sameRollout = known?.state.startsWith(`${name}/`);
    if (complete) {
      this.progressed.set(uidOf(deployment), { at: now, state: `${name}/complete` });
      return make(true, 'NewReplicaSetAvailable', `ReplicaSet "${name}" has successfully progressed.`);
    }
    // A rollout that was once complete stays so when pods fail later (deployment/util DeploymentProgressing).
    if (sameRollout && known?.state === `${name}/complete` && before) return before;
    const deadline = (number(deployment, 'spec', 'progressDeadlineSeconds') ?? 600) * 1000;
    if (!known || !sameRollout || isProgress(known.state, state)) {
      this.progressed.set(uidOf(deployment), { at: now, state });
      simulation.after(deadline + 1_000, () => this.wake(deployment));
      return make(true, 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`);
    }
    if (now - known.at >= deadline)
      return make(false, 'ProgressDeadlineExceeded', `ReplicaSet "${name}" has timed out progressing.`);
    return before ?? make(true, 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`);
  }
}

/** More updated or available replicas, or fewer old ones, than at the last step forward. */
function isProgress(before: string, after: string): boolean {
  const [, updatedBefore = '0', availableBefore = '0', totalBefore = '0'] = before.split('/');
  const [, updated = '0', available = '0', total = '0'] = after.split('/');
  const old = Number(total) - Number(updated);
  const oldBefore = Number(totalBefore) - Number(updatedBefore);
  return Number(updated) > Number(updatedBefore) || Number(available) > Number(availableBefore) || old < oldBefore;
}
