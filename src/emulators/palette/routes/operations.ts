/** What happens to clusters: events, notifications, certificates, repaves, profile updates, scans, backups. */
import { attached } from '../cluster-wire.js';
import { clusterOf } from '../guard.js';
import { DAY, type EmulatedCluster, MINUTE, stateOf, type Tenant, uidOf } from '../model.js';
import { profileTemplate } from '../profile-wire.js';
import { page } from '../search.js';
import { certificates } from '../status-wire.js';
import { isoTime, objectMeta, slice, WireError } from '../wire.js';
import type { RouteContext } from './context.js';

export function operationRoutes({ app, tenant }: RouteContext): void {
  app.get('/v1/events/components/:kind/:uid', (c) => {
    if (c.req.param('kind') !== 'spectrocluster')
      return c.json({ items: [], listmeta: { continue: '', count: 0, limit: 50, offset: 0 } });
    const cluster = clusterOf(tenant, c.var.project, c.req.param('uid'));
    return c.json(page(cluster.events, new URL(c.req.url), (each) => eventOf(cluster, each)));
  });
  app.get('/v1/notifications/:kind/:uid', (c) => {
    const cluster = clusterOf(tenant, c.var.project, c.req.param('uid'));
    const done = c.req.query('isDone') === 'true';
    const rows = done ? [] : notificationsOf(tenant, cluster);
    return c.json(page(rows, new URL(c.req.url), (each) => each));
  });
  app.get('/v1/spectroclusters/:uid/k8certificates', (c) =>
    c.json(certificates(tenant, clusterOf(tenant, c.var.project, c.req.param('uid')))),
  );
  app.get('/v1/spectroclusters/:uid/profileUpdates', (c) => {
    const cluster = clusterOf(tenant, c.var.project, c.req.param('uid'));
    return c.json({ profiles: slice(pendingUpdates(tenant, cluster)) });
  });
  app.get('/v1/spectroclusters/:uid/repave/status', (c) => {
    const cluster = clusterOf(tenant, c.var.project, c.req.param('uid'));
    if (!cluster.repave) throw new WireError(404, 'ResourceNotFound', 'no repave was found for the cluster');
    return c.json({
      metadata: objectMeta({ uid: uidOf('repave', cluster.uid), name: cluster.name }),
      spec: {
        source: 'palette',
        spectroClusterUid: cluster.uid,
        reasons: slice(
          cluster.repave.reasons.map(({ code, message, keys }) => ({
            code,
            message,
            pack: { diffConfigKeys: slice(keys) },
          })),
        ),
      },
      status: { state: cluster.repave.state, message: '', repaveTransitionTime: isoTime(null) },
    });
  });
  app.get('/v1/spectroclusters/:uid/features/complianceScan/logs/drivers', (c) =>
    c.json(scanLogs(tenant, clusterOf(tenant, c.var.project, c.req.param('uid')))),
  );
  app.get('/v1/spectroclusters/:uid/features/backup', (c) => {
    const cluster = clusterOf(tenant, c.var.project, c.req.param('uid'));
    return c.json(backupOf(tenant, cluster));
  });
}

function eventOf(cluster: EmulatedCluster, event: EmulatedCluster['events'][number]) {
  return {
    metadata: objectMeta({
      uid: event.uid,
      name: `${cluster.name}.${event.reason.toLowerCase()}`,
      createdAt: event.at,
    }),
    severity: event.severity,
    reason: event.reason,
    message: event.message,
    source: { component: 'palette-demo', host: '' },
    involvedObject: { kind: 'spectrocluster', name: cluster.name, uid: cluster.uid },
    relatedObject: { kind: 'spectrocluster', name: cluster.name, uid: cluster.uid },
  };
}

