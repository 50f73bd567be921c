import { describe, expect, it } from 'vitest';
import { age, clip, count, oneLine, printable, renderTable } from '../../src/mcp/text.js';

describe('renderTable', () => {
  it('pads to the widest cell, leaves empty columns out and ends lines without blanks', () => {
    const text = renderTable(
      [
        { key: 'name', title: 'name' },
        { key: 'count', title: 'count', align: 'right' },
        { key: 'never', title: 'never' },
        { key: 'note', title: 'note' },
      ],
      [
        { name: 'a', count: 5, note: 'x' },
        { name: 'longer', count: 12_000 },
      ],
    );
    expect(text).toBe('NAME    COUNT  NOTE\na           5  x\nlonger  12000  -');
  });

  it('keeps a cell on its line, whatever is in it', () => {
    const text = renderTable([{ key: 'name', title: 'name' }], [{ name: 'one\ntwo\u001b[31m\u202ethree\u0007' }]);
    expect(text).toBe('NAME\none twothree');
  });
});

describe('text from a cluster', () => {
  it('is folded to one line without terminal sequences and invisible characters', () => {
    expect(oneLine('  a\r\n\tb\u001b[2J\u200bc  ')).toBe('a bc');
    expect(oneLine('abcdef', 4)).toBe('abc…');
  });

  it('keeps its tabs as a line of a log', () => {
    expect(printable('a\tb\u001b[1mc\u0000')).toBe('a\tbc');
  });
});

describe('clip', () => {
  it('leaves short text alone', () => expect(clip('short', 10, 'cut')).toBe('short'));

  it('cuts at the end of a line and stays within the limit with its notice', () => {
    const text = clip(Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n'), 200, 'cut to fit');
    expect(text.length).toBeLessThanOrEqual(200);
    expect(text).toMatch(/\nline \d+\ncut to fit$/);
  });

  it('cuts a single line that is too long', () => {
    expect(clip('x'.repeat(500), 100, 'cut')).toHaveLength(100);
  });
});

describe('age', () => {
  it.each([
    [0, '0s'],
    [-5, '0s'],
    [45_000, '45s'],
    [90_000, '1m30s'],
    [12 * 60_000, '12m'],
    [3 * 3_600_000 + 20 * 60_000, '3h20m'],
    [24 * 3_600_000, '1d'],
    [41 * 86_400_000 + 3_600_000, '41d'],
  ])('%i ms is %s', (ms, expected) => expect(age(ms)).toBe(expected));
});

it('counts in words', () => {
  expect([count(1, 'pod'), count(10_000, 'pod'), count(2, 'policy', 'policies')]).toEqual([
    '1 pod',
    '10,000 pods',
    '2 policies',
  ]);
});
