/** The worlds: each loads, says it is made up, is the same for the same seed, and holds what its answers promise. */
import { describe, expect, it } from 'vitest';
import { listWorlds } from '../../src/emulators/kubernetes/index.js';
import { at, items, names, open, START, TABLE } from './kubernetes-client.js';

const worlds = await listWorlds();

describe('worlds', () => {
  it('are the ones that are documented', () => {
    expect(worlds.map((world) => world.name)).toEqual(
      expect.arrayContaining([
        'checkout-incident',
        'fleet',
        'forbidden',
        'healthy',
        'ingress-tls',
        'many-faults',
        'node-down',
        'quota',
        'storage',
      ]),
    );
  });

  it.each(worlds.map((world) => world.name).filter((name) => name !== 'fleet'))(
    '%s holds every object that its answers name',
    async (name) => {
      const { emulator } = await open(name);
      for (const answer of emulator.answerKey)
        expect(
          emulator.find(answer.kind, answer.namespace || undefined, answer.name),
          JSON.stringify(answer),
        ).toBeDefined();
      expect(emulator.contextName).toMatch(/^demo/);
    },
  );

  it('refuse an unknown name with the known ones', async () => {
    await expect(open('nope')).rejects.toThrow('there is no world "nope"');
    await expect(open('../secrets')).rejects.toThrow('is no name of a world');
  });

  it('healthy has no pod that is not well, and no warning', async () => {
    const client = await open('healthy');
    const sick = (await client.rows('/api/v1/pods')).filter((cells) => {
      const [ready, all] = String(cells[1]).split('/');
      return cells[2] !== 'Completed' && (cells[2] !== 'Running' || ready !== all);
    });
    expect(sick).toEqual([]);
    const events = items((await client.get('/api/v1/events')).body);
    expect(events.filter((event) => event.type === 'Warning')).toEqual([]);
  });

  it('storage leaves each claim pending for its own reason', async () => {
    const client = await open('storage');
    const events = items(
      (await client.get('/api/v1/events?fieldSelector=involvedObject.kind=PersistentVolumeClaim')).body,
    );
    const reasons = events.map((event) => `${String(at(event, 'involvedObject', 'name'))}: ${String(event.reason)}`);
    expect(reasons).toContain('warehouse-cache: ProvisioningFailed');
    expect(reasons).toContain('exports: ProvisioningFailed');
    expect(reasons).toContain('legacy-share: FailedBinding');
    expect((await client.rows('/api/v1/persistentvolumes')).map((cells) => cells[4])).toEqual(
      expect.arrayContaining(['Failed', 'Released']),
    );
  });

  it('quota keeps pods from being made, and says so on the ReplicaSet', async () => {
    const client = await open('quota');
    const sets = items((await client.get('/apis/apps/v1/namespaces/search-lab/replicasets')).body);
    const messages = sets.map((set) => String(at(set, 'status', 'conditions', 0, 'message')));
    expect(messages.join('\n')).toContain('exceeded quota: team-quota, requested: requests.cpu=400m,');
    expect(messages.join('\n')).toContain('used: requests.cpu=2,');
  });
});

describe('the same seed', () => {
  it('gives the same cluster, another seed another one', async () => {
    const pods = async (seed: number) => (await (await open('checkout-incident', { seed })).get('/api/v1/pods')).body;
    const first = await pods(3);
    expect(await pods(3)).toEqual(first);
    expect(names(await pods(4))).not.toEqual(names(first));
  });

  it('gives the same state however often somebody looks on the way', async () => {
    const [busy, idle] = [await open('checkout-incident'), await open('checkout-incident')];
    for (let i = 0; i < 60; i++) {
      busy.clock.advance(10_000);
      await busy.get('/api/v1/namespaces/payments/pods');
    }
    idle.clock.advance(600_000);
    const shown = async (client: typeof busy) => client.rows('/api/v1/namespaces/payments/pods');
    expect(await shown(busy)).toEqual(await shown(idle));
  });
});

