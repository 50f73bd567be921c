import { describe, expect, it } from 'vitest';
import { ago, event, findingsOf, object, pod, summary } from './objects.js';

const gated = (name: string) =>
  pod(name)
    .unschedulable('')
    .with({ spec: { schedulingGates: [{ name: 'queue' }] } });

describe('P3: images that cannot be pulled', () => {
  it.each([
    ['manifest for shop/web:9 not found: manifest unknown', 'not found'],
    ['failed to authorize: 401 Unauthorized', 'unauthorized'],
    ['pull access denied, repository does not exist or may require authorization', 'not authorised'],
    ['toomanyrequests: You have reached your pull rate limit', 'limits the rate'],
    ['dial tcp: lookup registry.example: no such host', 'cannot be reached'],
    ['context deadline exceeded', 'cannot be reached'],
  ])('says why: %s', async (message, expected) => {
    const [finding] = await findingsOf([pod().phase('Pending').waiting('ErrImagePull', message)]);
    expect(finding).toMatchObject({ check: 'P3', severity: 'critical', name: 'web-1', reason: 'ErrImagePull' });
    expect(finding?.message).toContain(expected);
  });

  it('takes the reason from the event where the back-off says nothing', async () => {
    const broken = pod().phase('Pending').waiting('ImagePullBackOff').build();
    const told = event(broken, 'Failed', 'Failed to pull image "x": unauthorized: authentication required');
    const [finding] = await findingsOf([broken, told]);
    expect(finding?.message).toContain('unauthorized');
    expect(finding?.evidence.some((entry) => entry.path === 'event Failed')).toBe(true);
  });

  it('does not borrow the event of another pod of the same name', async () => {
    const broken = pod().phase('Pending').waiting('ImagePullBackOff').build();
    const stale = event(pod().build(), 'Failed', 'Failed to pull image "x": unauthorized');
    const [finding] = await findingsOf([broken, stale]);
    expect(finding?.message).not.toContain('unauthorized');
  });

  it.each(['ErrImageNeverPull', 'InvalidImageName', 'ImageInspectError', 'RegistryUnavailable'])(
    'knows %s even without a message',
    async (reason) => {
      expect(await summary([pod().phase('Pending').waiting(reason)], 'P3')).toEqual([
        `P3 critical Pod/shop/web-1 ${reason}`,
      ]);
    },
  );
});

describe('P4: containers that cannot be started', () => {
  it.each([
    ['CreateContainerConfigError', 'secret "db-password" not found', 'Secret db-password does not exist'],
    ['CreateContainerConfigError', "couldn't find key user in Secret shop/db", 'a key is missing'],
    ['CreateContainerConfigError', 'container has runAsNonRoot and image will run as root', 'must not run as root'],
    ['RunContainerError', 'exec: "serve": executable file not found in $PATH', 'not in the image'],
    ['PostStartHookError', 'hook failed', 'lifecycle hook'],
  ])('%s: %s', async (reason, message, expected) => {
    const [finding] = await findingsOf([pod().waiting(reason, message)]);
    expect(finding).toMatchObject({ check: 'P4', severity: 'critical', reason });
    expect(finding?.message).toContain(expected);
  });

  it('is the cause of the crash loop that a wrong command makes', async () => {
    const findings = await findingsOf([
      pod().waiting('CrashLoopBackOff').restarted(4, { exitCode: 128, reason: 'StartError', message: 'exec failed' }),
    ]);
    const start = findings.find((finding) => finding.check === 'P4');
    expect(start?.message).toContain('exit 128');
    expect(findings.find((finding) => finding.check === 'P1')?.causedBy).toBe(start?.id);
  });

  it('does not report a start error that is long over', async () => {
    expect(await summary([pod().restarted(1, { exitCode: 128, reason: 'StartError' })], 'P4')).toEqual([]);
  });
});

