/**
 * Reads manifest files: one or many YAML documents, or JSON, to plain objects with the place of every value. Says plainly
 * what is not YAML, too large or made to explode; never guesses. Reading from disk is the caller's.
 */
import { type Document, isAlias, isNode, LineCounter, type Node, parseAllDocuments, type Tags } from 'yaml';
import { messageOf } from '../../errors.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import { at, listAt } from './object.js';

export const MAX_FILE_BYTES = 10 * 1024 * 1024;
/** What aliases may expand to, as a multiple of what is written. */
const MAX_ALIASES = 100;

export interface ManifestProblem {
  message: string;
  line: number;
  column: number;
}

export interface ManifestObject {
  object: JsonObject;
  /** From 1. */
  locate(path: readonly (string | number)[]): { line: number; column: number };
}

export interface Manifest {
  objects: ManifestObject[];
  problems: ManifestProblem[];
}

/**
 * Kubernetes reads YAML as kubectl does: YAML 1.1, where `yes` and `on` are true and `<<` merges. Times and binaries stay
 * the strings that they are written as.
 */
export const YAML_OPTIONS = {
  version: '1.1',
  merge: true,
  prettyErrors: false,
  logLevel: 'silent',
  customTags: (tags: Tags): Tags =>
    tags.filter((tag) => typeof tag === 'string' || !/timestamp|binary|omap|pairs|set$/.test(tag.tag ?? '')),
} as const;

export function readManifest(text: string): Manifest {
  if (text.length > MAX_FILE_BYTES) {
    return only(`larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB; validate its parts`);
  }
  if (text.includes('\u0000')) return only('not a text file');
  const lines = new LineCounter();
  let documents: Document[];
  try {
    const parsed = parseAllDocuments(text, { ...YAML_OPTIONS, lineCounter: lines });
    documents = Array.isArray(parsed) ? parsed : [];
  } catch (error) {
    // Nested so deeply that the parser's own recursion ends.
    return only(`cannot be read as YAML: ${messageOf(error)}`);
  }
  const manifest: Manifest = { objects: [], problems: [] };
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  for (const document of documents) {
    const [error] = document.errors;
    if (error) {
      const template = /\{\{.*\}\}/.test(text) ? '; it looks like a template, render it first (helm template)' : '';
      manifest.problems.push({ message: `not valid YAML: ${error.message}${template}`, ...place(error.pos[0]) });
      continue;
    }
    if (document.contents === null) continue;
    const start = place(document.contents.range?.[0] ?? 0);
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: MAX_ALIASES });
    } catch (error) {
      manifest.problems.push({ message: `cannot be expanded: ${messageOf(error)}`, ...start });
      continue;
    }
    if (value === null || value === undefined) continue;
    if (!isJsonObject(value)) {
      manifest.problems.push({ message: 'not an object with apiVersion and kind', ...start });
      continue;
    }
    for (const { message, path } of strangeIn(value)) {
      manifest.problems.push({ message, ...place(offsetOf(document, path)) });
    }
    manifest.objects.push({ object: value, locate: (path) => place(offsetOf(document, path)) });
  }
  return manifest;
}

/** In the document itself, or in the items of a List, which has no kind to lend them. */
function strangeIn(value: JsonObject): { message: string; path: (string | number)[] }[] {
  const found: { message: string; path: (string | number)[] }[] = [];
  const open: { object: JsonObject; path: (string | number)[] }[] = [{ object: value, path: [] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { object, path } = next;
    const message = notAnObject(object);
    if (message !== null) found.push({ message, path });
    if (object.kind !== 'List') continue;
    for (const [index, item] of listAt(object, ['items']).entries()) {
      if (isJsonObject(item)) open.push({ object: item, path: [...path, 'items', index] });
    }
  }
  return found;
}

/**
 * What keeps an API server from knowing what this is; judged as it is, it would have no pod. Documents that are not meant for
 * one are let be: Palette's have neither kind nor apiVersion, a chart's has no metadata.
 */
function notAnObject({ apiVersion, kind, metadata, spec }: JsonObject): string | null {
  const withPod = [['containers'], ['template', 'spec', 'containers']].some((path) => Array.isArray(at(spec, path)));
  if (!withPod && (typeof apiVersion !== 'string' || !isJsonObject(metadata))) return null;
  if (typeof kind !== 'string' || kind === '') return 'not an object with apiVersion and kind: kind is missing';
  if (!/^[a-z][A-Za-z0-9]{0,62}$/.test(kind)) return null;
  return `there is no kind "${kind}": kinds begin with a capital letter, as in ${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

const only = (message: string): Manifest => ({ objects: [], problems: [{ message, line: 1, column: 1 }] });

function offsetOf(document: Document, path: readonly (string | number)[]): number {
  for (let length = path.length; length >= 0; length--) {
    const found: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(found) && !isAlias(found)) return (found as Node).range?.[0] ?? 0;
  }
  return 0;
}
