/** Asks on the terminal, for commands that run outside the console. Where nobody can be asked, the answer is no. */
import { createInterface } from 'node:readline/promises';
import { describeRequest } from '../guardrails/approvals.js';
import type { ApprovalDecision, Approver } from '../guardrails/types.js';

export interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream & { isTTY?: boolean };
}

/** Questions go to standard error, so that results in a pipe stay clean. */
const OWN: Terminal = { input: process.stdin, output: process.stderr };

export function canAsk({ input, output }: Terminal = OWN): boolean {
  return input.isTTY === true && output.isTTY === true;
}

export function terminalApprover(terminal: Terminal = OWN): Approver {
  if (!canAsk(terminal)) {
    return async () => ({
      kind: 'deny',
      asked: false,
      reason: 'it needs approval, and there is no terminal to ask on',
    });
  }
  return async (request, signal): Promise<ApprovalDecision> => {
    terminal.output.write(`\n${describeRequest(request)}\n`);
    const lines = createInterface({ input: terminal.input, output: terminal.output });
    try {
      if (request.confirmation !== null) {
        const typed = await lines.question(`Type ${request.confirmation} to approve, anything else denies: `, {
          signal,
        });
        return typed.trim() === request.confirmation
          ? { kind: 'approve', scope: 'once', digest: request.digest, typed: typed.trim() }
          : { kind: 'deny' };
      }
      const answer = (await lines.question('Approve? [y/N] ', { signal })).trim().toLowerCase();
      return answer === 'y' || answer === 'yes'
        ? { kind: 'approve', scope: 'once', digest: request.digest }
        : { kind: 'deny' };
    } finally {
      lines.close();
    }
  };
}
