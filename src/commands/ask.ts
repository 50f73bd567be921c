/** Asks on the terminal, for commands that run outside the console. Where nobody can be asked, the answer is no. */
import { describeRequest } from '../guardrails/approvals.js';
import type { ApprovalDecision, Approver } from '../guardrails/types.js';
import { openLines, type Terminal } from './lines.js';

/** Questions go to standard error, so that results in a pipe stay clean. */
const OWN: Terminal = { input: process.stdin, output: process.stderr };

export function canAsk({ input, output }: Terminal = OWN): boolean {
  return input.isTTY === true && output.isTTY === true;
}

/** `interrupt` is called for Ctrl+C while a question is open. */
export function terminalApprover(terminal: Terminal = OWN, interrupt?: () => void): Approver {
  if (!canAsk(terminal)) {
    return async () => ({
      kind: 'deny',
      asked: false,
      reason: 'it needs approval, and there is no terminal to ask on',
    });
  }
  return async (request, signal): Promise<ApprovalDecision> => {
    terminal.output.write(`\n${describeRequest(request)}\n`);
    const { confirmation, digest } = request;
    const question =
      confirmation === null ? 'Approve? [y/N] ' : `Type ${confirmation} to approve, anything else denies: `;
    const lines = openLines(terminal, interrupt);
    try {
      const typed = (await lines.question(question, signal))?.trim();
      if (typed === undefined) return { kind: 'deny', asked: false, reason: 'the question was left without an answer' };
      if (confirmation !== null) {
        return typed === confirmation ? { kind: 'approve', scope: 'once', digest, typed } : { kind: 'deny' };
      }
      return /^y(?:es)?$/i.test(typed) ? { kind: 'approve', scope: 'once', digest } : { kind: 'deny' };
    } finally {
      lines.close();
    }
  };
}
