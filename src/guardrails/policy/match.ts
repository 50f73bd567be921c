/** Small words that rules and checks share: name patterns, and how an action's target reads. */
import type { Action } from '../types.js';

/** Exact, or with a trailing `*` any ending. Case does not matter: `Deployment` and `deployment` are one kind. */
export function matchesPattern(patterns: readonly string[], value: string): boolean {
  const text = value.toLowerCase();
  return patterns.some((pattern) => {
    const wanted = pattern.toLowerCase();
    return wanted.endsWith('*') ? text.startsWith(wanted.slice(0, -1)) : text === wanted;
  });
}

/** "deployment payments/checkout in prod-eu" */
export function targetText(action: Action): string {
  const { kind, namespace, name, scope } = action.target;
  const object = [kind, [namespace, name].filter(Boolean).join('/')].filter(Boolean).join(' ');
  return [object || action.target.system, scope ? `in ${scope}` : ''].filter(Boolean).join(' ');
}
