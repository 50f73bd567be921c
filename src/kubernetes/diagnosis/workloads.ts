/** Controllers of pods that do not have the pods they want: W1 to W6. */
import { type Cause, type Draft, fields, keyOf, onObject, quote } from './finding.js';
import type { EventRecord, Workload } from './model.js';
import { condition, HOUR, isReady, MINUTE, type View } from './view.js';

/** Findings of pods that explain why a workload lacks them, the most telling first. */
export const POD_CHECKS = [
  'P16',
  'P3',
  'P4',
  'P2',
  'P1',
  'P11',
  'P7',
  'P9',
  'P5',
  'P6',
  'P10',
  'P15',
  'P14',
  'P13',
  'P8',
];

export function workloadFindings(view: View): Draft[] {
  return view.snapshot.workloads.flatMap((workload) => [
    ...(workload.kind === 'Deployment' ? [...deploymentReady(view, workload), ...rolloutStuck(view, workload)] : []),
    ...(workload.kind === 'StatefulSet' ? statefulSet(view, workload) : []),
    ...(workload.kind === 'DaemonSet' ? daemonSet(view, workload) : []),
    ...podsRefused(view, workload),
    ...notObserved(view, workload),
  ]);
}

/** What may keep a workload from its pods: they are refused, or they are broken, or their node is. */
export function causesOfLack(view: View, kind: string, namespace: string, name: string): Cause[] {
  const nodes = view
    .podsOf(kind, namespace, name)
    .filter((pod) => !isReady(pod) && pod.node !== '')
    .map((pod) => ({ object: keyOf('Node', '', pod.node), checks: ['N1'] }));
  return [
    { object: keyOf(kind, namespace, name), checks: ['W3'] },
    { object: keyOf('owner', namespace, `${kind}/${name}`), checks: POD_CHECKS },
    ...nodes.slice(0, 20),
  ];
}

/** W1. A rollout that is still within its progress deadline is no trouble. */
function deploymentReady(view: View, workload: Workload): Draft[] {
  const { desired, ready, namespace, name } = workload;
  if (desired === 0 || ready >= desired || workload.paused || workload.deleted !== null) return [];
  if (isProgressing(view, workload)) return [];
  const available = condition(workload.conditions, 'Available');
  return [
    onObject('Deployment', workload, {
      check: 'W1',
      severity: ready === 0 ? 'critical' : 'warning',
      reason: ready === 0 ? 'NoReplicaReady' : 'ReplicasNotReady',
      message: `${ready} of ${desired} replicas are ready.`,
      evidence: fields(
        ['spec.replicas', desired],
        ['status.readyReplicas', ready],
        ['status.conditions[Available].message', available?.status === 'False' ? available.message : null],
      ),
      since: available?.status === 'False' ? available.since : null,
      suggestion: `See its pods: list_pods namespace=${namespace}, then describe_pod on one that is not ready.`,
      causes: [
        ...causesOfLack(view, 'Deployment', namespace, name),
        { object: keyOf('Deployment', namespace, name), checks: ['W2'] },
      ],
    }),
  ];
}

/** Pods need a little while even where nothing says that a rollout is under way. */
const SETTLING = MINUTE;

function isProgressing(view: View, workload: Workload): boolean {
  const progressing = condition(workload.conditions, 'Progressing');
  const deadline = workload.progressDeadline * 1000;
  if (progressing?.status === 'False') return false;
  if (progressing && progressing.reason !== 'NewReplicaSetAvailable') {
    return !view.olderThan(progressing.updated ?? progressing.since, deadline);
  }
  if (progressing) {
    const available = condition(workload.conditions, 'Available');
    const changed = Math.max(available?.since ?? 0, progressing.updated ?? progressing.since ?? 0) || null;
    return !view.olderThan(changed, SETTLING);
  }
  // No condition: either the controller has not come to it yet, or it has no progress deadline.
  return !view.olderThan(workload.created, workload.reported ? SETTLING : deadline);
}

