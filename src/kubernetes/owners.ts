/** Who owns an object, up to the top: pod, replica set, deployment. Reads one object per step. */
import { ToolFailure } from '../guardrails/types.js';
import type { JsonObject } from '../json.js';
import type { KubernetesClient } from './client.js';
import { list, str } from './fields.js';
import { nameSegment, namespaceSegment } from './names.js';

/** Owners that have owners of their own in practice; everything else is the top. */
const MIDDLE: Record<string, string> = { ReplicaSet: '/apis/apps/v1', Job: '/apis/batch/v1' };
const PLURALS: Record<string, string> = { ReplicaSet: 'replicasets', Job: 'jobs' };

/** "ReplicaSet web-5d9", "Deployment web", nearest first; empty for an object that nobody manages. */
export async function ownerChain(
  client: KubernetesClient,
  object: JsonObject,
  { context, namespace, signal }: { context: string; namespace: string; signal: AbortSignal },
): Promise<string[]> {
  const chain: string[] = [];
  let owner = controllerOf(object);
  while (owner && chain.length < 5) {
    const kind = str(owner, 'kind');
    const name = str(owner, 'name');
    chain.push(`${kind} ${name}`);
    const base = MIDDLE[kind];
    if (base === undefined) break;
    try {
      const path = `${base}/namespaces/${namespaceSegment(namespace)}/${PLURALS[kind]}/${nameSegment(name)}`;
      owner = controllerOf(await client.get(context, path, { signal }));
    } catch (error) {
      if (!(error instanceof ToolFailure)) throw error;
      if (error.code === 'not_found') chain.push('which does not exist any more');
      break;
    }
  }
  return chain;
}

export function controllerOf(object: JsonObject): JsonObject | undefined {
  const owners = list(object, 'metadata', 'ownerReferences');
  return owners.find((each) => each.controller === true);
}
