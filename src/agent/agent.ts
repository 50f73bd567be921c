/**
 * The conversation: asks Claude, hands its tool calls to the gate, gives the results back, until the turn ends. Every
 * step is an AgentEvent. Never calls a tool itself and never acts on a reply that is not complete.
 */
import { randomBytes } from 'node:crypto';
import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';
import type { Clock } from '../clock.js';
import { UserError } from '../errors.js';
import type { Gate } from '../guardrails/types.js';
import { ABORT_GRACE_MS } from './calls.js';
import { Channel } from './channel.js';
import type { Claude } from './claude.js';
import type { AgentEvent, Usage } from './events.js';
import { History } from './history.js';
import { checkModel, type Effort, FACTS_AS_OF, factsOf, type Price } from './models.js';
import { RETRY_POLICY, type RetryPolicy } from './retry.js';
import { type AgentTool, createToolbox } from './tools.js';
import { runTurn, type TurnContext } from './turn.js';
import { addUsage, NO_USAGE } from './usage.js';

export interface AgentLimits {
  /** Replies of Claude within one turn of the operator. */
  maxTurns: number;
  /** All tokens of the session, cached ones included. */
  maxTokens?: number;
  /** US dollars for the session. A reply is cut short rather than let past it. */
  maxCostUsd?: number;
  /** Tokens of one reply, thinking included. */
  maxReplyTokens?: number;
}

export interface AgentOptions {
  claude: Claude;
  gate: Gate;
  tools: readonly AgentTool[];
  system: string;
  model: string;
  /** Absent: the model's own default. */
  effort?: Effort;
  limits: AgentLimits;
  clock: Clock;
  /** Tiers of the model's price; default: what is known of the model. */
  prices?: readonly Price[];
  /** Without any sign of life from the API for this long, an attempt has failed. Milliseconds; default 90 s. */
  idleTimeoutMs?: number;
  retry?: RetryPolicy;
  random?: () => number;
  /** How long an interrupted tool may take to say what became of it. Milliseconds. */
  abortGraceMs?: number;
  /** The random word that marks off one tool result; new for every call. */
  mark?: () => string;
}

export interface Agent {
  /**
   * One turn. Ends with `turn_finished` or `failed`, also when aborted; never throws but for UserError where a turn is
   * already running. Leaving the iteration early interrupts the turn.
   */
  run(text: string, options: { signal: AbortSignal }): AsyncIterable<AgentEvent>;
  /** Forgets the conversation, its taint and its grants; usage goes on counting. Not while a turn runs. */
  clear(): void;
  /** Of the session so far. */
  readonly usage: Usage;
  /** The conversation as Claude sees it. Always valid to send, with the operator's next words appended. */
  readonly messages: readonly MessageParam[];
}

export const DEFAULT_LIMITS: AgentLimits = { maxTurns: 25 };
const IDLE_TIMEOUT_MS = 90_000;

/** Throws UserError for a model that cannot work or limits that cannot be kept. */
export function createAgent(options: AgentOptions): Agent {
  checkModel(options.model);
  const prices = options.prices ?? factsOf(options.model).prices;
  checkLimits(options.limits, options.model, prices);
  const history = new History(options.mark ?? randomMark);
  let usage: Usage = NO_USAGE;
  let turn = 0;
  let running = false;

  const context: TurnContext = {
    claude: options.claude,
    gate: options.gate,
    toolbox: createToolbox(options.tools),
    system: options.system,
    model: options.model,
    effort: options.effort,
    limits: options.limits,
    prices,
    clock: options.clock,
    idleTimeoutMs: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
    retry: options.retry ?? RETRY_POLICY,
    random: options.random ?? Math.random,
    graceMs: options.abortGraceMs ?? ABORT_GRACE_MS,
    history,
    spent: () => usage,
    spend(reply) {
      usage = addUsage(usage, reply);
    },
  };

  return {
    async *run(text, { signal }) {
      if (running) throw new UserError('a turn is already running', { hint: 'Wait for it, or interrupt it.' });
      running = true;
      turn += 1;
      const left = new AbortController();
      const events = new Channel<AgentEvent>();
      const work = runTurn(context, {
        turn,
        text,
        signal: AbortSignal.any([signal, left.signal]),
        emit: (event) => events.push(event),
      }).finally(() => events.close());
      try {
        yield* events;
      } finally {
        left.abort(new Error('nobody listens any more'));
        await work;
        running = false;
      }
    },
    clear() {
      if (running) throw new UserError('a turn is still running', { hint: 'Interrupt it first.' });
      history.clear();
      options.gate.reset();
    },
    get usage() {
      return usage;
    },
    get messages() {
      return history.messages;
    },
  };
}

function randomMark(): string {
  return randomBytes(6).toString('hex');
}

function checkLimits(limits: AgentLimits, model: string, prices: readonly Price[]): void {
  const named = { turns: limits.maxTurns, tokens: limits.maxTokens, cost: limits.maxCostUsd };
  for (const [name, value] of Object.entries(named)) {
    if (value !== undefined && !(value > 0))
      throw new UserError(`the limit on ${name} must be more than 0, not ${value}`);
  }
  if (limits.maxCostUsd !== undefined && prices.length === 0) {
    throw new UserError(
      `the price of ${model} is not known (prices are those of ${FACTS_AS_OF}), so a limit on cost cannot be kept`,
      {
        hint: 'Limit tokens instead, or use another model.',
      },
    );
  }
}
