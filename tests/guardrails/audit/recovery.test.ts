import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  listUnfinished,
  markResolved,
  readAuditFolder,
  verifyAuditFolder,
} from '../../../src/guardrails/audit/index.js';
import { entry, openLog, scratchFolder } from './scratch.js';

let scratch: ReturnType<typeof scratchFolder>;
beforeEach(() => {
  scratch = scratchFolder();
});
afterEach(() => scratch.remove());

const target = { system: 'kubernetes', scope: 'prod', namespace: 'shop', kind: 'deployment', name: 'web' };
const intent = entry(1, { event: 'intent', tool: 'kubernetes.scale_deployment', target });

/** A log whose process died: no closing record, no lock. */
async function crashed(entries = [intent]): Promise<string> {
  const log = await openLog(scratch.folder, { session: 'crashed' });
  for (const each of entries) await log.append(each);
  rmSync(`${log.file}.lock`);
  return log.file;
}

describe('after a crash', () => {
  it('names every object that the action was about to touch', async () => {
    const objects = [
      { kind: 'deployment', namespace: 'shop', name: 'web' },
      { kind: 'service', namespace: 'shop', name: 'web' },
    ];
    await crashed([entry(1, { event: 'intent', target, details: { objects } })]);
    expect(listUnfinished(scratch.folder)).toMatchObject([{ objects }]);
  });

  it('an action without an outcome is listed until someone resolves it', async () => {
    await crashed();
    const log = await openLog(scratch.folder, { session: 'two' });
    expect(log.unfinished).toMatchObject([{ tool: 'kubernetes.scale_deployment', target }]);
    const [open] = log.unfinished;
    if (open) markResolved(scratch.folder, open);
    expect(log.unfinished).toEqual([]);
    expect(listUnfinished(scratch.folder)).toEqual([]);
    await log.close();
    const later = await openLog(scratch.folder, { session: 'three' });
    expect(later.unfinished).toEqual([]);
    await later.close();
  });

  it('what was found is recorded in the new log', async () => {
    await crashed();
    await (await openLog(scratch.folder, { session: 'two' })).close();
    expect(readAuditFolder(scratch.folder, { event: 'recovered' }).records).toMatchObject([
      { session: 'two', decision: 'unknown' },
    ]);
  });

  it('an action with an outcome is not listed', async () => {
    await crashed([intent, entry(1, { event: 'outcome' })]);
    const log = await openLog(scratch.folder, { session: 'two' });
    expect(log.unfinished).toEqual([]);
    await log.close();
  });

  it('half a line is kept aside, and the log verifies', async () => {
    const file = await crashed([entry(1)]);
    appendFileSync(file, '{"actor":"ops@desk","ev');
    const log = await openLog(scratch.folder, { session: 'two' });
    await log.close();
    expect(readFileSync(`${file}.torn`, 'utf8')).toBe('{"actor":"ops@desk","ev\n');
    expect(readAuditFolder(scratch.folder, { event: 'torn_line' }).records).toHaveLength(1);
    expect(verifyAuditFolder(scratch.folder)).toMatchObject({ problems: [], tornBytes: 0 });
  });

  it('the log of a living process is left alone', async () => {
    const living = await openLog(scratch.folder, { session: 'living' });
    await living.append(intent);
    appendFileSync(living.file, '{"half');
    const log = await openLog(scratch.folder, { session: 'two' });
    expect(log.unfinished).toEqual([]);
    expect(readFileSync(living.file, 'utf8').endsWith('{"half')).toBe(true);
    await log.close();
  });

  it('the lock of a process that is gone holds nothing', async () => {
    const gone = spawn('true');
    await new Promise((resolve) => gone.on('exit', resolve));
    const file = await crashed();
    appendFileSync(`${file}.lock`, JSON.stringify({ pid: gone.pid, started: '' }));
    const log = await openLog(scratch.folder, { session: 'crashed' });
    expect(log.unfinished).toHaveLength(1);
    await log.close();
  });
});

describe('killed with -9 at random moments', () => {
  it('the log verifies, and the world holds no effect without its intent on disk', async () => {
    const runs = Number(process.env.MCP_CHAT_KILL_RUNS ?? 8);
    const child = await bundledChild();
    let effectsSeen = 0;
    for (let run = 0; run < runs; run += 1) {
      const world = path.join(scratch.folder, '..', 'world');
      const { folder } = scratch;
      await killedChild(child, folder, world, 5 + ((run * 37) % 90));
      expect(verifyAuditFolder(folder).problems).toEqual([]);
      const intents = new Set(readAuditFolder(folder, { event: 'intent' }).records.map(({ callId }) => callId));
      const effects = existsSync(world) ? readFileSync(world, 'utf8').split('\n').filter(Boolean) : [];
      expect(effects.filter((effect) => !intents.has(effect))).toEqual([]);
      effectsSeen = effects.length;
      const next = await openLog(folder, { session: `after-${run}` });
      for (const open of next.unfinished) markResolved(folder, open);
      await next.close();
    }
    expect(effectsSeen).toBeGreaterThan(0);
  });
});

/** Source files import each other as `.js`, which Node resolves only after bundling. */
async function bundledChild(): Promise<string> {
  const outfile = path.join(scratch.folder, '..', 'killed-child.mjs');
  await build({
    entryPoints: [path.join(import.meta.dirname, 'killed-child.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return outfile;
}

/** Runs gated writes as fast as it can and is killed `afterMs` after it is ready. */
async function killedChild(script: string, folder: string, world: string, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [script, folder, world], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve) => {
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), afterMs));
    child.once('exit', () => resolve());
  });
}
