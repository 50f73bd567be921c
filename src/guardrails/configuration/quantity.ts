/** Kubernetes quantities as numbers: `500m` is 0.5, `2Gi` is 2147483648, `1e3` is 1000. */

const SUFFIX: Record<string, number> = {
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

/** Throws where the text is not a quantity (k8s.io/apimachinery, resource.Quantity). */
export function quantity(value: string | number): number {
  if (typeof value === 'number') return value;
  const text = value.trim();
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([a-zA-Z]{0,2}))$/.exec(text);
  const factor = match?.[2] === undefined ? SUFFIX[match?.[3] ?? ''] : 10 ** Number(match[2]);
  if (!match || factor === undefined) throw new Error(`"${text}" is not a quantity such as 500m, 2 or 1.5Gi`);
  return Number(match[1]) * factor;
}
