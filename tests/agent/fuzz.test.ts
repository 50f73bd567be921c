/**
 * Whatever Claude's API does, whatever the tools do and whenever the operator interrupts: the conversation stays one that
 * the API accepts, every call is answered exactly once, and nothing runs for a reply that was not complete.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAgent } from '../../src/agent/agent.js';
import { createClaude } from '../../src/agent/claude.js';
import type { AgentEvent } from '../../src/agent/events.js';
import { manualClock } from '../../src/clock.js';
import type { ToolResult } from '../../src/guardrails/types.js';
import { faultsOf, historyFaults, ofType, ok, testGate } from './helpers.js';
import { type Block, eventsOf, type Reply, type RequestBody } from './messages-api.js';

const TOOLS = ['read_a', 'read_b', 'write_a', 'write_b', 'fails', 'throws', 'unknown'] as const;
type ToolName = (typeof TOOLS)[number];

type Step =
  | { kind: 'reply'; text: string; thinking: boolean; calls: ToolName[]; badJson: boolean; stop: string | null }
  | { kind: 'status'; status: number }
  | { kind: 'cut'; after: number; how: 'close' | 'error' | 'overload'; calls: ToolName[] };

const calls = fc.array(fc.constantFrom(...TOOLS), { maxLength: 4 });
const natural = fc.constant<string | null>('natural');
const odd = fc.constantFrom(
  'end_turn',
  'tool_use',
  'max_tokens',
  'refusal',
  'pause_turn',
  'model_context_window_exceeded',
  null,
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('reply' as const),
      text: fc.constantFrom('', ' ', 'All is well.', 'I will look at the pods now.'),
      thinking: fc.boolean(),
      calls,
      badJson: fc.nat(19).map((n) => n === 0),
      stop: fc.oneof({ weight: 4, arbitrary: natural }, { weight: 2, arbitrary: odd }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('status' as const),
      status: fc.constantFrom(400, 401, 413, 429, 500, 529),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      after: fc.nat(12),
      how: fc.constantFrom('close' as const, 'error' as const, 'overload' as const),
      calls,
    }),
  },
);
/** At which event, counted over the turn, the operator interrupts; far away means never. */
const turn = fc.record({
  words: fc.constantFrom('look', 'and now?', 'scale it'),
  interruptAt: fc.oneof(fc.nat(25), fc.constant(10_000)),
});

function api(steps: readonly Step[], requests: RequestBody[]) {
  let next = 0;
  return async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const body = JSON.parse(String(init?.body)) as RequestBody;
    requests.push(body);
    const now = steps[next] ?? {
      kind: 'reply',
      text: 'End.',
      thinking: false,
      calls: [],
      badJson: false,
      stop: 'natural',
    };
    next += 1;
    if (now.kind === 'status') {
      const error = { type: 'error', error: { type: 'some_error', message: 'because' } };
      return new Response(JSON.stringify(error), {
        status: now.status,
        headers: { 'content-type': 'application/json' },
      });
    }
    const blocks: Block[] = [];
    if (now.kind === 'reply' && now.thinking)
      blocks.push({ thinking: 'hm', signature: now.stop === 'max_tokens' ? '' : 'c2ln' });
    if (now.kind === 'reply' && now.text !== '') blocks.push({ text: now.text });
    now.calls.forEach((tool, index) => {
      const json = now.kind === 'reply' && now.badJson ? { json: '{"a": nope}' } : {};
      blocks.push({
        tool: tool === 'unknown' ? 'nowhere' : `kubernetes__${tool}`,
        id: `call-${next}-${index}`,
        input: { n: index },
        ...json,
      });
    });
    const reply: Reply = { blocks, ...(now.kind === 'reply' && now.stop !== 'natural' ? { stop: now.stop } : {}) };
    return streamed(reply, next, now.kind === 'cut' ? now : undefined);
  };
}

