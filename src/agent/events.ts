/**
 * One turn as a stream of events. This union is the public schema that `--output-format stream-json` prints, that the
 * console renders, the recorder writes and scenarios assert on. Change it by adding; a breaking change raises the version.
 */
import type { GateEvent, Verb, Verdict } from '../guardrails/types.js';
import type { JsonObject } from '../json.js';

export const AGENT_EVENT_VERSION = 1;

/** Tokens of one reply or, summed, of a turn or session. Cost in US dollars; null where the model has no known price. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  costUsd: number | null;
}

/** Why a turn ended. `blocked`: the prompt was denied by policy before Claude saw it. */
export type StopReason =
  | 'end_turn'
  | 'max_tokens'
  | 'refusal'
  | 'context_exceeded'
  | 'interrupted'
  | 'blocked'
  | 'limit_turns'
  | 'limit_tokens'
  | 'limit_cost';

export type FailureKind =
  | 'auth'
  | 'rate_limit'
  | 'overloaded'
  | 'network'
  | 'invalid_request'
  | 'truncated'
  | 'internal';

export type AgentEvent =
  | { type: 'turn_started'; version: typeof AGENT_EVENT_VERSION; turn: number; text: string; model: string }
  | { type: 'prompt_verdict'; verdict: Verdict }
  | { type: 'text_delta'; text: string }
  | { type: 'thinking_delta'; text: string }
  /** Claude asked for a call. Emitted for every tool_use, before the gate sees it, in Claude's order. */
  | { type: 'tool_requested'; callId: string; server: string; tool: string; verb: Verb; args: JsonObject }
  | GateEvent
  /** The partial reply is discarded and sent again after `delayMs`. */
  | { type: 'retrying'; attempt: number; delayMs: number; reason: string }
  /** After each reply of Claude; `total` is the whole session so far. */
  | { type: 'usage'; reply: Usage; total: Usage; contextTokens: number }
  | { type: 'turn_finished'; turn: number; stopReason: StopReason; text: string; usage: Usage; detail?: string }
  | { type: 'failed'; turn: number; kind: FailureKind; message: string; hint: string };
