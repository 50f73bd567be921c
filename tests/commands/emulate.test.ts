/** `mcp-chat emulate`: serves until it is interrupted, says how to use it, and leaves foreign files alone. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { emulateKubernetes, emulatePalette } from '../../src/commands/emulate-run.js';

let folder: string;
let said: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mcp-chat-emulate-'));
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const flags = { host: '127.0.0.1', port: 0 };
const url = async (): Promise<string> => {
  await vi.waitFor(() => expect(said).toContain('Ctrl+C'), { timeout: 10_000 });
  return /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? '';
};

describe('emulate kubernetes', () => {
  it('serves a cluster that the kubeconfig leads to, and is gone after the interrupt', async () => {
    const stop = new AbortController();
    const file = path.join(folder, 'config');
    const served = emulateKubernetes({ ...flags, world: 'healthy', writeKubeconfig: file }, stop.signal);
    const address = await url();
    const config: unknown = parse(await readFile(file, 'utf8'));
    expect(config).toMatchObject({ clusters: [{ cluster: { server: address } }] });
    expect(said).toContain('demonstration data');
    expect((await fetch(`${address}/api/v1/nodes`)).status).toBe(200);
    stop.abort();
    await served;
    await expect(fetch(`${address}/version`)).rejects.toThrow();
  });

  it('ends with a clear word where a foreign kubeconfig stands, and serves nothing', async () => {
    const file = path.join(folder, 'mine');
    await writeFile(file, 'apiVersion: v1\n');
    const served = emulateKubernetes(
      { ...flags, world: 'healthy', writeKubeconfig: file },
      new AbortController().signal,
    );
    await expect(served).rejects.toThrow('was not written by mcp-chat emulate');
    expect(await readFile(file, 'utf8')).toBe('apiVersion: v1\n');
  });

  it('names the worlds', async () => {
    await emulateKubernetes({ ...flags, listWorlds: true }, new AbortController().signal);
    expect(said).toMatch(/^checkout-incident +A small production/m);
  });

  it('says so when the port is taken', async () => {
    const stop = new AbortController();
    const first = emulateKubernetes({ ...flags, world: 'healthy' }, stop.signal);
    const port = Number(new URL(await url()).port);
    const second = emulateKubernetes({ ...flags, port, world: 'healthy' }, stop.signal);
    await expect(second).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
    stop.abort();
    await first;
  });
});

it('emulate palette serves the API with the key that it prints', async () => {
  const stop = new AbortController();
  const served = emulatePalette(flags, stop.signal);
  const address = await url();
  const key = /PALETTE_API_KEY=(\S+)/.exec(said)?.[1] ?? '';
  const ask = (headers: Record<string, string>) => fetch(`${address}/v1/dashboard/spectroclusters/meta`, { headers });
  expect((await ask({})).status).toBe(401);
  expect((await ask({ ApiKey: key })).status).toBe(200);
  stop.abort();
  await served;
});
