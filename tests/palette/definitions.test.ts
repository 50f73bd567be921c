import { describe, expect, it } from 'vitest';
import { isJsonObject, type JsonValue } from '../../src/json.js';
import { toolEntry } from '../../src/mcp/schema.js';
import { paletteWorld } from './world.js';

const ELEVEN = [
  'list_clusters',
  'get_cluster_details',
  'get_cluster_events',
  'get_cluster_cost',
  'list_cluster_profiles',
  'get_profile_details',
  'list_available_packs',
  'diagnose_cluster',
  'recommend_profile',
  'validate_configuration',
  'compare_clusters',
];
const ACTIONS = {
  create_cluster: 'write',
  delete_cluster: 'delete',
  scale_node_pool: 'write',
  apply_cluster_profile: 'write',
  download_kubeconfig: 'write',
  tag_resource: 'write',
};

describe('the Palette server', () => {
  it('offers eleven tools that only read and six that change something, each with a plan', async () => {
    const { server } = await paletteWorld();
    const reads = server.tools.filter((tool) => tool.verb === 'read').map((tool) => tool.name);
    const writes = server.tools.filter((tool) => tool.verb !== 'read');
    expect(reads.sort()).toEqual(ELEVEN.sort());
    expect(Object.fromEntries(writes.map((tool) => [tool.name, tool.verb]))).toEqual(ACTIONS);
    expect(writes.every((tool) => tool.plan !== null)).toBe(true);
  });

  it('leaves the actions out when it may only read', async () => {
    const { server } = await paletteWorld({ server: { readOnly: true } });
    expect(server.tools.map((tool) => tool.name).sort()).toEqual(ELEVEN.sort());
  });

  it('costs a client at most 14 KB of definitions, all that tools/list sends', async () => {
    const { server } = await paletteWorld();
    expect(JSON.stringify(server.tools.map(toolEntry)).length).toBeLessThanOrEqual(14 * 1024);
  });

  it('describes every argument, and takes no others', async () => {
    const { server } = await paletteWorld();
    for (const tool of server.tools) {
      expect(undescribed(toolEntry(tool).inputSchema as JsonValue, tool.name)).toEqual([]);
      expect(tool.parse({ no_such_argument: 1 }).ok).toBe(false);
    }
  });

  it('names its target from arguments alone', async () => {
    const { server, seen, emulator } = await paletteWorld();
    const scale = server.tools.find((tool) => tool.name === 'scale_node_pool');
    expect(scale?.target({ cluster: 'a', pool: 'b', size: 1 })).toEqual({
      system: 'palette',
      scope: emulator.projectUid,
      kind: 'node pool',
      name: 'a/b',
    });
    expect(scale?.target({ cluster: 'a', pool: 'b', size: 1, project: 'Demo-Labs' }).scope).toBe('Demo-Labs');
    expect(seen).toEqual([]);
  });
});

/** Arguments without a description, at any depth. */
function undescribed(schema: JsonValue | undefined, place: string): string[] {
  if (!isJsonObject(schema)) return [];
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const own = Object.entries(properties).flatMap(([name, each]) => {
    const missing = isJsonObject(each) && typeof each.description === 'string' ? [] : [`${place}.${name}`];
    return [...missing, ...undescribed(each, `${place}.${name}`)];
  });
  return [...own, ...undescribed(schema.items, place)];
}
