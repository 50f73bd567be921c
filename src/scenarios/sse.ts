/**
 * One scripted reply as the Messages API would stream it: server-sent events, paced by a clock, with the fault that is due.
 * Knows the wire format and no script.
 */
import type { Clock } from '../clock.js';
import type { JsonObject } from '../json.js';
import type { ScenarioFault } from './format.js';

export interface StreamedCall {
  id: string;
  name: string;
  args: JsonObject;
}

export interface StreamedReply {
  number: number;
  model: string;
  thinking: string | undefined;
  text: string | undefined;
  calls: StreamedCall[];
  stop: 'end_turn' | 'tool_use' | 'max_tokens' | 'refusal' | 'pause_turn' | 'context_exceeded';
  category: string | undefined;
  /** Before the first call, or before the end. */
  pauseMs: number;
  usage: { input_tokens: number; cache_read_input_tokens: number; cache_creation_input_tokens: number };
}

export interface Pace {
  charsPerSecond: number;
  startMs: number;
}

interface TimedEvent {
  type: string;
  data: JsonObject;
  /** Characters that Claude "wrote" for it. */
  chars: number;
  /** Waited before it, beside the time that its characters take. */
  pauseMs: number;
}

const CHARS_PER_TOKEN = 4;

export function tokensIn(chars: number): number {
  return Math.ceil(chars / CHARS_PER_TOKEN);
}

/** The whole reply as a streaming response. Ends early where `fault` says so; its sleeps end when `signal` is aborted. */
export function streamReply(
  reply: StreamedReply,
  options: { clock: Clock; pace: Pace; signal: AbortSignal | undefined; fault: ScenarioFault | undefined },
): Response {
  const { clock, pace, signal, fault } = options;
  const events = eventsOf(reply);
  const count = fault ? Math.max(1, Math.floor(events.length / 2)) : events.length;
  const encoder = new TextEncoder();
  let next = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const event = next < count ? events[next] : undefined;
      if (!event) return endStream(controller, fault, options);
      const writing = next === 0 ? pace.startMs : (event.chars / pace.charsPerSecond) * 1000;
      await clock.sleep(writing + event.pauseMs, signal);
      next += 1;
      controller.enqueue(encoder.encode(frame(event.type, event.data)));
    },
  });
  const headers = { 'content-type': 'text/event-stream', 'request-id': `req_script_${reply.number}` };
  return new Response(body, { status: 200, headers });
}

/** An answer with an error status, as the API gives it. */
export function errorResponse(status: number, type: string, message: string, retryAfterSeconds?: number): Response {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds);
  return new Response(JSON.stringify({ type: 'error', error: { type, message } }), { status, headers });
}

const STALL_STEP_MS = 30_000;
const STALL_PAUSE_MS = 20;

async function endStream(
  controller: ReadableStreamDefaultController<Uint8Array>,
  fault: ScenarioFault | undefined,
  { clock, signal }: { clock: Clock; signal: AbortSignal | undefined },
): Promise<void> {
  if (fault?.kind === 'overloaded') {
    const error = { type: 'overloaded_error', message: 'Overloaded' };
    controller.enqueue(new TextEncoder().encode(frame('error', { type: 'error', error })));
  }
  if (fault?.kind === 'reset') {
    controller.error(new Error('terminated'));
    return;
  }
  if (fault?.kind === 'stall') {
    // On a clock that only jumps, the watchdog needs moments of real time to notice that time has passed.
    while (!signal?.aborted) {
      await clock.sleep(STALL_STEP_MS, signal);
      await new Promise((resolve) => setTimeout(resolve, STALL_PAUSE_MS));
    }
  }
  controller.close();
}

function frame(type: string, data: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function eventsOf(reply: StreamedReply): TimedEvent[] {
  const events: TimedEvent[] = [];
  let pauseMs = 0;
  const add = (type: string, data: JsonObject, chars = 0) => {
    events.push({ type, data: { type, ...data }, chars, pauseMs });
    pauseMs = 0;
  };
  const usage = { ...reply.usage, output_tokens: 1 };
  const message: JsonObject = {
    id: `msg_script_${reply.number}`,
    type: 'message',
    role: 'assistant',
    model: reply.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage,
  };
  add('message_start', { message });
  let index = 0;
  let written = 0;
  const block = (head: JsonObject, deltas: { delta: JsonObject; chars: number }[]) => {
    add('content_block_start', { index, content_block: head });
    for (const { delta, chars } of deltas) {
      add('content_block_delta', { index, delta }, chars);
      written += chars;
    }
    add('content_block_stop', { index });
    index += 1;
  };
  if (reply.thinking) {
    const deltas = words(reply.thinking).map((thinking) => ({
      delta: { type: 'thinking_delta', thinking },
      chars: thinking.length,
    }));
    const signature = { delta: { type: 'signature_delta', signature: 'c2NyaXB0ZWQ=' }, chars: 0 };
    block({ type: 'thinking', thinking: '', signature: '' }, [...deltas, signature]);
  }
  if (reply.text) {
    const deltas = words(reply.text).map((text) => ({ delta: { type: 'text_delta', text }, chars: text.length }));
    block({ type: 'text', text: '', citations: null }, deltas);
  }
  pauseMs = reply.pauseMs;
  for (const [position, call] of reply.calls.entries()) {
    const json = JSON.stringify(call.args);
    const cut = reply.stop === 'max_tokens' && position === reply.calls.length - 1;
    const partial_json = cut ? json.slice(0, Math.ceil(json.length / 2)) : json;
    // Nobody watches arguments grow, so they take no time.
    const deltas = [{ delta: { type: 'input_json_delta', partial_json }, chars: 0 }];
    written += partial_json.length;
    const caller = { type: 'direct' };
    block({ type: 'tool_use', id: call.id, name: call.name, input: {}, caller }, deltas);
  }
  const details = reply.stop === 'refusal' ? refusalDetails(reply.category) : null;
  const stop_reason = reply.stop === 'context_exceeded' ? 'model_context_window_exceeded' : reply.stop;
  add('message_delta', {
    delta: { stop_reason, stop_sequence: null, stop_details: details },
    usage: { ...usage, output_tokens: tokensIn(written) },
  });
  add('message_stop', {});
  return events;
}

function refusalDetails(category: string | undefined): JsonObject {
  return { type: 'refusal', category: category ?? null, explanation: null };
}

/** Words with the space after them, so that text arrives as it is read. */
function words(text: string): string[] {
  return text.match(/\s*\S+\s*/g) ?? [text];
}
