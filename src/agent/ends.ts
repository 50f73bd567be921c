/** How a turn can end, in the words that the operator reads. Pure. */
import type { Verdict } from '../guardrails/types.js';
import type { ClaudeReply } from './claude.js';
import type { StopReason } from './events.js';

export interface End {
  stopReason: StopReason;
  /** Why, and what to do next, where it did not simply end. */
  detail?: string;
}

/** For a reply that is the last of its turn. `shortened`: its length was limited by the money that is left. */
export function endOf(reply: ClaudeReply, shortened: boolean): End {
  switch (reply.stopReason) {
    case 'max_tokens':
      return shortened
        ? { stopReason: 'limit_cost', detail: 'the reply was cut short, because the limit on cost is reached' }
        : { stopReason: 'max_tokens', detail: 'the reply was cut off at its longest permitted length' };
    case 'model_context_window_exceeded':
      return { stopReason: 'context_exceeded', detail: 'the conversation is full. Start a new one with /clear.' };
    default:
      return { stopReason: 'end_turn' };
  }
}

export function turnLimit(turns: number): End {
  return { stopReason: 'limit_turns', detail: `the limit of ${turns} replies in one turn is reached` };
}

export function costLimit(dollars: number): End {
  return { stopReason: 'limit_cost', detail: `the session's limit of $${dollars} is reached` };
}

export function refusalOf({ refusal }: ClaudeReply): string {
  const category = refusal?.category ? ` (${refusal.category})` : '';
  const why = refusal?.explanation ? `: ${refusal.explanation}` : '';
  return `Claude declined this request${category}${why}. Put it differently, or start over with /clear.`;
}

export function reasonsOf(verdict: Verdict): string {
  const reasons = verdict.matches.filter((match) => match.effect === verdict.effect).map((match) => match.message);
  return reasons.join('; ') || 'a policy forbids it';
}

export function tokenLimit(tokens: number): End {
  return { stopReason: 'limit_tokens', detail: `the session's limit of ${tokens} tokens is reached` };
}
