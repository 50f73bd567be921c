import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ObjectFinding, PolicyEngine } from '../../src/guardrails/policy/engine.js';
import type { JsonObject } from '../../src/json.js';
import { differingKeys } from '../../src/palette/compare/values.js';
import { needsOf } from '../../src/palette/recommend/needs.js';
import { paletteWorld, rowsOf } from './world.js';

describe('recommend_profile', () => {
  it.each([
    ['A PCI compliant web shop on AWS with a Postgres database', 'aws-production'],
    ['GPU training jobs on EKS', 'eks-gpu'],
    ['Point of sale in retail stores at the edge', 'edge-retail'],
    ['FIPS workloads in our own data center on VMware', 'vsphere-datacenter'],
    ['data pipelines on Google Cloud GKE', 'gke-analytics'],
  ])('%s: %s', async (workload, expected) => {
    const world = await paletteWorld();
    const { data } = await world.read('recommend_profile', { workload });
    expect(rowsOf(data, 'recommendations')[0]?.name).toBe(expected);
    expect(world.seen).toHaveLength(1);
  });

  it('says why, what is missing, and which add-on brings it', async () => {
    const world = await paletteWorld();
    const { text } = await world.read('recommend_profile', { workload: 'web service on Azure with monitoring' });
    expect(text).toContain('ingress ("web service")');
    expect(text).toMatch(/missing: ingress, add ingress@1\.1\.0/);
    expect(text).toMatch(/missing: monitoring, add observability@2\.2\.0/);
  });

  it('recommends nothing for another cloud, and says so', async () => {
    const world = await paletteWorld();
    const { text, data } = await world.read('recommend_profile', { workload: 'anything', cloud: 'openstack' });
    expect(rowsOf(data, 'recommendations')).toEqual([]);
    expect(text).toContain('No infrastructure profile fits openstack');
  });

  it('gives the same answer every time', async () => {
    const [first, second] = await Promise.all([paletteWorld(), paletteWorld()]);
    const ask = { workload: 'a database with backups and metrics' };
    expect((await first.read('recommend_profile', ask)).text).toBe((await second.read('recommend_profile', ask)).text);
  });

  it('takes the narrowest cloud that is named', () => {
    expect(needsOf({ description: 'EKS on AWS' }).clouds).toEqual(['eks']);
    expect(needsOf({ description: 'on AWS' }).clouds).toEqual(['aws', 'eks']);
    expect(needsOf({ description: 'on AWS', cloud: 'azure' }).clouds).toEqual(['azure']);
    expect(needsOf({ description: 'somewhere' }).clouds).toEqual([]);
    expect(needsOf({ description: 'either EKS or AKS' }).clouds).toEqual(['eks', 'aks']);
    expect(needsOf({ description: 'EKS or anything on Azure' }).clouds).toEqual(['eks', 'azure', 'aks']);
  });

  it('takes shops for the edge only where no cloud is named', () => {
    expect(needsOf({ description: 'tills in our retail stores' }).clouds).toEqual(['edge-native']);
    expect(needsOf({ description: 'an online store for a retail brand on AWS' }).clouds).toEqual(['aws', 'eks']);
    expect(needsOf({ description: 'a service that stores images and builds every git branch' }).clouds).toEqual([]);
  });

  it.each([
    ['GPUs for inference, not on AWS', [], ['aws', 'eks'], ['gpu']],
    ['cheap runners on Azure, no GPU or database', ['azure', 'aks'], [], []],
    ['not on AWS but on GKE', ['gke'], ['aws', 'eks'], []],
    ['not only on AWS', ['aws', 'eks'], [], []],
    ['a training portal for employees, and the rest is static', [], [], []],
    ['training large models', [], [], ['gpu']],
    ['must be ISO 27001 compliant', [], [], ['cis']],
  ])('hears no and what words mean: %s', (description, clouds, excluded, needs) => {
    const heard = needsOf({ description });
    expect([heard.clouds, heard.excluded, heard.needs.map((each) => each.need)]).toEqual([clouds, excluded, needs]);
  });

  it('never recommends what was ruled out', async () => {
    const world = await paletteWorld();
    const { text, data } = await world.read('recommend_profile', { workload: 'a web shop, not on AWS', limit: 50 });
    const clouds = rowsOf(data, 'recommendations').map((each) => each.cloud);
    expect(clouds).toContain('gke');
    expect(clouds).not.toContain('aws');
    expect(clouds).not.toContain('eks');
    expect(text).toContain('not aws or eks');
  });
});

