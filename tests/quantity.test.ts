import { expect, it } from 'vitest';
import { parseQuantity } from '../src/quantity.js';

it.each([
  ['500m', 0.5],
  ['2', 2],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['.5', 0.5],
  ['1e3', 1000],
  ['12E', 12e18],
  ['1E3', 1000],
  ['100n', 1e-7],
  ['+1k', 1000],
  [3, 3],
  ['1.2.3', null],
  ['10x', null],
  ['1 Gi', null],
  ['', null],
  [null, null],
])('%j is %j', (text, value) => {
  const parsed = parseQuantity(text);
  if (value === null) expect(parsed).toBeNull();
  else expect(parsed).toBeCloseTo(value, 9);
});
