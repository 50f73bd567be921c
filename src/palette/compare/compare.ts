/**
 * Clusters side by side. Drift is what someone changed on a cluster against its own profile, or what a profile says and the
 * cluster does not run; a difference between two clusters that each follow their own profile is intended. Pure.
 */
import { isInfrastructure } from '../api/profiles.js';
import type { PackRef, ProfileTemplate } from '../wire/clusters.js';
import { differingKeys, digestOf } from './values.js';

export interface Compared {
  uid: string;
  name: string;
  /** Single values by aspect: Kubernetes version, cloud, region … An unread one is ''. */
  facts: Record<string, string>;
  profiles: ProfileTemplate[];
  pools: Record<string, string>;
  tags: string[];
}

export interface Difference {
  aspect: string;
  /** In the order of the clusters. */
  values: string[];
}

export interface Drift {
  cluster: string;
  profile: string;
  pack: string;
  what: string;
  keys: string[];
}

export interface Comparison {
  same: string[];
  differences: Difference[];
  drift: Drift[];
}

const MISSING = '(none)';
const MOST_KEYS = 20;

/** `definitions`: what each attached profile says itself, by UID; null where it could not be read. */
export function compare(clusters: Compared[], definitions: Map<string, PackRef[] | null>): Comparison {
  const same: string[] = [];
  const differences: Difference[] = [];
  const put = (aspect: string, values: string[]) => {
    if (values.every((value) => value === values[0])) same.push(aspect);
    else differences.push({ aspect, values: values.map((value) => value || MISSING) });
  };
  for (const aspect of unionOf(clusters.map((each) => Object.keys(each.facts)))) {
    put(
      aspect,
      clusters.map((each) => each.facts[aspect] ?? ''),
    );
  }
  const profiles = clusters.map((each) => byRole(each.profiles));
  for (const role of unionOf(profiles.map((each) => [...each.keys()]))) {
    put(
      `profile ${role}`,
      profiles.map((each) => each.get(role)?.label ?? ''),
    );
  }
  const packs = clusters.map((each) => packsOf(each.profiles));
  for (const key of unionOf(packs.map((each) => [...each.keys()]))) {
    const found = packs.map((each) => each.get(key));
    put(
      `pack ${key}`,
      found.map((each) => (each ? each.version || each.tag : '')),
    );
    const present = found.filter((each): each is PackRef => each !== undefined);
    const digests = found.map((each) => (each ? digestOf(each.values) : ''));
    if (present.length > 1 && new Set(digests.filter(Boolean)).size > 1) {
      const keys = keysBetween(present);
      differences.push({
        aspect: `values of ${key}: ${keys.slice(0, MOST_KEYS).join(', ')}`,
        values: digests.map((each) => each || MISSING),
      });
    }
  }
  for (const pool of unionOf(clusters.map((each) => Object.keys(each.pools)))) {
    put(
      `pool ${pool}`,
      clusters.map((each) => each.pools[pool] ?? ''),
    );
  }
  put(
    'tags',
    clusters.map((each) => each.tags.toSorted().join(', ')),
  );
  return { same, differences, drift: clusters.flatMap((each) => driftOf(each, definitions)) };
}

function unionOf(lists: string[][]): string[] {
  return [...new Set(lists.flat())];
}

/** Infrastructure is one role whatever the profile is called; add-ons go by name. */
function byRole(profiles: ProfileTemplate[]): Map<string, { label: string }> {
  return new Map(
    profiles.map((each) => [
      isInfrastructure(each.type) ? 'infrastructure' : each.name,
      { label: `${each.name} ${each.profileVersion}`.trim() },
    ]),
  );
}

/** Infrastructure packs by layer, so that two operating systems stand in one row; add-ons by name. */
function packsOf(profiles: ProfileTemplate[]): Map<string, PackRef> {
  return new Map(
    profiles.flatMap((profile) =>
      profile.packs.map(
        (pack) =>
          [pack.layer === 'addon' || pack.layer === '' ? pack.name : `${pack.layer} ${pack.name}`, pack] as const,
      ),
    ),
  );
}

function keysBetween(packs: PackRef[]): string[] {
  const [first, ...rest] = packs;
  if (!first) return [];
  return unionOf(rest.map((each) => differingKeys(first.values, each.values)));
}

/** A cluster against what its own profiles say. */
export function driftOf(cluster: Compared, definitions: Map<string, PackRef[] | null>): Drift[] {
  return cluster.profiles.flatMap((profile) => {
    const defined = definitions.get(profile.uid);
    if (!defined) return [];
    const label = `${profile.name} ${profile.profileVersion}`.trim();
    const drift = (pack: string, what: string, keys: string[] = []): Drift => ({
      cluster: cluster.name,
      profile: label,
      pack,
      what,
      keys: keys.slice(0, MOST_KEYS),
    });
    const changed = profile.packs.flatMap((pack): Drift[] => {
      const own = defined.find((each) => each.name === pack.name);
      if (!own) return [drift(pack.name, 'is on the cluster and not in the profile')];
      const [now, wanted] = [pack.version || pack.tag, own.version || own.tag];
      if (now !== wanted) return [drift(pack.name, `runs ${now}, the profile says ${wanted}`)];
      const keys = differingKeys(pack.values, own.values);
      return keys.length > 0 ? [drift(pack.name, 'values differ from the profile', keys)] : [];
    });
    const absent = defined.filter((own) => !profile.packs.some((pack) => pack.name === own.name));
    return [...changed, ...absent.map((own) => drift(own.name, 'is in the profile and not on the cluster'))];
  });
}
