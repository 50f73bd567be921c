/**
 * The prompt of `mcp-chat -p`: the words of the command line, and what is piped in. Only the former are the operator's;
 * the latter may be logs or events that anyone wrote, so it goes in fenced, which the gate takes for untrusted text.
 */
import { UserError } from '../errors.js';
import { fenced } from '../guardrails/taint.js';

/** More than this is no prompt: the validator would refuse it anyway, and memory is not for the asking. */
const MAX_PIPED_CHARS = 1024 * 1024;

/**
 * `given`: what the command line says, in order; `-` stands for standard input, and so does saying nothing. Otherwise
 * standard input is not read: scripts and schedulers leave it open without ever writing to it.
 *
 * Throws UserError where there is nothing to say.
 */
export async function assembledPrompt(
  given: string[],
  input: AsyncIterable<string | Uint8Array> & { isTTY?: boolean },
): Promise<string> {
  const said = given.filter((text) => text !== '-' && text.trim() !== '').join('\n\n');
  if (said !== '' && !given.includes('-')) return said;
  if (input.isTTY) throw new UserError('there is no prompt', { hint: 'mcp-chat -p "What is wrong in shop?"' });
  const piped = (await readAll(input)).trim();
  if (piped === '')
    throw new UserError('standard input held nothing', { hint: 'mcp-chat -p "What is wrong in shop?"' });
  // Material first: nothing in what was said can open or close its fence.
  return said === '' ? fenced(piped) : `${fenced(piped)}\n\n${said}`;
}

async function readAll(input: AsyncIterable<string | Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of input) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    if (text.length > MAX_PIPED_CHARS) throw new UserError('standard input holds more than 1 MiB of text');
  }
  return text + decoder.decode();
}
