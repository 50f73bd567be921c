/** What is wrong with policy files: every problem with file, line, column and what to do. */
import { UserError } from '../../errors.js';

export interface PolicyProblem {
  file: string;
  /** From 1. */
  line: number;
  column: number;
  message: string;
}

export class PolicyError extends UserError {
  readonly problems: readonly PolicyProblem[];

  constructor(problems: readonly PolicyProblem[]) {
    super(problems.map(formatProblem).join('\n'), {
      hint: 'correct the policy file, then run `mcp-chat policy check`',
    });
    this.name = 'PolicyError';
    this.problems = problems;
  }
}

export function formatProblem(problem: PolicyProblem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
}
