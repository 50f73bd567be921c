/** A Palette server on an emulated tenant, with every request that reaches it counted. */
import { type ManualClock, manualClock } from '../../src/clock.js';
import { createPaletteEmulator, type PaletteEmulator } from '../../src/emulators/palette/index.js';
import type { RunContext } from '../../src/guardrails/types.js';
import type { JsonObject } from '../../src/json.js';
import type { ServerDefinition, Tool } from '../../src/mcp/tool.js';
import { createPaletteClient, type PaletteClient } from '../../src/palette/client.js';
import { createPaletteServer, type PaletteServerOptions } from '../../src/palette/server.js';

export const START = Date.parse('2026-03-02T10:00:00Z');

export interface Seen {
  method: string;
  path: string;
  query: string;
  body: string;
  projectUid: string | null;
}

export interface PaletteWorld {
  clock: ManualClock;
  emulator: PaletteEmulator;
  client: PaletteClient;
  server: ServerDefinition;
  /** Every request, in order. */
  seen: Seen[];
  /** The most requests that were under way at once. */
  mostAtOnce(): number;
  tool(name: string): Tool;
  read(name: string, args?: JsonObject): Promise<{ text: string; data: JsonObject }>;
  plan(name: string, args: JsonObject): ReturnType<NonNullable<Tool['plan']>>;
  run(name: string, args: JsonObject, context?: Partial<RunContext>): Promise<{ text: string; data: JsonObject }>;
}

export interface WorldOptions {
  clusters?: number;
  profiles?: number;
  project?: string | null;
  /** Answers instead of the emulator where it returns something; `next` is the emulator. */
  intercept?: (
    request: Request,
    next: (request: Request) => Promise<Response>,
  ) => Response | undefined | Promise<Response | undefined>;
  server?: Partial<PaletteServerOptions>;
}

export async function paletteWorld(options: WorldOptions = {}): Promise<PaletteWorld> {
  const clock = manualClock(START);
  const emulator = await createPaletteEmulator({
    clock,
    // The harder form for a client.
    nulls: true,
    ...(options.clusters === undefined ? {} : { clusters: options.clusters }),
    ...(options.profiles === undefined ? {} : { profiles: options.profiles }),
  });
  const seen: Seen[] = [];
  let now = 0;
  let most = 0;
  const client = createPaletteClient({
    host: 'http://palette.demo.invalid',
    apiKey: emulator.apiKey,
    ...(options.project === null ? {} : { projectUid: options.project ?? emulator.projectUid }),
    clock,
    random: () => 0.5,
    async fetch(request) {
      const url = new URL(request.url);
      seen.push({
        method: request.method,
        path: url.pathname,
        query: url.search,
        body: await request.clone().text(),
        projectUid: request.headers.get('ProjectUid'),
      });
      now += 1;
      most = Math.max(most, now);
      // Long enough for whatever else would start, to start.
      await new Promise((resolve) => setImmediate(resolve));
      try {
        return await ((await options.intercept?.(request.clone(), emulator.fetch)) ?? emulator.fetch(request));
      } finally {
        now -= 1;
      }
    },
  });
  const server = createPaletteServer({
    client,
    clock,
    kubeconfigFolder: '/nonexistent/kubeconfigs',
    ...options.server,
  });
  const tool = (name: string) => {
    const found = server.tools.find((each) => each.name === name);
    if (!found) throw new Error(`no tool ${name}`);
    return found;
  };
  const signal = new AbortController().signal;
  const run: PaletteWorld['run'] = (name, args, context) =>
    tool(name).run(args, { signal, onProgress: () => undefined, ...context });
  return {
    clock,
    emulator,
    client,
    server,
    seen,
    mostAtOnce: () => most,
    tool,
    run,
    read: (name, args = {}) => run(name, args),
    async plan(name, args) {
      const { plan } = tool(name);
      if (!plan) throw new Error(`${name} has no plan`);
      return plan(args, { signal });
    },
  };
}

/** The rows of a list in a tool's data. */
export function rowsOf(data: JsonObject, key: string): JsonObject[] {
  const value = data[key];
  if (!Array.isArray(value)) throw new Error(`${key} is no list`);
  return value.filter((each): each is JsonObject => typeof each === 'object' && each !== null && !Array.isArray(each));
}

export function rowNamed(data: JsonObject, key: string, name: string): JsonObject {
  const found = rowsOf(data, key).find((each) => each.name === name);
  if (!found) throw new Error(`${key} has no row ${name}`);
  return found;
}
