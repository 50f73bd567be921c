/** Reading what happens to a cluster over time: events, notifications, repaves, certificates, scans, backups. */
import type { PaletteScope } from '../client.js';
import type { Paged } from '../paging.js';
import {
  type Backup,
  backup,
  type Certificates,
  certificates,
  event,
  type Notification,
  notification,
  type PaletteEvent,
  type Repave,
  repave,
  type Scans,
  scans,
} from '../wire/operations.js';
import { profileUpdates } from '../wire/profiles.js';

const segment = encodeURIComponent;
const clusterPath = (uid: string) => `/v1/spectroclusters/${segment(uid)}`;

/** Neither order nor a severity filter is documented: callers sort and filter what was read. */
export function getEvents(scope: PaletteScope, uid: string, maxPages: number): Promise<Paged<PaletteEvent>> {
  return scope.pages({ path: `/v1/events/components/spectrocluster/${segment(uid)}`, schema: event, maxPages });
}

export async function getNotifications(scope: PaletteScope, uid: string): Promise<Notification[]> {
  const path = `/v1/notifications/spectrocluster/${segment(uid)}`;
  return (await scope.pages({ path, schema: notification, query: { isDone: false }, maxPages: 2 })).items;
}

/** Attached profiles whose newer revision the cluster does not run yet. */
export async function getProfileUpdates(scope: PaletteScope, uid: string) {
  return (await scope.read({ path: `${clusterPath(uid)}/profileUpdates`, schema: profileUpdates })).profiles;
}

export function getRepave(scope: PaletteScope, uid: string): Promise<Repave> {
  return scope.read({ path: `${clusterPath(uid)}/repave/status`, schema: repave });
}

export function getCertificates(scope: PaletteScope, uid: string): Promise<Certificates> {
  return scope.read({ path: `${clusterPath(uid)}/k8certificates`, schema: certificates });
}

export function getScans(scope: PaletteScope, uid: string): Promise<Scans> {
  return scope.read({ path: `${clusterPath(uid)}/features/complianceScan/logs/drivers`, schema: scans });
}

/** Refused with `BackupNotConfigured` where there is none. */
export function getBackup(scope: PaletteScope, uid: string): Promise<Backup> {
  return scope.read({ path: `${clusterPath(uid)}/features/backup`, schema: backup });
}

export type SeverityClass = 'error' | 'warning' | 'info' | 'other';

/** Severity is free text in the API; unknown words stay `other` and are never taken for harmless. */
export function severityOf(severity: string): SeverityClass {
  const folded = severity.toLowerCase();
  if (/^(error|critical|fatal|failed)$/.test(folded)) return 'error';
  if (/^warn(ing)?$/.test(folded)) return 'warning';
  return /^(normal|info(rmation(al)?)?|debug)$/.test(folded) ? 'info' : 'other';
}
