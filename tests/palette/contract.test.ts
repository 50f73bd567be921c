/**
 * The client and the emulator against Palette's public OpenAPI document: every request that the tools send and every answer
 * that the emulator gives. Needs the document, whose path is in MCP_CHAT_PALETTE_OPENAPI; skipped without it.
 */
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json.js';
import { OpenApi } from './openapi.js';
import { type PaletteWorld, paletteWorld } from './world.js';

const file = process.env.MCP_CHAT_PALETTE_OPENAPI ?? '';

/** Real addresses that the document leaves out, or that only larger editions of it hold. */
const UNDOCUMENTED = [
  /^GET \/v1\/cloudaccounts\/summary$/,
  /^GET \/v1\/cloudconfigs\/[^/]+\/[^/]+(\/machinePools\/[^/]+\/machines)?$/,
  /^GET \/v1\/clouds\/[^/]+\/regions\/[^/]+\/instancetypes$/,
  /^GET \/v1\/spectroclusters\/[^/]+\/assets\/kubeconfigclient$/,
  /^PATCH \/v1\/(spectroclusters|clusterprofiles)\/[^/]+\/metadata$/,
];

interface Checked {
  violations: string[];
  operations: Set<string>;
  unknown: Set<string>;
}

/** Stands between client and emulator and looks at both sides. */
async function checkedWorld(): Promise<PaletteWorld & { checked: Checked }> {
  const document = new OpenApi(JSON.parse(readFileSync(file, 'utf8')));
  const checked: Checked = { violations: [], operations: new Set(), unknown: new Set() };
  const world = await paletteWorld({
    server: { kubeconfigFolder: mkdtempSync(path.join(tmpdir(), 'mcp-chat-contract-')) },
    async intercept(request, next) {
      const url = new URL(request.url);
      const found = document.find(request.method, url.pathname);
      const body = parsed(await request.clone().text());
      const response = await next(request);
      if (!found) {
        checked.unknown.add(`${request.method} ${url.pathname}`);
        return response;
      }
      checked.operations.add(`${found.method} ${found.path}`);
      checked.violations.push(
        ...document.checkQuery(found, url.searchParams),
        ...document.checkRequest(found, body),
        ...document.checkResponse(found, response.status, parsed(await response.clone().text())),
      );
      return response;
    },
  });
  return { ...world, checked };
}

function parsed(text: string): JsonValue | undefined {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const READS: [string, JsonObject][] = [
  ['list_clusters', { name: 'checkout', state: 'Running', cloud: 'aws' }],
  ['list_clusters', {}],
  ['get_cluster_details', { cluster: 'checkout-prod-us', nodes: true }],
  ['get_cluster_details', { cluster: 'payments-eks' }],
  ['get_cluster_events', { cluster: 'orders-azure' }],
  ['get_cluster_cost', { cluster: 'cost-example' }],
  ['get_cluster_cost', {}],
  ['list_cluster_profiles', { name: 'aws', type: 'cluster' }],
  ['get_profile_details', { profile: 'aws-production' }],
  ['list_available_packs', { name: 'kubernetes', versions: true, registry: 'Public Repo' }],
  ['diagnose_cluster', { cluster: 'orders-azure' }],
  ['diagnose_cluster', { cluster: 'checkout-prod-eu' }],
  ['diagnose_cluster', { cluster: 'checkout-prod-us' }],
  ['diagnose_cluster', { cluster: 'new-region-aws' }],
  ['recommend_profile', { workload: 'web shop on AWS' }],
  ['validate_configuration', { profile: 'aws-production' }],
  ['validate_configuration', { cluster: 'checkout-prod-us' }],
  [
    'validate_configuration',
    { configuration: '{"cloudType":"aws","type":"cluster","packs":[{"name":"nope","layer":"os"}]}' },
  ],
  ['compare_clusters', { clusters: ['checkout-prod-us', 'checkout-prod-eu'] }],
];

const NEW_POOL = { size: 1, instance_type: 't3.large' };
const ACTIONS: [string, JsonObject][] = [
  ['scale_node_pool', { cluster: 'checkout-prod-us', pool: 'worker-pool', size: 6 }],
  ['scale_node_pool', { cluster: 'payments-eks', pool: 'worker-spot', size: 4 }],
  ['apply_cluster_profile', { cluster: 'checkout-prod-eu', profile: 'aws-production@1.4.0', operation: 'upgrade' }],
  ['apply_cluster_profile', { cluster: 'qa-aws', profile: 'gitops', operation: 'attach' }],
  ['apply_cluster_profile', { cluster: 'qa-aws', profile: 'observability', operation: 'detach' }],
  [
    'create_cluster',
    {
      name: 'contract-aws',
      cloud: 'aws',
      cloud_account: 'demo-aws-staging',
      region: 'us-east-1',
      profiles: ['aws-staging'],
      pools: [{ ...NEW_POOL, control_plane: true }, NEW_POOL],
    },
  ],
  [
    'create_cluster',
    {
      name: 'contract-eks',
      cloud: 'eks',
      cloud_account: 'demo-aws-staging',
      region: 'us-east-1',
      profiles: ['eks-production', 'observability'],
      pools: [NEW_POOL],
    },
  ],
  ['download_kubeconfig', { cluster: 'checkout-prod-us' }],
  ['download_kubeconfig', { cluster: 'checkout-prod-us', admin: true }],
  ['tag_resource', { kind: 'cluster', resource: 'qa-aws', add: ['checked'] }],
  ['delete_cluster', { cluster: 'qa-aws' }],
];

describe.skipIf(!existsSync(file))('the OpenAPI document', () => {
  let world: Awaited<ReturnType<typeof checkedWorld>>;

  beforeAll(async () => {
    world = await checkedWorld();
    for (const [name, args] of READS) await world.read(name, args);
    for (const [name, args] of ACTIONS) {
      const plan = await world.plan(name, args);
      await world.run(name, args, plan.precondition ? { precondition: plan.precondition } : {});
    }
  });

  it('knows every request and answer of the tools', () => {
    expect([...new Set(world.checked.violations)]).toEqual([]);
  });

  it('leaves out only addresses that are known to be missing from it', () => {
    const unexpected = [...world.checked.unknown].filter((each) => !UNDOCUMENTED.some((known) => known.test(each)));
    expect(unexpected).toEqual([]);
  });

  it('is covered by the tools for the most part', () => {
    expect(world.checked.operations.size).toBeGreaterThanOrEqual(34);
  });

  it('notices a body that does not fit', () => {
    const document = new OpenApi(JSON.parse(readFileSync(file, 'utf8')));
    const found = document.find('PUT', '/v1/cloudconfigs/aws/1/machinePools/workers');
    expect(
      found && document.checkRequest(found, { poolConfig: { name: 'workers', size: '3', labels: [], extra: 1 } }),
    ).toEqual(
      expect.arrayContaining([
        expect.stringContaining('cloudConfig: required'),
        expect.stringContaining('size: expected integer'),
        expect.stringContaining('extra: is not documented'),
      ]),
    );
  });
});
