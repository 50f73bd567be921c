/** StatefulSets: pods with ordinals, one after the other, each with its own claims. */
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
  objects,
  set,
  text,
  uidOf,
} from '../fields.js';
import { makePod } from './pod-maker.js';
import { isFinished, isReady, podsOf } from './replicas.js';
import { currentRevision } from './revisions.js';

export const STATEFUL_SETS = 'statefulsets.apps';
const SOURCE = { component: 'statefulset-controller' };
const REVISION_LABEL = 'controller-revision-hash';

export class StatefulSets {
  private readonly made = new Map<string, number>();

  constructor(private readonly cluster: Cluster) {
    cluster.simulation.onChange((change) => {
      const value = change.after.object;
      if (change.storage === STATEFUL_SETS && change.type !== 'DELETED') this.wake(namespaceOf(value), nameOf(value));
      if (change.storage !== 'pods') return;
      const owner = controllerOf(value);
      if (owner?.kind === 'StatefulSet') this.wake(namespaceOf(value), text(owner, 'name'));
    });
  }

  private wake(namespace: string, name: string): void {
    this.cluster.simulation.wake(`sts/${namespace}/${name}`, () => this.sync(namespace, name));
  }

  private sync(namespace: string, name: string): void {
    const value = this.cluster.store.get(STATEFUL_SETS, namespace, name);
    if (!value || isDeleting(value)) return;
    const wanted = number(value, 'spec', 'replicas') ?? 1;
    const update = currentRevision(this.cluster, value);
    const pods = new Map(podsOf(this.cluster, value).map((pod) => [ordinalOf(pod), pod]));
    const parallel = text(value, 'spec', 'podManagementPolicy') === 'Parallel';
    this.step(value, pods, wanted, update, parallel);
    this.status(value, update);
  }

  /** Does the one next thing, or all of them when order does not matter. */
  private step(
    value: JsonObject,
    pods: Map<number, JsonObject>,
    wanted: number,
    update: string,
    parallel: boolean,
  ): void {
    for (let ordinal = 0; ordinal < wanted; ordinal++) {
      const pod = pods.get(ordinal);
      if (!pod) {
        this.create(value, ordinal, update);
        if (!parallel) return;
      } else if (isFinished(pod) && !isDeleting(pod)) {
        this.cluster.delete('pods', pod);
        if (!parallel) return;
      } else if (!parallel && (!isReady(pod) || isDeleting(pod))) return;
    }
    for (const ordinal of [...pods.keys()].filter((number) => number >= wanted).sort((a, b) => b - a)) {
      const pod = pods.get(ordinal);
      if (!pod) continue;
      if (!isDeleting(pod)) {
        this.cluster.delete('pods', pod);
        this.tell(value, 'SuccessfulDelete', `delete Pod ${nameOf(pod)} in StatefulSet ${nameOf(value)} successful`);
      }
      if (!parallel) return;
    }
    if (text(value, 'spec', 'updateStrategy', 'type') === 'OnDelete') return;
    const partition = number(value, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
    for (let ordinal = wanted - 1; ordinal >= partition; ordinal--) {
      const pod = pods.get(ordinal);
      if (!pod) return;
      if (labelsOf(pod)[REVISION_LABEL] !== update) {
        if (!isDeleting(pod)) this.cluster.delete('pods', pod);
        return;
      }
      if (!isReady(pod)) return;
    }
  }

  private create(value: JsonObject, ordinal: number, revision: string): void {
    const name = `${nameOf(value)}-${ordinal}`;
    const volumes = objects(value, 'spec', 'volumeClaimTemplates').map((template): JsonObject => {
      const claim = `${nameOf(template)}-${name}`;
      if (!this.cluster.store.get('persistentvolumeclaims', namespaceOf(value), claim)) {
        this.cluster.create('persistentvolumeclaims', {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: {
            name: claim,
            namespace: namespaceOf(value),
            labels: object(value, 'spec', 'selector', 'matchLabels'),
          },
          spec: { volumeMode: 'Filesystem', ...object(template, 'spec') },
          status: { phase: 'Pending' },
        });
        this.tell(
          value,
          'SuccessfulCreate',
          `create Claim ${claim} Pod ${name} in StatefulSet ${nameOf(value)} success`,
        );
      }
      return { name: nameOf(template), persistentVolumeClaim: { claimName: claim } };
    });
    const count = (this.made.get(uidOf(value)) ?? 0) + 1;
    this.made.set(uidOf(value), count);
    const labels = {
      'apps.kubernetes.io/pod-index': String(ordinal),
      [REVISION_LABEL]: revision,
      'statefulset.kubernetes.io/pod-name': name,
    };
    const pod = makePod(this.cluster, value, object(value, 'spec', 'template'), {
      name,
      labels,
      salt: String(count),
      volumes,
      hostname: name,
    });
    if (typeof pod !== 'string') {
      this.tell(value, 'SuccessfulCreate', `create Pod ${name} in StatefulSet ${nameOf(value)} successful`);
      return;
    }
    this.cluster.events.emit(
      value,
      'Warning',
      'FailedCreate',
      `create Pod ${name} in StatefulSet ${nameOf(value)} failed error: ${pod}`,
      SOURCE,
    );
    this.cluster.simulation.after(60_000, () => this.wake(namespaceOf(value), nameOf(value)));
  }

  private tell(value: JsonObject, reason: string, message: string): void {
    this.cluster.events.emit(value, 'Normal', reason, message, SOURCE);
  }

  private status(value: JsonObject, update: string): void {
    const pods = podsOf(this.cluster, value).filter((pod) => !isDeleting(pod));
    const wanted = number(value, 'spec', 'replicas') ?? 1;
    const updated = pods.filter((pod) => labelsOf(pod)[REVISION_LABEL] === update);
    const ready = pods.filter(isReady).length;
    const before = text(value, 'status', 'currentRevision');
    const done = updated.length === wanted && ready === wanted;
    const current = done || before === '' ? update : before;
    const status: JsonObject = {
      availableReplicas: ready,
      collisionCount: 0,
      ...(pods.length > 0 && {
        currentReplicas: pods.filter((pod) => labelsOf(pod)[REVISION_LABEL] === current).length,
      }),
      currentRevision: current,
      observedGeneration: number(value, 'metadata', 'generation') ?? 1,
      ...(ready > 0 && { readyReplicas: ready }),
      replicas: pods.length,
      updateRevision: update,
      ...(updated.length > 0 && { updatedReplicas: updated.length }),
    };
    if (!equal(status, object(value, 'status')))
      this.cluster.revise(STATEFUL_SETS, value, (latest) => set(latest, ['status'], status));
  }
}

const ordinalOf = (pod: JsonObject): number => Number(/-(\d+)$/.exec(nameOf(pod))?.[1] ?? -1);
