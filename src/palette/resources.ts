/** What can be read by URI: the state of all clusters, the catalogue of profiles, one cluster. JSON, and never a secret. */
import { SOFT_LIMIT } from '../mcp/text.js';
import type { ResourceSpec } from '../mcp/tool.js';
import { searchClusters } from './api/clusters.js';
import { searchProfiles } from './api/profiles.js';
import { plural } from './format.js';
import { getClusterDetails } from './tools/cluster-details.js';
import { type ClusterRow, clusterCounts, clusterRow, urgency } from './tools/clusters.js';
import { type ProfileRow, profileRows } from './tools/profiles.js';
import type { ToolContext } from './tools/shared.js';

const MIME = 'application/json';

export function paletteResources(context: ToolContext): ResourceSpec[] {
  const { client, clock } = context;
  const details = getClusterDetails(context);
  return [
    {
      name: 'clusters',
      title: 'Palette clusters',
      description: 'State, health, nodes and cost of every cluster in the configured project.',
      uri: 'palette://clusters',
      mimeType: MIME,
      async read(_variables, signal) {
        const scope = await client.scope({ signal });
        const found = await searchClusters(scope, {});
        const rows = found.items
          .map((each) => clusterRow(each, clock.now()))
          .sort((a, b) => urgency(a) - urgency(b) || a.name.localeCompare(b.name));
        return listText(rows.map(clusterEntry), 'list_clusters', {
          scope: scope.label,
          summary: clusterCounts(rows),
          incomplete: found.incomplete,
        });
      },
    },
    {
      name: 'profiles',
      title: 'Palette cluster profiles',
      description: 'The catalogue of cluster profiles with their versions and packs.',
      uri: 'palette://profiles',
      mimeType: MIME,
      async read(_variables, signal) {
        const scope = await client.scope({ signal });
        const found = await searchProfiles(scope, {});
        const rows = profileRows(found.items);
        return listText(rows.map(profileEntry), 'list_cluster_profiles', {
          scope: scope.label,
          summary: plural(rows.length, 'cluster profile'),
          incomplete: found.incomplete,
        });
      },
    },
    {
      name: 'cluster',
      title: 'One Palette cluster',
      description: 'One cluster with pools, profiles and packs, by UID or name.',
      uri: 'palette://clusters/{uid}',
      mimeType: MIME,
      async complete(variable, typed) {
        if (variable !== 'uid') return [];
        const scope = await client.scope({ signal: AbortSignal.timeout(10_000) });
        const { items } = await searchClusters(scope, {});
        const wanted = typed.toLowerCase();
        const values = items.flatMap((each) => [each.metadata.name, each.metadata.uid]);
        return values.filter((value) => value.toLowerCase().startsWith(wanted));
      },
      async read({ uid = '' }, signal) {
        const { data } = await details.run(
          { cluster: decodeURIComponent(uid), nodes: true },
          { signal, onProgress: () => undefined },
        );
        return JSON.stringify(data);
      },
    },
  ];
}

function clusterEntry(row: ClusterRow) {
  const { uid, name, state, health, cloud, readyNodes, nodes, costPerMonth, updates } = row;
  return {
    name,
    uid,
    state,
    health,
    cloud,
    nodes: `${readyNodes}/${nodes}`,
    costPerMonth,
    ...(updates ? { updates } : {}),
  };
}

function profileEntry(row: ProfileRow) {
  const { name, uid, type, cloud, inUse, published, deprecatedPacks } = row;
  const versions = row.versions.slice(0, 5).map((each) => each.version);
  return {
    name,
    uid,
    type,
    cloud,
    versions,
    inUse,
    ...(published ? {} : { published }),
    ...(deprecatedPacks > 0 ? { deprecatedPacks } : {}),
  };
}

/** As many rows as fit into what an answer should hold, and where the others are. */
function listText(
  rows: object[],
  tool: string,
  head: { scope: string; summary: string; incomplete: string | null },
): string {
  const items: object[] = [];
  let size = JSON.stringify(head).length + 200;
  for (const row of rows) {
    size += JSON.stringify(row).length + 1;
    if (size > SOFT_LIMIT) break;
    items.push(row);
  }
  const more =
    rows.length > items.length
      ? { more: `${rows.length - items.length} others: ${tool} with filters or a cursor` }
      : {};
  return JSON.stringify({ ...head, total: rows.length, ...more, items });
}
