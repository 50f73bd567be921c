/**
 * Names, UIDs and jitter that are the same in every run with the same seed. Each is a hash of what it belongs to, never
 * the next number of a stream, so that an extra request does not shift everything that comes after it.
 */

/** cyrb128: not cryptographic, four well-mixed words of 32 bits. */
function words(text: string): [number, number, number, number] {
  let a = 1779033703;
  let b = 3144134277;
  let c = 1013904242;
  let d = 2773480762;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ code, 597399067);
    b = c ^ Math.imul(b ^ code, 2869860233);
    c = d ^ Math.imul(c ^ code, 951274213);
    d = a ^ Math.imul(d ^ code, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  a ^= b ^ c ^ d;
  return [a >>> 0, (b ^ a) >>> 0, (c ^ a) >>> 0, (d ^ a) >>> 0];
}

/** The alphabet of k8s.io/apimachinery/pkg/util/rand: no vowels, nothing that looks like something else. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const hex = (word: number) => word.toString(16).padStart(8, '0');

export class Names {
  constructor(readonly seed: number) {}

  private words(parts: readonly (string | number)[]) {
    return words(`${this.seed}\u0000${parts.join('\u0000')}`);
  }

  /** Evenly in [0, 1). */
  fraction(...parts: (string | number)[]): number {
    return this.words(parts)[0] / 2 ** 32;
  }

  /** A whole number in [low, high]. */
  between(low: number, high: number, ...parts: (string | number)[]): number {
    return low + Math.floor(this.fraction(...parts) * (high - low + 1));
  }

  suffix(length: number, ...parts: (string | number)[]): string {
    let out = '';
    for (let round = 0; out.length < length; round++) {
      for (let word of this.words([...parts, round])) {
        for (let i = 0; i < 6 && out.length < length; i++) {
          out += ALPHABET[word % ALPHABET.length];
          word = Math.floor(word / ALPHABET.length);
        }
      }
    }
    return out;
  }

  hex(length: number, ...parts: (string | number)[]): string {
    return this.words(parts).map(hex).join('').slice(0, length);
  }

  /** In the form of a random (version 4) UUID. */
  uid(...parts: (string | number)[]): string {
    const digits = this.words(parts).map(hex).join('');
    const variant = '89ab'[Number.parseInt(digits[16] ?? '0', 16) % 4];
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
  }
}
