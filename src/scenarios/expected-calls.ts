/** Which calls a scenario expects of Claude, held against those that were made. Pure. */
import type { AgentEvent } from '../agent/events.js';
import type { ToolResult } from '../guardrails/types.js';
import type { JsonObject } from '../json.js';
import { eventsOf, type Failure } from './evidence.js';
import type { Expectation, ExpectedCall } from './format.js';
import { outcomeOf } from './scripted.js';
import { brief, includes, matchesTool } from './values.js';

export interface MadeCall {
  id: string;
  server: string;
  tool: string;
  args: JsonObject;
  ran: boolean;
  result: ToolResult | undefined;
}

/** Every call that Claude asked for, with what became of it. */
export function callsOf(events: readonly AgentEvent[]): MadeCall[] {
  const started = new Set(eventsOf(events, 'tool_started').map((event) => event.callId));
  const finished = new Map(eventsOf(events, 'tool_finished').map((event) => [event.callId, event.result]));
  return eventsOf(events, 'tool_requested').map(({ callId, server, tool, args }) => ({
    id: callId,
    server,
    tool,
    args,
    ran: started.has(callId),
    result: finished.get(callId),
  }));
}

export function checkCalls({ calls: expected, neverRun }: Expectation, made: readonly MadeCall[]): Failure[] {
  const failures: Failure[] = [];
  for (const pattern of neverRun ?? []) {
    for (const call of made.filter((each) => each.ran && matchesTool(pattern, each.server, each.tool))) {
      failures.push({ expectation: `${pattern} is never run`, message: `${describeCall(call)} was run` });
    }
  }
  if (!expected) return failures;
  const happened = `made were: ${made.map(describeCall).join('; ') || 'none'}`;
  const fail = (what: string, message: string) =>
    failures.push({ expectation: what, message: `${message}; ${happened}` });
  switch (expected.match) {
    case 'exact':
      if (made.length !== expected.of.length) fail('exactly these calls', `${expected.of.length} were expected`);
      expected.of.forEach((wanted, index) => {
        const call = made[index];
        if (!call || !fitsCall(call, wanted)) fail(`call ${index + 1}`, `${describeExpected(wanted)} was expected`);
      });
      break;
    case 'in-order': {
      let from = 0;
      for (const wanted of expected.of) {
        const index = made.findIndex((call, at) => at >= from && fitsCall(call, wanted));
        if (index === -1) fail('calls in this order', `${describeExpected(wanted)} did not come in its place`);
        else from = index + 1;
      }
      break;
    }
    case 'any-order': {
      const rest = [...made];
      for (const wanted of expected.of) {
        const index = rest.findIndex((call) => fitsCall(call, wanted));
        if (index === -1) fail('these calls', `${describeExpected(wanted)} did not come`);
        else rest.splice(index, 1);
      }
      break;
    }
    case 'only':
      for (const call of made.filter((each) => !expected.of.some((wanted) => fitsCall(each, wanted)))) {
        fail('no calls but these', `${describeCall(call)} is none of them`);
      }
  }
  return failures;
}

function fitsCall(call: MadeCall, wanted: ExpectedCall): boolean {
  if (!matchesTool(wanted.tool, call.server, call.tool)) return false;
  if (wanted.args && !includes(call.args, wanted.args)) return false;
  const { result } = call;
  if (wanted.outcome && (!result || outcomeOf(result) !== wanted.outcome)) return false;
  if (wanted.code && (!result || result.ok || result.code !== wanted.code)) return false;
  return wanted.contains === undefined || (result?.text.includes(wanted.contains) ?? false);
}

function describeCall(call: MadeCall): string {
  const end = call.result ? outcomeOf(call.result) : 'unanswered';
  return `${call.server}.${call.tool} ${brief(call.args, 80)} (${end})`;
}

function describeExpected({ tool, args, outcome, code, contains }: ExpectedCall): string {
  const parts = [tool, args ? brief(args, 80) : '', outcome ?? '', code ?? '', contains ? `with "${contains}"` : ''];
  return parts.filter(Boolean).join(' ');
}
