/**
 * The objects, as etcd would hold them: by resource, sorted by `namespace/name`, each with a resource version; plus the
 * recent changes for watches. It knows nothing of what objects mean.
 */
import type { JsonObject } from '../../json.js';
import { nameOf, namespaceOf, objects, set } from './fields.js';
import type { CachedRow } from './tables/cells.js';

/** One version of one object. A write makes a new entry, so whatever is cached on it stays true. */
export interface Entry {
  readonly key: string;
  readonly object: JsonObject;
  readonly version: number;
  /** Filled on demand: the object as JSON. */
  json?: string;
  /** Filled on demand by the table printers. */
  row?: CachedRow;
}

export interface Change {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  storage: string;
  version: number;
  before: Entry | undefined;
  after: Entry;
}

export type Listener = (change: Change) => void;

/** How many changes a watch can go back; older resource versions are answered with 410. */
const HISTORY = 20_000;

class Collection {
  readonly entries = new Map<string, Entry>();
  private keys: string[] | undefined;
  private order: Entry[] | undefined;
  private readonly byNamespace = new Map<string, { keys: Set<string>; sorted: string[] | undefined }>();

  put(entry: Entry, namespace: string): Entry | undefined {
    const before = this.entries.get(entry.key);
    this.entries.set(entry.key, entry);
    if (!before) {
      const own = this.byNamespace.get(namespace) ?? { keys: new Set<string>(), sorted: undefined };
      own.keys.add(entry.key);
      own.sorted = undefined;
      this.byNamespace.set(namespace, own);
      this.keys = undefined;
    }
    this.order = undefined;
    return before;
  }

  remove(key: string, namespace: string): void {
    this.entries.delete(key);
    const own = this.byNamespace.get(namespace);
    own?.keys.delete(key);
    if (own) own.sorted = undefined;
    this.keys = undefined;
    this.order = undefined;
  }

  sorted(): Entry[] {
    this.keys ??= [...this.entries.keys()].sort();
    if (this.order) return this.order;
    this.order = [];
    for (const key of this.keys) {
      const entry = this.entries.get(key);
      if (entry) this.order.push(entry);
    }
    return this.order;
  }

  within(namespace: string): Entry[] {
    const own = this.byNamespace.get(namespace);
    if (!own) return [];
    own.sorted ??= [...own.keys].sort();
    const found: Entry[] = [];
    for (const key of own.sorted) {
      const entry = this.entries.get(key);
      if (entry) found.push(entry);
    }
    return found;
  }
}

export const keyOf = (namespace: string, name: string): string => (namespace === '' ? name : `${namespace}/${name}`);

export class Store {
  private readonly collections = new Map<string, Collection>();
  /** Owner UID to `storage` and key of what it owns. */
  private readonly owned = new Map<string, Map<string, [storage: string, key: string]>>();
  private changes: Change[] = [];
  private readonly listeners = new Set<Listener>();
  private readonly untold: Change[] = [];
  /** The highest resource version whose change is no longer remembered. */
  compacted: number;
  version: number;
  /** While a world is being built nobody watches, and nothing is remembered for watches. */
  recording = false;

  constructor(firstVersion: number) {
    this.version = firstVersion;
    this.compacted = firstVersion;
  }

  private collection(storage: string): Collection {
    let found = this.collections.get(storage);
    if (!found) {
      found = new Collection();
      this.collections.set(storage, found);
    }
    return found;
  }

  entry(storage: string, namespace: string, name: string): Entry | undefined {
    return this.collections.get(storage)?.entries.get(keyOf(namespace, name));
  }

  get(storage: string, namespace: string, name: string): JsonObject | undefined {
    return this.entry(storage, namespace, name)?.object;
  }

  byKey(storage: string, key: string): JsonObject | undefined {
    return this.collections.get(storage)?.entries.get(key)?.object;
  }

  /** In key order. Without a namespace, of all of them. */
  entries(storage: string, namespace?: string): readonly Entry[] {
    const collection = this.collections.get(storage);
    if (!collection) return [];
    return namespace === undefined ? collection.sorted() : collection.within(namespace);
  }

