/** The pure parts of the emulated API server, as tables: patches, selectors, quantities, ages, schedules. */
import { describe, expect, it } from 'vitest';
import { nextRun, parseSchedule } from '../../src/emulators/kubernetes/controllers/cron.js';
import { Names } from '../../src/emulators/kubernetes/names.js';
import { jsonPatch, mergePatch } from '../../src/emulators/kubernetes/patch/json.js';
import { strategicPatch } from '../../src/emulators/kubernetes/patch/strategic.js';
import { quantity } from '../../src/emulators/kubernetes/quantity.js';
import { fieldSelector, labelSelector, matchesSelector } from '../../src/emulators/kubernetes/selectors.js';
import { humanDuration } from '../../src/emulators/kubernetes/tables/cells.js';
import type { JsonObject } from '../../src/json.js';

describe('strategic merge patch', () => {
  const spec = (containers: JsonObject[], more: JsonObject = {}): JsonObject => ({ spec: { containers, ...more } });
  const before = spec([
    { name: 'a', image: 'a:1', env: [{ name: 'X', value: '1' }], ports: [{ containerPort: 80 }] },
    { name: 'b', image: 'b:1' },
  ]);

  it.each<[string, JsonObject, JsonObject]>([
    [
      'merges by name',
      spec([{ name: 'b', image: 'b:2' }]),
      spec([
        { name: 'a', image: 'a:1', env: [{ name: 'X', value: '1' }], ports: [{ containerPort: 80 }] },
        { name: 'b', image: 'b:2' },
      ]),
    ],
    [
      'appends what is new',
      spec([{ name: 'c' }]),
      spec([
        { name: 'a', image: 'a:1', env: [{ name: 'X', value: '1' }], ports: [{ containerPort: 80 }] },
        { name: 'b', image: 'b:1' },
        { name: 'c' },
      ]),
    ],
    ['deletes an item', spec([{ name: 'a', $patch: 'delete' }]), spec([{ name: 'b', image: 'b:1' }])],
    ['replaces a list', spec([{ $patch: 'replace' }, { name: 'z' }]), spec([{ name: 'z' }])],
    [
      'keeps the order that is asked for',
      {
        spec: {
          '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
          containers: [{ name: 'a', env: null, ports: null }],
        },
      },
      spec([
        { name: 'b', image: 'b:1' },
        { name: 'a', image: 'a:1' },
      ]),
    ],
  ])('%s', (_what, patch, after) => {
    expect(strategicPatch(before, patch)).toEqual(after);
  });

  it('replaces lists without a merge key, merges finalizers, and deletes from them', () => {
    const value = {
      metadata: { finalizers: ['a', 'b'] },
      spec: { tolerations: [{ key: 'x' }], taints: [{ key: 't', value: '1' }] },
    };
    expect(strategicPatch(value, { spec: { tolerations: [{ key: 'y' }], taints: [{ key: 'u' }] } })).toMatchObject({
      spec: { tolerations: [{ key: 'y' }], taints: [{ key: 't', value: '1' }, { key: 'u' }] },
    });
    expect(
      strategicPatch(value, { metadata: { finalizers: ['c'], '$deleteFromPrimitiveList/finalizers': ['a'] } }),
    ).toMatchObject({
      metadata: { finalizers: expect.arrayContaining(['b', 'c']) },
    });
  });
});

describe('JSON patches', () => {
  it('follow RFC 7386', () => {
    expect(mergePatch({ a: { b: 1, c: 2 }, d: [1, 2] }, { a: { b: null }, d: [3] })).toEqual({ a: { c: 2 }, d: [3] });
  });

  it('follow RFC 6902', () => {
    const value = { a: [1, 2, 3], b: { 'x/y': 1 } };
    expect(
      jsonPatch(value, [
        { op: 'add', path: '/a/1', value: 9 },
        { op: 'remove', path: '/a/0' },
      ]),
    ).toMatchObject({ a: [9, 2, 3] });
    expect(jsonPatch(value, [{ op: 'replace', path: '/b/x~1y', value: 2 }])).toMatchObject({ b: { 'x/y': 2 } });
    expect(jsonPatch(value, [{ op: 'move', from: '/b', path: '/c' }])).toEqual({ a: [1, 2, 3], c: { 'x/y': 1 } });
    expect(() => jsonPatch(value, [{ op: 'remove', path: '/nope' }])).toThrow('does not exist');
    expect(() => jsonPatch(value, [{ op: 'test', path: '/a/0', value: 2 }])).toThrow('test failed');
    expect(value).toEqual({ a: [1, 2, 3], b: { 'x/y': 1 } });
  });
});

