/** Profiles, packs and registries of the emulated tenant in Palette's shapes. */
import { createHash } from 'node:crypto';
import { type PackInstance, type ProfileVersion, stateOf, type Tenant, uidOf } from './model.js';
import { objectMeta, slice } from './wire.js';

export function packUid(name: string, version: string): string {
  return uidOf('pack', name, version);
}

export function digestOf(values: string): string {
  return `sha256:${createHash('sha256').update(values).digest('hex')}`;
}

function packOf(tenant: Tenant, name: string) {
  return tenant.packs.packs.find((each) => each.name === name);
}

function registryOf(tenant: Tenant, name: string) {
  const key = packOf(tenant, name)?.in[0];
  return tenant.registries.find((each) => each.key === key);
}

/** A pack inside a cluster or profile, with its values. */
export function packRef(tenant: Tenant, pack: PackInstance, override?: string) {
  const known = packOf(tenant, pack.name);
  const values = override ?? pack.values;
  return {
    name: pack.name,
    layer: known?.layer ?? 'addon',
    type: known?.type ?? 'spectro',
    tag: pack.version,
    version: pack.version,
    packUid: packUid(pack.name, pack.version),
    registryUid: registryOf(tenant, pack.name)?.uid ?? '',
    digest: digestOf(pack.version + values),
    values,
    isInvalid: false,
    inValidReason: '',
    manifests: null,
    presets: null,
    schema: null,
  };
}

export function profileTemplate(tenant: Tenant, profile: ProfileVersion, overrides: Record<string, string> = {}) {
  return {
    uid: profile.uid,
    name: profile.name,
    type: profile.type,
    cloudType: profile.cloud,
    profileVersion: profile.version,
    version: 1,
    packs: slice(profile.packs.map((pack) => packRef(tenant, pack, overrides[pack.name]))),
  };
}

function siblings(tenant: Tenant, profile: ProfileVersion): ProfileVersion[] {
  return tenant.profiles.filter((each) => each.name === profile.name && each.cloud === profile.cloud);
}

function usedBy(tenant: Tenant, profile: ProfileVersion) {
  const now = tenant.clock.now();
  return tenant.clusters
    .filter(
      (cluster) => stateOf(cluster, now) !== 'Deleted' && cluster.profiles.some((each) => each.uid === profile.uid),
    )
    .map((cluster) => ({ uid: cluster.uid, name: cluster.name }));
}

function meta(profile: ProfileVersion) {
  return objectMeta({
    ...profile,
    annotations: {
      scope: profile.scope,
      description: profile.description,
      ...(profile.projectUid ? { projectUid: profile.projectUid } : {}),
    },
  });
}

export function profileSummary(tenant: Tenant, profile: ProfileVersion) {
  const template = {
    cloudType: profile.cloud,
    type: profile.type,
    packs: slice(
      profile.packs.map((pack) => {
        const known = packOf(tenant, pack.name);
        return {
          name: pack.name,
          displayName: known?.title ?? pack.name,
          layer: known?.layer ?? 'addon',
          tag: pack.version,
          version: pack.version,
          type: known?.type ?? 'spectro',
          addonType: known?.addonType ?? '',
          packUid: packUid(pack.name, pack.version),
          logoUrl: '',
        };
      }),
    ),
  };
  const users = usedBy(tenant, profile);
  const deprecated = profile.packs.filter((pack) => packOf(tenant, pack.name)?.deprecated.includes(pack.version));
  return {
    metadata: meta(profile),
    specSummary: {
      version: profile.version,
      versions: siblings(tenant, profile).map(({ uid, version }) => ({ uid, version })),
      ...(profile.published ? { published: template } : { draft: template }),
    },
    status: {
      isPublished: profile.published,
      inUseClusters: slice(users),
      inUseClusterUids: slice(users.map((each) => each.uid)),
      fips: { mode: profile.fips },
      pack: { deleted: 0, deprecated: deprecated.length, disabled: 0 },
    },
  };
}

export function fullProfile(tenant: Tenant, profile: ProfileVersion) {
  const template = profileTemplate(tenant, profile);
  const users = usedBy(tenant, profile);
  return {
    apiVersion: 'v1',
    kind: 'ClusterProfile',
    metadata: meta(profile),
    spec: {
      version: profile.version,
      versions: siblings(tenant, profile).map(({ uid, version }) => ({ uid, version })),
      ...(profile.published ? { published: template } : { draft: template }),
    },
    status: {
      isPublished: profile.published,
      hasUserMacros: false,
      inUseClusters: slice(users.map((each) => ({ ...each, kind: 'spectrocluster' }))),
      inUseClusterUids: slice(users.map((each) => each.uid)),
    },
  };
}

export function profilePacks(tenant: Tenant, profile: ProfileVersion) {
  return {
    items: profile.packs.map((pack) => {
      const known = packOf(tenant, pack.name);
      return {
        metadata: objectMeta({ uid: packUid(pack.name, pack.version), name: pack.name }),
        spec: {
          name: pack.name,
          displayName: known?.title ?? pack.name,
          addonType: known?.addonType ?? '',
          layer: known?.layer ?? 'addon',
          type: known?.type ?? 'spectro',
          version: pack.version,
          eol: '',
          registryUid: registryOf(tenant, pack.name)?.uid ?? '',
          digest: digestOf(pack.version + pack.values),
          cloudTypes: known?.clouds ?? null,
          annotations: {},
          values: pack.values,
        },
        status: null,
      };
    }),
  };
}

export function packMetadata(tenant: Tenant, pack: Tenant['packs']['packs'][number]) {
  const latest = pack.versions.at(-1) ?? '';
  return {
    apiVersion: 'v1',
    kind: 'Pack',
    metadata: objectMeta({ uid: uidOf('packmeta', pack.name), name: pack.name }),
    spec: {
      name: pack.name,
      displayName: pack.title,
      layer: pack.layer,
      type: pack.type,
      addonType: pack.addonType,
      addonSubType: '',
      group: '',
      cloudTypes: pack.clouds,
      registries: pack.in.flatMap((key) =>
        tenant.registries
          .filter((each) => each.key === key)
          .map((each) => ({
            uid: each.uid,
            name: each.name,
            scope: each.scope,
            latestVersion: latest,
            latestPackUid: packUid(pack.name, latest),
            logoUrl: '',
            annotations: {},
          })),
      ),
    },
  };
}

export function packTags(tenant: Tenant, pack: Tenant['packs']['packs'][number], registryUid: string) {
  return {
    name: pack.name,
    displayName: pack.title,
    layer: pack.layer,
    addonType: pack.addonType,
    addonSubType: '',
    cloudTypes: pack.clouds,
    registryUid: registryUid || (registryOf(tenant, pack.name)?.uid ?? ''),
    logoUrl: '',
    tags: pack.versions.toReversed().map((version) => ({
      tag: version,
      version,
      packUid: packUid(pack.name, version),
      group: pack.deprecated.includes(version) ? 'deprecated' : '',
      parentTags: null,
    })),
    packValues: null,
  };
}
