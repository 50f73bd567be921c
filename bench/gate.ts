/**
 * The gate without the call itself: from the request to the screened result, with the policies that come with mcp-chat,
 * the real detector and the real audit log on this machine's disk. Screening is measured by itself too, since it grows
 * with the text.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../src/clock.js';
import { openAuditLog } from '../src/guardrails/audit/index.js';
import { scanText } from '../src/guardrails/detection/index.js';
import { createGate, type OperatorGate } from '../src/guardrails/gate.js';
import { PolicyEngine } from '../src/guardrails/policy/engine.js';
import { redactText } from '../src/guardrails/redaction.js';
import { screenResult } from '../src/guardrails/screening.js';
import type { Plan, Target, ToolPort } from '../src/guardrails/types.js';
import type { JsonObject } from '../src/json.js';
import { type BenchResult, median, percentile } from './measure.js';

const CALLS = 400;

export default async function bench(): Promise<BenchResult[]> {
  return [...(await wholeGate()), ...screening()];
}

async function wholeGate(): Promise<BenchResult[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcp-chat-bench-'));
  const audit = await openAuditLog({ folder, session: randomUUID(), actor: 'bench@here', clock: systemClock() });
  const engine = new PolicyEngine();
  const unlimited = { hour: 1e9, session: 1e9, stopHour: 1e9 };
  const gate = createGate({
    lookup: (_, tool) => (tool === 'list_pods' ? listPods : scaleDeployment),
    // The rule on the rate of changes would stop the loop; everything else judges as it always does.
    policy: {
      get hash() {
        return engine.hash;
      },
      get broken() {
        return engine.broken;
      },
      judgeAction: (action) => engine.judgeAction(action),
      judgePrompt: (text) => engine.judgePrompt(text),
    },
    scan: scanText,
    approver: () => async (request) => ({
      kind: 'approve',
      scope: 'once',
      digest: request.digest,
      ...(request.confirmation !== null && { typed: request.confirmation }),
    }),
    audit,
    environments: () => engine.environments,
    budgets: () => ({ deletes: unlimited, writes: unlimited, nodes: unlimited, costPerMonth: unlimited }),
    clock: systemClock(),
    random: randomUUID,
    operator: 'bench@here',
    session: 'bench',
    canary: 'canary-0123456789abcdef',
  });
  try {
    const reads = await times(gate, 'list_pods', { namespace: 'shop' });
    const writes = await times(gate, 'scale_deployment', { namespace: 'shop', name: 'web', replicas: 3 });
    return [
      { name: 'gate, one read', value: median(reads), unit: 'ms', budget: { max: 1.5 } },
      { name: 'gate, one read, p99', value: percentile(reads, 99), unit: 'ms' },
      { name: 'gate, one approved write', value: median(writes), unit: 'ms', budget: { max: 5 } },
      { name: 'gate, one approved write, p99', value: percentile(writes, 99), unit: 'ms' },
    ];
  } finally {
    await audit.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function times(gate: OperatorGate, tool: string, args: JsonObject): Promise<number[]> {
  const measured: number[] = [];
  const signal = new AbortController().signal;
  for (let number = 0; number < CALLS; number += 1) {
    const start = performance.now();
    const result = await gate.call(
      { id: `${tool}-${number}`, server: 'kubernetes', tool, args },
      { signal, emit: () => {} },
    );
    measured.push(performance.now() - start);
    if (!result.ok) throw new Error(`the gate refused: ${result.text}`);
  }
  // The first calls pay for compiling.
  return measured.slice(50);
}

const target = (args: JsonObject): Target => ({
  system: 'kubernetes',
  scope: 'dev',
  namespace: String(args.namespace),
  kind: 'deployment',
  name: String(args.name ?? ''),
});

const rows = Array.from({ length: 50 }, (_, number) => ({
  name: `checkout-5d8f7c6b9-${number.toString(36).padStart(5, 'x')}`,
  status: number % 7 === 0 ? 'CrashLoopBackOff' : 'Running',
  restarts: number % 7,
}));
const table = rows
  .map(({ name, status, restarts }) => `${name}  1/1  ${status}  ${restarts}  3d2h  10.0.1.7`)
  .join('\n');

const listPods: ToolPort = {
  server: 'kubernetes',
  name: 'list_pods',
  verb: 'read',
  parse: (args) => ({ ok: true, args: args as JsonObject }),
  target,
  plan: null,
  run: async () => ({ ok: true, text: table, data: { pods: rows } }),
  trustedValues: () => [],
};

const scaleDeployment: ToolPort = {
  ...listPods,
  name: 'scale_deployment',
  verb: 'write',
  plan: async (args): Promise<Plan> => ({
    target: target(args),
    summary: 'Scale deployment shop/web from 1 to 3 replicas',
    changes: [{ path: 'spec.replicas', before: '1', after: '3' }],
    warnings: [],
    precondition: { resourceVersion: '12345' },
  }),
  run: async () => ({ ok: true, text: 'Scaled deployment shop/web to 3 replicas.', data: { replicas: 3 } }),
};

const line = (number: number) =>
  `2026-11-23T08:${String(number % 60).padStart(2, '0')}:01Z level=info service=checkout request=${number * 7919} path=/cart/items status=200 duration=${number % 90}ms msg="order accepted"\n`;
const logs = (bytes: number): string => {
  let text = '';
  for (let number = 0; text.length < bytes; number += 1) text += line(number);
  return text.slice(0, bytes);
};

function screening(): BenchResult[] {
  const measure = (text: string, runs: number, work: (text: string) => unknown) => {
    work(text);
    return Array.from({ length: runs }, () => {
      const start = performance.now();
      work(text);
      return performance.now() - start;
    });
  };
  const screen = (text: string) =>
    screenResult(
      { ok: true, text, data: {} },
      {
        scan: scanText,
        callId: 'c',
        source: 'kubernetes.get_pod_logs',
        canary: null,
        reference: () => 'q-1',
        keep: () => {},
      },
    );
  const ten = measure(logs(10_000), 150, screen);
  const million = measure(logs(1_000_000), 5, screen);
  const redaction = measure(logs(48_000), 30, redactText);
  return [
    { name: 'screening 10 KB of logs, p99', value: percentile(ten, 99), unit: 'ms', budget: { max: 25 } },
    { name: 'screening 1 MB of logs', value: median(million), unit: 'ms', budget: { max: 500 } },
    { name: 'redacting 48 KB of logs', value: median(redaction), unit: 'ms' },
  ];
}
