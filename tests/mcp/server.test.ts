import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { buildServer, ERROR_CODE_META } from '../../src/mcp/server.js';
import { toyServer } from './toy.js';

async function connect(toy = toyServer()) {
  const client = new Client({ name: 'test', version: '0' });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([buildServer(toy.definition, { version: '1.2.3' }).connect(far), client.connect(near)]);
  return { client, toy };
}

describe('an MCP server built from a definition', () => {
  it('lists each tool with schemas and honest annotations', async () => {
    const { client } = await connect();
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(['read_thing', 'write_thing', 'wait']);
    const [read, write] = tools;
    expect(read?.annotations).toEqual({ readOnlyHint: true });
    expect(write?.annotations).toEqual({ readOnlyHint: false, destructiveHint: false });
    expect(read?.inputSchema).toMatchObject({ type: 'object', additionalProperties: false, required: ['name'] });
  });

  it('answers with text and data, cut to the output schema that a listing client enforces', async () => {
    const { client } = await connect();
    await client.listTools();
    const result = await client.callTool({ name: 'read_thing', arguments: { name: 'a' } });
    expect(result.structuredContent).toEqual({ name: 'a', size: 3 });
    expect(result.content).toEqual([{ type: 'text', text: 'a is 3 big' }]);
  });

  it('answers a failure with its code and without a stack', async () => {
    const { client } = await connect();
    await client.listTools();
    const result = await client.callTool({ name: 'read_thing', arguments: { name: 'gone' } });
    expect(result.isError).toBe(true);
    expect(result._meta?.[ERROR_CODE_META]).toBe('not_found');
    expect(result.content).toEqual([{ type: 'text', text: 'there is no thing "gone"; there are: a, b' }]);
  });

  it('refuses wrong arguments by naming them, before the handler runs', async () => {
    const { client } = await connect();
    const result = await client.callTool({ name: 'read_thing', arguments: { nam: 'a' } });
    expect(result._meta?.[ERROR_CODE_META]).toBe('invalid');
    expect(JSON.stringify(result.content)).toMatch(/name/);
  });

  it('answers an unknown tool with the protocol error that names the known ones', async () => {
    const { client } = await connect();
    await expect(client.callTool({ name: 'drop_everything', arguments: {} })).rejects.toMatchObject({
      code: ErrorCode.InvalidParams,
      message: expect.stringContaining('read_thing'),
    });
  });

  it('passes progress and cancellation through', async () => {
    const { client, toy } = await connect();
    const seen: string[] = [];
    await client.callTool({ name: 'write_thing', arguments: { name: 'x' } }, undefined, {
      onprogress: (progress) => seen.push(progress.message ?? ''),
    });
    expect(seen).toEqual(['half way']);
    const controller = new AbortController();
    const waiting = client.callTool({ name: 'wait', arguments: {} }, undefined, { signal: controller.signal });
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort('enough');
    await expect(waiting).rejects.toThrow();
    await expect.poll(toy.cancelled).toBe(1);
  });

  it('serves resources, templates and prompts, redacted, with completion', async () => {
    const { client } = await connect();
    expect((await client.listResources()).resources.map((each) => each.uri)).toEqual(['toy://things']);
    expect((await client.listResourceTemplates()).resourceTemplates.map((each) => each.uriTemplate)).toEqual([
      'toy://things/{name}',
    ]);
    const all = await client.readResource({ uri: 'toy://things' });
    expect(JSON.stringify(all)).not.toContain('hunter2');
    const one = await client.readResource({ uri: 'toy://things/alpha' });
    expect(one.contents[0]).toMatchObject({ text: 'this is alpha' });
    await expect(client.readResource({ uri: 'toy://nothing' })).rejects.toThrow(/no resource/);
    const completed = await client.complete({
      ref: { type: 'ref/resource', uri: 'toy://things/{name}' },
      argument: { name: 'name', value: 'alpha' },
    });
    expect(completed.completion.values).toEqual(['alpha', 'alphabet']);
    const prompt = await client.getPrompt({ name: 'explain', arguments: { thing: 'pods' } });
    expect(prompt.messages[0]?.content).toEqual({ type: 'text', text: 'Explain pods.' });
    await expect(client.getPrompt({ name: 'explain', arguments: {} })).rejects.toThrow(/needs: thing/);
  });
});
