/** Reading clusters: the dashboard, the cluster itself, its configuration and machines, events and notifications. */
import { cloudConfig, clusterMeta, clusterOverview, clusterSummary, fullCluster } from '../cluster-wire.js';
import { clusterOf, visibleClusters } from '../guard.js';
import { type EmulatedCluster, stateOf, type Tenant } from '../model.js';
import { bodyOf, type Properties, page, search, searchSpec } from '../search.js';
import { machines } from '../status-wire.js';
import { isoTime, objectMeta, WireError } from '../wire.js';
import type { RouteContext } from './context.js';

function properties(tenant: Tenant): Properties<EmulatedCluster> {
  return {
    clusterName: (each) => each.name,
    clusterState: (each) => stateOf(each, tenant.clock.now()),
    environment: (each) => each.cloud,
    isDeleted: (each) => stateOf(each, tenant.clock.now()) === 'Deleted',
    healthState: (each) => (stateOf(each, tenant.clock.now()) === 'Running' ? each.source.health : ''),
    tags: (each) => each.labels,
    creationTimestamp: (each) => isoTime(each.createdAt),
    lastModifiedTimestamp: (each) => isoTime(each.modifiedAt),
  };
}

export function clusterRoutes({ app, tenant }: RouteContext): void {
  app.post('/v1/dashboard/spectroclusters/search', async (c) => {
    const spec = await bodyOf(c.req.raw, searchSpec);
    const rows = search(visibleClusters(tenant, c.var.project), spec, properties(tenant));
    return c.json(page(rows, new URL(c.req.url), (each) => clusterSummary(tenant, each)));
  });
  app.get('/v1/dashboard/spectroclusters/meta', (c) =>
    c.json(visibleClusters(tenant, c.var.project).map((each) => clusterMeta(tenant, each))),
  );
  app.get('/v1/dashboard/spectroclusters/:uid/overview', (c) =>
    c.json(clusterOverview(tenant, clusterOf(tenant, c.var.project, c.req.param('uid')))),
  );
  app.get('/v1/dashboard/spectroclusters/:uid', (c) =>
    c.json(clusterOverview(tenant, clusterOf(tenant, c.var.project, c.req.param('uid')))),
  );
  app.get('/v1/dashboard/projects/metadata', (c) =>
    c.json({ items: tenant.projects.map(({ uid, name }) => ({ metadata: { uid, name } })) }),
  );
  app.get('/v1/cloudaccounts/summary', (c) =>
    c.json({
      items: tenant.accounts.map((each) => ({
        kind: each.cloud,
        metadata: objectMeta(each),
        specSummary: { accountId: '' },
        status: { state: 'Running' },
      })),
    }),
  );
  app.get('/v1/spectroclusters/:uid', (c) =>
    c.json(fullCluster(tenant, clusterOf(tenant, c.var.project, c.req.param('uid')))),
  );
  app.get('/v1/spectroclusters/:uid/status', (c) => {
    const cluster = clusterOf(tenant, c.var.project, c.req.param('uid'));
    return c.json({ status: { state: stateOf(cluster, tenant.clock.now()) } });
  });
  app.get('/v1/cloudconfigs/:cloud/:uid', (c) => {
    const cluster = configured(tenant, c.var.project, c.req.param('cloud'), c.req.param('uid'));
    return c.json(cloudConfig(tenant, cluster));
  });
  app.get('/v1/cloudconfigs/:cloud/:uid/machinePools/:pool/machines', (c) => {
    const cluster = configured(tenant, c.var.project, c.req.param('cloud'), c.req.param('uid'));
    const pool = cluster.pools.find((each) => each.name === c.req.param('pool'));
    if (!pool) throw new WireError(404, 'ResourceNotFound', 'the machine pool was not found');
    return c.json(page(machines(tenant, cluster, pool), new URL(c.req.url), (each) => each));
  });
}

/** The cluster behind a cloud configuration; the cloud in the address must be the cluster's own. */
export function configured(tenant: Tenant, project: string | null, cloud: string, configUid: string): EmulatedCluster {
  const cluster = tenant.clusters.find((each) => each.configUid === configUid && each.cloud === cloud);
  if (!cluster) throw new WireError(404, 'ResourceNotFound', `cloud config ${configUid} was not found`);
  return clusterOf(tenant, project, cluster.uid, 'cloudconfig.get');
}
