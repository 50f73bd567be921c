/**
 * What may stand in a request path. Every name that comes from a caller is checked here before it becomes part of a
 * URL; nothing is escaped into shape, a bad name is refused. Rules: Kubernetes API conventions, "Object names and IDs".
 */
import { ToolFailure } from '../guardrails/types.js';
import { oneLine } from '../mcp/text.js';

/** RFC 1123 label: namespaces, services. */
export const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** RFC 1123 subdomain: most names. */
export const DNS_SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/**
 * Path segment name: RBAC objects and some custom resources (`system:node-proxier`). Everything a URL could take for
 * something else is left out.
 */
const PATH_SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9][A-Za-z0-9._:@+=~-]{0,252}$/;

/** A namespace that may stand in a path. Throws ToolFailure `invalid`. */
export function namespaceSegment(name: string): string {
  if (DNS_LABEL.test(name)) return name;
  throw new ToolFailure('invalid', `${quoted(name)} is not a namespace name: lower case letters, digits and '-' only`);
}

/** An object's name that may stand in a path. Throws ToolFailure `invalid`. */
export function nameSegment(name: string, kind = 'object'): string {
  if (DNS_SUBDOMAIN.test(name)) return name;
  throw new ToolFailure(
    'invalid',
    `${quoted(name)} is not a valid ${kind} name: lower case letters, digits, '-', '.'${slash(name)}`,
  );
}

/** A name of a kind that allows more than DNS names do (roles, bindings). Throws ToolFailure `invalid`. */
export function anySegment(name: string): string {
  if (PATH_SEGMENT.test(name)) return name;
  throw new ToolFailure(
    'invalid',
    `${quoted(name)} cannot be the name of an object: letters, digits and . - _ : only${slash(name)}`,
  );
}

/** The paths of an API server that this program reads or writes. Never through to a pod, a node or a service. */
const ROOTS = /^\/(api|apis|version|readyz|livez|healthz|openapi)(\/|$)/;
const TUNNELS = /\/(pods|services|nodes)\/[^/]+\/(exec|attach|portforward|proxy)(\/|$)/;

/** Refuses a path that could lead anywhere but to the API's own objects. */
export function checkPath(path: string): void {
  if (!ROOTS.test(path) || /[^A-Za-z0-9/._:@+=~-]|\/\/|\/\.{1,2}(\/|$)/.test(path)) {
    throw new ToolFailure('invalid', `${quoted(path)} is not a path of the Kubernetes API`);
  }
  if (TUNNELS.test(path)) {
    throw new ToolFailure(
      'denied',
      `${quoted(path)} leads into a pod, a node or a service; this server never does that`,
    );
  }
}

/** `deployment/web` and `shop/web` are how kubectl and messages write it. */
function slash(name: string): string {
  return /^[^/]+\/[^/]+$/.test(name) ? '; give the name alone, kind and namespace are arguments of their own' : '';
}

function quoted(value: string): string {
  return `"${oneLine(value, 80)}"`;
}
