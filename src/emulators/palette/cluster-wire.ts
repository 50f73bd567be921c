/** An emulated cluster in each of the shapes Palette has for it: search row, metadata row, overview, full object, configuration. */

import {
  type EmulatedCluster,
  isReady,
  MINUTE,
  nodesOf,
  type Pool,
  type ProfileVersion,
  stateOf,
  type Tenant,
} from './model.js';
import { clusterRate, money, nodeSize } from './prices.js';
import { profileTemplate } from './profile-wire.js';
import { conditions, packStatuses } from './status-wire.js';
import { isoTime, objectMeta, slice } from './wire.js';

function meta(cluster: EmulatedCluster) {
  return objectMeta({
    ...cluster,
    annotations: { scope: 'project', projectUid: cluster.projectUid, description: cluster.description },
  });
}

export function attached(tenant: Tenant, cluster: EmulatedCluster): ProfileVersion[] {
  return cluster.profiles.flatMap((each) => tenant.profiles.filter((profile) => profile.uid === each.uid));
}

function poolMeta(tenant: Tenant, pool: Pool) {
  const now = tenant.clock.now();
  const nodes = nodesOf(pool, now);
  return {
    size: pool.size,
    healthy: nodes.filter((node) => isReady(node, now)).length,
    maintenanceMode: nodes.filter((node) => node.maintenance).length,
    isControlPlane: pool.controlPlane,
    labels: pool.controlPlane ? ['control-plane'] : ['worker'],
  };
}

function cloudConfigMeta(tenant: Tenant, cluster: EmulatedCluster) {
  return {
    cloudType: cluster.cloud,
    uid: cluster.configUid,
    machinePools: slice(cluster.pools.map((pool) => poolMeta(tenant, pool))),
  };
}

function templateMeta(profile: ProfileVersion) {
  return {
    uid: profile.uid,
    name: profile.name,
    type: profile.type,
    cloudType: profile.cloud,
    scope: profile.scope,
    version: 1,
    packs: null,
  };
}

export function costOf(tenant: Tenant, cluster: EmulatedCluster) {
  const rate = clusterRate(tenant, cluster);
  const hours = Math.max(0, Math.min(30 * 24, (tenant.clock.now() - cluster.createdAt) / (60 * MINUTE)));
  const at = (factor: number) => ({
    total: money(rate.total * factor),
    cloud: {
      compute: money(rate.compute * factor),
      storage: money(rate.storage * factor),
      total: money(rate.total * factor),
    },
  });
  return { cost: at(hours), hourlyRate: at(1) };
}

function metrics(tenant: Tenant, cluster: EmulatedCluster) {
  const total = cluster.pools.reduce(
    (sum, pool) => {
      const size = nodeSize(tenant, pool);
      return { cpu: sum.cpu + size.cpu * pool.size, memory: sum.memory + size.memoryGiB * pool.size };
    },
    { cpu: 0, memory: 0 },
  );
  const requested = Object.values(cluster.source.namespaces);
  const sum = (pick: (each: { cpu: number; memory: number }) => number) =>
    requested.reduce((s, each) => s + pick(each), 0);
  const lastUpdatedTime = isoTime(heartbeatOf(tenant, cluster));
  return {
    cpu: {
      total: total.cpu,
      usage: money(total.cpu * cluster.source.usage.cpu),
      request: sum((n) => n.cpu),
      limit: sum((n) => n.cpu) * 2,
      unit: 'core',
      lastUpdatedTime,
    },
    memory: {
      total: total.memory,
      usage: money(total.memory * cluster.source.usage.memory),
      request: sum((n) => n.memory),
      limit: sum((n) => n.memory) * 1.5,
      unit: 'GiB',
      lastUpdatedTime,
    },
  };
}

function heartbeatOf(tenant: Tenant, cluster: EmulatedCluster): number {
  return tenant.clock.now() - cluster.source.heartbeatMinutes * MINUTE;
}

/** Absent until the agent has reported for the first time. */
function health(tenant: Tenant, cluster: EmulatedCluster) {
  if (stateOf(cluster, tenant.clock.now()) !== 'Running') return undefined;
  return {
    state: cluster.source.health,
    agentVersion: '4.8.12',
    lastHeartBeatTimestamp: isoTime(heartbeatOf(tenant, cluster)),
    conditions: slice(
      cluster.source.healthConditions.map((each) => ({
        ...each,
        relatedObject: { kind: 'spectrocluster', name: cluster.name, uid: cluster.uid },
      })),
    ),
  };
}

function locationOf(cluster: EmulatedCluster) {
  return {
    countryCode: '',
    countryName: '',
    regionCode: cluster.region,
    regionName: cluster.region,
    coordinates: null,
  };
}

