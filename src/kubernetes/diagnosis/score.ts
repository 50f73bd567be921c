/** The health score and the verdict. Both depend on the findings and on what could not be read, on nothing else. */
import type { DiagnosisVerdict, Finding, FindingSeverity, NotChecked } from './model.js';

/** Published in docs/USAGE.md word for word. */
export const SCORE_FORMULA = `score = 100 × room / (room + load) × worst × coverage, rounded down
  load      10 for every critical finding, 3 for every warning, 0 for information; consequences count like causes,
            findings that were accepted do not
  room      10 + the number of workloads (top owners of pods, and controllers without pods) and nodes: one broken
            workload out of five hundred weighs less than one out of two
  worst     0.85 with any critical finding, else 0.95 with any warning, else 1
  coverage  the share of the reads that were possible, so that the score is below 100 with anything not checked
More findings or worse ones never raise the score.`;

const LOAD: Record<FindingSeverity, number> = { critical: 10, warning: 3, info: 0 };
const ROOM = 10;

export interface ScoreInput {
  findings: readonly Pick<Finding, 'severity'>[];
  /** Workloads and nodes that were looked at. */
  size: number;
  notChecked: number;
  /** How many reads were tried. */
  attempted: number;
}

/** 0 to 100, as SCORE_FORMULA says. */
export function healthScore({ findings, size, notChecked, attempted }: ScoreInput): number {
  const load = findings.reduce((sum, finding) => sum + LOAD[finding.severity], 0);
  const room = ROOM + Math.max(0, size);
  const worst = has(findings, 'critical') ? 0.85 : has(findings, 'warning') ? 0.95 : 1;
  const tried = Math.max(attempted, notChecked, 1);
  const coverage = (tried - notChecked) / tried;
  // The small addend keeps 100 × 1 from becoming 99 by rounding.
  const score = Math.floor((100 * room * worst * coverage) / (room + load) + 1e-9);
  return Math.max(0, Math.min(score, 100));
}

export function verdictOf(
  findings: readonly Pick<Finding, 'severity'>[],
  notChecked: readonly NotChecked[],
): DiagnosisVerdict {
  if (has(findings, 'critical')) return 'critical';
  if (has(findings, 'warning')) return 'warning';
  return notChecked.length > 0 ? 'incomplete' : 'healthy';
}

const has = (findings: readonly Pick<Finding, 'severity'>[], severity: FindingSeverity) =>
  findings.some((finding) => finding.severity === severity);
