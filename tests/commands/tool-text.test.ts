import { describe, expect, it } from 'vitest';
import { argumentValue, renderTool, renderTools } from '../../src/commands/tool-text.js';
import type { ToolListing } from '../../src/session.js';

const tool: ToolListing = {
  server: 'toy',
  name: 'write_thing',
  title: 'Write a thing',
  description: 'Writes one thing. Never two.',
  verb: 'write',
  inputSchema: {
    type: 'object',
    properties: {
      name: { type: 'string', description: 'its name' },
      kind: { enum: ['a', 'b'] },
      sizes: { type: 'array', items: { type: 'integer' } },
    },
    required: ['name'],
  },
};

describe('arguments from text', () => {
  it.each([
    ['3', { type: 'integer' }, 3],
    ['true', { type: 'boolean' }, true],
    ['3', { type: 'string' }, '3'],
    ['b', { enum: ['a', 'b'] }, 'b'],
    ['1,2', { type: 'array', items: { type: 'integer' } }, [1, 2]],
    ['[1,2]', { type: 'array', items: { type: 'integer' } }, [1, 2]],
    ['{"a":1}', { type: 'object' }, { a: 1 }],
    ['12', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, 12],
    ['10%', { anyOf: [{ type: 'integer' }, { type: 'string' }] }, '10%'],
    ['many', { type: 'integer' }, 'many'],
    ['anything', undefined, 'anything'],
  ])('%s becomes what the schema wants', (text, schema, expected) => {
    expect(argumentValue(text, schema)).toEqual(expected);
  });
});

describe('tools as text', () => {
  it('marks what changes something and shows the first sentence', () => {
    const text = renderTools([tool, { ...tool, name: 'read_thing', verb: 'read' }]);
    expect(text).toMatch(/! write_thing\s+Writes one thing\n/);
    expect(text).toMatch(/ {4}read_thing/);
  });

  it('shows every argument with its type and an example to copy', () => {
    const text = renderTool(tool);
    expect(text).toContain('name: string (required)');
    expect(text).toContain('kind: a | b');
    expect(text).toContain('sizes: list of integer');
    expect(text).toContain('mcp-chat call toy.write_thing --arg name=…');
  });
});
