/** Pods that end or have ended in a way of their own: evicted (P13), stuck while terminating (P14), unknown (P15). */
import { type Draft, duration, fields, onPod } from './finding.js';
import type { Pod } from './model.js';
import { belongsToSucceededJob, nodeDown, noReplicaReady } from './pod-common.js';
import { condition, MINUTE, type View } from './view.js';

export function podEndFindings(view: View): Draft[] {
  return view.snapshot.pods.flatMap((pod) => [...driven(view, pod), ...terminating(view, pod), ...unknown(view, pod)]);
}

const EVICTIONS: Record<string, { what: string; next: string; pressure?: true }> = {
  Evicted: {
    what: 'evicted by the kubelet, because its node ran short',
    next: 'See which resource ran short (evidence) and set requests that fit the use.',
    pressure: true,
  },
  NodeLost: { what: 'lost with its node', next: 'Look at the node: get_node_status.' },
  NodeAffinity: {
    what: 'refused by the kubelet: the node no longer fits its node affinity',
    next: 'Check the labels of the node against the selector of the pod.',
  },
  NodeShutdown: { what: 'ended by the shutdown of its node', next: 'Nothing, if the shutdown was planned.' },
  Terminated: { what: 'ended by the shutdown of its node', next: 'Nothing, if the shutdown was planned.' },
  Shutdown: { what: 'ended by the shutdown of its node', next: 'Nothing, if the shutdown was planned.' },
  Preempting: {
    what: 'preempted by a pod of higher priority',
    next: 'Add nodes, or give it a PriorityClass that fits its weight.',
  },
  UnexpectedAdmissionError: {
    what: 'refused by the kubelet on admission',
    next: 'Check the device plugin or resource manager that the message names.',
  },
  TopologyAffinityError: {
    what: 'refused by the topology manager of the kubelet',
    next: 'Check the topology policy of the node against the requests.',
  },
  DeadlineExceeded: {
    what: 'ended for running longer than activeDeadlineSeconds',
    next: 'Raise the deadline or find out what takes so long: get_pod_logs.',
  },
};

/** P13, one per owner and reason. Not running pods: one that is being moved has its successor on the way. */
function driven(view: View, pod: Pod): Draft[] {
  if (/^(Running|Succeeded|Unknown)$/.test(pod.phase) || pod.deleted !== null || belongsToSucceededJob(view, pod))
    return [];
  const disrupted = condition(pod.conditions, 'DisruptionTarget');
  const target = disrupted?.status === 'True' && pod.phase === 'Failed' ? disrupted : undefined;
  const shortage = /^OutOf(\w+)$/.exec(pod.reason)?.[1];
  const known = EVICTIONS[pod.reason];
  if (!known && !shortage && !target) return [];
  const what =
    known?.what ??
    (shortage ? `refused by the kubelet: out of ${shortage}` : `ended by a disruption (${target?.reason})`);
  return [
    onPod(pod, view.ownerOf(pod), {
      check: 'P13',
      severity: 'warning',
      reason: pod.reason || target?.reason || 'DisruptionTarget',
      message: `The pod was ${what}.`,
      evidence: fields(
        ['status.reason', pod.reason],
        ['status.message', pod.message],
        ['status.conditions[DisruptionTarget].reason', target?.reason],
        ['status.conditions[DisruptionTarget].message', target?.message],
      ),
      since: target?.since ?? condition(pod.conditions, 'Ready')?.since ?? pod.started ?? pod.created,
      suggestion: known?.next ?? 'Compare requests with what the node has left: get_node_status.',
      causes: [...nodeDown(pod), ...(known?.pressure ? [{ object: `Node//${pod.node}`, checks: ['N2'] }] : [])],
    }),
  ];
}

const GRACE = 2 * MINUTE;

/** P14. `deletionTimestamp` already includes the grace period. */
function terminating(view: View, pod: Pod): Draft[] {
  if (pod.deleted === null || view.now - pod.deleted <= GRACE) return [];
  const node = view.node(pod.node);
  const ready = node ? condition(node.conditions, 'Ready')?.status : undefined;
  const gone = pod.node !== '' && !node && view.knows('nodes');
  const why =
    pod.finalizers.length > 0
      ? `finalizers hold it: ${pod.finalizers.join(', ')}`
      : gone
        ? `its node ${pod.node} no longer exists`
        : ready !== undefined && ready !== 'True'
          ? `its node ${pod.node} does not answer`
          : 'its containers do not stop or its volumes do not unmount';
  return [
    onPod(pod, view.ownerOf(pod), {
      check: 'P14',
      severity: 'warning',
      reason: 'StuckTerminating',
      message: `It should have been gone for ${duration(view.now - pod.deleted)}: ${why}.`,
      evidence: fields(
        ['metadata.deletionTimestamp', new Date(pod.deleted).toISOString()],
        ['metadata.finalizers', pod.finalizers.join(', ')],
        ['spec.nodeName', pod.node],
        ['Node status.conditions[Ready].status', ready ?? (gone ? 'no such node' : null)],
      ),
      since: pod.deleted,
      suggestion:
        pod.finalizers.length > 0
          ? 'Find the controller that owns the finalizer; remove a finalizer by hand only when that controller is gone.'
          : 'Look at the node (get_node_status) and its kubelet; delete by force only when the node is surely off.',
      causes: nodeDown(pod),
    }),
  ];
}

/** P15. */
function unknown(view: View, pod: Pod): Draft[] {
  if (pod.phase !== 'Unknown') return [];
  return [
    onPod(pod, view.ownerOf(pod), {
      check: 'P15',
      severity: 'critical',
      reason: 'PhaseUnknown',
      message: `Nobody knows how it is: its node ${pod.node || '(none)'} does not report${noReplicaReady(view, pod) ? '; no replica is ready' : ''}.`,
      evidence: fields(['status.phase', 'Unknown'], ['status.reason', pod.reason], ['status.message', pod.message]),
      since: condition(pod.conditions, 'Ready')?.since ?? pod.created,
      suggestion: `Look at the node: get_node_status ${pod.node}.`,
      causes: nodeDown(pod),
    }),
  ];
}
