/**
 * Runs a scenario from its first turn to its last without anybody watching, and reports which expectations did not hold.
 * The session comes from outside, opened on the scenario's worlds and, where Claude is played, on its script.
 */
import type { AgentEvent } from '../agent/events.js';
import type { Clock } from '../clock.js';
import type { Approver } from '../guardrails/types.js';
import { evaluate, type Failure, type WorldState } from './expectations.js';
import type { Scenario } from './format.js';
import { operatorScript, scriptedApprover } from './operator.js';

/** What a scenario needs of a session. */
export interface ScenarioSession {
  run(text: string, options: { signal: AbortSignal }): AsyncIterable<AgentEvent>;
  setApprover(approver: Approver): void;
  readonly world: WorldState;
}

export interface TurnReport {
  say: string;
  events: AgentEvent[];
  failures: Failure[];
}

export interface ScenarioReport {
  passed: boolean;
  turns: TurnReport[];
  /** Over all turns, and what the turns left open. */
  failures: Failure[];
}

export interface RunOptions {
  scenario: Scenario;
  session: ScenarioSession;
  clock: Clock;
  signal: AbortSignal;
  onEvent?(event: AgentEvent): void;
}

/** Rejects only where the session does. A turn that failed or was interrupted ends the run. */
export async function runScenario(options: RunOptions): Promise<ScenarioReport> {
  const { scenario, session, clock, signal } = options;
  const operator = operatorScript(scenario, { speed: Number.POSITIVE_INFINITY });
  const open: Failure[] = [];
  session.setApprover(
    scriptedApprover(operator, {
      clock,
      onUndecided: ({ action }) => {
        const expectation = 'every approval is decided by the scenario';
        open.push({ expectation, message: `${action.server}.${action.tool} asked for one that it does not decide` });
      },
    }),
  );
  const turns: TurnReport[] = [];
  for (const turn of scenario.turns) {
    const events: AgentEvent[] = [];
    for await (const event of session.run(turn.say, { signal })) {
      events.push(event);
      options.onEvent?.(event);
    }
    const evidence = { events, world: session.world, clock, signal };
    const failures = turn.expect && !signal.aborted ? await evaluate(turn.expect, evidence) : [];
    turns.push({ say: turn.say, events, failures: [...unexpectedEnd(events, turn.expect?.stop), ...failures] });
    if (signal.aborted || events.at(-1)?.type === 'failed') break;
  }
  const failures = [...open, ...(await overall(options, turns, operator.unused()))];
  return { passed: failures.length === 0 && turns.every((turn) => turn.failures.length === 0), turns, failures };
}

async function overall(
  { scenario, session, clock, signal }: RunOptions,
  turns: readonly TurnReport[],
  unused: readonly { tool: string; decide: string }[],
): Promise<Failure[]> {
  const failures: Failure[] = [];
  if (turns.length < scenario.turns.length) {
    const message = `${turns.length} of ${scenario.turns.length} were played`;
    failures.push({ expectation: 'every turn is played', message });
  }
  for (const { tool, decide } of unused) {
    failures.push({
      expectation: `an approval of ${tool} is asked for`,
      message: `it never was (${decide} was ready)`,
    });
  }
  if (scenario.expect && !signal.aborted) {
    const events = turns.flatMap((turn) => turn.events);
    failures.push(...(await evaluate(scenario.expect, { events, world: session.world, clock, signal })));
  }
  return failures;
}

/** A turn that fails or is interrupted without being expected to is a failure, whatever else the scenario expects. */
function unexpectedEnd(events: readonly AgentEvent[], expected: string | undefined): Failure[] {
  const last = events.at(-1);
  if (last?.type === 'failed' && expected !== 'failed') {
    return [{ expectation: 'the turn is played to its end', message: `${last.message} ${last.hint}`.trim() }];
  }
  if (last?.type === 'turn_finished' && last.stopReason === 'interrupted' && expected !== 'interrupted') {
    return [{ expectation: 'the turn is played to its end', message: 'it was interrupted' }];
  }
  return [];
}
