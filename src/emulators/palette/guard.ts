/** What stands before every route: the API key, the project, the rate limit. Each refuses in the API's own words. */
import type { Clock } from '../../clock.js';
import { type EmulatedCluster, stateOf, type Tenant } from './model.js';
import { WireError } from './wire.js';

const FAST = ['/v1/cloudconfigs', '/v1/clusterprofiles', '/v1/spectroclusters', '/v1/events/components'];
const BURST = 5;

/** Documented limits: requests a second for each resource prefix, and a burst of five over them. */
export function createThrottle(clock: Clock): (path: string) => void {
  const seen = new Map<string, number[]>();
  return (path) => {
    const fast = FAST.find((prefix) => path.startsWith(prefix));
    const slow = /\/assets(\/|$)/.test(path) || path === '/v1/spectroclusters/cost';
    const key = slow ? 'assets' : (fast ?? path.split('/').slice(0, 3).join('/'));
    const allowed = (fast && !slow ? 50 : 10) + BURST;
    const now = clock.now();
    const recent = (seen.get(key) ?? []).filter((at) => at > now - 1000);
    if (recent.length >= allowed)
      throw new WireError(429, 'TooManyRequests', 'too many requests, retry after a few moments');
    recent.push(now);
    seen.set(key, recent);
  };
}

/** The project a request is made in; null is tenant scope. Throws 401 and 403. */
export function authorise(request: Request, tenant: Tenant, apiKey: string): string | null {
  if (request.headers.get('ApiKey') !== apiKey) {
    throw new WireError(401, 'UnAuthorizedAccess', 'access to the resource is unauthorized');
  }
  const project = request.headers.get('ProjectUid');
  if (!project) return null;
  if (!tenant.projects.some((each) => each.uid === project)) throw forbidden('project.get');
  return project;
}

export function forbidden(operation: string): WireError {
  return new WireError(403, 'OperationForbidden', `Operation '${operation}' is forbidden`);
}

/** In tenant scope the dashboard shows every project; in a project only its own. */
export function visibleClusters(tenant: Tenant, project: string | null): EmulatedCluster[] {
  return project === null ? tenant.clusters : tenant.clusters.filter((each) => each.projectUid === project);
}

/** A cluster of another project, and any cluster in tenant scope, looks forbidden, not missing. */
export function clusterOf(
  tenant: Tenant,
  project: string | null,
  uid: string,
  operation = 'cluster.get',
): EmulatedCluster {
  const cluster = tenant.clusters.find((each) => each.uid === uid);
  if (!cluster) throw new WireError(404, 'ResourceNotFound', `cluster ${uid} was not found`);
  if (cluster.projectUid !== project) throw forbidden(operation);
  return cluster;
}

/** For whatever would change a cluster. */
export function livingCluster(tenant: Tenant, project: string | null, uid: string, operation: string): EmulatedCluster {
  const cluster = clusterOf(tenant, project, uid, operation);
  const state = stateOf(cluster, tenant.clock.now());
  if (state === 'Deleting' || state === 'Deleted') {
    throw new WireError(409, 'InvalidClusterState', `the cluster is in state ${state}`);
  }
  return cluster;
}
