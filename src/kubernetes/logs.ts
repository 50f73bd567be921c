/**
 * Log lines of one container: which to ask for, which to show. Pure but for `readLog`. Patterns run on a linear-time
 * engine, secrets are taken out of every line, and what was left out is said.
 */
import { RE2JS } from 're2js';
import { messageOf } from '../errors.js';
import { redactText } from '../guardrails/redaction.js';
import { ToolFailure } from '../guardrails/types.js';
import { printable } from '../mcp/text.js';
import type { KubernetesClient } from './client.js';
import { nameSegment, namespaceSegment } from './names.js';

export interface LogRequest {
  context: string;
  namespace: string;
  pod: string;
  container: string;
  /** Newest lines to read at most. */
  lines: number;
  sinceSeconds?: number | undefined;
  previous: boolean;
  timestamps: boolean;
  signal: AbortSignal;
}

export interface LogLines {
  lines: string[];
  /** There may be older lines than these. */
  more: boolean;
}

/** A log can have lines of megabytes; the API server cuts here. */
const MOST_BYTES = 8 * 1024 * 1024;
/** One line in an answer. */
const LINE_CHARS = 2000;

/** Throws ToolFailure. A container that has no log (yet) is an error of the server's with its reason. */
export async function readLog(client: KubernetesClient, request: LogRequest): Promise<LogLines> {
  const { context, namespace, pod, container, previous, timestamps } = request;
  const text = await client.text(
    context,
    `/api/v1/namespaces/${namespaceSegment(namespace)}/pods/${nameSegment(pod, 'pod')}/log`,
    {
      query: {
        container: nameSegment(container, 'container'),
        tailLines: request.lines,
        sinceSeconds: request.sinceSeconds,
        previous: previous || undefined,
        timestamps: timestamps || undefined,
        limitBytes: MOST_BYTES,
      },
      signal: request.signal,
    },
  );
  // The limit cuts off the newest lines. Fewer of them fit.
  if (text.length >= MOST_BYTES / 2 && Buffer.byteLength(text) >= MOST_BYTES && request.lines > 20) {
    return readLog(client, { ...request, lines: Math.floor(request.lines / 10) });
  }
  const lines = redactText(text).text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return { lines: lines.map(clean), more: lines.length >= request.lines };
}

function clean(line: string): string {
  const text = printable(line);
  return text.length > LINE_CHARS
    ? `${text.slice(0, LINE_CHARS)}… (${text.length - LINE_CHARS} more characters)`
    : text;
}

/** Upper and lower case alike. Throws ToolFailure `invalid` for a pattern that RE2 does not know. */
export function compile(pattern: string): (line: string) => boolean {
  try {
    const compiled = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
    return (line) => compiled.matcher(line).find();
  } catch (error) {
    throw new ToolFailure(
      'invalid',
      `grep: not a pattern (RE2 syntax, without lookaround and backreferences): ${messageOf(error)}`,
    );
  }
}

export interface Selected {
  lines: string[];
  /** Lines that match; all of them where there is no pattern. */
  matched: number;
}

/** Matching lines with `around` lines before and after each; a gap is marked as grep marks it. Keeps the newest. */
export function select(
  lines: readonly string[],
  matches: ((line: string) => boolean) | null,
  around: number,
  most: number,
): Selected {
  if (!matches) return { lines: lines.slice(-most), matched: lines.length };
  const hits = lines.flatMap((line, index) => (matches(line) ? [index] : []));
  const wanted = new Set<number>();
  for (const hit of hits.slice(-most)) {
    for (let index = Math.max(0, hit - around); index <= Math.min(lines.length - 1, hit + around); index += 1)
      wanted.add(index);
  }
  const shown: string[] = [];
  let last = -1;
  for (const index of [...wanted].sort((a, b) => a - b)) {
    if (around > 0 && last >= 0 && index > last + 1) shown.push('--');
    shown.push(lines[index] ?? '');
    last = index;
  }
  return { lines: shown, matched: hits.length };
}

/** The newest lines that fit into `maxChars`. */
export function newestWithin(lines: readonly string[], maxChars: number): string[] {
  let room = maxChars;
  let start = lines.length;
  while (start > 0) {
    const line = lines[start - 1] ?? '';
    if (line.length + 1 > room) break;
    room -= line.length + 1;
    start -= 1;
  }
  return lines.slice(start);
}
