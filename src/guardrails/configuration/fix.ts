/** A change that is certain to remove a finding: set or remove one value. Nothing here writes files. */
import type { JsonValue } from '../../json.js';

export type Fix =
  | { kind: 'set'; path: readonly (string | number)[]; value: JsonValue }
  | { kind: 'remove'; path: readonly (string | number)[] };
