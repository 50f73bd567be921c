/** Nodes, storage, quotas, namespaces and the cluster's own objects, and events, reduced to what the checks read. */
import type { JsonObject } from '../../json.js';
import { flag, has, list, map, number, object, quantities, scalar, strings, text, time } from './fields.js';
import type {
  Claim,
  CustomResource,
  EventRecord,
  Named,
  Namespace,
  Node,
  Quota,
  SigningRequest,
  StorageClass,
  Volume,
  VolumeAttachment,
} from './model.js';
import { keysFromManagedFields, reduceConditions, reduceMeta } from './reduce-common.js';

export function reduceNode(item: JsonObject): Node {
  return {
    ...reduceMeta(item),
    unschedulable: flag(item, 'spec', 'unschedulable'),
    taints: list(item, 'spec', 'taints').map((taint) => ({
      key: text(taint, 'key'),
      value: text(taint, 'value'),
      effect: text(taint, 'effect'),
      since: time(taint, 'timeAdded'),
    })),
    conditions: reduceConditions(item, 'status', 'conditions'),
    allocatable: quantities(item, 'status', 'allocatable'),
    kubeletVersion: text(item, 'status', 'nodeInfo', 'kubeletVersion'),
  };
}

export function reduceNamespace(item: JsonObject): Namespace {
  const meta = reduceMeta(item);
  return {
    ...meta,
    finalizers: [...meta.finalizers, ...strings(item, 'spec', 'finalizers')],
    phase: text(item, 'status', 'phase'),
    conditions: reduceConditions(item, 'status', 'conditions'),
  };
}

export function reduceQuota(item: JsonObject): Quota {
  const read = (field: string) =>
    Object.fromEntries(
      Object.keys(object(item, 'status', field)).map((name) => [name, scalar(item, 'status', field, name)]),
    );
  return { ...reduceMeta(item), hard: read('hard'), used: read('used') };
}

export function reduceClaim(item: JsonObject): Claim {
  const annotation = map(item, 'metadata', 'annotations')['volume.beta.kubernetes.io/storage-class'];
  return {
    ...reduceMeta(item),
    phase: text(item, 'status', 'phase'),
    storageClass: has(item, 'spec', 'storageClassName') ? text(item, 'spec', 'storageClassName') : (annotation ?? null),
    volume: text(item, 'spec', 'volumeName'),
    requested: scalar(item, 'spec', 'resources', 'requests', 'storage'),
    conditions: reduceConditions(item, 'status', 'conditions'),
  };
}

export function reduceVolume(item: JsonObject): Volume {
  return {
    ...reduceMeta(item),
    phase: text(item, 'status', 'phase'),
    reason: text(item, 'status', 'reason'),
    message: text(item, 'status', 'message'),
    storageClass: text(item, 'spec', 'storageClassName'),
    claim: has(item, 'spec', 'claimRef')
      ? { namespace: text(item, 'spec', 'claimRef', 'namespace'), name: text(item, 'spec', 'claimRef', 'name') }
      : null,
  };
}

export function reduceStorageClass(item: JsonObject): StorageClass {
  const annotations = map(item, 'metadata', 'annotations');
  return {
    ...reduceMeta(item),
    provisioner: text(item, 'provisioner'),
    bindingMode: text(item, 'volumeBindingMode') || 'Immediate',
    isDefault:
      annotations['storageclass.kubernetes.io/is-default-class'] === 'true' ||
      annotations['storageclass.beta.kubernetes.io/is-default-class'] === 'true',
  };
}

export function reduceVolumeAttachment(item: JsonObject): VolumeAttachment {
  const error = has(item, 'status', 'attachError') ? 'attachError' : 'detachError';
  return {
    ...reduceMeta(item),
    node: text(item, 'spec', 'nodeName'),
    volume: text(item, 'spec', 'source', 'persistentVolumeName'),
    attached: flag(item, 'status', 'attached'),
    error: text(item, 'status', error, 'message'),
    errorAt: time(item, 'status', error, 'time'),
  };
}

export function reduceCustomResource(item: JsonObject): CustomResource {
  return { ...reduceMeta(item), conditions: reduceConditions(item, 'status', 'conditions') };
}

export function reduceSigningRequest(item: JsonObject): SigningRequest {
  const decided = list(item, 'status', 'conditions').some((condition) =>
    ['Approved', 'Denied', 'Failed'].includes(text(condition, 'type')),
  );
  return {
    ...reduceMeta(item),
    signer: text(item, 'spec', 'signerName'),
    requestor: text(item, 'spec', 'username'),
    pending: !decided && !has(item, 'status', 'certificate'),
  };
}

export function reduceNamed(item: JsonObject): Named {
  return { ...reduceMeta(item), keys: keysFromManagedFields(item) };
}

/** A message without what differs between repetitions: numbers, hashes and addresses. */
export function normaliseMessage(message: string): string {
  return message
    .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/gi, '#')
    .replace(/\b[0-9a-f]{12,}\b/gi, '#')
    .replace(/\d+/g, '#')
    .slice(0, 300);
}

/** Events on these are kept in a namespace, to which the object does not belong. */
const CLUSTER_KINDS = new Set(['Node', 'PersistentVolume', 'Namespace', 'StorageClass', 'CertificateSigningRequest']);

/**
 * Adds one event to the sums; normal events are left out. The time of an event is that of its series, else its last
 * timestamp, else its event time. Source: events.k8s.io/v1, where new reporters fill only eventTime and series.
 */
export function addEvent(into: Map<string, EventRecord>, item: JsonObject): void {
  if (text(item, 'type') === 'Normal') return;
  const involved = has(item, 'involvedObject') ? object(item, 'involvedObject') : object(item, 'regarding');
  const message = text(item, 'message') || text(item, 'note');
  const times = [
    time(item, 'series', 'lastObservedTime'),
    time(item, 'lastTimestamp') ?? time(item, 'deprecatedLastTimestamp'),
    time(item, 'eventTime'),
    time(item, 'firstTimestamp') ?? time(item, 'deprecatedFirstTimestamp'),
  ].filter((value) => value !== null);
  const created = time(item, 'metadata', 'creationTimestamp');
  const last = times.length > 0 ? Math.max(...times) : created;
  const first = times.length > 0 ? Math.min(...times) : created;
  const count = number(item, 'series', 'count') ?? number(item, 'count') ?? number(item, 'deprecatedCount') ?? 1;
  const kind = text(involved, 'kind');
  const record: EventRecord = {
    kind,
    namespace: CLUSTER_KINDS.has(kind) ? '' : text(involved, 'namespace') || text(item, 'metadata', 'namespace'),
    name: text(involved, 'name'),
    uid: text(involved, 'uid'),
    reason: text(item, 'reason'),
    message: message.slice(0, 1_000),
    count: Math.max(1, count),
    first,
    last,
  };
  const about = record.uid || `${record.kind}/${record.namespace}/${record.name}`;
  const key = `${about}|${record.reason}|${normaliseMessage(message)}`;
  const known = into.get(key);
  if (!known) {
    into.set(key, record);
    return;
  }
  known.count += record.count;
  known.first = earlier(known.first, record.first);
  if ((record.last ?? 0) >= (known.last ?? 0)) {
    known.last = record.last;
    known.message = record.message;
  }
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}
