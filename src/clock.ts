/**
 * Time as an argument. Whatever waits or asks for the time takes a Clock, so that tests and `--instant` replays run a
 * rollout of minutes in no time, and the same code waits for real on a real cluster.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', stop);
          resolve();
        }, ms);
        signal?.addEventListener('abort', stop, { once: true });
      }),
  };
}

export interface ManualClock extends Clock {
  advance(ms: number): void;
}

/** Stands still until told; sleeping moves it on at once. */
export function manualClock(start: number): ManualClock {
  let time = start;
  return {
    now: () => time,
    advance: (ms) => {
      time += ms;
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      time += ms;
      // Lets everything that is already due run before the sleeper goes on.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
