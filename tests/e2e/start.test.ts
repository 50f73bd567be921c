/** README's first command: what `npm start` runs opens the demo where there is no key. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, it } from 'vitest';
import { freshPlace, type Place, PROGRAM } from './program.js';
import { Terminal } from './terminal.js';

let place: Place | undefined;
let terminal: Terminal | undefined;
afterEach(() => {
  terminal?.close();
  place?.remove();
});

it('npm start plays the demo where there is no key', async () => {
  const manifest = JSON.parse(readFileSync(path.resolve(PROGRAM, '../../package.json'), 'utf8'));
  const args = String(manifest.scripts.start).split('bin/mcp-chat.js ')[1]?.split(' ') ?? [];
  place = freshPlace();
  const env = { ...place.env, ANTHROPIC_API_KEY: '', ANTHROPIC_AUTH_TOKEN: '', KUBECONFIG: '', PALETTE_API_KEY: '' };
  terminal = new Terminal([PROGRAM, ...args], { cwd: place.folder, env });
  await terminal.waitFor('REPLAY', 20_000);
  await terminal.waitFor("Customers can't pay", 20_000);
});
