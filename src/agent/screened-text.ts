/**
 * Streamed text on its way to the screen. A secret or the canary may be spread over several deltas, so text is shown
 * in whole words only: the word that is still growing waits, and everything before it is screened together with the rest
 * of its line. A private key (`-----BEGIN` … `-----END`) waits as a whole. A finished line that came through is settled
 * and not screened again, so the work stays proportional to the text.
 *
 * What this cannot do: take back a word already shown whose meaning as a secret only shows in what follows. The whole text
 * is screened once more at the end of the turn, for `turn_finished`.
 */
export type Screen = (text: string) => string;

/** A line longer than this is settled at a space, so that one endless line does not make screening quadratic. */
const LONGEST_LINE = 4_000;

export class ScreenedText {
  readonly #screen: Screen;
  readonly #show: (text: string) => void;
  /** Raw text since the last settled line. */
  #raw = '';
  /** What has been shown of it, screened. */
  #shown = '';

  constructor(screen: Screen, show: (text: string) => void) {
    this.#screen = screen;
    this.#show = show;
  }

  push(delta: string): void {
    this.#raw += delta;
    if (!/\s/.test(delta) && this.#raw.length < LONGEST_LINE) return;
    this.#release(lastBreak(this.#raw));
  }

  /** The text is complete: shows what still waited. */
  end(): void {
    this.#release(this.#raw.length, true);
    this.#raw = '';
    this.#shown = '';
  }

  /** Shows the raw text up to `end`, screened, and settles whole lines. */
  #release(end: number, final = false): void {
    const key = openKey(this.#raw);
    const safe = key === -1 || final ? end : Math.min(end, key);
    if (safe <= 0) return;
    const screened = this.#screen(this.#raw.slice(0, safe));
    const common = commonLength(screened, this.#shown);
    if (screened.length > common) this.#show(screened.slice(common));
    this.#shown = screened;
    const settled = this.#raw.lastIndexOf('\n', safe - 1) + 1;
    if (settled > 0) this.#settle(settled);
    else if (safe >= LONGEST_LINE) this.#settle(safe);
  }

  #settle(end: number): void {
    const rest = this.#raw.slice(end);
    const restShown = this.#screen(this.#raw.slice(0, end));
    this.#raw = rest;
    this.#shown = this.#shown.startsWith(restShown) ? this.#shown.slice(restShown.length) : '';
  }
}

/** The index after the last white space. */
function lastBreak(text: string): number {
  for (let index = text.length - 1; index >= 0; index--) {
    if (/\s/.test(text.charAt(index))) return index + 1;
  }
  return text.length >= LONGEST_LINE ? text.length : 0;
}

/** Where a private key begins that has not ended yet; -1 where none is open. */
function openKey(text: string): number {
  const begin = text.lastIndexOf('-----BEGIN');
  return begin !== -1 && !/-----END[^-]*-----/.test(text.slice(begin)) ? begin : -1;
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
