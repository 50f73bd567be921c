/**
 * Does what the state asks for: runs turns, interrupts them, answers approvals, leaves. The only part of the console
 * that touches the session. An approval that nobody answers, for whatever reason, is a no.
 */
import type { AgentEvent } from '../agent/events.js';
import type { Clock } from '../clock.js';
import { messageOf, UserError } from '../errors.js';
import type { ApprovalDecision, ApprovalRequest, Approver } from '../guardrails/types.js';
import type { Session } from '../session.js';
import { grantLines, withheldLines } from './help.js';
import { type Effect, NO_USAGE } from './state.js';
import type { Store } from './store.js';
import type { Line } from './text.js';

export interface Controller {
  readonly approver: Approver;
  /** Answers one request; nothing where it is no longer waiting. */
  settle(id: string, decision: ApprovalDecision): void;
  perform(effect: Effect): void;
  connect(session: Session): void;
  /** Interrupts what runs and denies what waits. Resolves when the turn has come to its end. */
  shutDown(): Promise<void>;
}

export interface ControllerOptions {
  clock: Clock;
  store(): Store;
  exit(): void;
  /** In a replay: plays the script's answer to a request; null where the person watching decides. */
  scriptedAnswer(request: ApprovalRequest): (() => void) | null;
  /** Milliseconds of the console's clock until a time of the session's, where the two clocks differ. */
  timeLeft?(expiresAt: number): number;
  onPause(paused: boolean): void;
  /** Columns that a printed line may take. */
  columns(): number;
}

export function createController(options: ControllerOptions): Controller {
  const { clock } = options;
  const pending = new Map<string, (decision: ApprovalDecision) => void>();
  let session: Session | null = null;
  let running: { abort: AbortController; done: Promise<void> } | null = null;
  let closing = false;

  const approver: Approver = (request, signal) => {
    if (closing || signal.aborted) return Promise.resolve({ kind: 'deny', reason: 'the operator left' });
    return new Promise((resolve) => {
      const withdraw = () => settle(request.id, { kind: 'deny', reason: 'the call was interrupted' });
      pending.set(request.id, (decision) => {
        signal.removeEventListener('abort', withdraw);
        resolve(decision);
      });
      signal.addEventListener('abort', withdraw, { once: true });
      const play = options.scriptedAnswer(request);
      const left = options.timeLeft?.(request.expiresAt) ?? request.expiresAt - clock.now();
      const shown = { ...request, expiresAt: clock.now() + left };
      options.store().dispatch({ type: 'approval_asked', request: shown, scripted: play !== null, at: clock.now() });
      play?.();
    });
  };

  function settle(id: string, decision: ApprovalDecision): void {
    const resolve = pending.get(id);
    pending.delete(id);
    options.store().dispatch({ type: 'approval_gone', id, at: clock.now() });
    resolve?.(decision);
  }

  async function follow(
    events: (signal: AbortSignal) => AsyncIterable<AgentEvent>,
    abort: AbortController,
  ): Promise<void> {
    let failure: { message: string; hint: string | null } | null = null;
    try {
      for await (const event of events(abort.signal)) {
        options.store().dispatch({ type: 'event', event, at: clock.now() });
      }
    } catch (error) {
      const hint = error instanceof UserError ? (error.hint ?? null) : null;
      if (!abort.signal.aborted) failure = { message: messageOf(error), hint };
    }
    running = null;
    const usage = session?.usage ?? NO_USAGE;
    options.store().dispatch({ type: 'run_ended', failure, usage, at: clock.now() });
  }

  function start(events: (signal: AbortSignal) => AsyncIterable<AgentEvent>): void {
    const abort = new AbortController();
    running = { abort, done: Promise.resolve() };
    // In a task of its own, so that an effect never runs inside the change that asked for it.
    running.done = Promise.resolve().then(() => follow(events, abort));
  }

  const show = (lines: readonly Line[]) => options.store().dispatch({ type: 'show', lines, at: clock.now() });

  async function revoke(open: Session, number: number): Promise<void> {
    const grant = open.grants[number - 1];
    const revoked = grant !== undefined && (await open.revoke(grant.id));
    const text = revoked ? `Taken back: ${grant.tool}. It will ask again.` : `There is no approval number ${number}.`;
    options.store().dispatch({ type: 'notice', tone: revoked ? 'good' : 'warn', text, at: clock.now() });
  }

  return {
    approver,
    settle,
    connect(opened) {
      session = opened;
      opened.setApprover(approver);
      const { info, tools, usage } = opened;
      options.store().dispatch({ type: 'connected', info, tools, usage, at: clock.now() });
    },
    perform(effect) {
      const open = session;
      switch (effect.do) {
        case 'run':
          if (open) start((signal) => open.run(effect.text, { signal }));
          return;
        case 'call':
          if (open) start((signal) => open.call(effect.server, effect.tool, effect.args, { signal }));
          return;
        case 'interrupt':
          running?.abort.abort(new Error('interrupted by the operator'));
          for (const id of [...pending.keys()]) settle(id, { kind: 'deny', reason: 'the turn was interrupted' });
          return;
        case 'decide':
          settle(effect.requestId, effect.decision);
          return;
        case 'clear':
          open?.clear();
          return;
        case 'grants':
          if (open) show(grantLines(open.grants, options.columns()));
          return;
        case 'revoke':
          if (open) void revoke(open, effect.number);
          return;
        case 'open':
          if (open) show(withheldLines(open.quarantined(effect.reference), effect.reference, options.columns()));
          return;
        case 'pause':
          options.onPause(effect.paused);
          return;
        case 'exit':
          options.exit();
          return;
      }
    },
    async shutDown() {
      closing = true;
      running?.abort.abort(new Error('the operator left'));
      for (const id of [...pending.keys()]) settle(id, { kind: 'deny', reason: 'the operator left' });
      await running?.done;
    },
  };
}
