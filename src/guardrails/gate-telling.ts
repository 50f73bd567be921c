/** How one call of the gate tells its steps: events in order, and exactly one end, whatever a listener does. */
import type { GateEvent, Screening, ToolCall, ToolResult } from './types.js';

export const NOTHING_SCREENED: Screening = { redactions: 0, quarantined: [], injectionScore: 0 };

/** What the steps of one call share: how it tells its events, and that it finishes exactly once. */
export interface Telling {
  emit(event: GateEvent): void;
  finish(result: ToolResult, screening?: Screening, durationMs?: number): ToolResult;
}

export function tellingOf(call: ToolCall, emit: (event: GateEvent) => void): Telling {
  let finished: ToolResult | null = null;
  // A listener that throws must not decide whether a call runs or how it ends.
  const tell = (event: GateEvent) => {
    try {
      emit(event);
    } catch {
      // The event is lost for that listener only; the audit log has its own record.
    }
  };
  return {
    emit: (event) => {
      if (finished === null) tell(event);
    },
    finish: (result, screening = NOTHING_SCREENED, durationMs = 0) => {
      if (finished !== null) return finished;
      finished = result;
      tell({
        type: 'tool_finished',
        callId: call.id,
        server: call.server,
        tool: call.tool,
        result,
        screening,
        durationMs,
      });
      return result;
    },
  };
}
