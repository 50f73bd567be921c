/** Where the sockets of running sessions lie: a folder that only its owner can enter, with paths short enough for the kernel. */
import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import envPaths from 'env-paths';
import { UserError } from '../../errors.js';

/** Kernels take about 104 bytes for the path of a socket. */
const LONGEST = 100;
const NAME_LENGTH = '/12345678.sock'.length;

/** Beside the audit log, or in the system's folder for temporary files where that path would be too long. */
export function deskFolder(env: NodeJS.ProcessEnv): string {
  const state = env.MCP_CHAT_STATE_DIR || envPaths('mcp-chat', { suffix: '' }).log;
  const folder = path.join(path.resolve(state), 'approvals');
  if (Buffer.byteLength(folder) + NAME_LENGTH <= LONGEST) return folder;
  return path.join(tmpdir(), `mcp-chat-approvals-${process.getuid?.() ?? 'user'}`);
}

/** Makes it, or makes sure that it is ours alone: a folder that someone else put there first is refused. */
export function prepareDeskFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  const uid = process.getuid?.();
  if (!found.isDirectory() || (uid !== undefined && found.uid !== uid)) {
    throw new UserError(`${folder} belongs to someone else`, {
      hint: 'set MCP_CHAT_STATE_DIR to a folder of your own',
    });
  }
  chmodSync(folder, 0o700);
}

export function socketsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.sock'))
      .sort()
      .map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}
