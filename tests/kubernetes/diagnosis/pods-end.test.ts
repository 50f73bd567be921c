import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import { ago, findingsOf, node, object, pod, summary } from './objects.js';

describe('P13: evicted and refused', () => {
  it.each([
    'Evicted',
    'NodeLost',
    'NodeAffinity',
    'OutOfcpu',
    'OutOfmemory',
    'OutOfpods',
    'UnexpectedAdmissionError',
    'Preempting',
    'DeadlineExceeded',
  ])('%s', async (reason) => {
    expect(await summary([pod().phase('Failed', reason, 'the node was low on memory')])).toEqual([
      `P13 warning Pod/shop/web-1 ${reason}`,
    ]);
  });

  it('knows a disruption by its condition', async () => {
    const moved = pod().phase('Failed').condition('DisruptionTarget', 'True', 'PreemptionByScheduler');
    expect(await summary([moved])).toEqual(['P13 warning Pod/shop/web-1 PreemptionByScheduler']);
  });

  it('is one finding for each owner and reason', async () => {
    const gone = (name: string, reason: string) => pod(name).ownedBy('StatefulSet', 'db').phase('Failed', reason);
    const findings = await findingsOf([gone('db-0', 'Evicted'), gone('db-1', 'Evicted'), gone('db-2', 'Preempting')]);
    expect(findings.map(({ reason, count }) => `${reason} ${count}`)).toEqual(['Evicted 2', 'Preempting 1']);
  });

  it('follows from the pressure on its node', async () => {
    const tight = node('node-1', [{ type: 'MemoryPressure', status: 'True', message: 'low' }]);
    const findings = await findingsOf([tight, pod().phase('Failed', 'Evicted')]);
    expect(findings.find((finding) => finding.check === 'P13')?.causedBy).toBe('N2:/Node/node-1:MemoryPressure');
  });

  it('leaves a running pod that is being moved alone', async () => {
    expect(await summary([pod().condition('DisruptionTarget', 'True', 'EvictionByEvictionAPI')])).toEqual([]);
  });
});

describe('P14: stuck while terminating', () => {
  const leaving = (minutes: number, finalizers: string[] = []) =>
    pod().with({ metadata: { deletionTimestamp: ago(minutes), finalizers } });

  it('starts two minutes after the grace period has ended', async () => {
    expect(await summary([leaving(3)])).toEqual(['P14 warning Pod/shop/web-1 StuckTerminating']);
    expect(await summary([leaving(1)])).toEqual([]);
    expect(await summary([leaving(-1)])).toEqual([]);
  });

  it('names finalizers and the state of the node', async () => {
    const [held] = await findingsOf([leaving(30, ['example.com/backup'])]);
    expect(held?.message).toContain('example.com/backup');
    const lost = await findingsOf([leaving(30), node('node-1', [{ type: 'Ready', status: 'Unknown' }])]);
    const stuck = lost.find((finding) => finding.check === 'P14');
    expect(stuck?.message).toContain('does not answer');
    expect(stuck?.causedBy).toMatch(/^N1:/);
  });
});

describe('P15: phase unknown', () => {
  it('is critical', async () => {
    expect(await summary([pod().phase('Unknown', 'NodeLost')])).toEqual(['P15 critical Pod/shop/web-1 PhaseUnknown']);
  });
});

describe('P16: references to what does not exist', () => {
  const refers: JsonObject = {
    volumes: [
      { name: 'a', configMap: { name: 'settings' } },
      {
        name: 'b',
        projected: { sources: [{ secret: { name: 'token' } }, { configMap: { name: 'kube-root-ca.crt' } }] },
      },
      { name: 'c', persistentVolumeClaim: { claimName: 'data' } },
    ],
    imagePullSecrets: [{ name: 'registry' }],
    serviceAccountName: 'shop',
    priorityClassName: 'gold',
    runtimeClassName: 'gvisor',
  };

  it('covers volumes, pull secrets, account, priority and runtime class', async () => {
    const found = await summary([pod().with({ spec: refers })], 'P16');
    expect(found.map((line) => line.split(' ').at(-1)).sort()).toEqual([
      'ConfigMapMissing',
      'PersistentVolumeClaimMissing',
      'PriorityClassMissing',
      'RuntimeClassMissing',
      'SecretMissing',
      'ServiceAccountMissing',
    ]);
  });

  it('says nothing where all of it exists', async () => {
    const existing = [
      object('ConfigMap', 'settings'),
      object('Secret', 'token'),
      object('Secret', 'registry'),
      object('PersistentVolumeClaim', 'data', { status: { phase: 'Bound' } }),
      object('ServiceAccount', 'shop'),
      object('PriorityClass', 'gold'),
      object('RuntimeClass', 'gvisor'),
    ];
    expect(await summary([pod().with({ spec: refers }), ...existing])).toEqual([]);
  });

  it('is critical while the pod does not run, and a warning while it does', async () => {
    const spec = { volumes: [{ name: 'a', secret: { secretName: 'gone' } }] };
    expect(await summary([pod().with({ spec })])).toEqual(['P16 warning Pod/shop/web-1 SecretMissing']);
    expect(await summary([pod().phase('Pending').with({ spec })])).toEqual([
      'P16 critical Pod/shop/web-1 SecretMissing',
    ]);
  });

  it('honours optional, and skips finished pods and the default account', async () => {
    const optional = {
      volumes: [{ name: 'a', secret: { secretName: 'gone', optional: true } }],
      serviceAccountName: 'default',
    };
    const lenient = pod()
      .with({ spec: optional })
      .container({
        env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'gone', key: 'x', optional: true } } }],
        envFrom: [{ secretRef: { name: 'gone', optional: true } }],
      });
    expect(await summary([lenient, pod('done').phase('Succeeded').with({ spec: refers })])).toEqual([]);
  });

  it('finds a missing key from managed fields, without ever reading a value', async () => {
    const log: string[] = [];
    const user = pod().container({
      env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }],
    });
    const secret = (key: string) =>
      object('Secret', 'db', {
        metadata: { managedFields: [{ fieldsV1: { 'f:data': { '.': {}, [`f:${key}`]: {} } } }] },
        data: { [key]: 'c2VjcmV0' },
      });
    expect(await summary([user, secret('passwd')], 'P16', { log })).toEqual([
      'P16 warning Pod/shop/web-1 SecretKeyMissing',
    ]);
    expect(await summary([user, secret('password')], 'P16', { log })).toEqual([]);
    expect(log.filter((line) => line.includes('secrets')).every((line) => line.endsWith('(metadata)'))).toBe(true);
  });

  it('says nothing of secrets that may not be listed', async () => {
    const spec = { volumes: [{ name: 'a', secret: { secretName: 'gone' } }] };
    expect(await summary([pod().with({ spec })], undefined, { forbidden: ['secrets'] })).toEqual([]);
  });

  it('is the cause of what the kubelet says about it', async () => {
    const broken = pod()
      .phase('Pending')
      .container({ envFrom: [{ configMapRef: { name: 'settings' } }] })
      .waiting('CreateContainerConfigError', 'configmap "settings" not found');
    const findings = await findingsOf([broken]);
    const cause = findings.find((finding) => finding.check === 'P16');
    expect(findings.find((finding) => finding.check === 'P4')?.causedBy).toBe(cause?.id);
  });
});
