/** Reading money: what a cluster costs per hour now, what it has cost, and which instances there are. */
import type { PaletteScope } from '../client.js';
import {
  type Consumption,
  type CostHistory,
  consumption,
  costHistory,
  type InstanceType,
  instanceTypes,
  type Rate,
  type ResourceCost,
  rate,
  resourceCost,
} from '../wire/cost.js';

const segment = encodeURIComponent;

/** US dollars per hour, in total and by pool. */
export function getRate(scope: PaletteScope, uid: string): Promise<Rate> {
  const query = { periodType: 'hourly' };
  return scope.read({ path: `/v1/spectroclusters/${segment(uid)}/rate`, schema: rate, query });
}

/** Between two moments in milliseconds; `minutes` is the length of a period. */
export function getCostHistory(
  scope: PaletteScope,
  uid: string,
  range: { from: number; to: number; minutes: number },
): Promise<CostHistory> {
  return scope.read({
    path: `/v1/dashboard/spectroclusters/${segment(uid)}/cost`,
    schema: costHistory,
    query: { startTime: iso(range.from), endTime: iso(range.to), period: range.minutes },
  });
}

export function getNamespaceCost(
  scope: PaletteScope,
  uid: string,
  range: { from: number; to: number },
): Promise<ResourceCost> {
  return scope.read({
    path: '/v1/dashboard/spectroclusters/resources/cost',
    schema: resourceCost,
    body: {
      filter: { clusters: [uid], startTime: iso(range.from), endTime: iso(range.to) },
      options: { groupBy: 'namespace', period: 1440, enableSummaryView: true },
    },
  });
}

export function getConsumption(
  scope: PaletteScope,
  uid: string,
  range: { from: number; to: number },
): Promise<Consumption> {
  return scope.read({
    path: `/v1/dashboard/spectroclusters/${segment(uid)}/resources/consumption`,
    schema: consumption,
    body: {
      filter: { startTime: iso(range.from), endTime: iso(range.to) },
      options: { groupBy: 'namespace', period: 60, enableSummaryView: true },
    },
  });
}

export async function getInstanceTypes(scope: PaletteScope, cloud: string, region: string): Promise<InstanceType[]> {
  // EKS runs on the instances of AWS; the others are listed under their own name.
  const family = { eks: 'aws', aks: 'azure', gke: 'gcp' }[cloud] ?? cloud;
  const path = `/v1/clouds/${segment(family)}/regions/${segment(region)}/instancetypes`;
  return (await scope.read({ path, schema: instanceTypes })).instanceTypes;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
