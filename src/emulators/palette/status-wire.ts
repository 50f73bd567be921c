/** How far an emulated cluster has come: conditions, packs, machines, certificates, each as a function of the clock. */
import { DAY, type EmulatedCluster, isReady, MINUTE, nodesOf, type Pool, stateOf, type Tenant } from './model.js';
import { isoTime, objectMeta, slice } from './wire.js';

const STEPS = [
  'ImageResolutionDone',
  'CloudInfrastructureReady',
  'BootstrappingDone',
  'ControlPlaneNodeAdditionDone',
  'KubeConfigReady',
  'WorkerNodeAdditionDone',
  'AddOnDeploymentDone',
];

/** One condition after the other becomes true while a cluster comes up. */
export function conditions(tenant: Tenant, cluster: EmulatedCluster) {
  const now = tenant.clock.now();
  const elapsed = now - cluster.createdAt;
  const fromWorld = new Map(cluster.source.conditions.map((each) => [each.type, each]));
  return STEPS.map((type, index) => {
    const doneAt = cluster.createdAt + (index + 1) * 2 * MINUTE;
    const done = elapsed >= (index + 1) * 2 * MINUTE;
    const given = stateOf(cluster, now) === 'Running' ? fromWorld.get(type) : undefined;
    return {
      type,
      status: given?.status ?? (done ? 'True' : 'False'),
      reason: given?.reason ?? (done ? 'Done' : 'InProgress'),
      message: given?.message ?? '',
      lastProbeTime: isoTime(now),
      lastTransitionTime: isoTime(done ? doneAt : null),
    };
  });
}

const PACK_MS = 90_000;

export function packStatuses(tenant: Tenant, cluster: EmulatedCluster) {
  const now = tenant.clock.now();
  return cluster.profiles.flatMap((each) => {
    const profile = tenant.profiles.find((candidate) => candidate.uid === each.uid);
    const running = stateOf(cluster, now) === 'Running';
    return (profile?.packs ?? []).map((pack, index) => {
      const since = Math.max(each.attachedAt, cluster.createdAt);
      const installed = running && now >= since + (index + 1) * PACK_MS;
      const failure = installed ? cluster.source.packErrors[pack.name] : undefined;
      const type = failure ? 'Error' : installed ? 'Ready' : 'WaitingForOtherLayers';
      return {
        name: pack.name,
        version: pack.version,
        profileUid: each.uid,
        type: tenant.packs.packs.find((p) => p.name === pack.name)?.type ?? 'spectro',
        condition: { type, status: installed && !failure ? 'True' : 'False', reason: type, message: failure ?? '' },
        startTime: isoTime(since),
        endTime: isoTime(installed && !failure ? since + (index + 1) * PACK_MS : null),
        manifests: null,
        services: null,
      };
    });
  });
}

export function machines(tenant: Tenant, cluster: EmulatedCluster, pool: Pool) {
  const now = tenant.clock.now();
  return nodesOf(pool, now).map((node) => {
    const state = node.goneAt !== null ? 'Deleting' : node.readyAt <= now ? 'Running' : 'Provisioning';
    const ready = isReady(node, now);
    return {
      metadata: objectMeta({ uid: node.uid, name: `${cluster.name}-${node.name}`, createdAt: node.bornAt }),
      spec: { instanceType: pool.instanceType, az: '' },
      status: {
        instanceState: state,
        ready,
        health: {
          state: ready ? 'healthy' : 'unhealthy',
          conditions: node.broken
            ? [
                {
                  type: 'Ready',
                  status: 'False',
                  reason: 'KubeletNotReady',
                  message: 'node is not ready',
                  lastTransitionTime: isoTime(now - 44 * MINUTE),
                },
              ]
            : null,
        },
        maintenanceStatus: node.maintenance ? { action: 'cordon', state: 'complete', message: '' } : undefined,
        addresses: null,
      },
    };
  });
}

export function certificates(tenant: Tenant, cluster: EmulatedCluster) {
  const now = tenant.clock.now();
  const expiry = isoTime(now + cluster.source.certificateDays * DAY);
  return {
    machineCertificates: slice(
      cluster.pools
        .filter((pool) => pool.controlPlane)
        .map((pool) => ({
          name: `${cluster.name}-${pool.name}-1`,
          certificateAuthorities: [
            {
              name: 'kubernetes-ca',
              expiry: isoTime(cluster.createdAt + 3650 * DAY),
              certificates: [
                { name: 'apiserver', expiry },
                { name: 'controller-manager.conf', expiry },
              ],
            },
          ],
        })),
    ),
  };
}
