import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examine, renderFindings, worstOf } from '../../src/commands/doctor-run.js';
import type { Config } from '../../src/config.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcp-chat-doctor-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const look = (config: Config, env: NodeJS.ProcessEnv = {}, kubeconfig?: string) =>
  examine(
    { config, env: { HOME: folder, MCP_CHAT_STATE_DIR: folder, ...env }, ...(kubeconfig ? { kubeconfig } : {}) },
    new AbortController().signal,
  );

describe('mcp-chat doctor', () => {
  it('finds nothing wrong where nothing is configured, and says what answers instead', async () => {
    const findings = await look({});
    expect(worstOf(findings)).toBe(0);
    const text = renderFindings(findings);
    expect(text).toMatch(/claude\s+no API key/);
    expect(text).toMatch(/kubernetes\s+no kubeconfig in use: the emulated cluster answers/);
    expect(text).toMatch(/palette\s+no key: the emulated Palette answers/);
  });

  it('names a model that is retired', async () => {
    const findings = await look({ model: 'claude-sonnet-4-5' }, { ANTHROPIC_API_KEY: 'sk-ant-secret' });
    expect(worstOf(findings)).toBe(1);
    expect(JSON.stringify(findings)).not.toContain('sk-ant-secret');
  });

  it('reports a cluster that cannot be reached', async () => {
    const file = path.join(folder, 'kubeconfig');
    const cluster = { server: 'https://127.0.0.1:1' };
    writeFileSync(
      file,
      JSON.stringify({
        'current-context': 'gone',
        clusters: [{ name: 'gone', cluster }],
        users: [{ name: 'me', user: { token: 'very-secret-token' } }],
        contexts: [{ name: 'gone', context: { cluster: 'gone', user: 'me' } }],
      }),
    );
    const findings = await look({ palette: 'off' }, {}, file);
    expect(findings.find((each) => each.area === 'kubernetes')?.state).toBe('problem');
    expect(worstOf(findings)).toBe(1);
    expect(JSON.stringify(findings)).not.toContain('very-secret');
  });

  it('reports policies that do not load, and a state folder that cannot be written', async () => {
    const policies = path.join(folder, 'rules.yaml');
    writeFileSync(policies, 'version: 1\nrules:\n  - name: x\n    scop: action\n');
    const state = path.join(folder, 'file');
    writeFileSync(state, '');
    const findings = await look({ policies: [policies] }, { MCP_CHAT_STATE_DIR: path.join(state, 'below') });
    const problems = findings.filter((each) => each.state === 'problem').map((each) => each.area);
    expect(problems).toEqual(expect.arrayContaining(['policies', 'audit']));
  });
});
