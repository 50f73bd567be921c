/** What a container's exit code means. Source: the shell's conventions (126, 127, 128+signal) and the runtime's (137, 128). */
const CODES: Record<number, string> = {
  1: 'the program failed (its log says why)',
  2: 'wrong usage of a command or shell built-in',
  125: 'the container runtime failed',
  126: 'the command was found but is not executable',
  127: 'the command was not found',
  128: 'the container could not be started',
  129: 'SIGHUP',
  130: 'SIGINT',
  134: 'SIGABRT, the program aborted itself',
  135: 'SIGBUS',
  136: 'SIGFPE',
  137: 'SIGKILL',
  139: 'SIGSEGV, a crash on memory access',
  141: 'SIGPIPE',
  143: 'SIGTERM, it was asked to stop',
  255: 'the program failed with an unspecific code',
};

/** Exit 137 is an out-of-memory kill only where the runtime says so; otherwise something sent SIGKILL. */
export function explainExit(code: number | null, reason: string): string {
  if (code === null) return reason || 'unknown';
  if (reason === 'OOMKilled') return `exit ${code}: killed for exceeding its memory limit (OOMKilled)`;
  if (code === 137)
    return 'exit 137: SIGKILL, not reported as out of memory (a failed probe, a node, or somebody did it)';
  if (code === 0) return 'exit 0: it finished although it should keep running';
  return `exit ${code}: ${CODES[code] ?? (code > 128 && code < 160 ? `signal ${code - 128}` : 'the program failed')}`;
}