describe('compare_clusters', () => {
  it('tells drift apart from intended difference', async () => {
    const world = await paletteWorld();
    const { data, text } = await world.read('compare_clusters', { clusters: ['checkout-prod-us', 'checkout-prod-eu'] });
    expect(rowsOf(data, 'drift')).toEqual([
      {
        cluster: 'checkout-prod-eu',
        profile: 'aws-production 1.3.0',
        pack: 'kubernetes',
        what: 'values differ from the profile',
        keys: [
          'kubeadmconfig.apiServer.extraArgs.anonymous-auth',
          'kubeadmconfig.apiServer.extraArgs.audit-log-maxage',
        ],
      },
    ]);
    const differences = rowsOf(data, 'differences').map((each) => each.aspect);
    expect(differences).toEqual(
      expect.arrayContaining(['kubernetes', 'region', 'profile infrastructure', 'pack nginx', 'pool worker-pool']),
    );
    expect(data.same).toEqual(expect.arrayContaining(['cloud', 'tags', 'pool control-plane-pool']));
    // Keys are named; what they are set to is not.
    expect(text).not.toContain('anonymous-auth: "true"');
  });

  it('finds no difference between a cluster and its twin but the name', async () => {
    const world = await paletteWorld({ clusters: 40 });
    const names = rowsOf((await world.read('list_clusters', { limit: 100 })).data, 'clusters').map((each) =>
      String(each.name),
    );
    const twin =
      names.find((name) => name.startsWith('payments-eks-')) ?? names.find((name) => /-\d{3}$/.test(name)) ?? '';
    const original = twin.replace(/-\d{3}$/, '');
    const { data } = await world.read('compare_clusters', { clusters: [original, twin] });
    expect(rowsOf(data, 'differences')).toEqual([]);
  });

  it('asks nothing twice, and at most four things at once', async () => {
    const world = await paletteWorld();
    await world.read('compare_clusters', { clusters: ['checkout-prod-us', 'qa-aws', 'orders-azure', 'payments-eks'] });
    const keys = world.seen.map((each) => each.method + each.path + each.query + each.body);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    expect(world.mostAtOnce()).toBeLessThanOrEqual(4);
  });

  it('does not take what it could not read for no drift', async () => {
    const world = await paletteWorld({
      intercept: (request) =>
        /\/v1\/clusterprofiles\/[0-9a-f]{24}$/.test(request.url)
          ? new Response('{"code":"OperationForbidden","message":"no"}', { status: 403 })
          : undefined,
    });
    const { text } = await world.read('compare_clusters', { clusters: ['checkout-prod-us', 'checkout-prod-eu'] });
    expect(text).toContain('its drift is not assessed');
  });

  it('refuses the same cluster twice', async () => {
    const world = await paletteWorld();
    await expect(world.read('compare_clusters', { clusters: ['qa-aws', 'QA-AWS'] })).rejects.toThrow(/named twice/);
  });

  it('compares values by key, in any order, and says where they are no YAML', () => {
    expect(differingKeys('a: 1\nb: {c: 2}', 'b: {c: 2}\na: 1')).toEqual([]);
    expect(differingKeys('a: 1\nb: {c: 2}', 'a: 1\nb: {c: 3}\nd: x')).toEqual(['b.c', 'd']);
    expect(differingKeys('a: [unclosed', 'b')).toEqual(['(text)']);
  });
});