export function clusterSummary(tenant: Tenant, cluster: EmulatedCluster) {
  const now = tenant.clock.now();
  const profiles = attached(tenant, cluster);
  const infra = profiles.find((each) => each.type !== 'add-on');
  const account = tenant.accounts.find((each) => each.uid === cluster.accountUid);
  const project = tenant.projects.find((each) => each.uid === cluster.projectUid);
  return {
    metadata: meta(cluster),
    specSummary: {
      archTypes: ['amd64'],
      cloudConfig: cloudConfigMeta(tenant, cluster),
      cloudAccountMeta: { uid: cluster.accountUid, name: account?.name ?? '' },
      clusterProfileTemplate: infra ? templateMeta(infra) : undefined,
      clusterProfileTemplates: slice(profiles.map(templateMeta)),
      projectMeta: { uid: project?.uid ?? '', name: project?.name ?? '' },
    },
    status: {
      state: stateOf(cluster, now),
      health: health(tenant, cluster),
      location: locationOf(cluster),
      ...costOf(tenant, cluster),
      metrics: metrics(tenant, cluster),
      notifications: { isAvailable: cluster.source.notifications.length > 0 },
      repave: cluster.repave ? { state: cluster.repave.state } : undefined,
      fips: { mode: cluster.source.fips },
    },
  };
}

export function clusterMeta(tenant: Tenant, cluster: EmulatedCluster) {
  return {
    metadata: meta(cluster),
    spec: {
      archType: ['amd64'],
      cloudAccountUid: cluster.accountUid,
      cloudRegion: cluster.region,
      cloudType: cluster.cloud,
      clusterType: 'PureManage',
      location: locationOf(cluster),
      tags: slice(Object.entries(cluster.labels).map(([key, value]) => `${key}:${value}`)),
    },
    status: { state: stateOf(cluster, tenant.clock.now()) },
  };
}

function kubernetesVersion(tenant: Tenant, cluster: EmulatedCluster): string {
  const packs = attached(tenant, cluster).flatMap((profile) => profile.packs);
  const pack = packs.find((each) => tenant.packs.packs.some((p) => p.name === each.name && p.layer === 'k8s'));
  return pack ? `v${pack.version}` : '';
}

export function clusterOverview(tenant: Tenant, cluster: EmulatedCluster) {
  const summary = clusterSummary(tenant, cluster);
  const running = summary.status.state === 'Running';
  const { repave: _repave, ...status } = summary.status;
  return {
    metadata: summary.metadata,
    spec: {
      archTypes: ['amd64'],
      cloudConfig: summary.specSummary.cloudConfig,
      cloudaccount: summary.specSummary.cloudAccountMeta,
      clusterProfileTemplate: summary.specSummary.clusterProfileTemplate,
      clusterProfileTemplates: summary.specSummary.clusterProfileTemplates,
    },
    status: {
      ...status,
      kubeMeta: {
        kubernetesVersion: running ? kubernetesVersion(tenant, cluster) : '',
        hasKubeConfig: running,
        hasKubeConfigClient: running,
        hasManifest: true,
      },
      workspaces: null,
    },
  };
}

/** GET /v1/spectroclusters/{uid}: no health here, and pack values only as they are written, never resolved. */
export function fullCluster(tenant: Tenant, cluster: EmulatedCluster) {
  const now = tenant.clock.now();
  const running = stateOf(cluster, now) === 'Running';
  return {
    apiVersion: 'v1',
    kind: 'SpectroCluster',
    metadata: meta(cluster),
    spec: {
      cloudType: cluster.cloud,
      clusterType: 'PureManage',
      cloudConfigRef: { kind: `${cluster.cloud}CloudConfig`, name: cluster.name, uid: cluster.configUid },
      clusterConfig: {
        timezone: 'UTC',
        machineManagementConfig: {
          osPatchConfig: {
            patchOnBoot: false,
            rebootIfRequired: false,
            schedule: '',
            onDemandPatchAfter: isoTime(null),
          },
        },
        lifecycleConfig: { pause: false },
        hostClusterConfig: { isHostCluster: false },
      },
      clusterProfileTemplates: slice(
        cluster.profiles.flatMap((each) =>
          tenant.profiles
            .filter((profile) => profile.uid === each.uid)
            .map((profile) => profileTemplate(tenant, profile, each.overrides)),
        ),
      ),
    },
    status: {
      state: stateOf(cluster, now),
      conditions: conditions(tenant, cluster),
      packs: slice(packStatuses(tenant, cluster)),
      apiEndpoints: running ? [{ host: `${cluster.name}.demo.invalid`, port: 6443 }] : null,
      services: null,
      repave: cluster.repave ? { state: cluster.repave.state } : undefined,
      spcApply: { canBeApplied: false, actionType: 'DownloadAndInstall' },
      upgrades: null,
      fips: { mode: cluster.source.fips },
      addOnServices: null,
    },
  };
}

export function machinePool(pool: Pool) {
  return { name: pool.name, size: pool.size, isControlPlane: pool.controlPlane, ...pool.wire };
}

export function cloudConfig(tenant: Tenant, cluster: EmulatedCluster) {
  return {
    apiVersion: 'v1',
    kind: `${cluster.cloud}CloudConfig`,
    metadata: objectMeta({ uid: cluster.configUid, name: cluster.name, createdAt: cluster.createdAt }),
    spec: {
      cloudAccountRef: {
        kind: 'cloudaccount',
        uid: cluster.accountUid,
        name: tenant.accounts.find((each) => each.uid === cluster.accountUid)?.name ?? '',
      },
      clusterConfig: cluster.clusterConfig,
      machinePoolConfig: slice(cluster.pools.map(machinePool)),
    },
  };
}
