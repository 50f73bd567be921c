/** The HTTP face of the cluster: who is asking, what for, and which handler answers. */
import { Hono } from 'hono';
import { parse } from 'yaml';
import { messageOf } from '../../../errors.js';
import { isJsonObject, type JsonObject } from '../../../json.js';
import { DISCONNECT } from '../../listen.js';
import { aggregated, aggregatedVersion, coreVersions, group, groupList, resourceList } from '../discovery.js';
import { type Fault, FaultSchema, type Faults } from '../faults.js';
import { nameOf } from '../fields.js';
import { listNodeMetrics, listPodMetrics } from '../metrics.js';
import { openApiDocument, openApiIndex } from '../openapi.js';
import { authorize, review } from './authorize.js';
import type { Server } from './context.js';
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

async function suffer(server: Server, fault: Fault): Promise<Response | undefined> {
  if (fault.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  if (fault.expireContinue) server.continueExpiry.before = server.cluster.now + 1;
  if (fault.connection === 'disconnect') return new Response(null, { status: 500, headers: { [DISCONNECT]: 'true' } });
  if (fault.status === undefined) return undefined;
  const seconds = fault.retryAfter;
  const headers: Record<string, string> = seconds === undefined ? {} : { 'retry-after': String(seconds) };
  const details: JsonObject = seconds === undefined ? {} : { retryAfterSeconds: seconds };
  const [reason, message] = FAILURES[fault.status] ?? ['InternalError', 'Internal error occurred'];
  throw new ApiError(fault.status, reason, message, details, { headers });
}
const FAILURES: Record<number, [reason: string, message: string]> = {
  401: ['Unauthorized', 'Unauthorized'],
  429: ['TooManyRequests', 'Too many requests, please try again later.'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'the server was unable to return a response in the time allotted'],
};

/** The first half of an answer, and then an error where the rest should be. */
async function truncated(answer: Response): Promise<Response> {
  const whole = new Uint8Array(await answer.arrayBuffer());
  let sent = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent) controller.error(new Error('connection reset by peer'));
      else controller.enqueue(whole.subarray(0, Math.floor(whole.length / 2)));
      sent = true;
    },
  });
  return new Response(body, { status: answer.status, headers: answer.headers });
}

const OPEN = new Set(['/version', '/healthz', '/livez', '/readyz']);

async function route(server: Server, known: boolean, faults: Faults, request: Request, url: URL): Promise<Response> {
  const path = url.pathname.replace(/\/+$/, '') || '/';
  if (!known && !OPEN.has(path)) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
  server.catchUp();
  if (path.startsWith('/emulator/')) return admin(server, faults, request, path);
  const fixed = general(server, request, path, url);
  if (fixed) return fixed;
  const parsed = parsePath(server.cluster.registry, path);
  if (!parsed) throw noSuchPath();
  const answer = await resourceRequest(server, request, url, parsed);
  if (request.method !== 'GET') server.catchUp();
  return answer;
}

function general(server: Server, request: Request, path: string, url: URL): Response | undefined {
  const { registry, version } = server.cluster;
  const accept = request.headers.get('accept') ?? undefined;
  if (path === '/version') return jsonBody(versionInfo(version));
  if (OPEN.has(path)) return health(path, url.searchParams.has('verbose'));
  const wanted = aggregatedVersion(accept);
  if (path === '/api' || path === '/apis') {
    if (!wanted) return jsonBody(path === '/api' ? coreVersions() : groupList(registry));
    return jsonBody(aggregated(registry, wanted, path === '/api'), 200, {
      'content-type': `application/json;g=apidiscovery.k8s.io;v=${wanted};as=APIGroupDiscoveryList`,
    });
  }
  if (path === '/')
    return jsonBody({ paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v3', '/readyz', '/version'] });
  if (path === '/openapi/v3') return jsonBody(openApiIndex(registry));
  const [root = '', first = '', second, third] = path.slice(1).split('/');
  if (root === 'openapi' && first === 'v3') {
    const document = openApiDocument(registry, path.slice('/openapi/v3/'.length));
    if (document) return jsonBody(document);
    throw noSuchPath();
  }
  const found =
    root === 'api' && second === undefined
      ? resourceList(registry, '', first)
      : root === 'apis' && second === undefined
        ? group(registry, first)
        : root === 'apis' && third === undefined
          ? resourceList(registry, first, second ?? '')
          : undefined;
  return found && jsonBody(found);
}

function versionInfo(version: string): JsonObject {
  const [major = '1', minor = '0'] = version.slice(1).split('.');
  return {
    major,
    minor,
    gitVersion: version,
    gitCommit: '5d9a9d6ad8c5d0a9b1f0c8b8f7a8b1c2d3e4f5a6',
    gitTreeState: 'clean',
    buildDate: '2025-09-09T19:41:53Z',
    goVersion: 'go1.24.6',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

const CHECKS = [
  'ping',
  'log',
  'etcd',
  'etcd-readiness',
  'informer-sync',
  'poststarthook/start-apiextensions-controllers',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/apiservice-registration-controller',
  'shutdown',
];

function health(path: string, verbose: boolean): Response {
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  if (!verbose) return new Response('ok', { headers });
  const lines = CHECKS.map((check) => `[+]${check} ok`);
  return new Response(`${lines.join('\n')}\n${path.slice(1)} check passed\n`, { headers });
}

async function admin(server: Server, faults: Faults, request: Request, path: string): Promise<Response> {
  if (path !== '/emulator/faults') throw noSuchPath();
  if (request.method === 'GET') return jsonBody({ faults: faults.list().map((fault): JsonObject => ({ ...fault })) });
  if (request.method === 'DELETE') faults.set([]);
  else {
    const parsed = FaultSchema.array().safeParse(await request.json());
    if (!parsed.success)
      throw badRequest(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
    faults.set(parsed.data);
  }
  return jsonBody({ faults: faults.list().map((fault): JsonObject => ({ ...fault })) });
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
  if (verb === 'delete') return remove(server, request, single);
  if (verb === 'deletecollection') return removeAll(server, request, single);
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
