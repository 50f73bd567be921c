/** What this identity may do in a cluster, asked with SelfSubjectAccessReviews. Stores nothing, changes nothing. */
import { ToolFailure } from '../guardrails/types.js';
import type { JsonObject } from '../json.js';
import { ACCESS_REVIEW, type KubernetesClient } from './client.js';
import { bool, str } from './fields.js';

export interface PermissionCheck {
  verb: string;
  resource: string;
  group: string;
  /** Undefined: in all namespaces, or a resource without. */
  namespace?: string;
  allowed: boolean;
  /** Tools that need it. */
  neededBy: string[];
}

export interface Preflight {
  version: string;
  checks: PermissionCheck[];
}

type Needed = readonly [verb: string, group: string, resource: string, tools: readonly string[]];

const READS: readonly Needed[] = [
  ['list', '', 'namespaces', ['list_namespaces', 'list_pods']],
  ['list', '', 'nodes', ['get_node_status', 'diagnose_cluster']],
  ['list', '', 'pods', ['list_pods', 'diagnose_cluster', 'get_resource_usage']],
  ['get', '', 'pods/log', ['get_pod_logs', 'describe_pod']],
  ['list', '', 'events', ['get_pod_events', 'diagnose_cluster']],
  ['list', '', 'services', ['list_services', 'diagnose_cluster']],
  ['list', 'discovery.k8s.io', 'endpointslices', ['list_services', 'diagnose_cluster']],
  ['list', 'apps', 'deployments', ['list_deployments', 'diagnose_cluster']],
  ['list', 'apps', 'replicasets', ['rollback_deployment', 'diagnose_cluster']],
  ['list', 'apps', 'statefulsets', ['diagnose_cluster']],
  ['list', 'apps', 'daemonsets', ['diagnose_cluster']],
  ['list', 'batch', 'jobs', ['diagnose_cluster']],
  ['list', 'policy', 'poddisruptionbudgets', ['drain_node', 'diagnose_cluster']],
  ['list', '', 'persistentvolumeclaims', ['diagnose_cluster']],
  ['list', 'metrics.k8s.io', 'pods', ['get_resource_usage']],
];

const WRITES: readonly Needed[] = [
  ['patch', 'apps', 'deployments/scale', ['scale_deployment']],
  ['patch', 'apps', 'deployments', ['restart_deployment', 'set_image', 'apply_manifest']],
  ['update', 'apps', 'deployments', ['rollback_deployment']],
  ['delete', '', 'pods', ['delete_pod']],
  ['create', '', 'pods/eviction', ['drain_node']],
  ['patch', '', 'nodes', ['cordon_node', 'uncordon_node', 'drain_node']],
];

const AT_ONCE = 5;

/** `namespace` limits the questions to one namespace. Throws ToolFailure where the cluster cannot be asked. */
export async function preflight(
  client: KubernetesClient,
  context: string,
  signal: AbortSignal,
  namespace?: string,
): Promise<Preflight> {
  const version = str(await client.get(context, '/version', { signal }), 'gitVersion');
  const needed = client.readOnly ? READS : [...READS, ...WRITES];
  const checks: PermissionCheck[] = [];
  for (let start = 0; start < needed.length; start += AT_ONCE) {
    checks.push(
      ...(await Promise.all(
        needed.slice(start, start + AT_ONCE).map((one) => ask(client, context, signal, one, namespace)),
      )),
    );
  }
  return { version, checks };
}

const WITHOUT_NAMESPACE = new Set(['nodes', 'namespaces']);

async function ask(
  client: KubernetesClient,
  context: string,
  signal: AbortSignal,
  [verb, group, path, tools]: Needed,
  namespace: string | undefined,
): Promise<PermissionCheck> {
  const [resource = '', subresource] = path.split('/');
  const place: { namespace?: string } = namespace === undefined || WITHOUT_NAMESPACE.has(resource) ? {} : { namespace };
  const resourceAttributes: JsonObject = {
    verb,
    group,
    resource,
    ...(subresource ? { subresource } : {}),
    ...(place.namespace === undefined ? {} : { namespace: place.namespace }),
  };
  const review = await client.post(
    context,
    ACCESS_REVIEW,
    { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
    { signal },
  );
  if (str(review, 'kind') !== 'SelfSubjectAccessReview')
    throw new ToolFailure('unavailable', `context ${context} does not answer access reviews`);
  return { verb, resource: path, group, ...place, allowed: bool(review, 'status', 'allowed'), neededBy: [...tools] };
}
