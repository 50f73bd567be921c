/** Autoscalers that cannot scale (W9) and disruption budgets that block or protect nothing (W10). */
import { type Cause, type Draft, fields, keyOf, onObject, quote } from './finding.js';
import { causesOfLack } from './lack.js';
import type { Autoscaler, Budget, Pod } from './model.js';
import { matches } from './selectors.js';
import { condition, isFinished, isReady, type View } from './view.js';

export function scalingFindings(view: View): Draft[] {
  return [...view.snapshot.autoscalers.flatMap((scaler) => autoscaler(view, scaler)), ...budgetFindings(view)];
}

const RESOURCES: Record<string, string> = {
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  StatefulSet: 'statefulsets',
};
/** Of Kubernetes' own kinds only these can be scaled; a custom kind, known by its group, may be. */
const isUnsupported = ({ apiVersion, kind }: Autoscaler['target']) =>
  !(kind in RESOURCES) && kind !== 'ReplicationController' && !/\..*\//.test(apiVersion.replace('.k8s.io/', '/'));

/** W9. */
function autoscaler(view: View, scaler: Autoscaler): Draft[] {
  const { kind, name } = scaler.target;
  const on = (
    input: Pick<Draft, 'severity' | 'reason' | 'message' | 'evidence' | 'suggestion'> & {
      since?: number | null;
      causes?: Cause[];
    },
  ) => onObject('HorizontalPodAutoscaler', scaler, { check: 'W9', ...input });
  if (isUnsupported(scaler.target)) {
    return [
      on({
        severity: 'critical',
        reason: 'TargetUnsupported',
        message: `Its target is a ${quote(kind)}, which cannot be scaled.`,
        evidence: fields(['spec.scaleTargetRef.kind', kind]),
        suggestion: 'Point it at a Deployment or a StatefulSet.',
      }),
    ];
  }
  const resource = RESOURCES[kind];
  if (resource && view.knows(resource) && !view.workload(kind, scaler.namespace, name)) {
    return [
      on({
        severity: 'critical',
        reason: 'TargetMissing',
        message: `Its target ${kind} ${quote(name)} does not exist.`,
        evidence: fields(['spec.scaleTargetRef', `${kind}/${name}`]),
        suggestion: 'Correct scaleTargetRef, or remove the autoscaler.',
      }),
    ];
  }
  const active = condition(scaler.conditions, 'ScalingActive');
  const able = condition(scaler.conditions, 'AbleToScale');
  const limited = condition(scaler.conditions, 'ScalingLimited');
  const found: Draft[] = [];
  if (active?.status === 'False' && active.reason === 'ScalingDisabled') {
    return [
      on({
        severity: 'info',
        reason: 'ScalingDisabled',
        message: 'It does not scale, because its target has 0 replicas.',
        evidence: fields(['status.conditions[ScalingActive].reason', active.reason]),
        suggestion: 'Scale the target up if it should run: scale_deployment.',
        since: active.since,
      }),
    ];
  }
  // A working autoscaler has its requests from somewhere, such as a LimitRange.
  const missing = active?.status === 'True' ? [] : missingRequests(view, scaler);
  if (able?.status === 'False') {
    found.push(
      on({
        severity: 'warning',
        reason: able.reason || 'NotAbleToScale',
        message: `It is not able to scale: ${quote(able.message) || able.reason}.`,
        evidence: fields(
          ['status.conditions[AbleToScale].reason', able.reason],
          ['status.conditions[AbleToScale].message', able.message],
        ),
        suggestion: 'Mend what the message names.',
        since: able.since,
      }),
    );
  }
  if (active?.status === 'False' || missing.length > 0) {
    found.push(
      on({
        severity: 'warning',
        reason: active?.status === 'False' ? active.reason || 'ScalingInactive' : 'RequestsMissing',
        message:
          missing.length > 0
            ? `It cannot compute utilization: ${missing.join(', ')}.`
            : `It cannot compute its metrics: ${quote(active?.message ?? '')}.`,
        evidence: fields(
          ['status.conditions[ScalingActive].reason', active?.status === 'False' ? active.reason : null],
          ['status.conditions[ScalingActive].message', active?.status === 'False' ? active.message : null],
          ['missing requests', missing.join(', ')],
        ),
        suggestion:
          missing.length > 0
            ? 'Name the requests in the pod template: utilization is measured against them.'
            : 'Check that the metrics API answers: get_resource_usage.',
        since: active?.status === 'False' ? active.since : null,
        causes: [
          { object: keyOf('APIService', '', 'v1beta1.metrics.k8s.io'), checks: ['S9'] },
          ...causesOfLack(view, kind, scaler.namespace, name),
        ],
      }),
    );
  }
  if (limited?.status === 'True' && limited.reason === 'TooManyReplicas') {
    found.push(
      on({
        severity: 'warning',
        reason: 'AtMaximum',
        message: `It wants more than its maximum of ${scaler.max} replicas.`,
        evidence: fields(
          ['status.conditions[ScalingLimited].reason', limited.reason],
          ['spec.maxReplicas', scaler.max],
          ['status.currentReplicas', scaler.current],
        ),
        suggestion: 'Raise maxReplicas if the load is real, or find out what makes each replica slow.',
        since: limited.since,
      }),
    );
  }
  return found;
}

