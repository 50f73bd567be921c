/**
 * Which words a pattern cannot match without. Read off the pattern's own source, so that the cheap look for words can
 * never miss what the pattern would find: where a part cannot be read, it demands nothing.
 */

/** Every clause must be met; a clause is met by any of its words. An empty list demands nothing. */
export type Clauses = string[][];

interface Cursor {
  source: string;
  at: number;
}

const MIN_LENGTH = 3;
const MAX_WORDS = 600;

export function clausesOf(source: string): Clauses {
  const cursor = { source: source.toLowerCase(), at: 0 };
  const clauses = alternatives(cursor);
  return cursor.at >= source.length ? clauses : [];
}

/** `a|b|c`: one clause holding the best clause of each; none where one alternative demands nothing. */
function alternatives(cursor: Cursor): Clauses {
  const all: Clauses[] = [];
  for (;;) {
    all.push(sequence(cursor));
    if (cursor.source[cursor.at] !== '|') break;
    cursor.at += 1;
  }
  const [only] = all;
  if (all.length === 1 && only) return only;
  const best = all.map(strongestClause);
  if (best.some((clause) => clause === null)) return [];
  const words = [...new Set(best.flatMap((clause) => clause ?? []))];
  return words.length > MAX_WORDS ? [] : [words];
}

/** The clause whose shortest word is longest. */
function strongestClause(clauses: Clauses): string[] | null {
  let best: string[] | null = null;
  let length = 0;
  for (const clause of clauses) {
    const shortest = Math.min(...clause.map(weight));
    if (shortest > length) {
      best = clause;
      length = shortest;
    }
  }
  return best;
}

/** Two ideographs say as much as six letters. */
const weight = (word: string) => (/[\u3000-\u9fff\uac00-\ud7af]/.test(word) ? word.length * 3 : word.length);

function sequence(cursor: Cursor): Clauses {
  const { source } = cursor;
  const clauses: Clauses = [];
  let run = '';
  const start = cursor.at;
  const flush = () => {
    // Two letters say something only where they are the whole of it (`ai`), not as the start of a longer word.
    const whole = run.length === cursor.at - start && /^[a-z]{2}$/.test(run) && '|)'.includes(source[cursor.at] ?? '');
    if (weight(run) >= MIN_LENGTH || whole) clauses.push([run]);
    run = '';
  };
  while (cursor.at < source.length && source[cursor.at] !== '|' && source[cursor.at] !== ')') {
    const character = source[cursor.at] ?? '';
    if (character === '(') {
      const inner = group(cursor);
      const { optional } = quantifier(cursor);
      flush();
      if (!optional) clauses.push(...inner);
      continue;
    }
    const literal = atom(cursor);
    const { optional, repeated } = quantifier(cursor);
    if (literal === null || optional) {
      flush();
      continue;
    }
    run += literal;
    if (repeated) flush();
  }
  flush();
  return clauses;
}

function group(cursor: Cursor): Clauses {
  cursor.at += 1;
  if (cursor.source.startsWith('?:', cursor.at)) cursor.at += 2;
  const inner = alternatives(cursor);
  cursor.at += 1;
  return inner;
}

/** One character; null for classes, dots, anchors and escapes. */
function atom(cursor: Cursor): string | null {
  const character = cursor.source[cursor.at] ?? '';
  if (character === '\\') {
    const escaped = cursor.source[cursor.at + 1] ?? '';
    cursor.at += 2;
    return /[a-z0-9]/.test(escaped) ? null : escaped;
  }
  if (character === '[') {
    skipClass(cursor);
    return null;
  }
  cursor.at += 1;
  return character === '.' || character === '^' || character === '$' ? null : character;
}

function skipClass(cursor: Cursor): void {
  cursor.at += 1;
  if (cursor.source[cursor.at] === '^') cursor.at += 1;
  if (cursor.source[cursor.at] === ']') cursor.at += 1;
  while (cursor.at < cursor.source.length && cursor.source[cursor.at] !== ']')
    cursor.at += cursor.source[cursor.at] === '\\' ? 2 : 1;
  cursor.at += 1;
}

function quantifier(cursor: Cursor): { optional: boolean; repeated: boolean } {
  const { source } = cursor;
  let optional = false;
  let repeated = false;
  const next = source[cursor.at];
  if (next === '?' || next === '*' || next === '+') {
    optional = next !== '+';
    repeated = true;
    cursor.at += 1;
  } else if (next === '{') {
    const end = source.indexOf('}', cursor.at);
    optional = source.startsWith('{0', cursor.at) || source.startsWith('{,', cursor.at);
    repeated = true;
    cursor.at = end + 1;
  }
  if (repeated && source[cursor.at] === '?') cursor.at += 1;
  return { optional, repeated };
}
