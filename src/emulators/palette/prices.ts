/** What the emulated tenant's clusters cost, by the documented formula: nodes times price, plus disk once per pool. */
import { type EmulatedCluster, nodesOf, type Pool, stateOf, type Tenant } from './model.js';

const PRIVATE = new Set(['vsphere', 'edge-native', 'maas', 'openstack']);

export interface PoolRate {
  compute: number;
  storage: number;
  total: number;
  storageType: string;
}

/** `eks` is priced as `aws`, `aks` as `azure`, `gcp` as `gke`. */
export function priceFamily(cloud: string): string {
  return { eks: 'aws', aks: 'azure', gcp: 'gke' }[cloud] ?? cloud;
}

export function poolRate(tenant: Tenant, cloud: string, pool: Pool, nodes: number): PoolRate {
  const { compute: perNode, perGb, storageType } = unitPrices(tenant, cloud, pool);
  const compute = perNode * nodes;
  const storage = nodes > 0 ? pool.diskGb * perGb : 0;
  return { compute, storage, total: compute + storage, storageType };
}

function unitPrices(tenant: Tenant, cloud: string, pool: Pool) {
  if (PRIVATE.has(cloud)) {
    const rates = tenant.world.unitRates;
    return {
      compute: pool.cpus * rates.cpu + pool.memoryGiB * rates.memory,
      perGb: rates.storage,
      storageType: 'disk',
    };
  }
  const type = tenant.world.instanceTypes[pool.instanceType];
  const storage = tenant.world.storage[priceFamily(cloud)];
  return {
    compute: (pool.spot ? type?.spot : type?.onDemand) ?? 0,
    perGb: storage?.perGbHour ?? 0,
    storageType: storage?.type ?? 'disk',
  };
}

export function clusterRate(tenant: Tenant, cluster: EmulatedCluster) {
  const now = tenant.clock.now();
  const gone = stateOf(cluster, now) === 'Deleted';
  const pools = cluster.pools.map((pool) => {
    const nodes = gone ? 0 : nodesOf(pool, now).filter((node) => node.goneAt === null).length;
    return { pool, nodes, rate: poolRate(tenant, cluster.cloud, pool, nodes) };
  });
  const sum = (pick: (rate: PoolRate) => number) => pools.reduce((total, each) => total + pick(each.rate), 0);
  return { pools, compute: sum((r) => r.compute), storage: sum((r) => r.storage), total: sum((r) => r.total) };
}

/** Cores and GiB of one node of a pool. */
export function nodeSize(tenant: Tenant, pool: Pool): { cpu: number; memoryGiB: number } {
  const type = tenant.world.instanceTypes[pool.instanceType];
  return { cpu: type?.cpu ?? pool.cpus, memoryGiB: type?.memory ?? pool.memoryGiB };
}

/** Nine decimals are plenty for money; sums of binary fractions are not shown to anyone. */
export function money(value: number): number {
  return Number(value.toFixed(9));
}
