/**
 * A large cluster made up by number: nodes, about a hundred namespaces, deployments until the pods are used up, and a
 * known share of every fault, written down in the answer key. The same seed gives the same fleet.
 */
import type { JsonObject } from '../../../json.js';
import type { Names } from '../names.js';
import { type Program, ProgramSchema, type Workload, WorkloadSchema, type World } from './schema.js';

const AREAS = [
  'accounts', 'billing', 'cart', 'catalog', 'checkout', 'consent', 'crm', 'delivery', 'fraud', 'identity', 'inventory', 'invoices',
  'ledger', 'loyalty', 'mail', 'media', 'orders', 'partners', 'pricing', 'reports', 'returns', 'reviews', 'search', 'shipping', 'tax',
]; // biome-ignore format: one word after the other
const STAGES = ['prod', 'staging', 'test', 'dev'];
const PARTS = [
  'api',
  'worker',
  'web',
  'sync',
  'events',
  'cache',
  'jobs',
  'gateway',
  'indexer',
  'notifier',
  'export',
  'import',
];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Answer = World['answers'][number];

/** One way for a deployment to be broken. Every thousandth deployment carries `per` of it, at least one in the fleet. */
interface Fault {
  check: string;
  per: number;
  program?: Partial<Program>;
  change?(workload: Workload): Workload;
}

const log = (...end: string[]) => ({ start: ['{time} INFO starting'], every: 20, lines: [], end });

const FAULTS: Fault[] = [
  { check: 'P1', per: 10, program: { exit: { after: 4, code: 1 }, log: log('{time} FATAL cannot reach configuration service: connection refused') } },
  { check: 'P2', per: 5, program: { exit: { after: 90, code: 137, reason: 'OOMKilled' }, log: log('{time} INFO loading index into memory') } },
  { check: 'P3', per: 6, program: { pull: 'not-found' } },
  { check: 'P3', per: 3, program: { pull: 'unauthorized' } },
  { check: 'P4', per: 5, change: (workload) => ({ ...workload, env: { ...workload.env, REGION: 'config:region-settings/region' } }) },
  { check: 'P7', per: 4, change: (workload) => ({ ...workload, cpu: '96', replicas: Math.min(workload.replicas, 3) }) },
  { check: 'P9', per: 3, change: (workload) => ({ ...workload, mounts: { '/etc/keys': 'secret:signing-keys' } }) },
  { check: 'P10', per: 5, program: { unready: 'HTTP probe failed with statuscode: 503', log: { start: [], every: 15, lines: ['{time} WARN upstream timeout after 2000 ms'], end: [] } } },
]; // biome-ignore format: a table

export interface FleetSize {
  nodes: number;
  pods: number;
}

/** The world with everything in it. Throws nothing; sizes below one count as one. */
export function generateFleet(world: World, names: Names, size: FleetSize): World {
  const nodeCount = Math.max(1, size.nodes);
  const namespaces = AREAS.flatMap((area) => STAGES.map((stage) => `${area}-${stage}`));
  const answers: Answer[] = [];
  const programs: Program[] = [];
  const daemons = size.pods >= nodeCount * 3 ? nodeCount : 0;
  const workloads: Workload[] = daemons > 0 ? [proxy()] : [];
  workloads.push(...deployments(names, namespaces, Math.max(1, size.pods - daemons), programs, answers));
  const share = (per: number) => Math.max(1, Math.round((workloads.length * per) / 1000));
  const extras = [
    ...brokenServices(namespaces, share(2), answers),
    ...brokenIngresses(namespaces, share(2), answers),
    ...pendingClaims(namespaces, share(2), answers),
    ...orphanedScalers(namespaces, share(2), answers),
    ...fullQuotas(namespaces, 2, answers),
  ];
  workloads.push(...failedJobs(namespaces, share(2), programs, answers));
  const happenings = troubledNodes(nodeCount, answers);
  return {
    ...world,
    nodes: [
      {
        name: 'node-',
        count: nodeCount,
        cpu: 16,
        memory: '64Gi',
        pods: 110,
        instance: 'm6i.4xlarge',
        age: 90 * DAY,
        zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
        role: undefined,
        labels: {},
        taints: [],
      },
    ],
    namespaces: {
      ...world.namespaces,
      ...Object.fromEntries(namespaces.map((name) => [name, { environment: name.replace(/^.*-/, '') }])),
    },
    programs: [...programs, ...world.programs],
    workloads: [...world.workloads, ...workloads],
    objects: [...world.objects, ...extras],
    happenings: [...world.happenings, ...happenings],
    answers,
  };
}

