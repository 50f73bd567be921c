/** Claims that get no volume (V1); lost, failed and left-over volumes, attachments and default classes (V2). */
import { type Draft, fields, keyOf, onObject, quote } from './finding.js';
import type { Claim, Pod } from './model.js';
import { isFinished, MINUTE, type View } from './view.js';

export function storageFindings(view: View): Draft[] {
  const consumers = consumersOfClaims(view);
  return [
    ...view.snapshot.claims.flatMap((claim) => [
      ...pendingClaim(view, claim, consumers.get(`${claim.namespace}/${claim.name}`) ?? []),
      ...claimTrouble(view, claim),
    ]),
    ...volumes(view),
    ...attachments(view),
    ...defaultClasses(view),
  ];
}

function consumersOfClaims(view: View): Map<string, Pod[]> {
  const consumers = new Map<string, Pod[]>();
  for (const pod of view.snapshot.pods) {
    if (isFinished(pod)) continue;
    for (const reference of pod.references) {
      if (reference.kind !== 'PersistentVolumeClaim') continue;
      const key = `${pod.namespace}/${reference.name}`;
      consumers.set(key, [...(consumers.get(key) ?? []), pod]);
    }
  }
  return consumers;
}

const PROVISION_EVENTS = ['ProvisioningFailed', 'FailedBinding', 'ProvisioningCleanupFailed'];
/** Provisioning takes a little while. */
const PROVISION_TIME = 2 * MINUTE;

/** V1. */
function pendingClaim(view: View, claim: Claim, consumers: Pod[]): Draft[] {
  if (claim.phase !== 'Pending' || claim.deleted !== null) return [];
  const event = view.eventOf('PersistentVolumeClaim', claim, PROVISION_EVENTS, Number.POSITIVE_INFINITY);
  const why = pendingBecause(view, claim, consumers, event?.message ?? null, event?.reason ?? null);
  if (!why) return [];
  const waiting = consumers.filter((pod) => pod.phase === 'Pending');
  return [
    onObject('PersistentVolumeClaim', claim, {
      check: 'V1',
      severity: why.harmless ? 'info' : waiting.length > 0 ? 'critical' : 'warning',
      reason: why.reason,
      message: `It has no volume: ${why.what}.`,
      evidence: fields(
        ['status.phase', claim.phase],
        ['spec.storageClassName', claim.storageClass ?? 'absent'],
        ['spec.resources.requests.storage', claim.requested],
        [`event ${event?.reason ?? ''}`, event?.message],
        [
          'waiting pods',
          waiting
            .slice(0, 3)
            .map((pod) => pod.name)
            .join(', '),
        ],
      ),
      since: claim.created,
      suggestion: why.next,
      causes: why.harmless
        ? consumers.slice(0, 5).map((pod) => ({ object: keyOf('Pod', pod.namespace, pod.name), checks: ['P7'] }))
        : [{ object: keyOf('PersistentVolumeClaim', claim.namespace, claim.name), checks: ['W5'] }],
    }),
  ];
}

interface Why {
  reason: string;
  what: string;
  next: string;
  harmless?: true;
}

function pendingBecause(
  view: View,
  claim: Claim,
  consumers: Pod[],
  message: string | null,
  event: string | null,
): Why | null {
  const classes = view.snapshot.storageClasses;
  const wanted =
    claim.storageClass === null
      ? classes.find((entry) => entry.isDefault)
      : classes.find((entry) => entry.name === claim.storageClass);
  if (
    view.knows('storageclasses') &&
    claim.storageClass &&
    !wanted &&
    claim.volume === '' &&
    !hasStaticVolume(view, claim)
  ) {
    return {
      reason: 'StorageClassMissing',
      what: `StorageClass ${quote(claim.storageClass)} does not exist`,
      next: `Use one that exists: ${
        classes
          .map((entry) => entry.name)
          .sort()
          .slice(0, 5)
          .join(', ') || 'there is none yet'
      }.`,
    };
  }
  if (view.knows('storageclasses') && claim.storageClass === null && !wanted) {
    return {
      reason: 'NoDefaultClass',
      what: 'it names no StorageClass and none is the default',
      next: 'Name a StorageClass, or make one the default.',
    };
  }
  if (event === 'ProvisioningFailed') {
    return {
      reason: event,
      what: `provisioning fails (${quote(message ?? '')})`,
      next: 'Look at the provisioner: its pods, its permissions, its quota.',
    };
  }
  if (wanted?.bindingMode === 'WaitForFirstConsumer') {
    // It waits for a pod on purpose; where a pod is there, what keeps that pod keeps the claim.
    const placed = consumers.find((pod) => pod.node !== '');
    if (!placed) {
      const what =
        consumers.length === 0
          ? 'its class waits for the first pod that uses it'
          : 'its class waits until its pod has a node';
      return { reason: 'WaitForFirstConsumer', what, next: 'Nothing, until a pod uses it.', harmless: true };
    }
  }
  if (!view.olderThan(claim.created, PROVISION_TIME) && event === null) return null;
  if (claim.storageClass === '' || wanted?.provisioner === 'kubernetes.io/no-provisioner') {
    return {
      reason: 'NoMatchingVolume',
      what: 'no PersistentVolume fits it, and its class makes none',
      next: 'Create a PersistentVolume of its size, class and access modes.',
    };
  }
  if (event) return { reason: event, what: quote(message ?? ''), next: 'Mend what the event says.' };
  return {
    reason: 'NotProvisioned',
    what: 'nothing has been provisioned, and no event says why',
    next: `Check that the provisioner ${quote(wanted?.provisioner ?? '')} runs.`,
  };
}

