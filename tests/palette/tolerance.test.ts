/**
 * Palettes differ: releases leave fields out, other implementations send other forms. Whatever they send, a tool answers or
 * fails as a tool fails, with a sentence; it never breaks.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ToolFailure } from '../../src/guardrails/types.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/json.js';
import { exampleOf } from './examples.js';
import { OpenApi } from './openapi.js';
import { paletteWorld } from './world.js';

const READS: [string, JsonObject][] = [
  ['list_clusters', {}],
  ['get_cluster_details', { cluster: 'orders-azure', nodes: true }],
  ['get_cluster_events', { cluster: 'orders-azure' }],
  ['get_cluster_cost', { cluster: 'cost-example' }],
  ['get_cluster_cost', {}],
  ['list_cluster_profiles', {}],
  ['get_profile_details', { profile: 'aws-production' }],
  ['list_available_packs', { versions: true }],
  ['diagnose_cluster', { cluster: 'orders-azure' }],
  ['recommend_profile', { workload: 'web shop on AWS' }],
  ['validate_configuration', { profile: 'aws-production' }],
  ['compare_clusters', { clusters: ['checkout-prod-us', 'checkout-prod-eu'] }],
];

function generator(seed: number): () => number {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

/** Drops, empties and retypes parts of an answer, as often as `share` says. */
function damage(value: JsonValue, random: () => number, share: number): JsonValue | undefined {
  if (random() < share) {
    const forms: (JsonValue | undefined)[] = [null, undefined, '', typeof value === 'number' ? String(value) : null];
    return forms[Math.floor(random() * forms.length)];
  }
  if (Array.isArray(value)) return value.map((each) => damage(each, random, share) ?? null);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([name, each]) => [name, damage(each, random, share)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined));
}

describe('answers with parts missing, null and of another type', () => {
  it.each(READS)('never break %s %j', async (name, args) => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const random = generator(seed);
      const world = await paletteWorld({
        async intercept(request, next) {
          const response = await next(request);
          const body: JsonValue = JSON.parse(await response.text());
          return new Response(JSON.stringify(damage(body, random, 0.03) ?? null), { status: response.status });
        },
      });
      const outcome = await world.read(name, args).catch((error: unknown) => error);
      if (outcome instanceof Error) {
        expect(outcome, `${name}, seed ${seed}: ${outcome.stack}`).toBeInstanceOf(ToolFailure);
        expect(outcome.message).not.toMatch(/undefined|\[object|TypeError/);
      }
    }
  });

  it('leave a cluster with nothing but a name listed and described', async () => {
    const bare = { metadata: { uid: 'a'.repeat(24), name: 'bare' } };
    const world = await paletteWorld({
      intercept(request) {
        if (request.url.includes('/search')) return new Response(JSON.stringify({ items: [bare] }));
        if (/\/v1\/spectroclusters\/a+\?/.test(request.url)) return new Response(JSON.stringify(bare));
        return new Response('{"code":404,"message":"path was not found"}', { status: 404 });
      },
    });
    expect((await world.read('list_clusters')).text).toContain('bare');
    const details = await world.read('get_cluster_details', { cluster: 'bare' });
    expect(details.data).toMatchObject({ name: 'bare', state: 'Unknown', health: 'unknown', costPerMonth: null });
    const diagnosis = await world.read('diagnose_cluster', { cluster: 'bare' });
    expect(diagnosis.data.verdict).not.toBe('healthy');
    expect(Number(diagnosis.data.score)).toBeLessThan(10);
  });

  it('take a UID that is a word', async () => {
    const word = {
      metadata: { uid: 'cluster-uid', name: 'named' },
      spec: { cloudType: 'aws' },
      status: { state: 'Running' },
    };
    const world = await paletteWorld({
      intercept(request) {
        if (request.url.includes('/search')) return new Response('{"items":null}');
        if (request.url.includes('cluster-uid')) return new Response(JSON.stringify(word));
        return new Response('{}', { status: 404 });
      },
    });
    expect((await world.read('get_cluster_details', { cluster: 'cluster-uid' })).data.uid).toBe('cluster-uid');
  });
});