const proxy = (): Workload =>
  WorkloadSchema.parse({
    kind: 'DaemonSet',
    name: 'kube-proxy',
    namespace: 'kube-system',
    image: 'registry.k8s.io/kube-proxy:v1.33.5',
    cpu: '50m',
    memory: '64Mi',
    age: '90d',
    tolerateAll: true,
    hostNetwork: true,
    serviceAccount: 'kube-proxy',
  });

function deployments(
  names: Names,
  namespaces: string[],
  pods: number,
  programs: Program[],
  answers: Answer[],
): Workload[] {
  const plain: Workload[] = [];
  for (let left = pods, index = 0; left > 0; index++) {
    const namespace = namespaces[index % namespaces.length] ?? 'default';
    const round = Math.floor(index / namespaces.length);
    const name = `${PARTS[round % PARTS.length]}${round >= PARTS.length ? `-${Math.floor(round / PARTS.length) + 1}` : ''}`;
    const replicas = Math.min(left, names.between(4, 12, 'replicas', namespace, name));
    left -= replicas;
    const image = `registry.fleet.example/${namespace}/${name}:${names.between(1, 9, 'major', namespace, name)}.${names.between(0, 30, 'minor', namespace, name)}.0`;
    plain.push(
      WorkloadSchema.parse({
        name,
        namespace,
        image,
        replicas,
        age: `${names.between(2, 80, 'age', namespace, name)}d`,
        port: 8080,
        service: 80,
        health: '/healthz',
        cpu: '100m',
        memory: '128Mi',
        memoryLimit: '512Mi',
        labels: { team: namespace.replace(/-[^-]*$/, '') },
      }),
    );
  }
  return breakSome(names, plain, programs, answers);
}

/** Every fault takes its share, evenly spread, and no deployment has two. */
function breakSome(names: Names, plain: Workload[], programs: Program[], answers: Answer[]): Workload[] {
  const workloads = [...plain];
  const taken = new Set<number>();
  for (const [number, fault] of FAULTS.entries()) {
    const count = Math.max(1, Math.round((plain.length * fault.per) / 1000));
    for (let i = 0; i < count && taken.size < plain.length; i++) {
      let index = names.between(0, plain.length - 1, 'fault', number, i);
      while (taken.has(index)) index = (index + 1) % plain.length;
      taken.add(index);
      const healthy = plain[index];
      if (!healthy) continue;
      const broken = { ...healthy, age: names.between(2, 5, 'since', index) * HOUR };
      workloads[index] = fault.change ? fault.change(broken) : broken;
      if (fault.program) programs.push({ ...ProgramSchema.parse({ image: healthy.image }), ...fault.program });
      answers.push({ check: fault.check, kind: 'Deployment', namespace: healthy.namespace, name: healthy.name });
    }
  }
  return workloads;
}

type Planted = World['objects'][number];
const planted = (manifest: JsonObject): Planted => ({ age: 6 * HOUR, manifest });
const some = (namespaces: string[], count: number, from: number): string[] =>
  Array.from({ length: count }, (_, index) => namespaces[(from + index * 7) % namespaces.length] ?? 'default');

function brokenServices(namespaces: string[], count: number, answers: Answer[]): Planted[] {
  return some(namespaces, count, 3).map((namespace, index) => {
    const name = `legacy-${index + 1}`;
    answers.push({ check: 'S1', kind: 'Service', namespace, name });
    return planted({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { ports: [{ port: 80 }], selector: { 'app.kubernetes.io/name': 'retired' } },
    });
  });
}

