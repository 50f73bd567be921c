import { describe, expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../../src/clock.js';
import { createPaletteEmulator, type PaletteEmulator } from '../../src/emulators/palette/index.js';
import { isJsonObject, type JsonValue } from '../../src/json.js';

const START = Date.parse('2026-03-02T10:00:00Z');
const MINUTE = 60_000;

interface Api {
  emulator: PaletteEmulator;
  clock: ManualClock;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  json(method: string, path: string, body?: unknown): Promise<JsonValue>;
  uidOf(name: string): string;
}

/** Everything at a place such as `items[].metadata.name`. */
function all(value: JsonValue | undefined, place: string): JsonValue[] {
  if (value === undefined) return [];
  const [first = '', ...rest] = place.split('.');
  if (first === '') return [value];
  const name = first.replace('[]', '');
  const inner = name === '' ? value : isJsonObject(value) ? value[name] : undefined;
  const each = first.endsWith('[]') ? (Array.isArray(inner) ? inner : []) : [inner];
  return each.flatMap((one) => all(one, rest.join('.')));
}

function at(value: JsonValue | undefined, place: string): JsonValue | undefined {
  return all(value, place)[0];
}

async function api(
  options: { clusters?: number; profiles?: number; seed?: number; nulls?: boolean } = {},
): Promise<Api> {
  const clock = manualClock(START);
  const emulator = await createPaletteEmulator({ clock, ...options });
  const call: Api['call'] = async (method, path, body, headers) => {
    // Keeps below the limits, which have a test of their own.
    clock.advance(100);
    return emulator.fetch(
      new Request(`http://palette.demo.invalid${path}`, {
        method,
        headers: headers ?? { ApiKey: emulator.apiKey, ProjectUid: emulator.projectUid },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  };
  return {
    emulator,
    clock,
    call,
    json: async (method, path, body) => (await call(method, path, body)).json(),
    uidOf: (name) => (emulator.findCluster(name) as { metadata: { uid: string } }).metadata.uid,
  };
}

describe('authorisation', () => {
  it('takes the key in its own header only', async () => {
    const { call, emulator } = await api();
    const path = '/v1/dashboard/spectroclusters/meta';
    const wrong: Record<string, string>[] = [{}, { ApiKey: 'wrong' }, { Authorization: emulator.apiKey }];
    for (const headers of wrong) {
      const response = await call('GET', path, undefined, headers);
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: 'UnAuthorizedAccess' });
    }
    expect((await call('GET', path, undefined, { apikey: emulator.apiKey })).status).toBe(200);
  });

  it('forbids an unknown project, and a cluster of another project or in tenant scope', async () => {
    const { call, emulator, uidOf } = await api();
    const cluster = `/v1/spectroclusters/${uidOf('qa-aws')}`;
    const wrong: Record<string, string>[] = [
      { ApiKey: emulator.apiKey, ProjectUid: 'f'.repeat(24) },
      { ApiKey: emulator.apiKey },
    ];
    for (const headers of wrong) {
      const response = await call('GET', cluster, undefined, headers);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: 'OperationForbidden' });
    }
    const labs = await call('GET', `/v1/spectroclusters/${uidOf('labs-playground')}`);
    expect(labs.status).toBe(403);
  });
});

