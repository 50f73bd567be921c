/** What can be read by URI: the state of all clusters, the catalogue of profiles, one cluster. JSON, and never a secret. */
import type { ResourceSpec } from '../mcp/tool.js';
import { searchClusters } from './api/clusters.js';
import { searchProfiles } from './api/profiles.js';
import { getClusterDetails } from './tools/cluster-details.js';
import { clusterRow, urgency } from './tools/clusters.js';
import { profileRows } from './tools/profiles.js';
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
        const clusters = found.items
          .map((each) => clusterRow(each, clock.now()))
          .sort((a, b) => urgency(a) - urgency(b) || a.name.localeCompare(b.name));
        return JSON.stringify({ scope: scope.label, total: clusters.length, incomplete: found.incomplete, clusters });
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
        const profiles = profileRows(found.items);
        return JSON.stringify({ scope: scope.label, total: profiles.length, incomplete: found.incomplete, profiles });
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
