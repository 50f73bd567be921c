/** What `mcp-chat replay` does: opens a session on the scenario's worlds and script, and plays it with or without a screen. */
import type { AgentEvent } from '../agent/events.js';
import { type Clock, manualClock, systemClock } from '../clock.js';
import { ExitCode } from '../errors.js';
import { openOutput } from '../headless/output.js';
import { transcript } from '../headless/transcript.js';
import { scaledClock } from '../scenarios/clock.js';
import { evaluate, type Failure } from '../scenarios/expectations.js';
import { type LoadedScenario, listScenarios, loadScenario } from '../scenarios/load.js';
import { operatorScript } from '../scenarios/operator.js';
import { runScenario, type ScenarioReport } from '../scenarios/runner.js';
import { scriptedClaude } from '../scenarios/scripted.js';
import { openSession, type Session, type SessionOptions } from '../session.js';
import { interruptSignal } from './options.js';
import type { ReplayFlags } from './replay.js';

/** Throws UserError for a scenario that does not exist or cannot be read. */
export async function replay(nameOrFile: string | undefined, flags: ReplayFlags): Promise<ExitCode> {
  if (nameOrFile === undefined) return list();
  const loaded = loadScenario(nameOrFile);
  const stop = flags.cast === undefined ? undefined : await record(flags.cast, loaded.scenario.title);
  try {
    if (flags.headless) return await playHeadless(loaded, flags);
    return await playInConsole(loaded, flags);
  } finally {
    await stop?.();
  }
}

function list(): ExitCode {
  const scenarios = listScenarios();
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  for (const { name, scenario } of scenarios) {
    process.stdout.write(`${name.padEnd(width)}  ${scenario.summary}\n`);
  }
  return ExitCode.ok;
}

function clockFor(flags: ReplayFlags): Clock {
  if (flags.instant) return manualClock(Date.now());
  return flags.speed === undefined ? systemClock() : scaledClock(systemClock(), flags.speed);
}

/** A session on the scenario's emulated worlds, with Claude's part played; exported for the tests of scenarios. */
export function replayOptions({ scenario }: LoadedScenario, clock: Clock, env: NodeJS.ProcessEnv): SessionOptions {
  const { kubernetes, palette, seed } = scenario.environment;
  const { middleware, watch } = scriptedClaude(scenario, { clock });
  return {
    config: {
      kubernetes: kubernetes === undefined ? 'off' : 'demo',
      palette: palette === undefined ? 'off' : 'demo',
    },
    env,
    clock,
    scripted: {
      middleware,
      watch,
      ...(scenario.model === undefined ? {} : { model: scenario.model }),
      worlds: {
        ...(kubernetes === undefined ? {} : { kubernetes }),
        ...(palette === undefined ? {} : { palette }),
        ...(seed === undefined ? {} : { seed }),
      },
    },
  };
}

async function playHeadless(loaded: LoadedScenario, flags: ReplayFlags): Promise<ExitCode> {
  const clock = clockFor(flags);
  const out = openOutput(process.stdout);
  const signal = AbortSignal.any([interruptSignal(), out.gone]);
  const session = await openSession(replayOptions(loaded, clock, process.env));
  const lines = transcript();
  try {
    const onEvent = (event: AgentEvent) => void out.write(lines(event));
    const report = await runScenario({ scenario: loaded.scenario, session, clock, signal, onEvent });
    if (signal.aborted) return ExitCode.interrupted;
    if (flags.check) return verdictOf(loaded, report);
    return report.turns.some(({ events }) => events.at(-1)?.type === 'failed') ? ExitCode.infrastructure : ExitCode.ok;
  } finally {
    await session.close();
  }
}

function verdictOf(loaded: LoadedScenario, report: ScenarioReport): ExitCode {
  const turns = report.turns.flatMap(({ say, failures }) =>
    failures.map((failure) => ({ ...failure, expectation: `after "${say}": ${failure.expectation}` })),
  );
  return tell(loaded, [...turns, ...report.failures]);
}

function tell({ name }: LoadedScenario, failures: readonly Failure[]): ExitCode {
  for (const { expectation, message } of failures) process.stderr.write(`FAILED ${expectation}\n       ${message}\n`);
  const count = failures.length === 1 ? '1 expectation' : `${failures.length} expectations`;
  process.stderr.write(
    failures.length > 0 ? `${name}: ${count} failed\n` : `${name}: everything happened as expected\n`,
  );
  return failures.length > 0 ? ExitCode.findings : ExitCode.ok;
}

async function playInConsole(loaded: LoadedScenario, flags: ReplayFlags): Promise<ExitCode> {
  const { runConsole } = await import('../console/index.js');
  const clock = clockFor(flags);
  const turns: AgentEvent[][] = [];
  const failures: Failure[] = [];
  const speed = flags.instant ? Number.POSITIVE_INFINITY : (flags.speed ?? 1);
  const code = await runConsole({
    script: operatorScript(loaded.scenario, { speed }),
    open: async () => {
      const session = await openSession(replayOptions(loaded, clock, process.env));
      return watched(session, turns, async () => {
        if (flags.check) failures.push(...(await check(loaded, turns, session, clock)));
      });
    },
  });
  return flags.check && code === ExitCode.ok ? tell(loaded, failures) : code;
}

/** The same session, with its events kept and a last look at its worlds before it closes. */
function watched(session: Session, turns: AgentEvent[][], beforeClose: () => Promise<void>): Session {
  return {
    info: session.info,
    tools: session.tools,
    get usage() {
      return session.usage;
    },
    world: session.world,
    async *run(text, options) {
      const events: AgentEvent[] = [];
      turns.push(events);
      for await (const event of session.run(text, options)) {
        events.push(event);
        yield event;
      }
    },
    call: (server, tool, args, options) => session.call(server, tool, args, options),
    setApprover: (approver) => session.setApprover(approver),
    clear: () => session.clear(),
    async close() {
      await beforeClose();
      await session.close();
    },
  };
}

async function check(
  { scenario }: LoadedScenario,
  turns: readonly AgentEvent[][],
  { world }: Session,
  clock: Clock,
): Promise<Failure[]> {
  const { signal } = new AbortController();
  const failures: Failure[] = [];
  if (turns.length < scenario.turns.length) {
    const message = `${turns.length} of ${scenario.turns.length} were played`;
    failures.push({ expectation: 'every turn is played', message });
  }
  for (const [index, { expect }] of scenario.turns.entries()) {
    const events = turns[index];
    if (expect && events) failures.push(...(await evaluate(expect, { events, world, clock, signal })));
  }
  if (scenario.expect) {
    failures.push(...(await evaluate(scenario.expect, { events: turns.flat(), world, clock, signal })));
  }
  return failures;
}

/** Writes everything that goes to standard output into `file`, until the function that it gives is called. */
async function record(file: string, title: string): Promise<() => Promise<void>> {
  const { recordCast } = await import('./cast.js');
  return recordCast({ file, title, stdout: process.stdout, now: Date.now });
}
