import { describe, expect, it } from 'vitest';
import { poolCost } from '../../src/palette/cost/pool.js';
import { idleCost, savings } from '../../src/palette/cost/savings.js';
import { dollars } from '../../src/palette/format.js';
import type { InstanceType, Rate } from '../../src/palette/wire/cost.js';
import { paletteWorld, rowsOf } from './world.js';

describe('get_cluster_cost', () => {
  it('has the documented example right: 3 + 3 nodes, 0.4632 per hour', async () => {
    const world = await paletteWorld();
    const { text, data } = await world.read('get_cluster_cost', { cluster: 'cost-example' });
    expect(data.perHour).toBeCloseTo(0.4632, 10);
    expect(data.perMonth).toBe(338.14);
    expect(text).toContain('$0.4632/hour × 730 h = $338.14/month');
    expect(text).toContain('3 × $0.0496 + disk $0.0084 (60 GB gp2) = $0.1572/h');
    expect(text).toContain('3 × $0.0992 + disk $0.0084 (60 GB gp2) = $0.306/h');
  });

  it('shows history, namespaces, idle capacity and savings, each with its arithmetic', async () => {
    const world = await paletteWorld();
    const { text, data } = await world.read('get_cluster_cost', { cluster: 'checkout-prod-eu', days: 7 });
    expect(text).toMatch(/Last 7 days: \$[\d,.]+, \$[\d.]+ a day; second half/);
    expect(rowsOf(data, 'namespaces').map((each) => each.name)).toEqual(['payments', 'checkout', 'monitoring']);
    const savings = rowsOf(data, 'savings');
    expect(new Set(savings.map((each) => each.kind))).toEqual(
      new Set(['idle', 'spot', 'fewer-nodes', 'smaller-instance']),
    );
    // 4 nodes × (0.384 − 0.149) × 730
    expect(savings.find((each) => each.kind === 'spot')?.perMonth).toBe(686.2);
    expect(text).toContain('4 nodes × ($0.384 − $0.149 spot)/h × 730 h = $686.20');
    expect(savings.every((each) => each.pool !== 'control-plane-pool')).toBe(true);
  });

  it('finds a cluster that does nothing, and a pool at its minimum', async () => {
    const world = await paletteWorld();
    const unused = await world.read('get_cluster_cost', { cluster: 'qa-aws' });
    expect(unused.text).toMatch(/unused: \$1,194\.28\/month/);
    const project = await world.read('get_cluster_cost');
    expect(project.text).toContain('Hardly used');
    expect(rowsOf(project.data, 'savings').map((each) => each.cluster)).toEqual(['qa-aws', 'store-042-edge']);
    expect(world.seen.filter((each) => each.path.endsWith('/search'))).toHaveLength(2);
  });

  it('says what it could not read, and still answers', async () => {
    const world = await paletteWorld({
      intercept: (request) =>
        /instancetypes|consumption|resources\/cost/.test(request.url)
          ? new Response('{"code":"OperationForbidden","message":"no"}', { status: 403 })
          : undefined,
    });
    const { text, data } = await world.read('get_cluster_cost', { cluster: 'cost-example' });
    expect(data.perHour).toBeCloseTo(0.4632, 10);
    expect(text).toMatch(/Not read: cost by namespace: .*; allotted and used: .*; instance list: /);
  });

  it('asks nothing twice, and at most four things at once', async () => {
    const world = await paletteWorld();
    await world.read('get_cluster_cost', { cluster: 'cost-example' });
    expect(new Set(world.seen.map((each) => each.method + each.path + each.query + each.body)).size).toBe(
      world.seen.length,
    );
    expect(world.mostAtOnce()).toBeLessThanOrEqual(4);
  });
});

const rate = (total: number, disk: number, nodes: number): Rate => ({
  name: '',
  rate: { compute: null, storage: null, total },
  machinePools: [
    {
      name: 'workers',
      nodesCount: nodes,
      rate: { total, compute: { type: 'm5.large', rate: null }, storage: [{ type: 'gp2', sizeGB: 60, rate: disk }] },
    },
  ],
  resourceMetadata: { instanceTypes: {} },
});

