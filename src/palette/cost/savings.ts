/**
 * What could be saved on a cluster, with the arithmetic in each line. Palette has no such endpoint; this is arithmetic on
 * its prices and measurements, pure and deterministic. Savings for the same pool are alternatives and never added up.
 */
import { cents, dollars, HOURS_PER_MONTH } from '../format.js';
import type { InstanceType } from '../wire/cost.js';

export interface PoolFacts {
  name: string;
  controlPlane: boolean;
  nodes: number;
  /** Null where the pool does not autoscale. */
  minSize: number | null;
  instanceType: string;
  spot: boolean;
  /** US dollars an hour for one node. */
  perNode: number;
}

/** Cluster-wide, as shares of what the workers have; null where it was not measured. */
export interface Utilisation {
  cpu: number | null;
  memory: number | null;
}

export interface Saving {
  kind: 'unused' | 'fewer-nodes' | 'lower-minimum' | 'smaller-instance' | 'spot' | 'idle';
  pool: string;
  perMonth: number;
  arithmetic: string;
  caution: string;
}

/** Below this share of cores and memory, a cluster does no work worth its price. */
const UNUSED = 0.1;
/** Above this share, nothing is taken away. */
const BUSY = 0.5;
/** Kept free over what is used now, for peaks. */
const HEADROOM = 1.3;
/** Workers that stay, so that losing one loses nothing. */
const FEWEST_WORKERS = 2;

export function savings(pools: PoolFacts[], usage: Utilisation, types: InstanceType[], total: number): Saving[] {
  const found: Saving[] = [];
  const share = busiest(usage);
  if (share !== null && share < UNUSED && total > 0) {
    found.push({
      kind: 'unused',
      pool: '',
      perMonth: cents(total * HOURS_PER_MONTH),
      arithmetic: `whole cluster: ${dollars(total)}/h × ${HOURS_PER_MONTH} h = ${dollars(total * HOURS_PER_MONTH)}; ${usageText(usage)}`,
      caution: 'ask its owner; deleting it also deletes its data',
    });
  }
  for (const pool of pools.filter((each) => !each.controlPlane && each.nodes > 0)) {
    found.push(...poolSavings(pool, usage, share, types));
  }
  return found.sort((a, b) => b.perMonth - a.perMonth);
}

function poolSavings(pool: PoolFacts, usage: Utilisation, share: number | null, types: InstanceType[]): Saving[] {
  const type = types.find((each) => each.type === pool.instanceType);
  return [fewerNodes(pool, usage, share), smaller(pool, usage, type, types), spot(pool, type)].filter(
    (each) => each !== null,
  );
}

function fewerNodes(pool: PoolFacts, usage: Utilisation, share: number | null): Saving | null {
  if (share === null || share >= BUSY) return null;
  const needed = Math.max(FEWEST_WORKERS, Math.ceil(pool.nodes * share * HEADROOM));
  const removable = pool.nodes - needed;
  if (removable <= 0) return null;
  const bounded = pool.minSize !== null && pool.nodes <= pool.minSize;
  const perMonth = removable * pool.perNode * HOURS_PER_MONTH;
  const why = `${usageText(usage)}; ${pool.nodes} nodes × ${Math.round(share * 100)}% × ${HEADROOM} headroom needs ${needed}`;
  return {
    kind: bounded ? 'lower-minimum' : 'fewer-nodes',
    pool: pool.name,
    perMonth: cents(perMonth),
    arithmetic: `${removable} of ${pool.nodes} nodes × ${dollars(pool.perNode)}/h × ${HOURS_PER_MONTH} h = ${dollars(perMonth)}; ${why}`,
    caution: bounded
      ? `the pool is at its minimum of ${pool.minSize}; lower that first`
      : 'check requests and anti-affinity first',
  };
}

