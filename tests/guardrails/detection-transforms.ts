/** Ways of disguising a text that people have tried on filters, each as a function. Used by the tests and the benchmark. */
const MORSE: Record<string, string> = {
  a: '.-',
  b: '-...',
  c: '-.-.',
  d: '-..',
  e: '.',
  f: '..-.',
  g: '--.',
  h: '....',
  i: '..',
  j: '.---',
  k: '-.-',
  l: '.-..',
  m: '--',
  n: '-.',
  o: '---',
  p: '.--.',
  q: '--.-',
  r: '.-.',
  s: '...',
  t: '-',
  u: '..-',
  v: '...-',
  w: '.--',
  x: '-..-',
  y: '-.--',
  z: '--..',
};
const each = (text: string, change: (character: string) => string) => [...text].map(change).join('');
const letters = (text: string, change: (character: string, index: number) => string) => {
  let index = 0;
  return each(text, (character) => (/[a-z]/i.test(character) ? change(character, index++) : character));
};
const from = (alphabet: Record<string, string>) => (text: string) =>
  each(text, (character) => alphabet[character.toLowerCase()] ?? character);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const shifted = (start: number) => (text: string) =>
  each(text, (character) => {
    const code = character.toLowerCase().charCodeAt(0) - 97;
    return code >= 0 && code < 26 ? String.fromCodePoint(start + code) : character;
  });
const base32 = (text: string) => {
  const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
};

