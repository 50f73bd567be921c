/** `mcp-chat serve`: one of the embedded servers for any MCP client, behind the same gate. */
import { Argument, type Command } from 'commander';
import { type BackendFlags, interruptSignal, sessionOptions, withBackends } from './options.js';

export function register(program: Command): void {
  withBackends(
    program
      .command('serve')
      .description('serve one of the embedded MCP servers on standard input and output')
      .addArgument(new Argument('<server>', 'which one').choices(['kubernetes', 'palette'])),
  ).action(async (server: 'kubernetes' | 'palette', flags: BackendFlags) => {
    const { openStandalone } = await import('../standalone.js');
    const { serveStdio } = await import('../mcp/stdio.js');
    const standalone = await openStandalone(server, await sessionOptions(flags));
    try {
      await serveStdio(standalone.server, interruptSignal());
    } finally {
      await standalone.close();
    }
  });
}
