/** Kubernetes quantities: `250m`, `1Gi`, `2`. As numbers: cores, bytes, or plain counts. */
const SUFFIXES: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  E: 1e18,
  Ei: 2 ** 60,
};

/** NaN when it is no quantity. */
export function quantity(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return 0;
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([numkKMGTPE]?i?)$/.exec(value.trim());
  const factor = SUFFIXES[match?.[2] ?? ''];
  return match && factor !== undefined ? Number(match[1]) * factor : Number.NaN;
}

export function binaryBytes(bytes: number): string {
  for (const [suffix, factor] of [['Gi', 2 ** 30] as const, ['Mi', 2 ** 20] as const, ['Ki', 2 ** 10] as const])
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${suffix}`;
  return String(Math.round(bytes));
}
