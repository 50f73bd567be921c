/**
 * Scores a text: every view through one linear-time set of patterns, matches gathered in windows, families combined. A
 * score is how much some window of the text looks like an attempt to instruct the model, from 0 to 1.
 */
import { RE2JS, RE2Set } from 're2js';
import { type FamilyPattern, PATTERNS } from './families.js';
import { countHidden } from './hidden.js';
import { type View, viewsOf } from './views.js';

export type ScanKind = 'prompt' | 'result';

export interface ScanSpan {
  /** Offsets into the text as given. */
  start: number;
  end: number;
  family: string;
  /** Weight of this match alone. */
  score: number;
}

export interface Scan {
  /** Of the worst window. */
  score: number;
  spans: ScanSpan[];
  /** Hidden characters, weighted: one tag or direction mark counts as six. */
  hidden: number;
}

/** Matches this close together are read as one attempt. */
const WINDOW = 600;
/** Of one pattern in one view; more of the same adds nothing. */
const MATCHES_PER_PATTERN = 40;
const FLAGS = RE2JS.CASE_INSENSITIVE | RE2JS.DOTALL;
const DFA_MEMORY = 64 * 1024 * 1024;

let compiledSet: RE2Set | null = null;
const compiledPatterns = new Map<number, RE2JS>();

function patternSet(): RE2Set {
  if (compiledSet) return compiledSet;
  const set = new RE2Set(RE2Set.UNANCHORED, FLAGS, DFA_MEMORY);
  for (const pattern of PATTERNS) set.add(pattern.source);
  set.compile();
  compiledSet = set;
  return set;
}

function patternAt(index: number, pattern: FamilyPattern): RE2JS {
  const known = compiledPatterns.get(index);
  if (known) return known;
  const compiled = RE2JS.compile(pattern.source, FLAGS);
  compiledPatterns.set(index, compiled);
  return compiled;
}

/** Whoever hides an instruction in an encoding has a reason: a match there counts for more. */
const DISGUISED = 0.25;
const PLAIN_VIEWS = new Set([
  'text',
  'look-alikes',
  'mended',
  'joints',
  'words run together',
  'entities',
  'percent',
  'escapes',
]);

function spansIn(view: View, kind: ScanKind, original: string): ScanSpan[] {
  const spans: ScanSpan[] = [];
  for (const index of patternSet().match(view.text)) {
    const pattern = PATTERNS[index];
    if (!pattern) continue;
    const weight = pattern[kind];
    const score = PLAIN_VIEWS.has(view.name) ? weight : Math.min(0.95, weight + DISGUISED);
    const matcher = patternAt(index, pattern).matcher(view.text);
    for (let count = 0; count < MATCHES_PER_PATTERN && matcher.find(); count++) {
      const from = view.origin(matcher.start());
      const to = view.origin(Math.max(matcher.start(), matcher.end() - 1));
      const start = Math.min(from, to);
      const end = Math.min(original.length, Math.max(from, to) + 1);
      spans.push({ start, end, family: pattern.family, score });
    }
  }
  return spans;
}

/** A second match of the same family adds a little, one of another family much. */
const SAME_FAMILY = 0.35;

function windowScore(spans: readonly ScanSpan[]): number {
  const byFamily = new Map<string, number[]>();
  for (const span of spans) byFamily.set(span.family, [...(byFamily.get(span.family) ?? []), span.score]);
  let clean = 1;
  for (const scores of byFamily.values()) {
    const [first = 0, second = 0] = scores.sort((a, b) => b - a);
    clean *= (1 - first) * (1 - second * SAME_FAMILY);
  }
  return 1 - clean;
}

/** One attempt seen in several views is one attempt: per place and family the strongest match stays. */
function distinct(spans: ScanSpan[]): ScanSpan[] {
  const kept: ScanSpan[] = [];
  for (const span of spans.sort((a, b) => b.score - a.score)) {
    const twin = kept.some((other) => other.family === span.family && span.start < other.end && other.start < span.end);
    if (!twin) kept.push(span);
    if (kept.length >= 400) break;
  }
  return kept.sort((a, b) => a.start - b.start);
}

/** The last texts scanned: several rules ask about the same one. */
const recent = new Map<string, Scan>();
const REMEMBERED = 8;
const MAX_REMEMBERED_LENGTH = 64 * 1024;

/** Linear in the text. Never throws. */
export function scanText(text: string, kind: ScanKind): Scan {
  const key = `${kind}:${text}`;
  const known = recent.get(key);
  if (known) return known;
  const scan = scan1(text, kind);
  if (text.length <= MAX_REMEMBERED_LENGTH) {
    const oldest = recent.keys().next().value;
    if (recent.size >= REMEMBERED && oldest !== undefined) recent.delete(oldest);
    recent.set(key, scan);
  }
  return scan;
}

function scan1(text: string, kind: ScanKind): Scan {
  const hidden = countHidden(text);
  const views = viewsOf(text);
  const plain = views.filter((view) => PLAIN_VIEWS.has(view.name)).flatMap((view) => spansIn(view, kind, text));
  // What stands there openly is not also disguised: only what no plain reading shows counts for more.
  const disguised = views
    .filter((view) => !PLAIN_VIEWS.has(view.name))
    .flatMap((view) => spansIn(view, kind, text))
    .filter((span) => !plain.some((open) => open.start < span.end && span.start < open.end));
  const spans = distinct([...plain, ...disguised]);
  let score = 0;
  for (let first = 0, last = 0; first < spans.length; first++) {
    const start = spans[first]?.start ?? 0;
    while (last < spans.length && (spans[last]?.start ?? 0) < start + WINDOW) last++;
    score = Math.max(score, windowScore(spans.slice(first, last)));
  }
  return { score, spans, hidden };
}
