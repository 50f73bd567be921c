/** The server as a foreign MCP client sees it: over a transport, with listed schemas that are enforced. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { describe, expect, it } from 'vitest';
import { buildServer } from '../../src/mcp/server.js';
import { paletteWorld } from './world.js';

async function connected(options: Parameters<typeof paletteWorld>[0] = {}) {
  const world = await paletteWorld(options);
  const server = buildServer(world.server, { version: '0.0.0' });
  const client = new Client({ name: 'test', version: '0.0.0' });
  const [left, right] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(left), client.connect(right)]);
  return { world, client };
}

async function readJson(client: Client, uri: string) {
  const { contents } = await client.readResource({ uri });
  const [first] = contents;
  return JSON.parse(first && 'text' in first && typeof first.text === 'string' ? first.text : '{}');
}

describe('over MCP', () => {
  it('every reading tool answers in its own schema', async () => {
    const { client, world } = await connected();
    await client.listTools();
    const args: Record<string, Record<string, unknown>> = {
      get_cluster_details: { cluster: 'checkout-prod-us', nodes: true },
      get_cluster_events: { cluster: 'orders-azure' },
      get_cluster_cost: { cluster: 'cost-example' },
      get_profile_details: { profile: 'aws-production', pack: 'kubernetes' },
      diagnose_cluster: { cluster: 'orders-azure' },
      recommend_profile: { workload: 'web shop' },
      validate_configuration: { profile: 'aws-production' },
      compare_clusters: { clusters: ['checkout-prod-us', 'checkout-prod-eu'] },
    };
    for (const tool of world.server.tools.filter((each) => each.verb === 'read')) {
      const result = await client.callTool({ name: tool.name, arguments: args[tool.name] ?? {} });
      expect.soft(result.isError ?? false, `${tool.name}: ${JSON.stringify(result.content)}`).toBe(false);
      expect.soft(result.structuredContent, tool.name).toBeTypeOf('object');
    }
  });

  it('structured rows keep their fields', async () => {
    const { client } = await connected();
    await client.listTools();
    const { structuredContent } = await client.callTool({ name: 'list_clusters', arguments: { name: 'cost-example' } });
    expect(structuredContent).toMatchObject({
      clusters: [{ name: 'cost-example', cloud: 'aws', costPerMonth: 338.14 }],
    });
  });

  it('errors are errors, with their sentence', async () => {
    const { client } = await connected();
    const result = await client.callTool({ name: 'get_cluster_details', arguments: { cluster: 'nowhere' } });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain('there is no cluster');
  });

  it('offers both resources and a template', async () => {
    const { client } = await connected();
    const { resources } = await client.listResources();
    expect(resources.map((each) => each.uri)).toEqual(['palette://clusters', 'palette://profiles']);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map((each) => each.uriTemplate)).toEqual(['palette://clusters/{uid}']);
    const clusters = await readJson(client, 'palette://clusters');
    expect(clusters.total).toBe(15);
    expect(clusters.items[0]).toMatchObject({ name: 'orders-azure', health: 'unhealthy' });
    const profiles = await readJson(client, 'palette://profiles');
    expect(profiles.items.length).toBe(18);
  });

  it('keeps both within 8,000 tokens with 500 clusters and 300 profiles, and says where the rest is', async () => {
    const { client } = await connected({ clusters: 500, profiles: 300 });
    for (const [uri, tool] of [
      ['palette://clusters', 'list_clusters'],
      ['palette://profiles', 'list_cluster_profiles'],
    ] as const) {
      const body = await readJson(client, uri);
      expect(JSON.stringify(body).length).toBeLessThanOrEqual(24_000);
      expect(body.items.length).toBeLessThan(body.total);
      expect(body.more).toContain(tool);
    }
  });

  it('completes the template, and reads by UID and by name', async () => {
    const { client } = await connected();
    const complete = async (value: string) => {
      const { completion } = await client.complete({
        ref: { type: 'ref/resource', uri: 'palette://clusters/{uid}' },
        argument: { name: 'uid', value },
      });
      return completion.values;
    };
    expect(await complete('checkout')).toEqual(['checkout-prod-eu', 'checkout-prod-us']);
    const named = await readJson(client, 'palette://clusters/checkout-prod-us');
    expect(named).toMatchObject({ name: 'checkout-prod-us', state: 'Running' });
    expect(await complete(named.uid.slice(0, 8))).toEqual([named.uid]);
    expect((await readJson(client, `palette://clusters/${named.uid}`)).pools).toEqual(named.pools);
    await expect(readJson(client, 'palette://clusters/nowhere')).rejects.toThrow(/there is no cluster/);
  });

  it('the key is in no answer, resource or error', async () => {
    const { client, world } = await connected({
      intercept: (request) =>
        request.url.includes('/repave')
          ? new Response(JSON.stringify({ code: 'x', message: request.headers.get('ApiKey') }), { status: 403 })
          : undefined,
    });
    const answers = [
      await client.callTool({ name: 'list_clusters', arguments: {} }),
      await client.callTool({ name: 'diagnose_cluster', arguments: { cluster: 'orders-azure' } }),
      await client.callTool({ name: 'get_cluster_details', arguments: { cluster: 'nowhere' } }),
      await client.readResource({ uri: 'palette://clusters' }),
    ];
    expect(JSON.stringify(answers)).not.toContain(world.emulator.apiKey);
  });
});
