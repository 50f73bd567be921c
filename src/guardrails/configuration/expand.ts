/** The objects inside an object: items of a List, manifests that a Palette profile or cluster carries in its packs. */
import { parseAllDocuments } from 'yaml';
import { isJsonObject, type JsonObject } from '../../json.js';
import { YAML_OPTIONS } from './manifest.js';
import { at, textAt } from './object.js';

type Path = readonly (string | number)[];

export interface Inner {
  object: JsonObject;
  /** Where it starts in the outer object. */
  path: Path;
  /** Written as text inside the outer object: paths further inside have no place of their own in the file. */
  embedded: boolean;
}

const MAX_EMBEDDED_CHARACTERS = 1024 * 1024;

/**
 * A list holds its items, at any depth; anything else is itself, followed by what its packs carry. An item of a typed list
 * (`PodList`) may leave out what the list says for all.
 */
export function expand(raw: JsonObject): Inner[] {
  const found: Inner[] = [];
  const open: { object: JsonObject; path: Path }[] = [{ object: raw, path: [] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { object, path } = next;
    const kind = textAt(object, ['kind']) ?? '';
    const items = at(object, ['items']);
    if (!kind.endsWith('List') || !Array.isArray(items)) {
      found.push({ object, path, embedded: false });
      for (const inner of packManifests(object)) found.push({ ...inner, path: [...path, ...inner.path] });
      continue;
    }
    // The last is opened first: pushed backwards, they come out in their order.
    for (const [index, item] of [...items.entries()].reverse()) {
      if (isJsonObject(item)) open.push({ object: typed(item, object, kind), path: [...path, 'items', index] });
    }
  }
  return found;
}

function typed(item: JsonObject, list: JsonObject, kind: string): JsonObject {
  if (kind === 'List' || textAt(item, ['kind'])) return item;
  const apiVersion = textAt(item, ['apiVersion']) ?? textAt(list, ['apiVersion']);
  return { ...item, kind: kind.slice(0, -'List'.length), ...(apiVersion === undefined ? {} : { apiVersion }) };
}

/** `packs[].manifests[].content` and `packValues[].manifests[].content`, wherever they stand below `spec`. */
function packManifests(raw: JsonObject): Inner[] {
  if (textAt(raw, ['apiVersion']) !== undefined || !isJsonObject(raw.spec)) return [];
  const found: Inner[] = [];
  let left = MAX_EMBEDDED_CHARACTERS;
  const walk = (value: unknown, path: Path, inManifests: boolean): void => {
    if (path.length > 12) return;
    if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(item, [...path, index], inManifests);
    if (!isJsonObject(value)) return;
    for (const [key, item] of Object.entries(value)) {
      if (inManifests && key === 'content' && typeof item === 'string') {
        left -= item.length;
        if (left >= 0) found.push(...embedded(item, [...path, key]));
      } else walk(item, [...path, key], inManifests || key === 'manifests');
    }
  };
  walk(raw.spec, ['spec'], false);
  return found;
}

function embedded(text: string, path: Path): Inner[] {
  try {
    const documents = parseAllDocuments(text, YAML_OPTIONS);
    if (!Array.isArray(documents)) return [];
    return documents.flatMap((document) => {
      const value: unknown = document.errors.length > 0 ? null : document.toJS({ maxAliasCount: 20 });
      return isJsonObject(value) ? [{ object: value, path, embedded: true }] : [];
    });
  } catch {
    // A template is no manifest yet; its secrets are found as text all the same.
    return [];
  }
}
