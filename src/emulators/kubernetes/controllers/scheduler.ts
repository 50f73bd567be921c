/** The scheduler: finds a node for every pod, or says for each reason how many nodes it rules out. */
import type { JsonObject } from '../../../json.js';
import { podUsage } from '../admission.js';
import type { Cluster } from '../cluster.js';
import {
  condition,
  isDeleting,
  labelsOf,
  list,
  nameOf,
  namespaceOf,
  object,
  objects,
  set,
  stamp,
  text,
  uidOf,
} from '../fields.js';
import { quantity } from '../quantity.js';
import { matchesExpression, matchesSelector } from '../selectors.js';
import type { Change } from '../store.js';
import { isFinished } from './replicas.js';
import { unboundClaim } from './volumes.js';

interface NodeUse {
  cpu: number;
  memory: number;
  pods: number;
}

const SOURCE = { component: 'default-scheduler' };
/** How many nodes that fit are compared; the real scheduler looks at a share of a large cluster, too. */
const ENOUGH = { usually: 8, instant: 3 };

interface Room extends NodeUse {
  other: JsonObject;
}
const rooms = new WeakMap<JsonObject, Room>();
/** What a node can hold, read once per version of its allocatable. */
function roomOf(node: JsonObject): Room {
  const other = object(node, 'status', 'allocatable');
  let room = rooms.get(other);
  if (!room) {
    room = { cpu: quantity(other.cpu), memory: quantity(other.memory), pods: quantity(other.pods), other };
    rooms.set(other, room);
  }
  return room;
}

export class Scheduler {
  private readonly use = new Map<string, NodeUse>();
  /** What a bound pod takes where, by UID. */
  private readonly bound = new Map<string, { node: string; use: NodeUse }>();
  private readonly waiting = new Map<string, { namespace: string; name: string }>();
  private cursor = 0;
  /** While a large world is made: pods are bound at once. */
  instant = false;

  constructor(private readonly cluster: Cluster) {
    cluster.simulation.onChange((change) => this.onChange(change));
  }

  usage(node: string): NodeUse {
    return this.use.get(node) ?? { cpu: 0, memory: 0, pods: 0 };
  }

  private onChange(change: Change): void {
    if (RETRY_ON.has(change.storage) && this.waiting.size > 0) this.retry();
    if (change.storage !== 'pods') return;
    const pod = change.after.object;
    const uid = uidOf(pod);
    const node = text(pod, 'spec', 'nodeName');
    if (change.type === 'DELETED' || isFinished(pod)) {
      this.waiting.delete(uid);
      this.release(uid);
    } else if (node !== '') {
      this.waiting.delete(uid);
      if (!this.bound.has(uid)) this.take(uid, node, pod);
    } else if (!this.waiting.has(uid) && !isDeleting(pod)) {
      this.waiting.set(uid, { namespace: namespaceOf(pod), name: nameOf(pod) });
      if (this.instant) {
        this.schedule(uid);
        return;
      }
      const delay = this.cluster.names.between(20, 260, 'schedule', uid);
      this.cluster.simulation.after(delay, () => this.schedule(uid));
    }
  }

  private take(uid: string, node: string, pod: JsonObject): void {
    const usage = podUsage(pod);
    const use = { cpu: usage.cpu ?? 0, memory: usage.memory ?? 0, pods: 1 };
    this.bound.set(uid, { node, use });
    const total = this.usage(node);
    this.use.set(node, { cpu: total.cpu + use.cpu, memory: total.memory + use.memory, pods: total.pods + 1 });
  }

  private release(uid: string): void {
    const held = this.bound.get(uid);
    if (!held) return;
    this.bound.delete(uid);
    const total = this.usage(held.node);
    this.use.set(held.node, {
      cpu: total.cpu - held.use.cpu,
      memory: total.memory - held.use.memory,
      pods: total.pods - 1,
    });
    if (this.waiting.size > 0) this.retry();
  }

  private retry(): void {
    this.cluster.simulation.wake('scheduler', () => {
      for (const uid of [...this.waiting.keys()]) this.cluster.simulation.after(1_000, () => this.schedule(uid));
    });
  }

