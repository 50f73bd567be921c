/**
 * Plays Claude's part from a scenario, in the place of the network: the real client, parser, loop, gate and tools run.
 * Every request must fit the script: the operator's words, the results of exactly the calls that were made, the tools
 * that are named. What does not fit is an error that ends the turn; nothing ever reaches the network.
 */
import type { ClaudeMiddleware } from '../agent/claude.js';
import { ScriptFailure } from '../agent/failures.js';
import { claudeName } from '../agent/tools.js';
import type { Clock } from '../clock.js';
import type { Gate, ToolResult } from '../guardrails/types.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import type { Outcome, Scenario, ScenarioFault, ScenarioReply, ScenarioTurn } from './format.js';
import { errorResponse, type StreamedCall, type StreamedReply, streamReply, tokensIn } from './sse.js';
import { brief, plain, substitute, valueAt } from './values.js';

export interface ScriptedClaude {
  /** For the client that the agent uses. */
  middleware: ClaudeMiddleware;
  /** The same gate, with results remembered for the script's references. */
  watch(gate: Gate): Gate;
  /** True once every reply of every turn has been given. */
  finished(): boolean;
}

interface Request {
  model: string;
  tools: ReadonlySet<string>;
  words: string | undefined;
  resultIds: string[];
  /** Tells one request from the next; the same again is a retry. */
  key: string;
  chars: number;
}

export function outcomeOf(result: ToolResult): Outcome {
  if (result.ok) return 'ok';
  return result.code === 'denied' ? 'denied' : 'failed';
}

export function scriptedClaude(scenario: Scenario, options: { clock: Clock }): ScriptedClaude {
  const player = new Player(scenario, options.clock);
  return {
    middleware: async (request) => player.answer(request.body, request.signal ?? undefined),
    watch: (gate) => player.watch(gate),
    finished: () => player.finished(),
  };
}

class Player {
  readonly #scenario: Scenario;
  readonly #clock: Clock;
  #turn = -1;
  /** The next reply of the turn. */
  #reply = 0;
  #expectedIds: string[] = [];
  #served: { key: string; reply: StreamedReply; faults: ScenarioFault[] } | undefined;
  #callNumber = 0;
  #replyNumber = 0;
  /** Tokens that the API would have in its cache. */
  #cached = 0;
  readonly #aliases = new Map<string, string>();
  readonly #results = new Map<string, ToolResult>();

  constructor(scenario: Scenario, clock: Clock) {
    this.#scenario = scenario;
    this.#clock = clock;
  }

