/** README's list of tools is what the servers offer, no more and no less. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { manualClock } from '../src/clock.js';
import { accessFromFetch } from '../src/kubernetes/access.js';
import { createKubernetesServer } from '../src/kubernetes/server.js';
import type { ServerDefinition } from '../src/mcp/tool.js';
import { createPaletteClient } from '../src/palette/client.js';
import { createPaletteServer } from '../src/palette/server.js';

const clock = manualClock(0);
const unreachable = async () => new Response('', { status: 503 });

function servers(): ServerDefinition[] {
  const access = accessFromFetch({ name: 'none', fetch: unreachable });
  const client = createPaletteClient({ host: 'http://127.0.0.1', apiKey: 'none', fetch: unreachable, clock });
  return [createKubernetesServer({ access, clock }), createPaletteServer({ client, clock })];
}

it.each(servers().map((server) => ({ server })))('names the tools of $server.name', ({ server }) => {
  const readme = readFileSync(path.resolve(import.meta.dirname, '../README.md'), 'utf8');
  const row = readme.split('\n').find((line) => line.startsWith(`| ${server.name} |`)) ?? '';
  const [reads = '', changes = ''] = row.split('|').slice(2);
  const named = (cell: string) => [...cell.matchAll(/`([a-z_]+)`/g)].map((match) => match[1]).sort();
  const offered = (reading: boolean) =>
    server.tools
      .filter((tool) => (tool.verb === 'read') === reading)
      .map((tool) => tool.name)
      .sort();
  expect({ reads: named(reads), changes: named(changes) }).toEqual({ reads: offered(true), changes: offered(false) });
});