/** A claim may bind to a volume of a class that has no object. */
const hasStaticVolume = (view: View, claim: Claim) =>
  view.snapshot.volumes.some((volume) => volume.storageClass === claim.storageClass && volume.phase === 'Available');

const RESIZE_LIMIT = 10 * MINUTE;

/** V2 on claims: lost, or stuck while it grows. */
function claimTrouble(view: View, claim: Claim): Draft[] {
  if (claim.phase === 'Lost') {
    return [
      onObject('PersistentVolumeClaim', claim, {
        check: 'V2',
        severity: 'critical',
        reason: 'ClaimLost',
        message: `Its volume ${quote(claim.volume)} is gone, and the data with it unless the storage still has it.`,
        evidence: fields(['status.phase', claim.phase], ['spec.volumeName', claim.volume]),
        suggestion: 'Look for the volume in the storage itself; restore from a backup.',
      }),
    ];
  }
  const resizing = claim.conditions.find(
    (entry) =>
      entry.status === 'True' &&
      ['Resizing', 'FileSystemResizePending', 'ControllerResizeError', 'NodeResizeError'].includes(entry.type),
  );
  const event = view.eventOf('PersistentVolumeClaim', claim, [
    'VolumeResizeFailed',
    'FileSystemResizeFailed',
    'ExternalExpanding',
  ]);
  const failed = event !== null && event.reason !== 'ExternalExpanding';
  if (
    !failed &&
    !(
      resizing &&
      (/Error$/.test(resizing.type) || (resizing.since !== null && view.olderThan(resizing.since, RESIZE_LIMIT)))
    )
  )
    return [];
  return [
    onObject('PersistentVolumeClaim', claim, {
      check: 'V2',
      severity: 'warning',
      reason: 'ResizeStuck',
      message: 'Its volume does not grow as asked.',
      evidence: fields(
        [`status.conditions[${resizing?.type ?? ''}].message`, resizing ? resizing.message || resizing.status : null],
        [`event ${event?.reason ?? ''}`, event?.message],
      ),
      since: resizing?.since ?? event?.first ?? null,
      suggestion:
        resizing?.type === 'FileSystemResizePending'
          ? 'Restart the pod that uses it: the file system grows when it is mounted.'
          : 'Check that the StorageClass allows expansion and what the driver says.',
    }),
  ];
}

function volumes(view: View): Draft[] {
  // In a diagnosis of one namespace, only volumes that its claims use matter.
  const { namespace } = view.snapshot;
  return view.snapshot.volumes
    .filter(
      (volume) =>
        (volume.phase === 'Failed' || volume.phase === 'Released') &&
        (namespace === null || volume.claim?.namespace === namespace),
    )
    .map((volume) => {
      const failed = volume.phase === 'Failed';
      return onObject('PersistentVolume', volume, {
        check: 'V2',
        severity: failed ? 'critical' : 'info',
        reason: failed ? 'VolumeFailed' : 'VolumeReleased',
        message: failed ? 'It could not be reclaimed.' : 'Its claim is gone; its data is kept and nobody can bind it.',
        evidence: fields(
          ['status.phase', volume.phase],
          ['status.reason', volume.reason],
          ['status.message', volume.message],
          ['spec.claimRef', volume.claim ? `${volume.claim.namespace}/${volume.claim.name}` : null],
        ),
        suggestion: failed
          ? 'Read the message; remove it by hand once the storage behind it is settled.'
          : 'Delete it when the data is no longer needed.',
      });
    });
}

function attachments(view: View): Draft[] {
  return view.snapshot.volumeAttachments
    .filter((attachment) => attachment.error !== '')
    .map((attachment) =>
      onObject('VolumeAttachment', attachment, {
        check: 'V2',
        severity: 'warning',
        reason: attachment.attached ? 'DetachError' : 'AttachError',
        message: `Volume ${quote(attachment.volume)} cannot be ${attachment.attached ? 'detached from' : 'attached to'} node ${quote(attachment.node)}.`,
        evidence: fields(
          [`status.${attachment.attached ? 'detachError' : 'attachError'}.message`, attachment.error],
          ['spec.nodeName', attachment.node],
        ),
        since: attachment.errorAt,
        suggestion: 'Look at the CSI driver; a volume that hangs on a dead node is freed when the node is removed.',
        causes: [{ object: keyOf('Node', '', attachment.node), checks: ['N1'] }],
      }),
    );
}

/** A cluster without any class makes no volumes; a claim that waits there is V1's. */
function defaultClasses(view: View): Draft[] {
  if (view.snapshot.namespace !== null || !view.knows('storageclasses')) return [];
  const classes = view.snapshot.storageClasses;
  const defaults = classes
    .filter((entry) => entry.isDefault)
    .map((entry) => entry.name)
    .sort();
  if (defaults.length === 1 || classes.length === 0) return [];
  const [first = classes[0]?.name ?? 'none'] = defaults;
  return [
    onObject(
      'StorageClass',
      { namespace: '', name: first },
      {
        check: 'V2',
        severity: 'warning',
        reason: defaults.length === 0 ? 'NoDefaultClass' : 'SeveralDefaultClasses',
        message:
          defaults.length === 0
            ? 'No StorageClass is the default: claims that name none stay pending.'
            : `${defaults.length} StorageClasses are the default: which one a claim gets is not obvious.`,
        evidence: fields(['default StorageClasses', defaults.join(', ') || 'none'], ['StorageClasses', classes.length]),
        suggestion: 'Mark exactly one with storageclass.kubernetes.io/is-default-class: "true".',
      },
    ),
  ];
}
