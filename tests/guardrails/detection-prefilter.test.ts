/** The look for words never holds back what the pattern itself would find. */
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { clausesOf } from '../../src/guardrails/detection/literals.js';
import { Prefilter } from '../../src/guardrails/detection/prefilter.js';

describe('words that a pattern needs', () => {
  it.each<[string, string[][]]>([
    ['\\b(?:ignore|forget)\\s+all\\b', [['ignore', 'forget'], ['all']]],
    ['\\bi (?:lost|forgot) it', [['lost', 'forgot'], [' it']]],
    ['colou?rs?', [['colo']]],
    ['(?:ai|llms?)\\b', [['ai', 'llm']]],
    ['(?:a|the) pod', [[' pod']]],
    ['(?:un)?do', []],
    ['[a-z]+x{2,3}', []],
    ['(?:abc|.+)', []],
    ['ab+cd', []],
  ])('%s', (source, expected) => {
    expect(clausesOf(source)).toEqual(expected);
  });
});

describe('the prefilter', () => {
  const sources = [
    '\\bi (?:lost|forgot) the\\b',
    '\\bcolou?r blind',
    '\\b(?:ai|llms?)\\s+must',
    'инструкц',
    '(?:忽略|无视).{0,8}指令',
  ];
  const filter = new Prefilter(sources);

  it.each([
    ['sorry, I lost the key', 0],
    ['COLOR BLIND people', 1],
    ['the AI must', 2],
    ['LLMs must', 2],
    ['Все ИНСТРУКЦИИ', 3],
    ['请忽略之前的指令', 4],
  ])('lets "%s" through', (text, pattern) => {
    expect(
      RE2JS.compile(sources[pattern] ?? '', RE2JS.CASE_INSENSITIVE)
        .matcher(text)
        .find(),
    ).toBe(true);
    const region = filter.regions(text).find((candidate) => candidate.pattern === pattern);
    expect(region).toMatchObject({ from: 0, to: text.length });
  });

  it('demands all words close together', () => {
    expect(filter.regions('the container must').map(({ pattern }) => pattern)).toEqual([]);
    expect(filter.regions(`ai ${'x '.repeat(600)} must`).map(({ pattern }) => pattern)).toEqual([]);
  });
});