describe('the fleet', () => {
  it('has the nodes and pods that were asked for, and a fault for every answer', async () => {
    const client = await open('fleet', { nodes: 50, pods: 600, seed: 11 });
    expect(await client.rows('/api/v1/nodes')).toHaveLength(50);
    const running = (await client.rows('/api/v1/pods')).filter((cells) => cells[2] !== 'Terminating');
    expect(running.length).toBeGreaterThanOrEqual(595);
    expect(running.length).toBeLessThanOrEqual(605);
    expect(names((await client.get('/api/v1/namespaces')).body)).toHaveLength(104);
    const key = client.emulator.answerKey;
    expect(new Set(key.map((answer) => answer.check))).toEqual(
      new Set(['P1', 'P2', 'P3', 'P4', 'P7', 'P9', 'P10', 'S1', 'S5', 'V1', 'W9', 'C2', 'W7', 'N1', 'N2', 'N3']),
    );
    for (const { check, kind, namespace, name } of key) {
      expect(client.emulator.find(kind, namespace, name), `${check} ${name}`).toBeDefined();
      if (kind !== 'Deployment') continue;
      const rows = await client.rows(
        `/api/v1/namespaces/${namespace}/pods?labelSelector=app.kubernetes.io/name=${name}`,
      );
      expect(rows.length, name).toBeGreaterThan(0);
      expect(
        rows.every((cells) => check === 'P2' || cells[1] === '0/1'),
        `${check} ${namespace}/${name}`,
      ).toBe(true);
    }
    const healthy = key
      .filter((answer) => answer.kind === 'Deployment')
      .map((answer) => `${answer.namespace}/${answer.name}`);
    const table = await client.get('/apis/apps/v1/deployments', TABLE);
    const broken = items(table.body, 'rows').filter((row) => {
      const [ready, all] = String(at(row, 'cells', 1)).split('/');
      return ready !== all;
    });
    for (const row of broken)
      expect(healthy).toContain(
        `${String(at(row, 'object', 'metadata', 'namespace'))}/${String(at(row, 'object', 'metadata', 'name'))}`,
      );
  });
});

it.each(['healthy', 'fleet'] as const)('%s resolves names: its DNS service has its pods behind it', async (world) => {
  const client = await open(world, world === 'fleet' ? { nodes: 10, pods: 60 } : {});
  const path = '/api/v1/namespaces/kube-system';
  expect(at((await client.get(`${path}/services/kube-dns`)).body, 'spec', 'clusterIP')).toBe('10.96.0.10');
  const endpoints = (await client.get(`${path}/endpoints/kube-dns`)).body;
  expect(at(endpoints, 'subsets', 0, 'addresses')).toHaveLength(2);
});

describe('the past of the fleet', () => {
  it('counts the rounds of a crash loop that it does not play', async () => {
    const client = await open('fleet', { nodes: 50, pods: 600, seed: 11 });
    const broken = client.emulator.answerKey.find((answer) => answer.check === 'P1');
    const path = `/api/v1/namespaces/${broken?.namespace}/pods?labelSelector=app.kubernetes.io/name=${broken?.name}`;
    const pods = items((await client.get(path)).body);
    expect(pods.length).toBeGreaterThan(0);
    for (const pod of pods) {
      const age = (START - Date.parse(String(at(pod, 'metadata', 'creationTimestamp')))) / 1000;
      // Each run takes 4 s; the pauses between them are 0, 10, 20, 40, 80, 160 and then 300 s, with 0.8 s to start.
      const firstSix = 6 * 4.8 + 310;
      const expected = 6 + (age - firstSix) / 304.8;
      expect(Math.abs(Number(at(pod, 'status', 'containerStatuses', 0, 'restartCount')) - expected)).toBeLessThan(2);
      const last = Date.parse(
        String(at(pod, 'status', 'containerStatuses', 0, 'lastState', 'terminated', 'finishedAt')),
      );
      expect(START - last).toBeLessThan(310_000);
    }
  });
});

describe('faults of the connection', () => {
  it('strike as often as they are told, and are gone then', async () => {
    const client = await open('healthy');
    client.emulator.setFaults([{ path: '/api/v1/pods', status: 429, retryAfter: 2, times: 1 }]);
    const throttled = await client.get('/api/v1/pods');
    expect([throttled.status, throttled.headers.get('retry-after'), throttled.body.reason]).toEqual([
      429,
      '2',
      'TooManyRequests',
    ]);
    expect((await client.get('/api/v1/pods')).status).toBe(200);
    client.emulator.setFaults([{ connection: 'disconnect', times: 1 }]);
    await expect(client.get('/api/v1/pods')).rejects.toThrow('fetch failed');
    client.emulator.setFaults([{ connection: 'truncate', times: 1 }]);
    await expect(client.get('/api/v1/pods')).rejects.toThrow('connection reset');
    const page = await client.get('/api/v1/pods?limit=5');
    client.emulator.setFaults([{ expireContinue: true, times: 1 }]);
    expect(
      (await client.get(`/api/v1/pods?limit=5&continue=${String(at(page.body, 'metadata', 'continue'))}`)).status,
    ).toBe(410);
  });

  it('can be set over HTTP, and are refused when they are none', async () => {
    const client = await open('healthy');
    expect((await client.send('PUT', '/emulator/faults', [{ path: '/version', status: 503, times: 1 }])).status).toBe(
      200,
    );
    expect((await client.get('/version')).status).toBe(503);
    expect((await client.send('PUT', '/emulator/faults', [{ nonsense: 1 }])).status).toBe(400);
    expect((await client.send('PUT', '/emulator/faults', [{ path: '(' }])).status).toBe(400);
  });
});
