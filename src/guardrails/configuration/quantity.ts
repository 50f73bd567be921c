/** Quantities for rules: what is not one is an error of the object, never a silent zero. */
import { parseQuantity } from '../../quantity.js';

/** Throws where the text is not a quantity (k8s.io/apimachinery, resource.Quantity). */
export function quantity(value: string | number): number {
  const parsed = parseQuantity(value);
  if (parsed === null) throw new Error(`"${value}" is not a quantity such as 500m, 2 or 1.5Gi`);
  return parsed;
}
