/**
 * An emulated Kubernetes cluster behind the real wire protocol, for demonstrations, tests and benchmarks. It holds made-up
 * data only, speaks to nobody, and knows nothing of the program that uses it.
 */
import type { Hono } from 'hono';
import type { Clock } from '../../clock.js';
import type { JsonObject } from '../../json.js';
import { DISCONNECT } from '../listen.js';
import { Cluster } from './cluster.js';
import { DaemonSets } from './controllers/daemon-set.js';
import { Deployments } from './controllers/deployment.js';
import { EndpointsOfServices } from './controllers/endpoints.js';
import { DisruptionBudgets, GarbageCollector, Namespaces, Quotas } from './controllers/housekeeping.js';
import { CronJobs, Jobs } from './controllers/job.js';
import { Kubelets } from './controllers/kubelet.js';
import { Nodes } from './controllers/nodes.js';
import { ReplicaSets } from './controllers/replica-set.js';
import { Scheduler } from './controllers/scheduler.js';
import { StatefulSets } from './controllers/stateful-set.js';
import { PersistentVolumes } from './controllers/volumes.js';
import { type Fault, Faults } from './faults.js';
import { createApp } from './http/app.js';
import type { Server } from './http/context.js';
import { Names } from './names.js';
import { buildWorld } from './worlds/build.js';
import { generateFleet } from './worlds/fleet.js';
import { loadWorld } from './worlds/load.js';
import type { World } from './worlds/schema.js';

export type { Fault } from './faults.js';
export { listWorlds } from './worlds/load.js';
export type { World } from './worlds/schema.js';

export interface KubernetesEmulatorOptions {
  /** The name of a world in mock-data/kubernetes, or a world as data. */
  world: string | World;
  clock: Clock;
  seed?: number;
  /** For worlds that are made up by number. */
  nodes?: number;
  pods?: number;
  faults?: Fault[];
}

/** One fault that was planted, by the check that should find it. */
export interface PlantedFault {
  check: string;
  kind: string;
  namespace: string;
  name: string;
}

export interface KubernetesEmulator {
  /** For a port. A request without credentials counts as the world's identity, one with a wrong token as nobody. */
  app: Hono;
  /** In process. Rejects where a fault breaks the connection. */
  fetch(request: Request): Promise<Response>;
  contextName: string;
  description: string;
  clock: Clock;
  token: string;
  /** The present state of one object, by plural, singular, short name or kind. */
  find(resource: string, namespace: string | undefined, name: string): JsonObject | undefined;
  /** What is wrong in this world and should be found; empty where the world does not say. */
  answerKey: PlantedFault[];
  setFaults(faults: Fault[]): void;
}

const DEFAULT_SEED = 7;

const sizes = ({ nodes, pods }: KubernetesEmulatorOptions) => ({
  ...(nodes !== undefined && { nodes }),
  ...(pods !== undefined && { pods }),
});

export async function createKubernetesEmulator(options: KubernetesEmulatorOptions): Promise<KubernetesEmulator> {
  const { clock } = options;
  const world = typeof options.world === 'string' ? await loadWorld(options.world) : options.world;
  const names = new Names(options.seed ?? DEFAULT_SEED);
  const plan = world.generated && generateFleet(world, names, { ...world.generated, ...sizes(options) });
  const start = clock.now();
  const cluster = new Cluster(names, start - world.age, plan?.programs ?? world.programs, world.version);
  const server = operate(cluster, clock, world);
  setInstant(server, plan !== undefined);
  buildWorld(cluster, server.nodes, plan ?? world, start);
  setInstant(server, false);

  const token = `demonstration-${names.hex(24, 'token', world.name)}`;
  const faults = new Faults();
  faults.set(options.faults ?? []);
  const app = createApp(server, token, faults);
  return {
    app,
    async fetch(request) {
      const answer = await app.fetch(request);
      if (answer.headers.has(DISCONNECT))
        throw new TypeError('fetch failed', { cause: new Error('connection reset by peer') });
      return answer;
    },
    contextName: world.context,
    description: world.description,
    clock,
    token,
    find(resource, namespace, name) {
      server.catchUp();
      const found = cluster.registry.named(resource);
      return found && cluster.store.get(found.storage, found.namespaced ? (namespace ?? 'default') : '', name);
    },
    answerKey: (plan ?? world).answers,
    setFaults: (list) => faults.set(list),
  };
}

/** Ten thousand pods that each take their time would take ours. */
function setInstant(server: Server, instant: boolean): void {
  server.kubelets.agent.instant = instant;
  server.scheduler.instant = instant;
}

/** Starts the controllers. Their order is the order in which they see a change. */
function operate(cluster: Cluster, clock: Clock, world: World): Server {
  new Namespaces(cluster);
  new Quotas(cluster);
  const scheduler = new Scheduler(cluster);
  const kubelets = new Kubelets(cluster);
  const nodes = new Nodes(cluster, kubelets);
  new PersistentVolumes(cluster);
  new ReplicaSets(cluster);
  new Deployments(cluster);
  new StatefulSets(cluster);
  new DaemonSets(cluster);
  new Jobs(cluster);
  new CronJobs(cluster);
  new EndpointsOfServices(cluster);
  new DisruptionBudgets(cluster);
  new GarbageCollector(cluster);
  return {
    cluster,
    kubelets,
    nodes,
    scheduler,
    identity: world.identity,
    continueExpiry: { before: Number.NEGATIVE_INFINITY },
    metricsAvailable: world.metrics,
    catchUp: () => cluster.simulation.advance(clock.now()),
  };
}
