/**
 * One turn of the operator, from the words to the end, whatever the end is. Tools run only when a reply is complete and
 * stopped in order to use them; every tool_use is answered before anything else is appended; an interruption at any moment
 * leaves a conversation that can go on.
 */
import type { ContentBlock } from '@anthropic-ai/sdk/resources/messages';
import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';
import type { Gate, GateEvent, ToolResult } from '../guardrails/types.js';
import { isJsonObject, type JsonObject } from '../json.js';
import type { AgentLimits } from './agent.js';
import { leaveCall, type RequestedCall, runCalls } from './calls.js';
import type { Claude, ClaudeReply, ClaudeStreamEvent } from './claude.js';
import { costLimit, type End, endOf, reasonsOf, refusalOf, tokenLimit, turnLimit } from './ends.js';
import type { AgentEvent, Usage } from './events.js';
import { AGENT_EVENT_VERSION } from './events.js';
import { ReplyFailure } from './failures.js';
import type { History } from './history.js';
import { type Effort, factsOf, type Price } from './models.js';
import { buildRequest } from './request.js';
import { ask, type RetryPolicy } from './retry.js';
import { ScreenedText } from './screened-text.js';
import type { Toolbox } from './tools.js';
import { addUsage, allTokens, NO_USAGE, promptTokens, usageOf } from './usage.js';

export interface TurnContext {
  claude: Claude;
  gate: Gate;
  toolbox: Toolbox;
  system: string;
  model: string;
  effort: Effort | undefined;
  limits: AgentLimits;
  prices: readonly Price[];
  clock: Clock;
  idleTimeoutMs: number;
  retry: RetryPolicy;
  random(): number;
  graceMs: number;
  history: History;
  /** The session so far. */
  spent(): Usage;
  spend(reply: Usage): void;
}

export interface TurnInput {
  turn: number;
  text: string;
  signal: AbortSignal;
  emit(event: AgentEvent): void;
}

const REPLY_TOKENS = 32_000;

/** Never rejects: the last event is `turn_finished` or `failed`. */
export async function runTurn(context: TurnContext, input: TurnInput): Promise<void> {
  await new Turn(context, input).run();
}

class Turn {
  readonly #context: TurnContext;
  readonly #input: TurnInput;
  #usage: Usage = NO_USAGE;
  /** Text of the newest reply that had any, as Claude wrote it. */
  #text = '';
  /** Text of the reply that is arriving. */
  #partial = '';
  #said = false;
  #answered = false;

  constructor(context: TurnContext, input: TurnInput) {
    this.#context = context;
    this.#input = input;
  }

  async run(): Promise<void> {
    const { turn, text, emit, signal } = this.#input;
    emit({ type: 'turn_started', version: AGENT_EVENT_VERSION, turn, text, model: this.#context.model });
    try {
      this.#finish(await this.#play());
    } catch (error) {
      if (signal.aborted) this.#finish(this.#interrupted());
      else this.#fail(error);
    }
  }

  async #play(): Promise<End> {
    const { gate, history } = this.#context;
    const verdict = await gate.judgePrompt(this.#input.text);
    this.#input.emit({ type: 'prompt_verdict', verdict });
    // Nobody can be asked about words, so what needs approval is refused too.
    if (verdict.effect === 'deny' || verdict.effect === 'require_approval') {
      return { stopReason: 'blocked', detail: reasonsOf(verdict) };
    }
    this.#input.signal.throwIfAborted();
    history.say(this.#input.text);
    this.#said = true;
    for (let replies = 1; ; replies++) {
      const end = await this.#step(replies);
      if (end) return end;
    }
  }

  /** One reply and what follows from it. Undefined while the turn goes on. */
  async #step(replies: number): Promise<End | undefined> {
    const { history, limits } = this.#context;
    const spent = this.#overLimit();
    if (spent) {
      this.#withdraw();
      return spent;
    }
    const maxTokens = this.#replyTokens();
    const reply = await this.#reply(maxTokens);
    const kept = reply.stopReason === 'refusal' ? false : history.reply(reply.content);
    this.#answered ||= kept;
    if (reply.stopReason === 'refusal') {
      this.#withdraw();
      return { stopReason: 'refusal', detail: refusalOf(reply) };
    }
    const calls = kept ? this.#callsOf(reply.content) : [];
    if (reply.stopReason === 'tool_use' && calls.length > 0) {
      const limit = this.#overLimit() ?? (replies >= limits.maxTurns ? turnLimit(limits.maxTurns) : undefined);
      if (limit) {
        this.#leave(calls, `Not run: ${limit.detail}.`);
        return limit;
      }
      await this.#runCalls(calls);
      this.#input.signal.throwIfAborted();
      return undefined;
    }
    this.#leave(calls, 'Not run: the reply ended before the call was complete. Call again if it is still needed.');
    if (reply.stopReason === 'pause_turn') return replies >= limits.maxTurns ? turnLimit(limits.maxTurns) : undefined;
    return endOf(reply, maxTokens < this.#fullReplyTokens());
  }

  async #reply(maxTokens: number): Promise<ClaudeReply> {
    const { history } = this.#context;
    const { emit, signal } = this.#input;
    const screen = (text: string) => this.#screen(text);
    let streams = new Map<number, ScreenedText>();
    const onEvent = (event: ClaudeStreamEvent) => {
      if (event.type === 'content_block_stop') streams.get(event.index)?.end();
      if (event.type !== 'content_block_delta') return;
      const { delta, index } = event;
      if (delta.type !== 'text_delta' && delta.type !== 'thinking_delta') return;
      const type = delta.type;
      const stream = streams.get(index) ?? new ScreenedText(screen, (text) => emit({ type, text }));
      streams.set(index, stream);
      if (delta.type === 'text_delta') this.#partial += delta.text;
      stream.push(delta.type === 'text_delta' ? delta.text : delta.thinking);
    };
    const request = buildRequest({ ...this.#context, messages: history.messages, maxTokens });
    const reply = await ask(request, {
      claude: this.#context.claude,
      signal,
      clock: this.#context.clock,
      policy: this.#context.retry,
      idleTimeoutMs: this.#context.idleTimeoutMs,
      random: this.#context.random,
      onAttempt: () => {
        streams = new Map();
        this.#partial = '';
      },
      onEvent,
      onRetry: (retry) => {
        this.#partial = '';
        emit({ type: 'retrying', ...retry });
      },
    });
    this.#count(reply);
    const text = textOf(reply.content);
    if (text !== '') this.#text = text;
    this.#partial = '';
    return reply;
  }

  #count(reply: ClaudeReply): void {
    const usage = usageOf(reply.tokens, this.#context.prices);
    this.#usage = addUsage(this.#usage, usage);
    this.#context.spend(usage);
    const contextTokens = promptTokens(reply.tokens) + reply.tokens.outputTokens;
    this.#input.emit({ type: 'usage', reply: usage, total: this.#context.spent(), contextTokens });
  }

  #callsOf(content: readonly ContentBlock[]): RequestedCall[] {
    const { toolbox, gate } = this.#context;
    return content.flatMap((block) => {
      if (block.type !== 'tool_use') return [];
      const { server, tool } = toolbox.resolve(block.name);
      const verb = gate.verbOf(server, tool);
      const args: JsonObject = isJsonObject(block.input) ? block.input : {};
      this.#input.emit({ type: 'tool_requested', callId: block.id, server, tool, verb, args });
      return [{ id: block.id, server, tool, verb, args: block.input }];
    });
  }

  async #runCalls(calls: readonly RequestedCall[]): Promise<void> {
    const { gate, graceMs } = this.#context;
    const results = await runCalls(calls, { gate, signal: this.#input.signal, emit: this.#input.emit, graceMs });
    this.#answer(calls, results);
  }

  #leave(calls: readonly RequestedCall[], text: string): void {
    const emit: (event: GateEvent) => void = this.#input.emit;
    this.#answer(
      calls,
      calls.map((call) => leaveCall(call, text, emit)),
    );
  }

  #answer(calls: readonly RequestedCall[], results: readonly ToolResult[]): void {
    this.#context.history.results(
      calls.map(({ id }, index) => {
        const result = results[index];
        return { callId: id, text: result?.text ?? '', data: result?.data, failed: !result?.ok };
      }),
    );
  }

