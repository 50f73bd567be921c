/**
 * What draining a node means for each of its pods, and the evictions themselves. The order of the rules is kubectl's
 * (kubectl/pkg/drain/filters.go); budgets are kept by the eviction API, never gone past.
 */
import type { ToolProgress } from '../guardrails/types.js';
import { ToolFailure } from '../guardrails/types.js';
import type { JsonObject } from '../json.js';
import { oneLine } from '../mcp/text.js';
import { type Budget, budgetsOver } from './budgets.js';
import { ApiFailure } from './failure.js';
import { list, str } from './fields.js';
import { nameSegment, namespaceSegment } from './names.js';
import { controllerOf } from './owners.js';
import type { Where } from './plans.js';
import { isFinished } from './pod.js';
import type { Kit } from './tools/kit.js';

export interface DrainPod {
  namespace: string;
  name: string;
  uid: string;
}

export interface DrainList {
  evicted: DrainPod[];
  /** Stay: daemon sets put them back at once, static pods belong to the node. */
  daemonSets: string[];
  mirrors: string[];
  /** Nothing would make them again. */
  unmanaged: string[];
  /** With data on the node that goes with the pod. */
  withLocalData: string[];
  /** Budgets that hold up an eviction now. */
  blocking: Budget[];
}

export async function drainList(kit: Kit, where: Where, node: string): Promise<DrainList> {
  const result: DrainList = {
    evicted: [],
    daemonSets: [],
    mirrors: [],
    unmanaged: [],
    withLocalData: [],
    blocking: [],
  };
  const going = new Map<string, JsonObject[]>();
  const query = { fieldSelector: `spec.nodeName=${nameSegment(node, 'node')}` };
  for await (const page of kit.client.pages(where.context, '/api/v1/pods', { query, signal: where.signal })) {
    for (const pod of page.items) {
      const goes = sort(pod, result);
      // What ends anyway no budget holds up.
      const ends = str(pod, 'metadata', 'deletionTimestamp') !== '' || isFinished(pod);
      if (goes && !ends) push(going, str(pod, 'metadata', 'namespace'), pod);
    }
  }
  for (const [namespace, pods] of going) {
    const budgets = await budgetsOver(kit.client, where, namespace, pods);
    result.blocking.push(...budgets.filter((budget) => budget.allowed < budget.pods.length));
  }
  return result;
}

/** Puts a pod where it belongs; true for pods to evict. */
function sort(pod: JsonObject, result: DrainList): boolean {
  const one = {
    namespace: str(pod, 'metadata', 'namespace'),
    name: str(pod, 'metadata', 'name'),
    uid: str(pod, 'metadata', 'uid'),
  };
  const label = `${one.namespace}/${one.name}`;
  if (str(pod, 'metadata', 'annotations', 'kubernetes.io/config.mirror') !== '') {
    result.mirrors.push(label);
    return false;
  }
  const owner = controllerOf(pod);
  if (!isFinished(pod)) {
    if (str(owner, 'kind') === 'DaemonSet') {
      result.daemonSets.push(label);
      return false;
    }
    if (!owner) result.unmanaged.push(label);
    if (list(pod, 'spec', 'volumes').some((volume) => volume.emptyDir !== undefined)) result.withLocalData.push(label);
  }
  result.evicted.push(one);
  return true;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}

export interface DrainOutcome {
  evicted: string[];
  /** Not gone when time was over, with the reason. */
  left: string[];
}

const RETRY_MS = 5000;
const POLL_MS = 2000;

/** Evicts, waits where a budget says no, and watches the pods go, until all are gone or the deadline. */
export async function evictAll(
  kit: Kit,
  where: Where,
  node: string,
  pods: DrainPod[],
  { seconds, onProgress }: { seconds: number; onProgress(progress: ToolProgress): void },
): Promise<DrainOutcome> {
  const deadline = kit.clock.now() + seconds * 1000;
  const asked = new Set<string>();
  const reasons = new Map<string, string>();
  const gone = new Set<string>();
  let told = '';
  for (let retryAt = 0; ; ) {
    if (kit.clock.now() >= retryAt) {
      for (const pod of pods) {
        if (asked.has(pod.uid) || gone.has(pod.uid)) continue;
        const refusal = await evict(kit, where, pod);
        if (refusal === null) asked.add(pod.uid);
        else reasons.set(pod.uid, refusal);
      }
      retryAt = kit.clock.now() + RETRY_MS;
    }
    const present = await uidsOn(kit, where, node);
    for (const pod of pods) if (!present.has(pod.uid)) gone.add(pod.uid);
    const held = pods.filter((pod) => !asked.has(pod.uid) && !gone.has(pod.uid)).length;
    const message = `${gone.size} of ${pods.length} pods gone${held > 0 ? `, ${held} held up by a disruption budget` : ''}`;
    if (message !== told) onProgress({ message, progress: gone.size, total: pods.length });
    told = message;
    if (gone.size === pods.length || kit.clock.now() >= deadline) break;
    await kit.clock.sleep(Math.min(POLL_MS, deadline - kit.clock.now()), where.signal);
  }
  const label = (pod: DrainPod) => `${pod.namespace}/${pod.name}`;
  return {
    evicted: pods.filter((pod) => gone.has(pod.uid)).map(label),
    left: pods
      .filter((pod) => !gone.has(pod.uid))
      .map((pod) => `${label(pod)}: ${asked.has(pod.uid) ? 'still ending' : (reasons.get(pod.uid) ?? 'not asked')}`),
  };
}

/** Null where the eviction was accepted or the pod is gone; otherwise why not. Throws for refusals that waiting does not mend. */
async function evict(kit: Kit, where: Where, { namespace, name, uid }: DrainPod): Promise<string | null> {
  const path = `/api/v1/namespaces/${namespaceSegment(namespace)}/pods/${nameSegment(name, 'pod')}/eviction`;
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: { preconditions: { uid } },
  };
  try {
    await kit.client.post(where.context, path, body, { signal: where.signal });
    return null;
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    // 409: another pod has taken the name, so the one that was meant is gone.
    if (error.code === 'not_found' || error.code === 'conflict') return null;
    if (error instanceof ApiFailure && (error.status === 429 || error.status === 500))
      return oneLine(str(error.body, 'message'), 200) || 'held up by a disruption budget';
    throw error;
  }
}

/** Namespaces that have pods on a node: whom it concerns when the node is taken out of use. Empty where unreadable. */
export async function namespacesOn(kit: Kit, where: Where, node: string): Promise<Set<string>> {
  const namespaces = new Set<string>();
  const query = { fieldSelector: `spec.nodeName=${nameSegment(node, 'node')}` };
  try {
    for await (const page of kit.client.pages(where.context, '/api/v1/pods', {
      query,
      as: 'metadata',
      signal: where.signal,
    })) {
      for (const pod of page.items) namespaces.add(str(pod, 'metadata', 'namespace'));
    }
  } catch (error) {
    if (!(error instanceof ToolFailure) || error.code !== 'forbidden') throw error;
  }
  return namespaces;
}

async function uidsOn(kit: Kit, where: Where, node: string): Promise<Set<string>> {
  const uids = new Set<string>();
  const query = { fieldSelector: `spec.nodeName=${nameSegment(node, 'node')}` };
  for await (const page of kit.client.pages(where.context, '/api/v1/pods', {
    query,
    as: 'metadata',
    signal: where.signal,
  })) {
    for (const pod of page.items) uids.add(str(pod, 'metadata', 'uid'));
  }
  return uids;
}
