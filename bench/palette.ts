/**
 * The Palette server on the emulator, with five hundred clusters and three hundred profiles: time of a call without the
 * network, requests it costs, size of what Claude reads. Rate limits wait on a clock that stands still until someone sleeps.
 */
import { manualClock } from '../src/clock.js';
import { createPaletteEmulator } from '../src/emulators/palette/index.js';
import type { JsonObject } from '../src/json.js';
import { toolEntry } from '../src/mcp/schema.js';
import { createPaletteClient } from '../src/palette/client.js';
import { createPaletteServer } from '../src/palette/server.js';
import { median } from './measure.js';
import type { BenchResult } from './types.js';

const ROUNDS = 7;
/** What a tokenizer makes of tables and names, on the safe side. */
const CHARACTERS_PER_TOKEN = 3;

const CALLS: [string, JsonObject, { ms: number; requests: number }][] = [
  ['list_clusters', { limit: 100 }, { ms: 1500, requests: 10 }],
  ['get_cluster_details', { cluster: 'checkout-prod-us', nodes: true }, { ms: 300, requests: 8 }],
  ['diagnose_cluster', { cluster: 'orders-azure' }, { ms: 300, requests: 14 }],
  ['get_cluster_cost', { cluster: 'checkout-prod-eu' }, { ms: 300, requests: 9 }],
  ['compare_clusters', { clusters: ['checkout-prod-us', 'checkout-prod-eu'] }, { ms: 500, requests: 14 }],
  ['list_cluster_profiles', { limit: 100 }, { ms: 1500, requests: 6 }],
  ['recommend_profile', { workload: 'web shop on AWS with a database' }, { ms: 1500, requests: 6 }],
];

export default async function bench(): Promise<BenchResult[]> {
  const clock = manualClock(Date.parse('2026-03-02T10:00:00Z'));
  const emulator = await createPaletteEmulator({ clock, clusters: 500, profiles: 300 });
  let requests = 0;
  const client = createPaletteClient({
    host: 'http://palette.demo.invalid',
    apiKey: emulator.apiKey,
    projectUid: emulator.projectUid,
    clock,
    fetch(request) {
      requests += 1;
      return emulator.fetch(request);
    },
  });
  const server = createPaletteServer({ client, clock });
  const results: BenchResult[] = [];
  for (const [name, args, budget] of CALLS) {
    const tool = server.tools.find((each) => each.name === name);
    if (!tool) throw new Error(`there is no tool ${name}`);
    const times: number[] = [];
    let characters = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      requests = 0;
      const start = performance.now();
      const answer = await tool.run(args, { signal: new AbortController().signal, onProgress: () => undefined });
      times.push(performance.now() - start);
      characters = answer.text.length;
    }
    const label = `palette ${name}, 500 clusters and 300 profiles`;
    results.push(
      { name: `${label}, time`, value: median(times), unit: 'ms', budget: { max: budget.ms } },
      { name: `${label}, requests`, value: requests, unit: 'requests', budget: { max: budget.requests } },
      {
        name: `${label}, text`,
        value: Math.ceil(characters / CHARACTERS_PER_TOKEN),
        unit: 'tokens',
        budget: { max: 8000 },
      },
    );
  }
  const definitions = JSON.stringify(server.tools.map(toolEntry)).length;
  results.push({ name: 'palette tool definitions', value: definitions / 1024, unit: 'KB', budget: { max: 14 } });
  return results;
}
