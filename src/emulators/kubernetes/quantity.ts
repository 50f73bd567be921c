/** Quantities as the emulated cluster reckons with them. */
import { parseQuantity } from '../../quantity.js';

/** In base units; 0 for nothing, NaN for what is no quantity. */
export function quantity(value: unknown): number {
  return value === undefined || value === null ? 0 : (parseQuantity(value) ?? Number.NaN);
}

export function binaryBytes(bytes: number): string {
  for (const [suffix, factor] of [['Gi', 2 ** 30] as const, ['Mi', 2 ** 20] as const, ['Ki', 2 ** 10] as const])
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${suffix}`;
  return String(Math.round(bytes));
}
