/** From a world's data to the state of a tenant. A world that contradicts itself is an error of whoever wrote it. */
import type { Clock } from '../../clock.js';
import {
  addEvent,
  DAY,
  type EmulatedCluster,
  MINUTE,
  newNode,
  type PackInstance,
  PENDING_MS,
  type Pool,
  PROVISION_MS,
  type ProfileVersion,
  type Tenant,
  uidOf,
} from './model.js';
import type { ClusterSource, ProfileSource, World } from './world.js';

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
function defaultValues(name: string): string {
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
function profileNamed(tenant: Tenant, written: string, cloud: string): ProfileVersion {
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
    deletedAt: source.stuckDeletingMinutes === undefined ? null : now - source.stuckDeletingMinutes * MINUTE,
    stuck: source.stuckDeletingMinutes !== undefined,
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