  list(storage: string, namespace?: string): JsonObject[] {
    return this.entries(storage, namespace).map((entry) => entry.object);
  }

  count(storage: string): number {
    return this.collections.get(storage)?.entries.size ?? 0;
  }

  storages(): string[] {
    return [...this.collections.keys()];
  }

  ownedBy(uid: string, storage?: string): JsonObject[] {
    const found: JsonObject[] = [];
    for (const [where, key] of this.owned.get(uid)?.values() ?? []) {
      const entry =
        storage === undefined || where === storage ? this.collections.get(where)?.entries.get(key) : undefined;
      if (entry) found.push(entry.object);
    }
    return found;
  }

  /** Where the objects lie that name this UID as an owner. */
  dependents(uid: string): [storage: string, key: string][] {
    return [...(this.owned.get(uid)?.values() ?? [])];
  }

  put(storage: string, value: JsonObject): JsonObject {
    const version = ++this.version;
    const namespace = namespaceOf(value);
    const stored = set(value, ['metadata', 'resourceVersion'], String(version));
    const entry: Entry = { key: keyOf(namespace, nameOf(value)), object: stored, version };
    const before = this.collection(storage).put(entry, namespace);
    if (before) this.unlink(storage, before);
    this.link(storage, entry);
    this.tell({ type: before ? 'MODIFIED' : 'ADDED', storage, version, before, after: entry });
    return stored;
  }

  /** Replaces an object without a new resource version and without telling anyone: heartbeats that nobody waits for. */
  refresh(storage: string, value: JsonObject): void {
    const key = keyOf(namespaceOf(value), nameOf(value));
    const before = this.collection(storage).entries.get(key);
    if (before) this.collection(storage).put({ key, object: value, version: before.version }, namespaceOf(value));
  }

  remove(storage: string, value: JsonObject): JsonObject {
    const key = keyOf(namespaceOf(value), nameOf(value));
    const before = this.collection(storage).entries.get(key);
    if (!before) return value;
    const version = ++this.version;
    this.collection(storage).remove(key, namespaceOf(value));
    this.unlink(storage, before);
    const last = set(before.object, ['metadata', 'resourceVersion'], String(version));
    this.tell({ type: 'DELETED', storage, version, before, after: { key, object: last, version } });
    return last;
  }

  private link(storage: string, entry: Entry): void {
    for (const owner of objects(entry.object, 'metadata', 'ownerReferences')) {
      const uid = owner.uid;
      if (typeof uid !== 'string') continue;
      const links = this.owned.get(uid) ?? new Map();
      this.owned.set(uid, links.set(`${storage}|${entry.key}`, [storage, entry.key]));
    }
  }

  private unlink(storage: string, entry: Entry): void {
    for (const owner of objects(entry.object, 'metadata', 'ownerReferences')) {
      const uid = typeof owner.uid === 'string' ? owner.uid : '';
      const links = this.owned.get(uid);
      links?.delete(`${storage}|${entry.key}`);
      if (links?.size === 0) this.owned.delete(uid);
    }
  }

  private tell(change: Change): void {
    if (this.recording) {
      this.changes.push(change);
      if (this.changes.length > HISTORY * 1.5) {
        this.changes = this.changes.slice(-HISTORY);
        this.compacted = (this.changes[0]?.version ?? this.version) - 1;
      }
    } else this.compacted = this.version;
    // A listener may write in turn. Everybody still hears of all changes, and in the order of their versions.
    this.untold.push(change);
    if (this.untold.length > 1) return;
    try {
      for (let next = this.untold[0]; next; next = this.untold[0]) {
        for (const listener of this.listeners) listener(next);
        this.untold.shift();
      }
    } finally {
      this.untold.length = 0;
    }
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What happened after a resource version; undefined when that is no longer known. */
  since(version: number, storage: string): Change[] | undefined {
    if (version < this.compacted) return undefined;
    return this.changes.filter((change) => change.version > version && change.storage === storage);
  }
}
