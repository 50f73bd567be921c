/** A hand-made API server for tests: routes by method and path, every request recorded. */

import type { JsonObject, JsonValue } from '../../src/json.js';
import { accessFromFetch, type ClusterAccess } from '../../src/kubernetes/access.js';

export interface Seen {
  method: string;
  path: string;
  query: Record<string, string>;
  accept: string;
  contentType: string;
  body: JsonValue;
}

/** A Response, text, or anything that JSON can say. */
export type Answer = object | string;
export type Handler = (request: Seen) => Answer | undefined | Promise<Answer | undefined>;

export interface FakeApi {
  access: ClusterAccess;
  seen: Seen[];
}

/** What the handler leaves undefined is a 404 Status, as a real server answers it. */
export function fakeApi(handler: Handler, options: { namespace?: string } = {}): FakeApi {
  const seen: Seen[] = [];
  const access = accessFromFetch({
    name: 'test',
    ...options,
    fetch: async (request) => {
      const url = new URL(request.url);
      const text = await request.text();
      const one: Seen = {
        method: request.method,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        accept: request.headers.get('accept') ?? '',
        contentType: request.headers.get('content-type') ?? '',
        body: text === '' ? null : JSON.parse(text),
      };
      seen.push(one);
      const answer = await handler(one);
      if (answer === undefined) return status(404, 'NotFound', `${one.path} not found`);
      if (answer instanceof Response) return answer;
      return typeof answer === 'string' ? new Response(answer) : Response.json(answer);
    },
  });
  return { access, seen };
}

export function status(
  code: number,
  reason: string,
  message: string,
  extra: JsonObject = {},
  headers: Record<string, string> = {},
): Response {
  return Response.json(
    { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code, ...extra },
    { status: code, headers },
  );
}

export function table(columns: string[], rows: (string | number)[][], metadata: JsonObject = {}): JsonObject {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map((name) => ({ name, type: 'string', priority: 0 })),
    rows: rows.map((cells) => ({ cells, object: null })),
  };
}

export const signal = new AbortController().signal;
