/** The library: what other programs import from `mcp-chat`. */
export type { AgentEvent, FailureKind, StopReason, Usage } from './agent/events.js';
export { AGENT_EVENT_VERSION } from './agent/events.js';
export type { Clock } from './clock.js';
export { manualClock, systemClock } from './clock.js';
export { ExitCode, UserError } from './errors.js';
export * from './guardrails/index.js';
export type * from './guardrails/types.js';
export { accessFromFetch, accessFromKubeConfig } from './kubernetes/access.js';
export { createKubernetesServer } from './kubernetes/server.js';
export type { ServerDefinition, Tool, ToolSpec } from './mcp/tool.js';
export { defineTool } from './mcp/tool.js';
export { createPaletteClient, paletteCredentials } from './palette/client.js';
export { createPaletteServer } from './palette/server.js';
