/**
 * Keeps below Palette's documented rate limits: requests per second for each resource prefix and source address, with a
 * burst of five. Waiting here is cheaper than a 429, which costs a retry and tells the operator nothing.
 */
import type { Clock } from '../clock.js';

/** Prefixes with 50 requests a second; everything else has 10. */
const FAST = [
  /^\/v1\/cloudconfigs\b/,
  /^\/v1\/clusterprofiles\b/,
  /^\/v1\/spectroclusters\b/,
  /^\/v1\/events\/components\b/,
];
/** Below a fast prefix, but slow. */
const SLOW = [/^\/v1\/spectroclusters\/[^/]+\/assets\b/, /^\/v1\/spectroclusters\/cost\b/];

export const BURST = 5;

/** The bucket that a path is counted in, and how many requests a second it allows. */
export function limitOf(path: string): { prefix: string; perSecond: number } {
  const slow = SLOW.find((pattern) => pattern.test(path));
  if (slow) return { prefix: slow.source, perSecond: 10 };
  const fast = FAST.find((pattern) => pattern.test(path));
  if (fast) return { prefix: fast.source, perSecond: 50 };
  return { prefix: path.split('/').slice(0, 3).join('/'), perSecond: 10 };
}

export interface RateLimiter {
  /** Resolves when a request for this path may be sent. */
  admit(path: string, signal: AbortSignal): Promise<void>;
}

/** One token bucket per prefix: full at the start, so that a single question never waits. */
export function createRateLimiter(clock: Clock): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    async admit(path, signal) {
      const { prefix, perSecond } = limitOf(path);
      const bucket = buckets.get(prefix) ?? { tokens: BURST, at: clock.now() };
      buckets.set(prefix, bucket);
      const now = clock.now();
      bucket.tokens = Math.min(BURST, bucket.tokens + ((now - bucket.at) / 1000) * perSecond) - 1;
      bucket.at = now;
      // A negative balance is a place in the queue: whoever comes later waits longer.
      if (bucket.tokens < 0) await clock.sleep(Math.ceil((-bucket.tokens / perSecond) * 1000), signal);
    },
  };
}
