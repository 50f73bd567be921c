/** Manifests as text: parsed, bounded, and checked for what an object needs to be applied. Pure. */
import { parseAllDocuments } from 'yaml';
import { ToolFailure } from '../guardrails/types.js';
import { isJsonObject, type JsonObject } from '../json.js';
import { oneLine } from '../mcp/text.js';
import { list, str } from './fields.js';
import { DNS_LABEL } from './names.js';

export const MOST_BYTES = 256 * 1024;
export const MOST_OBJECTS = 50;

export interface ManifestObject {
  apiVersion: string;
  kind: string;
  name: string;
  /** As written; undefined where the manifest leaves it out. */
  namespace: string | undefined;
  object: JsonObject;
}

/** One or more documents, `List`s taken apart. Throws ToolFailure `invalid` that says which document and why. */
export function parseManifest(text: string): ManifestObject[] {
  if (Buffer.byteLength(text) > MOST_BYTES)
    throw new ToolFailure('invalid', `manifest: larger than ${MOST_BYTES / 1024} KiB; apply it in parts`);
  const objects = documentsOf(text).flatMap((document, index) => expand(document, index + 1));
  if (objects.length === 0) throw new ToolFailure('invalid', 'manifest: holds no object');
  if (objects.length > MOST_OBJECTS)
    throw new ToolFailure(
      'invalid',
      `manifest: holds ${objects.length} objects, at most ${MOST_OBJECTS}; apply it in parts`,
    );
  const seen = new Set<string>();
  return objects.map(({ object, place }) => {
    const parsed = check(object, place);
    const key = [parsed.apiVersion, parsed.kind, parsed.namespace ?? '', parsed.name].join('/');
    if (seen.has(key))
      throw new ToolFailure('invalid', `${place}: ${parsed.kind} ${parsed.name} is in the manifest twice`);
    seen.add(key);
    return parsed;
  });
}

function documentsOf(text: string): JsonObject[] {
  return parseAllDocuments(text, { uniqueKeys: true }).flatMap((document, index) => {
    const place = `document ${index + 1}`;
    const [error] = document.errors;
    if (error)
      throw new ToolFailure('invalid', `${place}: not valid YAML: ${oneLine(error.message.split('\n')[0] ?? '', 200)}`);
    let value: unknown;
    try {
      // Aliases are bounded: a few lines can stand for gigabytes.
      value = document.toJS({ maxAliasCount: 100 });
    } catch {
      throw new ToolFailure('invalid', `${place}: too many aliases`);
    }
    if (value === null || value === undefined) return [];
    if (!isJsonObject(value)) throw new ToolFailure('invalid', `${place}: not a mapping`);
    return [value];
  });
}

function expand(document: JsonObject, index: number): { object: JsonObject; place: string }[] {
  const place = `document ${index}`;
  if (document.kind !== 'List') return [{ object: document, place }];
  return list(document, 'items').map((object, item) => ({ object, place: `${place}, item ${item + 1}` }));
}

function check(object: JsonObject, place: string): ManifestObject {
  const apiVersion = str(object, 'apiVersion');
  const kind = str(object, 'kind');
  const name = str(object, 'metadata', 'name');
  const namespace = str(object, 'metadata', 'namespace') || undefined;
  if (!/^([a-z0-9.-]+\/)?v[a-z0-9]+$/.test(apiVersion))
    throw new ToolFailure('invalid', `${place}: apiVersion is missing or not one`);
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(kind)) throw new ToolFailure('invalid', `${place}: kind is missing or not one`);
  if (name === '') {
    const generated = str(object, 'metadata', 'generateName') !== '';
    throw new ToolFailure(
      'invalid',
      `${place} (${kind}): metadata.name is missing${generated ? '; generateName cannot be applied' : ''}`,
    );
  }
  if (namespace !== undefined && !DNS_LABEL.test(namespace))
    throw new ToolFailure(
      'invalid',
      `${place} (${kind} ${oneLine(name, 80)}): metadata.namespace is not a namespace name`,
    );
  return { apiVersion, kind, name, namespace, object: withoutServerFields(object) };
}

/** A manifest exported from a cluster carries fields that the server refuses or ignores. */
function withoutServerFields(object: JsonObject): JsonObject {
  const { status: _status, ...rest } = object;
  if (!isJsonObject(rest.metadata)) return rest;
  const {
    managedFields: _fields,
    resourceVersion: _version,
    uid: _uid,
    creationTimestamp: _created,
    generation: _generation,
    selfLink: _link,
    ...metadata
  } = rest.metadata;
  return { ...rest, metadata };
}
