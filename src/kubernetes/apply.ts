/**
 * Applying a manifest: each object found in the cluster, tried by server-side dry run, then applied, one after the other.
 * Never forced: a field that someone else manages is a conflict that is told, not taken.
 */
import { ToolFailure } from '../guardrails/types.js';
import type { JsonObject } from '../json.js';
import { oneLine } from '../mcp/text.js';
import type { Kind } from './discovery.js';
import { ApiFailure } from './failure.js';
import { list, str } from './fields.js';
import type { ManifestObject } from './manifest.js';
import { anySegment } from './names.js';
import { checkPrecondition, FIELD_MANAGER, preconditionOf, type Where } from './plans.js';
import { pathOf } from './rows.js';
import type { Kit } from './tools/kit.js';

/** An object of the manifest, placed in the cluster. */
export interface Placed {
  manifest: ManifestObject;
  kind: Kind;
  namespace: string | undefined;
  path: string;
  /** "deployment payments/checkout" */
  label: string;
}

/** Resolves kinds by discovery and namespaces by `fallback`. Throws ToolFailure; refuses manifests over several namespaces. */
export async function place(kit: Kit, where: Where, objects: ManifestObject[], fallback: string): Promise<Placed[]> {
  const placed: Placed[] = [];
  for (const manifest of objects) {
    const kind = await kindOf(kit, where, manifest, objects);
    const namespace = kind.namespaced ? (manifest.namespace ?? fallback) : undefined;
    const path = `${pathOf(kind, namespace)}/${anySegment(manifest.name)}`;
    const object: JsonObject =
      namespace === undefined
        ? manifest.object
        : { ...manifest.object, metadata: { ...metadataOf(manifest.object), namespace } };
    placed.push({
      manifest: { ...manifest, object },
      kind,
      namespace,
      path,
      label: `${manifest.kind.toLowerCase()} ${namespace === undefined ? '' : `${namespace}/`}${manifest.name}`,
    });
  }
  const namespaces = namespacesOf(placed);
  if (namespaces.length > 1) {
    throw new ToolFailure(
      'invalid',
      `the manifest concerns several namespaces (${namespaces.join(', ')}); apply it one namespace at a time, so that each is judged for itself`,
    );
  }
  return placed;
}

/** Namespaces that the objects are in or are. */
export function namespacesOf(placed: Placed[]): string[] {
  const names = placed.flatMap(({ kind, namespace, manifest }) =>
    kind.kind === 'Namespace' && kind.group === '' ? [manifest.name] : namespace === undefined ? [] : [namespace],
  );
  return [...new Set(names)];
}

async function kindOf(kit: Kit, where: Where, manifest: ManifestObject, all: ManifestObject[]): Promise<Kind> {
  try {
    return await kit.discovery.resolve(where.context, manifest.kind, {
      apiVersion: manifest.apiVersion,
      signal: where.signal,
    });
  } catch (error) {
    if (
      error instanceof ToolFailure &&
      error.code === 'not_found' &&
      all.some((each) => each.kind === 'CustomResourceDefinition')
    ) {
      throw new ToolFailure(
        'invalid',
        `${error.message}; the manifest defines kinds itself: apply the CustomResourceDefinitions first, then the rest`,
      );
    }
    throw error;
  }
}

function metadataOf(object: JsonObject): JsonObject {
  return (object.metadata ?? {}) as JsonObject;
}

/** The live object; null where there is none. */
export async function liveOf(kit: Kit, where: Where, { path }: Placed): Promise<JsonObject | null> {
  try {
    return await kit.client.get(where.context, path, { signal: where.signal });
  } catch (error) {
    if (error instanceof ToolFailure && error.code === 'not_found') return null;
    throw error;
  }
}

/** Throws ToolFailure `conflict` that names the fields and who manages them. */
export async function applyOne(
  kit: Kit,
  where: Where,
  placed: Placed,
  query: Record<string, string>,
): Promise<JsonObject> {
  try {
    return await kit.client.patch(where.context, placed.path, placed.manifest.object, {
      type: 'apply',
      query: { fieldManager: FIELD_MANAGER, ...query },
      signal: where.signal,
    });
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.status !== 409) throw error;
    const causes = list(error.body, 'details', 'causes').filter(
      (cause) => str(cause, 'reason') === 'FieldManagerConflict',
    );
    if (causes.length === 0) throw error;
    const fields = causes
      .slice(0, 10)
      .map((cause) => `${str(cause, 'field')} (${oneLine(str(cause, 'message'), 120)})`);
    const more = causes.length > 10 ? ` and ${causes.length - 10} more` : '';
    throw new ToolFailure(
      'conflict',
      `${placed.label}: fields are managed by someone else: ${fields.join('; ')}${more}. This tool never takes fields over; leave them out of the manifest, or change them where they are managed`,
      { cause: error },
    );
  }
}

/** For the plan: what each object is now. */
export function statesOf(placed: Placed[], lives: (JsonObject | null)[]): JsonObject {
  return Object.fromEntries(placed.map(({ path }, index) => [path, stateOf(lives[index] ?? null)]));
}

function stateOf(live: JsonObject | null): JsonObject {
  if (!live) return { absent: true };
  const state = preconditionOf(live);
  return state.generation === undefined
    ? { ...state, resourceVersion: str(live, 'metadata', 'resourceVersion') }
    : state;
}

/** Throws ToolFailure `conflict` where an object is no longer as it was when the plan was approved. */
export function checkState(states: JsonObject | undefined, placed: Placed, live: JsonObject | null): void {
  if (!states) return;
  const state = states[placed.path];
  if (state === undefined)
    throw new ToolFailure(
      'conflict',
      `${placed.label} was not part of what was approved; nothing was changed, look again`,
    );
  const approved = state as JsonObject;
  if (approved.absent === true && live)
    throw new ToolFailure(
      'conflict',
      `${placed.label} was made by someone else since this was approved; nothing was changed, look again`,
    );
  if (approved.absent !== true && !live)
    throw new ToolFailure(
      'conflict',
      `${placed.label} was deleted by someone else since this was approved; nothing was changed, look again`,
    );
  if (live) checkPrecondition(approved, live, placed.label);
}
