/**
 * Which lists of the built-in types are merged item by item, and by what key. Two tables, because strategic merge patch
 * (patchMergeKey tags) and server-side apply (x-kubernetes-list-map-keys) disagree in a few places. Pure data.
 */

export type ListType = { keys: string[] } | 'set' | 'atomic';

const BY_NAME: Record<string, string[]> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  imagePullSecrets: ['name'],
  hostAliases: ['ip'],
  ownerReferences: ['uid'],
  conditions: ['type'],
  webhooks: ['name'],
  schedulingGates: ['name'],
  resourceClaims: ['name'],
  secrets: ['name'],
};

/** For server-side apply. `parents` are the field names above the list, from the top. */
export function applyListType(parents: readonly string[], field: string): ListType {
  if (field === 'finalizers') return 'set';
  if (field === 'topologySpreadConstraints') return { keys: ['topologyKey', 'whenUnsatisfiable'] };
  if (field === 'ports') {
    const inContainer = parents.some((parent) => /[cC]ontainers$/.test(parent));
    if (inContainer) return { keys: ['containerPort', 'protocol'] };
    return parents.length === 1 && parents[0] === 'spec' ? { keys: ['port', 'protocol'] } : 'atomic';
  }
  const keys = BY_NAME[field];
  return keys ? { keys } : 'atomic';
}

/** For strategic merge patch: the merge key, `primitive` for merged plain values, undefined for replaced lists. */
export function mergeKey(parents: readonly string[], field: string): string | undefined {
  if (field === 'finalizers') return 'primitive';
  if (field === 'topologySpreadConstraints') return 'topologyKey';
  if (field === 'taints') return 'key';
  if (field === 'addresses') return 'type';
  if (field === 'podIPs') return 'ip';
  if (field === 'ports') {
    const inContainer = parents.some((parent) => /[cC]ontainers$/.test(parent));
    if (inContainer) return 'containerPort';
    return parents.length === 1 && parents[0] === 'spec' ? 'port' : undefined;
  }
  return BY_NAME[field]?.[0];
}

/** Maps that are owned and replaced as a whole. */
const ATOMIC_MAPS = new Set([
  'selector',
  'nodeSelector',
  'labelSelector',
  'podSelector',
  'namespaceSelector',
  'secretKeyRef',
  'configMapKeyRef',
  'fieldRef',
  'resourceFieldRef',
  'scaleTargetRef',
  'roleRef',
  'claimRef',
]);
export const isAtomicMap = (field: string): boolean => ATOMIC_MAPS.has(field);

/** The protocol is part of a port's key and has a default. */
export const KEY_DEFAULTS: Record<string, string> = { protocol: 'TCP' };
