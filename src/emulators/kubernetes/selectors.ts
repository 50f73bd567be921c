/** Label and field selectors: parsing what a request carries, and matching objects. */
import type { JsonObject, JsonValue } from '../../json.js';
import { at, list, object, objects, text } from './fields.js';

export type Match = (value: JsonObject) => boolean;

/** Thrown for a selector that cannot be read; the caller answers 400 with this message. */
export class SelectorError extends Error {}

type Test = (value: string | undefined) => boolean;

const asText = (value: JsonValue | undefined): string | undefined =>
  value === undefined || value === null ? undefined : String(value);

function requirement(part: string): [key: string, test: Test] {
  const set = /^([^\s!=()]+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part);
  if (set?.[1] && set[2]) {
    const values = (set[3] ?? '').split(',').map((item) => item.trim());
    const wanted = set[2] === 'in';
    return [set[1], (value) => (value === undefined ? !wanted : values.includes(value) === wanted)];
  }
  const compare = /^([^\s!=<>()]+)\s*(==|=|!=|<|>)\s*([^\s=!<>()]*)$/.exec(part);
  if (compare?.[1] && compare[2]) {
    const wanted = compare[3] ?? '';
    if (compare[2] === '!=') return [compare[1], (value) => value !== wanted];
    if (compare[2] === '>') return [compare[1], (value) => value !== undefined && Number(value) > Number(wanted)];
    if (compare[2] === '<') return [compare[1], (value) => value !== undefined && Number(value) < Number(wanted)];
    return [compare[1], (value) => value === wanted];
  }
  const exists = /^(!?)\s*([A-Za-z0-9._/-]+)$/.exec(part);
  if (exists?.[2]) return [exists[2], (value) => (value !== undefined) === (exists[1] === '')];
  throw new SelectorError(`unable to parse requirement: found '${part}', expected: a label requirement`);
}

/** At commas, except those inside parentheses. */
function parts(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export function labelSelector(selector: string): Match | undefined {
  const tests = parts(selector).map(requirement);
  if (tests.length === 0) return undefined;
  return (value) => {
    const labels = object(value, 'metadata', 'labels');
    return tests.every(([key, test]) => test(asText(labels[key])));
  };
}

/** metav1.LabelSelector against labels. An empty selector matches everything, an absent one nothing. */
export function matchesSelector(selector: JsonValue | undefined, labels: JsonObject): boolean {
  if (selector === undefined || selector === null) return false;
  for (const [key, wanted] of Object.entries(object(selector, 'matchLabels'))) if (labels[key] !== wanted) return false;
  return objects(selector, 'matchExpressions').every((expression) => matchesExpression(expression, labels));
}

export function matchesExpression(expression: JsonObject, labels: JsonObject): boolean {
  const value = asText(labels[text(expression, 'key')]);
  const values = list(expression, 'values').map(String);
  switch (expression.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

/** Plain `key: value` pairs, as in a Service's selector. */
export const matchesLabels = (wanted: JsonObject, labels: JsonObject): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

/** What each kind can be selected by, beside name and namespace (pkg/apis and pkg/registry of Kubernetes). */
const FIELDS: Record<string, string[]> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  nodes: ['spec.unschedulable'],
  namespaces: ['status.phase'],
  secrets: ['type'],
  services: ['spec.clusterIP', 'spec.type'],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'replicasets.apps': ['status.replicas'],
  replicationcontrollers: ['status.replicas'],
  'jobs.batch': ['status.successful'],
  'certificatesigningrequests.certificates.k8s.io': ['spec.signerName'],
};

export function fieldSelector(selector: string, storage: string): Match | undefined {
  const tests = parts(selector).map((part) => {
    const match = /^([^=!]+?)\s*(==|=|!=)\s*(.*)$/.exec(part);
    if (!match?.[1]) throw new SelectorError(`invalid selector: '${selector}'; can't understand '${part}'`);
    const field = match[1].replace(/^regarding\./, 'involvedObject.');
    const known = field === 'metadata.name' || field === 'metadata.namespace' || FIELDS[storage]?.includes(field);
    if (!known) throw new SelectorError(`field label not supported: ${match[1]}`);
    const wanted = match[3] ?? '';
    const equal = match[2] !== '!=';
    const steps = field === 'source' ? ['source', 'component'] : field.split('.');
    return (value: JsonObject) => (defaulted(field, at(value, ...steps)) === wanted) === equal;
  });
  if (tests.length === 0) return undefined;
  return (value) => tests.every((test) => test(value));
}

const BOOLEANS = new Set(['spec.unschedulable', 'spec.hostNetwork']);
const defaulted = (field: string, value: JsonValue | undefined): string =>
  asText(value) ?? (BOOLEANS.has(field) ? 'false' : '');
