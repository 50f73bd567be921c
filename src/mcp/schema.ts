/** Tool definitions as MCP lists them. Made once per definition: turning zod into JSON Schema costs milliseconds. */
import { z } from 'zod';
import type { JsonObject } from '../json.js';
import type { Tool } from './tool.js';

export interface ToolEntry {
  name: string;
  title: string;
  description: string;
  inputSchema: JsonObject & { type: 'object' };
  outputSchema: JsonObject & { type: 'object' };
  annotations: {
    readOnlyHint: boolean;
    destructiveHint: boolean;
    idempotentHint: boolean;
    openWorldHint: boolean;
  };
}

const entries = new WeakMap<Tool, ToolEntry>();

/** What `tools/list` says of one tool. Throws where a schema cannot be expressed as JSON Schema. */
export function toolEntry(tool: Tool): ToolEntry {
  const known = entries.get(tool);
  if (known) return known;
  const entry: ToolEntry = {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: objectSchema(tool.input, 'input'),
    outputSchema: objectSchema(tool.output, 'output'),
    annotations: {
      readOnlyHint: tool.verb === 'read',
      destructiveHint: tool.verb === 'delete',
      idempotentHint: tool.idempotent,
      openWorldHint: true,
    },
  };
  entries.set(tool, entry);
  return entry;
}

function objectSchema(schema: z.ZodObject, io: 'input' | 'output'): JsonObject & { type: 'object' } {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-7' }) as JsonObject;
  return { ...rest, type: 'object' };
}
