/** Reads one pod; where there is none of that name, says which ones come close, so that the next call can be right. */
import { ToolFailure } from '../../guardrails/types.js';
import type { JsonObject } from '../../json.js';
import type { KubernetesClient } from '../client.js';
import { nameSegment, namespaceSegment } from '../names.js';
import { cellReader } from '../table.js';
import { few } from './listing.js';

export async function readPod(
  client: KubernetesClient,
  { context, namespace, name, signal }: { context: string; namespace: string; name: string; signal: AbortSignal },
): Promise<JsonObject> {
  const pods = `/api/v1/namespaces/${namespaceSegment(namespace)}/pods`;
  try {
    return await client.get(context, `${pods}/${nameSegment(name, 'pod')}`, { signal });
  } catch (error) {
    if (!(error instanceof ToolFailure) || error.code !== 'not_found') throw error;
    const near = await nearest(client, context, pods, name, signal);
    const hint =
      near === null
        ? ''
        : near.length === 0
          ? `; the namespace has no pods (does it exist? see list_namespaces)`
          : `; near it: ${few(near, 8)}`;
    throw new ToolFailure('not_found', `there is no pod ${name} in namespace ${namespace} (context ${context})${hint}`);
  }
}

/** Names that begin as the wanted one does, the longest common beginning first; null where pods cannot be listed. */
async function nearest(
  client: KubernetesClient,
  context: string,
  pods: string,
  name: string,
  signal: AbortSignal,
): Promise<string[] | null> {
  try {
    const table = await client.table(context, pods, { signal });
    const read = cellReader(table.columns);
    const common = (other: string) => {
      let length = 0;
      while (length < name.length && name[length] === other[length]) length += 1;
      return length;
    };
    return table.rows
      .map((row) => read(row, 'Name'))
      .sort((a, b) => common(b) - common(a))
      .slice(0, 8);
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
