/** Label selectors as the API server matches them. Source: LabelSelector in meta/v1; node selectors add Gt and Lt. */
import type { Selector, SelectorRule } from './model.js';

/** An absent selector matches nothing, an empty one everything. */
export function matches(selector: Selector, labels: Record<string, string>): boolean {
  if (selector === null) return false;
  return matchesLabels(selector.labels, labels) && selector.rules.every((rule) => matchesRule(rule, labels));
}

export function matchesLabels(wanted: Record<string, string>, labels: Record<string, string>): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

export function matchesRule(rule: SelectorRule, labels: Record<string, string>): boolean {
  const value = labels[rule.key];
  switch (rule.operator) {
    case 'In':
      return value !== undefined && rule.values.includes(value);
    case 'NotIn':
      return value === undefined || !rule.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(rule.values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(rule.values[0]);
    default:
      return false;
  }
}

/** `app=web,tier in (a,b)` */
export function describeSelector(selector: Selector): string {
  if (selector === null) return 'nothing';
  const parts = [
    ...Object.entries(selector.labels).map(([key, value]) => `${key}=${value}`),
    ...selector.rules.map(describeRule),
  ];
  return parts.length > 0 ? parts.join(',') : 'everything';
}

export function describeRule(rule: SelectorRule): string {
  return rule.values.length > 0
    ? `${rule.key} ${rule.operator} (${rule.values.join(',')})`
    : `${rule.key} ${rule.operator}`;
}
