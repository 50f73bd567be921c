/** What a bench returns, and the few statistics that all of them need. */
export interface BenchResult {
  name: string;
  value: number;
  unit: string;
  budget?: { max?: number; min?: number };
}

export const median = (values: readonly number[]): number => percentile(values, 50);

/** Nearest rank; NaN for no values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}
