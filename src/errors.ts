/**
 * Errors that end a command, and the exit codes they end it with. A message here is for the person at the
 * terminal: what is wrong, where, and (in `hint`) what to do next. It never carries a stack trace or a secret.
 */

/** Documented in docs/USAGE.md; the same for every command. */
export const ExitCode = {
  ok: 0,
  /** Findings at or above the threshold, or expectations that failed. */
  findings: 1,
  /** Wrong usage or configuration: flags, files, policies, scenarios. */
  usage: 2,
  /** Authentication, network, a back end that does not answer. */
  infrastructure: 3,
  /** A guardrail said no. */
  denied: 4,
  /** A limit was reached: turns, tokens, cost. */
  limit: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export class UserError extends Error {
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(message: string, options: { exitCode?: ExitCode; hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'UserError';
    this.exitCode = options.exitCode ?? ExitCode.usage;
    this.hint = options.hint;
  }
}

/** The message of anything that can be thrown, on one line, for an error that wraps it. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').trim();
}
