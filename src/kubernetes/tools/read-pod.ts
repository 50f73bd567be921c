/** Reads one pod; where there is none of that name, says which ones come close, so that the next call can be right. */
import { ToolFailure } from '../../guardrails/types.js';
import type { JsonObject } from '../../json.js';
import type { KubernetesClient } from '../client.js';
import { nameSegment, namespaceSegment } from '../names.js';
import { checkNamespace, nearest } from '../rows.js';
import { cellReader } from '../table.js';
import { few } from './listing.js';

const MOST_NAMES = 8;

export async function readPod(
  client: KubernetesClient,
  { context, namespace, name, signal }: { context: string; namespace: string; name: string; signal: AbortSignal },
): Promise<JsonObject> {
  const pods = `/api/v1/namespaces/${namespaceSegment(namespace)}/pods`;
  try {
    return await client.get(context, `${pods}/${nameSegment(name, 'pod')}`, { signal });
  } catch (error) {
    if (!(error instanceof ToolFailure) || error.code !== 'not_found') throw error;
    const near = await closePods(client, context, pods, name, signal);
    if (near?.length === 0) await checkNamespace(client, context, namespace, signal);
    const hint =
      near === null ? '' : near.length === 0 ? '; the namespace has no pods' : `; near it: ${few(near, MOST_NAMES)}`;
    throw new ToolFailure('not_found', `there is no pod ${name} in namespace ${namespace} (context ${context})${hint}`);
  }
}

/** Names of pods that come close; null where pods cannot be listed. */
async function closePods(
  client: KubernetesClient,
  context: string,
  pods: string,
  name: string,
  signal: AbortSignal,
): Promise<string[] | null> {
  try {
    const table = await client.table(context, pods, { signal });
    const read = cellReader(table.columns);
    return nearest(
      table.rows.map((row) => read(row, 'Name')),
      name,
      MOST_NAMES,
    );
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
