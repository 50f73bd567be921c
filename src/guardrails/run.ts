/**
 * Runs one tool and turns whatever it does into a result: answers, failures, exceptions, interruption. It never rejects
 * and never waits longer for an interrupted tool than it was told to.
 */
import { messageOf } from '../errors.js';
import type { JsonObject } from '../json.js';
import { ToolFailure, type ToolPort, type ToolProgress, type ToolResult } from './types.js';

export interface RunOptions {
  signal: AbortSignal;
  precondition: JsonObject | undefined;
  graceMs: number;
  /** Whether an interruption leaves open what happened. */
  writes: boolean;
  onProgress(progress: ToolProgress): void;
  /** The end of a tool that was left alone after an interruption. */
  onLate(result: ToolResult): void;
}

export async function runTool(port: ToolPort, args: JsonObject, options: RunOptions): Promise<ToolResult> {
  const { signal, precondition, onProgress } = options;
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  const ran = Promise.resolve()
    .then(() =>
      port.run(structuredClone(args), {
        signal,
        onProgress,
        ...(precondition && { precondition: structuredClone(precondition) }),
      }),
    )
    .catch((error: unknown) => failure(error, options));
  const left = new Promise<ToolResult>((resolve) => {
    stop = () => {
      timer = setTimeout(() => {
        resolve(interruption(options));
        void ran.then(options.onLate);
      }, options.graceMs);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([ran, left]);
  } finally {
    clearTimeout(timer);
    if (stop) signal.removeEventListener('abort', stop);
  }
}

function failure(error: unknown, options: RunOptions): ToolResult {
  if (options.signal.aborted && !(error instanceof ToolFailure)) return interruption(options);
  if (error instanceof ToolFailure) return { ok: false, code: error.code, text: messageOf(error) };
  return { ok: false, code: 'unavailable', text: `It failed: ${messageOf(error)}` };
}

function interruption({ writes }: RunOptions): ToolResult {
  const text = writes
    ? 'Interrupted while it ran. Whether it had an effect is not known; look before doing anything else.'
    : 'Interrupted while it ran.';
  return { ok: false, code: 'interrupted', text };
}
