import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { manualClock, systemClock } from '../../src/clock.js';
import { createKubernetesEmulator, type Fault, type KubernetesEmulator } from '../../src/emulators/kubernetes/index.js';
import { kubeconfigText } from '../../src/emulators/kubernetes/kubeconfig.js';
import { type Listening, listen } from '../../src/emulators/listen.js';
import type { JsonObject } from '../../src/json.js';
import { accessFromKubeConfig, type ClusterAccess } from '../../src/kubernetes/access.js';
import { createKubernetesServer } from '../../src/kubernetes/server.js';
import { failureOf, WORLD } from './world.js';

/** Over a real port, through a kubeconfig, with an API server that misbehaves. */
let emulator: KubernetesEmulator;
let server: Listening;
let access: ClusterAccess;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'wire-'));
  emulator = await createKubernetesEmulator({ world: WORLD, clock: manualClock(Date.parse('2026-11-23T10:00:00Z')) });
  server = await listen((request) => emulator.app.fetch(request), { port: 0, host: '127.0.0.1' });
  const file = path.join(folder, 'kubeconfig');
  writeFileSync(file, kubeconfigText({ context: 'test', url: server.url, token: emulator.token }));
  access = accessFromKubeConfig({ path: file, env: {} });
});
afterAll(async () => {
  await access.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => emulator.setFaults([]));

async function listPods(faults: Fault[], requestTimeoutMs = 5000): Promise<JsonObject> {
  emulator.setFaults(faults);
  // The waits between tries pass at once; the requests themselves take what they take.
  const { tools } = createKubernetesServer({ access, clock: manualClock(0), requestTimeoutMs });
  const tool = tools.find((each) => each.name === 'list_pods');
  const answer = await tool?.run({}, { signal: new AbortController().signal, onProgress: () => undefined });
  return answer?.data ?? {};
}

describe('an API server that', () => {
  it('is well is read as it is', async () => {
    expect((await listPods([])).total).toBe(10);
  });

  it.each<[string, Fault]>([
    ['breaks connections', { path: '/pods', times: 2, connection: 'disconnect' }],
    ['breaks off in the middle of an answer', { path: '/pods', times: 2, connection: 'truncate' }],
    ['throttles', { path: '/pods', times: 3, status: 429, retryAfter: 1 }],
    ['has no server behind its balancer for a moment', { path: '/pods', times: 2, status: 503 }],
    ['answers slowly', { path: '/pods', times: 2, delayMs: 100 }],
    ['expires the tokens of lists', { path: '/pods', times: 2, expireContinue: true }],
  ])('%s is read all the same', async (_, fault) => {
    expect((await listPods([fault])).total).toBe(10);
  });

  it('does not answer in time is a timeout, told with what was asked', async () => {
    const failure = await failureOf(listPods([{ path: '/pods', times: 100, delayMs: 2000 }], 60));
    expect(failure.code).toBe('timeout');
    expect(failure.message).toMatch(/did not answer within 0\.06 s \(list pods in namespace/);
  });

  it('only ever fails is unavailable', async () => {
    expect((await failureOf(listPods([{ path: '/pods', times: 1000, status: 500 }]))).code).toBe('unavailable');
  });
});

it('refuses a wrong token as a matter of credentials, and does not repeat it', async () => {
  const token = 'a-wrong-token-altogether';
  const file = path.join(folder, 'wrong');
  writeFileSync(file, kubeconfigText({ context: 'test', url: server.url, token }));
  const wrong = accessFromKubeConfig({ path: file, env: {} });
  const { tools } = createKubernetesServer({ access: wrong, clock: systemClock() });
  const run = tools
    .find((each) => each.name === 'get_cluster_info')
    ?.run({}, { signal: new AbortController().signal, onProgress: () => undefined });
  const failure = await failureOf(run ?? Promise.resolve());
  expect(failure.code).toBe('forbidden');
  expect(failure.message).toContain('renew them');
  expect(failure.message).not.toContain(token);
  await wrong.close();
});
