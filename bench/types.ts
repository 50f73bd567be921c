/** One figure of a benchmark: a median, or a ratio of two medians measured in the same run. */
export interface BenchResult {
  name: string;
  value: number;
  unit: string;
  /** The figure that it is held to, where there is one. */
  budget?: { max?: number; min?: number };
}

export type Bench = () => Promise<BenchResult[]>;
