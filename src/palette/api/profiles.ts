/** Reading cluster profiles, packs and registries, and finding the one profile version that is meant. */
import { ToolFailure } from '../../guardrails/types.js';
import { oneLine } from '../../mcp/text.js';
import type { PaletteScope } from '../client.js';
import { PaletteError } from '../errors.js';
import type { Paged } from '../paging.js';
import {
  type Profile,
  type ProfileSummary,
  profile,
  profileIndex,
  profilePacks,
  profileSummary,
} from '../wire/profiles.js';

const segment = encodeURIComponent;
const UID = /^[0-9a-f]{24}$/;

export interface ProfileFilter {
  nameContains?: string | undefined;
  nameIs?: string | undefined;
  type?: string | undefined;
  cloud?: string | undefined;
}

export async function searchProfiles(scope: PaletteScope, filter: ProfileFilter): Promise<Paged<ProfileSummary>> {
  const found = await readProfiles(scope, filter).catch((error: unknown) => {
    if (error instanceof PaletteError && error.endpointMissing) return readIndex(scope);
    throw error;
  });
  const items = found.items.filter((each) => fits(each, filter));
  return { ...found, items, total: found.total - (found.items.length - items.length) };
}

function readProfiles(scope: PaletteScope, filter: ProfileFilter): Promise<Paged<ProfileSummary>> {
  const profileName = filter.nameIs
    ? { eq: filter.nameIs, ignoreCase: true }
    : filter.nameContains && { contains: filter.nameContains, ignoreCase: true };
  return scope.pages({
    path: '/v1/dashboard/clusterprofiles',
    schema: profileSummary,
    body: {
      filter: {
        ...(profileName ? { profileName } : {}),
        ...(filter.type ? { profileType: [filter.type] } : {}),
      },
      sort: [{ field: 'profileName', order: 'asc' }],
    },
  });
}

/** What a Palette without the search still has: names, versions and clouds. */
async function readIndex(scope: PaletteScope): Promise<Paged<ProfileSummary>> {
  const { items: rows } = await scope.read({ path: '/v1/dashboard/clusterprofiles/metadata', schema: profileIndex });
  const items = rows.map(({ metadata, spec }) =>
    profileSummary.parse({
      metadata,
      specSummary: { version: spec.version, published: { cloudType: spec.cloudType, type: 'unknown' } },
    }),
  );
  const incomplete = 'this Palette lists profiles only by name, version and cloud';
  return { items, total: items.length, pages: 1, incomplete };
}

function fits(each: ProfileSummary, filter: ProfileFilter): boolean {
  const name = each.metadata.name.toLowerCase();
  const template = templateOf(each);
  if (filter.nameContains && !name.includes(filter.nameContains.toLowerCase())) return false;
  if (filter.nameIs && name !== filter.nameIs.toLowerCase()) return false;
  if (filter.type && template.type !== 'unknown' && template.type.toLowerCase() !== filter.type) return false;
  const cloud = template.cloudType.toLowerCase();
  return !filter.cloud || cloud === 'all' || cloud === '' || cloud === filter.cloud.toLowerCase();
}

/** The published template, or the draft of a profile that was never published. */
export function templateOf(each: ProfileSummary) {
  const { published, draft } = each.specSummary;
  return published.packs.length > 0 || published.type !== '' ? published : draft;
}

/** "infra" and "cluster" both bring operating system and Kubernetes; a cluster has exactly one of them. */
export function isInfrastructure(type: string): boolean {
  return type !== 'add-on' && type !== 'addon' && type !== 'system';
}

export interface ProfileRef {
  uid: string;
  name: string;
  version: string;
}

/**
 * The one profile version that a name, `name@version` or UID means. Without a version, the newest published one. Throws
 * `conflict` with the candidates where a name stands for several profiles, `not_found` with what there is.
 */
export async function resolveProfile(
  scope: PaletteScope,
  given: string,
  options: { cloud?: string | undefined } = {},
): Promise<ProfileRef> {
  const wanted = given.trim();
  if (UID.test(wanted)) return { uid: wanted, name: '', version: '' };
  const at = wanted.lastIndexOf('@');
  const name = at > 0 ? wanted.slice(0, at) : wanted;
  const version = at > 0 ? wanted.slice(at + 1).replace(/^v/, '') : '';
  const { items } = await searchProfiles(scope, { nameIs: name, cloud: options.cloud });
  if (items.length === 0) throw await unknownProfile(scope, wanted, name);

  const families = new Set(
    items.map((each) => `${templateOf(each).cloudType} ${each.metadata.annotations.scope ?? ''}`),
  );
  if (families.size > 1) {
    throw new ToolFailure(
      'conflict',
      `several profiles are called "${name}"; pass the UID of one:\n${items.map(candidate).join('\n')}`,
    );
  }
  const fitting = version ? items.filter((each) => versionOf(each) === version) : items;
  const chosen = fitting.toSorted(newestFirst)[0];
  if (!chosen) {
    const versions = items.toSorted(newestFirst).map(versionOf);
    throw new ToolFailure('not_found', `profile "${name}" has no version ${version}; it has: ${versions.join(', ')}`);
  }
  return { uid: chosen.metadata.uid, name: chosen.metadata.name, version: versionOf(chosen) };
}

function candidate(each: ProfileSummary): string {
  const template = templateOf(each);
  return `- ${each.metadata.uid}  ${oneLine(each.metadata.name, 80)}@${versionOf(each)} (${template.type}, ${template.cloudType})`;
}

async function unknownProfile(scope: PaletteScope, wanted: string, name: string): Promise<ToolFailure> {
  const similar = await searchProfiles(scope, { nameContains: name.split(/[^a-z0-9]/i)[0] || name });
  const names = [...new Set(similar.items.map((each) => oneLine(each.metadata.name, 80)))].slice(0, 10);
  const hint = names.length > 0 ? ` Similar: ${names.join(', ')}.` : ' list_cluster_profiles shows which there are.';
  return new ToolFailure('not_found', `there is no cluster profile "${oneLine(wanted, 80)}" in ${scope.label}.${hint}`);
}

export function versionOf(each: ProfileSummary): string {
  return each.specSummary.version || '1.0.0';
}

/** Published before draft, then the higher version: 1.10.0 after 1.9.0. */
export function newestFirst(a: ProfileSummary, b: ProfileSummary): number {
  if (a.status.isPublished !== b.status.isPublished) return a.status.isPublished ? -1 : 1;
  return compareVersions(versionOf(b), versionOf(a));
}

export function compareVersions(a: string, b: string): number {
  const parts = (text: string) => text.replace(/^v/, '').split(/[.+-]/);
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [x = '0', y = '0'] = [left[index], right[index]];
    const numbers = /^\d+$/.test(x) && /^\d+$/.test(y);
    const order = numbers ? Number(x) - Number(y) : x.localeCompare(y);
    if (order !== 0) return order;
  }
  return 0;
}

export function getProfile(scope: PaletteScope, uid: string): Promise<Profile> {
  return scope.read({ path: `/v1/clusterprofiles/${segment(uid)}`, schema: profile });
}

export async function getProfilePacks(scope: PaletteScope, uid: string) {
  const found = await scope.read({ path: `/v1/clusterprofiles/${segment(uid)}/packs`, schema: profilePacks });
  return found.items.map((each) => each.spec);
}