describe('P5: init containers', () => {
  const initPod = () => pod().phase('Pending').waiting('PodInitializing');

  it('reports one that fails', async () => {
    const failing = initPod().init('migrate', { state: { terminated: { exitCode: 3, reason: 'Error' } } });
    expect(await summary([failing], 'P5')).toEqual(['P5 critical Pod/shop/web-1 InitContainerFailed']);
  });

  it('folds it into the crash loop that it is in', async () => {
    const findings = await findingsOf([
      initPod().init('migrate', { restartCount: 6, state: { waiting: { reason: 'CrashLoopBackOff' } } }),
    ]);
    const loop = findings.find((finding) => finding.check === 'P1');
    expect(findings.find((finding) => finding.check === 'P5')?.causedBy).toBe(loop?.id);
  });

  it('warns after five minutes of running, not before', async () => {
    const running = (minutes: number) => initPod().init('wait', { state: { running: { startedAt: ago(minutes) } } });
    expect(await summary([running(6)])).toEqual(['P5 warning Pod/shop/web-1 InitContainerRunning']);
    expect(await summary([running(4)])).toEqual([]);
  });

  it('leaves sidecars alone: they are meant to keep running', async () => {
    const sidecar = pod().init(
      'proxy',
      { ready: true, started: true, state: { running: { startedAt: ago(60) } } },
      { restartPolicy: 'Always' },
    );
    expect(await summary([sidecar])).toEqual([]);
  });
});

describe('P8: scheduling gates', () => {
  it('are information', async () => {
    const held = gated('web-1').condition('PodScheduled', 'False', 'SchedulingGated', 'Scheduling is blocked');
    expect(await summary([held])).toEqual(['P8 info Pod/shop/web-1 SchedulingGated']);
  });
});

describe('P9: pods whose containers are not created', () => {
  const creating = (minutes: number) =>
    pod()
      .phase('Pending')
      .with({ status: { startTime: ago(minutes) } })
      .waiting('ContainerCreating')
      .build();

  it.each(['FailedMount', 'FailedAttachVolume', 'FailedMapVolume', 'FailedCreatePodSandBox', 'NetworkNotReady'])(
    'reports %s after two minutes and calls it critical after ten',
    async (reason) => {
      const recent = { firstTimestamp: ago(1) };
      for (const [minutes, expected] of [
        [1, []],
        [5, [`P9 warning Pod/shop/web-1 ${reason}`]],
        [20, [`P9 critical Pod/shop/web-1 ${reason}`]],
      ] as const) {
        const stuck = creating(minutes);
        expect(await summary([stuck, event(stuck, reason, 'it failed', recent)])).toEqual(expected);
      }
    },
  );

  it('finds the event behind later ones', async () => {
    const stuck = creating(20);
    const events = [
      event(stuck, 'FailedMount', 'no such volume', { lastTimestamp: ago(9) }),
      event(stuck, 'Pulling', 'other', { lastTimestamp: ago(1) }),
    ];
    expect(await summary([stuck, ...events], 'P9')).toEqual(['P9 critical Pod/shop/web-1 FailedMount']);
  });

  it('reads events that have only eventTime and a series', async () => {
    const stuck = creating(20);
    const told = object('Event', 'series', {
      type: 'Warning',
      reason: 'FailedMount',
      message: 'no such volume',
      involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web-1', uid: (stuck.metadata as { uid: string }).uid },
      eventTime: ago(600),
      series: { count: 40, lastObservedTime: ago(1) },
    });
    expect(await summary([stuck, told], 'P9')).toEqual(['P9 critical Pod/shop/web-1 FailedMount']);
  });

  it('says nothing without an event, however slow it is, unless events may not be read', async () => {
    expect(await summary([creating(30)])).toEqual([]);
    expect(await summary([creating(30)], undefined, { forbidden: ['events'] })).toEqual([
      'P9 warning Pod/shop/web-1 ContainerCreating',
    ]);
  });

  it('says nothing of a pod that has only just been placed', async () => {
    expect(await summary([creating(1)])).toEqual([]);
  });
});
