/** Clusters and profiles as the configuration rules take them: in the shape of the API's own create bodies. Pure. */
import { isJsonObject, type JsonObject } from '../json.js';
import type { CloudConfig, Cluster, PackRef } from './wire/clusters.js';

/** A profile that exists or is to be; its packs are what the rules look at. */
export function profileObject(name: string, packs: Partial<PackRef>[]): JsonObject {
  return { metadata: { name }, spec: { packs: packs.map(packObject) } };
}

/** A cluster that exists. `backup`: whether one is scheduled. */
export function clusterObject(cluster: Cluster, config: CloudConfig | null, backup: boolean): JsonObject {
  const { metadata, spec } = cluster;
  return {
    metadata: { name: metadata.name, labels: metadata.labels },
    spec: {
      cloudType: spec.cloudType,
      cloudConfig: plain(config?.spec.clusterConfig),
      profiles: spec.clusterProfileTemplates.map((each) => ({ uid: each.uid, packValues: each.packs.map(packObject) })),
      machinepoolconfig: (config?.spec.machinePoolConfig ?? []).map(({ name, size, isControlPlane, labels }) => ({
        poolConfig: { name, size, isControlPlane, labels },
      })),
      policies: backup ? { backupPolicy: {} } : {},
    },
  };
}

function packObject({ name = '', layer = '', tag = '', version = '', values = '' }: Partial<PackRef>): JsonObject {
  return { name, layer, tag: tag || version, version: version || tag, values };
}

/** What came from JSON is JSON; absent parts are left out. */
export function plain(value: unknown): JsonObject {
  const copy: unknown = JSON.parse(JSON.stringify(value ?? {}));
  return isJsonObject(copy) ? copy : {};
}