describe('the wire format', () => {
  it('answers unknown addresses with a number for a code', async () => {
    const { call } = await api();
    const response = await call('GET', '/v1/nothing/here');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 404 });
  });

  it('writes null for empty lists, where asked to, and year 1 for unset times', async () => {
    const { json, uidOf } = await api({ nulls: true });
    const cluster = await json('GET', `/v1/spectroclusters/${uidOf('qa-aws')}`);
    expect(at(cluster, 'metadata.deletionTimestamp')).toBe('0001-01-01T00:00:00.000Z');
    expect(at(cluster, 'status.upgrades')).toBeNull();
    expect(await json('GET', `/v1/spectroclusters/${uidOf('qa-aws')}/profileUpdates`)).toEqual({ profiles: null });
    const plain = await api();
    expect(await plain.json('GET', `/v1/spectroclusters/${uidOf('qa-aws')}/profileUpdates`)).toEqual({});
  });

  it('pages by fifty with an opaque token', async () => {
    const { json, call } = await api({ clusters: 120 });
    const names: JsonValue[] = [];
    let token = '';
    do {
      const page = await json(
        'POST',
        `/v1/dashboard/spectroclusters/search?limit=50&continue=${encodeURIComponent(token)}`,
        { filter: {}, sort: [] },
      );
      expect(at(page, 'listmeta.count')).toBe(120);
      names.push(...all(page, 'items[].metadata.name'));
      token = String(at(page, 'listmeta.continue'));
    } while (token);
    expect(new Set(names).size).toBe(120);
    expect((await call('POST', '/v1/dashboard/spectroclusters/search?limit=51', {})).status).toBe(400);
    expect((await call('POST', '/v1/dashboard/spectroclusters/search?continue=nonsense', {})).status).toBe(400);
  });

  it('refuses filters that it does not understand', async () => {
    const { call } = await api();
    const filters = [
      { property: 'colour', type: 'string', condition: { string: { operator: 'eq', match: { values: ['red'] } } } },
    ];
    const response = await call('POST', '/v1/dashboard/spectroclusters/search', {
      filter: { filterGroups: [{ filters }] },
    });
    expect(response.status).toBe(422);
  });

  it('says the same for the same seed', async () => {
    const [first, second] = await Promise.all([api({ clusters: 60, seed: 7 }), api({ clusters: 60, seed: 7 })]);
    const path = '/v1/dashboard/spectroclusters/meta';
    expect(await first.json('GET', path)).toEqual(await second.json('GET', path));
  });
});

describe('the limits', () => {
  it('allow ten requests a second and a burst of five on the dashboard, fifty on clusters', async () => {
    const clock = manualClock(START);
    const emulator = await createPaletteEmulator({ clock });
    const count = async (path: string, times: number) => {
      const statuses: number[] = [];
      for (let index = 0; index < times; index += 1) {
        const headers = { ApiKey: emulator.apiKey, ProjectUid: emulator.projectUid };
        statuses.push((await emulator.fetch(new Request(`http://x.invalid${path}`, { headers }))).status);
      }
      return statuses.filter((status) => status === 429).length;
    };
    expect(await count('/v1/dashboard/spectroclusters/meta', 20)).toBe(5);
    expect(await count('/v1/spectroclusters/none', 60)).toBe(5);
    clock.advance(1001);
    expect(await count('/v1/dashboard/spectroclusters/meta', 15)).toBe(0);
  });
});

describe('the world', () => {
  it('has clusters on six clouds, profiles in versions, packs in registries, events of all severities', async () => {
    const { json, uidOf } = await api();
    const meta = await json('GET', '/v1/dashboard/spectroclusters/meta');
    const clouds = all(meta, '[].spec.cloudType');
    expect(clouds.length).toBeGreaterThanOrEqual(12);
    expect(new Set(clouds).size).toBe(6);
    const packs = await json('POST', '/v1/packs/search', {});
    expect(new Set(all(packs, 'items[].spec.registries[].uid')).size).toBe(4);
    const events = await json('GET', `/v1/events/components/spectrocluster/${uidOf('orders-azure')}`);
    expect(new Set(all(events, 'items[].severity'))).toEqual(new Set(['Error', 'Warning', 'Normal']));
  });

  it('is marked as demonstration data, and its kubeconfig leads nowhere', async () => {
    const { emulator, json, call, uidOf } = await api();
    expect(emulator.scopeName).toMatch(/^demo: /);
    expect(emulator.apiKey).toMatch(/^demo-/);
    const clusters = await json('POST', '/v1/dashboard/spectroclusters/search', {});
    const profiles = await json('POST', '/v1/dashboard/clusterprofiles', {});
    const descriptions = [clusters, profiles].flatMap((each) => all(each, 'items[].metadata.annotations.description'));
    expect(descriptions.length).toBeGreaterThan(40);
    expect(descriptions.every((each) => String(each).includes('demonstration data'))).toBe(true);
    const kubeconfig = await (await call('GET', `/v1/spectroclusters/${uidOf('qa-aws')}/assets/kubeconfig`)).text();
    expect(kubeconfig).toContain('.demo.invalid');
    expect(kubeconfig).toContain('demo-token-');
  });

  it('does not exist under another name', async () => {
    const clock = manualClock(START);
    await expect(createPaletteEmulator({ clock, world: 'nowhere' })).rejects.toThrow(/no Palette world "nowhere"/);
    await expect(createPaletteEmulator({ clock, world: '../kubernetes' })).rejects.toThrow(/is not the name/);
  });

  it('can be looked into with its pools, by name or UID', async () => {
    const { emulator, uidOf } = await api();
    expect(emulator.findCluster('qa-aws')).toMatchObject({
      spec: {
        machinePools: [
          { name: 'control-plane-pool', size: 1 },
          { name: 'worker-pool', size: 4 },
        ],
      },
    });
    expect(emulator.findCluster(uidOf('qa-aws'))).toEqual(emulator.findCluster('qa-aws'));
    expect(emulator.findCluster('nowhere')).toBeUndefined();
  });
});

