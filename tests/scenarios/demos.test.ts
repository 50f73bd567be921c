/** The demos that come with mcp-chat, played through the real session: loop, gate, policies, servers, emulators. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../src/clock.js';
import { openReplay } from '../../src/commands/replay-session.js';
import { listScenarios, loadScenario } from '../../src/scenarios/load.js';
import { allFailures, runScenario } from '../../src/scenarios/runner.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function play(name: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'demo-'));
  folders.push(folder);
  const loaded = loadScenario(name);
  const clock = manualClock(Date.UTC(2026, 10, 20, 9));
  const session = await openReplay(loaded, clock, { MCP_CHAT_STATE_DIR: folder });
  try {
    const { signal } = new AbortController();
    return await runScenario({ scenario: loaded.scenario, session, clock, signal });
  } finally {
    await session.close();
  }
}

describe('demos', () => {
  it.each(listScenarios().map(({ name }) => name))('%s happens as it expects', async (name) => {
    const report = await play(name);
    expect(allFailures(report)).toEqual([]);
  });

  it.each(listScenarios())('$name fits a terminal of 80 columns', ({ file, scenario }) => {
    const texts = scenario.turns.flatMap((turn) => turn.claude.map((reply) => reply.text ?? ''));
    const lines = texts.flatMap((text) => text.replace(/\$\{[^}]+\}/g, 'value').split('\n'));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(readFileSync(file, 'utf8')).not.toContain('\t');
  });
});