function smaller(
  pool: PoolFacts,
  usage: Utilisation,
  type: InstanceType | undefined,
  types: InstanceType[],
): Saving | null {
  const { cpu, memory } = usage;
  if (!type || cpu === null || memory === null || pool.spot) return null;
  const price = onDemand(type);
  if (price === null || type.cpu === null || type.memory === null || Math.max(cpu, memory) >= BUSY) return null;
  const needs = { cpu: type.cpu * cpu * HEADROOM, memory: type.memory * memory * HEADROOM };
  const candidates = types.flatMap((each) => {
    const cost = onDemand(each);
    const fits = (each.cpu ?? 0) >= Math.max(2, needs.cpu) && (each.memory ?? 0) >= Math.max(4, needs.memory);
    return cost !== null && cost > 0 && cost < price && fits && (each.gpu ?? 0) === (type.gpu ?? 0)
      ? [{ each, cost }]
      : [];
  });
  const best = candidates.sort((a, b) => a.cost - b.cost || a.each.type.localeCompare(b.each.type))[0];
  if (!best) return null;
  const perMonth = pool.nodes * (price - best.cost) * HOURS_PER_MONTH;
  return {
    kind: 'smaller-instance',
    pool: pool.name,
    perMonth: cents(perMonth),
    arithmetic: `${pool.nodes} nodes × (${pool.instanceType} ${dollars(price)} − ${best.each.type} ${dollars(best.cost)})/h × ${HOURS_PER_MONTH} h = ${dollars(perMonth)}; a node needs ${needs.cpu.toFixed(1)} cores and ${needs.memory.toFixed(1)} GiB with headroom`,
    caution: 'another instance type replaces every node (repave)',
  };
}

function spot(pool: PoolFacts, type: InstanceType | undefined): Saving | null {
  const price = type ? onDemand(type) : null;
  const spotPrice = type?.cost.price.find((each) => each.os !== 'windows')?.spot ?? null;
  if (pool.spot || price === null || spotPrice === null || spotPrice <= 0 || spotPrice >= price) return null;
  const perMonth = pool.nodes * (price - spotPrice) * HOURS_PER_MONTH;
  return {
    kind: 'spot',
    pool: pool.name,
    perMonth: cents(perMonth),
    arithmetic: `${pool.nodes} nodes × (${dollars(price)} − ${dollars(spotPrice)} spot)/h × ${HOURS_PER_MONTH} h = ${dollars(perMonth)}`,
    caution: 'spot nodes are reclaimed at short notice; only for what can be interrupted',
  };
}

function onDemand(type: InstanceType): number | null {
  return type.cost.price.find((each) => each.os !== 'windows')?.onDemand ?? type.price;
}

/**
 * Instances paid for and not used. Palette splits the price of an instance 65:35 between cores and memory, 25:75 for
 * memory-optimised ones, so idle cores and idle memory each cost their part.
 */
export function idleCost(computePerHour: number, usage: Utilisation, memoryOptimised: boolean): Saving | null {
  if (usage.cpu === null || usage.memory === null || computePerHour <= 0) return null;
  const [cpuPart, memoryPart] = memoryOptimised ? [0.25, 0.75] : [0.65, 0.35];
  const idle = cpuPart * (1 - usage.cpu) + memoryPart * (1 - usage.memory);
  const perMonth = computePerHour * idle * HOURS_PER_MONTH;
  return {
    kind: 'idle',
    pool: '',
    perMonth: cents(perMonth),
    arithmetic: `workers ${dollars(computePerHour)}/h × (${cpuPart} × ${shareText(1 - usage.cpu)} idle cores + ${memoryPart} × ${shareText(1 - usage.memory)} idle memory) × ${HOURS_PER_MONTH} h = ${dollars(perMonth)}`,
    caution: 'not all of it can be saved: some is room for peaks and failures',
  };
}

function busiest(usage: Utilisation): number | null {
  return usage.cpu === null || usage.memory === null ? null : Math.max(usage.cpu, usage.memory);
}

function usageText(usage: Utilisation): string {
  return `used: ${shareText(usage.cpu ?? 0)} of cores, ${shareText(usage.memory ?? 0)} of memory`;
}

function shareText(share: number): string {
  return `${Math.round(share * 100)}%`;
}
