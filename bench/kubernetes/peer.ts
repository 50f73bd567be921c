/**
 * The npm package kubernetes-mcp-server over stdio, on the same cluster: what it answers to the same questions, in time and
 * bytes. Installed into a temporary folder by npm; null where it is not to be had.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

const PACKAGE = 'kubernetes-mcp-server';
const INSTALL_MS = 120_000;
const ROUNDS = 5;

export interface Call {
  ms: number;
  bytes: number;
}

/** The path of its executable; null, with a line on the terminal, where it cannot be installed here. */
export function installPeer(folder: string): string | null {
  const platform = `${PACKAGE}-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  try {
    const options = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', PACKAGE];
    execFileSync('npm', options, { stdio: 'ignore', timeout: INSTALL_MS });
  } catch {
    console.log(`  (no comparison with ${PACKAGE}: npm cannot install it here)`);
    return null;
  }
  const file = path.join(folder, 'node_modules', platform, 'bin', platform);
  if (existsSync(file)) return file;
  console.log(`  (no comparison with ${PACKAGE}: it has no build for ${process.platform} ${process.arch})`);
  return null;
}

/** Medians of several calls after one that is not counted. */
export async function callPeer(
  executable: string,
  kubeconfig: string,
  calls: [tool: string, args: object][],
): Promise<Call[]> {
  const child = spawn(executable, ['--kubeconfig', kubeconfig, '--read-only'], { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    const ended = new Promise<never>((_, reject) => child.once('exit', () => reject(new Error(`${PACKAGE} ended`))));
    ended.catch(() => undefined);
    const waiting = new Map<number, (line: string) => void>();
    createInterface({ input: child.stdout }).on('line', (line) => {
      const id = /"id":(\d+)/.exec(line.slice(0, 200));
      if (id) waiting.get(Number(id[1]))?.(line);
    });
    let last = 0;
    const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const request = (method: string, params: object) =>
      Promise.race([
        ended,
        new Promise<string>((resolve) => {
          last += 1;
          waiting.set(last, resolve);
          send({ id: last, method, params });
        }),
      ]);
    await request('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'bench', version: '1' },
    });
    send({ method: 'notifications/initialized' });
    const results: Call[] = [];
    for (const [name, args] of calls) {
      const rounds: Call[] = [];
      for (let round = 0; round <= ROUNDS; round += 1) {
        const started = performance.now();
        const line = await request('tools/call', { name, arguments: args });
        const ms = performance.now() - started;
        if (round > 0) rounds.push({ ms, bytes: textBytes(line, name) });
      }
      results.push(middle(rounds));
    }
    return results;
  } finally {
    child.kill();
  }
}

function textBytes(line: string, name: string): number {
  const { result, error } = JSON.parse(line) as {
    result?: { isError?: boolean; content: { text?: string }[] };
    error?: unknown;
  };
  if (!result || result.isError || error)
    throw new Error(`${PACKAGE} answered ${name} with an error: ${line.slice(0, 300)}`);
  return result.content.reduce((sum, part) => sum + Buffer.byteLength(part.text ?? ''), 0);
}

export function middle(rounds: Call[]): Call {
  const times = rounds.map((each) => each.ms).sort((a, b) => a - b);
  return { ms: times[Math.floor(times.length / 2)] ?? Number.NaN, bytes: rounds.at(-1)?.bytes ?? 0 };
}

export { ROUNDS };
