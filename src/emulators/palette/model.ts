/**
 * The state of the emulated tenant, and how it comes from a world. Everything that takes time is a pair of moments compared
 * with the clock when someone looks; nothing runs in the background.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.js';
import type { ClusterSource, PacksFile, ProfileSource, World, WorldFile } from './world.js';

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** Always the same for the same words: 24 hex digits, as Palette's own UIDs. */
export function uidOf(...words: string[]): string {
  return createHash('sha256').update(words.join('\u0000')).digest('hex').slice(0, 24);
}

export interface Node {
  uid: string;
  name: string;
  bornAt: number;
  readyAt: number;
  /** When it is gone after a scale down; null while it stays. */
  goneAt: number | null;
  broken: boolean;
  maintenance: boolean;
}

export interface Pool {
  name: string;
  controlPlane: boolean;
  size: number;
  nodes: Node[];
  /** The flat read shape, exactly as GET cloudconfig sends it, without name and size. */
  wire: Record<string, unknown>;
  instanceType: string;
  cpus: number;
  memoryGiB: number;
  diskGb: number;
  spot: boolean;
}

export interface PackInstance {
  name: string;
  version: string;
  values: string;
}

export interface ProfileVersion {
  uid: string;
  name: string;
  version: string;
  type: string;
  cloud: string;
  scope: string;
  projectUid: string;
  labels: Record<string, string>;
  description: string;
  fips: string;
  published: boolean;
  createdAt: number;
  packs: PackInstance[];
}

export interface AttachedProfile {
  uid: string;
  /** Pack values that were changed on the cluster itself, by pack name. */
  overrides: Record<string, string>;
  attachedAt: number;
}

export interface EmulatedEvent {
  uid: string;
  at: number;
  severity: string;
  reason: string;
  message: string;
}

export interface EmulatedCluster {
  uid: string;
  configUid: string;
  name: string;
  projectUid: string;
  cloud: string;
  region: string;
  accountUid: string;
  labels: Record<string, string>;
  description: string;
  createdAt: number;
  modifiedAt: number;
  deletedAt: number | null;
  profiles: AttachedProfile[];
  pools: Pool[];
  /** Written by create, kept for the read shape. */
  clusterConfig: Record<string, unknown>;
  events: EmulatedEvent[];
  repave: { state: string; reasons: { code: string; message: string; keys: string[] }[] } | null;
  /** What the world says beyond this: health, usage, scans. */
  source: ClusterSource;
}

export interface Tenant {
  world: WorldFile;
  packs: PacksFile;
  projects: { uid: string; key: string; name: string }[];
  defaultProjectUid: string;
  registries: (PacksFile['registries'][number] & { uid: string })[];
  accounts: { uid: string; name: string; cloud: string }[];
  profiles: ProfileVersion[];
  clusters: EmulatedCluster[];
  clock: Clock;
}

/** How long things take, as far as the product's documentation says or suggests. */
export const PENDING_MS = 20_000;
export const PROVISION_MS = 15 * MINUTE;
export const NODE_MS = 2 * MINUTE;
export const DRAIN_MS = 60_000;
export const DELETE_MS = 6 * MINUTE;

export type ClusterState = 'Pending' | 'Provisioning' | 'Running' | 'Deleting' | 'Deleted';

export function stateOf(cluster: EmulatedCluster, now: number): ClusterState {
  if (cluster.deletedAt !== null) return now < cluster.deletedAt + DELETE_MS ? 'Deleting' : 'Deleted';
  if (now < cluster.createdAt + PENDING_MS) return 'Pending';
  return now < cluster.createdAt + PROVISION_MS ? 'Provisioning' : 'Running';
}

/** The nodes that exist at this moment: leaving ones included, gone ones not. */
export function nodesOf(pool: Pool, now: number): Node[] {
  return pool.nodes.filter((node) => node.bornAt <= now && (node.goneAt === null || node.goneAt > now));
}

export function isReady(node: Node, now: number): boolean {
  return node.readyAt <= now && !node.broken && node.goneAt === null;
}

