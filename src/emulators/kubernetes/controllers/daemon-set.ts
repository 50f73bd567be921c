/** DaemonSets: one pod on every node that takes it. */
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
import { makePod, withPodDefaults } from './pod-maker.js';
import { isFinished, isReady, podsOf } from './replicas.js';
import { currentRevision } from './revisions.js';
import { matchesNode, tolerates } from './scheduler.js';

export const DAEMON_SETS = 'daemonsets.apps';
const SOURCE = { component: 'daemonset-controller' };
const HASH = 'controller-revision-hash';
const TOLERATED = ['not-ready', 'unreachable'];
const TOLERATED_SCHEDULING = ['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'];

const TOLERATIONS: JsonObject[] = [
  ...TOLERATED.map((name) => ({ effect: 'NoExecute', key: `node.kubernetes.io/${name}`, operator: 'Exists' })),
  ...TOLERATED_SCHEDULING.map((name) => ({
    effect: 'NoSchedule',
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
  })),
];

export class DaemonSets {
  private readonly made = new Map<string, number>();

  constructor(private readonly cluster: Cluster) {
    cluster.simulation.onChange((change) => {
      const value = change.after.object;
      if (change.storage === DAEMON_SETS && change.type !== 'DELETED') this.wake(namespaceOf(value), nameOf(value));
      if (change.storage === 'nodes')
        for (const item of cluster.store.list(DAEMON_SETS)) this.wake(namespaceOf(item), nameOf(item));
      const owner = change.storage === 'pods' ? controllerOf(value) : undefined;
      if (owner?.kind === 'DaemonSet') this.wake(namespaceOf(value), text(owner, 'name'));
    });
  }

  private wake(namespace: string, name: string): void {
    this.cluster.simulation.wake(`ds/${namespace}/${name}`, () => this.sync(namespace, name));
  }

  private sync(namespace: string, name: string): void {
    const value = this.cluster.store.get(DAEMON_SETS, namespace, name);
    if (!value || isDeleting(value)) return;
    const template = object(value, 'spec', 'template');
    const tolerations = [...objects(template, 'spec', 'tolerations'), ...TOLERATIONS];
    const probe = set(template, ['spec', 'tolerations'], tolerations);
    const hash = currentRevision(this.cluster, value).slice(name.length + 1);
    const byNode = new Map<string, JsonObject>();
    for (const pod of podsOf(this.cluster, value)) byNode.set(nodeOf(pod), pod);
    const shape = withPodDefaults(probe, 'x');
    const eligible = this.cluster.store.list('nodes').filter((node) => this.runsOn(shape, node));
    const names = new Set(eligible.map(nameOf));
    for (const node of eligible) {
      const pod = byNode.get(nameOf(node));
      if (!pod) this.create(value, probe, nameOf(node), hash);
      else if (isFinished(pod) && !isDeleting(pod)) this.cluster.delete('pods', pod, { grace: 0 });
    }
    for (const [node, pod] of byNode) if (!names.has(node) && !isDeleting(pod)) this.cluster.delete('pods', pod);
    this.update(value, [...byNode.values()], hash);
    this.status(value, eligible.length, hash);
  }

  private runsOn(template: JsonObject, node: JsonObject): boolean {
    if (!matchesNode(template, node)) return false;
    return objects(node, 'spec', 'taints').every(
      (taint) => taint.effect === 'PreferNoSchedule' || tolerates(template, taint),
    );
  }

  private create(value: JsonObject, template: JsonObject, node: string, hash: string): void {
    const count = (this.made.get(`${uidOf(value)}|${node}`) ?? 0) + 1;
    this.made.set(`${uidOf(value)}|${node}`, count);
    const pod = makePod(this.cluster, value, template, {
      salt: `${node}/${count}`,
      node,
      labels: { [HASH]: hash, 'pod-template-generation': String(number(value, 'metadata', 'generation') ?? 1) },
    });
    if (typeof pod === 'string')
      this.cluster.events.emit(value, 'Warning', 'FailedCreate', `Error creating: ${pod}`, SOURCE);
    else this.cluster.events.emit(value, 'Normal', 'SuccessfulCreate', `Created pod: ${nameOf(pod)}`, SOURCE);
  }

  /** Replaces old pods, one at a time unless the strategy allows more. */
  private update(value: JsonObject, pods: JsonObject[], hash: string): void {
    if (text(value, 'spec', 'updateStrategy', 'type') === 'OnDelete') return;
    const allowed = number(value, 'spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable') ?? 1;
    const old = pods.filter((pod) => labelsOf(pod)[HASH] !== hash && !isDeleting(pod));
    let unavailable = pods.filter((pod) => !isReady(pod) || isDeleting(pod)).length;
    for (const pod of old) {
      if (isReady(pod) && unavailable >= allowed) continue;
      if (isReady(pod)) unavailable++;
      this.cluster.delete('pods', pod);
    }
  }

  private status(value: JsonObject, desired: number, hash: string): void {
    const pods = podsOf(this.cluster, value).filter((pod) => !isDeleting(pod));
    const ready = pods.filter(isReady).length;
    const updated = pods.filter((pod) => labelsOf(pod)[HASH] === hash).length;
    const status: JsonObject = {
      currentNumberScheduled: Math.min(pods.length, desired),
      desiredNumberScheduled: desired,
      ...(ready > 0 && { numberAvailable: ready }),
      numberMisscheduled: 0,
      numberReady: ready,
      ...(desired - ready > 0 && { numberUnavailable: desired - ready }),
      observedGeneration: number(value, 'metadata', 'generation') ?? 1,
      ...(updated > 0 && { updatedNumberScheduled: updated }),
    };
    if (!equal(status, object(value, 'status')))
      this.cluster.revise(DAEMON_SETS, value, (latest) => set(latest, ['status'], status));
  }
}

/** Where a daemon's pod belongs, bound already or not. */
function nodeOf(pod: JsonObject): string {
  const bound = text(pod, 'spec', 'nodeName');
  if (bound !== '') return bound;
  const terms = objects(
    pod,
    'spec',
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
    'nodeSelectorTerms',
  );
  return text(terms[0], 'matchFields', 0, 'values', 0);
}
