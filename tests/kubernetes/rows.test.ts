import { describe, expect, it } from 'vitest';
import { manualClock } from '../../src/clock.js';
import { createKubernetesClient } from '../../src/kubernetes/client.js';
import { preflight } from '../../src/kubernetes/preflight.js';
import { listRows } from '../../src/kubernetes/rows.js';
import { PODS } from '../../src/kubernetes/tools/pods.js';
import { fakeApi, type Handler, signal, status, table } from './api.js';

const NAMES = ['a', 'b', 'c'];
const namespaces = (names: string[]) =>
  table(
    ['Name'],
    names.map((name) => [name]),
  );

function list(handler: Handler, namespace?: string) {
  const { access, seen } = fakeApi(handler, { namespace: 'home' });
  const client = createKubernetesClient(access, { clock: manualClock(0) });
  return { seen, result: listRows(client, { context: 'test', path: PODS, namespace, signal }) };
}

describe('rows over all namespaces', () => {
  it('know their namespace although the tables do not tell it', async () => {
    const { result } = list(({ path }) =>
      path === '/api/v1/namespaces' ? namespaces(NAMES) : table(['Name'], [[`pod-of-${path.split('/')[4]}`]]),
    );
    const { rows, namespaces: looked } = await result;
    expect(rows.map(({ namespace, row }) => [namespace, row.cells[0]]).sort()).toEqual(
      NAMES.map((name) => [name, `pod-of-${name}`]),
    );
    expect(looked).toBe(3);
  });

  it('are read a few namespaces at once, not all', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `ns-${index}`);
    let open = 0;
    let most = 0;
    const { result } = list(async ({ path }) => {
      if (path === '/api/v1/namespaces') return namespaces(names);
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return table(['Name'], [['pod']]);
    });
    expect((await result).rows).toHaveLength(60);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(6);
  });

  it('come in pages with metadata where there are very many namespaces', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `ns-${index}`);
    const { result, seen } = list(({ path, query }) => {
      if (path === '/api/v1/namespaces') return namespaces(names);
      expect(query.includeObject).toBe('Metadata');
      const last = query.continue === 'next';
      const body = table(['Name'], [[last ? 'second' : 'first']], last ? {} : { continue: 'next' });
      return {
        ...body,
        rows: [{ cells: [last ? 'second' : 'first'], object: { metadata: { namespace: last ? 'y' : 'x' } } }],
      };
    });
    expect((await result).rows.map(({ namespace, row }) => `${namespace}/${row.cells[0]}`)).toEqual([
      'x/first',
      'y/second',
    ]);
    expect(seen.filter(({ path }) => path === '/api/v1/pods')).toHaveLength(2);
  });

  it('tell which namespaces may not be read, and show the others', async () => {
    const { result } = list(({ path }) => {
      if (path === '/api/v1/namespaces') return namespaces(NAMES);
      return path.includes('/b/') ? status(403, 'Forbidden', 'no') : table(['Name'], [['pod']]);
    });
    const { rows, forbidden } = await result;
    expect(rows).toHaveLength(2);
    expect(forbidden).toEqual(['b']);
  });

  it('are forbidden where none may be read, with the way that is left', async () => {
    const { result } = list(() => status(403, 'Forbidden', 'user ann cannot list'));
    await expect(result).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/may not list pods.*pass namespace= .*context's own is home/),
    });
  });

  it('fail as a whole where the cluster goes away in between', async () => {
    const { result } = list(({ path }) =>
      path === '/api/v1/namespaces' ? namespaces(NAMES) : status(503, 'Unavailable', 'down'),
    );
    await expect(result).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('are read by the names of their columns, in whatever order these come', async () => {
    const { result } = list(() => table(['Status', 'Name'], [['Running', 'pod']]), 'shop');
    const listing = await result;
    const [row] = listing.rows;
    expect(row && [listing.cell(row, 'name'), listing.cell(row, 'Status'), listing.cell(row, 'Nonsense')]).toEqual([
      'pod',
      'Running',
      '',
    ]);
  });
});

describe('preflight', () => {
  it('asks for each permission and tells which tools need it', async () => {
    const { access, seen } = fakeApi(({ path, body }) => {
      if (path === '/version') return { gitVersion: 'v1.33.5' };
      const { resourceAttributes } = (body as { spec: { resourceAttributes: { resource: string; verb: string } } })
        .spec;
      return { kind: 'SelfSubjectAccessReview', status: { allowed: resourceAttributes.verb === 'list' } };
    });
    const result = await preflight(createKubernetesClient(access, { clock: manualClock(0) }), 'test', signal);
    expect(result.version).toBe('v1.33.5');
    expect(result.checks).toContainEqual({
      verb: 'list',
      resource: 'pods',
      group: '',
      allowed: true,
      neededBy: ['list_pods', 'diagnose_cluster', 'get_resource_usage'],
    });
    expect(result.checks.find((check) => check.resource === 'pods/eviction')).toMatchObject({
      verb: 'create',
      allowed: false,
    });
    expect(
      seen.filter(({ method }) => method !== 'GET').every(({ path }) => path.endsWith('/selfsubjectaccessreviews')),
    ).toBe(true);
  });

  it('asks a read-only client for reads alone', async () => {
    const { access } = fakeApi(({ path }) =>
      path === '/version' ? { gitVersion: 'v1' } : { kind: 'SelfSubjectAccessReview', status: { allowed: true } },
    );
    const { checks } = await preflight(
      createKubernetesClient(access, { clock: manualClock(0), readOnly: true }),
      'test',
      signal,
      'shop',
    );
    expect(checks.every(({ verb }) => verb === 'list' || verb === 'get')).toBe(true);
    expect(checks.find(({ resource }) => resource === 'pods')?.namespace).toBe('shop');
    expect(checks.find(({ resource }) => resource === 'nodes')?.namespace).toBeUndefined();
  });
});
