/** The body that creates a cluster, from what an operator says. Pure; the shapes of the clouds' pools are all here. */
import { ToolFailure } from '../guardrails/types.js';
import type { JsonObject } from '../json.js';

export interface PoolRequest {
  name: string;
  size: number;
  min?: number | undefined;
  max?: number | undefined;
  instanceType: string;
  diskGb: number;
  zones: string[];
  spot: boolean;
}

export interface ClusterRequest {
  name: string;
  cloud: string;
  accountUid: string;
  region: string;
  profileUids: string[];
  /** Null on clouds that run the control plane themselves. */
  controlPlane: PoolRequest | null;
  workers: PoolRequest[];
  labels: Record<string, string>;
  /** Further fields of the cloud's own configuration: sshKeyName, vpcId, resourceGroup, project … */
  cloudConfig: JsonObject;
}

/** Clouds whose control plane is not ours to size. */
export const MANAGED_CLOUDS = new Set(['eks', 'aks', 'gke']);
export const CREATABLE_CLOUDS = ['aws', 'eks', 'azure', 'aks', 'gcp', 'gke'] as const;

export function clusterBody(request: ClusterRequest): JsonObject {
  const managed = MANAGED_CLOUDS.has(request.cloud);
  if (!managed && !request.controlPlane) {
    throw new ToolFailure('invalid', `a cluster on ${request.cloud} needs a pool with control_plane`);
  }
  if (managed && request.controlPlane) {
    throw new ToolFailure('invalid', `${request.cloud} runs the control plane itself; leave that pool out`);
  }
  const pools = [
    ...(request.controlPlane ? [poolBody(request.cloud, request.controlPlane, true)] : []),
    ...request.workers.map((pool) => poolBody(request.cloud, pool, false)),
  ];
  return {
    metadata: { name: request.name, labels: request.labels, annotations: {} },
    spec: {
      cloudAccountUid: request.accountUid,
      cloudConfig: { ...request.cloudConfig, ...place(request.cloud, request.region) },
      // EKS has no such field: there Palette manages in one way only.
      ...(request.cloud === 'eks' ? {} : { clusterType: 'PureManage' }),
      profiles: request.profileUids.map((uid) => ({ uid })),
      machinepoolconfig: pools,
    },
  };
}

function place(cloud: string, region: string): Record<string, string> {
  return cloud === 'azure' || cloud === 'aks' ? { location: region } : { region };
}

function poolBody(cloud: string, pool: PoolRequest, controlPlane: boolean) {
  return {
    cloudConfig: machineBody(cloud, pool, controlPlane),
    poolConfig: {
      name: pool.name,
      size: pool.size,
      minSize: pool.min ?? pool.size,
      maxSize: pool.max ?? pool.size,
      labels: [controlPlane ? 'control-plane' : 'worker'],
      isControlPlane: controlPlane,
      useControlPlaneAsWorker: false,
      updateStrategy: { type: 'RollingUpdateScaleOut' },
    },
  };
}

function machineBody(cloud: string, pool: PoolRequest, controlPlane: boolean): JsonObject {
  const { instanceType, diskGb, zones: azs } = pool;
  if (cloud === 'aws' || cloud === 'eks') {
    return { instanceType, azs, rootDeviceSize: diskGb, capacityType: pool.spot ? 'spot' : 'on-demand' };
  }
  if (pool.spot)
    throw new ToolFailure('invalid', `spot nodes can be asked for here only on aws and eks, not on ${cloud}`);
  if (cloud === 'azure' || cloud === 'aks') {
    const osDisk = { diskSizeGB: diskGb, managedDisk: { storageAccountType: 'StandardSSD_LRS' }, osType: 'Linux' };
    return { instanceType, azs, osDisk, isSystemNodePool: cloud === 'aks' && !controlPlane };
  }
  return { instanceType, azs, rootDeviceSize: diskGb };
}

/** What Palette and Kubernetes refuse, said before anything is sent. */
export function checkRequest(request: ClusterRequest): void {
  const { controlPlane, workers } = request;
  if (controlPlane && controlPlane.size % 2 === 0) {
    throw new ToolFailure(
      'invalid',
      `a control plane needs an odd number of nodes (1, 3 or 5), not ${controlPlane.size}`,
    );
  }
  for (const pool of workers) {
    const [min, max] = [pool.min ?? pool.size, pool.max ?? pool.size];
    if (min > pool.size || max < pool.size) {
      throw new ToolFailure('invalid', `pool "${pool.name}": size ${pool.size} is outside of ${min} to ${max}`);
    }
  }
  const names = [...(controlPlane ? [controlPlane.name] : []), ...workers.map((pool) => pool.name)];
  if (new Set(names).size < names.length) throw new ToolFailure('invalid', 'two pools have the same name');
}