  #overLimit(): End | undefined {
    const { limits } = this.#context;
    const spent = this.#context.spent();
    if (limits.maxTokens !== undefined && allTokens(spent) >= limits.maxTokens) {
      return tokenLimit(limits.maxTokens);
    }
    if (limits.maxCostUsd !== undefined && this.#replyTokens() < 1) return costLimit(limits.maxCostUsd);
    return undefined;
  }

  #fullReplyTokens(): number {
    const { limits, model } = this.#context;
    return Math.min(limits.maxReplyTokens ?? REPLY_TOKENS, factsOf(model).maxOutputTokens);
  }

  /** As many tokens as the rest of the money pays for, so that one long reply cannot run past the limit. */
  #replyTokens(): number {
    const { limits, prices } = this.#context;
    const full = this.#fullReplyTokens();
    if (limits.maxCostUsd === undefined) return full;
    const dearest = Math.max(...prices.map((tier) => tier.output));
    const left = limits.maxCostUsd - (this.#context.spent().costUsd ?? limits.maxCostUsd);
    return Math.min(full, Math.floor((left / dearest) * 1_000_000));
  }

  /** The operator's words are withdrawn where nothing has answered them; otherwise Claude is told what happened. */
  #withdraw(note?: string): void {
    if (!this.#said) return;
    if (!this.#answered) this.#context.history.takeBack();
    else if (note) this.#context.history.note(note);
  }

  #interrupted(): End {
    const { history } = this.#context;
    if (this.#partial.trim() !== '') {
      // Shown to the operator, who may refer to it; unfinished thinking and calls are left out.
      history.reply([{ type: 'text', text: this.#partial, citations: null }]);
      this.#answered = true;
      this.#text = this.#partial;
    }
    this.#withdraw('[The operator interrupted the turn before this. Do not go on with it unless asked.]');
    return { stopReason: 'interrupted' };
  }

  /** Text that cannot be screened is not shown. */
  #screen(text: string): string {
    try {
      return this.#context.gate.screenAnswer(text).text;
    } catch {
      return '[withheld: this text could not be screened]';
    }
  }

  #finish({ stopReason, detail }: End): void {
    const { turn, emit } = this.#input;
    const text = this.#screen(this.#text);
    emit({ type: 'turn_finished', turn, stopReason, text, usage: this.#usage, ...(detail ? { detail } : {}) });
  }

  #fail(error: unknown): void {
    const { turn, emit } = this.#input;
    this.#withdraw();
    if (error instanceof ReplyFailure && error.contextExceeded) {
      this.#finish({ stopReason: 'context_exceeded', detail: `${error.message}. ${error.hint}` });
    } else if (error instanceof ReplyFailure) {
      emit({ type: 'failed', turn, kind: error.kind, message: error.message, hint: error.hint });
    } else {
      const hint = 'Try again; if it stays, please report it.';
      emit({ type: 'failed', turn, kind: 'internal', message: messageOf(error), hint });
    }
  }
}

/** Everything Claude said in one reply. */
function textOf(content: readonly ContentBlock[]): string {
  return content
    .flatMap((block) => (block.type === 'text' ? [block.text] : []))
    .join('\n\n')
    .trim();
}
