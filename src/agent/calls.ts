/**
 * Runs the tool calls of one reply: reads at once and together, writes one by one. A read never waits; a write waits for
 * every call that stands before it, so that it is judged after what came earlier was read. Every call ends with exactly one
 * result and one `tool_finished`, whatever the gate does and whenever it is interrupted. Nothing here rejects.
 */
import type { Gate, GateEvent, Screening, ToolResult, Verb } from '../guardrails/types.js';

export interface RequestedCall {
  id: string;
  server: string;
  tool: string;
  verb: Verb;
  /** As Claude wrote them; the gate checks them against the tool's schema. */
  args: unknown;
}

export interface RunCallsOptions {
  gate: Gate;
  signal: AbortSignal;
  emit(event: GateEvent): void;
  /** How long an interrupted call may take to say what became of it. Real milliseconds. */
  graceMs: number;
}

export const ABORT_GRACE_MS = 3_000;

const UNSCREENED: Screening = { redactions: 0, quarantined: [], injectionScore: 0 };

/** The results in the order of the calls. */
export function runCalls(calls: readonly RequestedCall[], options: RunCallsOptions): Promise<ToolResult[]> {
  const running: Promise<ToolResult>[] = [];
  for (const call of calls) {
    const before = call.verb === 'read' ? [] : [...running];
    running.push(Promise.all(before).then(() => runCall(call, options)));
  }
  return Promise.all(running);
}

/** A result for a call that is not run, with its `tool_finished`. */
export function leaveCall(call: RequestedCall, text: string, emit: (event: GateEvent) => void): ToolResult {
  const result: ToolResult = { ok: false, code: 'interrupted', text };
  emit(finished(call, result));
  return result;
}

async function runCall(call: RequestedCall, options: RunCallsOptions): Promise<ToolResult> {
  const { gate, signal, emit, graceMs } = options;
  if (signal.aborted) return leaveCall(call, 'Not run: the operator interrupted before it began.', emit);
  let ended = false;
  const forward = (event: GateEvent) => {
    if (ended) return;
    if (event.type === 'tool_finished') ended = true;
    emit(event);
  };
  let result: ToolResult;
  try {
    const { id, server, tool, args } = call;
    result = await withGrace(gate.call({ id, server, tool, args }, { signal, emit: forward }), signal, graceMs);
  } catch {
    // The reason may hold anything, so it is not repeated.
    const text = 'The call failed inside mcp-chat. Whether it had an effect is not known; look before calling again.';
    result = { ok: false, code: 'unavailable', text };
  }
  forward(finished(call, result));
  ended = true;
  return result;
}

async function withGrace(call: Promise<ToolResult>, signal: AbortSignal, graceMs: number): Promise<ToolResult> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const lost = new Promise<ToolResult>((resolve) => {
    const text = 'Interrupted by the operator while it ran. Whether it had an effect is not known.';
    onAbort = () => {
      timer = setTimeout(() => resolve({ ok: false, code: 'interrupted', text }), graceMs);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([call, lost]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

function finished(call: RequestedCall, result: ToolResult): GateEvent {
  const { id: callId, server, tool } = call;
  return { type: 'tool_finished', callId, server, tool, result, screening: UNSCREENED, durationMs: 0 };
}
