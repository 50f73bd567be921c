/** Writes a kubeconfig where only its owner can read it. The content passes through here and goes nowhere else. */
import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { messageOf } from '../errors.js';
import { ToolFailure } from '../guardrails/types.js';
import { isJsonObject } from '../json.js';

/** `checkout-prod-us-1a2b3c4d.kubeconfig`; nothing of the name can leave the folder. */
export function kubeconfigPath(folder: string, cluster: { name: string; uid: string }, admin: boolean): string {
  const safe = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '');
  const name = safe(cluster.name).slice(0, 80) || 'cluster';
  const uid = safe(cluster.uid).slice(0, 8) || 'unknown';
  return path.join(folder, `${name}-${uid}${admin ? '.admin' : ''}.kubeconfig`);
}

/**
 * Palette sends plain YAML or base64 of it. Throws `unavailable` where it is neither; the message holds nothing of what
 * was sent.
 */
export function decodeKubeconfig(body: string): string {
  for (const text of [body, Buffer.from(body.trim(), 'base64').toString('utf8')]) {
    if (isKubeconfig(text)) return text;
  }
  throw new ToolFailure('unavailable', 'Palette did not answer with a kubeconfig; nothing was written');
}

function isKubeconfig(text: string): boolean {
  try {
    const value: unknown = parse(text);
    return isJsonObject(value) && Array.isArray(value.clusters) && Array.isArray(value.users);
  } catch {
    return false;
  }
}

/** Mode 0600 in a folder of mode 0700, whole or not at all. Throws ToolFailure. */
export async function writeKubeconfig(file: string, content: string): Promise<void> {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${randomBytes(8).toString('hex')}.tmp`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const about = await lstat(folder);
    if (!about.isDirectory()) throw new Error('the folder is a link or a file');
    await chmod(folder, 0o700);
    // Exclusive: a file or link that someone put there is not written through.
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new ToolFailure('unavailable', `the kubeconfig could not be written to ${file}: ${messageOf(error)}`);
  }
}