function streamed(reply: Reply, number: number, cut: { after: number; how: string } | undefined): Response {
  const events = eventsOf(reply, number).slice(0, cut?.after);
  const frames = events.map(({ event, data }) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  if (cut?.how === 'overload') {
    frames.push('event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n');
  }
  const encoder = new TextEncoder();
  let index = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const frame = frames[index];
      index += 1;
      if (frame !== undefined) controller.enqueue(encoder.encode(frame));
      else if (cut?.how === 'error') controller.error(new TypeError('terminated'));
      else controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

const slowly = async (result: ToolResult) => {
  await new Promise((resolve) => setImmediate(resolve));
  return result;
};

describe('the loop', () => {
  it('keeps its invariants under any script of faults, tools and interruptions', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.array(turn, { minLength: 1, maxLength: 4 }),
        async (steps, turns) => {
          const requests: RequestBody[] = [];
          const gate = testGate({
            tools: {
              read_a: { verb: 'read', run: () => slowly(ok('a')) },
              read_b: { verb: 'read', run: () => ok('') },
              write_a: { verb: 'write', run: () => slowly(ok('wa')) },
              write_b: { verb: 'delete', run: () => slowly(ok('wb')) },
              fails: { verb: 'read', run: () => ({ ok: false, code: 'denied', text: 'no' }) },
              throws: {
                verb: 'write',
                run: () => {
                  throw new Error('boom');
                },
              },
            },
          });
          const agent = createAgent({
            claude: createClaude({
              apiKey: 'k',
              baseURL: 'http://api.invalid',
              fetch: api(steps, requests) as typeof fetch,
            }),
            gate,
            tools: TOOLS.slice(0, -1).map((name) => ({
              server: 'kubernetes',
              name,
              description: name,
              inputSchema: { type: 'object' },
            })),
            system: 's',
            model: 'claude-opus-5-5',
            limits: { maxTurns: 4 },
            clock: manualClock(0),
            random: () => 0,
            abortGraceMs: 5,
          });
          for (const { words, interruptAt } of turns) {
            const stop = new AbortController();
            const events: AgentEvent[] = [];
            for await (const event of agent.run(words, { signal: stop.signal })) {
              events.push(event);
              if (events.length === interruptAt) stop.abort(new Error('interrupted'));
            }
            checkTurn(events);
            expect(historyFaults(agent)).toEqual([]);
          }
          for (const { messages } of requests) {
            // A request may end with Claude's own words after a pause; what comes before must be in order all the same.
            expect(faultsOf(messages)).toEqual([]);
          }
          checkAppendOnly(requests);
        },
      ),
      { numRuns: 150 },
    );
  });
});

function checkTurn(events: readonly AgentEvent[]): void {
  const ends = events.filter(({ type }) => type === 'turn_finished' || type === 'failed');
  expect(ends).toHaveLength(1);
  expect(events.at(-1)).toBe(ends[0]);
  const requested = ofType(events, 'tool_requested').map(({ callId }) => callId);
  const finished = ofType(events, 'tool_finished').map(({ callId }) => callId);
  expect([...finished].sort()).toEqual([...requested].sort());
  expect(new Set(requested).size).toBe(requested.length);
  // Writes overlap with nothing that came before them: each starts only after the one before has finished.
  const running = new Set<string>();
  for (const event of events) {
    if (event.type === 'tool_started' && event.tool.startsWith('write')) {
      expect([...running]).toEqual([]);
      running.add(event.callId);
    }
    if (event.type === 'tool_finished') running.delete(event.callId);
  }
}

/** What Claude has answered is never changed: each request begins with the answered part of the one before. */
function checkAppendOnly(requests: readonly RequestBody[]): void {
  requests.forEach(({ messages }, index) => {
    const before = requests[index - 1]?.messages ?? [];
    const lastAnswer = before.findLastIndex(({ role }) => role === 'assistant');
    const answered = before.slice(0, lastAnswer);
    expect(messages.slice(0, answered.length)).toEqual(answered);
  });
}
