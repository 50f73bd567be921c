/** Who may do what: RBAC over the roles and bindings that lie in the store, and the reviews that ask about it. */
import type { JsonObject } from '../../../json.js';
import { list, object, objects, text } from '../fields.js';
import type { Identity, Server } from './context.js';
import type { ApiRequest } from './request.js';
import { ApiError, qualified } from './status.js';

const RBAC = 'rbac.authorization.k8s.io';
const SUPERUSERS = 'system:masters';

export interface Access {
  verb: string;
  group: string;
  resource: string;
  subresource?: string | undefined;
  namespace?: string | undefined;
  name?: string | undefined;
}

/** The rules that apply to an identity, cluster-wide and in one namespace. */
export function rulesFor(server: Server, identity: Identity, namespace: string | undefined): JsonObject[] {
  const { store } = server.cluster;
  const bound = (binding: JsonObject) => objects(binding, 'subjects').some((subject) => isSubject(subject, identity));
  const rulesOf = (binding: JsonObject, scope: string) => {
    const kind = text(binding, 'roleRef', 'kind');
    const name = text(binding, 'roleRef', 'name');
    const role =
      kind === 'ClusterRole' ? store.get(`clusterroles.${RBAC}`, '', name) : store.get(`roles.${RBAC}`, scope, name);
    return objects(role, 'rules');
  };
  const wide = store
    .list(`clusterrolebindings.${RBAC}`)
    .filter(bound)
    .flatMap((binding) => rulesOf(binding, ''));
  if (namespace === undefined) return wide;
  const local = store
    .list(`rolebindings.${RBAC}`, namespace)
    .filter(bound)
    .flatMap((binding) => rulesOf(binding, namespace));
  return [...wide, ...local];
}

function isSubject(subject: JsonObject, identity: Identity): boolean {
  const name = text(subject, 'name');
  if (subject.kind === 'User') return name === identity.user;
  if (subject.kind === 'Group') return identity.groups.includes(name);
  return identity.user === `system:serviceaccount:${text(subject, 'namespace')}:${name}`;
}

const holds = (values: readonly unknown[], wanted: string): boolean => values.includes('*') || values.includes(wanted);

export function allowed(server: Server, identity: Identity, access: Access): boolean {
  if (identity.groups.includes(SUPERUSERS)) return true;
  const resource = access.subresource ? `${access.resource}/${access.subresource}` : access.resource;
  return rulesFor(server, identity, access.namespace).some((rule) => {
    const names = list(rule, 'resourceNames');
    const resources = list(rule, 'resources');
    return (
      holds(list(rule, 'verbs'), access.verb) &&
      holds(list(rule, 'apiGroups'), access.group) &&
      (holds(resources, resource) ||
        (access.subresource !== undefined && resources.includes(`*/${access.subresource}`))) &&
      (names.length === 0 || (access.name !== undefined && names.includes(access.name)))
    );
  });
}

/** What everybody may do, as the default roles of a cluster allow. */
const SELF = new Set(['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews']);

export function authorize(server: Server, request: ApiRequest): void {
  const { resource, namespace, name, subresource, verb } = request;
  if (SELF.has(resource.plural)) return;
  // RBAC knows the namespace itself as a namespaced resource: get namespaces/x is allowed by a role in x.
  const scope = resource.plural === 'namespaces' ? name : namespace;
  const access = { verb, group: resource.group, resource: resource.plural, subresource, namespace: scope, name };
  if (allowed(server, server.identity, access)) return;
  const what = subresource ? `${resource.plural}/${subresource}` : resource.plural;
  const where = scope !== undefined ? `in the namespace "${scope}"` : 'at the cluster scope';
  throw new ApiError(
    403,
    'Forbidden',
    `${qualified(resource)}${name ? ` "${name}"` : ''} is forbidden: User "${server.identity.user}" cannot ${verb} resource "${what}" in API group "${resource.group}" ${where}`,
    { ...(name && { name }), ...(resource.group && { group: resource.group }), kind: resource.plural },
  );
}

/** SelfSubjectAccessReview and its relatives. */
export function review(server: Server, plural: string, body: JsonObject): JsonObject {
  const { identity } = server;
  if (plural === 'selfsubjectreviews')
    return { ...body, status: { userInfo: { username: identity.user, groups: identity.groups } } };
  if (plural === 'selfsubjectrulesreviews')
    return { ...body, status: ruleStatus(server, text(body, 'spec', 'namespace')) };
  const attributes = object(body, 'spec', 'resourceAttributes');
  const who =
    plural === 'subjectaccessreviews'
      ? { user: text(body, 'spec', 'user'), groups: list(body, 'spec', 'groups').map(String) }
      : identity;
  if (!('resourceAttributes' in object(body, 'spec'))) {
    const open =
      identity.groups.includes(SUPERUSERS) || OPEN_PATHS.test(text(body, 'spec', 'nonResourceAttributes', 'path'));
    return { ...body, status: { allowed: open } };
  }
  const answer = allowed(server, who, {
    verb: text(attributes, 'verb'),
    group: text(attributes, 'group'),
    resource: text(attributes, 'resource'),
    subresource: text(attributes, 'subresource') || undefined,
    namespace: text(attributes, 'namespace') || undefined,
    name: text(attributes, 'name') || undefined,
  });
  return {
    ...body,
    status: { allowed: answer, ...(answer && { reason: 'RBAC: allowed by the bindings of this world' }) },
  };
}
const OPEN_PATHS = /^\/(version|healthz|livez|readyz|api|apis|openapi)(\/|$)/;

function ruleStatus(server: Server, namespace: string): JsonObject {
  const all: JsonObject = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  const rules = server.identity.groups.includes(SUPERUSERS) ? [all] : rulesFor(server, server.identity, namespace);
  const self: JsonObject = {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  };
  return {
    resourceRules: [...rules, self],
    nonResourceRules: [
      { verbs: ['get'], nonResourceURLs: ['/api', '/apis', '/healthz', '/livez', '/readyz', '/version'] },
    ],
    incomplete: false,
  };
}
