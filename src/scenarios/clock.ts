/** A clock that runs faster or slower than the real one, for replays: emulated rollouts keep in step with the script. */
import type { Clock } from '../clock.js';

/** `speed` 2 is twice as fast. Starts at the base clock's time. */
export function scaledClock(base: Clock, speed: number): Clock {
  const start = base.now();
  return {
    now: () => start + (base.now() - start) * speed,
    sleep: (ms, signal) => base.sleep(ms / speed, signal),
  };
}
