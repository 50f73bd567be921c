/**
 * The write shape of a machine pool, rebuilt from its read shape. Palette has no call that only scales: PUT replaces the
 * whole pool, so everything that was read and can be written must be sent again, under the names that writing uses.
 */
import { ToolFailure } from '../guardrails/types.js';
import type { MachinePool } from './wire/clusters.js';

export interface PoolWrite {
  cloudConfig: Record<string, unknown>;
  poolConfig: Record<string, unknown>;
}

/** Common to all clouds, and written under the same name. */
const POOL_FIELDS = [
  'additionalAnnotations',
  'additionalLabels',
  'additionalTags',
  'machinePoolProperties',
  'nodeRepaveInterval',
  'overrideKubeadmConfiguration',
  'updateStrategy',
] as const;

const AWS_FIELDS = ['instanceType', 'azs', 'capacityType', 'rootDeviceSize', 'spotMarketOptions'];

/** What each cloud's own part holds, by the names of both shapes. A cloud that is not here cannot be written safely. */
const CLOUD_FIELDS: Record<string, string[]> = {
  aws: [...AWS_FIELDS, 'additionalSecurityGroups', 'hostResourceGroupArn', 'licenseConfigurationArns'],
  eks: [...AWS_FIELDS, 'amiType', 'awsLaunchTemplate', 'enableAwsLaunchTemplate'],
  azure: ['instanceType', 'azs', 'osDisk', 'isSystemNodePool'],
  aks: ['instanceType', 'azs', 'osDisk', 'isSystemNodePool'],
  gcp: ['instanceType', 'azs', 'rootDeviceSize', 'subnet'],
  gke: ['instanceType', 'azs', 'rootDeviceSize', 'subnet'],
  vsphere: ['instanceType', 'placements'],
};

/** Read, and either derived by Palette or written in another place. */
const READ_ONLY = new Set([
  'name',
  'size',
  'minSize',
  'maxSize',
  'isControlPlane',
  'labels',
  'taints',
  'useControlPlaneAsWorker',
  'instanceConfig',
  'subnetIds',
  'osType',
]);

/**
 * The body of the PUT that sets the size. `minSize` and `maxSize` follow where the pool does not autoscale.
 * Throws ToolFailure for a cloud whose write shape is not known.
 */
export function poolWrite(cloudType: string, pool: MachinePool, size: number): PoolWrite {
  const fields = CLOUD_FIELDS[cloudType];
  if (!fields) {
    const why =
      cloudType === 'edge-native'
        ? 'an edge pool has as many nodes as edge hosts assigned to it; add or remove hosts in Palette'
        : `pools on ${cloudType} cannot be rewritten safely from here; scale it in Palette`;
    throw new ToolFailure('invalid', `pool "${pool.name}" cannot be scaled by number: ${why}`);
  }
  const raw: Record<string, unknown> = pool;
  const subnetIds = Object.entries(isTextMap(raw.subnetIds) ? raw.subnetIds : {});
  const autoscales = isAutoscaled(pool);
  return {
    cloudConfig: {
      ...pick(raw, fields),
      ...(subnetIds.length > 0 ? { subnets: subnetIds.map(([az, id]) => ({ az, id })) } : {}),
    },
    poolConfig: {
      ...pick(raw, POOL_FIELDS),
      name: pool.name,
      size,
      minSize: autoscales ? pool.minSize : size,
      maxSize: autoscales ? pool.maxSize : size,
      // Required, and never empty: Palette knows by it what the nodes are for.
      labels: pool.labels.length > 0 ? pool.labels : [pool.isControlPlane ? 'control-plane' : 'worker'],
      isControlPlane: pool.isControlPlane,
      useControlPlaneAsWorker: pool.useControlPlaneAsWorker,
      ...(pool.taints.length > 0 ? { taints: pool.taints } : {}),
    },
  };
}

/** Fields that this rebuilding does not know: a newer Palette has them, and a PUT may reset them. */
export function unknownFields(cloudType: string, pool: MachinePool): string[] {
  const known = new Set<string>([...READ_ONLY, ...POOL_FIELDS, ...(CLOUD_FIELDS[cloudType] ?? [])]);
  return Object.entries(pool)
    .filter(([name, value]) => !known.has(name) && !isUnset(value))
    .map(([name]) => name);
}

/** Palette sends minSize and maxSize equal to size where no autoscaler is meant. */
export function isAutoscaled(pool: MachinePool): boolean {
  return pool.minSize !== null && pool.maxSize !== null && pool.maxSize > 0 && pool.minSize !== pool.maxSize;
}

function pick(from: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => !isUnset(from[name])).map((name) => [name, from[name]]));
}

function isUnset(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function isTextMap(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'string');
}