function brokenIngresses(namespaces: string[], count: number, answers: Answer[]): Planted[] {
  return some(namespaces, count, 11).map((namespace, index) => {
    const name = `site-${index + 1}`;
    answers.push({ check: 'S5', kind: 'Ingress', namespace, name });
    const backend = { service: { name: 'storefront-v1', port: { number: 80 } } };
    const http = { paths: [{ backend, path: '/', pathType: 'Prefix' }] };
    return planted({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name, namespace },
      spec: { ingressClassName: 'nginx', rules: [{ host: `${name}.fleet.example`, http }] },
    });
  });
}

function pendingClaims(namespaces: string[], count: number, answers: Answer[]): Planted[] {
  return some(namespaces, count, 17).map((namespace, index) => {
    const name = `archive-${index + 1}`;
    answers.push({ check: 'V1', kind: 'PersistentVolumeClaim', namespace, name });
    const spec = {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '20Gi' } },
      storageClassName: 'fast-nvme',
    };
    return planted({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace }, spec });
  });
}

function orphanedScalers(namespaces: string[], count: number, answers: Answer[]): Planted[] {
  return some(namespaces, count, 23).map((namespace, index) => {
    const name = `burst-${index + 1}`;
    answers.push({ check: 'W9', kind: 'HorizontalPodAutoscaler', namespace, name });
    const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: `burst-${index + 1}` };
    const failing = {
      type: 'AbleToScale',
      status: 'False',
      reason: 'FailedGetScale',
      message: `the HPA controller was unable to get the target's current scale: deployments.apps "${name}" not found`,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    return planted({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name, namespace },
      spec: { scaleTargetRef: target, minReplicas: 2, maxReplicas: 10 },
      status: { currentReplicas: 0, desiredReplicas: 0, conditions: [failing] },
    });
  });
}

function fullQuotas(namespaces: string[], count: number, answers: Answer[]): Planted[] {
  return some(namespaces, count, 29).map((namespace) => {
    answers.push({ check: 'C2', kind: 'ResourceQuota', namespace, name: 'limits' });
    return planted({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'limits', namespace },
      spec: { hard: { 'count/configmaps': '1' } },
    });
  });
}

function failedJobs(namespaces: string[], count: number, programs: Program[], answers: Answer[]): Workload[] {
  const image = 'registry.fleet.example/tools/migrate:1.4.0';
  programs.push(
    ProgramSchema.parse({
      image,
      exit: { after: 5, code: 2 },
      log: {
        start: ['{time} migrate: applying 14 changes'],
        end: ['{time} migrate: relation "orders_v2" already exists'],
      },
    }),
  );
  return some(namespaces, count, 31).map((namespace, index) => {
    const name = `migrate-${index + 1}`;
    answers.push({ check: 'W7', kind: 'Job', namespace, name });
    return WorkloadSchema.parse({
      kind: 'Job',
      name,
      namespace,
      image,
      age: '3h',
      cpu: '100m',
      memory: '128Mi',
      spec: { backoffLimit: 1 },
    });
  });
}

/** One node of five hundred is down, as many have a full disk, twice as many are cordoned. */
function troubledNodes(count: number, answers: Answer[]): World['happenings'] {
  const share = Math.max(1, Math.round(count / 500));
  const found: World['happenings'] = [];
  const pick = (index: number) => `node-${((index * 37) % count) + 1}`;
  let next = 5;
  const tell = (check: string, name: string) => answers.push({ check, kind: 'Node', namespace: '', name });
  for (let i = 0; i < share && count > 20; i++) {
    const down = pick(next++);
    found.push({ ago: 50 * MINUTE, nodeDown: down });
    tell('N1', down);
    const full = pick(next++);
    found.push({
      ago: 3 * HOUR,
      nodeCondition: {
        node: full,
        type: 'DiskPressure',
        reason: 'KubeletHasDiskPressure',
        message: 'kubelet has disk pressure',
      },
    });
    tell('N2', full);
    for (let j = 0; j < 2; j++) {
      const cordoned = pick(next++);
      found.push({ ago: 5 * HOUR, cordon: cordoned });
      tell('N3', cordoned);
    }
  }
  return found;
}