  private schedule(uid: string): void {
    const where = this.waiting.get(uid);
    const pod = where && this.cluster.store.get('pods', where.namespace, where.name);
    if (!pod || uidOf(pod) !== uid || text(pod, 'spec', 'nodeName') !== '' || isDeleting(pod)) return;
    if (objects(pod, 'spec', 'schedulingGates').length > 0) {
      const message = 'Scheduling is blocked due to non-empty scheduling gates';
      this.unscheduled(pod, 'SchedulingGated', message);
      return;
    }
    const claim = unboundClaim(this.cluster, pod);
    const all = this.cluster.store.entries('nodes');
    const pinned = pinnedTo(pod);
    const only = pinned === undefined ? undefined : this.cluster.store.get('nodes', '', pinned);
    // A pod of a DaemonSet fits one node only; the others count when it does not fit there.
    const nodes = only && this.refuses(only, pod, podUsage(pod)) === undefined ? [{ object: only }] : all;
    if (claim) {
      this.fail(
        pod,
        `0/${nodes.length} nodes are available: ${claim} preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`,
      );
      return;
    }
    const usage = podUsage(pod);
    const reasons = new Map<string, number>();
    let best: { node: JsonObject; load: number } | undefined;
    let fitting = 0;
    const enough = this.instant ? ENOUGH.instant : ENOUGH.usually;
    for (let i = 0; i < nodes.length && fitting < enough; i++) {
      const node = nodes[(this.cursor + i) % nodes.length]?.object;
      if (!node) continue;
      const reason = this.refuses(node, pod, usage);
      if (reason) {
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        continue;
      }
      fitting++;
      const load = this.load(node) + this.cluster.names.fraction('spread', uid, nameOf(node)) * 0.08;
      if (!best || load < best.load) best = { node, load };
    }
    this.cursor = (this.cursor + 7) % Math.max(1, nodes.length);
    if (best) {
      this.bind(pod, nameOf(best.node));
      return;
    }
    const parts = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort();
    const hopeless = [...reasons].filter(
      ([reason]) => !reason.startsWith('Insufficient') && reason !== 'Too many pods',
    );
    const helpless = hopeless.reduce((total, [, count]) => total + count, 0);
    const victims = nodes.length - helpless;
    const preemption = [
      ...(helpless > 0 ? [`${helpless} Preemption is not helpful for scheduling`] : []),
      ...(victims > 0 ? [`${victims} No preemption victims found for incoming pod`] : []),
    ];
    this.fail(
      pod,
      `0/${nodes.length} nodes are available: ${parts.join(', ')}. preemption: 0/${nodes.length} nodes are available: ${preemption.join(', ')}.`,
    );
  }

  private load(node: JsonObject): number {
    const use = this.usage(nameOf(node));
    const room = roomOf(node);
    return (
      use.cpu / Math.max(0.001, room.cpu) + use.memory / Math.max(1, room.memory) + use.pods / Math.max(1, room.pods)
    );
  }

  private refuses(node: JsonObject, pod: JsonObject, usage: Record<string, number>): string | undefined {
    if (!matchesNode(pod, node)) return "node(s) didn't match Pod's node affinity/selector";
    if (object(node, 'spec').unschedulable === true && !tolerates(pod, UNSCHEDULABLE))
      return 'node(s) were unschedulable';
    for (const taint of objects(node, 'spec', 'taints')) {
      if (taint.effect === 'PreferNoSchedule' || text(taint, 'key') === text(UNSCHEDULABLE, 'key')) continue;
      if (!tolerates(pod, taint))
        return `node(s) had untolerated taint {${text(taint, 'key')}: ${text(taint, 'value')}}`;
    }
    const room = roomOf(node);
    const use = this.usage(nameOf(node));
    if (use.pods + 1 > room.pods) return 'Too many pods';
    for (const [name, amount] of Object.entries(usage)) {
      if (name === 'pods' || name.startsWith('count/') || /^(requests|limits)\./.test(name)) continue;
      const taken = name === 'cpu' ? use.cpu : name === 'memory' ? use.memory : 0;
      const most = name === 'cpu' ? room.cpu : name === 'memory' ? room.memory : quantity(room.other[name] ?? 0);
      if (taken + amount > most + 1e-9) return `Insufficient ${name}`;
    }
    return this.antiAffinity(node, pod);
  }

