/** Small parts of Palette's wire format, with its habits: times as ISO text, year 1 for unset, null for empty lists. */

export const ZERO_TIME = '0001-01-01T00:00:00.000Z';

export function isoTime(ms: number | null): string {
  return ms === null ? ZERO_TIME : new Date(ms).toISOString();
}

/** Go writes a nil slice as null. */
export function slice<Item>(items: Item[]): Item[] | null {
  return items.length > 0 ? items : null;
}

export interface MetaSource {
  uid: string;
  name: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  createdAt?: number;
  modifiedAt?: number;
  deletedAt?: number | null;
}

export function objectMeta(source: MetaSource) {
  return {
    uid: source.uid,
    name: source.name,
    labels: source.labels ?? {},
    annotations: source.annotations ?? {},
    creationTimestamp: isoTime(source.createdAt ?? null),
    lastModifiedTimestamp: isoTime(source.modifiedAt ?? source.createdAt ?? null),
    deletionTimestamp: isoTime(source.deletedAt ?? null),
  };
}

/** The body of an error, as the API sends it. The router's own errors have a number for a code. */
export function errorBody(code: string | number, message: string) {
  return { code, message, ref: `demo-${code}`, details: null };
}

/** Thrown inside a route; index.ts turns it into the answer. */
export class WireError extends Error {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 422 | 429 | 500;
  readonly code: string | number;
  constructor(status: WireError['status'], code: string | number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
