/** Image names taken apart as container runtimes do (distribution/reference). */

export interface ImageName {
  /** `docker.io` where none is written. */
  registry: string;
  /** `library/nginx` for `nginx`. */
  repository: string;
  tag?: string;
  /** With algorithm: `sha256:...`. */
  digest?: string;
}

/** Null where the text is not an image name. The first part is a registry only with a dot, a port, or `localhost`. */
export function imageOf(text: string): ImageName | null {
  const trimmed = text.trim();
  const [named = '', digest, ...more] = trimmed.split('@');
  if (more.length > 0 || named === '' || /\s/.test(trimmed)) return null;
  if (digest !== undefined && !/^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/.test(digest)) return null;
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const tag = tagged ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) return null;
  const path = tagged ? named.slice(0, colon) : named;
  const slash = path.indexOf('/');
  const first = slash < 0 ? '' : path.slice(0, slash);
  const hasRegistry = first.includes('.') || first.includes(':') || first === 'localhost';
  const registry = hasRegistry ? first : 'docker.io';
  const rest = hasRegistry ? path.slice(slash + 1) : path;
  if (!/^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/.test(rest)) return null;
  const repository = registry === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest;
  return { registry, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}
