/**
 * Counts tokens and money. Knows prices only as it is given them; the cost is null as soon as one reply has no
 * known price, since a sum that leaves something out would be a wrong number.
 */
import type { Usage } from './events.js';
import type { Price } from './models.js';

/** Token counts as the API reports them for one reply; cached input is not part of `inputTokens`. */
export interface TokenCounts {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWrite5mTokens: number;
  cacheWrite1hTokens: number;
}

export const NO_USAGE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd: 0,
};

/** Every token that stood before the reply, cached or not. */
export function promptTokens(counts: TokenCounts): number {
  return counts.inputTokens + counts.cacheReadTokens + counts.cacheWrite5mTokens + counts.cacheWrite1hTokens;
}

/** The tier that a prompt of this length is billed at; undefined where no price is known. */
export function tierFor(prices: readonly Price[], prompt: number): Price | undefined {
  return prices.find((tier) => tier.upToPromptTokens === undefined || prompt <= tier.upToPromptTokens);
}

/** US dollars of one reply, or null. */
export function costOf(counts: TokenCounts, prices: readonly Price[]): number | null {
  const tier = tierFor(prices, promptTokens(counts));
  if (!tier) return null;
  const total =
    counts.inputTokens * tier.input +
    counts.outputTokens * tier.output +
    counts.cacheReadTokens * tier.cacheRead +
    counts.cacheWrite5mTokens * tier.cacheWrite5m +
    counts.cacheWrite1hTokens * tier.cacheWrite1h;
  return total / 1_000_000;
}

export function usageOf(counts: TokenCounts, prices: readonly Price[]): Usage {
  return {
    inputTokens: counts.inputTokens,
    outputTokens: counts.outputTokens,
    cacheReadTokens: counts.cacheReadTokens,
    cacheWriteTokens: counts.cacheWrite5mTokens + counts.cacheWrite1hTokens,
    costUsd: costOf(counts, prices),
  };
}

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    costUsd: a.costUsd === null || b.costUsd === null ? null : a.costUsd + b.costUsd,
  };
}

/** All tokens, cached ones too: what a limit on tokens counts. */
export function allTokens(usage: Usage): number {
  return usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
}
