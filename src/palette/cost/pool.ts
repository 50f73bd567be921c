/** What a pool costs at another size, from what it costs now. Pure. */
import { cents, perMonth } from '../format.js';
import type { Rate } from '../wire/cost.js';

export interface PoolCost {
  beforePerMonth: number;
  afterPerMonth: number;
  /** US dollars an hour for one node, without disk. */
  perNode: number;
}

/**
 * Instances grow with the number of nodes. Palette counts a pool's disk once, whatever its size (its documented example
 * does), so disk stays what it is. The totals are the cluster's. Null where the pool has no price or no node to take one from.
 */
export function poolCost(rate: Rate, poolName: string, before: number, after: number): PoolCost | null {
  const pool = rate.machinePools.find((each) => each.name === poolName);
  const total = pool?.rate.total ?? null;
  if (!pool || total === null || rate.rate.total === null) return null;
  const nodes = pool.nodesCount ?? before;
  if (nodes <= 0) return null;
  const disk = pool.rate.storage.reduce((sum, each) => sum + (each.rate ?? 0), 0);
  const perNode = Math.max(0, total - disk) / nodes;
  const change = perNode * (after - before);
  return {
    beforePerMonth: cents(perMonth(rate.rate.total)),
    afterPerMonth: cents(perMonth(rate.rate.total + change)),
    perNode,
  };
}
