/** The kubeconfig for an emulated cluster. It never replaces a file that somebody else has written. */
import { open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { messageOf, UserError } from '../../errors.js';

const MARK = '# Written by mcp-chat emulate: an emulated cluster with demonstration data.\n';

export function kubeconfigText(options: { context: string; url: string; token: string; namespace?: string }): string {
  const { context, url, token } = options;
  return (
    MARK +
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': context,
      clusters: [{ name: context, cluster: { server: url } }],
      contexts: [{ name: context, context: { cluster: context, user: context } }],
      users: [{ name: context, user: { token } }],
    })
  );
}

/** Mode 0600, in one step. Throws UserError where a file stands that this program has not written, unless forced. */
export async function writeKubeconfig(file: string, text: string, options: { force: boolean }): Promise<void> {
  const present = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new UserError(`cannot write ${file}: ${messageOf(error)}`);
  });
  if (present !== undefined && !present.startsWith(MARK) && !options.force)
    throw new UserError(`${file} exists and was not written by mcp-chat emulate`, {
      hint: 'Name another file, or overwrite it with --force.',
    });
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw new UserError(`cannot write ${file}: ${messageOf(error)}`);
  }
}
