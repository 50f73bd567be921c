/**
 * The prompt of `mcp-chat -p`: the words of the command line, and what is piped in. Only the former are the operator's;
 * the latter may be logs or events that anyone wrote, so it goes in fenced, which the gate takes for untrusted text.
 */
import { fstatSync } from 'node:fs';
import { UserError } from '../errors.js';
import { fenced } from '../guardrails/taint.js';

/** More than this is no prompt: the validator would refuse it anyway, and memory is not for the asking. */
const MAX_PIPED_CHARS = 1024 * 1024;

/** How long a pipe that nobody asked for may stay silent: schedulers leave one open without ever writing to it. */
const SILENCE_MS = 3_000;

/** Standard input, and what is known about it. */
export type PromptInput = AsyncIterable<string | Uint8Array> & { isTTY?: boolean };

/**
 * `given`: what the command line says, in order; `-` stands for standard input, and so does saying nothing. `piped`: whether
 * something may come from standard input although it was not asked for; then it is waited for only so long.
 *
 * Throws UserError where there is nothing to say.
 */
export async function assembledPrompt(
  given: string[],
  input: PromptInput,
  { piped = false, silenceMs = SILENCE_MS }: { piped?: boolean; silenceMs?: number } = {},
): Promise<string> {
  const said = given.filter((text) => text !== '-' && text.trim() !== '').join('\n\n');
  const asked = said === '' || given.includes('-');
  if (!asked && !piped) return said;
  if (asked && input.isTTY) throw nothingSaid('there is no prompt');
  const material = (await readAll(input, asked ? null : silenceMs)).trim();
  if (material === '' && asked) throw nothingSaid('standard input held nothing');
  // Material first: nothing in what was said can open or close its fence.
  return [material === '' ? '' : fenced(material), said].filter((part) => part !== '').join('\n\n');
}

const nothingSaid = (what: string): UserError => new UserError(what, { hint: 'mcp-chat -p "What is wrong in shop?"' });

/** To the end; with `silenceMs`, nothing where no first piece comes in that time. */
async function readAll(input: PromptInput, silenceMs: number | null): Promise<string> {
  const decoder = new TextDecoder();
  const pieces = input[Symbol.asyncIterator]();
  let next = await firstPiece(pieces.next(), silenceMs);
  let text = '';
  while (next !== null && !next.done) {
    text += typeof next.value === 'string' ? next.value : decoder.decode(next.value, { stream: true });
    if (text.length > MAX_PIPED_CHARS) throw new UserError('standard input holds more than 1 MiB of text');
    next = await pieces.next();
  }
  return text + decoder.decode();
}

async function firstPiece<T>(piece: Promise<T>, silenceMs: number | null): Promise<T | null> {
  if (silenceMs === null) return await piece;
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), silenceMs);
  });
  return await Promise.race([piece, silence]).finally(() => clearTimeout(timer));
}

/** Whether standard input is a pipe or a file, so that something may come from it. */
export function maybePiped(): boolean {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isFile() || input.isSocket();
  } catch {
    return false;
  }
}
