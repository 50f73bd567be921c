/** Opens a session that plays a scenario: its emulated worlds, Claude's part from the script; and tells what failed. */
import type { Clock } from '../clock.js';
import { ExitCode } from '../errors.js';
import type { Failure } from '../scenarios/expectations.js';
import type { LoadedScenario } from '../scenarios/load.js';
import { scriptedClaude } from '../scenarios/scripted.js';
import { openSession, type Session } from '../session.js';

/** A server without a world is off. */
export function openReplay({ scenario }: LoadedScenario, clock: Clock, env: NodeJS.ProcessEnv): Promise<Session> {
  const { kubernetes, palette, seed } = scenario.environment;
  const { middleware, watch } = scriptedClaude(scenario, { clock });
  return openSession({
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
  });
}

/** Writes to standard error what did not hold. Exit code 1 where anything did not. */
export function tellFailures(name: string, failures: readonly Failure[]): ExitCode {
  for (const { expectation, message } of failures) process.stderr.write(`FAILED ${expectation}\n       ${message}\n`);
  const count = failures.length === 1 ? '1 expectation' : `${failures.length} expectations`;
  process.stderr.write(
    failures.length > 0 ? `${name}: ${count} failed\n` : `${name}: everything happened as expected\n`,
  );
  return failures.length > 0 ? ExitCode.findings : ExitCode.ok;
}
