/**
 * Which kinds a cluster has, custom resources included, and under which path. Asked once per context and kept for a few
 * minutes; a kind that is not found is looked for once more, so that a definition installed just now is found.
 */
import type { Clock } from '../clock.js';
import { ToolFailure } from '../guardrails/types.js';
import type { JsonObject } from '../json.js';
import { oneLine } from '../mcp/text.js';
import type { KubernetesClient } from './client.js';
import { at, list, str } from './fields.js';
import type { ResourcePath } from './rows.js';

export interface Kind extends ResourcePath {
  kind: string;
  /** '' for the core group. */
  group: string;
  version: string;
  singular: string;
  shortNames: string[];
  verbs: string[];
}

export interface Discovery {
  /**
   * By kind (`Deployment`), resource (`deployments`), singular, short name or `resource.group`, in any case; `apiVersion`
   * decides where several groups have one. Throws ToolFailure: `not_found` with what comes close, `invalid` where the name
   * stands for several kinds and `exact` is asked for.
   */
  resolve(
    context: string,
    name: string,
    options: { apiVersion?: string | undefined; exact?: boolean; signal: AbortSignal },
  ): Promise<Kind>;
}

const FRESH_MS = 5 * 60_000;
const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

export function createDiscovery(client: KubernetesClient, clock: Clock): Discovery {
  const known = new Map<string, { kinds: Kind[]; at: number }>();

  const kindsOf = async (context: string, signal: AbortSignal, renew: boolean): Promise<Kind[]> => {
    const cached = known.get(context);
    if (cached && !renew && clock.now() - cached.at < FRESH_MS) return cached.kinds;
    const kinds = (await Promise.all(['/api', '/apis'].map((path) => discover(client, context, path, signal)))).flat();
    known.set(context, { kinds, at: clock.now() });
    return kinds;
  };

  return {
    async resolve(context, name, { apiVersion, exact = false, signal }) {
      const cached = known.has(context);
      let kinds = await kindsOf(context, signal, false);
      let found = matching(kinds, name, apiVersion);
      if (found.length === 0 && cached) {
        kinds = await kindsOf(context, signal, true);
        found = matching(kinds, name, apiVersion);
      }
      const [first] = found;
      if (!first) throw unknownKind(kinds, name, apiVersion, context);
      const groups = [...new Set(found.map((each) => each.group))];
      if (exact && groups.length > 1 && first.group !== '') {
        const names = groups.map((group) => `${first.resource}.${group}`).join(', ');
        throw new ToolFailure(
          'invalid',
          `kind "${oneLine(name, 80)}" is served by several API groups; say which: ${names}`,
        );
      }
      return first;
    },
  };
}

async function discover(client: KubernetesClient, context: string, path: string, signal: AbortSignal): Promise<Kind[]> {
  const answer = await client.get(context, path, { accept: AGGREGATED, signal });
  if (answer.kind === 'APIGroupDiscoveryList') return list(answer, 'items').flatMap(kindsOfGroup);
  // An API server before 1.26, or one behind a proxy that rewrites Accept: one request per group version.
  const versions =
    path === '/api'
      ? [{ group: '', version: 'v1' }]
      : list(answer, 'groups').map((group) => ({
          group: str(group, 'name'),
          version: str(group, 'preferredVersion', 'version'),
        }));
  const parts = await Promise.all(
    versions.map(async ({ group, version }) => {
      const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      try {
        const resources = await client.get(context, base, { signal });
        return list(resources, 'resources')
          .filter((each) => !str(each, 'name').includes('/'))
          .map((each) => kindOf(each, group, version));
      } catch (error) {
        // One broken aggregated API must not hide all others.
        if (error instanceof ToolFailure && error.code !== 'timeout') return [];
        throw error;
      }
    }),
  );
  return parts.flat();
}

function kindsOfGroup(item: JsonObject): Kind[] {
  const group = str(item, 'metadata', 'name');
  const seen = new Set<string>();
  return list(item, 'versions').flatMap((entry) => {
    const version = str(entry, 'version');
    // Versions come in order of preference; a resource that an earlier one serves is not listed again.
    return list(entry, 'resources').flatMap((each) => {
      const resource = str(each, 'resource');
      if (seen.has(resource)) return [];
      seen.add(resource);
      return [
        kindOf(
          {
            name: resource,
            singularName: str(each, 'singularResource'),
            namespaced: str(each, 'scope') === 'Namespaced',
            kind: str(each, 'responseKind', 'kind'),
            verbs: at(each, 'verbs') ?? [],
            shortNames: at(each, 'shortNames') ?? [],
          },
          group,
          version,
        ),
      ];
    });
  });
}

function kindOf(resource: JsonObject, group: string, version: string): Kind {
  const texts = (value: JsonObject['x'] | undefined) =>
    Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  const kind = str(resource, 'kind');
  return {
    base: group === '' ? `/api/${version}` : `/apis/${group}/${version}`,
    resource: str(resource, 'name'),
    namespaced: resource.namespaced === true,
    kind,
    group,
    version,
    singular: str(resource, 'singularName') || kind.toLowerCase(),
    shortNames: texts(resource.shortNames),
    verbs: texts(resource.verbs),
  };
}

/** Core and built-in groups come first, as kubectl has it. */
function matching(kinds: Kind[], name: string, apiVersion: string | undefined): Kind[] {
  const wanted = name.toLowerCase();
  const [resource = '', ...rest] = wanted.split('.');
  const group = rest.join('.');
  const inGroup = (kind: Kind) =>
    apiVersion === undefined || `${kind.group === '' ? '' : `${kind.group}/`}${kind.version}` === apiVersion;
  const named = (kind: Kind, text: string) =>
    kind.resource === text || kind.kind.toLowerCase() === text || kind.singular === text;
  const candidates = kinds.filter(inGroup);
  const exact = candidates.filter(
    (kind) => named(kind, wanted) || (group !== '' && named(kind, resource) && kind.group === group),
  );
  const found = exact.length > 0 ? exact : candidates.filter((kind) => kind.shortNames.includes(wanted));
  return found.sort((a, b) => rank(a) - rank(b));
}

function rank({ group }: Kind): number {
  if (group === '') return 0;
  if (!group.includes('.')) return 1;
  return group.endsWith('.k8s.io') ? 2 : 3;
}

function unknownKind(kinds: Kind[], name: string, apiVersion: string | undefined, context: string): ToolFailure {
  const wanted = name.toLowerCase();
  const near = kinds
    .filter(
      (kind) => kind.resource.includes(wanted.slice(0, 4)) || (wanted.length > 3 && wanted.includes(kind.singular)),
    )
    .map((kind) => (kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`));
  const shown = [...new Set(near)].slice(0, 10);
  const version = apiVersion === undefined ? '' : ` of ${oneLine(apiVersion, 80)}`;
  return new ToolFailure(
    'not_found',
    `context ${context} has no kind "${oneLine(name, 80)}"${version}; ${shown.length > 0 ? `close: ${shown.join(', ')}` : `there are ${few(kinds)}`}`,
  );
}

/** The most usual ones, to show how kinds are written. */
function few(kinds: Kind[]): string {
  const names = [...new Set(kinds.toSorted((a, b) => rank(a) - rank(b)).map((kind) => kind.resource))];
  return `${names.length}, such as ${names.slice(0, 8).join(', ')}`;
}
