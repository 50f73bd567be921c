/** What the agent's tests share: a gate that runs plain functions, an agent on a loopback API, and the check of histories. */
import { type Agent, type AgentOptions, createAgent } from '../../src/agent/agent.js';
import { createClaude } from '../../src/agent/claude.js';
import type { AgentEvent } from '../../src/agent/events.js';
import { manualClock } from '../../src/clock.js';
import type { Action, Gate, GateEvent, ToolResult, Verb, Verdict } from '../../src/guardrails/types.js';
import type { JsonObject } from '../../src/json.js';
import { type Answer, type MessagesApi, messagesApi, type RequestBody } from './messages-api.js';

export const ALLOW: Verdict = { effect: 'allow', matches: [], policyHash: 'test' };

type Handler = (args: JsonObject, signal: AbortSignal) => Promise<ToolResult> | ToolResult;

export interface TestGate extends Gate {
  /** In the order in which they began and ended: `start list_pods`, `end list_pods`. */
  log: string[];
}

export interface TestGateOptions {
  tools?: Record<string, { verb: Verb; run: Handler }>;
  prompt?: Verdict;
  screen?: (text: string) => string;
  /** Replaces `call` as a whole, to misbehave. */
  call?: Gate['call'];
}

export function ok(text: string): ToolResult {
  return { ok: true, text, data: {} };
}

export function testGate(options: TestGateOptions = {}): TestGate {
  const log: string[] = [];
  return {
    log,
    verbOf: (_server, tool) => options.tools?.[tool]?.verb ?? 'delete',
    async judgePrompt() {
      return options.prompt ?? ALLOW;
    },
    screenAnswer(text) {
      const screened = options.screen?.(text) ?? text;
      return { text: screened, redactions: screened === text ? 0 : 1 };
    },
    reset() {
      log.push('reset');
    },
    async call(call, { signal, emit }) {
      if (options.call) return options.call(call, { signal, emit });
      const { id: callId, server, tool } = call;
      const known = options.tools?.[tool];
      let result: ToolResult;
      if (known) {
        log.push(`start ${tool}`);
        emit({ type: 'verdict', callId, action: actionOf(server, tool, known.verb), verdict: ALLOW });
        emit({ type: 'tool_started', callId, server, tool });
        result = await known.run(call.args as JsonObject, signal);
        log.push(`end ${tool}`);
      } else {
        result = { ok: false, code: 'not_found', text: `there is no tool ${tool}` };
      }
      emit(finishedEvent(callId, server, tool, result));
      return result;
    },
  };
}

export function finishedEvent(callId: string, server: string, tool: string, result: ToolResult): GateEvent {
  const screening = { redactions: 0, quarantined: [], injectionScore: 0 };
  return { type: 'tool_finished', callId, server, tool, result, screening, durationMs: 1 };
}

function actionOf(server: string, tool: string, verb: Verb): Action {
  return {
    server,
    tool,
    verb,
    target: { system: server, scope: 'test' },
    environment: 'non-production',
    environmentReason: 'test',
    arguments: {},
    tainted: false,
    provenance: [],
  };
}

export interface Bench {
  api: MessagesApi;
  agent: Agent;
  gate: TestGate;
  run(text: string, signal?: AbortSignal): Promise<AgentEvent[]>;
}

const opened: MessagesApi[] = [];

/** An agent on the real client, on a loopback API that gives these answers one after another. */
export async function bench(
  answers: readonly Answer[],
  options: Partial<AgentOptions> & { gateOptions?: TestGateOptions } = {},
): Promise<Bench> {
  const api = await messagesApi(answers);
  opened.push(api);
  const { gateOptions, ...agentOptions } = options;
  const gate = testGate(gateOptions);
  const names = Object.keys(gateOptions?.tools ?? {});
  const agent = createAgent({
    claude: createClaude({ apiKey: 'test-key', baseURL: api.url }),
    gate,
    tools: names.map((name) => ({ server: 'kubernetes', name, description: name, inputSchema: { type: 'object' } })),
    system: 'You operate clusters.',
    model: 'claude-opus-5-5',
    limits: { maxTurns: 10 },
    clock: manualClock(0),
    random: () => 0,
    abortGraceMs: 20,
    mark: () => 'mark',
    ...agentOptions,
  });
  const run = (text: string, signal = new AbortController().signal) => collect(agent.run(text, { signal }));
  return { api, agent, gate, run };
}

export async function closeBenches(): Promise<void> {
  await Promise.all(opened.splice(0).map((api) => api.close()));
}

export async function collect(events: AsyncIterable<AgentEvent>): Promise<AgentEvent[]> {
  const all: AgentEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

export function ofType<T extends AgentEvent['type']>(events: readonly AgentEvent[], type: T) {
  return events.filter((event): event is Extract<AgentEvent, { type: T }> => event.type === type);
}

export function stopOf(events: readonly AgentEvent[]): string {
  const last = events.at(-1);
  return last?.type === 'turn_finished' ? last.stopReason : last?.type === 'failed' ? `failed: ${last.kind}` : 'open';
}

export function shownText(events: readonly AgentEvent[]): string {
  return ofType(events, 'text_delta')
    .map((event) => event.text)
    .join('');
}

type Messages = RequestBody['messages'];

/** What the API would refuse about a conversation; empty where it is fine. */
export function faultsOf(messages: Messages): string[] {
  const faults: string[] = [];
  messages.forEach((message, index) => {
    const expected = index % 2 === 0 ? 'user' : 'assistant';
    if (message.role !== expected) faults.push(`message ${index} is of ${message.role}, not ${expected}`);
    if (message.content.length === 0) faults.push(`message ${index} is empty`);
    for (const block of message.content) {
      if (block.type === 'text' && !block.text?.trim()) faults.push(`message ${index} holds empty text`);
      if (block.type === 'thinking' && !block.signature) faults.push(`message ${index} holds unsigned thinking`);
    }
    const results = message.content.filter((block) => block.type === 'tool_result').map((block) => block.tool_use_id);
    const before = messages[index - 1]?.content ?? [];
    const uses = before.filter((block) => block.type === 'tool_use').map((block) => block.id);
    if (message.role === 'user' && JSON.stringify(results) !== JSON.stringify(uses)) {
      faults.push(`message ${index} answers ${results.join(', ') || 'nothing'}, not ${uses.join(', ') || 'nothing'}`);
    }
    const firstOther = message.content.findIndex((block) => block.type !== 'tool_result');
    if (firstOther !== -1 && message.content.slice(firstOther).some((block) => block.type === 'tool_result')) {
      faults.push(`message ${index} has a result after other content`);
    }
  });
  return faults;
}

/** The conversation of the agent, checked as if the operator's next words were appended. */
export function historyFaults(agent: Agent): string[] {
  const messages = structuredClone(agent.messages) as Messages;
  const last = messages.at(-1);
  const next = { type: 'text', text: 'go on' };
  if (last?.role === 'user') last.content.push(next);
  else messages.push({ role: 'user', content: [next] });
  return faultsOf(messages);
}
