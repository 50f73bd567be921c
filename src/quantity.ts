/**
 * Kubernetes quantities as numbers in base units (cores, bytes, pieces): `500m` is 0.5, `2Gi` is 2147483648, `1e3` is 1000.
 * Source: the Quantity grammar of apimachinery: binary suffixes are powers of 1024, decimal ones of 1000, or an exponent.
 */
const FACTORS: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Null for what is not a quantity. */
export function parseQuantity(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return null;
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(value.trim());
  if (!match) return null;
  const [, digits = '', exponent, suffix = ''] = match;
  if (exponent !== undefined) return Number(`${digits}e${exponent}`);
  const factor = FACTORS[suffix];
  return factor === undefined ? null : Number(digits) * factor;
}
