/**
 * Lists and diagnosis of a large cluster, beside the generated client of @kubernetes/client-node on the same API server:
 * every measurement in a process of its own, wall time of the one call and peak memory of the whole process, medians.
 * The cluster is the fleet world of the emulator, or, with KUBECONFIG_BENCH=FILE, any real one (which is only read).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { type Call, callPeer, installPeer } from './kubernetes/peer.js';
import type { BenchResult } from './types.js';

const ROUNDS = 3;
const SIZES = [1000, 5000, 20_000];
const MAIN_SIZE = 10_000;
/** Cost per pod at 20,000 over that at 5,000: 1 is linear; the rest is the noise of two cores. */
const GROWTH = 1.5;

interface Measured {
  ms: number;
  /** Processor time of the call, which other programs on the machine do not stretch. */
  cpuMs: number;
  peakBytes: number;
  count: number;
  bytes: number;
  /** The pod that the list shows first. */
  pod?: { namespace: string; name: string };
  /** Of mode `calls`. */
  calls?: Call[];
  findings: { check: string; kind: string; namespace: string; name: string; severity: string; causedBy: string }[];
}
interface Planted {
  check: string;
  kind: string;
  namespace: string;
  name: string;
}

export default async function bench(): Promise<BenchResult[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcp-chat-bench-'));
  const side = await bundleSide();
  try {
    const given = process.env.KUBECONFIG_BENCH;
    if (given) return (await compare(side, given, null)).results;
    const results: BenchResult[] = [];
    const perPod = new Map<number, { list: number; diagnose: number }>();
    for (const pods of [MAIN_SIZE, ...SIZES]) {
      const file = path.join(folder, `kubeconfig-${pods}`);
      const server = await startServer(side, pods, file);
      try {
        if (pods === MAIN_SIZE) results.push(...(await compare(side, file, server.planted)).results);
        else
          perPod.set(pods, {
            list: median(await runs(side, 'list', file)).cpuMs / pods,
            diagnose: median(await runs(side, 'diagnose', file)).cpuMs / pods,
          });
      } finally {
        server.process.kill();
      }
    }
    return [...results, ...growth(perPod)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(path.dirname(side), { recursive: true, force: true });
  }
}

async function compare(side: string, file: string, planted: Planted[] | null): Promise<{ results: BenchResult[] }> {
  // The first run of each warms the server.
  for (const mode of ['typed', 'list', 'diagnose']) await run(side, mode, file);
  const typed = median(await runs(side, 'typed', file));
  const list = median(await runs(side, 'list', file));
  const diagnose = median(await runs(side, 'diagnose', file));
  const results: BenchResult[] = [
    { name: `typed list of ${typed.count.toLocaleString('en-US')} pods`, value: typed.ms, unit: 'ms' },
    { name: 'typed list, peak memory', value: typed.peakBytes / 1e6, unit: 'MB' },
    { name: 'list_pods over all namespaces', value: list.ms, unit: 'ms' },
    { name: 'list_pods, wall time over the typed list', value: list.ms / typed.ms, unit: '', budget: { max: 0.35 } },
    { name: 'list_pods, peak memory', value: list.peakBytes / 1e6, unit: 'MB' },
    {
      name: 'list_pods, peak memory over the typed list',
      value: list.peakBytes / typed.peakBytes,
      unit: '',
      budget: { max: 0.3 },
    },
    { name: 'list_pods, result', value: list.bytes / 1024, unit: 'KB', budget: { max: 24 } },
    {
      name: 'list_pods, pods that the typed list has and it has not',
      value: typed.count - list.count,
      unit: '',
      ...(planted ? { budget: { max: 0, min: 0 } } : {}),
    },
    { name: 'diagnose_cluster', value: diagnose.ms, unit: 'ms' },
    {
      name: 'diagnose_cluster, wall time over the typed list',
      value: diagnose.ms / typed.ms,
      unit: '',
      budget: { max: 1.2 },
    },
    { name: 'diagnose_cluster, peak memory', value: diagnose.peakBytes / 1e6, unit: 'MB', budget: { max: 300 } },
    { name: 'diagnose_cluster, result', value: diagnose.bytes / 1024, unit: 'KB', budget: { max: 32 } },
  ];
  if (planted) results.push(...accuracy(planted, diagnose.findings));
  return { results: [...results, ...(await besidePeer(side, file, typed.count))] };
}

/** The same four questions to both servers, warm: a list, one object, logs, events. */
async function besidePeer(side: string, file: string, pods: number): Promise<BenchResult[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcp-chat-peer-'));
  try {
    const executable = installPeer(folder);
    const { pod } = await run(side, 'list', file);
    if (!executable || !pod) return [];
    const { namespace, name } = pod;
    const names = ['list of all pods', 'one pod', 'logs of a pod', 'events of a namespace'];
    const theirs = await callPeer(executable, file, [
      ['pods_list', {}],
      ['pods_get', { namespace, name }],
      ['pods_log', { namespace, name }],
      ['events_list', { namespace }],
    ]);
    const { calls: ours = [] } = await run(side, 'calls', file, [
      ['list_pods', {}],
      ['get_resource', { kind: 'pod', namespace, name }],
      ['get_pod_logs', { namespace, pod: name }],
      ['get_pod_events', { namespace }],
    ]);
    return names.flatMap((what, index): BenchResult[] => {
      const our = ours[index];
      const their = theirs[index];
      if (!our || !their) return [];
      const large = index === 0 && pods > 1000;
      return [
        { name: `kubernetes-mcp-server, ${what}: time, its bytes ${their.bytes}`, value: their.ms, unit: 'ms' },
        {
          name: `ours, ${what}: time over its, our bytes ${our.bytes}`,
          value: our.ms / their.ms,
          unit: '',
          budget: { max: 1.2 },
        },
        {
          name: `ours, ${what}: bytes over its`,
          value: our.bytes / their.bytes,
          unit: '',
          ...(large ? { budget: { max: 0.1 } } : {}),
        },
      ];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What was planted and not found, and which workloads are reported as a cause although nothing was planted in them. */
function accuracy(planted: Planted[], findings: Measured['findings']): BenchResult[] {
  const place = (each: { kind: string; namespace: string; name: string }) =>
    `${each.kind.toLowerCase()}/${each.namespace}/${each.name}`;
  const found = new Set(findings.map((each) => `${each.check} ${place(each)}`));
  const known = new Set(planted.map(place));
  const missed = planted.filter((each) => !found.has(`${each.check} ${place(each)}`));
  for (const each of missed) console.log(`  missed: ${each.check} ${place(each)}`);
  const workloads = findings.filter(
    (each) =>
      each.severity !== 'info' &&
      each.causedBy === '' &&
      /^(Deployment|StatefulSet|DaemonSet|Job|CronJob)$/.test(each.kind),
  );
  const invented = new Set(workloads.map(place).filter((each) => !known.has(each)));
  return [
    {
      name: `diagnose_cluster, planted faults missed (of ${planted.length})`,
      value: missed.length,
      unit: '',
      budget: { max: 0 },
    },
    {
      name: 'diagnose_cluster, workloads reported that have no fault',
      value: invented.size,
      unit: '',
      budget: { max: 0 },
    },
  ];
}

function growth(perPod: Map<number, { list: number; diagnose: number }>): BenchResult[] {
  const at = (pods: number) => perPod.get(pods) ?? { list: Number.NaN, diagnose: Number.NaN };
  const sizes = SIZES.flatMap((pods) => [
    {
      name: `list_pods, processor time per 1,000 pods at ${pods.toLocaleString('en-US')}`,
      value: at(pods).list * 1000,
      unit: 'ms',
    },
    {
      name: `diagnose_cluster, processor time per 1,000 pods at ${pods.toLocaleString('en-US')}`,
      value: at(pods).diagnose * 1000,
      unit: 'ms',
    },
  ]);
  return [
    ...sizes,
    {
      name: 'list_pods, processor time per pod at 20,000 over 5,000',
      value: at(20_000).list / at(5000).list,
      unit: '',
      budget: { max: GROWTH },
    },
    {
      name: 'diagnose_cluster, processor time per pod at 20,000 over 5,000',
      value: at(20_000).diagnose / at(5000).diagnose,
      unit: '',
      budget: { max: GROWTH },
    },
  ];
}

/** Beside node_modules, so that the packages of both sides are found. */
async function bundleSide(): Promise<string> {
  const folder = path.join(import.meta.dirname, '..', 'node_modules', '.cache', `mcp-chat-bench-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const outfile = path.join(folder, 'side.mjs');
  await build({
    entryPoints: [path.join(import.meta.dirname, 'kubernetes', 'side.ts')],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    packages: 'external',
    logLevel: 'error',
  });
  return outfile;
}

async function startServer(
  side: string,
  pods: number,
  file: string,
): Promise<{ process: ChildProcess; planted: Planted[] }> {
  const child = spawn(process.execPath, ['--max-old-space-size=8192', side, 'server', String(pods), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout }))
    return { process: child, planted: (JSON.parse(line) as { answerKey: Planted[] }).answerKey };
  throw new Error('the emulated cluster did not start');
}

async function runs(side: string, mode: string, file: string): Promise<Measured[]> {
  const all: Measured[] = [];
  for (let round = 0; round < ROUNDS; round += 1) all.push(await run(side, mode, file));
  return all;
}

function run(side: string, mode: string, file: string, calls: unknown = []): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [side, mode, file, JSON.stringify(calls)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (data) => {
      out += data;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(out) as Measured) : reject(new Error(`${mode} failed`)),
    );
  });
}

/** Time and memory each by their own median. */
function median(all: Measured[]): Measured {
  const middle = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  const [first] = all;
  if (!first) throw new Error('nothing was measured');
  return {
    ...first,
    ms: middle(all.map((each) => each.ms)),
    cpuMs: middle(all.map((each) => each.cpuMs)),
    peakBytes: middle(all.map((each) => each.peakBytes)),
  };
}
