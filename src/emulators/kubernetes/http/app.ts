/** The HTTP face of the cluster: who is asking, what for, and which handler answers. */
import { Hono } from 'hono';
import { parse } from 'yaml';
import { messageOf } from '../../../errors.js';
import { isJsonObject, type JsonObject } from '../../../json.js';
import type { Faults } from '../faults.js';
import { nameOf } from '../fields.js';
import { listNodeMetrics, listPodMetrics } from '../metrics.js';
import { authorize, review } from './authorize.js';
import type { Server } from './context.js';
import { admin, suffer, truncated } from './disturb.js';
import { general, OPEN } from './general.js';
import { log } from './log.js';
import { decodeProtobuf } from './protobuf.js';
import { get, listAll, selectorsOf } from './read.js';
import { evict, remove, removeAll } from './remove.js';
import { type ApiRequest, parsePath, shapeOf, verbOf } from './request.js';
import { apiVersionOf, jsonBody, jsonText, single } from './respond.js';
import { scale } from './scale.js';
import { ApiError, badRequest, noSuchPath, notFound } from './status.js';
import { watch } from './watch.js';
import { create, patch, update, type Written } from './write.js';

export function createApp(server: Server, token: string, faults: Faults): Hono {
  const app = new Hono();
  app.all('*', async (c) => {
    const request = c.req.raw;
    const url = new URL(request.url);
    // kubectl sends no token over plain HTTP; what is served is made up, so no token will do and only a wrong one will not.
    const given = request.headers.get('authorization');
    const known = (given === null && request.headers.get('origin') === null) || given === `Bearer ${token}`;
    try {
      const fault = url.pathname.startsWith('/emulator/')
        ? undefined
        : faults.strike(request.method, url.pathname + url.search);
      const instead = fault && (await suffer(server, fault));
      if (instead) return instead;
      const answer = await route(server, known, faults, request, url);
      return fault?.connection === 'truncate' ? truncated(answer) : answer;
    } catch (error) {
      if (error instanceof ApiError)
        return jsonBody(error.body(), error.code, error.extra.headers ?? retryHeader(error));
      return jsonBody(new ApiError(500, 'InternalError', `Internal error occurred: ${messageOf(error)}`).body(), 500);
    }
  });
  return app;
}

const retryHeader = (error: ApiError): Record<string, string> => {
  const seconds = error.details.retryAfterSeconds;
  return typeof seconds === 'number' ? { 'retry-after': String(seconds) } : {};
};

async function route(server: Server, known: boolean, faults: Faults, request: Request, url: URL): Promise<Response> {
  const path = url.pathname.replace(/\/+$/, '') || '/';
  if (!known && !OPEN.has(path)) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
  server.catchUp();
  if (path.startsWith('/emulator/')) return admin(faults, request, path);
  const fixed = general(server, request, path, url);
  if (fixed) return fixed;
  const parsed = parsePath(server.cluster.registry, path);
  if (!parsed) throw noSuchPath();
  const answer = await resourceRequest(server, request, url, parsed);
  if (request.method !== 'GET') server.catchUp();
  return answer;
}

const contentType = (request: Request): string =>
  (request.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';

async function bodyOf(request: Request): Promise<JsonObject | JsonObject[] | undefined> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length === 0) return undefined;
  if (contentType(request).includes('protobuf')) {
    const decoded = decodeProtobuf(bytes);
    if (decoded) return decoded;
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
    );
  }
  const source = new TextDecoder().decode(bytes);
  try {
    const parsed: unknown = contentType(request).includes('yaml') ? parse(source) : JSON.parse(source);
    if (isJsonObject(parsed)) return parsed;
    if (Array.isArray(parsed)) return parsed.filter(isJsonObject);
  } catch (error) {
    throw badRequest(`the object provided is unrecognized (must be of type JSON or YAML): ${messageOf(error)}`);
  }
  throw badRequest('the object provided is unrecognized (must be an object)');
}