describe('what is written', () => {
  it('takes time: deleting and creating go through their states', async () => {
    const { call, clock, json, uidOf } = await api();
    const uid = uidOf('qa-aws');
    const state = async () => at(await json('GET', `/v1/spectroclusters/${uid}/status`), 'status.state');
    expect((await call('DELETE', `/v1/spectroclusters/${uid}`)).status).toBe(204);
    expect(await state()).toBe('Deleting');
    expect((await call('DELETE', `/v1/spectroclusters/${uid}`)).status).toBe(409);
    expect((await call('PATCH', `/v1/spectroclusters/${uid}/metadata`, { metadata: { labels: {} } })).status).toBe(409);
    clock.advance(10 * MINUTE);
    expect(await state()).toBe('Deleted');
  });

  it('replaces a pool with what it is sent, and refuses a size outside of its bounds', async () => {
    const { call, json, uidOf, emulator } = await api();
    const config = (emulator.findCluster('checkout-prod-us') as { spec: { cloudConfig: { uid: string } } }).spec
      .cloudConfig.uid;
    const path = `/v1/cloudconfigs/aws/${config}/machinePools/worker-pool`;
    const poolConfig = { name: 'worker-pool', size: 6, labels: ['worker'], minSize: 3, maxSize: 8 };
    expect((await call('PUT', path, { cloudConfig: {}, poolConfig })).status).toBe(422);
    const cloudConfig = { instanceType: 'm5.large' };
    expect((await call('PUT', path, { cloudConfig, poolConfig: { ...poolConfig, size: 9 } })).status).toBe(422);
    const response = await call('PUT', path, { cloudConfig, poolConfig });
    expect(response.status).toBe(204);
    expect(response.headers.get('AuditUid')).toMatch(/^[0-9a-f]{24}$/);
    const pools = all(await json('GET', `/v1/cloudconfigs/aws/${config}`), 'spec.machinePoolConfig[]');
    const pool = pools.find((each) => at(each, 'name') === 'worker-pool');
    expect(pool).toMatchObject({ size: 6, instanceType: 'm5.large' });
    expect(at(pool, 'additionalLabels')).toBeUndefined();
    expect(at(pool, 'subnetIds')).toBeUndefined();
    expect(uidOf('checkout-prod-us')).toMatch(/^[0-9a-f]{24}$/);
  });

  it('adds a second version beside the first unless it is told what it replaces', async () => {
    const { call, json, uidOf } = await api();
    const uid = uidOf('qa-aws');
    const found = await json('POST', '/v1/dashboard/clusterprofiles', {
      filter: { profileName: { eq: 'observability' } },
    });
    const older = all(found, 'items[]').find((each) => at(each, 'specSummary.version') === '2.1.0');
    await call('PATCH', `/v1/spectroclusters/${uid}/profiles`, { profiles: [{ uid: at(older, 'metadata.uid') }] });
    const cluster = await json('GET', `/v1/spectroclusters/${uid}`);
    const names = all(cluster, 'spec.clusterProfileTemplates[].name');
    expect(names.filter((name) => name === 'observability')).toHaveLength(2);
  });
});
