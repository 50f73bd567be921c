/**
 * OpenAPI v3 documents, as small as kubectl gets along with: the paths with the parameters it looks for before a
 * server-side dry run or a strict validation, and a schema per kind for `kubectl explain`.
 */
import type { JsonObject } from '../../json.js';
import type { Resource } from './catalog.js';
import type { Registry } from './registry.js';

const pathOf = (group: string, version: string): string =>
  group === '' ? `api/${version}` : `apis/${group}/${version}`;

const stored = (registry: Registry): Resource[] => registry.all().filter((resource) => resource.storage !== '');

/** GET /openapi/v3. */
export function openApiIndex(registry: Registry): JsonObject {
  const paths: JsonObject = {};
  for (const resource of stored(registry)) {
    const path = pathOf(resource.group, resource.version);
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${registry.revision}` };
  }
  return { paths };
}

const QUERY = ['dryRun', 'fieldManager', 'fieldValidation', 'force', 'pretty'];

const schemaName = (resource: Resource): string => `${resource.group || 'core'}.${resource.version}.${resource.kind}`;

function schema(resource: Resource): JsonObject {
  const text = (description: string): JsonObject => ({ type: 'string', description });
  const part = (description: string): JsonObject => ({
    type: 'object',
    description,
    'x-kubernetes-preserve-unknown-fields': true,
  });
  return {
    type: 'object',
    description: `${resource.kind} of the emulated cluster. Its fields are those of the real type; they are not listed here.`,
    properties: {
      apiVersion: text('The versioned schema of this representation of an object.'),
      kind: text('The REST resource this object represents.'),
      metadata: part('Standard object metadata.'),
      spec: part(`The desired state of the ${resource.kind}.`),
      status: part(`The observed state of the ${resource.kind}.`),
    },
    'x-kubernetes-group-version-kind': [{ group: resource.group, kind: resource.kind, version: resource.version }],
  };
}

/** GET /openapi/v3/PATH; undefined when there is no such group and version. */
export function openApiDocument(registry: Registry, path: string): JsonObject | undefined {
  const resources = stored(registry).filter((resource) => pathOf(resource.group, resource.version) === path);
  if (resources.length === 0) return undefined;
  const paths: JsonObject = {};
  const schemas: JsonObject = {};
  for (const resource of resources) {
    schemas[schemaName(resource)] = schema(resource);
    const where = resource.namespaced ? `namespaces/{namespace}/${resource.plural}` : resource.plural;
    const kind = { group: resource.group, kind: resource.kind, version: resource.version };
    const operation = (action: string): JsonObject => ({
      operationId: `${action}${schemaName(resource).replace(/[^A-Za-z0-9]/g, '')}`,
      parameters: QUERY.map(
        (name): JsonObject => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } }),
      ),
      responses: {
        200: {
          description: 'OK',
          content: { 'application/json': { schema: { $ref: `#/components/schemas/${schemaName(resource)}` } } },
        },
      },
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': kind,
    });
    paths[`/${path}/${where}/{name}`] = { get: operation('get'), patch: operation('patch'), put: operation('put') };
    paths[`/${path}/${where}`] = { get: operation('list'), post: operation('post') };
  }
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'emulated' }, paths, components: { schemas } };
}