/** Brings a pool to a size: new nodes take minutes to be ready, the youngest leave first. */
export function resizePool(cluster: EmulatedCluster, pool: Pool, size: number, now: number): void {
  const staying = pool.nodes.filter((node) => node.goneAt === null);
  for (let index = staying.length; index < size; index += 1) {
    pool.nodes.push(newNode(cluster.uid, pool.name, pool.nodes.length + 1, now, now + NODE_MS));
  }
  const surplus = staying.toReversed().slice(0, Math.max(0, staying.length - size));
  for (const node of surplus) node.goneAt = now + DRAIN_MS;
  pool.size = size;
}

export function newNode(clusterUid: string, pool: string, index: number, bornAt: number, readyAt: number): Node {
  const name = `${pool}-${index}`;
  return { uid: uidOf(clusterUid, name), name, bornAt, readyAt, goneAt: null, broken: false, maintenance: false };
}

export function addEvent(
  cluster: EmulatedCluster,
  at: number,
  severity: string,
  reason: string,
  message: string,
): void {
  cluster.events.push({
    uid: uidOf(cluster.uid, reason, String(cluster.events.length)),
    at,
    severity,
    reason,
    message,
  });
}

export function buildTenant(world: World, clock: Clock): Tenant {
  const projects = world.tenant.projects.map((each) => ({ ...each, uid: uidOf('project', each.key) }));
  const defaultProjectUid = (projects.find((each) => each.default) ?? projects[0])?.uid ?? '';
  const tenant: Tenant = {
    world: world.tenant,
    packs: world.packs,
    projects,
    defaultProjectUid,
    registries: world.packs.registries.map((each) => ({ ...each, uid: uidOf('registry', each.key) })),
    accounts: world.tenant.accounts.map((each) => ({ ...each, uid: uidOf('account', each.name) })),
    profiles: [],
    clusters: [],
    clock,
  };
  for (const source of world.profiles) tenant.profiles.push(...buildProfile(tenant, source));
  for (const source of world.clusters) tenant.clusters.push(buildCluster(tenant, source));
  return tenant;
}

export function buildProfile(tenant: Tenant, source: ProfileSource): ProfileVersion[] {
  return source.versions.map((each, index) => ({
    uid: uidOf('profile', source.name, source.cloud, each.version),
    name: source.name,
    version: each.version,
    type: source.type,
    cloud: source.cloud,
    scope: source.scope,
    projectUid: source.scope === 'project' ? tenant.defaultProjectUid : '',
    labels: source.labels,
    description: source.description,
    fips: source.fips,
    published: !source.draft,
    createdAt: tenant.clock.now() - (400 - index * 40) * DAY,
    packs: each.packs.map((written) => packInstance(tenant, written)),
  }));
}

function packInstance(tenant: Tenant, written: string): PackInstance {
  const [name = '', version = ''] = written.split('@');
  const pack = tenant.packs.packs.find((each) => each.name === name);
  if (!pack?.versions.includes(version)) throw new Error(`a profile names the pack ${written}, which no registry has`);
  return { name, version, values: defaultValues(name) };
}

/** Pack values in the form Palette has them: YAML with the pack's own settings first. */
export function defaultValues(name: string): string {
  if (name.startsWith('kubernetes') || name === 'edge-k3s') {
    return [
      'pack:',
      '  k8sHardening: True',
      'kubeadmconfig:',
      '  apiServer:',
      '    extraArgs:',
      '      audit-log-maxage: "30"',
      '      anonymous-auth: "false"',
      '',
    ].join('\n');
  }
  return `pack:\n  namespace: ${name}\ncharts:\n  ${name}:\n    replicaCount: 1\n`;
}

/** Finds a version written as `name@1.2.3`. */
export function profileNamed(tenant: Tenant, written: string, cloud: string): ProfileVersion {
  const [name, version] = written.split('@');
  const found = tenant.profiles.filter((each) => each.name === name && each.version === version);
  const profile = found.find((each) => each.cloud === cloud) ?? found[0];
  if (!profile) throw new Error(`a cluster uses the profile ${written}, which does not exist`);
  return profile;
}

