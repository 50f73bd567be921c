/**
 * Plays the operator's side of a scenario: types its lines, presses its keys. It goes through the same reducer as a
 * person's keys and the same approver; nothing is decided here that a person could not decide.
 */
import type { Clock } from '../clock.js';
import type { ApprovalDecision, ApprovalRequest } from '../guardrails/types.js';
import type { OperatorScript } from '../session.js';
import { newEditor } from './editor.js';
import { namedKey, textKey } from './keys.js';
import type { AskingMode, State } from './state.js';
import type { Store } from './store.js';
import { graphemes } from './text.js';

/** Real-time pace, before the script's speed. */
const PACE = { key: 35, beforeEnter: 500, beforeLine: 900, keyShown: 700 } as const;
/** How soon a pause is felt. */
const SLICE_MS = 100;

export interface Replay {
  /** Types every line and waits for each turn to end. Rejects when the signal aborts. */
  play(): Promise<void>;
  answer(request: ApprovalRequest): (() => void) | null;
  pause(paused: boolean): void;
}

export interface ReplayOptions {
  script: OperatorScript;
  clock: Clock;
  store(): Store;
  settle(id: string, decision: ApprovalDecision): void;
  signal: AbortSignal;
}

export function createReplay(options: ReplayOptions): Replay {
  const { script, clock, signal } = options;
  let resumed: PromiseWithResolvers<void> | null = null;

  async function wait(ms: number): Promise<void> {
    let left = Number.isFinite(script.speed) ? ms / script.speed : 0;
    for (;;) {
      signal.throwIfAborted();
      if (resumed) await resumed.promise;
      else if (left <= 0) return;
      else {
        await clock.sleep(Math.min(left, SLICE_MS), signal);
        left -= SLICE_MS;
      }
    }
  }

  const idle = (state: State) => state.turn === null && state.queued.length === 0 && state.asking.length === 0;

  function untilIdle(): Promise<void> {
    const store = options.store();
    return new Promise((resolve, reject) => {
      const stop = store.screen.subscribe(() => check());
      const abort = () => {
        stop();
        reject(signal.reason);
      };
      const check = () => {
        if (!idle(store.state)) return;
        stop();
        signal.removeEventListener('abort', abort);
        resolve();
      };
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      else check();
    });
  }

  async function typeLine(text: string): Promise<void> {
    const pieces = Number.isFinite(script.speed) ? graphemes(text) : [text];
    for (const piece of pieces) {
      const key = piece === '\n' ? namedKey('newline') : textKey(piece);
      options.store().dispatch({ type: 'script_key', key, at: clock.now() });
      await wait(PACE.key);
    }
    await wait(PACE.beforeEnter);
    options.store().dispatch({ type: 'script_key', key: namedKey('return'), at: clock.now() });
  }

  function show(request: ApprovalRequest, pressed: string, mode: AskingMode | null): void {
    options.store().dispatch({ type: 'approval_pressed', id: request.id, pressed, mode, at: clock.now() });
  }

  async function decide(request: ApprovalRequest, decision: ApprovalDecision, delayMs: number): Promise<void> {
    await wait(delayMs);
    const field = typedField(request, decision);
    show(request, keyFor(decision), null);
    await wait(PACE.keyShown);
    if (field) {
      for (const length of graphemes(field.text).map((_, index) => index + 1)) {
        show(request, keyFor(decision), field.mode(graphemes(field.text).slice(0, length).join('')));
        await wait(PACE.key);
      }
      await wait(PACE.keyShown);
    }
    options.settle(request.id, decision);
  }

  return {
    async play() {
      for (const turn of script.turns) {
        await untilIdle();
        await wait(PACE.beforeLine);
        await typeLine(turn.say);
      }
      await untilIdle();
    },
    answer(request) {
      const scripted = script.decide(request);
      if (!scripted) return null;
      return () => {
        decide(request, scripted.decision, scripted.delayMs).catch(() =>
          options.settle(request.id, { kind: 'deny', reason: 'the replay ended' }),
        );
      };
    },
    pause(paused) {
      if (paused) resumed ??= Promise.withResolvers<void>();
      else {
        resumed?.resolve();
        resumed = null;
      }
    },
  };
}

function keyFor(decision: ApprovalDecision): string {
  switch (decision.kind) {
    case 'approve':
      return decision.scope === 'session' ? 's' : 'y';
    case 'deny':
      return decision.reason === undefined ? 'n' : 'r';
    case 'edit':
      return 'e';
  }
}

/** What the decision types after its key, and the field it is typed into. */
function typedField(
  request: ApprovalRequest,
  decision: ApprovalDecision,
): { text: string; mode(text: string): AskingMode } | null {
  if (decision.kind === 'approve' && request.confirmation !== null) {
    return {
      text: decision.typed ?? '',
      mode: (text) => ({ is: 'confirming', editor: newEditor(text), note: null }),
    };
  }
  if (decision.kind === 'deny' && decision.reason !== undefined) {
    return { text: decision.reason, mode: (text) => ({ is: 'reason', editor: newEditor(text) }) };
  }
  if (decision.kind === 'edit') {
    return {
      text: JSON.stringify(decision.arguments),
      mode: (text) => ({ is: 'editing', editor: newEditor(text), note: null }),
    };
  }
  return null;
}
