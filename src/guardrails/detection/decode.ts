/**
 * Finds encoded stretches in a text and what they say: base64, base32, hex, escapes, percent and entity encoding, binary,
 * decimal codes, Morse. Bounded: it gives up on a stretch that does not decode to readable text, and the caller bounds the
 * total. Every expression here starts at a literal class and is bounded, so the time is linear in the text.
 */

export interface Decoded {
  start: number;
  end: number;
  text: string;
  encoding: string;
}

/** Mostly letters and spaces, with at least one gap between words: what an instruction looks like once decoded. */
export function readable(text: string): boolean {
  if (text.length < 8) return false;
  let good = 0;
  let gaps = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 32 || code === 10) gaps++;
    if ((code >= 32 && code < 127) || code === 10 || code === 13 || code === 9 || code > 0xa0) good++;
    if (code === 0xfffd) good -= 2;
  }
  return good / text.length > 0.92 && gaps >= 1;
}

const utf8 = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

type Decoder = { encoding: string; find: RegExp; decode(text: string): string };

const codes = (radix: number, split: RegExp) => (text: string) =>
  utf8(Uint8Array.from(text.split(split).filter(Boolean), (part) => Number.parseInt(part, radix) & 0xff));

const MORSE: Record<string, string> = {
  '.-': 'a',
  '-...': 'b',
  '-.-.': 'c',
  '-..': 'd',
  '.': 'e',
  '..-.': 'f',
  '--.': 'g',
  '....': 'h',
  '..': 'i',
  '.---': 'j',
  '-.-': 'k',
  '.-..': 'l',
  '--': 'm',
  '-.': 'n',
  '---': 'o',
  '.--.': 'p',
  '--.-': 'q',
  '.-.': 'r',
  '...': 's',
  '-': 't',
  '..-': 'u',
  '...-': 'v',
  '.--': 'w',
  '-..-': 'x',
  '-.--': 'y',
  '--..': 'z',
};

function base32(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bytes: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const character of text.replace(/[=\s]/g, '').toUpperCase()) {
    buffer = ((buffer << 5) | alphabet.indexOf(character)) & 0xffff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((buffer >> bits) & 0xff);
    }
  }
  return utf8(Uint8Array.from(bytes));
}

const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  colon: ':',
  period: '.',
  comma: ',',
};

export function unescapeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{2,8}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : whole;
  });
}

export function unescapeCodes(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|([0-3][0-7]{2}))/g,
    (whole, x, u, long, octal) => {
      const code = octal !== undefined ? Number.parseInt(octal, 8) : Number.parseInt(x ?? u ?? long, 16);
      return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : whole;
    },
  );
}

export function unescapePercent(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) =>
    utf8(Uint8Array.from(run.split('%').filter(Boolean), (part) => Number.parseInt(part, 16))),
  );
}

const DECODERS: readonly Decoder[] = [
  {
    encoding: 'base64',
    find: /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,65536}(?:[ \t]{0,8}\r?\n[ \t]{0,16}[A-Za-z0-9+/_-]{4,65536}){0,400}={0,2}/g,
    decode: (text) => utf8(Buffer.from(text.replace(/\s/g, ''), 'base64')),
  },
  { encoding: 'base32', find: /(?<![A-Za-z0-9])[A-Z2-7]{24,65536}={0,6}/g, decode: base32 },
  {
    encoding: 'hex',
    find: /(?<![0-9a-fA-F])(?:(?:0x|\\x)?[0-9a-fA-F]{2}[\s:,-]{0,2}){10,32768}/g,
    decode: (text) => codes(16, /\s+/)((text.replace(/0x|\\x/g, '').match(/[0-9a-fA-F]{2}/g) ?? []).join(' ')),
  },
  {
    encoding: 'binary',
    find: /(?<![01])(?:[01]{8}[\s,]{0,2}){8,16384}/g,
    decode: (text) => codes(2, /\s+/)((text.match(/[01]{8}/g) ?? []).join(' ')),
  },
  {
    encoding: 'decimal',
    find: /(?<![0-9])(?:(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6])[\s,;]{1,2}){11,8192}(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6])/g,
    decode: codes(10, /[\s,;]+/),
  },
  {
    encoding: 'morse',
    find: /(?<![.\-/])(?:[.-]{1,4}(?: {1,3}| ?[/|] ?)){12,4096}[.-]{1,4}/g,
    decode: (text) =>
      text
        .split(/ {2,3}| ?[/|] ?/)
        .map((word) =>
          word
            .split(' ')
            .map((letter) => MORSE[letter] ?? '')
            .join(''),
        )
        .join(' '),
  },
];

/** Encoded stretches that say something readable. At most `budget` characters come back in all. */
export function decodeStretches(text: string, budget: number): Decoded[] {
  const found: Decoded[] = [];
  let left = budget;
  for (const { encoding, find, decode } of DECODERS) {
    for (const match of text.matchAll(find)) {
      if (left <= 0) return found;
      const whole = match[0];
      const decoded = decode(whole.slice(0, left * 2)).slice(0, left);
      // Doubly encoded text is one long word; it goes round again.
      if (!readable(decoded) && !/^[A-Za-z0-9+/=_-]{16,}\s*$/.test(decoded)) continue;
      found.push({ start: match.index, end: match.index + whole.length, text: decoded, encoding });
      left -= decoded.length;
    }
  }
  return found;
}
