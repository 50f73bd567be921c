/** Puts a tool of our own behind the gate. Whoever calls `run` of such a port other than the gate has a bug. */

import { messageOf } from '../errors.js';
import type { RunContext, ToolPort, ToolResult } from '../guardrails/types.js';
import { ToolFailure } from '../guardrails/types.js';
import type { JsonObject } from '../json.js';
import type { Tool } from './tool.js';

/** How a call reaches the tool: through an MCP client (embedded) or straight (inside a standalone server). */
export type RunTool = (tool: Tool, args: JsonObject, context: RunContext) => Promise<ToolResult>;

export function portOf(server: string, tool: Tool, run: RunTool): ToolPort {
  const { plan } = tool;
  return {
    server,
    name: tool.name,
    verb: tool.verb,
    parse: (args) => tool.parse(args),
    target: (args) => tool.target(args),
    plan: plan ? (args, signal) => plan(args, { signal }) : null,
    trustedValues: (data) => tool.trusted(data),
    run: (args, context) => run(tool, args, context),
  };
}

/** Runs the handler and turns whatever it throws into a result with a code. Never throws. */
export async function runTool(tool: Tool, args: JsonObject, context: RunContext): Promise<ToolResult> {
  try {
    const answer = await tool.run(args, context);
    return { ok: true, text: answer.text, data: answer.data };
  } catch (error) {
    if (context.signal.aborted) {
      return { ok: false, code: 'interrupted', text: interruptedText(tool) };
    }
    if (error instanceof ToolFailure) return { ok: false, code: error.code, text: error.message };
    return { ok: false, code: 'unavailable', text: `${tool.name} failed: ${messageOf(error)}` };
  }
}

function interruptedText(tool: Tool): string {
  return tool.verb === 'read'
    ? `${tool.name} was interrupted; nothing was changed.`
    : `${tool.name} was interrupted while it ran; whether it took effect is not known. Check before trying again.`;
}
