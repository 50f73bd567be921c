/** `mcp-chat doctor`: is everything there that a session needs, and what to do where it is not. */
import { type Command, Option } from 'commander';
import { type BackendFlags, interruptSignal, sessionOptions, withBackends } from './options.js';

export function register(program: Command): void {
  withBackends(
    program
      .command('doctor')
      .description('check the API key, the clusters and what you may do there, Palette, the policies and the terminal')
      .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text')),
  ).action(async (flags: BackendFlags & { output: string }) => {
    const { examine, renderFindings, worstOf } = await import('./doctor-run.js');
    const findings = await examine(await sessionOptions(flags), interruptSignal());
    process.stdout.write(flags.output === 'json' ? `${JSON.stringify(findings, null, 2)}\n` : renderFindings(findings));
    process.exitCode = worstOf(findings);
  });
}
