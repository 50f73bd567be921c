import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import { ago, event, findingsOf, node, object, pod, summary } from './objects.js';

const storageClass = (name: string, extra: JsonObject = {}, isDefault = true) =>
  object('StorageClass', name, {
    metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': String(isDefault) } },
    provisioner: 'csi.example',
    ...extra,
  });
const fast = storageClass('fast');
const late = storageClass('late', { volumeBindingMode: 'WaitForFirstConsumer' });
const claim = (spec: JsonObject = {}, status: JsonObject = { phase: 'Pending' }) =>
  object('PersistentVolumeClaim', 'data', { spec, status });
const user = () =>
  pod()
    .phase('Pending')
    .with({ spec: { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] } });

describe('V1: claims without a volume', () => {
  it.each([
    ['class missing', [claim({ storageClassName: 'gone' }), fast], 'StorageClassMissing'],
    ['no matching volume', [claim({ storageClassName: '' }), fast], 'NoMatchingVolume'],
    ['nothing provisioned', [claim({ storageClassName: 'fast' }), fast], 'NotProvisioned'],
  ])('%s', async (_, items, reason) => {
    expect(await summary(items)).toEqual([`V1 warning PersistentVolumeClaim/shop/data ${reason}`]);
  });

  it('have no default class to fall back to', async () => {
    expect(await summary([claim(), storageClass('fast', {}, false)], 'V1')).toEqual([
      'V1 warning PersistentVolumeClaim/shop/data NoDefaultClass',
    ]);
  });

  it('quote why provisioning fails, and are critical while a pod waits', async () => {
    const waiting = claim({ storageClassName: 'fast' });
    const failed = event(waiting, 'ProvisioningFailed', 'quota of the storage exceeded');
    const [finding] = await findingsOf([waiting, failed, fast]);
    expect(finding).toMatchObject({ severity: 'warning', reason: 'ProvisioningFailed' });
    expect(finding?.message).toContain('quota of the storage exceeded');
    expect(await summary([waiting, failed, fast, user()], 'V1')).toEqual([
      'V1 critical PersistentVolumeClaim/shop/data ProvisioningFailed',
    ]);
  });

  it('wait for their first consumer on purpose', async () => {
    const waiting = claim({ storageClassName: 'late' });
    expect(await summary([waiting, late])).toEqual(['V1 info PersistentVolumeClaim/shop/data WaitForFirstConsumer']);
  });

  it('that wait for a pod without a node follow from that pod', async () => {
    const stuck = pod()
      .unschedulable('0/1 nodes are available: 1 Insufficient cpu.')
      .with({ spec: { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] } });
    const findings = await findingsOf([claim({ storageClassName: 'late' }), late, stuck]);
    const waiting = findings.find((finding) => finding.check === 'V1');
    expect(waiting).toMatchObject({ severity: 'info' });
    expect(waiting?.causedBy).toMatch(/^P7:/);
  });

  it('get a little time, and are fine once bound', async () => {
    const fresh = object('PersistentVolumeClaim', 'data', {
      metadata: { creationTimestamp: ago(1) },
      spec: { storageClassName: 'fast' },
      status: { phase: 'Pending' },
    });
    expect(await summary([fresh, fast])).toEqual([]);
    expect(await summary([claim({ storageClassName: 'fast' }, { phase: 'Bound' }), fast])).toEqual([]);
  });
});

describe('V2: volumes and classes', () => {
  const volume = (phase: string) => object('PersistentVolume', 'pv-1', { status: { phase } });

  it('lost, failed and released', async () => {
    expect(await summary([claim({ storageClassName: 'fast' }, { phase: 'Lost' }), fast])).toEqual([
      'V2 critical PersistentVolumeClaim/shop/data ClaimLost',
    ]);
    expect(await summary([volume('Failed')])).toEqual(['V2 critical PersistentVolume//pv-1 VolumeFailed']);
    expect(await summary([volume('Released')])).toEqual(['V2 info PersistentVolume//pv-1 VolumeReleased']);
    expect(await summary([volume('Bound'), volume('Available')])).toEqual([]);
  });

  it('do not grow as asked', async () => {
    const growing = (minutes: number) =>
      claim(
        { storageClassName: 'fast' },
        {
          phase: 'Bound',
          conditions: [{ type: 'FileSystemResizePending', status: 'True', lastTransitionTime: ago(minutes) }],
        },
      );
    expect(await summary([growing(20), fast])).toEqual(['V2 warning PersistentVolumeClaim/shop/data ResizeStuck']);
    expect(await summary([growing(2), fast])).toEqual([]);
  });

  it('cannot be attached', async () => {
    const attachment = object('VolumeAttachment', 'csi-1', {
      spec: { nodeName: 'node-1', source: { persistentVolumeName: 'pv-1' } },
      status: { attached: false, attachError: { message: 'already attached elsewhere' } },
    });
    expect(await summary([attachment])).toEqual(['V2 warning VolumeAttachment//csi-1 AttachError']);
    const down = node('node-1', [{ type: 'Ready', status: 'Unknown' }]);
    const findings = await findingsOf([attachment, down]);
    expect(findings.find((finding) => finding.check === 'V2')?.causedBy).toMatch(/^N1:/);
  });

  it('have exactly one default class', async () => {
    expect(await summary([storageClass('a'), storageClass('b')])).toEqual([
      'V2 warning StorageClass//a SeveralDefaultClasses',
    ]);
    expect(await summary([storageClass('a', {}, false)])).toEqual(['V2 warning StorageClass//a NoDefaultClass']);
    expect(await summary([storageClass('a'), storageClass('b', {}, false)])).toEqual([]);
    expect(await summary([])).toEqual([]);
  });
});
