/** Keeps what counts time on the screen counting. Stops by itself: an idle console writes nothing. */
import type { State } from './state.js';
import { isSpinning, SPINNER_MS } from './view.js';

/** Milliseconds until the screen must be drawn again although nothing happens; null for never. */
export function tickAfter(state: State): number | null {
  if (isSpinning(state)) return SPINNER_MS;
  if (state.exitArmedUntil !== null) return Math.max(1, Math.min(1_000, state.exitArmedUntil - state.now));
  if (state.turn !== null || state.asking.length > 0) return 1_000;
  return null;
}

/** Calls `tick` as often as the state needs it, until stopped. `wake` after every change of the state. */
export function createTicker(state: () => State, tick: () => void): { wake(): void; stop(): void } {
  let timer: NodeJS.Timeout | null = null;
  let due = 0;
  let stopped = false;
  function wake(): void {
    const wanted = stopped ? null : tickAfter(state());
    if (wanted === null) {
      if (timer) clearTimeout(timer);
      timer = null;
      return;
    }
    const at = performance.now() + wanted;
    if (timer && due <= at) return;
    if (timer) clearTimeout(timer);
    due = at;
    timer = setTimeout(() => {
      timer = null;
      tick();
      wake();
    }, wanted);
  }
  return {
    wake,
    stop() {
      stopped = true;
      wake();
    },
  };
}
