import { describe, expect, it } from 'vitest';
import { ago, event, findingsOf, object, pod, summary } from './objects.js';

describe('P1: crash loops', () => {
  it('tells restarts, exit code and time of the last end', async () => {
    const [finding] = await findingsOf([
      pod().waiting('CrashLoopBackOff').restarted(7, { exitCode: 1, minutesAgo: 4 }),
    ]);
    expect(finding).toMatchObject({ check: 'P1', severity: 'critical', kind: 'Pod', namespace: 'shop', name: 'web-1' });
    expect(finding?.evidence).toEqual(
      expect.arrayContaining([
        { path: 'status.containerStatuses[0].restartCount', value: '7' },
        { path: 'status.containerStatuses[0].lastState.terminated.exitCode', value: '1' },
        { path: 'status.containerStatuses[0].lastState.terminated.finishedAt', value: ago(4) },
      ]),
    );
  });

  it('is found without any last state', async () => {
    expect(await summary([pod().waiting('CrashLoopBackOff')])).toEqual(['P1 critical Pod/shop/web-1 CrashLoopBackOff']);
  });

  it('is one finding for each container', async () => {
    const waiting = { waiting: { reason: 'CrashLoopBackOff' } };
    const statuses = ['app', 'proxy'].map((name) => ({ name, ready: false, restartCount: 3, state: waiting }));
    const two = object('Pod', 'two', { status: { phase: 'Running', containerStatuses: statuses } });
    expect((await findingsOf([two])).map((finding) => finding.id)).toEqual([
      'P1:shop/Pod/two:CrashLoopBackOff:app',
      'P1:shop/Pod/two:CrashLoopBackOff:proxy',
    ]);
  });

  it('is one finding for all pods of a deployment', async () => {
    const replica = (name: string) =>
      pod(name).ownedBy('ReplicaSet', 'web-5d8').waiting('CrashLoopBackOff').labels({ 'pod-template-hash': '5d8' });
    const findings = await findingsOf([replica('web-5d8-b'), replica('web-5d8-a'), replica('web-5d8-c')]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ count: 3, owner: { kind: 'Deployment', name: 'web' }, name: 'web-5d8-a' });
    expect(findings[0]?.id).toBe('P1:shop/Deployment/web:CrashLoopBackOff:main');
  });
});

describe('P2: out of memory', () => {
  it('is told even when the container runs again', async () => {
    const [finding] = await findingsOf([
      pod()
        .container({ resources: { limits: { memory: '256Mi' } } })
        .restarted(1, { exitCode: 137, reason: 'OOMKilled', minutesAgo: 20 }),
    ]);
    expect(finding).toMatchObject({ check: 'P2', severity: 'critical' });
    expect(finding?.message).toContain('256Mi');
  });

  it('is a warning once it is more than an hour ago', async () => {
    const old = pod().restarted(1, { exitCode: 137, reason: 'OOMKilled', minutesAgo: 90 });
    expect(await summary([old])).toEqual(['P2 warning Pod/shop/web-1 OOMKilled']);
  });

  it('is not concluded from exit code 137 alone', async () => {
    const findings = await findingsOf([
      pod().waiting('CrashLoopBackOff').restarted(3, { exitCode: 137, reason: 'Error' }),
    ]);
    expect(findings.map((finding) => finding.check)).toEqual(['P1']);
    expect(findings[0]?.message).toContain('SIGKILL');
  });

  it('is the cause of the crash loop that it makes', async () => {
    const findings = await findingsOf([
      pod().waiting('CrashLoopBackOff').restarted(9, { exitCode: 137, reason: 'OOMKilled' }),
    ]);
    const killed = findings.find((finding) => finding.check === 'P2');
    expect(findings.find((finding) => finding.check === 'P1')?.causedBy).toBe(killed?.id);
  });
});

describe('P6: ended with an error', () => {
  it.each([
    [1, 'the program failed'],
    [2, 'wrong usage'],
    [126, 'not executable'],
    [127, 'not found'],
    [134, 'SIGABRT'],
    [137, 'SIGKILL'],
    [139, 'SIGSEGV'],
    [143, 'SIGTERM'],
  ])('exit %i: %s', async (exitCode, expected) => {
    const [finding] = await findingsOf([pod().phase('Failed').ended({ exitCode })]);
    expect(finding).toMatchObject({ check: 'P6', severity: 'warning' });
    expect(finding?.message).toContain(expected);
  });

  it('is critical where no replica is left', async () => {
    const replica = (name: string) => pod(name).ownedBy('StatefulSet', 'db').ended({});
    expect(await summary([replica('db-0'), replica('db-1')], 'P6')).toEqual(['P6 critical Pod/shop/db-0 Error']);
    expect(await summary([replica('db-0'), pod('db-1').ownedBy('StatefulSet', 'db')], 'P6')).toEqual([
      'P6 warning Pod/shop/db-0 Error',
    ]);
  });

  it('is history where the job has succeeded in the end', async () => {
    const failed = pod('import-1').ownedBy('Job', 'import').phase('Failed').ended({});
    const job = (type: string) =>
      object('Job', 'import', { status: { failed: 1, succeeded: 1, conditions: [{ type, status: 'True' }] } });
    expect(await summary([failed, job('Complete')])).toEqual([]);
    expect(await summary([failed, job('SuccessCriteriaMet')])).toEqual([]);
    expect(await summary([failed, job('Suspended')], 'P6')).toHaveLength(1);
  });

  it('leaves completed pods alone', async () => {
    expect(await summary([pod().phase('Succeeded').ended({ exitCode: 0, reason: 'Completed' })])).toEqual([]);
  });
});

