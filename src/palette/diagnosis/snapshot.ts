/**
 * Everything a diagnosis looks at, read once: twelve requests for a healthy cluster, at most four at a time, and the nodes
 * only of pools that are not whole. What cannot be read is carried as the reason why.
 */

import { getCloudConfig, getCluster, getMachines, getOverview } from '../api/clusters.js';
import {
  getBackup,
  getCertificates,
  getEvents,
  getNotifications,
  getProfileUpdates,
  getRepave,
  getScans,
} from '../api/operations.js';
import { type Attempt, attempt } from '../attempt.js';
import type { PaletteScope } from '../client.js';
import type { Paged } from '../paging.js';
import type { CloudConfig, Cluster, ClusterOverview, Machine, ProfileTemplate } from '../wire/clusters.js';
import type { Backup, Certificates, Notification, PaletteEvent, Repave, Scans } from '../wire/operations.js';

export interface Snapshot {
  now: number;
  cluster: Cluster;
  overview: Attempt<ClusterOverview>;
  config: Attempt<CloudConfig>;
  events: Attempt<Paged<PaletteEvent>>;
  notifications: Attempt<Notification[]>;
  updates: Attempt<ProfileTemplate[]>;
  repave: Attempt<Repave>;
  certificates: Attempt<Certificates>;
  scans: Attempt<Scans>;
  backup: Attempt<Backup>;
  /** Nodes of pools that have fewer healthy nodes than they should. */
  machines: { pool: string; read: Attempt<Machine[]> }[];
}

const EVENT_PAGES = 4;
const MOST_POOLS = 4;

/** Throws ToolFailure where the cluster itself cannot be read. */
export async function takeSnapshot(scope: PaletteScope, uid: string, now: number): Promise<Snapshot> {
  const cluster = await getCluster(scope, uid);
  const [overview, config, events, notifications, updates, repave, certificates, scans, backup] = await Promise.all([
    attempt('health', () => getOverview(scope, uid)),
    attempt('node pools', () => getCloudConfig(scope, cluster)),
    attempt('events', () => getEvents(scope, uid, EVENT_PAGES)),
    attempt('notifications', () => getNotifications(scope, uid)),
    attempt('profile updates', () => getProfileUpdates(scope, uid)),
    attempt('repave', () => getRepave(scope, uid)),
    attempt('certificates', () => getCertificates(scope, uid)),
    attempt('scans', () => getScans(scope, uid)),
    attempt('backups', () => getBackup(scope, uid)),
  ]);
  const pools = overview.value?.spec.cloudConfig.machinePools ?? [];
  const broken = pools.some((pool) => (pool.healthy ?? 0) < (pool.size ?? 0) || (pool.maintenanceMode ?? 0) > 0);
  const names = broken
    ? (config.value?.spec.machinePoolConfig ?? []).map((pool) => pool.name).slice(0, MOST_POOLS)
    : [];
  const machines = await Promise.all(
    names.map(async (pool) => ({
      pool,
      read: await attempt(`nodes of ${pool}`, () => getMachines(scope, cluster, pool)),
    })),
  );
  return {
    now,
    cluster,
    overview,
    config,
    events,
    notifications,
    updates,
    repave,
    certificates,
    scans,
    backup,
    machines,
  };
}
