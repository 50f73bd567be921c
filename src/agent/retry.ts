/**
 * Asking Claude until one whole reply has arrived: bounded, visible, cancellable. Sending the same request again is safe
 * because nothing of a partial reply has been acted on. Time and chance are arguments; the network is behind `Claude`.
 */
import type { Clock } from '../clock.js';
import type { Claude, ClaudeReply, ClaudeRequest, ClaudeStreamEvent } from './claude.js';
import { classify, ReplyFailure } from './failures.js';

export interface RetryPolicy {
  /** How often a request is sent again after its first failure. */
  retries: number;
  /** The first wait, doubled each time up to `capMs`, less up to a quarter by chance. Milliseconds. */
  baseMs: number;
  capMs: number;
  /** A server that asks for a longer wait than this is not waited for. Milliseconds. */
  longestWaitMs: number;
}

export const RETRY_POLICY: RetryPolicy = { retries: 5, baseMs: 500, capMs: 16_000, longestWaitMs: 300_000 };

export interface AskOptions {
  claude: Claude;
  signal: AbortSignal;
  clock: Clock;
  policy: RetryPolicy;
  /** Without any sign of life for this long, the attempt counts as failed. Milliseconds. */
  idleTimeoutMs: number;
  /** From 0 to 1. */
  random(): number;
  /** A new attempt begins; whatever came before is void. */
  onAttempt(): void;
  onEvent(event: ClaudeStreamEvent): void;
  onRetry(retry: { attempt: number; delayMs: number; reason: string }): void;
}

/** Rejects with ReplyFailure once retrying has no more sense, or with the signal's reason. */
export async function ask(request: ClaudeRequest, options: AskOptions): Promise<ClaudeReply> {
  const { signal, clock, policy } = options;
  for (let attempt = 1; ; attempt++) {
    options.onAttempt();
    try {
      return await askOnce(request, options);
    } catch (error) {
      signal.throwIfAborted();
      const failure = classify(error, clock.now());
      if (!failure.retryable || attempt > policy.retries) throw attempt > 1 ? afterRetries(failure, attempt) : failure;
      const delayMs = waitFor(failure, attempt, options);
      if (delayMs > policy.longestWaitMs) throw tooLong(failure, delayMs);
      options.onRetry({ attempt, delayMs, reason: failure.message });
      await clock.sleep(delayMs, signal);
    }
  }
}

async function askOnce(request: ClaudeRequest, options: AskOptions): Promise<ClaudeReply> {
  const stalled = new AbortController();
  const dog = watchdog(options.clock, options.idleTimeoutMs, () => {
    const seconds = Math.round(options.idleTimeoutMs / 1000);
    const message = `nothing came from Claude's API for ${seconds} s`;
    stalled.abort(new ReplyFailure('network', message, { retryable: true, hint: 'Check the network.' }));
  });
  try {
    return await options.claude.reply(request, {
      signal: AbortSignal.any([options.signal, stalled.signal]),
      onEvent: options.onEvent,
      onActivity: dog.touch,
    });
  } finally {
    dog.stop();
  }
}

function waitFor(failure: ReplyFailure, attempt: number, { policy, random }: AskOptions): number {
  if (failure.retryAfterMs !== undefined) return Math.ceil(failure.retryAfterMs);
  const backoff = Math.min(policy.capMs, policy.baseMs * 2 ** (attempt - 1));
  return Math.round(backoff * (1 - random() / 4));
}

function afterRetries(failure: ReplyFailure, attempts: number): ReplyFailure {
  return new ReplyFailure(failure.kind, `${failure.message} (tried ${attempts} times)`, {
    hint: failure.hint,
    contextExceeded: failure.contextExceeded,
    cause: failure,
  });
}

function tooLong(failure: ReplyFailure, delayMs: number): ReplyFailure {
  const minutes = Math.ceil(delayMs / 60_000);
  return new ReplyFailure(failure.kind, `${failure.message} and asks to wait for ${minutes} minutes`, {
    hint: 'Try again later.',
    cause: failure,
  });
}

/**
 * Looks every now and then, in real time, whether the clock has moved too far since the last sign of life. A timer on the
 * clock itself would be wrong: a clock that stands still until someone sleeps would fire it at once.
 */
function watchdog(clock: Clock, idleMs: number, onIdle: () => void): { touch(): void; stop(): void } {
  let last = clock.now();
  const look = setInterval(
    () => {
      if (clock.now() - last >= idleMs) onIdle();
    },
    Math.max(5, Math.min(250, idleMs / 4)),
  );
  look.unref();
  return {
    touch: () => {
      last = clock.now();
    },
    stop: () => clearInterval(look),
  };
}
