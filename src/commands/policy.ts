/** `mcp-chat policy list|check|explain`: what is loaded, whether it is right, why an action gets its verdict. */
import { type Command, Option } from 'commander';

export interface PolicyFlags {
  policies?: string[];
  output: 'text' | 'json';
  checks?: boolean;
  tool?: string;
  arg?: string[];
  all?: boolean;
}

const policies = ['--policies <file...>', 'further policy files, added to the shipped ones'] as const;
const output = () => new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text');

export function register(program: Command): void {
  const command = program.command('policy').description('the rules that judge prompts, actions and configurations');
  command
    .command('list')
    .description('the rules that are loaded, with severity and effects')
    .option(...policies)
    .option('--checks', 'the built-in checks that rules can use, with their parameters')
    .addOption(output())
    .action(async (flags: PolicyFlags) => {
      const { runList } = await import('./policy-run.js');
      process.exitCode = runList(flags, process.stdout);
    });
  command
    .command('check')
    .description(
      'syntax, types and the examples of every rule; exits with 2 where a file is wrong, 1 where an example fails',
    )
    .argument('[files...]', 'policy files to check; the shipped ones where none is named')
    .addOption(output())
    .action(async (files: string[], flags: PolicyFlags) => {
      const { runCheck } = await import('./policy-run.js');
      process.exitCode = runCheck(files, flags, process.stdout);
    });
  command
    .command('explain')
    .description('which rules an action meets, and on what values')
    .argument('[file]', 'the action as JSON or YAML; - reads standard input')
    .option(...policies)
    .option('--tool <server.tool>', 'the tool, instead of a file')
    .option('--arg <name=value...>', 'one argument; may be repeated')
    .option('--all', 'also the rules that do not match')
    .addOption(output())
    .action(async (file: string | undefined, flags: PolicyFlags) => {
      const { runExplain } = await import('./policy-run.js');
      process.exitCode = await runExplain(file, flags, process.stdout);
    });
}
