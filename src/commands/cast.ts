/**
 * Records what a program writes to its terminal as an asciinema cast, version 2: one JSON header, then one line
 * `[seconds, "o", text]` per write (https://docs.asciinema.org/manual/asciicast/v2/). Passes everything on unchanged.
 */
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { messageOf, UserError } from '../errors.js';

export interface CastOptions {
  file: string;
  title: string;
  stdout: NodeJS.WriteStream;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Throws UserError where the file cannot be written. Call what it gives to end the recording. */
export async function recordCast({ file, title, stdout, now }: CastOptions): Promise<() => Promise<void>> {
  const out = createWriteStream(file);
  await new Promise<void>((resolve, reject) => {
    out.once('open', () => resolve());
    out.once('error', (error) => reject(new UserError(`cannot write ${file}: ${messageOf(error)}`)));
  });
  const start = now();
  const header = {
    version: 2,
    width: stdout.columns ?? 80,
    height: stdout.rows ?? 24,
    timestamp: Math.floor(start / 1000),
    title,
  };
  out.write(`${JSON.stringify(header)}\n`);
  const original = stdout.write;
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    // What a terminal's driver does on the way to the screen, and a player does not.
    const seen = text.replace(/\r?\n/g, '\r\n');
    out.write(`${JSON.stringify([(now() - start) / 1000, 'o', seen])}\n`);
    return Reflect.apply(original, stdout, [chunk, ...rest]) as boolean;
  };
  stdout.write = write as typeof stdout.write;
  return async () => {
    stdout.write = original;
    out.end();
    await finished(out);
  };
}