describe('P10: running but not ready', () => {
  it('quotes the failing readiness probe', async () => {
    const slow = pod().unready(10).build();
    const [finding] = await findingsOf([slow, event(slow, 'Unhealthy', 'Readiness probe failed: HTTP 503')]);
    expect(finding).toMatchObject({ check: 'P10', severity: 'warning', reason: 'ReadinessProbeFailed' });
    expect(finding?.evidence).toContainEqual({ path: 'event Unhealthy', value: 'Readiness probe failed: HTTP 503' });
  });

  it('is critical where no replica is ready', async () => {
    expect(await summary([pod().ownedBy('StatefulSet', 'db').unready(10)], 'P10')).toEqual([
      'P10 critical Pod/shop/web-1 ContainersNotReady',
    ]);
  });

  it('names a readiness gate that is not true', async () => {
    const waiting = pod()
      .with({ spec: { readinessGates: [{ conditionType: 'lb.example/ready' }] } })
      .condition('Ready', 'False', 'ReadinessGatesNotReady', '', 10);
    const [finding] = await findingsOf([waiting]);
    expect(finding?.reason).toBe('ReadinessGateFalse');
    expect(finding?.message).toContain('lb.example/ready');
  });

  it('is told by the event even where the status is bare, and is not guessed without', async () => {
    const bare = object('Pod', 'bare', {
      status: { phase: 'Running', containerStatuses: [{ name: 'main', ready: false }] },
    });
    expect(await summary([bare, event(bare, 'Unhealthy', 'readiness probe failed: 503', { count: 1 })])).toEqual([
      'P10 warning Pod/shop/bare ReadinessProbeFailed',
    ]);
    expect(await summary([bare])).toEqual([]);
  });

  it('gives a container a minute, and says nothing of ready, terminating or finished pods', async () => {
    const fresh = pod().unready(0.5);
    const leaving = pod('web-2')
      .unready(10)
      .with({ metadata: { deletionTimestamp: ago(0) } });
    const done = pod('web-3').phase('Succeeded').condition('Ready', 'False', 'PodCompleted');
    expect(await summary([fresh, leaving, done, pod('web-4')])).toEqual([]);
  });
});

describe('P11: killed by probes', () => {
  it.each([
    ['Liveness probe failed: timeout', 'LivenessProbeFailed'],
    ['Startup probe failed: connection refused', 'StartupProbeFailed'],
  ])('%s', async (message, reason) => {
    const killed = pod().restarted(2, { exitCode: 137 }).build();
    expect(await summary([killed, event(killed, 'Unhealthy', message)], 'P11')).toEqual([
      `P11 warning Pod/shop/web-1 ${reason}`,
    ]);
  });

  it('is not reported for readiness, nor for one failure without a restart', async () => {
    const fine = pod().build();
    const once = event(fine, 'Unhealthy', 'Liveness probe failed: timeout', { count: 1 });
    const ready = event(fine, 'Unhealthy', 'Readiness probe failed: timeout');
    expect(await summary([fine, once, ready], 'P11')).toEqual([]);
  });
});

describe('P12: restarts', () => {
  it.each([
    [5, 600, 1],
    [3, 30, 1],
    [3, 90, 0],
    [2, 1, 0],
  ])('%i restarts, the last %i minutes ago: %i findings', async (times, minutesAgo, expected) => {
    expect(await summary([pod().restarted(times, { minutesAgo })], 'P12')).toHaveLength(expected);
  });
});

describe('P17: memory near the limit', () => {
  const usage = (memory: string) =>
    object('PodMetrics', 'web-1', { containers: [{ name: 'main', usage: { memory } }] });
  const limited = () => pod().container({ resources: { limits: { memory: '100Mi' } } });

  it('starts at 90 %', async () => {
    expect(await summary([limited(), usage('92160Ki')])).toEqual(['P17 warning Pod/shop/web-1 NearMemoryLimit']);
    expect(await summary([limited(), usage('91000Ki')])).toEqual([]);
  });

  it('says nothing where there are no metrics, and that is no gap', async () => {
    expect(await summary([limited()], undefined, { absent: ['metrics:pods'] })).toEqual([]);
  });
});
