/** The tables of nodes, namespaces, volumes and what else belongs to the cluster. */
import type { JsonObject } from '../../../json.js';
import { condition, isDeleting, labelsOf, list, nameOf, number, object, objects, text, timeOf } from '../fields.js';
import { AGE, Age, type Cell, type Column, created, joined, NAME, or, type Printer } from './cells.js';

function nodeStatus(node: JsonObject): string {
  const ready = condition(node, 'Ready');
  const status = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return object(node, 'spec').unschedulable === true ? `${status},SchedulingDisabled` : status;
}

function roles(node: JsonObject): string {
  const found = Object.entries(labelsOf(node)).flatMap(([key, value]) => {
    if (key.startsWith('node-role.kubernetes.io/')) return key.slice('node-role.kubernetes.io/'.length) || [];
    return key === 'kubernetes.io/role' && typeof value === 'string' ? value : [];
  });
  return or([...new Set(found)].sort().join(','), '<none>');
}

const address = (node: JsonObject, type: string): string =>
  or(
    text(
      objects(node, 'status', 'addresses').find((item) => item.type === type),
      'address',
    ),
    '<none>',
  );

export const nodes: Printer = {
  columns: [
    NAME,
    ['Status'],
    ['Roles'],
    AGE,
    ['Version'],
    ['Internal-IP', 'string', '', 1],
    ['External-IP', 'string', '', 1],
    ['OS-Image', 'string', '', 1],
    ['Kernel-Version', 'string', '', 1],
    ['Container-Runtime', 'string', '', 1],
  ],
  cells: (value) => {
    const info = object(value, 'status', 'nodeInfo');
    return [
      nameOf(value),
      nodeStatus(value),
      roles(value),
      created(value),
      text(info, 'kubeletVersion'),
      address(value, 'InternalIP'),
      address(value, 'ExternalIP'),
      or(text(info, 'osImage'), '<unknown>'),
      or(text(info, 'kernelVersion'), '<unknown>'),
      or(text(info, 'containerRuntimeVersion'), '<unknown>'),
    ];
  },
};

export const namespaces: Printer = {
  columns: [NAME, ['Status'], AGE],
  cells: (value) => [nameOf(value), text(value, 'status', 'phase'), created(value)],
};

const MODES: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const modes = (value: JsonObject, ...path: string[]): string =>
  joined(list(value, ...path, 'accessModes').map((mode) => MODES[String(mode)] ?? String(mode)));
const phase = (value: JsonObject): string => (isDeleting(value) ? 'Terminating' : text(value, 'status', 'phase'));

export const persistentvolumeclaims: Printer = {
  columns: [
    NAME,
    ['Status'],
    ['Volume'],
    ['Capacity'],
    ['Access Modes'],
    ['StorageClass'],
    ['VolumeAttributesClass'],
    AGE,
    ['VolumeMode', 'string', '', 1],
  ],
  cells: (value) => {
    const bound = text(value, 'spec', 'volumeName') !== '';
    return [
      nameOf(value),
      phase(value),
      text(value, 'spec', 'volumeName'),
      bound ? text(value, 'status', 'capacity', 'storage') : '',
      bound ? modes(value, 'status') : '',
      text(value, 'spec', 'storageClassName'),
      or(text(value, 'spec', 'volumeAttributesClassName'), '<unset>'),
      created(value),
      or(text(value, 'spec', 'volumeMode'), '<unset>'),
    ];
  },
};

export const persistentvolumes: Printer = {
  columns: [
    NAME,
    ['Capacity'],
    ['Access Modes'],
    ['Reclaim Policy'],
    ['Status'],
    ['Claim'],
    ['StorageClass'],
    ['VolumeAttributesClass'],
    ['Reason'],
    AGE,
    ['VolumeMode', 'string', '', 1],
  ],
  cells: (value) => {
    const claim = object(value, 'spec', 'claimRef');
    return [
      nameOf(value),
      text(value, 'spec', 'capacity', 'storage'),
      modes(value, 'spec'),
      text(value, 'spec', 'persistentVolumeReclaimPolicy'),
      phase(value),
      claim.name === undefined ? '' : `${text(claim, 'namespace')}/${text(claim, 'name')}`,
      text(value, 'spec', 'storageClassName'),
      or(text(value, 'spec', 'volumeAttributesClassName'), '<unset>'),
      text(value, 'status', 'reason'),
      created(value),
      or(text(value, 'spec', 'volumeMode'), '<unset>'),
    ];
  },
};

export const storageclasses: Printer = {
  columns: [NAME, ['Provisioner'], ['ReclaimPolicy'], ['VolumeBindingMode'], ['AllowVolumeExpansion'], AGE],
  cells: (value) => {
    const isDefault = text(value, 'metadata', 'annotations', 'storageclass.kubernetes.io/is-default-class') === 'true';
    return [
      isDefault ? `${nameOf(value)} (default)` : nameOf(value),
      text(value, 'provisioner'),
      or(text(value, 'reclaimPolicy'), 'Delete'),
      or(text(value, 'volumeBindingMode'), 'Immediate'),
      String(value.allowVolumeExpansion === true),
      created(value),
    ];
  },
};

