/** The kubeconfig that `emulate` writes. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { kubeconfigText, writeKubeconfig } from '../../src/emulators/kubernetes/kubeconfig.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mcp-chat-kubeconfig-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const text = kubeconfigText({ context: 'demo', url: 'http://127.0.0.1:4000', token: 't' });

it('names cluster, user and context, and is for its owner only', async () => {
  const file = path.join(folder, 'config');
  await writeKubeconfig(file, text, { force: false });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(parse(await readFile(file, 'utf8'))).toMatchObject({
    'current-context': 'demo',
    clusters: [{ name: 'demo', cluster: { server: 'http://127.0.0.1:4000' } }],
  });
});

it('replaces its own file, and a foreign one only when forced', async () => {
  const own = path.join(folder, 'own');
  await writeKubeconfig(own, text, { force: false });
  await writeKubeconfig(own, text, { force: false });
  const foreign = path.join(folder, 'foreign');
  await writeFile(foreign, 'apiVersion: v1\n');
  await expect(writeKubeconfig(foreign, text, { force: false })).rejects.toThrow('was not written by mcp-chat');
  expect(await readFile(foreign, 'utf8')).toBe('apiVersion: v1\n');
  await writeKubeconfig(foreign, text, { force: true });
  expect(await readFile(foreign, 'utf8')).toBe(text);
});

it('says where it cannot write', async () => {
  await expect(writeKubeconfig(path.join(folder, 'no', 'such', 'folder'), text, { force: false })).rejects.toThrow(
    'cannot write',
  );
});
