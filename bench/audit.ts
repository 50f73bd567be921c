/** The audit log on this machine's disk: how long one durable record takes, how many fit in a second, how fast it verifies. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../src/clock.js';
import { type AuditEntry, openAuditLog, verifyAuditFolder } from '../src/guardrails/audit/index.js';
import { type BenchResult, median, percentile } from './measure.js';

const RECORDS = 30_000;

const entry = (number: number): AuditEntry => ({
  event: 'decision',
  callId: `toolu_${number}`,
  tool: 'kubernetes.list_pods',
  verb: 'read',
  target: { system: 'kubernetes', scope: 'prod-eu', namespace: 'payments' },
  environment: 'production',
  arguments: { namespace: 'payments', limit: 50, labelSelector: 'app=checkout' },
  decision: 'allow',
  rules: [],
  policyHash: 'a'.repeat(64),
  tainted: false,
});

export default async function bench(): Promise<BenchResult[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcp-chat-bench-'));
  try {
    const log = await openAuditLog({ folder, session: randomUUID(), actor: 'bench@here', clock: systemClock() });
    const single: number[] = [];
    for (let number = 0; number < 500; number += 1) {
      const start = performance.now();
      await log.append(entry(number));
      single.push(performance.now() - start);
    }
    const batchStart = performance.now();
    for (let done = 0; done < RECORDS; done += 1_000) {
      await Promise.all(Array.from({ length: 1_000 }, (_, number) => log.append(entry(done + number))));
    }
    const batched = (RECORDS / (performance.now() - batchStart)) * 1_000;
    await log.close();
    const rates = [1, 2, 3].map(() => {
      const start = performance.now();
      const { records, problems } = verifyAuditFolder(folder);
      if (problems.length > 0) throw new Error(problems[0]?.message);
      return (records / (performance.now() - start)) * 1_000;
    });
    return [
      { name: 'audit, one durable record', value: median(single), unit: 'ms', budget: { max: 1 } },
      { name: 'audit, one durable record, p99', value: percentile(single, 99), unit: 'ms', budget: { max: 10 } },
      { name: 'audit, appended together', value: batched, unit: 'records/s', budget: { min: 20_000 } },
      { name: 'audit, verified', value: median(rates), unit: 'records/s', budget: { min: 100_000 } },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
