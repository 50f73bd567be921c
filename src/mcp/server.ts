/**
 * Serves a definition over MCP. It lists, completes, reads and passes calls on; it decides nothing: an embedded server is
 * called by the host's gate, a standalone one gets a `call` that is a gate.
 *
 * Built on the SDK's Server rather than McpServer: the list is made once instead of per request, errors carry a code, and
 * an unknown tool is the protocol error that the specification asks for.
 */
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { UriTemplate } from '@modelcontextprotocol/sdk/shared/uriTemplate.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { messageOf } from '../errors.js';
import { redactText } from '../guardrails/redaction.js';
import { type RunContext, ToolFailure, type ToolResult } from '../guardrails/types.js';
import type { JsonObject } from '../json.js';
import { isJsonObject } from '../json.js';
import { runTool } from './port.js';
import { toolEntry } from './schema.js';
import type { PromptSpec, ResourceSpec, ServerDefinition, Tool } from './tool.js';

/** Where our results carry their error code: clients validate `structuredContent` against the output schema even on errors. */
export const ERROR_CODE_META = 'mcp-chat/code';
/** Where our own host sends the plan's precondition. */
export const PRECONDITION_META = 'mcp-chat/precondition';

export type CallHandler = (tool: Tool, args: JsonObject, context: RunContext) => Promise<ToolResult>;

/** A server ready to be connected to a transport. */
export type McpServer = Server;

export interface ServerOptions {
  version: string;
  /** Default: run the handler as it is, for a host that has its own gate. */
  call?: CallHandler;
}

export function buildServer(definition: ServerDefinition, options: ServerOptions): Server {
  const call = options.call ?? runTool;
  const server = new Server(
    { name: `mcp-chat-${definition.name}`, title: definition.title, version: options.version },
    {
      instructions: definition.instructions,
      capabilities: {
        tools: {},
        ...(definition.resources.length > 0 ? { resources: {} } : {}),
        ...(definition.prompts.length > 0 ? { prompts: {} } : {}),
        completions: {},
      },
    },
  );
  handleTools(server, definition, call);
  if (definition.resources.length > 0) handleResources(server, definition.resources);
  if (definition.prompts.length > 0) handlePrompts(server, definition.prompts);
  handleCompletion(server, definition);
  return server;
}

function handleTools(server: Server, definition: ServerDefinition, call: CallHandler): void {
  const byName = new Map(definition.tools.map((tool) => [tool.name, tool]));
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: definition.tools.map(toolEntry) }));
  server.setRequestHandler(CallToolRequestSchema, async (request, extra): Promise<CallToolResult> => {
    const tool = byName.get(request.params.name);
    if (!tool) {
      const names = definition.tools.map((each) => each.name).join(', ');
      throw new McpError(ErrorCode.InvalidParams, `there is no tool "${request.params.name}"; there are: ${names}`);
    }
    const parsed = tool.parse(request.params.arguments);
    if (!parsed.ok) return toCallResult(tool, { ok: false, code: 'invalid', text: `${tool.name}: ${parsed.message}` });
    const precondition = request.params._meta?.[PRECONDITION_META];
    const progressToken = request.params._meta?.progressToken;
    let steps = 0;
    const result = await call(tool, parsed.args, {
      signal: extra.signal,
      ...(isJsonObject(precondition) ? { precondition } : {}),
      onProgress(progress) {
        if (progressToken === undefined) return;
        steps += 1;
        void extra
          .sendNotification({
            method: 'notifications/progress',
            params: { progressToken, ...progress, progress: progress.progress ?? steps },
          })
          .catch(() => undefined);
      },
    });
    return toCallResult(tool, result);
  });
}

/** Structured content is cut to the output schema, which clients enforce; text and data must each stand alone. */
function toCallResult(tool: Tool, result: ToolResult): CallToolResult {
  const content = [{ type: 'text' as const, text: result.text }];
  if (!result.ok) return { content, isError: true, _meta: { [ERROR_CODE_META]: result.code } };
  const data = tool.output.safeParse(result.data);
  if (!data.success) {
    const text = `${tool.name} returned data that does not fit its own schema; this is a bug in mcp-chat`;
    return { content: [{ type: 'text', text }], isError: true, _meta: { [ERROR_CODE_META]: 'unavailable' } };
  }
  return { content, structuredContent: data.data };
}