/** W2. */
function rolloutStuck(view: View, workload: Workload): Draft[] {
  const progressing = condition(workload.conditions, 'Progressing');
  if (progressing?.status !== 'False' || progressing.reason !== 'ProgressDeadlineExceeded') return [];
  return [
    onObject('Deployment', workload, {
      check: 'W2',
      severity: 'critical',
      reason: 'ProgressDeadlineExceeded',
      message: `The rollout is stuck: ${workload.updated} of ${workload.desired} replicas are of the new version, ${workload.ready} ready.`,
      evidence: fields(
        ['status.conditions[Progressing].reason', progressing.reason],
        ['status.conditions[Progressing].message', progressing.message],
      ),
      since: progressing.since ?? progressing.updated,
      suggestion: 'Find out why the new pods are not ready (describe_pod), or go back: rollback_deployment.',
      causes: causesOfLack(view, 'Deployment', workload.namespace, workload.name),
    }),
  ];
}

/** W3 on workloads and, in jobs.ts, on jobs. Events count only while pods are missing. */
function podsRefused(view: View, workload: Workload): Draft[] {
  if (workload.kind === 'Deployment' && view.knows('replicasets') && !hasFailure(workload)) return [];
  if (workload.desired === 0 && workload.kind !== 'DaemonSet') return [];
  const failure = hasFailure(workload) ?? null;
  const missing = workload.current < workload.desired || workload.ready < workload.desired;
  const event = missing ? view.eventOf(workload.kind, workload, ['FailedCreate'], HOUR) : null;
  if (!failure && !event) return [];
  return [refused(view, workload.kind, workload, failure?.message ?? '', event, failure?.since ?? null)];
}

const hasFailure = (workload: Workload) =>
  workload.conditions.find((entry) => entry.type === 'ReplicaFailure' && entry.status === 'True');

/** One finding per top owner: the ReplicaSet's and the Deployment's word are the same trouble. */
export function refused(
  view: View,
  kind: string,
  object: { namespace: string; name: string; owner: { kind: string; name: string } | null },
  said: string,
  event: EventRecord | null,
  since: number | null,
): Draft {
  const message = said || event?.message || '';
  const owner = view.topOwner(object.namespace, { kind, name: object.name }) ?? { kind, name: object.name };
  const cause = refusal(message, object.namespace);
  const draft = onObject(
    owner.kind,
    { namespace: object.namespace, name: owner.name },
    {
      check: 'W3',
      severity: 'critical',
      reason: cause.reason,
      message: `Its pods cannot be created: ${cause.what}.`,
      evidence: fields([
        said
          ? `${kind} ${object.name} status.conditions[ReplicaFailure].message`
          : `event FailedCreate on ${kind} ${object.name}`,
        message,
      ]),
      since: since ?? event?.first ?? null,
      suggestion: cause.next,
      causes: cause.causes,
      about: [keyOf(kind, object.namespace, object.name)],
    },
  );
  return { ...draft, group: `W3|${object.namespace}|${owner.kind}|${owner.name}` };
}

function refusal(message: string, namespace: string): { reason: string; what: string; next: string; causes: Cause[] } {
  const quota = /exceeded quota: ([^,\s]+)/i.exec(message)?.[1];
  if (quota) {
    return {
      reason: 'QuotaExceeded',
      what: `ResourceQuota ${quote(quota)} is used up`,
      next: 'Raise the quota, lower the requests, or scale something else down.',
      causes: [{ object: keyOf('ResourceQuota', namespace, quota), checks: ['C2'] }],
    };
  }
  if (/failed quota|must specify (limits|requests)/i.test(message)) {
    return {
      reason: 'QuotaNeedsRequests',
      what: 'a quota demands requests or limits that the pod does not name',
      next: 'Name requests and limits in the pod template.',
      causes: [],
    };
  }
  if (/(maximum|minimum) .* (usage|usage per)|limit to request ratio/i.test(message)) {
    return {
      reason: 'LimitRange',
      what: 'the LimitRange of the namespace does not allow its resources',
      next: 'Fit the resources to the LimitRange: get_resource LimitRange.',
      causes: [],
    };
  }
  if (/violates PodSecurity/i.test(message)) {
    return {
      reason: 'PodSecurity',
      what: 'the Pod Security level of the namespace forbids them',
      next: 'Harden the pod template as the message says, or change the level of the namespace.',
      causes: [],
    };
  }
  const denied = /admission webhook "([^"]+)" denied/i.exec(message)?.[1];
  if (denied) {
    return {
      reason: 'WebhookDenied',
      what: `admission webhook ${quote(denied)} denies them`,
      next: 'Do what the webhook asks for; its message is in the evidence.',
      causes: [],
    };
  }
  const failed = /failed calling webhook "([^"]+)"/i.exec(message)?.[1];
  if (failed) {
    return {
      reason: 'WebhookUnreachable',
      what: `admission webhook ${quote(failed)} does not answer`,
      next: "Mend the webhook's Service and pods.",
      causes: [{ object: keyOf('webhook', '', failed), checks: ['S8'] }],
    };
  }
  const account = /serviceaccounts? "([^"]+)" not found|error looking up service account ([^:\s]+)/i.exec(message);
  if (account) {
    return {
      reason: 'ServiceAccountMissing',
      what: `ServiceAccount ${quote(account[1] ?? account[2] ?? '')} does not exist`,
      next: 'Create it, or correct serviceAccountName.',
      causes: [],
    };
  }
  return {
    reason: 'FailedCreate',
    what: quote(message) || 'no reason given',
    next: 'Read the message in the evidence.',
    causes: [],
  };
}

