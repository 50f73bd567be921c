/** What is not about one resource: version, health, discovery and schemas. */
import type { JsonObject } from '../../../json.js';
import { aggregated, aggregatedVersion, coreVersions, group, groupList, resourceList } from '../discovery.js';
import { openApiDocument, openApiIndex } from '../openapi.js';
import type { Server } from './context.js';
import { jsonBody } from './respond.js';
import { noSuchPath } from './status.js';

/** Paths that answer anybody. */
export const OPEN = new Set(['/version', '/healthz', '/livez', '/readyz']);

/** The answer, or undefined where the path is about a resource. */
export function general(server: Server, request: Request, path: string, url: URL): Response | undefined {
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