describe('another implementation of the API, with fewer addresses', () => {
  const cluster = {
    metadata: {
      name: 'their-cluster',
      uid: 'their-cluster-id',
      creationTimestamp: '0001-01-01T00:00:00.000Z',
      labels: null,
    },
    spec: {
      cloudType: 'aws',
      cloudConfigRef: { uid: 'their-config' },
      clusterProfileTemplates: [
        { uid: 'p1', name: 'their-base', type: 'cluster', packs: null },
        { uid: 'p2', name: 'their-addon', type: 'addon', packs: null },
      ],
    },
    status: { state: 'Running', conditions: null },
  };
  const pools: JsonObject[] = [
    { name: 'cp-pool', isControlPlane: true, instanceType: 't3.large', size: 1, labels: null, taints: null },
    { name: 'worker-pool', isControlPlane: null, instanceType: 't3.large', size: 2, labels: null, azs: null },
  ];
  const answers: Record<string, JsonValue> = {
    'POST /v1/dashboard/spectroclusters/search': {
      items: [{ metadata: cluster.metadata, specSummary: null, status: null }],
      listmeta: { continue: '' },
    },
    'GET /v1/spectroclusters/their-cluster-id': cluster,
    'GET /v1/dashboard/spectroclusters/their-cluster-id/overview': {
      status: { health: { state: 'Unhealthy' }, hourlyRate: { total: 0.5 } },
    },
    'GET /v1/cloudconfigs/aws/their-config': {
      spec: { clusterConfig: { region: 'us-east-1' }, machinePoolConfig: pools },
    },
    'GET /v1/spectroclusters/their-cluster-id/features/backup': { spec: {} },
    'GET /v1/dashboard/clusterprofiles/metadata': {
      items: [{ metadata: { uid: 'p1', name: 'their-base' }, spec: { cloudType: 'aws', version: '1.0.0' } }],
    },
    'GET /v1/clusterprofiles/p1': {
      metadata: { uid: 'p1', name: 'their-base' },
      spec: { published: { type: 'cluster', cloudType: 'aws', uid: 'x', packs: [{ name: 'k8' }] }, version: '1.0.0' },
    },
    'POST /v1/spectroclusters/aws': { UID: 'their-new-id' },
  };
  const sent: { path: string; body: string }[] = [];
  const theirs = () =>
    paletteWorld({
      async intercept(request) {
        const { pathname } = new URL(request.url);
        if (request.method === 'PUT') {
          sent.push({ path: pathname, body: await request.text() });
          return new Response(null, { status: 204 });
        }
        const answer = answers[`${request.method} ${pathname}`];
        return answer === undefined
          ? new Response('404 page not found\n', { status: 404 })
          : new Response(JSON.stringify(answer));
      },
    });

  it('is read as far as it goes, and what is missing is named', async () => {
    const world = await theirs();
    expect((await world.read('list_clusters')).data.total).toBe(1);
    const details = await world.read('get_cluster_details', { cluster: 'their-cluster' });
    expect(details.data).toMatchObject({ health: 'unhealthy', region: 'us-east-1', costPerMonth: 365 });
    expect(details.text).toContain('cost: not offered by this Palette');
    const cost = await world.read('get_cluster_cost', { cluster: 'their-cluster-id' });
    expect(cost.text).toContain('$0.50/hour × 730 h = $365.00/month');
    expect(cost.text).toContain('Not read: rate: not offered by this Palette');
    const diagnosis = await world.read('diagnose_cluster', { cluster: 'their-cluster' });
    expect(diagnosis.text).toContain('no backup is configured');
    expect(diagnosis.text).toContain('certificates (10 points): certificates: not offered by this Palette');
  });

  it('lists profiles from the index where there is no search', async () => {
    const world = await theirs();
    const { text } = await world.read('list_cluster_profiles');
    expect(text).toContain('their-base');
    expect(text).toContain('Incomplete: this Palette lists profiles only by name, version and cloud');
    expect((await world.read('get_profile_details', { profile: 'their-base' })).data).toMatchObject({
      uid: 'p1',
      version: '1.0.0',
    });
  });

  it('is written to, with the labels that a pool must have', async () => {
    const world = await theirs();
    await world.plan('scale_node_pool', { cluster: 'their-cluster', pool: 'worker-pool', size: 3 });
    await world.run('scale_node_pool', { cluster: 'their-cluster', pool: 'worker-pool', size: 3 });
    expect(JSON.parse(sent.at(-1)?.body ?? '{}').poolConfig).toMatchObject({
      name: 'worker-pool',
      size: 3,
      labels: ['worker'],
    });
    const created = await world.run('create_cluster', {
      name: 'new-one',
      cloud: 'aws',
      cloud_account: 'account-uid',
      region: 'us-east-1',
      profiles: ['their-base'],
      pools: [
        { control_plane: true, size: 1, instance_type: 't3.large' },
        { size: 1, instance_type: 't3.large' },
      ],
    });
    expect(created.data.clusterUid).toBe('their-new-id');
  });
});

const file = process.env.MCP_CHAT_PALETTE_OPENAPI ?? '';

describe.skipIf(!existsSync(file))('a mock server made from the OpenAPI document', () => {
  it.each(READS)('is understood by %s', async (name) => {
    const document: JsonObject = JSON.parse(readFileSync(file, 'utf8'));
    const api = new OpenApi(document);
    const world = await paletteWorld({
      intercept(request) {
        const found = api.find(request.method, new URL(request.url).pathname);
        if (!found) return new Response('{"code":"404","message":"no such route"}', { status: 404 });
        const example = exampleOf(document, found);
        return example.body === undefined
          ? new Response(null, { status: 204 })
          : new Response(JSON.stringify(example.body), { status: example.status });
      },
    });
    const uid = 'f'.repeat(24);
    const args: Record<string, JsonObject> = {
      get_cluster_details: { cluster: uid, nodes: true },
      get_cluster_events: { cluster: uid },
      get_cluster_cost: { cluster: uid },
      get_profile_details: { profile: uid },
      diagnose_cluster: { cluster: uid },
      recommend_profile: { workload: 'web shop' },
      validate_configuration: { profile: uid },
      compare_clusters: { clusters: [uid, 'e'.repeat(24)] },
    };
    const { text } = await world.read(name, args[name] ?? {});
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });
});
