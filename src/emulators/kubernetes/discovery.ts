/** What the server says it can do: /api, /apis and below, in the plain and in the aggregated form. */
import type { JsonObject } from '../../json.js';
import type { Resource } from './catalog.js';
import type { Registry } from './registry.js';

const groupVersionOf = (group: string, version: string): string => (group === '' ? version : `${group}/${version}`);

/** Group to its versions, in the order of discovery. */
function groups(registry: Registry): Map<string, Map<string, Resource[]>> {
  const found = new Map<string, Map<string, Resource[]>>();
  for (const resource of registry.all()) {
    const versions = found.get(resource.group) ?? new Map<string, Resource[]>();
    versions.set(resource.version, [...(versions.get(resource.version) ?? []), resource]);
    found.set(resource.group, versions);
  }
  return found;
}

/** GET /api: the core group's versions. */
export const coreVersions = (): JsonObject => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }],
});

function groupDocument(group: string, versions: Iterable<string>): JsonObject {
  const all = [...versions].map((version): JsonObject => ({ groupVersion: groupVersionOf(group, version), version }));
  return { name: group, versions: all, preferredVersion: all[0] ?? {} };
}

/** GET /apis. */
export function groupList(registry: Registry): JsonObject {
  const named = [...groups(registry)].filter(([group]) => group !== '');
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: named.map(([group, versions]) => groupDocument(group, versions.keys())),
  };
}

/** GET /apis/GROUP; undefined when there is no such group. */
export function group(registry: Registry, name: string): JsonObject | undefined {
  const versions = groups(registry).get(name);
  return versions && name !== ''
    ? { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(name, versions.keys()) }
    : undefined;
}

/** GET /apis/GROUP/VERSION; undefined when there is none. */
export function resourceList(registry: Registry, name: string, version: string): JsonObject | undefined {
  const resources = groups(registry).get(name)?.get(version);
  if (!resources) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersionOf(name, version),
    resources: resources.flatMap((resource): JsonObject[] => [
      {
        name: resource.plural,
        singularName: resource.singular,
        namespaced: resource.namespaced,
        kind: resource.kind,
        verbs: resource.verbs,
        ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
        ...(resource.categories.length > 0 && { categories: resource.categories }),
      },
      ...resource.subresources.map(
        (item): JsonObject => ({
          name: `${resource.plural}/${item.name}`,
          singularName: '',
          namespaced: resource.namespaced,
          ...(item.group && { group: item.group, version: item.version ?? '' }),
          kind: item.kind,
          verbs: item.verbs,
        }),
      ),
    ]),
  };
}

const AGGREGATED = /g=apidiscovery\.k8s\.io;v=(v2beta1|v2);as=APIGroupDiscoveryList/;

/** The version of the aggregated form that an Accept header asks for, if it does. */
export const aggregatedVersion = (accept: string | undefined): string | undefined => AGGREGATED.exec(accept ?? '')?.[1];

/** The aggregated document for /api (`core`) or /apis. */
export function aggregated(registry: Registry, version: string, core: boolean): JsonObject {
  const wanted = [...groups(registry)].filter(([name]) => (name === '') === core);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: wanted.map(
      ([name, versions]): JsonObject => ({
        metadata: { ...(name && { name }), creationTimestamp: null },
        versions: [...versions].map(
          ([number, resources]): JsonObject => ({
            version: number,
            freshness: 'Current',
            resources: resources.map((resource) => discovered(resource)),
          }),
        ),
      }),
    ),
  };
}

function discovered(resource: Resource): JsonObject {
  return {
    resource: resource.plural,
    responseKind: { group: resource.group, version: resource.version, kind: resource.kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
    ...(resource.categories.length > 0 && { categories: resource.categories }),
    ...(resource.subresources.length > 0 && {
      subresources: resource.subresources.map(
        (item): JsonObject => ({
          subresource: item.name,
          responseKind: {
            group: item.group ?? resource.group,
            version: item.version ?? resource.version,
            kind: item.kind,
          },
          verbs: item.verbs,
        }),
      ),
    }),
  };
}
