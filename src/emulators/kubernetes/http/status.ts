/** metav1.Status: every answer that is not an object, with the codes, reasons and messages of the real API server. */
import type { JsonObject } from '../../../json.js';
import type { Resource } from '../catalog.js';

export interface Cause {
  reason?: string;
  message: string;
  field?: string;
}

/** Thrown anywhere below the HTTP handler; becomes the response. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details: JsonObject = {},
    readonly extra: { headers?: Record<string, string>; metadata?: JsonObject } = {},
  ) {
    super(message);
  }

  body(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.extra.metadata ?? {},
      status: 'Failure',
      message: this.message,
      ...(this.reason && { reason: this.reason }),
      ...(Object.keys(this.details).length > 0 && { details: this.details }),
      code: this.code,
    };
  }
}

/** `deployments.apps`, as messages name a resource. */
export const qualified = (resource: Resource): string =>
  resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;

const detailsOf = (resource: Resource, name: string): JsonObject => ({
  ...(name && { name }),
  ...(resource.group && { group: resource.group }),
  kind: resource.plural,
});

export const notFound = (resource: Resource, name: string): ApiError =>
  new ApiError(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name));

export const noSuchPath = (): ApiError =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource');

export const alreadyExists = (resource: Resource, name: string): ApiError =>
  new ApiError(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, detailsOf(resource, name));

export const conflict = (resource: Resource, name: string, why: string): ApiError =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    detailsOf(resource, name),
  );

export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message);

export const forbidden = (resource: Resource, name: string, why: string): ApiError =>
  new ApiError(
    403,
    'Forbidden',
    `${qualified(resource)}${name ? ` "${name}"` : ''} is forbidden: ${why}`,
    detailsOf(resource, name),
  );

/** 422 with every cause; the message lists them as the real server does. */
export function invalid(kind: string, group: string, name: string, causes: Cause[]): ApiError {
  const lines = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const list = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  return new ApiError(422, 'Invalid', `${group ? `${kind}.${group}` : kind} "${name}" is invalid: ${list}`, {
    name,
    ...(group && { group }),
    kind,
    causes: causes.map(
      (cause): JsonObject => ({
        reason: cause.reason ?? 'FieldValueInvalid',
        message: cause.message,
        ...(cause.field && { field: cause.field }),
      }),
    ),
  });
}

export function success(resource: Resource, name: string, uid: string): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(resource.group && { group: resource.group }), kind: resource.plural, uid },
  };
}