const FINDING: ObjectFinding = {
  rule: 'no-privileged',
  severity: 'high',
  effect: 'deny',
  message: 'privileged container',
  refs: [],
  object: 'Pod default/web',
  index: 0,
  path: 'spec.containers[0]',
  at: [],
  environment: 'production',
};

describe('validate_configuration', () => {
  it('judges manifests by the policies, under the environment that was named', async () => {
    const asked: unknown[] = [];
    const world = await paletteWorld({
      server: {
        judgeObjects: (objects, options) => {
          asked.push([objects.length, options.environment]);
          return [FINDING, { ...FINDING, effect: 'warn', rule: 'labels' }, { ...FINDING, effect: 'allow' }];
        },
      },
    });
    const { data, text } = await world.read('validate_configuration', {
      configuration: 'apiVersion: v1\nkind: Pod\n---\napiVersion: v1\nkind: Service\n',
      environment: 'non-production',
    });
    expect(asked).toEqual([[2, 'non-production']]);
    expect(data).toMatchObject({ valid: false, errors: 1, warnings: 1 });
    expect(text).toContain('ERROR Pod default/web spec.containers[0]: privileged container (policy: no-privileged)');
    expect(world.seen).toEqual([]);
  });

  it('is never valid where nobody judged', async () => {
    const world = await paletteWorld();
    const { data, text } = await world.read('validate_configuration', { configuration: 'apiVersion: v1\nkind: Pod\n' });
    expect(data.valid).toBe(false);
    expect(text).toContain('Not fully judged');
    const refused = await paletteWorld({
      intercept: (request) =>
        request.url.includes('validate/packs') ? new Response('{}', { status: 403 }) : undefined,
    });
    expect((await refused.read('validate_configuration', { profile: 'aws-production' })).data.valid).toBe(false);
  });

  it.each(['a: 1', 'apiVersion: v1\nkind: pod\nspec: {hostPID: true}', 'kind: Pod\nmetadata: {name: x}'])(
    'is never valid for what nobody knows: %j',
    async (configuration) => {
      const world = await paletteWorld({ server: { judgeObjects: () => [] } });
      const two = `apiVersion: v1\nkind: Service\n---\n${configuration}`;
      const { data, text } = await world.read('validate_configuration', { configuration: two });
      expect(data.valid).toBe(false);
      expect(text).toContain('Not judged: document 2 is neither a Kubernetes object (apiVersion and kind)');
      expect(text).not.toContain('document 1');
    },
  );

  it('refuses text that unfolds without end', async () => {
    const world = await paletteWorld({ server: { judgeObjects: () => [] } });
    const bomb = [
      'a0: &a0 [x]',
      ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`),
    ];
    await expect(world.read('validate_configuration', { configuration: bomb.join('\n') })).rejects.toMatchObject({
      code: 'invalid',
    });
  });

  it('judges profiles and clusters by the policies, too, in the shape of the API', async () => {
    const asked: JsonObject[] = [];
    const world = await paletteWorld({
      server: {
        judgeObjects: (objects) => {
          asked.push(...objects);
          return [];
        },
      },
    });
    await world.read('validate_configuration', { profile: 'aws-legacy' });
    await world.read('validate_configuration', { cluster: 'checkout-prod-us' });
    await world.read('validate_configuration', { cluster: 'qa-aws' });
    expect(asked[0]).toMatchObject({
      spec: { packs: [{}, { name: 'kubernetes', layer: 'k8s', version: '1.29.15' }, {}, {}, {}] },
    });
    expect(asked[1]).toMatchObject({
      metadata: { name: 'checkout-prod-us' },
      spec: {
        cloudConfig: { region: 'us-east-1', sshKeyName: 'demo-key' },
        policies: { backupPolicy: {} },
        machinepoolconfig: [{ poolConfig: { isControlPlane: true, size: 3 } }, {}],
      },
    });
    expect(asked[2]).toMatchObject({ spec: { policies: {} } });
  });

  it('finds what the policy engine says of an old cluster', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'mcp-chat-policies-')), 'rules.yaml');
    const rule = {
      name: 'palette-cluster',
      scope: 'configuration',
      severity: 'high',
      check: 'palette.cluster',
      effect: 'deny',
      message: '{{detail}}',
    };
    writeFileSync(file, JSON.stringify({ version: 1, rules: [{ ...rule, description: 'Clusters.' }] }));
    const engine = PolicyEngine.load([file]);
    const world = await paletteWorld({
      server: { judgeObjects: (objects, options) => engine.judgeObjects(objects, options) },
    });
    const { data, text } = await world.read('validate_configuration', { cluster: 'billing-legacy' });
    expect(data.valid).toBe(false);
    expect(text).toContain('Kubernetes 1.29.15 no longer gets fixes');
    expect(text).toContain('no backup policy');
  });

  it('asks Palette about profiles, clusters and clusters to be', async () => {
    const world = await paletteWorld({ server: { judgeObjects: () => [] } });
    expect((await world.read('validate_configuration', { profile: 'aws-production' })).data.valid).toBe(true);
    expect((await world.read('validate_configuration', { cluster: 'qa-aws' })).data.valid).toBe(true);
    const draft = await world.read('validate_configuration', {
      configuration: 'cloudType: aws\ntype: cluster\npacks: [{name: nope}]',
    });
    expect(draft.text).toContain('PackNotFound');
    const cluster = {
      metadata: { name: 'x' },
      spec: { cloudAccountUid: 'a', cloudConfig: { region: 'r' }, profiles: [{ uid: 'no' }], machinepoolconfig: [] },
    };
    const wrong = await world.read('validate_configuration', { configuration: JSON.stringify(cluster), cloud: 'aws' });
    expect(wrong.data.valid).toBe(false);
    await expect(world.read('validate_configuration', { configuration: JSON.stringify(cluster) })).rejects.toThrow(
      /pass cloud/,
    );
  });

  it.each([
    [{}, /exactly one/],
    [{ profile: 'a', cluster: 'b' }, /exactly one/],
    [{ configuration: 'a: [' }, /^configuration: /],
    [{ configuration: 'just text' }, /must be an object/],
    [{ configuration: '# nothing' }, /nothing in it/],
  ])('refuses %j', async (args, message) => {
    const world = await paletteWorld();
    await expect(world.read('validate_configuration', args)).rejects.toThrow(message);
  });
});

describe('get_profile_details', () => {
  it('lists the candidates for an ambiguous name, and the versions of an unknown one', async () => {
    const world = await paletteWorld();
    await expect(world.read('get_profile_details', { profile: 'sandbox' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/infra, aws.*infra, azure/s),
    });
    await expect(world.read('get_profile_details', { profile: 'aws-production@9.9.9' })).rejects.toThrow(
      /it has: 1\.5\.0, 1\.4\.0, 1\.3\.0/,
    );
    const chosen = await world.read('get_profile_details', { profile: 'aws-production@1.4.0' });
    expect(chosen.data).toMatchObject({ version: '1.4.0', published: true });
    expect((await world.read('get_profile_details', { profile: String(chosen.data.uid) })).data.version).toBe('1.4.0');
  });

  it('shows the values of one pack without their secrets', async () => {
    const world = await paletteWorld({
      async intercept(request, next) {
        if (!/\/v1\/clusterprofiles\/[0-9a-f]{24}$/.test(request.url)) return undefined;
        const body = await (await next(request)).text();
        return new Response(body.replace('k8sHardening: True', 'password: hunter2-hunter2-hunter2'));
      },
    });
    const { text, data } = await world.read('get_profile_details', { profile: 'aws-production', pack: 'kubernetes' });
    expect(text).toContain('Values of kubernetes');
    expect(text + JSON.stringify(data)).not.toContain('hunter2');
  });
});
