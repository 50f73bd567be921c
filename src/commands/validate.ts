/** `mcp-chat validate FILES…|-`: manifests and Palette cluster configurations against the policies. Asks no cluster. */
import { type Command, Option } from 'commander';

export interface ValidateFlags {
  policies?: string[];
  failOn: 'deny' | 'require_approval' | 'warn' | 'never';
  environment: 'auto' | 'production' | 'non-production';
  output: 'text' | 'json' | 'junit' | 'sarif';
  patch: boolean;
}

export function register(program: Command): void {
  program
    .command('validate')
    .description('judge manifests and Palette cluster configurations by the policies')
    .argument('<files...>', 'files, folders or patterns; - reads standard input')
    .option('--policies <file...>', 'further policy files, added to the shipped ones')
    .addOption(
      new Option('--fail-on <effect>', 'exit with 1 from this effect on')
        .choices(['deny', 'require_approval', 'warn', 'never'])
        .default('require_approval'),
    )
    .addOption(
      new Option(
        '--environment <environment>',
        'auto tells it from namespaces and labels; what is unknown is production',
      )
        .choices(['auto', 'production', 'non-production'])
        .default('auto'),
    )
    .addOption(
      new Option('-o, --output <format>', 'output format').choices(['text', 'json', 'junit', 'sarif']).default('text'),
    )
    .option('--no-patch', 'leave out the patch of certain fixes')
    .action(async (files: string[], flags: ValidateFlags) => {
      const { runValidate } = await import('./validate-run.js');
      process.exitCode = await runValidate(files, flags, process.stdout);
    });
}