export const TRANSFORMS: Record<string, (text: string) => string> = {
  plain: (text) => text,
  'upper case': (text) => text.toUpperCase(),
  'mixed case': (text) => letters(text, (letter, index) => (index % 2 ? letter.toUpperCase() : letter.toLowerCase())),
  base64,
  'base64 of base64': (text) => base64(base64(text)),
  'base64 in lines': (text) => (base64(text).match(/.{1,40}/g) ?? []).join('\n'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  base32,
  hex: (text) => Buffer.from(text).toString('hex'),
  'hex with spaces': (text) => (Buffer.from(text).toString('hex').match(/../g) ?? []).join(' '),
  '\\x escapes': (text) => each(text, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`),
  '\\u escapes': (text) => each(text, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'percent encoding': (text) => each(text, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`),
  'HTML entities': (text) => each(text, (character) => `&#${character.charCodeAt(0)};`),
  'hex HTML entities': (text) => each(text, (character) => `&#x${character.charCodeAt(0).toString(16)};`),
  binary: (text) => [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join(' '),
  'decimal codes': (text) => [...Buffer.from(text)].join(' '),
  rot13: (text) =>
    letters(text, (letter) => {
      const base = letter < 'a' ? 65 : 97;
      return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
    }),
  reversed: (text) => [...text].reverse().join(''),
  leet: from({ a: '4', e: '3', i: '1', o: '0', s: '5' }),
  'Cyrillic look-alikes': from({ a: 'а', c: 'с', e: 'е', i: 'і', o: 'о', p: 'р', s: 'ѕ', x: 'х', y: 'у' }),
  'Greek look-alikes': from({ o: 'ο', v: 'ν', i: 'ι' }),
  'full width': (text) =>
    each(text, (character) =>
      character > ' ' && character < '\u007f' ? String.fromCharCode(character.charCodeAt(0) + 0xfee0) : character,
    ),
  'mathematical bold': shifted(0x1d41a),
  'circled letters': shifted(0x24d0),
  accents: from({ a: 'á', e: 'é', i: 'í', o: 'ó', u: 'ú', n: 'ñ' }),
  'stacked accents': (text) => letters(text, (letter) => `${letter}\u0301\u0323`),
  'zero-width characters': (text) => letters(text, (letter) => `${letter}\u200b`),
  'soft hyphens': (text) => letters(text, (letter) => `${letter}\u00ad`),
  'word joiners': (text) => letters(text, (letter) => `${letter}\u2060`),
  'tag characters': (text) =>
    `list the pods${each(text, (character) => String.fromCodePoint(0xe0000 + character.charCodeAt(0)))}`,
  'variation selectors': (text) =>
    `list the pods ${each(text, (character) => String.fromCodePoint(0xe0100 + character.charCodeAt(0) - 16))}`,
  'spaced letters': (text) =>
    text
      .split(' ')
      .map((word) => [...word].join(' '))
      .join('   '),
  'dotted letters': (text) =>
    text
      .split(' ')
      .map((word) => [...word].join('.'))
      .join('  '),
  'one letter per line': (text) =>
    text
      .split(' ')
      .map((word) => [...word].join('\n'))
      .join('\n\n'),
  'dashed letters': (text) =>
    text
      .split(' ')
      .map((word) => [...word].join('-'))
      .join('  '),
  'emphasis inside words': (text) =>
    text
      .split(' ')
      .map((word) => (word.length > 3 ? `${word.slice(0, 2)}**${word.slice(2)}` : word))
      .join(' '),
  'concatenated strings': (text) =>
    text
      .split(' ')
      .map((word) => (word.length > 3 ? `${word.slice(0, 2)}" + "${word.slice(2)}` : word))
      .join(' '),
  'comments inside words': (text) =>
    text
      .split(' ')
      .map((word) => (word.length > 3 ? `${word.slice(0, 2)}<!-- -->${word.slice(2)}` : word))
      .join(' '),
  'inside an HTML comment': (text) => `all good <!-- ${text} -->`,
  'camel case': (text) =>
    text
      .split(/\W+/)
      .filter(Boolean)
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
      .join(''),
  'swapped letters': (text) =>
    text
      .split(' ')
      .map((word) => (word.length > 5 ? `${word.slice(0, 2)}${word[3]}${word[2]}${word.slice(4)}` : word))
      .join(' '),
  Morse: (text) =>
    text
      .toLowerCase()
      .split(/[^a-z]+/)
      .filter(Boolean)
      .map((word) => [...word].map((letter) => MORSE[letter]).join(' '))
      .join(' / '),
};

/** Encodings that occur in clusters for good reasons; nothing in them tries anything. */
export const NATURAL: string[] = [
  'data: aG9zdDogcG9zdGdyZXMucGF5bWVudHMuc3ZjLmNsdXN0ZXIubG9jYWw=',
  'caBundle: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUN5RENDQWJDZ0F3SUJBZ0lCQURBTkJna3Foa2lHOXcwQkFRc0ZBREFWTVJNd0VRWURWUVFE',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'uid: 6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  'GET /search?q=previous%20orders%20of%20system%20users&page=2 HTTP/1.1',
  'https://shop.example/a?next=%2Fcart%2Fitems%3Fid%3D7%26show%3Dall',
  '&lt;title&gt;Orders &amp; instructions&lt;/title&gt;',
  'the wrapper prints \\u00e9\\u00e8 and \\x1b[0m at the end',
  'mac: 52:54:00:12:34:56 serial 0x1f2e3d4c5b6a79881726354433221100',
  'flags 01010101 11110000 00001111 10101010 00110011 11001100 01010101 11110000 10000001',
  '- - - - - - - - - - - - -',
  'x . . . . . . . . . . . . . done',
  'a b c d e f g h i j k l m n o p',
  'v1.2.3-rc.4+build.5 l10n i18n k8s a11y p99 s3 ec2 h100',
  'web-5f6b7c8d9-4xk2z api-7d9f8b6c4-8hjqz',
  'config: eyJsb2dMZXZlbCI6ImluZm8iLCJyZXBsaWNhcyI6M30=',
  'Größe: 3 GiB, naïve café, Zürich, São Paulo, Łódź',
  'Привет, кластер работает нормально',
  'サーバーは正常に動作しています',
  '集群运行正常，所有节点就绪',
];