  finished(): boolean {
    const last = this.#scenario.turns.length - 1;
    if (this.#turn < last) return false;
    const rest = this.#scenario.turns[last]?.claude.slice(this.#reply) ?? [];
    return rest.every((reply) => !this.#applies(reply));
  }

  watch(gate: Gate): Gate {
    return {
      verbOf: (server, tool) => gate.verbOf(server, tool),
      judgePrompt: (text) => gate.judgePrompt(text),
      screenAnswer: (text) => gate.screenAnswer(text),
      reset: () => gate.reset(),
      call: async (call, callOptions) => {
        const result = await gate.call(call, callOptions);
        this.#results.set(call.id, result);
        return result;
      },
    };
  }

  answer(body: unknown, signal: AbortSignal | undefined): Response {
    const request = readRequest(body);
    if (this.#served?.key !== request.key) {
      const reply = this.#next(request);
      this.#served = { key: request.key, reply: this.#compile(reply, request), faults: [...(reply.faults ?? [])] };
    }
    const { reply, faults } = this.#served;
    const fault = faults.shift();
    if (fault?.kind === 'http_429') {
      return errorResponse(429, 'rate_limit_error', 'rate limited', fault.retryAfterSeconds);
    }
    if (fault?.kind === 'http_529') {
      return errorResponse(529, 'overloaded_error', 'overloaded', fault.retryAfterSeconds);
    }
    if (fault?.kind === 'http_500') return errorResponse(500, 'api_error', 'internal error');
    return streamReply(reply, { clock: this.#clock, pace: this.#scenario.pace, signal, fault });
  }

  /** The reply that is due, after checking that this request is the one the script waits for. */
  #next(request: Request): ScenarioReply {
    if (request.words !== undefined) this.#startTurn(request.words);
    else this.#checkResults(request.resultIds);
    const turn = this.#scenario.turns[this.#turn];
    const replies = turn?.claude ?? [];
    while (this.#reply < replies.length) {
      const reply = replies[this.#reply];
      this.#reply += 1;
      if (reply && this.#applies(reply)) return reply;
    }
    throw new ScriptFailure(`the script is exhausted: turn ${this.#turn + 1} has no further reply of Claude's`);
  }

  #startTurn(words: string): void {
    const turns: ScenarioTurn[] = this.#scenario.turns;
    const found = turns.findIndex((turn, index) => index > this.#turn && sameWords(turn.say, words));
    if (found === -1) {
      const next = turns[this.#turn + 1];
      const expected = next ? `next in the script is "${short(next.say)}"` : 'the script is at its end';
      throw new ScriptFailure(`this conversation is scripted and has no answer to "${short(words)}"; ${expected}`);
    }
    this.#turn = found;
    this.#reply = 0;
  }

  #checkResults(ids: string[]): void {
    if (JSON.stringify(ids) === JSON.stringify(this.#expectedIds)) return;
    const expected = this.#expectedIds.join(', ') || 'none';
    throw new ScriptFailure(`the request does not fit the script: results of ${expected} were due`);
  }

  #applies(reply: ScenarioReply): boolean {
    return Object.entries(reply.if ?? {}).every(([alias, outcome]) => {
      const result = this.#results.get(this.#aliases.get(alias) ?? '');
      return result !== undefined && outcomeOf(result) === outcome;
    });
  }

  #compile(reply: ScenarioReply, request: Request): StreamedReply {
    const lookup = (reference: string) => this.#lookup(reference);
    const calls = (reply.calls ?? []).map(({ tool, as, args }): StreamedCall => {
      const [server = '', name = ''] = tool.split('.');
      const claude = claudeName(server, name);
      if (!request.tools.has(claude))
        throw new ScriptFailure(`the script calls ${tool}, which this session does not have`);
      this.#callNumber += 1;
      const id = `toolu_script_${String(this.#callNumber).padStart(4, '0')}`;
      if (as) this.#aliases.set(as, id);
      return { id, name: claude, args: objectOf(substitute(args, lookup)) };
    });
    this.#expectedIds = calls.map((call) => call.id);
    this.#replyNumber += 1;
    const prompt = tokensIn(request.chars);
    const read = Math.min(this.#cached, prompt);
    this.#cached = prompt;
    return {
      number: this.#replyNumber,
      model: request.model,
      thinking: reply.thinking === undefined ? undefined : plain(substitute(reply.thinking, lookup)),
      text: reply.text === undefined ? undefined : plain(substitute(reply.text, lookup)),
      calls,
      stop: reply.stop ?? (calls.length > 0 ? 'tool_use' : 'end_turn'),
      category: reply.category,
      pauseMs: reply.pauseMs ?? 0,
      usage: { input_tokens: 4, cache_read_input_tokens: read, cache_creation_input_tokens: prompt - read },
    };
  }

  #lookup(reference: string): JsonValue {
    const [alias = ''] = reference.split(/[.[]/);
    const result = this.#results.get(this.#aliases.get(alias) ?? '');
    if (!result) throw new ScriptFailure(`the script refers to "${reference}", but there is no result of "${alias}"`);
    const value = valueAt({ [alias]: { text: result.text, data: result.data ?? {} } }, reference);
    if (value === undefined) {
      throw new ScriptFailure(
        `the script refers to "${reference}", which is not in the result: ${brief(result.data, 300)}`,
      );
    }
    return value;
  }
}

function readRequest(body: unknown): Request {
  const text = typeof body === 'string' ? body : '';
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new ScriptFailure('the request is not JSON');
  }
  if (!isJsonObject(parsed) || !Array.isArray(parsed.messages) || parsed.stream !== true) {
    throw new ScriptFailure('the request is not one for a streamed message');
  }
  const message = parsed.messages.at(-1);
  const blocks = contentOf(message);
  // After a pause, Claude's own words stand last.
  const last = isJsonObject(message) && message.role === 'user' ? blocks.at(-1) : undefined;
  const tools = (Array.isArray(parsed.tools) ? parsed.tools : []).flatMap((tool) =>
    isJsonObject(tool) && typeof tool.name === 'string' ? [tool.name] : [],
  );
  return {
    model: typeof parsed.model === 'string' ? parsed.model : '',
    tools: new Set(tools),
    words: last?.type === 'text' && typeof last.text === 'string' ? last.text : undefined,
    resultIds: blocks.flatMap((block) => (typeof block.tool_use_id === 'string' ? [block.tool_use_id] : [])),
    key: JSON.stringify(parsed.messages),
    chars: text.length,
  };
}

function contentOf(message: JsonValue | undefined): JsonObject[] {
  const content = isJsonObject(message) ? message.content : undefined;
  return Array.isArray(content) ? content.filter(isJsonObject) : [];
}

function objectOf(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {};
}

function sameWords(a: string, b: string): boolean {
  const plainWords = (text: string) => text.replace(/\s+/g, ' ').trim();
  return plainWords(a) === plainWords(b);
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
