/**
 * Which objects an action touches, so that what a crash left open blocks exactly those: a manifest of several objects, a
 * namespace with everything in it. Names only; nothing here asks a back end. Pure.
 */
import { isJsonObject, type JsonValue } from '../json.js';
import type { Action, Target } from './types.js';

/** One object; `name` left out stands for everything in the namespace, and without a namespace for the whole scope. */
export interface Touched {
  kind?: string;
  namespace?: string;
  name?: string;
}

/** Beyond this an action counts as touching its whole namespace, or scope. */
const MAX_OBJECTS = 200;

export function touchedBy({ target, objects }: Pick<Action, 'target' | 'objects'>): Touched[] {
  if (objects === undefined || objects.length < 2) return [touchedOf(target)];
  if (objects.length > MAX_OBJECTS) return [{}];
  return objects.map((object) => {
    const metadata = isJsonObject(object.metadata) ? object.metadata : {};
    return touchedOf({
      kind: text(object.kind)?.toLowerCase(),
      namespace: text(metadata.namespace),
      name: text(metadata.name),
    });
  });
}

/** As a record tells it; what cannot be read stands for everything. */
export function touchedIn(value: unknown): Touched[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  return value.map((item: unknown) => {
    const entry = isJsonObject(item) ? item : {};
    return touchedOf({ kind: text(entry.kind), namespace: text(entry.namespace), name: text(entry.name) });
  });
}

/** True where both may concern the same object; kinds do not count, since one name has many spellings of its kind. */
export function meet(a: Touched, b: Touched): boolean {
  if (holds(a, b) || holds(b, a)) return true;
  if (a.name === undefined || b.name === undefined) return sameNamespace(a, b);
  return a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '');
}

/** A namespace holds everything in it. */
const holds = (outer: Touched, inner: Touched): boolean =>
  outer.kind === 'namespace' && outer.name !== undefined && outer.name === inner.namespace;

const sameNamespace = (a: Touched, b: Touched): boolean =>
  a.namespace === undefined || b.namespace === undefined || a.namespace === b.namespace;

function touchedOf({ kind, namespace, name }: { [K in keyof Target]?: Target[K] | undefined }): Touched {
  return {
    ...(kind !== undefined && { kind }),
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  };
}

const text = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
