/**
 * A cheap first look: which patterns can match at all, by the words they need. One pass over the text with an automaton
 * (Aho and Corasick, 1975) whose cost does not depend on how many words there are. It may let a pattern through that then
 * does not match; it holds none back that would, but for matches spread over more than REACH characters.
 */
import { type Clauses, clausesOf } from './literals.js';

export interface Region {
  pattern: number;
  from: number;
  to: number;
}

/** The words of one match lie no further apart than this. */
const REACH = 500;
/** What a match may have before its first and after its last word. */
const MARGIN = 260;
/** Words shorter than this count only where they stand alone. */
const SHORT = 3;

export class Prefilter {
  /** Column of each character; 0 for every character that no word has. */
  readonly #columns = new Uint16Array(65_536);
  readonly #width: number;
  readonly #next: Int32Array;
  /** Words that end at a state, as indexes. */
  readonly #ends: (number[] | undefined)[];
  /** For each word, the clauses it meets. */
  readonly #clausesOfWord: number[][] = [];
  readonly #patternOfClause: number[] = [];
  readonly #clausesOfPattern: number[][];
  readonly #lengths: number[];
  readonly #always: number[] = [];

  constructor(sources: readonly string[]) {
    const clauses = sources.map(clausesOf);
    const words = this.#number(clauses);
    this.#clausesOfPattern = sources.map(() => []);
    for (const [clause, pattern] of this.#patternOfClause.entries()) this.#clausesOfPattern[pattern]?.push(clause);
    this.#lengths = words.map((word) => word.length);
    let width = 1;
    for (const word of words) {
      for (let at = 0; at < word.length; at++) {
        const code = word.charCodeAt(at);
        if (this.#columns[code] === 0) this.#columns[code] = width++;
      }
    }
    // Lower case in the words, either case in the text.
    for (let code = 97; code < 0x24ff; code++) {
      const upper = this.#columns[code] === 0 ? '' : String.fromCharCode(code).toUpperCase();
      if (upper.length === 1 && this.#columns[upper.charCodeAt(0)] === 0) {
        this.#columns[upper.charCodeAt(0)] = this.#columns[code] ?? 0;
      }
    }
    this.#width = width;
    const states = 1 + words.reduce((sum, word) => sum + word.length, 0);
    this.#next = new Int32Array(states * width);
    this.#ends = new Array<number[] | undefined>(states);
    this.#build(words);
  }

  #number(clauses: readonly Clauses[]): string[] {
    const numbers = new Map<string, number>();
    for (const [pattern, list] of clauses.entries()) {
      if (list.length === 0) this.#always.push(pattern);
      for (const clause of list) {
        const number = this.#patternOfClause.push(pattern) - 1;
        for (const word of new Set(clause)) {
          const index = numbers.get(word) ?? numbers.size;
          numbers.set(word, index);
          this.#clausesOfWord[index] = [...(this.#clausesOfWord[index] ?? []), number];
        }
      }
    }
    return [...numbers.keys()];
  }

  #build(words: readonly string[]): void {
    const width = this.#width;
    let states = 1;
    for (const [index, word] of words.entries()) {
      let state = 0;
      for (let at = 0; at < word.length; at++) {
        const cell = state * width + (this.#columns[word.charCodeAt(at)] ?? 0);
        if (this.#next[cell] === 0) this.#next[cell] = states++;
        state = this.#next[cell] ?? 0;
      }
      this.#ends[state] = [...(this.#ends[state] ?? []), index];
    }
    this.#link(states);
  }

  /** Breadth first: where a state has no way on, it goes where its longest proper suffix goes. */
  #link(states: number): void {
    const width = this.#width;
    const fail = new Int32Array(states);
    const queue: number[] = [];
    for (let column = 1; column < width; column++) {
      const state = this.#next[column] ?? 0;
      if (state !== 0) queue.push(state);
    }
    for (let head = 0; head < queue.length; head++) {
      const state = queue[head] ?? 0;
      const suffix = fail[state] ?? 0;
      const inherited = this.#ends[suffix];
      if (inherited) this.#ends[state] = [...(this.#ends[state] ?? []), ...inherited];
      for (let column = 1; column < width; column++) {
        const cell = state * width + column;
        const onward = this.#next[suffix * width + column] ?? 0;
        const own = this.#next[cell] ?? 0;
        if (own === 0) this.#next[cell] = onward;
        else {
          fail[own] = onward;
          queue.push(own);
        }
      }
    }
  }

  /** Stretches of `text` in which a pattern has all its words close together, by pattern and in order. */
  regions(text: string): Region[] {
    const last = new Int32Array(this.#patternOfClause.length).fill(-REACH - 1);
    const open = new Array<Region | undefined>(this.#clausesOfPattern.length);
    const found: Region[] = this.#always.map((pattern) => ({ pattern, from: 0, to: text.length }));
    const next = this.#next;
    const columns = this.#columns;
    const width = this.#width;
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      state = next[state * width + (columns[text.charCodeAt(at)] ?? 0)] ?? 0;
      const ends = state === 0 ? undefined : this.#ends[state];
      if (!ends) continue;
      for (const word of ends) {
        if ((this.#lengths[word] ?? 0) < SHORT && !standsAlone(text, at, this.#lengths[word] ?? 0)) continue;
        for (const clause of this.#clausesOfWord[word] ?? []) {
          last[clause] = at;
          const pattern = this.#patternOfClause[clause] ?? 0;
          const first = this.#firstOf(pattern, last);
          if (first < at - REACH) continue;
          const region = open[pattern];
          const from = Math.max(0, first - MARGIN);
          if (region && from <= region.to) region.to = Math.min(text.length, at + MARGIN);
          else {
            const fresh = { pattern, from, to: Math.min(text.length, at + MARGIN) };
            open[pattern] = fresh;
            found.push(fresh);
          }
        }
      }
    }
    return found;
  }

  /** Where the clause lies that was met longest ago. */
  #firstOf(pattern: number, last: Int32Array): number {
    let first = Number.POSITIVE_INFINITY;
    for (const clause of this.#clausesOfPattern[pattern] ?? []) first = Math.min(first, last[clause] ?? 0);
    return first;
  }
}

/** `ai` in "container" is no word. */
function standsAlone(text: string, end: number, length: number): boolean {
  const after = text[end + 1] === 's' ? end + 2 : end + 1;
  return !isLetter(text.charCodeAt(end - length)) && !isLetter(text.charCodeAt(after));
}

const isLetter = (code: number) => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
