/** A small emulated cluster for tests of the tools, and the tools over it, called as the gate calls them. */
import { type ManualClock, manualClock } from '../../src/clock.js';
import { createKubernetesEmulator, type KubernetesEmulator } from '../../src/emulators/kubernetes/index.js';
import { WorldSchema } from '../../src/emulators/kubernetes/worlds/schema.js';
import { type Plan, ToolFailure, type ToolProgress } from '../../src/guardrails/types.js';
import type { JsonObject } from '../../src/json.js';
import { accessFromFetch } from '../../src/kubernetes/access.js';
import { createKubernetesServer } from '../../src/kubernetes/server.js';
import type { ServerDefinition, Tool } from '../../src/mcp/tool.js';

export const DATABASE_PASSWORD = 'hunter2-correct-horse';
const encoded = Buffer.from(DATABASE_PASSWORD).toString('base64');

export const WORLD = WorldSchema.parse({
  name: 'tools-test',
  description: 'A shop for tests',
  demonstration: true,
  context: 'test',
  age: '10d',
  identity: { user: 'tester', groups: ['system:masters'] },
  nodes: [{ name: 'node-a', count: 3, cpu: 4, memory: '16Gi', age: '9d' }],
  namespaces: { shop: { team: 'shop' }, 'kube-system': {}, empty: {} },
  programs: [
    {
      image: 'shop/web:1.0',
      log: { start: ['web 1.0 starting', 'ERROR: cache is cold', 'web ready'], lines: ['GET /health 200'], every: 30 },
    },
    { image: 'shop/web:2.0', readyAfter: 2, log: { start: ['web 2.0 ready'] } },
    {
      image: 'shop/pay:*',
      exit: { after: 3, code: 1 },
      log: { start: ['pay starting', `connecting with password=${DATABASE_PASSWORD}`], end: ['FATAL: no database'] },
    },
    { image: '*', log: { start: ['started'] } },
  ],
  workloads: [
    {
      name: 'web',
      namespace: 'shop',
      image: 'shop/web:1.0',
      replicas: 3,
      age: '5d',
      service: 80,
      port: 8080,
      cpu: '100m',
      memory: '128Mi',
      memoryLimit: '256Mi',
      pdb: 2,
    },
    {
      name: 'pay',
      namespace: 'shop',
      image: 'shop/pay:7',
      replicas: 1,
      age: '1d',
      service: 80,
      port: 8080,
      env: { DATABASE_PASSWORD },
    },
    {
      name: 'pair',
      namespace: 'shop',
      image: 'shop/pair:1',
      age: '1d',
      sidecars: [{ name: 'proxy', image: 'proxy:1' }],
      mounts: { '/tmp': 'emptyDir' },
    },
    { kind: 'StatefulSet', name: 'db', namespace: 'shop', image: 'postgres:16', replicas: 2, age: '5d' },
    { kind: 'DaemonSet', name: 'agent', namespace: 'kube-system', image: 'agent:1', age: '9d', tolerateAll: true },
  ],
  objects: [
    {
      age: '5d',
      manifest: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name: 'database',
          namespace: 'shop',
          annotations: {
            'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
              kind: 'Secret',
              data: { password: encoded },
            }),
          },
        },
        data: { password: encoded },
      },
    },
    {
      age: '5d',
      manifest: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings', namespace: 'shop' },
        data: { mode: 'fast' },
      },
    },
  ],
});

export interface Rig {
  emulator: KubernetesEmulator;
  clock: ManualClock;
  server: ServerDefinition;
  /** Every request that reached the API server: "GET /api/v1/pods?limit=500". */
  requests: string[];
  progress: ToolProgress[];
  tool(name: string): Tool;
  run(name: string, args: JsonObject, precondition?: JsonObject): Promise<{ text: string; data: JsonObject }>;
  plan(name: string, args: JsonObject): Promise<Plan>;
  /** After the next request that changes something, nothing can be read any more. */
  breakAfterWrite(): void;
  /** Plans, then runs with what the plan saw: an approved call. */
  act(name: string, args: JsonObject): Promise<{ plan: Plan; text: string; data: JsonObject }>;
}

export async function rig(options: { readOnly?: boolean } = {}): Promise<Rig> {
  const clock = manualClock(Date.parse('2026-11-23T10:00:00Z'));
  const emulator = await createKubernetesEmulator({ world: WORLD, clock });
  const requests: string[] = [];
  let breaking = false;
  let broken = false;
  const access = accessFromFetch({
    name: 'test',
    namespace: 'shop',
    fetch: (request) => {
      const url = new URL(request.url);
      requests.push(`${request.method} ${url.pathname}${url.search}`);
      if (broken) return new Response('gone', { status: 503 });
      if (breaking && request.method !== 'GET') broken = true;
      return emulator.fetch(request);
    },
  });
  const server = createKubernetesServer({ access, clock, ...options });
  const progress: ToolProgress[] = [];
  const { signal } = new AbortController();
  const tool = (name: string): Tool => {
    const found = server.tools.find((each) => each.name === name);
    if (!found) throw new Error(`there is no tool ${name}`);
    return found;
  };
  const run: Rig['run'] = async (name, args, precondition) => {
    const answer = await tool(name).run(args, {
      signal,
      onProgress: (step) => progress.push(step),
      ...(precondition ? { precondition } : {}),
    });
    // What is returned must fit what is promised, as clients check it.
    tool(name).output.parse(answer.data);
    return answer;
  };
  const plan: Rig['plan'] = async (name, args) => {
    const planning = tool(name).plan;
    if (!planning) throw new Error(`${name} has no plan`);
    return planning(args, { signal });
  };
  return {
    emulator,
    clock,
    server,
    requests,
    progress,
    tool,
    run,
    plan,
    breakAfterWrite: () => {
      breaking = true;
    },
    async act(name, args) {
      const made = await plan(name, args);
      return { plan: made, ...(await run(name, args, made.precondition)) };
    },
  };
}

export async function failureOf(work: Promise<unknown>): Promise<ToolFailure> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ToolFailure) return error;
  throw new Error(`expected a ToolFailure, got ${error instanceof Error ? error.stack : String(error)}`);
}