/** Utilization is a share of the requests; without them there is none. */
function missingRequests(view: View, scaler: Autoscaler): string[] {
  const target = view.workload(scaler.target.kind, scaler.namespace, scaler.target.name);
  if (!target) return [];
  return scaler.utilization.flatMap(({ resource, container }) =>
    target.templateRequests
      .filter((entry) => (container === '' || entry.container === container) && !entry.requests.includes(resource))
      .map((entry) => `container ${quote(entry.container)} has no ${quote(resource)} request`),
  );
}

interface Covered {
  budget: Budget;
  pods: Pod[];
}

/** W10. */
function budgetFindings(view: View): Draft[] {
  if (!view.knows('pods')) return [];
  const covered = view.snapshot.budgets.map((budget) => ({
    budget,
    pods: view.podsIn(budget.namespace).filter((pod) => !isFinished(pod) && matches(budget.selector, pod.labels)),
  }));
  return [...covered.flatMap((entry) => budgetFinding(view, entry)), ...overlaps(covered)];
}

function budgetFinding(view: View, { budget, pods }: Covered): Draft[] {
  const on = (input: Omit<Parameters<typeof onObject>[2], 'check'>) =>
    onObject('PodDisruptionBudget', budget, { check: 'W10', ...input });
  if (pods.length === 0) {
    return [
      on({
        severity: 'info',
        reason: 'SelectsNothing',
        message: 'It selects no pod, so it protects nothing.',
        evidence: fields([
          'spec.selector',
          budget.selector === null ? 'absent' : JSON.stringify(budget.selector.labels),
        ]),
        suggestion: 'Correct its selector, or remove it.',
      }),
    ];
  }
  const impossible = impossibleBecause(budget, Math.max(pods.length, budget.expectedPods));
  if (impossible) {
    return [
      on({
        severity: 'warning',
        reason: 'ImpossibleBudget',
        message: `It never allows a disruption: ${impossible}. Draining a node will hang.`,
        evidence: fields(
          ['spec.minAvailable', budget.minAvailable],
          ['spec.maxUnavailable', budget.maxUnavailable],
          ['status.disruptionsAllowed', budget.disruptionsAllowed],
          ['pods', pods.length],
        ),
        suggestion: 'Lower minAvailable below the number of replicas, or add a replica.',
      }),
    ];
  }
  const unhealthy = pods.filter((pod) => !isReady(pod));
  if (budget.disruptionsAllowed > 0 || unhealthy.length === 0) return [];
  const allowed = condition(budget.conditions, 'DisruptionAllowed');
  const owners = [...new Set(unhealthy.map((pod) => `${view.ownerOf(pod).kind}/${view.ownerOf(pod).name}`))];
  return [
    on({
      severity: 'warning',
      reason: 'DisruptionsBlocked',
      message: `It allows no disruption, because ${unhealthy.length} of its ${pods.length} pods are not healthy.`,
      evidence: fields(
        ['status.disruptionsAllowed', 0],
        ['status.currentHealthy', budget.currentHealthy],
        ['status.desiredHealthy', budget.desiredHealthy],
        ['status.conditions[DisruptionAllowed].reason', allowed?.reason],
      ),
      since: allowed?.status === 'False' ? allowed.since : null,
      suggestion: 'Mend the pods first; until then a node with one of them cannot be drained.',
      causes: owners.flatMap((owner) => {
        const [kind = '', name = ''] = owner.split('/');
        return causesOfLack(view, kind, budget.namespace, name);
      }),
    }),
  ];
}

function impossibleBecause(budget: Budget, pods: number): string | null {
  if (budget.maxUnavailable === '0' || budget.maxUnavailable === '0%')
    return `maxUnavailable is ${budget.maxUnavailable}`;
  if (budget.minAvailable === '') return null;
  const share = /^(\d+)%$/.exec(budget.minAvailable)?.[1];
  const least = share === undefined ? Number(budget.minAvailable) : Math.ceil((Number(share) * pods) / 100);
  return least >= pods ? `minAvailable ${quote(budget.minAvailable)} is all of its ${pods} pods` : null;
}

/** Two budgets on one pod: the eviction API refuses such a pod altogether. */
function overlaps(covered: Covered[]): Draft[] {
  const budgetsOf = new Map<Pod, Budget[]>();
  for (const { budget, pods } of covered) {
    for (const pod of pods) budgetsOf.set(pod, [...(budgetsOf.get(pod) ?? []), budget]);
  }
  const reported = new Map<string, Draft>();
  for (const [pod, budgets] of budgetsOf) {
    const [first] = budgets;
    if (budgets.length < 2 || !first) continue;
    const names = budgets.map((budget) => budget.name).sort();
    const key = `${pod.namespace}/${names.join(',')}`;
    const known = reported.get(key);
    if (known) known.count += 1;
    else {
      reported.set(
        key,
        onObject(
          'PodDisruptionBudget',
          { namespace: pod.namespace, name: names[0] ?? first.name },
          {
            check: 'W10',
            severity: 'warning',
            reason: 'OverlappingBudgets',
            message: `Pods such as ${quote(pod.name)} belong to ${names.length} budgets; such pods cannot be evicted at all.`,
            evidence: fields(['PodDisruptionBudgets', names.join(', ')]),
            suggestion: 'Make the selectors disjoint.',
          },
        ),
      );
    }
  }
  return [...reported.values()];
}
