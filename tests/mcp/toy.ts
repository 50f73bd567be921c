/** A small server definition for tests of the MCP layer: one read, one write, one that fails, one that waits. */
import { z } from 'zod';
import { ToolFailure } from '../../src/guardrails/types.js';
import { defineTool, type ServerDefinition } from '../../src/mcp/tool.js';

export interface Toy {
  definition: ServerDefinition;
  /** What the write did, in order. */
  written: string[];
  /** How often `wait` was cancelled. */
  cancelled: () => number;
}

export function toyServer(): Toy {
  const written: string[] = [];
  let cancelled = 0;
  const target = (name: string) => ({ system: 'toy', scope: 'dev', kind: 'thing', name });
  const tools = [
    defineTool({
      name: 'read_thing',
      title: 'Read thing',
      description: 'Reads one thing.',
      verb: 'read',
      input: z.strictObject({
        name: z.string().describe('its name'),
        deep: z.boolean().default(false).describe('more'),
      }),
      output: z.object({ name: z.string(), size: z.number() }),
      target: ({ name }) => target(name),
      trusted: ({ size }) => [String(size)],
      async run({ name }) {
        if (name === 'gone') throw new ToolFailure('not_found', 'there is no thing "gone"; there are: a, b');
        // More than the schema allows: clients would reject it, so the server has to cut it.
        return {
          text: `${name} is 3 big`,
          data: { name, size: 3, extra: 'not in the schema' } as { name: string; size: number },
        };
      },
    }),
    defineTool({
      name: 'write_thing',
      title: 'Write thing',
      description: 'Writes one thing.',
      verb: 'write',
      input: z.strictObject({ name: z.string().describe('its name') }),
      output: z.object({ done: z.boolean() }),
      target: ({ name }) => target(name),
      plan: async ({ name }) => ({
        target: target(name),
        summary: `Write ${name}`,
        changes: [{ path: 'value', before: 'old', after: 'new' }],
        warnings: [],
        precondition: { version: '7' },
      }),
      async run({ name }, context) {
        written.push(`${name}@${String(context.precondition?.version ?? 'none')}`);
        context.onProgress({ message: 'half way', progress: 1, total: 2 });
        return { text: 'written', data: { done: true } };
      },
    }),
    defineTool({
      name: 'wait',
      title: 'Wait',
      description: 'Waits until it is cancelled.',
      verb: 'read',
      input: z.strictObject({}),
      output: z.object({}),
      target: () => target('nothing'),
      run: (_args, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            cancelled += 1;
            reject(signal.reason);
          });
        }),
    }),
  ];
  return {
    written,
    cancelled: () => cancelled,
    definition: {
      name: 'toy',
      title: 'Toy',
      instructions: 'Read before you write.',
      tools,
      resources: [
        {
          name: 'things',
          title: 'Things',
          description: 'All of them',
          uri: 'toy://things',
          mimeType: 'text/plain',
          read: async () => 'a\nb\npassword=hunter2hunter2',
        },
        {
          name: 'thing',
          title: 'Thing',
          description: 'One of them',
          uri: 'toy://things/{name}',
          mimeType: 'text/plain',
          complete: async (_variable, typed) => ['alpha', 'beta', 'alphabet'].filter((each) => each.startsWith(typed)),
          read: async ({ name }) => `this is ${name}`,
        },
      ],
      prompts: [
        {
          name: 'explain',
          title: 'Explain',
          description: 'Explain a thing',
          arguments: [
            { name: 'thing', description: 'which', required: true, complete: async (typed) => [`${typed}-one`] },
          ],
          render: ({ thing }) => `Explain ${thing}.`,
        },
      ],
    },
  };
}
