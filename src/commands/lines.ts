/**
 * Reads what a person types at a terminal, a line at a time. Ctrl+C means here what it means everywhere else, although a
 * line editor takes it for itself; and the end of input (Ctrl+D) is no answer, rather than a wait for ever.
 */
import { createInterface } from 'node:readline/promises';

export interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream & { isTTY?: boolean };
}

export interface Lines {
  /** Null where no line comes: the input has ended, Ctrl+C, or the signal was aborted. Never rejects. */
  question(text: string, signal: AbortSignal): Promise<string | null>;
  /** No line will come any more. */
  readonly ended: boolean;
  close(): void;
}

/** `interrupt` is called for Ctrl+C; by default whoever listens for SIGINT hears of it. */
export function openLines({ input, output }: Terminal, interrupt: () => void = () => process.emit('SIGINT')): Lines {
  const lines = createInterface({ input, output });
  let ended = false;
  const closed = new Promise<null>((resolve) => {
    lines.once('close', () => {
      ended = true;
      resolve(null);
    });
  });
  lines.on('SIGINT', interrupt);
  return {
    question: async (text, signal) => {
      if (ended) return null;
      const typed = lines.question(text, { signal }).catch(() => null);
      return await Promise.race([typed, closed]);
    },
    get ended() {
      return ended;
    },
    close: () => lines.close(),
  };
}
