/** The scale subresource: replicas of a workload, seen and set alone. */
import { isJsonObject, type JsonObject } from '../../../json.js';
import { nameOf, namespaceOf, number, object, set, text, uidOf } from '../fields.js';
import { PatchError } from '../patch/json.js';
import { afterUpdate } from '../patch/managed-fields.js';
import { selectorText } from '../tables/cells.js';
import type { Server } from './context.js';
import type { ApiRequest } from './request.js';
import { jsonBody } from './respond.js';
import { ApiError, badRequest, conflict, invalid, notFound } from './status.js';
import { patched } from './write.js';

function scaleOf(value: JsonObject): JsonObject {
  const selector = selectorText(object(value, 'spec', 'selector'));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name: nameOf(value),
      namespace: namespaceOf(value),
      uid: uidOf(value),
      resourceVersion: text(value, 'metadata', 'resourceVersion'),
      creationTimestamp: text(value, 'metadata', 'creationTimestamp'),
    },
    spec: { replicas: number(value, 'spec', 'replicas') ?? 1 },
    status: { replicas: number(value, 'status', 'replicas') ?? 0, ...(selector !== '<none>' && { selector }) },
  };
}

export function scale(
  server: Server,
  request: ApiRequest,
  type: string,
  body: JsonObject | JsonObject[] | undefined,
): Response {
  const { cluster } = server;
  const { resource, namespace = '', name = '' } = request;
  const value = cluster.store.get(resource.storage, namespace, name);
  if (!value) throw notFound(resource, name);
  if (request.verb === 'get') return jsonBody(scaleOf(value));
  const wanted = request.verb === 'update' ? body : patchedScale(request, value, type, body ?? {});
  if (!isJsonObject(wanted)) throw badRequest('the body must be a Scale');
  const version = text(wanted, 'metadata', 'resourceVersion');
  if (version !== '' && version !== text(value, 'metadata', 'resourceVersion'))
    throw conflict(
      resource,
      name,
      'the object has been modified; please apply your changes to the latest version and try again',
    );
  const uid = text(wanted, 'metadata', 'uid');
  if (uid !== '' && uid !== uidOf(value))
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${uidOf(value)}`,
    );
  const replicas = object(wanted, 'spec').replicas ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas))
    throw badRequest(
      `Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal ${typeof replicas} into Go struct field ScaleSpec.spec.replicas of type int32`,
    );
  if (replicas < 0)
    throw invalid('Scale', 'autoscaling', name, [
      { field: 'spec.replicas', message: `Invalid value: ${replicas}: must be greater than or equal to 0` },
    ]);
  if (replicas === number(value, 'spec', 'replicas')) return jsonBody(scaleOf(value));
  const generation = (number(value, 'metadata', 'generation') ?? 1) + 1;
  const changed = set(set(value, ['spec', 'replicas'], replicas), ['metadata', 'generation'], generation);
  const owner = { manager: request.manager, operation: 'Update' as const, subresource: 'scale' };
  const owned = afterUpdate(value, changed, owner, cluster.now, resource.custom === true);
  return jsonBody(scaleOf(request.dryRun ? owned : cluster.update(resource.storage, owned)));
}

function patchedScale(
  request: ApiRequest,
  value: JsonObject,
  type: string,
  body: JsonObject | JsonObject[],
): JsonObject {
  try {
    return patched(request, scaleOf(value), type, body);
  } catch (error) {
    if (error instanceof PatchError) throw new ApiError(error.code, 'BadRequest', error.message);
    throw error;
  }
}