function handleResources(server: Server, resources: ResourceSpec[]): void {
  const describe = ({ name, title, description, mimeType }: ResourceSpec) => ({ name, title, description, mimeType });
  const isTemplate = (resource: ResourceSpec) => UriTemplate.isTemplate(resource.uri);
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: resources.filter((each) => !isTemplate(each)).map((each) => ({ ...describe(each), uri: each.uri })),
  }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: resources.filter(isTemplate).map((each) => ({ ...describe(each), uriTemplate: each.uri })),
  }));
  server.setRequestHandler(ReadResourceRequestSchema, async (request, extra) => {
    const { uri } = request.params;
    for (const resource of resources) {
      const variables = isTemplate(resource)
        ? new UriTemplate(resource.uri).match(uri)
        : uri === resource.uri
          ? {}
          : null;
      if (!variables) continue;
      const flat = Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, String(value)]));
      const text = await readResource(resource, flat, extra.signal);
      return { contents: [{ uri, mimeType: resource.mimeType, text }] };
    }
    throw new McpError(ErrorCode.InvalidParams, `there is no resource "${uri}"`);
  });
}

async function readResource(resource: ResourceSpec, variables: Record<string, string>, signal: AbortSignal) {
  try {
    return redactText(await resource.read(variables, signal)).text;
  } catch (error) {
    const code = error instanceof ToolFailure && error.code !== 'unavailable' ? ErrorCode.InvalidParams : undefined;
    throw new McpError(code ?? ErrorCode.InternalError, redactText(messageOf(error)).text);
  }
}

function handlePrompts(server: Server, prompts: PromptSpec[]): void {
  server.setRequestHandler(ListPromptsRequestSchema, () => ({
    prompts: prompts.map((prompt) => ({
      name: prompt.name,
      title: prompt.title,
      description: prompt.description,
      arguments: prompt.arguments.map(({ name, description, required }) => ({ name, description, required })),
    })),
  }));
  server.setRequestHandler(GetPromptRequestSchema, (request) => {
    const prompt = prompts.find((each) => each.name === request.params.name);
    if (!prompt) throw new McpError(ErrorCode.InvalidParams, `there is no prompt "${request.params.name}"`);
    const given = request.params.arguments ?? {};
    const missing = prompt.arguments.filter((each) => each.required && !given[each.name]).map((each) => each.name);
    if (missing.length > 0) {
      throw new McpError(ErrorCode.InvalidParams, `prompt ${prompt.name} needs: ${missing.join(', ')}`);
    }
    return {
      description: prompt.description,
      messages: [{ role: 'user' as const, content: { type: 'text' as const, text: prompt.render(given) } }],
    };
  });
}

/** The specification's limit on values in one completion. */
const MAX_COMPLETIONS = 100;

function handleCompletion(server: Server, definition: ServerDefinition): void {
  server.setRequestHandler(CompleteRequestSchema, async (request) => {
    const { ref, argument } = request.params;
    const values = await completions(definition, ref, argument).catch(() => []);
    return {
      completion: {
        values: values.slice(0, MAX_COMPLETIONS),
        total: values.length,
        hasMore: values.length > MAX_COMPLETIONS,
      },
    };
  });
}

async function completions(
  definition: ServerDefinition,
  ref: { type: string; name?: string; uri?: string },
  argument: { name: string; value: string },
): Promise<string[]> {
  if (ref.type === 'ref/prompt') {
    const prompt = definition.prompts.find((each) => each.name === ref.name);
    const spec = prompt?.arguments.find((each) => each.name === argument.name);
    return (await spec?.complete?.(argument.value)) ?? [];
  }
  const resource = definition.resources.find((each) => each.uri === ref.uri);
  return (await resource?.complete?.(argument.name, argument.value)) ?? [];
}
