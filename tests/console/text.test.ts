import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { painter, wantsColor } from '../../src/console/paint.js';
import { clean, cleanLine, cut, cutLine, line, lineWidth, plain, span, width, wrap } from '../../src/console/text.js';

describe('text from outside', () => {
  it.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['cursor movement', 'a\u001b[2J\u001b[1;1Hb', 'ab'],
    ['a window title', 'a\u001b]0;pwned\u0007b', 'ab'],
    ['a hyperlink', '\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\', 'click'],
    ['an unfinished sequence', 'a\u001b[31', 'a'],
    ['eight-bit sequences', 'a\u009b2Jb', 'ab'],
    ['a device control string', 'a\u001bPq#0\u001b\\b', 'ab'],
    ['bell, backspace and null', 'a\u0007\u0008\u0000b', 'ab'],
    ['carriage returns that overwrite', 'safe\rEVIL', 'safe\nEVIL'],
    ['tabs', 'a\tb', 'a  b'],
  ])('loses %s', (_, dirty, expected) => {
    expect(clean(dirty)).toBe(expected);
  });

  it.each([
    ['right-to-left override', 'pay\u202estnem'],
    ['a zero-width space', 'pay\u200bments'],
    ['an isolate', 'pay\u2066ments'],
    ['a tag character', 'pay\u{e0041}ments'],
    ['a word joiner', 'pay\u2060ments'],
  ])('shows %s instead of obeying it', (_, dirty) => {
    expect(clean(dirty)).toContain('\ufffd');
    expect(clean(dirty)).not.toBe('payments');
  });

  it('never keeps a control character, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(clean(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(cleanLine(text)).not.toMatch(/\n/);
      }),
    );
  });

  it('keeps emoji that are joined', () => {
    expect(clean('👩‍💻 ok')).toBe('👩‍💻 ok');
  });
});

describe('wrapping', () => {
  it('breaks at spaces', () => {
    expect(wrap(line('one two three four'), 9).map(plain)).toEqual(['one two', 'three', 'four']);
  });

  it('breaks words that are longer than a row', () => {
    expect(wrap(line('abcdefghij'), 4).map(plain)).toEqual(['abcd', 'efgh', 'ij']);
  });

  it('breaks between wide characters and never through one', () => {
    expect(wrap(line('你好世界朋友'), 5).map(plain)).toEqual(['你好', '世界', '朋友']);
  });

  it('keeps styles across the break', () => {
    const rows = wrap([span('plain '), span('bold words here', { bold: true })], 10);
    expect(rows.flat().filter((part) => part.style?.bold)).not.toHaveLength(0);
    expect(rows.map(plain)).toEqual(['plain bold', 'words here']);
  });

  it('never makes a row wider than asked, and loses nothing but white space', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.integer({ min: 4, max: 40 }), (raw, columns) => {
        const text = cleanLine(raw);
        const rows = wrap(line(text), columns);
        for (const row of rows) expect(lineWidth(row)).toBeLessThanOrEqual(columns);
        expect(rows.map(plain).join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      }),
      {
        examples: [
          ['🈀!!!!!𝅘𝅥𝅮', 7],
          ['⺀!ﬀ𝅘𝅥𝅮', 4],
        ],
      },
    );
  });
});

describe('cutting', () => {
  it('says that something was cut', () => {
    expect(cut('kubernetes', 5)).toBe('kube…');
    expect(width(cut('你好世界', 4))).toBeLessThanOrEqual(4);
    expect(plain(cutLine([span('abc'), span('def')], 5))).toBe('abcd…');
    expect(plain(cutLine([span('abc'), span('def')], 6))).toBe('abcdef');
  });
});

describe('colour', () => {
  it('is off for NO_COLOR, a dumb terminal and FORCE_COLOR=0', () => {
    expect(wantsColor({})).toBe(true);
    expect(wantsColor({ NO_COLOR: '1' })).toBe(false);
    expect(wantsColor({ NO_COLOR: '' })).toBe(true);
    expect(wantsColor({ TERM: 'dumb' })).toBe(false);
    expect(wantsColor({ FORCE_COLOR: '0' })).toBe(false);
    expect(wantsColor({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(true);
  });

  it('writes no escape code where it is off', () => {
    const styled = [span('a', { bold: true, color: 'bad' }), span('b')];
    expect(painter(false)(styled)).toBe('ab');
    expect(painter(true)(styled)).toBe('\u001b[1;31ma\u001b[0mb');
  });
});
