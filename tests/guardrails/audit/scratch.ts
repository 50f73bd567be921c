/** A scratch audit folder, and a log in it on a clock that stands still. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { manualClock } from '../../../src/clock.js';
import {
  type AuditEntry,
  type AuditLog,
  type AuditLogOptions,
  logNames,
  openAuditLog,
} from '../../../src/guardrails/audit/index.js';

export function scratchFolder(): { folder: string; remove(): void } {
  const root = mkdtempSync(path.join(tmpdir(), 'mcp-chat-audit-'));
  return { folder: path.join(root, 'audit'), remove: () => rmSync(root, { recursive: true, force: true }) };
}

export function openLog(folder: string, more: Partial<AuditLogOptions> = {}): Promise<AuditLog> {
  return openAuditLog({
    folder,
    session: 'one',
    actor: 'ops@desk',
    clock: manualClock(Date.UTC(2026, 10, 23)),
    ...more,
  });
}

export const entry = (number: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  event: 'decision',
  callId: `call-${number}`,
  tool: 'kubernetes.list_pods',
  decision: 'allow',
  arguments: { namespace: `team-${number}`, limit: number },
  ...more,
});

/** The only log of a folder: its name, bytes and head. */
export function onlyLog(folder: string): { name: string; file: string; bytes: Buffer; head: string } {
  const [name = ''] = logNames(folder);
  const file = path.join(folder, name);
  return { name, file, bytes: readFileSync(file), head: readFileSync(`${file}.head`, 'utf8') };
}

export const linesOf = (folder: string): string[] => onlyLog(folder).bytes.toString('utf8').trimEnd().split('\n');
export const putLines = (folder: string, lines: string[]): void =>
  writeFileSync(onlyLog(folder).file, `${lines.join('\n')}\n`);
export const namesIn = (folder: string): string[] => readdirSync(folder).sort();