export const volumeattachments: Printer = {
  columns: [NAME, ['Attacher'], ['PV'], ['Node'], ['Attached', 'boolean'], AGE],
  cells: (value) => [
    nameOf(value),
    text(value, 'spec', 'attacher'),
    text(value, 'spec', 'source', 'persistentVolumeName'),
    text(value, 'spec', 'nodeName'),
    String(object(value, 'status').attached === true),
    created(value),
  ],
};

export const csidrivers: Printer = {
  columns: [NAME, ['AttachRequired', 'boolean'], ['PodInfoOnMount', 'boolean'], ['Modes'], AGE],
  cells: (value) => [
    nameOf(value),
    object(value, 'spec').attachRequired !== false,
    object(value, 'spec').podInfoOnMount === true,
    joined(list(value, 'spec', 'volumeLifecycleModes')) || 'Persistent',
    created(value),
  ],
};

export const csinodes: Printer = {
  columns: [NAME, ['Drivers', 'integer', 'int32'], AGE],
  cells: (value) => [nameOf(value), list(value, 'spec', 'drivers').length, created(value)],
};

const pairs = (hard: JsonObject, used: JsonObject, wanted: (name: string) => boolean): string =>
  Object.keys(hard)
    .filter(wanted)
    .sort()
    .map((name) => `${name}: ${used[name] ?? 0}/${hard[name]}`)
    .join(', ');

export const resourcequotas: Printer = {
  columns: [NAME, ['Request'], ['Limit'], AGE],
  cells: (value) => {
    const hard = object(value, 'status', 'hard');
    const used = object(value, 'status', 'used');
    return [
      nameOf(value),
      pairs(hard, used, (name) => !name.startsWith('limits')),
      pairs(hard, used, (name) => name.startsWith('limits')),
      created(value),
    ];
  },
};

export const leases: Printer = {
  columns: [NAME, ['Holder'], AGE],
  cells: (value) => [nameOf(value), text(value, 'spec', 'holderIdentity'), created(value)],
};

export const priorityclasses: Printer = {
  columns: [
    NAME,
    ['Value', 'integer', 'int32'],
    ['Global-Default', 'boolean'],
    AGE,
    ['PreemptionPolicy', 'string', '', 1],
  ],
  cells: (value) => [
    nameOf(value),
    number(value, 'value') ?? 0,
    value.globalDefault === true,
    created(value),
    or(text(value, 'preemptionPolicy'), 'PreemptLowerPriority'),
  ],
};

export const runtimeclasses: Printer = {
  columns: [NAME, ['Handler'], AGE],
  cells: (value) => [nameOf(value), text(value, 'handler'), created(value)],
};

export const certificatesigningrequests: Printer = {
  columns: [NAME, AGE, ['SignerName'], ['Requestor'], ['RequestedDuration'], ['Condition']],
  cells: (value) => {
    const conditions = objects(value, 'status', 'conditions').map((item) => text(item, 'type'));
    const state = conditions.length > 0 ? conditions.join(',') : 'Pending';
    const seconds = number(value, 'spec', 'expirationSeconds');
    return [
      nameOf(value),
      created(value),
      text(value, 'spec', 'signerName'),
      text(value, 'spec', 'username'),
      seconds === undefined ? '<none>' : `${Math.round(seconds / 86_400)}d`,
      text(value, 'status', 'certificate') ? `${state},Issued` : state,
    ];
  },
};

const AVAILABLE: Column[] = [NAME, ['Service'], ['Available'], AGE];
export const apiservices: Printer = {
  columns: AVAILABLE,
  cells: (value): Cell[] => {
    const service = object(value, 'spec', 'service');
    const available = condition(value, 'Available');
    const state =
      available?.status === 'True'
        ? 'True'
        : `${text(available, 'status') || 'Unknown'} (${text(available, 'reason')})`;
    return [
      nameOf(value),
      service.name === undefined ? 'Local' : `${text(service, 'namespace')}/${text(service, 'name')}`,
      state,
      created(value),
    ];
  },
};

export const customresourcedefinitions: Printer = {
  columns: [NAME, ['Created At', 'date']],
  cells: (value) => [nameOf(value), text(value, 'metadata', 'creationTimestamp')],
};

/** Last Seen, Type, Reason, Object, Message; with -o wide also the rest. */
export const events: Printer = {
  columns: [
    ['Last Seen'],
    ['Type'],
    ['Reason'],
    ['Object'],
    ['Subobject', 'string', '', 1],
    ['Source', 'string', '', 1],
    ['Message'],
    ['First Seen', 'string', '', 1],
    ['Count', 'string', '', 1],
    ['Name', 'string', 'name', 1],
  ],
  cells: (value) => {
    const created = timeOf(value, 'eventTime');
    const first = timeOf(value, 'firstTimestamp');
    const last = timeOf(value, 'lastTimestamp');
    const about = object(value, 'involvedObject');
    const source = [
      text(value, 'source', 'component') || text(value, 'reportingComponent'),
      text(value, 'source', 'host'),
    ];
    const series = number(value, 'series', 'count');
    return [
      new Age(Number.isNaN(last) ? (Number.isNaN(first) ? created : first) : last),
      text(value, 'type'),
      text(value, 'reason'),
      `${text(about, 'kind').toLowerCase()}/${text(about, 'name')}`,
      text(about, 'fieldPath'),
      source.filter((part) => part !== '').join(', '),
      text(value, 'message').trim(),
      new Age(Number.isNaN(first) ? created : first),
      String(series ?? number(value, 'count') ?? 1),
      nameOf(value),
    ];
  },
};
