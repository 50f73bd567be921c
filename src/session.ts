/**
 * The composition root: from configuration to a running session. Everything that needs wiring is wired here, and
 * only here; the console, the headless output and the commands see this interface and nothing behind it.
 */
import type { AgentEvent, Usage } from './agent/events.js';
import type { ApprovalDecision, ApprovalRequest, Approver, Verb } from './guardrails/types.js';
import type { JsonObject } from './json.js';

export type BackendMode = 'live' | 'demo' | 'off';

export interface BackendStatus {
  server: string;
  mode: BackendMode;
  /** The kubeconfig context, the Palette project, or what stands in their place: `demo: checkout-incident`. */
  scope: string;
  /** What kept it from starting, where something did. */
  problem?: string;
}

export interface ToolListing {
  server: string;
  name: string;
  title: string;
  description: string;
  verb: Verb;
  /** JSON Schema of the arguments. */
  inputSchema: JsonObject;
}

export interface SessionInfo {
  id: string;
  version: string;
  /** Null without credentials: no conversation, but direct calls and the demos work. */
  model: string | null;
  /** True where Claude's part is played from a scenario. */
  scripted: boolean;
  backends: BackendStatus[];
  rules: number;
  /** Shown in the footer until mended: a policy file that is broken, a required rule that is missing. */
  warnings: string[];
}

export interface Session {
  readonly info: SessionInfo;
  readonly tools: ToolListing[];
  readonly usage: Usage;
  /** One turn of the conversation. Throws UserError where there is no model. */
  run(text: string, options: { signal: AbortSignal }): AsyncIterable<AgentEvent>;
  /** One tool call without Claude, through the same gate. */
  call(server: string, tool: string, args: JsonObject, options: { signal: AbortSignal }): AsyncIterable<AgentEvent>;
  /** Who is asked from now on. Until this is called, every approval is denied. */
  setApprover(approver: Approver): void;
  /** Forgets the conversation, its taint and its grants. */
  clear(): void;
  close(): Promise<void>;
}

/**
 * Who types in a replay: the operator's lines and decisions, from a scenario. Claude's part is played behind the
 * agent's client; this is the other side of the table.
 */
export interface OperatorScript {
  title: string;
  turns: { say: string }[];
  /** Null where the scenario leaves a decision to the person watching. */
  decide(request: ApprovalRequest): { decision: ApprovalDecision; delayMs: number } | null;
  /** 1 is real time; Infinity waits for nothing. */
  speed: number;
}