function apiRequest(server: Server, raw: Request, url: URL, parsed: ReturnType<typeof parsePath>): ApiRequest {
  if (!parsed) throw noSuchPath();
  const query = url.searchParams;
  const verb = verbOf(raw.method, parsed.name, query);
  const agent = raw.headers.get('user-agent') ?? 'unknown';
  const dryRun = query.getAll('dryRun');
  if (dryRun.some((value) => value !== 'All' && value !== ''))
    throw new ApiError(
      422,
      'Invalid',
      `PatchOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["${dryRun.join('","')}"]: supported values: "All"`,
    );
  return {
    ...parsed,
    verb,
    query,
    user: server.identity.user,
    manager: query.get('fieldManager') || (agent.split(/[/\s]/)[0] ?? 'unknown'),
    dryRun: dryRun.includes('All'),
  };
}

async function resourceRequest(
  server: Server,
  raw: Request,
  url: URL,
  parsed: ReturnType<typeof parsePath>,
): Promise<Response> {
  const request = apiRequest(server, raw, url, parsed);
  const { resource, subresource, verb } = request;
  authorize(server, request);
  if (subresource === 'log') return log(server, request, raw.signal);
  const shape = () => shapeOf(raw.headers.get('accept') ?? undefined);
  if (resource.group === 'metrics.k8s.io') return metrics(server, request);
  if (subresource === undefined || subresource === 'status' || subresource === 'approval') {
    const selectable = ['get', 'list', 'watch'].includes(verb);
    if (selectable) {
      if (verb === 'get') return get(server, request, shape());
      return verb === 'list' ? listAll(server, request, shape()) : watch(server, request, shape(), raw.signal);
    }
  }
  const body = await bodyOf(raw);
  if (subresource === 'scale') return scale(server, request, contentType(raw), body);
  const single = Array.isArray(body) ? {} : (body ?? {});
  const options = Array.isArray(body) ? undefined : body;
  if (verb === 'delete') return remove(server, request, options);
  if (verb === 'deletecollection') return removeAll(server, request, options);
  if (body === undefined) throw badRequest('the body of the request is empty');
  if (subresource === 'eviction') return evict(server, request, single);
  if (subresource === 'token') return issueToken(server, request, single);
  if (resource.storage === '') return jsonBody(review(server, resource.plural, single), 201);
  if (subresource === 'finalize') return finalize(server, request, single);
  const written =
    verb === 'patch'
      ? patch(server, request, contentType(raw), body)
      : verb === 'update'
        ? update(server, request, single)
        : create(server, request, single);
  return answer(server, request, written, shape());
}

function answer(server: Server, request: ApiRequest, written: Written, shape: ReturnType<typeof shapeOf>): Response {
  const entry = { key: '', object: written.value, version: server.cluster.store.version };
  const body = single(
    request.resource,
    entry,
    shape,
    request.query.get('includeObject') ?? 'Metadata',
    server.cluster.now,
  );
  return jsonText(body, written.created ? 201 : 200);
}

/** A namespace whose own finalizers are lifted goes, whatever is left in it. */
function finalize(server: Server, request: ApiRequest, body: JsonObject): Response {
  const namespace = server.cluster.store.get('namespaces', '', request.name ?? '');
  if (!namespace) throw notFound(request.resource, request.name ?? '');
  const left = isJsonObject(body.spec) ? body.spec.finalizers : undefined;
  if (Array.isArray(left) && left.length > 0) return jsonBody(namespace);
  return jsonBody(server.cluster.store.remove('namespaces', namespace));
}

function issueToken(server: Server, request: ApiRequest, body: JsonObject): Response {
  const { cluster } = server;
  const account = cluster.store.get('serviceaccounts', request.namespace ?? '', request.name ?? '');
  if (!account) throw notFound(request.resource, request.name ?? '');
  const expires = new Date(cluster.now + 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');
  return jsonBody(
    {
      ...body,
      status: {
        token: `demonstration-token-${cluster.names.hex(16, 'token', nameOf(account))}`,
        expirationTimestamp: expires,
      },
    },
    201,
  );
}

function metrics(server: Server, request: ApiRequest): Response {
  const { resource, namespace, name } = request;
  if (!server.metricsAvailable)
    throw new ApiError(
      503,
      'ServiceUnavailable',
      'the server is currently unable to handle the request (get pods.metrics.k8s.io)',
    );
  const matches = selectorsOf(request);
  const items =
    resource.plural === 'nodes' ? listNodeMetrics(server, matches) : listPodMetrics(server, namespace, matches);
  if (name !== undefined) {
    const found = items.find((item) => nameOf(item) === name);
    if (!found) throw notFound(resource, name);
    return jsonBody(found);
  }
  return jsonBody({ kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata: {}, items });
}
