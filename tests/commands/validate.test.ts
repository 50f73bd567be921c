/** `mcp-chat validate`: files in, report and exit code out. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ValidateFlags } from '../../src/commands/validate.js';
import { runValidate } from '../../src/commands/validate-run.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'validate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
};

async function validate(files: string[], flags: Partial<ValidateFlags> = {}): Promise<{ code: number; out: string }> {
  let out = '';
  const all: ValidateFlags = { failOn: 'require_approval', environment: 'auto', output: 'text', patch: true, ...flags };
  const code = await runValidate(files, all, { write: (text) => (out += text) });
  return { code, out };
}

const GOOD = `apiVersion: v1
kind: ServiceAccount
metadata: { name: app, namespace: shop }
`;
const BAD = `apiVersion: v1
kind: Pod
metadata:
  name: p
  namespace: shop-dev
spec:
  hostPID: true
  containers: []
`;

describe('validate', () => {
  it('passes what is right and fails what is not', async () => {
    expect((await validate([write('good.yaml', GOOD)])).code).toBe(0);
    const { code, out } = await validate([write('bad.yaml', BAD)]);
    expect(code).toBe(1);
    expect(out).toMatch(/7:12 +deny +host-access: hostPID is true/);
    expect(out).toContain('-  hostPID: true');
  });

  it('fails from the given effect on', async () => {
    const warned = write('warned.yaml', BAD.replace('  hostPID: true\n', ''));
    expect((await validate([warned], { failOn: 'warn' })).code).toBe(1);
    expect((await validate([warned])).code).toBe(0);
    expect((await validate([write('bad.yaml', BAD)], { failOn: 'never' })).code).toBe(0);
  });

  it('takes what nothing tells for production', async () => {
    const ingress = (namespace: string) =>
      `kind: Ingress\nmetadata: { name: i, namespace: ${namespace} }\nspec: { rules: [{ host: a.example }] }\n`;
    expect((await validate([write('a.yaml', ingress('shop'))])).code).toBe(1);
    expect((await validate([write('b.yaml', ingress('shop-dev'))])).code).toBe(0);
    expect((await validate([write('b.yaml', ingress('shop-dev'))], { environment: 'production' })).code).toBe(1);
  });

  it('reads folders and patterns', async () => {
    write('deep/er/a.yaml', GOOD);
    write('deep/b.yml', GOOD);
    write('deep/c.json', JSON.stringify({ kind: 'ServiceAccount', metadata: { name: 'x' } }));
    write('deep/notes.txt', 'not a manifest');
    expect((await validate([folder])).out).toContain('3 objects in 3 files: no findings');
    expect((await validate([path.join(folder, 'deep', '*.y*ml')])).out).toContain('1 object in 1 file');
  });

  it('says which file could not be read, judges the others, and exits with 2', async () => {
    const { code, out } = await validate([write('broken.yaml', 'a: [1,\nb: }'), write('bad.yaml', BAD)]);
    expect(code).toBe(2);
    expect(out).toMatch(/broken\.yaml:2:\d+: not valid YAML/);
    expect(out).toContain('host-access');
  });

  it.each([
    ['a file that is not there', 'nope.yaml', 'there is no file'],
    ['a folder without manifests', '.', 'there are no manifests'],
  ])('refuses %s', async (_, name, message) => {
    await expect(validate([path.join(folder, name)])).rejects.toThrow(message);
  });

  it('adds policies of one’s own', async () => {
    const policy = write(
      'own.yaml',
      "version: 1\nrules:\n  - { name: own, scope: configuration, severity: low, when: kind == 'ServiceAccount', effect: deny, message: not here }\n",
    );
    const { code, out } = await validate([write('good.yaml', GOOD)], { policies: [policy] });
    expect(code).toBe(1);
    expect(out).toContain('own: not here');
  });

  it.each(['json', 'junit', 'sarif'] as const)('writes %s', async (output) => {
    const { out } = await validate([write('bad.yaml', BAD)], { output });
    expect(out).toContain('host-access');
    if (output !== 'junit') expect(() => JSON.parse(out)).not.toThrow();
  });
});
