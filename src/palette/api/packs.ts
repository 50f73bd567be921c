/** Reading packs and the registries that hold them. */
import { ToolFailure } from '../../guardrails/types.js';
import { oneLine } from '../../mcp/text.js';
import type { PaletteScope } from '../client.js';
import type { Paged } from '../paging.js';
import { type Pack, pack, packVersions, registries } from '../wire/profiles.js';

const segment = encodeURIComponent;

export interface PackFilter {
  name?: string | undefined;
  layer?: string | undefined;
  addonType?: string | undefined;
  cloud?: string | undefined;
  registryUid?: string | undefined;
}

export async function searchPacks(scope: PaletteScope, filter: PackFilter): Promise<Paged<Pack>> {
  const found = await scope.pages({
    path: '/v1/packs/search',
    schema: pack,
    body: {
      filter: {
        ...(filter.name ? { name: { contains: filter.name, ignoreCase: true } } : {}),
        ...(filter.layer ? { layer: [filter.layer] } : {}),
        ...(filter.addonType ? { addOnType: [filter.addonType] } : {}),
        ...(filter.cloud ? { environment: [filter.cloud] } : {}),
        ...(filter.registryUid ? { registryUid: [filter.registryUid] } : {}),
      },
      sort: [{ field: 'name', order: 'asc' }],
    },
  });
  const items = found.items.filter((each) => fits(each, filter));
  return { ...found, items, total: found.total - (found.items.length - items.length) };
}

function fits({ spec }: Pack, filter: PackFilter): boolean {
  const text = `${spec.name} ${spec.displayName}`.toLowerCase();
  if (filter.name && !text.includes(filter.name.toLowerCase())) return false;
  if (filter.layer && spec.layer !== filter.layer) return false;
  if (filter.addonType && spec.addonType.toLowerCase() !== filter.addonType.toLowerCase()) return false;
  if (filter.registryUid && !spec.registries.some((each) => each.uid === filter.registryUid)) return false;
  return (
    !filter.cloud ||
    spec.cloudTypes.length === 0 ||
    spec.cloudTypes.some((cloud) => cloud === 'all' || cloud === filter.cloud)
  );
}

export async function getRegistries(scope: PaletteScope) {
  return (await scope.read({ path: '/v1/registries/metadata', schema: registries })).items;
}

/** A registry by name or UID. Throws `not_found` with the names that there are. */
export async function resolveRegistry(scope: PaletteScope, wanted: string): Promise<string> {
  const all = await getRegistries(scope);
  const folded = wanted.trim().toLowerCase();
  const found = all.find((each) => each.uid === folded || each.name.toLowerCase() === folded);
  if (found) return found.uid;
  const names = all.map((each) => oneLine(each.name, 60)).join(', ');
  throw new ToolFailure('not_found', `there is no registry "${oneLine(wanted, 60)}"; there are: ${names || 'none'}`);
}

/** The versions of one pack in one registry, newest first as Palette sends them. */
export async function getPackVersions(scope: PaletteScope, name: string, registryUid: string): Promise<string[]> {
  const path = `/v1/packs/${segment(name)}/registries/${segment(registryUid)}`;
  const found = await scope.read({ path, schema: packVersions });
  return [...new Set(found.tags.map((each) => each.version || each.tag))];
}
