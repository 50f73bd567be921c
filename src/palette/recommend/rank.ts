/**
 * Ranks profiles for needs. Points, in plain sight: 40 for the cloud, 15 for complete layers, 25 for what is needed,
 * 5 for use, 5 for a tag that the description names, 5 for being published, 5 for having no deprecated packs; 10 are taken
 * for GPUs that nobody asked for. Pure: the same input gives the same order.
 */
import { isInfrastructure } from '../api/profiles.js';
import type { Need, Needs } from './needs.js';

export interface Candidate {
  uid: string;
  name: string;
  version: string;
  type: string;
  cloud: string;
  scope: string;
  published: boolean;
  inUse: number;
  deprecatedPacks: number;
  fips: string;
  labels: Record<string, string>;
  packs: { name: string; layer: string; addonType: string; version: string }[];
}

export interface Recommendation {
  uid: string;
  name: string;
  version: string;
  cloud: string;
  score: number;
  reasons: string[];
  /** What the workload needs and the profile has not, with an add-on profile that brings it where there is one. */
  missing: { need: Need; addOn: string | null }[];
  warnings: string[];
}

const LAYERS = ['os', 'k8s', 'cni', 'csi'];
const POINTS = { cloud: 40, layers: 15, needs: 25, use: 5, tags: 5, published: 5, current: 5, unusedGpu: -10 };

export function rankProfiles(all: Candidate[], wanted: Needs): Recommendation[] {
  const addOns = all.filter((each) => !isInfrastructure(each.type) && each.type !== 'system' && each.published);
  return all
    .filter((each) => isInfrastructure(each.type))
    .flatMap((each) => judge(each, wanted, addOns) ?? [])
    .sort((a, b) => b.score - a.score || a.name.localeCompare(b.name) || a.uid.localeCompare(b.uid));
}

function judge(each: Candidate, wanted: Needs, addOns: Candidate[]): Recommendation | null {
  const anyCloud = each.cloud === 'all' || each.cloud === '';
  // A profile for another cloud cannot be used at all, however well it fits otherwise.
  if (wanted.clouds.length > 0 && !anyCloud && !wanted.clouds.includes(each.cloud)) return null;
  if (wanted.excluded.includes(each.cloud)) return null;
  const cloud = wanted.clouds.length === 0 ? POINTS.cloud / 2 : anyCloud ? POINTS.cloud * 0.75 : POINTS.cloud;
  const layers = LAYERS.filter((layer) => each.packs.some((pack) => pack.layer === layer));
  const met = wanted.needs.map(({ need, because }) => ({ need, because, how: meets(each, need) }));
  const missing = met
    .filter((one) => one.how === null)
    .map(({ need }) => ({ need, addOn: addOnFor(need, addOns, each.cloud) }));
  const covered =
    met.length === 0
      ? 1
      : (met.filter((one) => one.how !== null).length + missing.filter((one) => one.addOn !== null).length * 0.5) /
        met.length;
  const named = Object.entries(each.labels).find(([, value]) => wanted.words.has(value.toLowerCase()));
  const unusedGpu = !wanted.needs.some((one) => one.need === 'gpu') && meets(each, 'gpu') !== null;
  const score =
    cloud +
    (POINTS.layers * layers.length) / LAYERS.length +
    POINTS.needs * covered +
    Math.min(POINTS.use, each.inUse) +
    (named ? POINTS.tags : 0) +
    (unusedGpu ? POINTS.unusedGpu : 0) +
    (each.published ? POINTS.published : 0) +
    (each.deprecatedPacks === 0 ? POINTS.current : 0);
  return {
    uid: each.uid,
    name: each.name,
    version: each.version,
    cloud: each.cloud,
    score: Math.max(0, Math.round(score)),
    reasons: [
      wanted.clouds.length === 0
        ? `for ${each.cloud || 'any cloud'} (no cloud was named)`
        : anyCloud
          ? 'for any cloud'
          : `for ${each.cloud}, as asked`,
      `layers ${layers.join(', ') || 'none'}`,
      ...met.filter((one) => one.how !== null).map((one) => `${one.need} (${one.because}) by ${one.how}`),
      ...(named ? [`its tag ${named[0]}:${named[1]}`] : []),
      each.inUse > 0 ? `used by ${each.inUse} cluster${each.inUse === 1 ? '' : 's'}` : 'not used yet',
    ],
    missing,
    warnings: [
      ...(unusedGpu ? ['brings a GPU operator that was not asked for'] : []),
      ...(each.published ? [] : ['not published: publish it before use']),
      ...(each.deprecatedPacks > 0
        ? [`${each.deprecatedPacks} deprecated pack${each.deprecatedPacks === 1 ? '' : 's'}`]
        : []),
      ...LAYERS.filter((layer) => !layers.includes(layer)).map((layer) => `no ${layer} layer`),
    ],
  };
}

const PACKS: Partial<Record<Need, RegExp>> = {
  gpu: /gpu|nvidia/i,
  storage: /longhorn|rook|portworx|openebs/i,
  ingress: /nginx|ambassador|traefik|contour|kong/i,
  'load balancer': /metallb|aws-alb|kube-vip/i,
  'service mesh': /istio|linkerd|consul/i,
  monitoring: /prometheus|grafana|datadog/i,
  logging: /fluent|elastic|loki/i,
  security: /falco|kyverno|opa|gatekeeper|vault/i,
  gitops: /argo|flux/i,
};
const ADDON_TYPES: Partial<Record<Need, string>> = {
  ingress: 'ingress',
  'load balancer': 'load balancer',
  'service mesh': 'servicemesh',
  monitoring: 'monitoring',
  logging: 'logging',
};

/** Clouds whose own controller gives a service of type LoadBalancer its address. */
const OWN_BALANCER = new Set(['aws', 'eks', 'azure', 'aks', 'gcp', 'gke']);

/** What in a profile meets a need; null where nothing does. */
export function meets(each: Candidate, need: Need): string | null {
  if (need === 'fips') return each.fips === 'full' ? 'FIPS packs throughout' : null;
  if (need === 'cis') {
    const tag = Object.entries(each.labels).find(([key, value]) => /cis/i.test(`${key} ${value}`));
    return tag ? `its tag ${tag[0]}:${tag[1]}` : null;
  }
  if (need === 'storage') {
    const csi = each.packs.find((pack) => pack.layer === 'csi');
    if (csi) return csi.name;
  }
  if (need === 'load balancer' && OWN_BALANCER.has(each.cloud)) return `the load balancers of ${each.cloud}`;
  const pack = each.packs.find(
    (one) =>
      one.layer === 'addon' && (PACKS[need]?.test(one.name) || one.addonType.toLowerCase() === ADDON_TYPES[need]),
  );
  return pack?.name ?? null;
}

function addOnFor(need: Need, addOns: Candidate[], cloud: string): string | null {
  const fitting = addOns.filter(
    (each) => (each.cloud === 'all' || each.cloud === '' || each.cloud === cloud) && meets(each, need) !== null,
  );
  const best = fitting.toSorted((a, b) => b.inUse - a.inUse || a.name.localeCompare(b.name))[0];
  return best ? `${best.name}@${best.version}` : null;
}
