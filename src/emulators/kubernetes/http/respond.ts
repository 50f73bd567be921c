/** Writing objects: as themselves, as table rows, as metadata only; whole lists in pieces, from cached text. */
import type { JsonObject } from '../../../json.js';
import type { Resource } from '../catalog.js';
import { asNewEvent } from '../events.js';
import { object } from '../fields.js';
import type { Entry } from '../store.js';
import { cellsJson, columnsJson } from '../tables/index.js';
import type { Shape } from './request.js';

export const apiVersionOf = (resource: Resource): string =>
  resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;

/** How an object looks through the version that was asked for. */
export function served(resource: Resource, value: JsonObject): JsonObject {
  if (resource.storage === 'events' && resource.group === 'events.k8s.io') return asNewEvent(value);
  if (resource.custom) return { ...value, apiVersion: apiVersionOf(resource) };
  return value;
}

export function entryJson(resource: Resource, entry: Entry): string {
  if (resource.group === 'events.k8s.io' || resource.custom) return JSON.stringify(served(resource, entry.object));
  entry.json ??= JSON.stringify(entry.object);
  return entry.json;
}

export const partialJson = (entry: Entry): string =>
  `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(object(entry.object, 'metadata'))}}`;

export function rowJson(resource: Resource, entry: Entry, include: string, now: number): string {
  const cells = cellsJson(resource, entry, now);
  if (include === 'None') return `{"cells":${cells}}`;
  const shown = include === 'Object' ? entryJson(resource, entry) : partialJson(entry);
  return `{"cells":${cells},"object":${shown}}`;
}

export const tableHead = (resource: Resource, metadata: JsonObject, columns = true): string =>
  `{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(metadata)},"columnDefinitions":${columns ? columnsJson(resource) : 'null'},"rows":[`;

/** One entry in the shape that was asked for. */
export function single(resource: Resource, entry: Entry, shape: Shape, include: string, now: number): string {
  if (shape === 'partial') return partialJson(entry);
  if (shape === 'object') return entryJson(resource, entry);
  const metadata = { resourceVersion: String(entry.version) };
  return `${tableHead(resource, metadata)}${rowJson(resource, entry, include, now)}]}`;
}

/** Above this, an answer is written in pieces instead of as one string. */
const PIECE = 256 * 1024;
const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' };

export function jsonText(body: string, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(body, { status, headers: { ...HEADERS, ...headers } });
}

export const jsonBody = (body: JsonObject, status = 200, headers: Record<string, string> = {}): Response =>
  jsonText(JSON.stringify(body), status, headers);

export function list(
  resource: Resource,
  entries: readonly Entry[],
  shape: Shape,
  include: string,
  metadata: JsonObject,
  now: number,
): Response {
  const head =
    shape === 'table'
      ? tableHead(resource, metadata)
      : shape === 'partial'
        ? `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(metadata)},"items":[`
        : `{"kind":"${resource.kind}List","apiVersion":"${apiVersionOf(resource)}","metadata":${JSON.stringify(metadata)},"items":[`;
  const write = (entry: Entry): string =>
    shape === 'table'
      ? rowJson(resource, entry, include, now)
      : shape === 'partial'
        ? partialJson(entry)
        : entryJson(resource, entry);
  const pieces = inPieces(head, entries, write);
  const first = pieces.next();
  const second = first.done ? first : pieces.next();
  if (second.done) return jsonText(first.done ? '' : first.value);
  const encoder = new TextEncoder();
  const waiting = [first.value, second.value];
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = waiting.shift() ?? pieces.next().value;
      if (next === undefined) controller.close();
      else controller.enqueue(encoder.encode(next));
    },
  });
  return new Response(stream, { status: 200, headers: HEADERS });
}

function* inPieces(
  head: string,
  entries: readonly Entry[],
  write: (entry: Entry) => string,
): Generator<string, undefined> {
  let piece = head;
  let separator = '';
  for (const entry of entries) {
    piece += separator + write(entry);
    separator = ',';
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}]}`;
  return undefined;
}
