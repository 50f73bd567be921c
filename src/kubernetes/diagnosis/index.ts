/** Diagnosis of a cluster or namespace: one snapshot, pure checks over it, a text within a budget. It only reads. */

export { CHECK_NAMES } from './checks.js';
export { type DiagnoseOptions, diagnose } from './diagnose.js';
export type {
  Acceptance,
  AcceptedFinding,
  Diagnosis,
  DiagnosisVerdict,
  Evidence,
  Finding,
  FindingSeverity,
  NotChecked,
  Snapshot,
} from './model.js';
export { type ReadOptions, readSnapshot, type SnapshotClient } from './read.js';
export { renderDiagnosis } from './render.js';
export { acceptanceInputSchema, diagnosisSchema } from './schema.js';
export { SCORE_FORMULA } from './score.js';
