/**
 * Reads manifest files: one or many YAML documents, or JSON, to plain objects with the place of every value. Says plainly
 * what is not YAML, too large or made to explode; never guesses. Reading from disk is the caller's.
 */
import { type Document, isAlias, isNode, LineCounter, type Node, parseAllDocuments, type Tags } from 'yaml';
import { messageOf } from '../../errors.js';
import { isJsonObject, type JsonObject } from '../../json.js';

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
    manifest.objects.push({ object: value, locate: (path) => place(offsetOf(document, path)) });
  }
  return manifest;
}

const only = (message: string): Manifest => ({ objects: [], problems: [{ message, line: 1, column: 1 }] });

function offsetOf(document: Document, path: readonly (string | number)[]): number {
  for (let length = path.length; length >= 0; length--) {
    const found: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(found) && !isAlias(found)) return (found as Node).range?.[0] ?? 0;
  }
  return 0;
}
