/** `mcp-chat replay [NAME|FILE]`: plays a scenario through the real loop, gate and servers. */
import { type Command, InvalidArgumentError } from 'commander';

export interface ReplayFlags {
  /** Times real time. */
  speed?: number;
  /** Waits for nothing. */
  instant?: boolean;
  headless?: boolean;
  check?: boolean;
  /** File to write an asciinema recording to. */
  cast?: string;
}

export function register(program: Command): void {
  program
    .command('replay')
    .description('play a demo or another scenario; without a name, list the demos')
    .argument('[name]', 'the name of a demo, or a scenario file')
    .option('--speed <n>', 'so many times as fast', speed)
    .option('--instant', 'wait for nothing')
    .option('--headless', 'without the console: plain lines on standard output')
    .option('--check', 'exit with 1 where something that the scenario expects does not happen')
    .option('--cast <file>', 'record the screen in asciinema format (v2)')
    .action(async (name: string | undefined, flags: ReplayFlags) => {
      const { replay } = await import('./replay-run.js');
      process.exitCode = await replay(name, flags);
    });
}

function speed(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 100)) throw new InvalidArgumentError('It must be above 0 and at most 100.');
  return value;
}