describe('selectors', () => {
  const labelled = (labels: Record<string, string>): JsonObject => ({ metadata: { labels } });
  it.each<[string, Record<string, string>, boolean]>([
    ['a=b', { a: 'b' }, true],
    ['a==b', { a: 'c' }, false],
    ['a!=b', {}, true],
    ['a in (b, c)', { a: 'c' }, true],
    ['a notin (b)', {}, true],
    ['a', {}, false],
    ['!a', {}, true],
    ['a,b=c', { a: '', b: 'c' }, true],
    ['n>3', { n: '10' }, true],
  ])('%s', (selector, labels, expected) => {
    expect(labelSelector(selector)?.(labelled(labels))).toBe(expected);
  });

  it('an absent LabelSelector matches nothing, an empty one everything', () => {
    expect([matchesSelector(undefined, { a: 'b' }), matchesSelector({}, {})]).toEqual([false, true]);
  });

  it('fields that are absent compare as empty', () => {
    expect(fieldSelector('spec.nodeName=', 'pods')?.({ spec: {} })).toBe(true);
    expect(fieldSelector('spec.unschedulable=false', 'nodes')?.({ spec: {} })).toBe(true);
  });
});

it.each<[unknown, number]>([
  ['250m', 0.25],
  ['1Gi', 2 ** 30],
  ['15974Ki', 15974 * 1024],
  ['2', 2],
  ['1e3', 1000],
  ['98000000n', 0.098],
  ['5G', 5e9],
])('quantity %s', (text, value) => {
  expect(quantity(text)).toBeCloseTo(value, 9);
});
it('no quantity is NaN', () => expect(quantity('1 apple')).toBeNaN());

it.each<[number, string]>([
  [5, '5s'],
  [119, '119s'],
  [120, '2m'],
  [155, '2m35s'],
  [600, '10m'],
  [10_799, '179m'],
  [10_800, '3h'],
  [3600 * 5 + 60 * 7, '5h7m'],
  [3600 * 47, '47h'],
  [3600 * 53, '2d5h'],
  [86_400 * 41, '41d'],
  [86_400 * 800, '2y70d'],
])('%d seconds are written as %s', (seconds, text) => {
  expect(humanDuration(seconds * 1000)).toBe(text);
});

describe('cron', () => {
  const from = Date.parse('2026-06-01T09:12:30Z');
  it.each<[string, string]>([
    ['*/30 * * * *', '2026-06-01T09:30:00.000Z'],
    ['0 2 * * *', '2026-06-02T02:00:00.000Z'],
    ['15 9 * * 1-5', '2026-06-01T09:15:00.000Z'],
    ['0 0 1 1 *', '2027-01-01T00:00:00.000Z'],
    ['0 0 * * 7', '2026-06-07T00:00:00.000Z'],
    ['@hourly', '2026-06-01T10:00:00.000Z'],
  ])('%s', (schedule, next) => {
    expect(new Date(nextRun(schedule, from) ?? 0).toISOString()).toBe(next);
  });
  it('refuses what is none, and never fires on a day that does not exist', () => {
    for (const wrong of ['', '* * * *', '61 * * * *', 'a b c d e']) expect(parseSchedule(wrong)).toBeUndefined();
    expect(nextRun('0 0 31 2 *', from)).toBeUndefined();
  });
});

it('names depend on the seed and on what they belong to, and on nothing else', () => {
  const [a, b] = [new Names(1), new Names(2)];
  expect(a.suffix(5, 'pod', 1)).toBe(new Names(1).suffix(5, 'pod', 1));
  expect(a.suffix(5, 'pod', 1)).not.toBe(b.suffix(5, 'pod', 1));
  expect(a.uid('x')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
