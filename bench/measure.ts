/** The few statistics that all benches need. */
export type { BenchResult } from './types.js';

export const median = (values: readonly number[]): number => percentile(values, 50);

/** Nearest rank; NaN for no values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}
