import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshPlace, type Place, PROGRAM, run } from './program.js';

let place: Place;
const clients: Client[] = [];

beforeEach(() => {
  place = freshPlace();
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  place.remove();
});

async function connect(server: string, capabilities: ConstructorParameters<typeof Client>[1] = {}): Promise<Client> {
  const client = new Client({ name: 'somebody', version: '1' }, capabilities);
  clients.push(client);
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [PROGRAM, 'serve', server, `--${server}`, 'demo'],
      env: place.env,
      cwd: place.folder,
      stderr: 'pipe',
    }),
  );
  return client;
}

const textOf = (result: object) =>
  'content' in result && Array.isArray(result.content)
    ? result.content.map((block: { text?: string }) => block.text ?? '').join('\n')
    : '';

const SCALE = { namespace: 'shop', name: 'catalog', replicas: 5 };

describe('mcp-chat serve', () => {
  it('serves the Kubernetes tools, each result within its own output schema', async () => {
    const client = await connect('kubernetes');
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(expect.arrayContaining(['list_pods', 'diagnose_cluster']));
    const pods = await client.callTool({ name: 'list_pods', arguments: { namespace: 'shop' } });
    expect(pods.isError).toBeFalsy();
    expect(textOf(pods)).toContain('catalog');
    const diagnosis = await client.callTool({ name: 'diagnose_cluster', arguments: {} });
    expect(diagnosis.isError).toBeFalsy();
    expect(diagnosis.structuredContent).toBeDefined();
  });

  it('refuses a change where the client cannot ask its user, and nothing happens', async () => {
    const client = await connect('kubernetes');
    const result = await client.callTool({ name: 'scale_deployment', arguments: SCALE });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain('cannot ask');
  });

  it('asks through elicitation, shows the real target, and runs what was approved', async () => {
    const client = await connect('kubernetes', { capabilities: { elicitation: {} } });
    const asked: string[] = [];
    client.setRequestHandler(ElicitRequestSchema, (request) => {
      asked.push(request.params.message);
      return { action: 'accept', content: { decision: 'approve once' } };
    });
    const result = await client.callTool({ name: 'scale_deployment', arguments: SCALE });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatch(/shop.*catalog|catalog.*shop/s);
    expect(result.isError, textOf(result)).toBeFalsy();
    const verified = await run(place, ['audit', 'verify']);
    expect(verified.code, verified.stderr).toBe(0);
  });

  it('takes a declined question as no', async () => {
    const client = await connect('kubernetes', { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'decline' }));
    const result = await client.callTool({ name: 'scale_deployment', arguments: SCALE });
    expect(result.isError).toBe(true);
  });

  it('serves Palette with its resources', async () => {
    const client = await connect('palette');
    const { resources } = await client.listResources();
    expect(resources.map((each) => each.uri)).toEqual(
      expect.arrayContaining(['palette://clusters', 'palette://profiles']),
    );
    const clusters = await client.readResource({ uri: 'palette://clusters' });
    expect(clusters.contents[0]).toHaveProperty('text');
    const listed = await client.callTool({ name: 'list_clusters', arguments: {} });
    expect(listed.isError).toBeFalsy();
  });
});
