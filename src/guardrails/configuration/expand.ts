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

/** A List holds its items; anything else is itself, followed by what its packs carry. Lists are opened to a depth of four. */
export function expand(raw: JsonObject, depth = 4): Inner[] {
  const kind = textAt(raw, ['kind']) ?? '';
  const items = at(raw, ['items']);
  if (kind.endsWith('List') && Array.isArray(items) && depth > 0) {
    return items.flatMap((item, index) =>
      isJsonObject(item)
        ? expand(item, depth - 1).map((inner) => ({ ...inner, path: ['items', index, ...inner.path] }))
        : [],
    );
  }
  return [{ object: raw, path: [], embedded: false }, ...packManifests(raw)];
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
