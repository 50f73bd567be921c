/**
 * The exit code of one turn. The first of these that fits:
 *
 * 130 the turn was interrupted;
 * 3   it failed: credentials, network, the API;
 * 5   a limit ended it: turns, tokens, cost, the length of one reply, the model's context;
 * 4   a guardrail or the approver said no: the prompt was blocked, Claude's provider refused, or any call was denied, also
 *     where Claude went on and gave an answer, since what was asked for may then not have been done;
 * 0   otherwise. A tool that failed for another reason is Claude's to report and does not change the code.
 */
import type { AgentEvent } from '../agent/events.js';
import { ExitCode } from '../errors.js';

export function exitCodeOf(events: readonly AgentEvent[]): ExitCode {
  const end = events.findLast((event) => event.type === 'turn_finished' || event.type === 'failed');
  if (!end || end.type === 'failed') return ExitCode.infrastructure;
  switch (end.stopReason) {
    case 'interrupted':
      return ExitCode.interrupted;
    case 'limit_turns':
    case 'limit_tokens':
    case 'limit_cost':
    case 'max_tokens':
    case 'context_exceeded':
      return ExitCode.limit;
    case 'blocked':
    case 'refusal':
      return ExitCode.denied;
    case 'end_turn':
      return events.some(isDenial) ? ExitCode.denied : ExitCode.ok;
  }
}

function isDenial(event: AgentEvent): boolean {
  return event.type === 'tool_finished' && !event.result.ok && event.result.code === 'denied';
}