const OBSERVE_LIMIT = 5 * MINUTE;

/** W4: the controller does not follow. A ReplicaSet's is folded into its Deployment's. */
function notObserved(view: View, workload: Workload): Draft[] {
  if (workload.generation === 0 || (workload.observedGeneration ?? 0) >= workload.generation) return [];
  if (workload.kind === 'ReplicaSet' && workload.owner !== null) return [];
  if (!view.olderThan(workload.specChanged ?? workload.created, OBSERVE_LIMIT)) return [];
  return [
    onObject(workload.kind, workload, {
      check: 'W4',
      severity: 'warning',
      reason: 'NotObserved',
      message: 'Its controller has not acted on the latest change.',
      evidence: fields(
        ['metadata.generation', workload.generation],
        ['status.observedGeneration', workload.observedGeneration ?? 'absent'],
      ),
      since: workload.specChanged ?? workload.created,
      suggestion: 'Look at kube-controller-manager in kube-system.',
    }),
  ];
}

/** W5. */
function statefulSet(view: View, workload: Workload): Draft[] {
  const { namespace, name, desired, ready } = workload;
  if (workload.deleted !== null) return [];
  const found: Draft[] = [];
  const pods = view.podsOf('StatefulSet', namespace, name);
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod.name), pod]));
  const ordinals = Array.from({ length: Math.min(desired, 10_000) }, (_, index) => index);
  const blocking = ordinals.find((ordinal) => {
    const pod = byOrdinal.get(ordinal);
    return !pod || !isReady(pod);
  });
  const blocker = blocking === undefined ? undefined : byOrdinal.get(blocking);
  const fresh = !view.olderThan(blocker ? (blocker.started ?? blocker.created) : workload.created, SETTLING);
  const causes = causesOfLack(view, 'StatefulSet', namespace, name);
  if (ready < desired && !fresh) {
    const rollingOut =
      workload.updateRevision !== '' &&
      workload.currentRevision !== workload.updateRevision &&
      workload.updateStrategy !== 'OnDelete';
    const ordinal =
      blocking === undefined ? '' : blocker ? `${blocker.name} is not ready` : `${name}-${blocking} does not exist`;
    found.push(
      onObject('StatefulSet', workload, {
        check: 'W5',
        severity: ready === 0 ? 'critical' : 'warning',
        reason: rollingOut ? 'RolloutStuck' : ready === 0 ? 'NoReplicaReady' : 'ReplicasNotReady',
        message: `${ready} of ${desired} replicas are ready${ordinal ? `; ${ordinal}` : ''}${rollingOut ? ' and holds up the rollout' : ''}.`,
        evidence: fields(
          ['spec.replicas', desired],
          ['status.readyReplicas', ready],
          ...(rollingOut
            ? ([
                ['status.currentRevision', workload.currentRevision],
                ['status.updateRevision', workload.updateRevision],
                ['status.updatedReplicas', workload.updated],
              ] as [string, string | number][])
            : []),
        ),
        since: null,
        suggestion: ordinal
          ? `Start with the pod that blocks: describe_pod ${blocker?.name ?? `${name}-${blocking}`}.`
          : 'See its pods: list_pods.',
        causes,
      }),
    );
  }
  if (view.knows('services') && workload.serviceName !== '' && !view.service(namespace, workload.serviceName)) {
    found.push(
      onObject('StatefulSet', workload, {
        check: 'W5',
        severity: ready < desired ? 'critical' : 'warning',
        reason: 'ServiceMissing',
        message: `Its headless Service ${quote(workload.serviceName)} does not exist, so its pods have no DNS names.`,
        evidence: fields(['spec.serviceName', workload.serviceName]),
        suggestion: 'Create the Service, or correct serviceName (the StatefulSet has to be made anew for that).',
      }),
    );
  }
  return [...found, ...missingClasses(view, workload)];
}

