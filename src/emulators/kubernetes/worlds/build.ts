/**
 * Plays a world's past: everything it describes happens at its time, the controllers answer, and what is left at the
 * end is the present. Only then are changes kept for watches.
 */

import { UserError } from '../../../errors.js';
import { isJsonObject, type JsonObject } from '../../../json.js';
import type { Cluster } from '../cluster.js';
import { withJobLabels } from '../controllers/job.js';
import type { Nodes } from '../controllers/nodes.js';
import { withDefaults } from '../defaults.js';
import { equal, nameOf, namespaceOf, number, objects, set, stamp, text } from '../fields.js';
import { mergePatch } from '../patch/json.js';
import { afterUpdate } from '../patch/managed-fields.js';
import { COARSE } from '../simulation.js';
import { envEntry, manifestsOf } from './expand.js';
import { createNode, nodeNames } from './nodes.js';
import type { Happening, Workload, World } from './schema.js';

const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const MANAGER = 'helm';
const EVENT_MEMORY = 3_600_000;

export function buildWorld(cluster: Cluster, nodes: Nodes, world: World, until: number): void {
  const { simulation } = cluster;
  cluster.events.keepFrom = until - EVENT_MEMORY;
  const ago = (age: number, run: () => void) => simulation.at(until - age, run);
  for (const name of SYSTEM_NAMESPACES) install(cluster, namespaceManifest(name, {}));
  for (const [name, labels] of Object.entries(world.namespaces)) install(cluster, namespaceManifest(name, labels));
  let index = 0;
  for (const group of world.nodes)
    for (const name of nodeNames(group)) {
      const number = index++;
      ago(group.age, () => createNode(cluster, group, name, number));
    }
  for (const item of world.objects) ago(item.age, () => install(cluster, item.manifest));
  for (const workload of world.workloads) {
    ago(workload.age, () => {
      for (const manifest of manifestsOf(workload)) install(cluster, manifest);
    });
    for (const step of workload.history) ago(step.ago, () => roll(cluster, workload, step));
  }
  for (const happening of world.happenings) ago(happening.ago, () => happen(cluster, nodes, happening));
  const { coalesce } = simulation;
  if (world.generated) simulation.coalesce = COARSE;
  simulation.advance(until);
  simulation.coalesce = coalesce;
  cluster.store.recording = true;
  cluster.events.keepFrom = Number.NEGATIVE_INFINITY;
  cluster.events.expire();
}

const namespaceManifest = (name: string, labels: Record<string, string>): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

/** Stores a manifest as a client would have: with defaults and an owner of its fields; a status in it is kept. */
export function install(cluster: Cluster, manifest: JsonObject): JsonObject {
  const resource = cluster.registry.byKind(text(manifest, 'apiVersion'), text(manifest, 'kind'));
  if (!resource)
    throw new UserError(
      `a world holds ${text(manifest, 'apiVersion')} ${text(manifest, 'kind')}, which this cluster does not know`,
    );
  const { storage } = resource;
  const present = cluster.store.get(storage, namespaceOf(manifest), nameOf(manifest));
  const merged = present && mergePatch(present, manifest);
  if (present && isJsonObject(merged)) return change(cluster, storage, present, merged);
  let value = withDefaults(cluster, storage, manifest);
  if (storage === 'jobs.batch') value = withJobLabels(cluster, value);
  if (OWNED.has(storage))
    value = afterUpdate(undefined, value, { manager: MANAGER, operation: 'Update' }, cluster.now, false);
  return cluster.create(storage, value);
}

/** Where the ownership of fields matters to those who change them. */
const OWNED = new Set([
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'services',
  'configmaps',
  'ingresses.networking.k8s.io',
  'horizontalpodautoscalers.autoscaling',
]);

function change(cluster: Cluster, storage: string, before: JsonObject, after: JsonObject): JsonObject {
  let next = withDefaults(cluster, storage, after);
  const generation = number(before, 'metadata', 'generation');
  if (generation !== undefined && !equal(before.spec, next.spec))
    next = set(next, ['metadata', 'generation'], generation + 1);
  if (OWNED.has(storage))
    next = afterUpdate(before, next, { manager: MANAGER, operation: 'Update' }, cluster.now, false);
  return cluster.update(storage, next);
}

function roll(cluster: Cluster, workload: Workload, step: Workload['history'][number]): void {
  const storage = `${workload.kind.toLowerCase()}s.apps`;
  const before = cluster.store.get(storage, workload.namespace, workload.name);
  if (!before) return;
  const containers = objects(before, 'spec', 'template', 'spec', 'containers').map((container, index): JsonObject => {
    if (index > 0) return container;
    const env = objects(container, 'env').filter((entry) => step.env?.[text(entry, 'name')] === undefined);
    for (const [name, value] of Object.entries(step.env ?? {})) if (value !== null) env.push(envEntry(name, value));
    return { ...container, ...(step.image && { image: step.image }), ...(env.length > 0 && { env }) };
  });
  let after = set(before, ['spec', 'template', 'spec', 'containers'], containers);
  if (step.replicas !== undefined) after = set(after, ['spec', 'replicas'], step.replicas);
  if (step.cause !== undefined)
    after = set(after, ['metadata', 'annotations', 'kubernetes.io/change-cause'], step.cause);
  change(cluster, storage, before, after);
}

function happen(cluster: Cluster, nodes: Nodes, happening: Happening): void {
  if (happening.apply) install(cluster, happening.apply);
  if (happening.nodeDown !== undefined) nodes.fail(happening.nodeDown);
  if (happening.cordon !== undefined) {
    const node = cluster.store.get('nodes', '', happening.cordon);
    if (node) cluster.update('nodes', set(node, ['spec', 'unschedulable'], true));
  }
  if (happening.nodeCondition) {
    const { node: name, type, reason, message } = happening.nodeCondition;
    const node = cluster.store.get('nodes', '', name);
    const others = objects(node, 'status', 'conditions').filter((item) => item.type !== type);
    const time = stamp(cluster.now);
    const made: JsonObject = {
      lastHeartbeatTime: time,
      lastTransitionTime: time,
      message,
      reason,
      status: 'True',
      type,
    };
    if (node) cluster.update('nodes', set(node, ['status', 'conditions'], [made, ...others]));
  }
  if (happening.delete) {
    const { kind, namespace, name } = happening.delete;
    const resource = cluster.registry.named(kind);
    const value = resource && cluster.store.get(resource.storage, namespace, name);
    if (resource && value) cluster.delete(resource.storage, value);
  }
}
