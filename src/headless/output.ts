/**
 * Writing to streams that may be pipes: waits where the reader is slow, and treats a reader that has gone (EPIPE, as with
 * `| head`) as a wish to stop, not as an error. Takes terminal control sequences out of text that others wrote.
 */
import type { Writable } from 'node:stream';

export interface Output {
  /** Resolves when there is room for more. Does nothing once the reader has gone. */
  write(text: string): Promise<void>;
  /** Aborted when the reader has gone. */
  readonly gone: AbortSignal;
}

export function openOutput(stream: Writable): Output {
  const gone = new AbortController();
  const onError = (error: Error) => gone.abort(error);
  // Stays: a late EPIPE must not end the process with a stack trace.
  stream.on('error', onError);
  return {
    gone: gone.signal,
    write(text) {
      if (gone.signal.aborted || text === '') return Promise.resolve();
      return new Promise((resolve) => {
        // Errors come through the listener above as well; either way there is nothing to wait for.
        stream.write(text, () => resolve());
      });
    },
  };
}

/** ECMA-48 sequences, then every other control character but tab and newline. */
export function withoutControls(text: string): string {
  return text
    .replace(/\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g, '')
    .replace(/[\u001b\u009b][[\]()#;?]*[0-9;:?]*[ -/]*[@-~]?/g, '')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}
