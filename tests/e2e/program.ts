/** Runs the built program as a user would, without a terminal, in a state folder and home of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
export const PROGRAM = path.join(root, 'bin/mcp-chat.js');

export interface Place {
  folder: string;
  env: Record<string, string>;
  remove(): void;
}

/** An environment without credentials, kubeconfig or anybody's settings. */
export function freshPlace(): Place {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcp-chat-test-'));
  const env = { PATH: process.env.PATH ?? '', HOME: folder, MCP_CHAT_STATE_DIR: path.join(folder, 'state') };
  return { folder, env, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function run(place: Place, args: string[], options: { input?: string; env?: Record<string, string> } = {}) {
  return new Promise<Finished>((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: place.folder,
      env: { ...place.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(options.input ?? '');
  });
}
