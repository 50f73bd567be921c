/**
 * What a write would change, from the object before and the object that the server's dry run returned: values by path and
 * a unified diff. What the server keeps for itself is left out, and no secret is in either, though its change is told. Pure.
 */
import { createTwoFilesPatch } from 'diff';
import { REDACTED, redactJson } from '../guardrails/redaction.js';
import type { Change } from '../guardrails/types.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import { oneLine } from '../mcp/text.js';
import { yamlOf } from './yaml-text.js';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Metadata that the server writes. */
const SERVER_KEPT = ['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink'];

/** An object as a person would write it: no bookkeeping, no copy of itself in an annotation. Keeps `status` on request. */
export function cleaned(object: JsonObject, options: { status?: boolean } = {}): JsonObject {
  const result: JsonObject = { ...object };
  if (!options.status) delete result.status;
  if (!isJsonObject(object.metadata)) return result;
  const metadata: JsonObject = { ...object.metadata };
  for (const key of SERVER_KEPT) if (!options.status || key === 'managedFields') delete metadata[key];
  if (isJsonObject(metadata.annotations)) {
    const { [LAST_APPLIED]: _copy, ...annotations } = metadata.annotations;
    if (Object.keys(annotations).length > 0) metadata.annotations = annotations;
    else delete metadata.annotations;
  }
  result.metadata = metadata;
  return result;
}

/** For showing an object: cleaned, secrets taken out. */
export function presentable(object: JsonObject): JsonObject {
  return redactJson(cleaned(object, { status: true })).value;
}

/** For the configuration rules, which see what a person would have written, without secrets. */
export function judged(object: JsonObject): JsonObject {
  return redactJson(cleaned(object)).value;
}

export interface Difference {
  changes: Change[];
  diff: string;
}

const MOST_CHANGES = 60;
const MOST_DIFF_CHARS = 16_000;
const VALUE_CHARS = 200;

/** `before` is null for an object that would be created, `after` for one that would be removed. */
export function difference(before: JsonObject | null, after: JsonObject | null, title: string): Difference {
  const old = before ? cleaned(before) : null;
  const now = after ? cleaned(after) : null;
  const shownOld = old ? redactJson(old).value : null;
  const shownNow = now ? structuredClone(redactJson(now).value) : null;
  const paths: Path[] = [];
  compare(old ?? undefined, now ?? undefined, [], paths);
  const changes = paths.map((path): Change => {
    const was = valueAt(shownOld, path);
    let is = valueAt(shownNow, path);
    // Two different secrets look the same once they are taken out: the difference itself must still show.
    if (was !== undefined && is !== undefined && JSON.stringify(was) === JSON.stringify(is)) {
      is = `${REDACTED} (changed)`;
      setAt(shownNow, path, is);
    }
    return { path: pathText(path), before: text(was), after: text(is) };
  });
  const patch = createTwoFilesPatch(
    `${title} (now)`,
    `${title} (then)`,
    yamlOf(shownOld),
    yamlOf(shownNow),
    undefined,
    undefined,
    {
      context: 3,
    },
  );
  const diff = patch.replace(/^=+\n/, '');
  const shown = changes.slice(0, MOST_CHANGES);
  if (changes.length > shown.length)
    shown.push({ path: '…', before: '', after: `and ${changes.length - shown.length} more changes` });
  return {
    changes: shown,
    diff:
      diff.length > MOST_DIFF_CHARS
        ? `${diff.slice(0, MOST_DIFF_CHARS)}\n… (${diff.length - MOST_DIFF_CHARS} more characters)`
        : diff,
  };
}

type Path = (string | number)[];

/** The places where two values differ, as deep as both have the same shape. List items are matched by name, if they have one. */
function compare(before: JsonValue | undefined, after: JsonValue | undefined, path: Path, found: Path[]): void {
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      compare(before[key], after[key], [...path, key], found);
    return;
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const index of before.keys()) compare(before[index], after[index], [...path, index], found);
    return;
  }
  if (JSON.stringify(before) !== JSON.stringify(after)) found.push(path);
}

function valueAt(value: JsonValue | null, path: Path): JsonValue | undefined {
  let current: JsonValue | undefined = value ?? undefined;
  for (const key of path) {
    if (Array.isArray(current) && typeof key === 'number') current = current[key];
    else if (isJsonObject(current) && typeof key === 'string') current = current[key];
    else return undefined;
  }
  return current;
}

function setAt(root: JsonValue | null, path: Path, value: JsonValue): void {
  const parent = valueAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (Array.isArray(parent) && typeof key === 'number') parent[key] = value;
  else if (isJsonObject(parent) && typeof key === 'string') parent[key] = value;
}

/** `spec.template.spec.containers[0].image`, `metadata.labels["app.kubernetes.io/name"]`. */
function pathText(path: Path): string {
  return path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      if (!/^[\w-]+$/.test(key)) return `["${oneLine(key, 200)}"]`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}

function text(value: JsonValue | undefined): string {
  if (value === undefined) return '(absent)';
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value), VALUE_CHARS);
}