function buildCluster(tenant: Tenant, source: ClusterSource): EmulatedCluster {
  const now = tenant.clock.now();
  const uid = uidOf('cluster', source.name);
  const minutes = source.createdMinutesAgo ?? source.ageDays * 24 * 60;
  const createdAt = now - minutes * MINUTE;
  const project = tenant.projects.find((each) => each.key === source.project);
  const account = tenant.accounts.find((each) => each.name === source.account);
  if (!account) throw new Error(`cluster ${source.name} uses the account ${source.account}, which does not exist`);
  const attachedAt = createdAt + PENDING_MS;
  const cluster: EmulatedCluster = {
    uid,
    configUid: uidOf('config', source.name),
    name: source.name,
    projectUid: project?.uid ?? tenant.defaultProjectUid,
    cloud: source.cloud,
    region: source.region,
    accountUid: account.uid,
    labels: { ...source.labels },
    description: 'demonstration data',
    createdAt,
    modifiedAt: now - 60 * MINUTE,
    deletedAt: null,
    profiles: source.profiles.map((written) => ({
      uid: profileNamed(tenant, written, source.cloud).uid,
      overrides: overridesFor(profileNamed(tenant, written, source.cloud), source.values),
      attachedAt,
    })),
    pools: source.pools.map((pool) => buildPool(uid, source, pool, createdAt)),
    clusterConfig: { region: source.region, sshKeyName: 'demo-key' },
    events: [],
    repave: source.repave ?? null,
    source,
  };
  for (const event of source.events) {
    addEvent(cluster, now - event.minutesAgo * MINUTE, event.severity, event.reason, event.message);
  }
  return cluster;
}

function overridesFor(profile: ProfileVersion, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => profile.packs.some((pack) => pack.name === name)),
  );
}

function buildPool(
  clusterUid: string,
  source: ClusterSource,
  pool: ClusterSource['pools'][number],
  createdAt: number,
): Pool {
  const readyAt = createdAt + PROVISION_MS - MINUTE;
  const nodes = Array.from({ length: pool.size }, (_, index) => ({
    ...newNode(clusterUid, pool.name, index + 1, createdAt, readyAt),
    broken: index < pool.unhealthy,
    maintenance: index < pool.maintenance,
  }));
  return {
    name: pool.name,
    controlPlane: pool.controlPlane,
    size: pool.size,
    nodes,
    wire: {
      labels: [pool.controlPlane ? 'control-plane' : 'worker'],
      additionalLabels: pool.nodeLabels,
      // As Palette sends them where a pool has none.
      taints: pool.taints.length > 0 ? pool.taints : null,
      minSize: pool.min ?? pool.size,
      maxSize: pool.max ?? pool.size,
      useControlPlaneAsWorker: pool.controlPlaneAsWorker,
      updateStrategy: { type: 'RollingUpdateScaleOut' },
      machinePoolProperties: { archType: 'amd64' },
      ...cloudFields(clusterUid, source, pool),
    },
    instanceType: pool.type,
    cpus: pool.cpus,
    memoryGiB: pool.memoryGiB,
    diskGb: pool.disk,
    spot: pool.spot,
  };
}

/** The part of a pool that differs from cloud to cloud. */
function cloudFields(clusterUid: string, source: ClusterSource, pool: ClusterSource['pools'][number]) {
  const capacityType = pool.spot ? 'spot' : 'on-demand';
  switch (source.cloud) {
    case 'aws':
    case 'eks':
      return {
        instanceType: pool.type,
        rootDeviceSize: pool.disk,
        azs: pool.azs,
        capacityType,
        subnetIds: Object.fromEntries(pool.azs.map((az) => [az, `subnet-${uidOf(clusterUid, az).slice(0, 17)}`])),
      };
    case 'azure':
      return {
        instanceType: pool.type,
        osDisk: { diskSizeGB: pool.disk, managedDisk: { storageAccountType: 'StandardSSD_LRS' }, osType: 'Linux' },
        azs: pool.azs,
        isSystemNodePool: false,
      };
    case 'vsphere':
      return {
        instanceType: { numCPUs: pool.cpus, memoryMiB: pool.memoryGiB * 1024, diskGiB: pool.disk },
        placements: [
          {
            uid: uidOf(clusterUid, pool.name, 'placement'),
            cluster: 'demo-cluster',
            datastore: 'demo-datastore',
            resourcePool: 'demo-pool',
            network: { networkName: 'VM Network' },
          },
        ],
      };
    case 'edge-native':
      return {
        hosts: Array.from({ length: pool.size }, (_, index) => ({
          hostUid: uidOf(clusterUid, 'host', String(index)),
          hostName: `${source.region}-host-${index + 1}`,
          hostAddress: `192.0.2.${10 + index}`,
        })),
      };
    default:
      return { instanceType: pool.type, rootDeviceSize: pool.disk, azs: pool.azs };
  }
}
