import { describe, expect, it } from 'vitest';
import { manualClock } from '../../src/clock.js';
import type { JsonObject } from '../../src/json.js';
import { createKubernetesClient } from '../../src/kubernetes/client.js';
import { createDiscovery } from '../../src/kubernetes/discovery.js';
import { fakeApi, type Handler, signal, status } from './api.js';

const resource = (name: string, kind: string, more: JsonObject = {}): JsonObject => ({
  name,
  kind,
  singularName: kind.toLowerCase(),
  namespaced: true,
  verbs: ['get', 'list'],
  ...more,
});
const PODS = resource('pods', 'Pod', { shortNames: ['po'] });
const CERTIFICATES = resource('certificates', 'Certificate', { shortNames: ['cert'] });

/** An API server before 1.26: no aggregated discovery. */
const classic: Handler = ({ path }) => {
  const groups = ['apps', 'cert-manager.io', 'other.example', 'broken.example'].map((name) => ({
    name,
    preferredVersion: { version: 'v1' },
  }));
  switch (path) {
    case '/api':
      return { kind: 'APIVersions', versions: ['v1'] };
    case '/apis':
      return { kind: 'APIGroupList', groups };
    case '/api/v1':
      return { resources: [PODS, resource('pods/log', 'Pod')] };
    case '/apis/apps/v1':
      return { resources: [resource('deployments', 'Deployment')] };
    case '/apis/broken.example/v1':
      return status(503, 'ServiceUnavailable', 'no endpoints');
    default:
      return path.startsWith('/apis/') ? { resources: [CERTIFICATES] } : undefined;
  }
};

const aggregated: Handler = ({ path }) => {
  const entry = (name: string, kind: string, scope = 'Namespaced') => ({
    resource: name,
    responseKind: { kind },
    scope,
    singularResource: kind.toLowerCase(),
    verbs: ['get', 'list'],
  });
  const groups =
    path === '/api'
      ? [['', [entry('pods', 'Pod'), entry('nodes', 'Node', 'Cluster')]]]
      : [['apps', [entry('deployments', 'Deployment')]]];
  return {
    kind: 'APIGroupDiscoveryList',
    items: groups.map(([name, resources]) => ({
      metadata: { name },
      versions: [
        { version: 'v1', resources },
        { version: 'v1beta1', resources },
      ],
    })),
  };
};

function discovery(handler: Handler) {
  const api = fakeApi(handler);
  const clock = manualClock(0);
  return { ...api, clock, discovery: createDiscovery(createKubernetesClient(api.access, { clock }), clock) };
}

describe.each([
  ['before 1.26', classic],
  ['with aggregated discovery', aggregated],
])('an API server %s', (_, handler) => {
  it('tells where kinds are, and is asked once', async () => {
    const { discovery: found, seen } = discovery(handler);
    expect(await found.resolve('test', 'Pod', { signal })).toMatchObject({
      base: '/api/v1',
      resource: 'pods',
      namespaced: true,
    });
    const asked = seen.length;
    expect(await found.resolve('test', 'DEPLOYMENTS', { signal })).toMatchObject({
      base: '/apis/apps/v1',
      group: 'apps',
    });
    expect(seen).toHaveLength(asked);
  });

  it('is asked again for a kind that is not known, and then the answer is no', async () => {
    const { discovery: found, seen } = discovery(handler);
    await found.resolve('test', 'pod', { signal });
    const asked = seen.length;
    await expect(found.resolve('test', 'podz', { signal })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('close: pods'),
    });
    expect(seen.length).toBeGreaterThan(asked);
  });
});

it('reads a kind of two groups as the first, and refuses to act on it without a group', async () => {
  const { discovery: found } = discovery(classic);
  expect((await found.resolve('test', 'cert', { signal })).resource).toBe('certificates');
  await expect(found.resolve('test', 'certificate', { exact: true, signal })).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('certificates.cert-manager.io, certificates.other.example'),
  });
  expect((await found.resolve('test', 'certificates.other.example', { exact: true, signal })).group).toBe(
    'other.example',
  );
  expect(
    (await found.resolve('test', 'Certificate', { apiVersion: 'cert-manager.io/v1', exact: true, signal })).group,
  ).toBe('cert-manager.io');
});

it('knows cluster-wide kinds', async () => {
  expect((await discovery(aggregated).discovery.resolve('test', 'node', { signal })).namespaced).toBe(false);
});
