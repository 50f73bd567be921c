/** Pack values compared by key. Only the keys that differ are named: values may hold secrets, keys do not. Pure. */
import { createHash } from 'node:crypto';
import { parse } from 'yaml';

/** Long enough to tell two apart, short enough to show. */
export function digestOf(values: string): string {
  return createHash('sha256').update(values.trim()).digest('hex').slice(0, 12);
}

/** Dotted paths whose values differ or that only one side has; `(text)` where one side is not YAML. */
export function differingKeys(a: string, b: string): string[] {
  if (a.trim() === b.trim()) return [];
  try {
    const [left, right] = [flatten(parse(a)), flatten(parse(b))];
    const names = new Set([...left.keys(), ...right.keys()]);
    return [...names].filter((name) => left.get(name) !== right.get(name)).sort();
  } catch {
    return ['(text)'];
  }
}

function flatten(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) flatten(inner, path ? `${path}.${key}` : key, into);
  } else {
    into.set(path, JSON.stringify(value ?? null));
  }
  return into;
}