function notificationsOf(tenant: Tenant, cluster: EmulatedCluster) {
  return cluster.source.notifications.map((each, index) => ({
    metadata: objectMeta({
      uid: uidOf('notification', cluster.uid, String(index)),
      name: 'update-available',
      createdAt: tenant.clock.now() - 3 * DAY,
    }),
    type: each.type,
    action: {
      actionType: each.action,
      actionMessage: each.message,
      isInfo: false,
      isDone: false,
      ack: false,
      link: '',
      events: {},
    },
    relatedObject: { kind: 'spectrocluster', name: cluster.name, uid: cluster.uid },
    source: { component: 'palette-demo' },
  }));
}

/** Profiles whose published revision differs from what the cluster runs. */
function pendingUpdates(tenant: Tenant, cluster: EmulatedCluster) {
  const pending = cluster.source.pendingProfileUpdates;
  return attached(tenant, cluster)
    .filter((profile) => pending.includes(`${profile.name}@${profile.version}`))
    .map((profile) => profileTemplate(tenant, profile));
}

function scanLogs(tenant: Tenant, cluster: EmulatedCluster) {
  const scans = cluster.source.scans;
  const at = tenant.clock.now() - (scans?.daysAgo ?? 0) * DAY;
  const log = (driverType: string, reports: unknown) => [
    {
      metadata: objectMeta({ uid: uidOf('scan', cluster.uid, driverType), name: driverType, createdAt: at }),
      spec: { clusterUid: cluster.uid, driverType },
      status: {
        state: 'Completed',
        message: '',
        requestUid: uidOf('scan-request', cluster.uid, driverType),
        scanTime: { startTime: isoTime(at), endTime: isoTime(at + 4 * MINUTE) },
        reports,
      },
    },
  ];
  const counters = scans?.bench && {
    ...scans.bench,
    info: 0,
    name: 'control-plane',
    type: 'controlplane',
    time: isoTime(at),
    logs: null,
  };
  return {
    kubeBenchLogs: counters ? log('kube-bench', { 'control-plane': counters }) : null,
    kubeHunterLogs: scans?.hunter
      ? log('kube-hunter', { cluster: { vulnerabilites: scans.hunter, time: isoTime(at), logs: null } })
      : null,
    sonobuoyLogs: scans?.sonobuoy
      ? log('sonobuoy', { e2e: { ...scans.sonobuoy, plugin: 'e2e', node: '', status: 'passed', logs: null } })
      : null,
    syftLogs: scans?.syft
      ? log('syft', [
          {
            image: 'demo.invalid/checkout:4.2.0',
            imageContexts: null,
            isSBOMExist: true,
            state: 'Completed',
            time: isoTime(at),
            dependencies: null,
            vulnerabilities: null,
            vulnerabilitySummary: { ...scans.syft, low: 0, negligible: 0, unknown: 0 },
          },
        ])
      : null,
  };
}

function backupOf(tenant: Tenant, cluster: EmulatedCluster) {
  const backup = cluster.source.backup;
  if (!backup || stateOf(cluster, tenant.clock.now()) !== 'Running') {
    throw new WireError(404, 'BackupNotConfigured', 'backup is not configured for the cluster');
  }
  const at = tenant.clock.now() - backup.lastHoursAgo * 60 * MINUTE;
  return {
    metadata: objectMeta({ uid: uidOf('backup', cluster.uid), name: cluster.name }),
    spec: {
      clusterUid: cluster.uid,
      config: {
        backupPrefix: 'demo',
        schedule: { scheduledRunTime: backup.schedule },
        durationInHours: 720,
        namespaces: null,
        includeAllDisks: true,
      },
    },
    status: {
      clusterBackupStatuses: [
        {
          state: backup.state,
          backupRequestUid: uidOf('backup-request', cluster.uid),
          backupStatusMeta: [
            {
              backupName: `demo-${cluster.name}`,
              backupState: { state: backup.state, msg: backup.message, backupTime: isoTime(at), deleteState: '' },
              backupedNamespaces: null,
              expiryDate: isoTime(at + 30 * DAY),
            },
          ],
          restoreStatusMeta: null,
        },
      ],
    },
  };
}
