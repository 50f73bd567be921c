/** Fills a world up to a number of clusters and profiles, for measuring how things behave when there are hundreds. */
import { buildProfile } from './build.js';
import { DAY, type EmulatedCluster, type ProfileVersion, type Tenant, uidOf } from './model.js';

/** A small generator with a seed, so that the same numbers give the same tenant. */
function generator(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

export function padTenant(tenant: Tenant, options: { clusters?: number; profiles?: number; seed?: number }): void {
  const random = generator(options.seed ?? 1);
  const models = tenant.clusters.filter((each) => each.projectUid === tenant.defaultProjectUid);
  const inProject = () => tenant.clusters.filter((each) => each.projectUid === tenant.defaultProjectUid).length;
  for (let index = 1; inProject() < (options.clusters ?? 0); index += 1) {
    const model = models[Math.floor(random() * models.length)];
    if (!model) return;
    tenant.clusters.push(copyCluster(model, index, tenant.clock.now() - random() * 500 * DAY));
  }
  for (let index = 1; tenant.profiles.length < (options.profiles ?? 0); index += 1) {
    const model = tenant.profiles[index % Math.min(20, tenant.profiles.length)];
    if (!model) return;
    tenant.profiles.push(...copyProfile(tenant, model, index));
  }
}

function copyCluster(model: EmulatedCluster, index: number, createdAt: number): EmulatedCluster {
  const name = `${model.name}-${String(index).padStart(3, '0')}`;
  const uid = uidOf('cluster', name);
  return {
    ...structuredClone(model),
    uid,
    name,
    configUid: uidOf('config', name),
    createdAt,
    pools: structuredClone(model.pools).map((pool) => ({
      ...pool,
      nodes: pool.nodes.map((node) => ({ ...node, uid: uidOf(uid, node.name) })),
    })),
  };
}

function copyProfile(tenant: Tenant, model: ProfileVersion, index: number): ProfileVersion[] {
  const name = `${model.name}-${String(index).padStart(3, '0')}`;
  return buildProfile(tenant, {
    name,
    type: 'add-on',
    cloud: 'all',
    description: `${model.description} copy ${index}`,
    labels: model.labels,
    scope: 'project',
    fips: 'none',
    draft: false,
    versions: [{ version: '1.0.0', packs: ['nginx@1.13.2', 'prometheus-operator@78.3.2'] }],
  });
}
