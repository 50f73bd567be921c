/** Nodes: heartbeats, the node lifecycle controller, and what happens to pods when a node is lost. */
import type { JsonObject } from '../../../json.js';
import type { Cluster } from '../cluster.js';
import { isDeleting, microStamp, nameOf, object, objects, set, stamp, text, uidOf } from '../fields.js';
import type { Kubelets } from './kubelet.js';
import { isFinished, isReady } from './replicas.js';
import { tolerates } from './scheduler.js';

const SOURCE = { component: 'node-controller' };
const LEASES = 'leases.coordination.k8s.io';
const CORDONED = 'node.kubernetes.io/unschedulable';
const EVICT_AFTER = 300_000;
const HEARTBEAT = 300_000;
const RENEWAL = 10_000;

export class Nodes {
  private leasesAt = Number.NEGATIVE_INFINITY;
  private heartbeatAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly cluster: Cluster,
    private readonly kubelets: Kubelets,
  ) {
    cluster.simulation.onChange((change) => {
      if (change.storage !== 'nodes' || change.type === 'DELETED') return;
      const name = nameOf(change.after.object);
      if (needsTaint(change.after.object) !== hasTaint(change.after.object))
        cluster.simulation.wake(`cordon/${name}`, () => this.cordon(name));
    });
  }

  /** A cordoned node carries a taint that says so. */
  private cordon(name: string): void {
    const node = this.cluster.store.get('nodes', '', name);
    if (!node || needsTaint(node) === hasTaint(node)) return;
    const others = objects(node, 'spec', 'taints').filter((taint) => taint.key !== CORDONED);
    const taint: JsonObject = { effect: 'NoSchedule', key: CORDONED, timeAdded: stamp(this.cluster.now) };
    const taints = needsTaint(node) ? [...others, taint] : others;
    this.cluster.update('nodes', set(node, ['spec', 'taints'], taints.length > 0 ? taints : undefined));
  }

  /** The node stops answering. The controller notices after its grace period, which is taken as passed here. */
  fail(name: string): void {
    const node = this.cluster.store.get('nodes', '', name);
    if (!node) return;
    this.kubelets.fail(name);
    const lost = this.cluster.now - 50_000;
    const conditions = objects(node, 'status', 'conditions').map(
      (item): JsonObject =>
        ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'].includes(text(item, 'type'))
          ? {
              ...item,
              status: 'Unknown',
              reason: 'NodeStatusUnknown',
              message: 'Kubelet stopped posting node status.',
              lastHeartbeatTime: stamp(lost),
              lastTransitionTime: stamp(this.cluster.now),
            }
          : item,
    );
    const unreachable = (effect: string): JsonObject => ({
      effect,
      key: 'node.kubernetes.io/unreachable',
      timeAdded: stamp(this.cluster.now),
    });
    const taints = [...objects(node, 'spec', 'taints'), unreachable('NoSchedule'), unreachable('NoExecute')];
    this.cluster.update('nodes', set(set(node, ['spec', 'taints'], taints), ['status', 'conditions'], conditions));
    this.cluster.events.emit(node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`, SOURCE);
    for (const pod of this.podsOn(name)) this.lose(pod);
    this.cluster.simulation.after(EVICT_AFTER, () => this.evict(name));
  }

  private podsOn(node: string): JsonObject[] {
    return this.cluster.store.list('pods').filter((pod) => text(pod, 'spec', 'nodeName') === node && !isFinished(pod));
  }

  private lose(pod: JsonObject): void {
    this.cluster.events.emit(pod, 'Warning', 'NodeNotReady', 'Node is not ready', SOURCE);
    if (!isReady(pod)) return;
    const conditions = objects(pod, 'status', 'conditions').map(
      (item): JsonObject =>
        item.type === 'Ready' ? { ...item, status: 'False', lastTransitionTime: stamp(this.cluster.now) } : item,
    );
    this.cluster.revise('pods', pod, (latest) => set(latest, ['status', 'conditions'], conditions));
  }

  private evict(name: string): void {
    if (!this.kubelets.agent.down.has(name)) return;
    for (const pod of this.podsOn(name)) {
      if (isDeleting(pod) || toleratesForEver(pod)) continue;
      this.cluster.events.emit(
        pod,
        'Normal',
        'TaintManagerEviction',
        `Marking for deletion Pod ${text(pod, 'metadata', 'namespace')}/${nameOf(pod)}`,
        {
          component: 'taint-eviction-controller',
        },
      );
      this.cluster.revise('pods', pod, (latest) =>
        set(
          latest,
          ['status', 'conditions'],
          [
            ...objects(latest, 'status', 'conditions'),
            {
              lastProbeTime: null,
              lastTransitionTime: stamp(this.cluster.now),
              message: 'Taint manager: deleting due to NoExecute taint',
              reason: 'DeletionByTaintManager',
              status: 'True',
              type: 'DisruptionTarget',
            },
          ],
        ),
      );
      const latest = this.cluster.store.get('pods', text(pod, 'metadata', 'namespace'), nameOf(pod));
      if (latest && uidOf(latest) === uidOf(pod)) this.cluster.delete('pods', latest);
    }
  }

  /** Heartbeats and leases as of now. They are filled in when somebody looks, since nobody waits for them. */
  beat(): void {
    const { now } = this.cluster;
    if (now - this.leasesAt >= RENEWAL) {
      this.leasesAt = now - (now % RENEWAL);
      for (const lease of this.cluster.store.list(LEASES, 'kube-node-lease'))
        if (!this.kubelets.agent.down.has(nameOf(lease)))
          this.cluster.store.refresh(LEASES, set(lease, ['spec', 'renewTime'], microStamp(this.leasesAt)));
    }
    if (now - this.heartbeatAt < HEARTBEAT) return;
    this.heartbeatAt = now - (now % HEARTBEAT);
    for (const node of this.cluster.store.list('nodes')) {
      if (this.kubelets.agent.down.has(nameOf(node))) continue;
      const conditions = objects(node, 'status', 'conditions').map(
        (item): JsonObject => ({
          ...item,
          lastHeartbeatTime: stamp(Math.max(this.heartbeatAt, Date.parse(text(item, 'lastTransitionTime')) || 0)),
        }),
      );
      this.cluster.store.refresh('nodes', set(node, ['status', 'conditions'], conditions));
    }
  }
}

const needsTaint = (node: JsonObject): boolean => object(node, 'spec').unschedulable === true;
const hasTaint = (node: JsonObject): boolean => objects(node, 'spec', 'taints').some((taint) => taint.key === CORDONED);

const toleratesForEver = (pod: JsonObject): boolean => {
  const taint: JsonObject = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };
  const lasting = objects(pod, 'spec', 'tolerations').filter((item) => item.tolerationSeconds === undefined);
  return tolerates({ spec: { tolerations: lasting } }, taint);
};
