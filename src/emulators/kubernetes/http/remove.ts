/** DELETE, of one object or of what a selector finds, and evictions. */
import type { JsonObject } from '../../../json.js';
import type { DeleteOptions } from '../cluster.js';
import { BUDGETS } from '../controllers/housekeeping.js';
import { isReady } from '../controllers/replicas.js';
import { isDeleting, labelsOf, list, nameOf, namespaceOf, number, object, text, uidOf } from '../fields.js';
import { matchesSelector } from '../selectors.js';
import type { Server } from './context.js';
import { selectorsOf } from './read.js';
import type { ApiRequest } from './request.js';
import { jsonBody, served } from './respond.js';
import { ApiError, badRequest, conflict, notFound, success } from './status.js';

interface Wanted extends DeleteOptions {
  uid: string;
  version: string;
  dryRun: boolean;
}

/** From the body, or from the query where there is no body. With a body the query counts for nothing, dryRun included. */
function optionsOf(request: ApiRequest, body: JsonObject | undefined): Wanted {
  const { query } = request;
  const asked = body ? text(body, 'propagationPolicy') : (query.get('propagationPolicy') ?? '');
  if (asked !== '' && !['Background', 'Foreground', 'Orphan'].includes(asked))
    throw new ApiError(
      422,
      'Invalid',
      `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "${asked}": supported values: "Background", "Foreground", "Orphan"`,
    );
  const orphan = body?.orphanDependents === true || (asked === '' && request.resource.storage === 'jobs.batch');
  const given = query.get('gracePeriodSeconds');
  return {
    grace: body ? number(body, 'gracePeriodSeconds') : given === null ? undefined : Number(given),
    propagation: asked === 'Orphan' || orphan ? 'Orphan' : asked === 'Foreground' ? 'Foreground' : 'Background',
    uid: text(body, 'preconditions', 'uid'),
    version: text(body, 'preconditions', 'resourceVersion'),
    dryRun: body ? list(body, 'dryRun').includes('All') : request.dryRun,
  };
}

function checkPreconditions(request: ApiRequest, value: JsonObject, wanted: { uid: string; version: string }): void {
  const { resource } = request;
  if (wanted.uid !== '' && wanted.uid !== uidOf(value))
    throw conflict(
      resource,
      nameOf(value),
      `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${uidOf(value)}`,
    );
  const version = text(value, 'metadata', 'resourceVersion');
  if (wanted.version !== '' && wanted.version !== version)
    throw conflict(
      resource,
      nameOf(value),
      `Precondition failed: ResourceVersion in precondition: ${wanted.version}, ResourceVersion in object meta: ${version}`,
    );
}

export function remove(server: Server, request: ApiRequest, body: JsonObject | undefined): Response {
  const { resource, namespace = '', name = '' } = request;
  const value = server.cluster.store.get(resource.storage, namespace, name);
  if (!value) throw notFound(resource, name);
  const options = optionsOf(request, body);
  checkPreconditions(request, value, options);
  if (resource.storage === 'namespaces' && ['default', 'kube-system', 'kube-public'].includes(name))
    throw new ApiError(403, 'Forbidden', `namespaces "${name}" is forbidden: this namespace may not be deleted`, {
      name,
      kind: 'namespaces',
    });
  const after = options.dryRun ? value : server.cluster.delete(resource.storage, value, options);
  const graceful = resource.storage === 'pods' || resource.storage === 'namespaces' || isDeleting(after);
  return jsonBody(graceful ? served(resource, after) : success(resource, name, uidOf(value)));
}

export function removeAll(server: Server, request: ApiRequest, body: JsonObject | undefined): Response {
  const { resource, namespace } = request;
  const matches = selectorsOf(request);
  const options = optionsOf(request, body);
  const found = server.cluster.store
    .list(resource.storage, namespace)
    .filter((value) => matches.every((match) => match(value)));
  if (!options.dryRun) for (const value of found) server.cluster.delete(resource.storage, value, options);
  return jsonBody({
    kind: `${resource.kind}List`,
    apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`,
    metadata: { resourceVersion: String(server.cluster.store.version) },
    items: found,
  });
}

/** POST pods/NAME/eviction: a deletion that disruption budgets may forbid for now. */
export function evict(server: Server, request: ApiRequest, body: JsonObject): Response {
  const { cluster } = server;
  const { namespace = '', name = '' } = request;
  if (text(body, 'metadata', 'name') !== '' && text(body, 'metadata', 'name') !== name)
    throw badRequest('name in URL does not match name in Eviction object');
  const pod = cluster.store.get('pods', namespace, name);
  if (!pod) throw notFound(request.resource, name);
  const finished = ['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase'));
  const budgets = cluster.store
    .list(BUDGETS, namespaceOf(pod))
    .filter((item) => matchesSelector(object(item, 'spec').selector, labelsOf(pod)));
  if (budgets.length > 1 && !finished)
    throw new ApiError(
      500,
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  const [budget] = budgets;
  if (budget && !finished && !isDeleting(pod)) {
    const healthy = number(budget, 'status', 'currentHealthy') ?? 0;
    const needed = number(budget, 'status', 'desiredHealthy') ?? 0;
    const allowed = number(budget, 'status', 'disruptionsAllowed') ?? 0;
    const unhealthyMayGo = !isReady(pod) && healthy >= needed && needed > 0;
    if (allowed <= 0 && !unhealthyMayGo)
      throw new ApiError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: `The disruption budget ${nameOf(budget)} needs ${needed} healthy pods and has ${healthy} currently`,
          },
        ],
        retryAfterSeconds: 10,
      });
  }
  const options = object(body, 'deleteOptions');
  checkPreconditions(request, pod, {
    uid: text(options, 'preconditions', 'uid'),
    version: text(options, 'preconditions', 'resourceVersion'),
  });
  const dryRun = request.dryRun || list(options, 'dryRun').includes('All');
  if (!dryRun) cluster.delete('pods', pod, { grace: number(options, 'gracePeriodSeconds') });
  return jsonBody({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }, 201);
}
