/**
 * The Palette API, emulated: a stateful tenant from mock-data/palette behind the real paths, bodies, errors and limits.
 * Serves demo mode in process and tools on a port; it knows nothing of the server that asks it. Everything in it is
 * marked as demonstration data, and none of its hosts, keys or tokens opens anything.
 */
import { Hono, type MiddlewareHandler } from 'hono';
import type { Clock } from '../../clock.js';
import type { JsonObject } from '../../json.js';
import { buildTenant } from './build.js';
import { attached, clusterOverview } from './cluster-wire.js';
import { authorise, createThrottle } from './guard.js';
import { uidOf } from './model.js';
import { padTenant } from './padding.js';
import { actionRoutes } from './routes/actions.js';
import { clusterRoutes } from './routes/clusters.js';
import type { PaletteApp, Variables } from './routes/context.js';
import { costRoutes } from './routes/cost.js';
import { createRoutes } from './routes/create.js';
import { operationRoutes } from './routes/operations.js';
import { profileRoutes } from './routes/profiles.js';
import { errorBody, WireError } from './wire.js';
import { loadWorld } from './world.js';

export interface PaletteEmulatorOptions {
  clock: Clock;
  /** A folder of mock-data/palette. Default: `demo`. */
  world?: string;
  /** Fills the default project up to this many clusters, and the tenant up to this many profiles. */
  clusters?: number;
  profiles?: number;
  seed?: number;
  /**
   * Sends null for whatever is empty, as the live API does although its OpenAPI document does not allow it. Default: leaves it
   * out, so that a proxy that checks against the document lets it pass.
   */
  nulls?: boolean;
}

export interface PaletteEmulator {
  app: PaletteApp;
  fetch(request: Request): Promise<Response>;
  /** The only key that the emulator accepts. */
  apiKey: string;
  projectUid: string;
  /** For people: `demo: Demo-Platform`. */
  scopeName: string;
  /** The cluster as the overview shows it now, with its pools by name in spec.machinePools, for expectations. */
  findCluster(nameOrUid: string): JsonObject | undefined;
}

/** Takes null members out of a JSON answer. */
const withoutNulls: MiddlewareHandler = async (c, next) => {
  await next();
  if (!c.res.headers.get('content-type')?.includes('json')) return;
  const body: unknown = await c.res.json();
  const text = JSON.stringify(body, (_name, value: unknown) => (value === null ? undefined : value));
  c.res = new Response(text, c.res);
};

/** Throws UserError for a world that does not exist. */
export async function createPaletteEmulator(options: PaletteEmulatorOptions): Promise<PaletteEmulator> {
  const world = await loadWorld(options.world ?? 'demo');
  const tenant = buildTenant(world, options.clock);
  padTenant(tenant, options);
  const apiKey = `demo-${uidOf('key', world.name)}`;
  const throttle = createThrottle(options.clock);
  const app: PaletteApp = new Hono<{ Variables: Variables }>();

  app.use(async (c, next) => {
    throttle(c.req.path);
    c.set('project', authorise(c.req.raw, tenant, apiKey));
    await next();
  });
  if (!options.nulls) app.use(withoutNulls);
  const context = { app, tenant };
  clusterRoutes(context);
  operationRoutes(context);
  costRoutes(context);
  profileRoutes(context);
  actionRoutes(context);
  createRoutes(context);
  app.notFound((c) => c.json(errorBody(404, `path ${c.req.path} was not found`), 404));
  app.onError((error, c) =>
    error instanceof WireError
      ? c.json(errorBody(error.code, error.message), error.status)
      : c.json(errorBody('InternalError', 'the demonstration API failed'), 500),
  );

  const project = tenant.projects.find((each) => each.uid === tenant.defaultProjectUid);
  return {
    app,
    fetch: async (request) => app.fetch(request),
    apiKey,
    projectUid: tenant.defaultProjectUid,
    scopeName: `demo: ${project?.name ?? world.name}`,
    findCluster(nameOrUid) {
      const found = tenant.clusters.find((each) => each.uid === nameOrUid || each.name === nameOrUid);
      if (!found) return undefined;
      const overview = clusterOverview(tenant, found);
      const machinePools = found.pools.map(({ name, size }) => ({ name, size }));
      const profiles = attached(tenant, found).map(({ name, version }) => ({ name, version }));
      const json: JsonObject = JSON.parse(
        JSON.stringify({ ...overview, spec: { ...overview.spec, machinePools, profiles } }),
      );
      return json;
    },
  };
}
