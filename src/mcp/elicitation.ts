/**
 * Asks the user of a foreign MCP client, through elicitation, whether a call may run. A client that cannot ask, does not
 * answer or answers anything but a clear yes means no.
 */
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { describeRequest } from '../guardrails/approvals.js';
import type { ApprovalDecision, Approver } from '../guardrails/types.js';

export function elicitationApprover(server: Server): Approver {
  return async (request, signal): Promise<ApprovalDecision> => {
    if (!server.getClientCapabilities()?.elicitation) {
      return {
        kind: 'deny',
        asked: false,
        reason: 'this call needs approval, and this MCP client cannot ask its user (no elicitation)',
      };
    }
    const timeout = Math.max(1_000, request.expiresAt - Date.now());
    const answer = await server.elicitInput(
      {
        message: describeRequest(request),
        requestedSchema: {
          type: 'object',
          properties: {
            decision: { type: 'string', title: 'Decision', enum: ['approve once', 'deny'] },
            ...(request.confirmation === null
              ? {}
              : {
                  confirmation: {
                    type: 'string' as const,
                    title: 'Type the name to confirm',
                    description: `Type ${request.confirmation}`,
                  },
                }),
            reason: { type: 'string', title: 'Reason, if denied' },
          },
          required: ['decision'],
        },
      },
      { signal, timeout },
    );
    if (answer.action !== 'accept' || answer.content?.decision !== 'approve once') {
      const reason = answer.content?.reason;
      return { kind: 'deny', ...(typeof reason === 'string' && reason ? { reason } : {}) };
    }
    const typed = answer.content.confirmation;
    return {
      kind: 'approve',
      scope: 'once',
      digest: request.digest,
      ...(typeof typed === 'string' ? { typed } : {}),
    };
  };
}
