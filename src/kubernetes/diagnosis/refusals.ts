/** W3: pods that the API server refuses to create, and who says no. */
import { type Cause, type Draft, fields, keyOf, onObject, quote } from './finding.js';
import type { EventRecord } from './model.js';
import type { View } from './view.js';

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
