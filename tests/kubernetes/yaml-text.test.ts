import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { JsonObject } from '../../src/json.js';
import { yamlOf } from '../../src/kubernetes/yaml-text.js';

const text = fc.oneof(
  fc.string(),
  fc.string({
    unit: fc.constantFrom(
      'a',
      'Z',
      '0',
      ' ',
      '\n',
      '\t',
      ':',
      '#',
      '-',
      '"',
      "'",
      '\\\\',
      '|',
      '{',
      '[',
      '&',
      '*',
      '!',
      '%',
      '\r',
      'é',
      '\u2028',
    ),
  }),
  fc.constantFrom(
    'yes',
    'No',
    'null',
    '~',
    '1.0',
    '0x1f',
    '2026-01-01',
    '- a',
    'a: b',
    'a #b',
    ' a',
    'a ',
    'line\nline',
    'line\nline\n',
    'line\n\n',
    '\nline',
    '  x\ny',
    'a\n  b\n\nc\n',
    '',
    '=',
    '<<',
    '---',
    '...',
  ),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}));

it('writes what the YAML package reads back as it was', () => {
  fc.assert(
    fc.property(fc.dictionary(text, value, { maxKeys: 5 }), (object) => {
      expect(parse(yamlOf(object as JsonObject))).toEqual(object);
    }),
    { numRuns: 2000 },
  );
});

it('is easy to read', () => {
  const object = {
    kind: 'Pod',
    metadata: { labels: { app: 'web' }, empty: {} },
    spec: { containers: [{ name: 'a', image: 'shop/web:1.0', args: ['-v', 'yes'] }], none: [] },
    data: { 'run.sh': 'echo a\necho b\n' },
  };
  expect(yamlOf(object)).toBe(`kind: Pod
metadata:
  labels:
    app: web
  empty: {}
spec:
  containers:
    - name: a
      image: shop/web:1.0
      args:
        - "-v"
        - "yes"
  none: []
data:
  run.sh: |
    echo a
    echo b
`);
});
