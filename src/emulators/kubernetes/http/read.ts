/** GET: one object, or a list with selectors, limit and continue. */
import type { JsonObject } from '../../../json.js';
import { isJsonObject } from '../../../json.js';
import { fieldSelector, labelSelector, type Match, SelectorError } from '../selectors.js';
import type { Entry } from '../store.js';
import type { Server } from './context.js';
import type { ApiRequest, Shape } from './request.js';
import { jsonText, list, single } from './respond.js';
import { ApiError, badRequest, notFound } from './status.js';

/** etcd is compacted every five minutes; a continue token lives that long. */
const CONTINUE_LIFETIME = 300_000;

export function selectorsOf(request: ApiRequest): Match[] {
  try {
    const labels = labelSelector(request.query.get('labelSelector') ?? '');
    const fields = fieldSelector(request.query.get('fieldSelector') ?? '', request.resource.storage);
    return [labels, fields].filter((match) => match !== undefined);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw badRequest(
      error.message.startsWith('field label')
        ? `Unable to find "${request.resource.group || ''}${request.resource.group ? '/' : ''}${request.resource.version}, Resource=${request.resource.plural}" that match label selector "${request.query.get('labelSelector') ?? ''}", field selector "${request.query.get('fieldSelector') ?? ''}": ${error.message}`
        : error.message,
    );
  }
}

/** What brings the stored objects up to date before they are read. */
export function freshen(server: Server, storage: string): void {
  if (storage === 'nodes' || storage === 'leases.coordination.k8s.io') server.nodes.beat();
  if (storage === 'events') server.cluster.events.expire();
}

export function get(server: Server, request: ApiRequest, shape: Shape): Response {
  const { resource, namespace = '', name = '' } = request;
  freshen(server, resource.storage);
  const entry = server.cluster.store.entry(resource.storage, namespace, name);
  if (!entry) throw notFound(resource, name);
  return jsonText(single(resource, entry, shape, request.query.get('includeObject') ?? 'Metadata', server.cluster.now));
}

interface Continuation {
  /** The key after which to go on. */
  start: string;
  version: number;
  issued: number;
}

const encode = (token: Continuation): string =>
  Buffer.from(
    JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.version, start: token.start, at: token.issued }),
  ).toString('base64url');

function decode(text: string): Continuation {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (isJsonObject(parsed)) {
      const { start, rv, at } = parsed;
      if (typeof start === 'string' && typeof rv === 'number' && typeof at === 'number')
        return { start, version: rv, issued: at };
    }
  } catch {
    // Falls through: whatever is wrong with it, the answer is the same.
  }
  throw badRequest('continue key is not valid: invalid token');
}

export function listAll(server: Server, request: ApiRequest, shape: Shape): Response {
  const { resource, namespace, query } = request;
  const { cluster } = server;
  freshen(server, resource.storage);
  const matches = selectorsOf(request);
  const limit = limitOf(query.get('limit'));
  const token = query.get('continue') ? decode(query.get('continue') ?? '') : undefined;
  if (token && query.get('resourceVersionMatch'))
    throw badRequest('resourceVersionMatch is forbidden when continue is provided');
  if (token && token.version > 0) refuseExpired(server, token);

  const all = cluster.store.entries(resource.storage, namespace);
  let index = token ? firstAfter(all, token.start) : 0;
  const page: Entry[] = [];
  const whole = limit === 0 && matches.length === 0 && index === 0;
  if (!whole)
    for (; index < all.length && (limit === 0 || page.length < limit); index++) {
      const entry = all[index];
      if (entry && matches.every((match) => match(entry.object))) page.push(entry);
    }
  const version = token && token.version > 0 ? token.version : cluster.store.version;
  const metadata: JsonObject = { resourceVersion: String(version) };
  const more = !whole && limit > 0 && index < all.length && (matches.length === 0 || anyLeft(all, index, matches));
  if (more) {
    metadata.continue = encode({ start: page.at(-1)?.key ?? '', version, issued: cluster.now });
    if (matches.length === 0) metadata.remainingItemCount = all.length - index;
  }
  return list(resource, whole ? all : page, shape, query.get('includeObject') ?? 'Metadata', metadata, cluster.now);
}

function limitOf(value: string | null): number {
  if (value === null || value === '') return 0;
  const limit = Number(value);
  if (!Number.isInteger(limit)) throw badRequest(`strconv.ParseInt: parsing "${value}": invalid syntax`);
  return Math.max(0, limit);
}

/** Binary search for the first key behind the given one. */
function firstAfter(entries: readonly Entry[], key: string): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.key ?? '') <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

const anyLeft = (all: readonly Entry[], from: number, matches: Match[]): boolean => {
  for (let i = from; i < all.length; i++) {
    const entry = all[i];
    if (entry && matches.every((match) => match(entry.object))) return true;
  }
  return false;
};

function refuseExpired(server: Server, token: Continuation): void {
  const expired = token.issued + CONTINUE_LIFETIME < server.cluster.now || token.issued < server.continueExpiry.before;
  if (!expired) return;
  const inconsistent = encode({ start: token.start, version: -1, issued: server.cluster.now });
  throw new ApiError(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    {},
    { metadata: { continue: inconsistent } },
  );
}
