import { appendFileSync, cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logNames, missingLogs, verifyAuditFolder } from '../../../src/guardrails/audit/index.js';
import { witnessFile } from '../../../src/guardrails/audit/witness.js';
import { entry, openLog, scratchFolder } from './scratch.js';

let scratch: ReturnType<typeof scratchFolder>;
beforeEach(async () => {
  scratch = scratchFolder();
  for (const session of ['a', 'b', 'c']) {
    const log = await openLog(scratch.folder, { session });
    await log.append(entry(1));
    await log.close();
  }
});
afterEach(() => {
  rmSync(witnessFile(scratch.folder), { force: true });
  scratch.remove();
});

const problems = () => verifyAuditFolder(scratch.folder).problems.map(({ message }) => message);
const newest = () => path.join(scratch.folder, logNames(scratch.folder).at(-1) ?? '');

describe('what the folder alone cannot tell', () => {
  it('is nothing where all is well', () => {
    expect(verifyAuditFolder(scratch.folder)).toMatchObject({ problems: [], witnessed: true });
    expect(statSync(witnessFile(scratch.folder)).mode & 0o777).toBe(0o600);
  });

  it('the newest log taken away, but not its head', () => {
    const log = newest();
    rmSync(log);
    rmSync(witnessFile(scratch.folder));
    expect(problems()).toEqual([expect.stringContaining('a file that belongs to it is still there')]);
  });

  it('the newest log taken away with everything that belongs to it', () => {
    const log = newest();
    rmSync(log);
    rmSync(`${log}.head`);
    expect(problems()).toEqual([expect.stringContaining('the witness saw 3 records')]);
  });

  it('a folder that was emptied', () => {
    rmSync(scratch.folder, { recursive: true });
    expect(problems()).toHaveLength(3);
  });

  it('another folder with its own keys in its place', async () => {
    const other = scratchFolder();
    const log = await openLog(other.folder, { session: 'other' });
    await log.close();
    rmSync(scratch.folder, { recursive: true });
    cpSync(other.folder, scratch.folder, { recursive: true });
    rmSync(witnessFile(other.folder), { force: true });
    other.remove();
    expect(problems()).toHaveLength(3);
    expect(problems()[0]).toContain('signing key was exchanged');
  });

  it('a session that was killed before its first checkpoint', async () => {
    const log = await openLog(scratch.folder, { session: 'd' });
    await log.append(entry(1));
    expect(problems()).toEqual([]);
    rmSync(log.file);
    rmSync(`${log.file}.head`);
    rmSync(`${log.file}.lock`);
    expect(problems()).toEqual([expect.stringContaining('the witness saw 1 record of it')]);
  });

  it('shows at the next start already, by its head or by the witness', async () => {
    expect(missingLogs(scratch.folder)).toEqual([]);
    const log = await openLog(scratch.folder, { session: 'd' });
    await log.append(entry(1, { event: 'intent' }));
    expect(missingLogs(scratch.folder)).toEqual([]);
    rmSync(log.file);
    rmSync(`${log.file}.lock`);
    expect(missingLogs(scratch.folder)).toHaveLength(1);
    rmSync(`${log.file}.head`);
    expect(missingLogs(scratch.folder)).toHaveLength(1);
    rmSync(scratch.folder, { recursive: true });
    expect(missingLogs(scratch.folder)).toHaveLength(4);
  });

  it('says where there is no witness, and does not mind half a line in it', () => {
    appendFileSync(witnessFile(scratch.folder), '{"log":"x"');
    expect(problems()).toEqual([]);
    rmSync(witnessFile(scratch.folder));
    expect(verifyAuditFolder(scratch.folder)).toMatchObject({ problems: [], witnessed: false });
  });

  it('never stops the log itself', async () => {
    rmSync(witnessFile(scratch.folder));
    writeFileSync(witnessFile(scratch.folder), '', { mode: 0o400 });
    const log = await openLog(scratch.folder, { session: 'd' });
    await log.append(entry(1));
    await log.close();
    expect(log.failed).toBeNull();
    expect(readFileSync(log.file, 'utf8').split('\n').length).toBeGreaterThan(2);
  });
});
