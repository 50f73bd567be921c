/** The cluster itself: control plane and system components (C1), quotas (C2), namespaces (C3), definitions and requests (C4). */

import { parseQuantity } from '../../quantity.js';
import { componentFindings } from './components.js';
import { type Draft, duration, fields, keyOf, onObject, quote } from './finding.js';
import { condition, HOUR, MINUTE, type View } from './view.js';

export function clusterFindings(view: View): Draft[] {
  return [
    ...readyz(view),
    ...componentFindings(view),
    ...quotas(view),
    ...namespaces(view),
    ...definitions(view),
    ...signingRequests(view),
  ];
}

/** C1, the API server's own checks. */
function readyz(view: View): Draft[] {
  const failing = view.snapshot.readyz ?? [];
  if (failing.length === 0) return [];
  return [
    onObject(
      'APIServer',
      { namespace: '', name: 'readyz' },
      {
        check: 'C1',
        severity: 'critical',
        reason: 'NotReady',
        message: `The API server reports ${failing.length} failing ${failing.length === 1 ? 'check' : 'checks'}.`,
        evidence: fields(...failing.slice(0, 4).map((line): [string, string] => ['/readyz?verbose', line])),
        count: failing.length,
        suggestion: 'Look at the API server and etcd; a failing etcd check comes first.',
      },
    ),
  ];
}

/** C2. */
function quotas(view: View): Draft[] {
  return view.snapshot.quotas.flatMap((quota) => {
    const shares = Object.entries(quota.hard).flatMap(([resource, hard]) => {
      const limit = parseQuantity(hard);
      const used = parseQuantity(quota.used[resource] ?? '');
      if (!limit || used === null || used / limit < 0.9) return [];
      return [{ resource, hard, used: quota.used[resource] ?? '', share: used / limit }];
    });
    if (shares.length === 0) return [];
    const full = shares.filter((entry) => entry.share >= 1);
    const shown = full.length > 0 ? full : shares;
    return onObject('ResourceQuota', quota, {
      check: 'C2',
      severity: full.length > 0 ? 'warning' : 'info',
      reason: full.length > 0 ? 'QuotaExhausted' : 'QuotaNearlyExhausted',
      message: `${shown.map((entry) => `${quote(entry.resource)} is at ${Math.round(entry.share * 100)} %`).join(', ')} of the quota.`,
      evidence: fields(
        ...shown
          .slice(0, 4)
          .map((entry): [string, string] => [`status.used[${entry.resource}]`, `${entry.used} of ${entry.hard}`]),
      ),
      suggestion: 'Raise the quota, lower requests, or remove what is not needed.',
    });
  });
}

const NAMESPACE_LIMIT = 10 * MINUTE;

/** C3. */
function namespaces(view: View): Draft[] {
  return view.snapshot.namespaces.flatMap((namespace) => {
    if (namespace.phase !== 'Terminating' || !view.olderThan(namespace.deleted, NAMESPACE_LIMIT)) return [];
    const reasons = namespace.conditions.filter((entry) => entry.status === 'True');
    return onObject('Namespace', namespace, {
      check: 'C3',
      severity: 'warning',
      reason: reasons[0]?.type ?? 'StuckTerminating',
      message: `It has been terminating${namespace.deleted === null ? '' : ` for ${duration(view.now - namespace.deleted)}`}.`,
      evidence: fields(
        ...reasons
          .slice(0, 4)
          .map((entry): [string, string] => [
            `status.conditions[${entry.type}].message`,
            entry.message || entry.reason,
          ]),
        ['finalizers', namespace.finalizers.join(', ')],
      ),
      since: namespace.deleted,
      suggestion: 'Mend what the conditions name: an API that does not answer, or the controller of a finalizer.',
      // An API that does not answer holds a namespace only where its contents cannot be discovered for it.
      causes: reasons.some((entry) => entry.type === 'NamespaceDeletionDiscoveryFailure')
        ? view.snapshot.apiServices.map((api) => ({ object: keyOf('APIService', '', api.name), checks: ['S9'] }))
        : [],
    });
  });
}

/** C4, definitions of custom resources. */
function definitions(view: View): Draft[] {
  return view.snapshot.customResources.flatMap((definition) => {
    const names = condition(definition.conditions, 'NamesAccepted');
    const established = condition(definition.conditions, 'Established');
    const conflict = names?.status === 'False';
    const pending = established?.status !== 'True' && view.olderThan(definition.created, MINUTE);
    if (definition.deleted !== null || (!conflict && !pending)) return [];
    return onObject('CustomResourceDefinition', definition, {
      check: 'C4',
      severity: 'warning',
      reason: conflict ? 'NameConflict' : 'NotEstablished',
      message: conflict
        ? 'Its names collide with those of another definition.'
        : 'It is not established, so its resources cannot be used.',
      evidence: fields(
        ['status.conditions[NamesAccepted].message', conflict ? names.message : null],
        ['status.conditions[Established].status', established?.status ?? 'absent'],
        ['status.conditions[Established].message', established?.message],
      ),
      since: (conflict ? names.since : established?.since) ?? null,
      suggestion: conflict
        ? 'Remove one of the two definitions.'
        : 'Read its conditions: get_resource CustomResourceDefinition.',
    });
  });
}

/** C4, certificates that nobody decides on. */
function signingRequests(view: View): Draft[] {
  return view.snapshot.signingRequests
    .filter((request) => request.pending && view.olderThan(request.created, HOUR))
    .map((request) =>
      onObject('CertificateSigningRequest', request, {
        check: 'C4',
        severity: 'info',
        reason: 'RequestPending',
        message: `Nobody has decided on it${request.created === null ? '' : ` for ${duration(view.now - request.created)}`}.`,
        evidence: fields(['spec.signerName', request.signer], ['spec.username', request.requestor]),
        since: request.created,
        suggestion: 'Approve or deny it; requests of kubelets are approved by their controller as a rule.',
      }),
    );
}
