/** What each pool costs, as the documented formula has it: nodes times the price of one, plus its disk. Pure. */

import { oneLine } from '../../mcp/text.js';
import { dollars, HOURS_PER_MONTH } from '../format.js';
import type { CostHistory, Rate } from '../wire/cost.js';

export interface PoolBreakdown {
  name: string;
  nodes: number;
  instanceType: string;
  perNode: number;
  disk: number;
  perHour: number;
  /** "3 × $0.0496 + disk $0.0084 = $0.1572/h" */
  arithmetic: string;
}

export function poolBreakdown(rate: Rate): PoolBreakdown[] {
  return rate.machinePools.map((pool) => {
    const nodes = pool.nodesCount ?? 0;
    const perHour = pool.rate.total ?? 0;
    const disk = pool.rate.storage.reduce((sum, each) => sum + (each.rate ?? 0), 0);
    const perNode = nodes > 0 ? Math.max(0, perHour - disk) / nodes : 0;
    const sizes = pool.rate.storage.map((each) => `${each.sizeGB ?? 0} GB ${oneLine(each.type, 20)}`).join(' + ');
    return {
      name: oneLine(pool.name, 60),
      nodes,
      instanceType: oneLine(pool.rate.compute.type, 40),
      perNode,
      disk,
      perHour,
      arithmetic: `${nodes} × ${dollars(perNode)} + disk ${dollars(disk)}${sizes ? ` (${sizes})` : ''} = ${dollars(perHour)}/h`,
    };
  });
}

export interface HistorySummary {
  total: number;
  perDay: number;
  /** The second half of the time against the first; null with too few points. */
  change: number | null;
}

export function summarise(history: CostHistory, days: number): HistorySummary | null {
  const points = history.cluster.cloud.data.map((each) => each.total ?? 0);
  const total = points.length > 0 ? points.reduce((sum, each) => sum + each, 0) : (history.cluster.cost.total ?? null);
  if (total === null) return null;
  const half = Math.floor(points.length / 2);
  const sum = (part: number[]) => part.reduce((s, each) => s + each, 0);
  const first = sum(points.slice(0, half));
  const second = sum(points.slice(points.length - half));
  return { total, perDay: total / Math.max(1, days), change: half >= 2 && first > 0 ? second / first - 1 : null };
}

/** "$0.4632/hour × 730 h = $338.14/month" */
export function nowText(perHour: number): string {
  return `${dollars(perHour)}/hour × ${HOURS_PER_MONTH} h = ${dollars(perHour * HOURS_PER_MONTH)}/month`;
}
