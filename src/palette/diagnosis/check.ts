/** What a check is: a pure function of the snapshot that says how good one area is, or why it cannot be told. */
import type { Snapshot } from './snapshot.js';

export type FindingSeverity = 'critical' | 'warning' | 'info';

export interface Finding {
  severity: FindingSeverity;
  area: string;
  /** What is the case. Free text of Palette's is quoted. */
  text: string;
  /** What to do or look at next. */
  next: string;
}

/**
 * `good` from 0 to 1 is the share of the area's points that were seen to be earned. An area that could not be read has a
 * reason instead, and earns nothing.
 */
export type Assessment = { good: number; findings: Finding[] } | { notAssessed: string };

export interface Check {
  area: string;
  /** Points of the hundred. */
  points: number;
  assess(snapshot: Snapshot): Assessment;
}

export function good(): Assessment {
  return { good: 1, findings: [] };
}

export function bad(share: number, findings: Finding[]): Assessment {
  return { good: Math.max(0, Math.min(1, share)), findings };
}