describe('the cost of another size', () => {
  it('counts instances for each node and the disk once', () => {
    expect(poolCost(rate(0.306, 0.0084, 3), 'workers', 3, 6)).toEqual({
      beforePerMonth: 223.38,
      afterPerMonth: 440.63,
      perNode: expect.closeTo(0.0992, 10),
    });
  });

  it('is not known for a pool without a price or without nodes', () => {
    expect(poolCost(rate(0.306, 0, 3), 'others', 3, 6)).toBeNull();
    expect(poolCost(rate(0, 0, 0), 'workers', 0, 6)).toBeNull();
  });
});

const type = (name: string, cpu: number, memory: number, onDemand: number, spot: number, gpu = 0): InstanceType => ({
  type: name,
  category: '',
  cpu,
  memory,
  gpu,
  price: onDemand,
  cost: { price: [{ os: 'linux', onDemand, spot }] },
});
const TYPES = [
  type('big', 8, 32, 0.4, 0.1),
  type('small', 4, 16, 0.2, 0.05),
  type('tiny', 1, 2, 0.01, 0),
  type('gpu', 4, 16, 0.1, 0.02, 1),
];
const pool = {
  name: 'w',
  controlPlane: false,
  nodes: 6,
  minSize: null,
  instanceType: 'big',
  spot: false,
  perNode: 0.4,
};

describe('savings', () => {
  const kinds = (...args: Parameters<typeof savings>) => savings(...args).map((each) => each.kind);

  it('takes nothing from a busy cluster but the price of spot', () => {
    expect(kinds([pool], { cpu: 0.3, memory: 0.7 }, TYPES, 3)).toEqual(['spot']);
  });

  it('says nothing of what was not measured', () => {
    expect(kinds([{ ...pool, spot: true }], { cpu: null, memory: 0.1 }, TYPES, 3)).toEqual([]);
  });

  it('never touches the control plane, and keeps two workers', () => {
    expect(kinds([{ ...pool, controlPlane: true }], { cpu: 0.2, memory: 0.2 }, TYPES, 3)).toEqual([]);
    const [fewer] = savings([{ ...pool, nodes: 3, instanceType: 'unknown' }], { cpu: 0.11, memory: 0.11 }, TYPES, 3);
    expect(fewer).toMatchObject({ kind: 'fewer-nodes', perMonth: 292 });
  });

  it('offers only instances that carry the load and are of the same kind', () => {
    const found = savings([pool], { cpu: 0.3, memory: 0.3 }, TYPES, 3).find((each) => each.kind === 'smaller-instance');
    expect(found?.arithmetic).toContain('small $0.20');
    const tight = savings([pool], { cpu: 0.49, memory: 0.49 }, TYPES, 3).find(
      (each) => each.kind === 'smaller-instance',
    );
    expect(tight).toBeUndefined();
  });

  it('names the minimum where that is what keeps the nodes', () => {
    expect(kinds([{ ...pool, minSize: 6, spot: true }], { cpu: 0.2, memory: 0.2 }, [], 3)).toEqual(['lower-minimum']);
  });

  it('splits idle capacity 65:35, and 25:75 for memory-optimised instances', () => {
    expect(idleCost(1, { cpu: 0.5, memory: 1 }, false)?.perMonth).toBe(237.25);
    expect(idleCost(1, { cpu: 0.5, memory: 1 }, true)?.perMonth).toBe(91.25);
    expect(idleCost(1, { cpu: null, memory: 1 }, true)).toBeNull();
  });
});

describe('money', () => {
  it.each([
    [0.4632, '$0.4632'],
    [0.306, '$0.306'],
    [0, '$0.00'],
    [1234.5, '$1,234.50'],
    [12, '$12.00'],
  ])('%d is %s', (amount, text) => {
    expect(dollars(amount)).toBe(text);
  });
});
