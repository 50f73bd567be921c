/**
 * The console in a pseudo-terminal: how soon it shows something, against an empty node in the same run, and what it
 * writes while text streams in. Needs the built program (`npm run build`).
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { spawn } from '@lydell/node-pty';
import { bundle } from '../tests/e2e/bundle.js';
import type { BenchResult } from './types.js';

const ROUNDS = 11;
const root = path.resolve(import.meta.dirname, '..');
const SEQUENCES = /\u001b\[[0-9;?]*[a-zA-Z]/g;
/** Text that the fake session streams when it is told "long": about four characters a token. */
const LONG_TOKENS = 1_250;

/** The first line of the first frame. */
const WELCOME = `mcp-chat ${JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version}`;

function environment(): Record<string, string> {
  const { CI: _ci, ANTHROPIC_API_KEY: _key, ...rest } = process.env;
  return { ...(rest as Record<string, string>), TERM: 'xterm-256color' };
}

/** Runs node until it ends, or until `wanted` is on the screen. Rejects where it ends without having shown it. */
function watch(args: string[], wanted: string | null): Promise<number> {
  const started = performance.now();
  let shown = '';
  return new Promise((resolve, reject) => {
    const pty = spawn(process.execPath, args, { cols: 80, rows: 24, env: environment() });
    pty.onData((data) => {
      shown += data.replace(SEQUENCES, '');
      if (wanted === null || !shown.includes(wanted)) return;
      resolve(performance.now() - started);
      pty.kill('SIGKILL');
    });
    pty.onExit(() => {
      if (wanted === null) resolve(performance.now() - started);
      else reject(new Error(`it ended without showing "${wanted}": ${shown.trim().slice(0, 200)}`));
    });
  });
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function firstFrame(): Promise<BenchResult[]> {
  const empty: number[] = [];
  const painted: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    empty.push(await watch(['-e', '0'], null));
    painted.push(await watch([path.join(root, 'bin/mcp-chat.js')], WELCOME));
  }
  return [
    { name: 'first frame, against `node -e 0`', value: median(painted) / median(empty), unit: 'x', budget: { max: 8 } },
    { name: 'first frame', value: median(painted), unit: 'ms' },
  ];
}

async function streaming(): Promise<BenchResult[]> {
  const program = await bundle(path.join(root, 'tests/e2e/console-program.ts'));
  try {
    const { bytes, erased, cpuMs } = await streamOnce(program.file);
    return [
      { name: 'bytes written per token while streaming', value: bytes / LONG_TOKENS, unit: 'B', budget: { max: 45 } },
      { name: 'whole screens cleared while streaming', value: erased, unit: '', budget: { max: 0 } },
      { name: 'CPU per 1,000 tokens, start included', value: (cpuMs / LONG_TOKENS) * 1_000, unit: 'ms' },
    ];
  } finally {
    program.remove();
  }
}

function streamOnce(file: string): Promise<{ bytes: number; erased: number; cpuMs: number }> {
  return new Promise((resolve) => {
    // Ten milliseconds between tokens: about the pace of a fast model.
    const pty = spawn(process.execPath, [file, 'long'], { cols: 100, rows: 30, env: { ...environment(), PACE: '8' } });
    let output = '';
    pty.onData((data) => {
      output += data;
      if (!output.includes('END-OF-TEXT')) return;
      const streamed = output.slice(output.indexOf('START-OF-TEXT'));
      const erased = [...streamed.matchAll(/\u001b\[[23]J/g)].length;
      const bytes = Buffer.byteLength(streamed);
      const cpuMs = cpuOf(pty.pid);
      output = '';
      pty.onExit(() => resolve({ bytes, erased, cpuMs }));
      pty.kill('SIGKILL');
    });
  });
}

/** User and system time of a process in milliseconds, where the system tells (Linux); else NaN. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    // utime and stime are the 14th and 15th field of proc(5), in hundredths of a second.
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

export default async function bench(): Promise<BenchResult[]> {
  return [...(await firstFrame()), ...(await streaming())];
}