  private antiAffinity(node: JsonObject, pod: JsonObject): string | undefined {
    for (const term of objects(
      pod,
      'spec',
      'affinity',
      'podAntiAffinity',
      'requiredDuringSchedulingIgnoredDuringExecution',
    )) {
      const key = text(term, 'topologyKey');
      const domain = labelsOf(node)[key];
      const clash = this.cluster.store.list('pods', namespaceOf(pod)).some((other) => {
        const host = text(other, 'spec', 'nodeName');
        if (host === '' || uidOf(other) === uidOf(pod) || isFinished(other)) return false;
        const there = labelsOf(this.cluster.store.get('nodes', '', host))[key];
        return there === domain && matchesSelector(term.labelSelector, labelsOf(other));
      });
      if (clash) return "node(s) didn't match pod anti-affinity rules";
    }
    return undefined;
  }

  private bind(pod: JsonObject, node: string): void {
    this.waiting.delete(uidOf(pod));
    const before = condition(pod, 'PodScheduled');
    const scheduled: JsonObject = {
      lastProbeTime: null,
      lastTransitionTime: before?.status === 'True' ? text(before, 'lastTransitionTime') : stamp(this.cluster.now),
      status: 'True',
      type: 'PodScheduled',
    };
    const others = objects(pod, 'status', 'conditions').filter((item) => item.type !== 'PodScheduled');
    const bound = set(set(pod, ['spec', 'nodeName'], node), ['status', 'conditions'], [...others, scheduled]);
    this.cluster.events.emit(
      pod,
      'Normal',
      'Scheduled',
      `Successfully assigned ${namespaceOf(pod)}/${nameOf(pod)} to ${node}`,
      SOURCE,
    );
    this.cluster.store.put('pods', bound);
  }

  private fail(pod: JsonObject, message: string): void {
    this.cluster.events.emit(pod, 'Warning', 'FailedScheduling', message, SOURCE);
    this.unscheduled(pod, 'Unschedulable', message);
  }

  private unscheduled(pod: JsonObject, reason: string, message: string): void {
    const before = condition(pod, 'PodScheduled');
    if (before?.reason === reason && before.message === message) return;
    const next: JsonObject = {
      lastProbeTime: null,
      lastTransitionTime: before ? text(before, 'lastTransitionTime') : stamp(this.cluster.now),
      message,
      reason,
      status: 'False',
      type: 'PodScheduled',
    };
    this.cluster.revise('pods', pod, (latest) => set(latest, ['status', 'conditions'], [next]));
  }
}

const RETRY_ON = new Set(['nodes', 'persistentvolumeclaims']);
const UNSCHEDULABLE: JsonObject = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** The one node that a DaemonSet's pod is meant for. */
const pinnedTo = (pod: JsonObject): string | undefined => {
  const terms = objects(
    pod,
    'spec',
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
    'nodeSelectorTerms',
  );
  const field = objects(terms[0], 'matchFields')[0];
  return text(field, 'key') === 'metadata.name' ? text(field, 'values', 0) || undefined : undefined;
};

export function tolerates(pod: JsonObject, taint: JsonObject): boolean {
  return objects(pod, 'spec', 'tolerations').some((toleration) => {
    if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect) return false;
    if (toleration.key === undefined || toleration.key === '') return toleration.operator === 'Exists';
    if (toleration.key !== taint.key) return false;
    return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
  });
}

/** Node selector and required node affinity. */
export function matchesNode(pod: JsonObject, node: JsonObject): boolean {
  const labels = labelsOf(node);
  for (const [key, value] of Object.entries(object(pod, 'spec', 'nodeSelector')))
    if (labels[key] !== value) return false;
  const required = object(pod, 'spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  const terms = objects(required, 'nodeSelectorTerms');
  if (terms.length === 0) return true;
  return terms.some(
    (term) =>
      objects(term, 'matchExpressions').every((expression) => matchesExpression(expression, labels)) &&
      objects(term, 'matchFields').every((field) => list(field, 'values').includes(nameOf(node))),
  );
}