function missingClasses(view: View, workload: Workload): Draft[] {
  if (!view.knows('storageclasses')) return [];
  const known = new Set(view.snapshot.storageClasses.map((storage) => storage.name));
  return workload.claimClasses
    .filter((claim) => claim.storageClass !== null && claim.storageClass !== '' && !known.has(claim.storageClass))
    .map((claim) =>
      onObject('StatefulSet', workload, {
        check: 'W5',
        severity: workload.ready < workload.desired ? 'critical' : 'warning',
        reason: 'StorageClassMissing',
        message: `StorageClass ${quote(claim.storageClass ?? '')} of its volume claim ${quote(claim.name)} does not exist.`,
        evidence: fields([`spec.volumeClaimTemplates[${claim.name}].spec.storageClassName`, claim.storageClass]),
        suggestion: `Use one that exists: ${[...known].sort().slice(0, 5).join(', ') || 'there is none yet'}.`,
      }),
    );
}

function ordinalOf(podName: string): number {
  const digits = /-(\d+)$/.exec(podName)?.[1];
  return digits === undefined ? -1 : Number(digits);
}

/** W6. */
function daemonSet(view: View, workload: Workload): Draft[] {
  const { namespace, name, desired, ready, misscheduled } = workload;
  if (workload.deleted !== null) return [];
  const severity = namespace === 'kube-system' ? 'critical' : 'warning';
  const found: Draft[] = [];
  const lacking = view.podsOf('DaemonSet', namespace, name).filter((pod) => !isReady(pod));
  const settling = lacking.length > 0 && lacking.every((pod) => !view.olderThan(pod.started ?? pod.created, SETTLING));
  if (ready < desired && !settling && view.olderThan(workload.created, SETTLING)) {
    found.push(
      onObject('DaemonSet', workload, {
        check: 'W6',
        severity,
        reason: 'PodsNotReady',
        message: `${ready} of ${desired} pods are ready.`,
        evidence: fields(['status.desiredNumberScheduled', desired], ['status.numberReady', ready]),
        suggestion: 'See which nodes lack a ready pod: list_pods with its labels.',
        causes: causesOfLack(view, 'DaemonSet', namespace, name),
      }),
    );
  }
  if (misscheduled > 0) {
    found.push(
      onObject('DaemonSet', workload, {
        check: 'W6',
        severity: 'warning',
        reason: 'Misscheduled',
        message: `${misscheduled} of its pods run on nodes where they should not.`,
        evidence: fields(['status.numberMisscheduled', misscheduled]),
        suggestion: 'Check node selector and tolerations against the labels and taints of the nodes.',
      }),
    );
  }
  if (!view.knows('secrets')) return found;
  const secrets = secretNames(view);
  for (const secret of workload.imagePullSecrets) {
    if (secret === '' || secrets.has(`${namespace}/${secret}`)) continue;
    found.push(
      onObject('DaemonSet', workload, {
        check: 'W6',
        severity,
        reason: 'PullSecretMissing',
        message: `Its imagePullSecret ${quote(secret)} does not exist.`,
        evidence: fields(['spec.template.spec.imagePullSecrets', secret]),
        suggestion: 'Create the secret in this namespace, or remove the reference.',
      }),
    );
  }
  return found;
}

const secretCache = new WeakMap<View, Set<string>>();

function secretNames(view: View): Set<string> {
  const known =
    secretCache.get(view) ?? new Set(view.snapshot.secrets.map((secret) => `${secret.namespace}/${secret.name}`));
  secretCache.set(view, known);
  return known;
}
