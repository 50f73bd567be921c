/**
 * What all actions share: reading the live object first, asking the server what would happen, and refusing to act on
 * something that is no longer what was approved.
 */
import { ToolFailure } from '../guardrails/types.js';
import type { JsonObject } from '../json.js';
import { oneLine } from '../mcp/text.js';
import type { KubernetesClient } from './client.js';
import { ApiFailure } from './failure.js';
import { num, str, strings } from './fields.js';
import { namespaceSegment } from './names.js';

export interface Where {
  context: string;
  signal: AbortSignal;
}

export const DRY_RUN = { dryRun: 'All' } as const;
/** Owner of the fields that this program sets, in `managedFields`. */
export const FIELD_MANAGER = 'mcp-chat';

/** The parts of the live state an approval holds for: the very object, in the very generation of its specification. */
export function preconditionOf(object: JsonObject): JsonObject {
  const generation = num(object, 'metadata', 'generation');
  const uid = str(object, 'metadata', 'uid');
  // Without generations (config maps, nodes, pods) only the caller knows which fields matter beside the identity.
  return generation === undefined ? { uid } : { uid, generation };
}

/** Throws ToolFailure `conflict` where the live object is not the one that the plan was made from. */
export function checkPrecondition(precondition: JsonObject | undefined, live: JsonObject, what: string): void {
  if (!precondition) return;
  if (precondition.uid !== undefined && precondition.uid !== str(live, 'metadata', 'uid')) {
    throw new ToolFailure(
      'conflict',
      `${what} was deleted and made anew since this was approved; nothing was changed, look again`,
    );
  }
  if (precondition.generation !== undefined && precondition.generation !== num(live, 'metadata', 'generation')) {
    throw new ToolFailure(
      'conflict',
      `${what} was changed by someone else since this was approved; nothing was changed, look again`,
    );
  }
  if (
    precondition.resourceVersion !== undefined &&
    precondition.resourceVersion !== str(live, 'metadata', 'resourceVersion')
  ) {
    throw new ToolFailure(
      'conflict',
      `${what} was changed by someone else since this was approved; nothing was changed, look again`,
    );
  }
}

/**
 * Runs a server-side dry run. Where an admission webhook cannot take part in one, the answer is null and a warning says
 * that the server has not judged the change; every other refusal is the refusal of the change itself.
 */
export async function dryRun(work: Promise<JsonObject>, warnings: string[]): Promise<JsonObject | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ApiFailure && /does not support dry.?run/i.test(error.message)) {
      warnings.push(`The server could not try this out: ${oneLine(str(error.body, 'message'), 300)}`);
      return null;
    }
    throw error;
  }
}

/**
 * Labels that help to tell production, for something that concerns several namespaces: each label with its namespace before
 * it (`payments/environment`), and the namespace's name as its environment where no label says one.
 */
export async function labelsOfNamespaces(
  client: KubernetesClient,
  where: Where,
  namespaces: Iterable<string>,
): Promise<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const namespace of namespaces) {
    result[`${namespace}/environment`] = namespace;
    const labels = await labelsOf(client, where, namespace, null);
    for (const [key, value] of Object.entries(labels)) result[`${namespace}/${key}`] = value;
  }
  return result;
}

/** What came of a change that is made: where looking at it fails, the change is not undone by that, and is told as made. */
export async function afterwards<T>(look: Promise<T>, unseen: (why: string) => T): Promise<T> {
  try {
    return await look;
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    return unseen(`What came of it could not be read: ${error.message}`);
  }
}

/** Labels that help to tell production: those of the namespace, then those of the object. */
export async function labelsOf(
  client: KubernetesClient,
  { context, signal }: Where,
  namespace: string | undefined,
  object: JsonObject | null,
): Promise<Record<string, string>> {
  const own = strings(object ?? {}, 'metadata', 'labels');
  if (namespace === undefined) return own;
  try {
    const found = await client.get(context, `/api/v1/namespaces/${namespaceSegment(namespace)}`, { signal });
    return { ...strings(found, 'metadata', 'labels'), ...own };
  } catch (error) {
    // Without a look at the namespace its name still tells; the reading of it is not what was asked for.
    if (error instanceof ToolFailure && (error.code === 'forbidden' || error.code === 'not_found')) return own;
    throw error;
  }
}
