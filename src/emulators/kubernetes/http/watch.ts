/** Watches: what there is, then what changes, one JSON document per line, until the client leaves or time is up. */
import type { JsonObject } from '../../../json.js';
import type { Resource } from '../catalog.js';
import { object } from '../fields.js';
import type { Match } from '../selectors.js';
import type { Change, Entry } from '../store.js';
import type { Server } from './context.js';
import { freshen, selectorsOf } from './read.js';
import type { ApiRequest, Shape } from './request.js';
import { apiVersionOf, entryJson, partialJson, rowJson, tableHead } from './respond.js';
import { ApiError } from './status.js';

/** How often an open watch plays the cluster on, in milliseconds of real time. */
const TICK = 200;
const BOOKMARK_EVERY = 60_000;
const DEFAULT_TIMEOUT = 30 * 60;

export const GONE = (wanted: string, oldest: number): ApiError =>
  new ApiError(410, 'Expired', `too old resource version: ${wanted} (${oldest})`);

export function watch(server: Server, request: ApiRequest, shape: Shape, signal: AbortSignal): Response {
  const { resource, namespace, query } = request;
  const { store } = server.cluster;
  const matches = selectorsOf(request);
  if (request.name !== undefined) matches.push((value) => object(value, 'metadata').name === request.name);
  freshen(server, resource.storage);
  const from = query.get('resourceVersion') ?? '';
  const initial = query.get('sendInitialEvents') === 'true' || from === '' || from === '0';
  const backlog = initial ? [] : store.since(Number(from), resource.storage);
  const write = writer(server, resource, shape, query.get('includeObject') ?? 'Metadata');
  const inScope = (entry: Entry) => namespace === undefined || object(entry.object, 'metadata').namespace === namespace;
  const encoder = new TextEncoder();
  let finish = () => {};
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      let open = true;
      const send = (line: string) => {
        if (open) controller.enqueue(encoder.encode(`${line}\n`));
      };
      if (!backlog) {
        send(JSON.stringify({ type: 'ERROR', object: GONE(from, store.compacted).body() }));
        controller.close();
        return;
      }
      if (initial)
        for (const entry of store.entries(resource.storage, namespace))
          if (matches.every((match) => match(entry.object))) send(write('ADDED', entry));
      if (query.get('sendInitialEvents') === 'true') send(write('BOOKMARK', bookmark(resource, store.version, true)));
      const report = (change: Change) => {
        if (change.storage !== resource.storage || !inScope(change.after)) return;
        const type = typeFor(change, matches);
        if (type) send(write(type, change.after));
      };
      for (const change of backlog) report(change);
      const stopListening = store.listen(report);
      const timer = setInterval(() => server.catchUp(), TICK);
      const bookmarks = query.get('allowWatchBookmarks') === 'true';
      const marks = setInterval(() => {
        if (bookmarks) send(write('BOOKMARK', bookmark(resource, store.version, false)));
      }, BOOKMARK_EVERY);
      const seconds = Number(query.get('timeoutSeconds') ?? DEFAULT_TIMEOUT) || DEFAULT_TIMEOUT;
      const end = setTimeout(() => finish(), seconds * 1000);
      for (const handle of [timer, marks, end]) handle.unref();
      finish = () => {
        if (!open) return;
        open = false;
        stopListening();
        clearInterval(timer);
        clearInterval(marks);
        clearTimeout(end);
        signal.removeEventListener('abort', finish);
        try {
          controller.close();
        } catch {
          // The client has cancelled it already.
        }
      };
      if (signal.aborted) finish();
      else signal.addEventListener('abort', finish, { once: true });
    },
    cancel: () => finish(),
  });
  return new Response(stream, {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private' },
  });
}

/** What a change is to a watch with selectors: objects enter and leave what is selected. */
function typeFor(change: Change, matches: Match[]): Change['type'] | undefined {
  const now = change.type !== 'DELETED' && matches.every((match) => match(change.after.object));
  const before =
    change.before !== undefined && matches.every((match) => match(change.before?.object ?? change.after.object));
  if (now) return before ? 'MODIFIED' : 'ADDED';
  return before ? 'DELETED' : undefined;
}

function bookmark(resource: Resource, version: number, initialEnd: boolean): Entry {
  const metadata: JsonObject = {
    resourceVersion: String(version),
    creationTimestamp: null,
    ...(initialEnd && { annotations: { 'k8s.io/initial-events-end': 'true' } }),
  };
  return { key: '', version, object: { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata } };
}

/** Tables carry their columns in the first event only. */
function writer(server: Server, resource: Resource, shape: Shape, include: string) {
  let first = true;
  return (type: string, entry: Entry): string => {
    let body: string;
    if (shape === 'object') body = entryJson(resource, entry);
    else if (shape === 'partial') body = partialJson(entry);
    else {
      const head = tableHead(resource, { resourceVersion: String(entry.version) }, first);
      const rows = type === 'BOOKMARK' ? '' : rowJson(resource, entry, include, server.cluster.now);
      body = `${head}${rows}]}`;
      first = false;
    }
    return `{"type":"${type}","object":${body}}`;
  };
}
