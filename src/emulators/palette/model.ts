/**
 * The state of the emulated tenant and how it moves with time. Everything that takes time is a pair of moments compared
 * with the clock when someone looks; nothing runs in the background.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.js';
import type { ClusterSource, PacksFile, WorldFile } from './world.js';

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
  /** Its deletion hangs until it is forced. */
  stuck: boolean;
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
  if (cluster.deletedAt !== null) {
    return cluster.stuck || now < cluster.deletedAt + DELETE_MS ? 'Deleting' : 'Deleted';
  }
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
