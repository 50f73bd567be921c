/** What `mcp-chat replay` does. Loads late: in the console, the first frame comes before servers, schemas and SDKs. */
import { type Clock, manualClock, systemClock } from '../clock.js';
import type { ExitCode } from '../errors.js';
import { scaledClock } from '../scenarios/clock.js';
import { findScenario, quickTitle } from '../scenarios/find.js';
import type { ReplayFlags } from './replay.js';

/** Throws UserError for a scenario that does not exist or cannot be read. */
export async function replay(nameOrFile: string | undefined, flags: ReplayFlags): Promise<ExitCode> {
  if (nameOrFile === undefined) {
    const { listReplays } = await import('./replay-headless.js');
    return listReplays();
  }
  const file = findScenario(nameOrFile);
  const stop = flags.cast === undefined ? undefined : await record(flags.cast, quickTitle(file));
  const clock = clockFor(flags);
  try {
    // Where there is no terminal, the same is told in plain lines.
    if (flags.headless || !process.stdin.isTTY || !process.stdout.isTTY) {
      const { playHeadless } = await import('./replay-headless.js');
      return await playHeadless(file, { clock, check: flags.check ?? false });
    }
    const { playInConsole } = await import('./replay-console.js');
    const speed = flags.instant ? Number.POSITIVE_INFINITY : (flags.speed ?? 1);
    return await playInConsole(file, { clock, speed, check: flags.check ?? false });
  } finally {
    await stop?.();
  }
}

function clockFor(flags: ReplayFlags): Clock {
  if (flags.instant) return manualClock(Date.now());
  return flags.speed === undefined ? systemClock() : scaledClock(systemClock(), flags.speed);
}

/** Writes everything that goes to standard output into `file`, until the function that it gives is called. */
async function record(file: string, title: string): Promise<() => Promise<void>> {
  const { recordCast } = await import('./cast.js');
  return recordCast({ file, title, stdout: process.stdout, now: Date.now });
}
