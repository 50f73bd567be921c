/** What roles and bindings grant: the rights that lead to every other right. Kubernetes RBAC good practices, CIS 5.1. */
import { isJsonObject, type JsonValue } from '../../json.js';
import type { CheckFinding } from '../policy/check.js';
import { at, type ConfigObject, listAt, objectAt, textAt } from './object.js';
import { strings } from './pss/values.js';

export const GRANT_KINDS: Record<string, string> = {
  admin: 'administrator rights',
  impersonate: 'acting as someone else',
  wildcard: 'every verb, resource or API group',
  escalate: 'the verbs escalate, bind or impersonate',
  secrets: 'reading Secrets',
  workloads: 'creating pods or running commands in them',
  tokens: 'making tokens, certificates or webhooks',
  anonymous: 'granted to anyone',
};

const ANYONE = ['system:anonymous', 'system:unauthenticated'];

function roleRules(object: ConfigObject): CheckFinding[] {
  const clusterWide = object.kind === 'ClusterRole';
  return listAt(object.raw, ['rules']).flatMap((rule, index) => {
    const verbs = strings(at(rule, ['verbs']));
    const resources = strings(at(rule, ['resources']));
    const groups = strings(at(rule, ['apiGroups']));
    const path = ['rules', index];
    const found: CheckFinding[] = [];
    const has = (list: readonly string[], ...wanted: string[]) =>
      list.some((item) => item === '*' || wanted.includes(item));
    const wild = [
      verbs.includes('*') && 'verbs',
      resources.includes('*') && 'resources',
      groups.includes('*') && 'API groups',
    ].filter(Boolean);
    if (wild.length > 0) found.push({ kind: 'wildcard', detail: `* in ${wild.join(', ')}`, path });
    const powers = ['escalate', 'bind', 'impersonate'].filter((verb) => verbs.includes(verb));
    if (powers.length > 0)
      found.push({
        kind: powers.includes('impersonate') ? 'impersonate' : 'escalate',
        detail: `the verbs ${powers.join(', ')}`,
        path,
      });
    const named = strings(at(rule, ['resourceNames'])).length > 0;
    if (resources.includes('secrets') && has(verbs, 'get', 'list', 'watch') && !named) {
      found.push({ kind: 'secrets', detail: `reads Secrets${clusterWide ? ' of every namespace' : ''}`, path });
    }
    const runs =
      resources.some((item) => /^pods\/(exec|attach|ephemeralcontainers)$/.test(item)) ||
      (resources.includes('pods') && has(verbs, 'create'));
    if (runs && has(verbs, 'create', 'get', 'update', 'patch'))
      found.push({ kind: 'workloads', detail: 'creates pods or runs commands in them', path });
    if (resources.some((item) => TOKEN_MAKERS.includes(item)) && has(verbs, 'create', 'update', 'patch')) {
      found.push({
        kind: 'tokens',
        detail: `changes ${resources.filter((item) => TOKEN_MAKERS.includes(item)).join(', ')}`,
        path,
      });
    }
    return found;
  });
}

const TOKEN_MAKERS = [
  'serviceaccounts/token',
  'certificatesigningrequests/approval',
  'certificatesigningrequests/signers',
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
];

function binding(object: ConfigObject): CheckFinding[] {
  const role = textAt(object.raw, ['roleRef', 'name']) ?? '';
  const found: CheckFinding[] = [];
  if (role === 'cluster-admin' || (object.kind === 'ClusterRoleBinding' && role === 'admin')) {
    found.push({ kind: 'admin', detail: `binds ${role}`, path: ['roleRef', 'name'] });
  }
  listAt(object.raw, ['subjects']).forEach((subject, index) => {
    const name = textAt(subject, ['name']) ?? '';
    const path = ['subjects', index, 'name'];
    if (ANYONE.includes(name)) found.push({ kind: 'anonymous', detail: `grants ${role} to ${name}`, path });
    else if (name === 'system:masters') found.push({ kind: 'admin', detail: 'grants to system:masters', path });
    else if (name === 'system:authenticated' || name === 'system:serviceaccounts') {
      found.push({ kind: 'anonymous', detail: `grants ${role} to ${name}`, path });
    }
  });
  return found;
}

/** The built-in roles and bindings of Kubernetes are what they are. */
const isBuiltIn = (object: ConfigObject) =>
  objectAt(object.raw, ['metadata', 'labels'])['kubernetes.io/bootstrapping'] === 'rbac-defaults';

export function grantsOf(object: ConfigObject): CheckFinding[] {
  if (isBuiltIn(object)) return [];
  if (object.kind === 'Role' || object.kind === 'ClusterRole') return roleRules(object);
  return object.kind === 'RoleBinding' || object.kind === 'ClusterRoleBinding' ? binding(object) : [];
}

const PSA_PREFIX = 'pod-security.kubernetes.io/';

/** Pod Security levels that a value sets to privileged or takes away, wherever the labels stand in it. */
export function loweredLevels(value: JsonValue, depth = 8): { text: string; path: (string | number)[] }[] {
  if (depth === 0) return [];
  if (typeof value === 'string') {
    const found = /pod-security\.kubernetes\.io\/(enforce|warn|audit)["']?\s{0,4}[:=]\s{0,4}["']?privileged/.exec(
      value,
    );
    return found ? [{ text: `Pod Security ${found[1]} is privileged`, path: [] }] : [];
  }
  const inner = Array.isArray(value) ? [...value.entries()] : isJsonObject(value) ? Object.entries(value) : [];
  return inner.flatMap(([key, item]): { text: string; path: (string | number)[] }[] => {
    if (
      typeof key === 'string' &&
      key.startsWith(PSA_PREFIX) &&
      (item === 'privileged' || item === null || item === '')
    ) {
      return [{ text: `Pod Security ${key.slice(PSA_PREFIX.length)} is ${item || 'removed'}`, path: [key] }];
    }
    return loweredLevels(item, depth - 1).map((found) => ({ ...found, path: [key, ...found.path] }));
  });
}
