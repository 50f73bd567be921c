/** What a connection to an emulator on a port does when it is told to fail. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { manualClock } from '../../src/clock.js';
import { createKubernetesEmulator, type KubernetesEmulator } from '../../src/emulators/kubernetes/index.js';
import { type Listening, listen } from '../../src/emulators/listen.js';
import { START } from './kubernetes-client.js';

let emulator: KubernetesEmulator;
let server: Listening;
beforeEach(async () => {
  emulator = await createKubernetesEmulator({ world: 'healthy', clock: manualClock(START) });
  server = await listen((request) => emulator.app.fetch(request), { host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await server.close();
});

const pods = () => fetch(`${server.url}/api/v1/pods`);

it('breaks in the middle of an answer, or before it, and says nothing on the terminal', async () => {
  const said = (['error', 'info', 'log', 'warn'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation(() => {}),
  );
  const whole = await (await pods()).text();

  emulator.setFaults([{ connection: 'truncate', times: 1 }]);
  const cut = await pods();
  expect(cut.status).toBe(200);
  const decoder = new TextDecoder();
  let received = '';
  await expect(
    (async () => {
      for await (const part of cut.body ?? []) received += decoder.decode(part, { stream: true });
    })(),
  ).rejects.toThrow();
  expect(whole.startsWith(received)).toBe(true);
  expect(received.length).toBeLessThan(whole.length);

  emulator.setFaults([{ connection: 'disconnect', times: 1 }]);
  await expect(pods()).rejects.toThrow('fetch failed');

  expect(await (await pods()).text()).toBe(whole);
  expect(said.flatMap((each) => each.mock.calls)).toEqual([]);
});
