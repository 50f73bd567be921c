import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import { deployment, findingsOf, object, pod, summary } from './objects.js';

const condition = (type: string, status: string, reason: string): JsonObject => ({
  type,
  status,
  reason,
  message: reason,
});

describe('W9: autoscalers', () => {
  const scaler = (conditions: JsonObject[] = [], spec: JsonObject = {}) =>
    object('HorizontalPodAutoscaler', 'web', {
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 5, ...spec },
      status: { currentReplicas: 2, conditions },
    });
  const web = (requests: JsonObject = { cpu: '100m' }) =>
    deployment('web', { spec: { template: { spec: { containers: [{ name: 'main', resources: { requests } }] } } } });
  const utilization = { metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }] };

  it('miss their target or have one that cannot be scaled', async () => {
    expect(await summary([scaler()])).toEqual(['W9 critical HorizontalPodAutoscaler/shop/web TargetMissing']);
    const daemon = { scaleTargetRef: { kind: 'DaemonSet', name: 'web' } };
    expect(await summary([scaler([], daemon)])).toEqual([
      'W9 critical HorizontalPodAutoscaler/shop/web TargetUnsupported',
    ]);
  });

  it('may have a target of a custom kind, which only its own controller knows', async () => {
    const rollout = { scaleTargetRef: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web' } };
    expect(await summary([scaler([], rollout)])).toEqual([]);
  });

  it.each([
    [condition('AbleToScale', 'False', 'FailedGetScale'), 'FailedGetScale'],
    [condition('ScalingActive', 'False', 'FailedGetResourceMetric'), 'FailedGetResourceMetric'],
    [condition('ScalingLimited', 'True', 'TooManyReplicas'), 'AtMaximum'],
  ])('%j', async (entry, reason) => {
    expect(await summary([web(), scaler([entry])])).toEqual([`W9 warning HorizontalPodAutoscaler/shop/web ${reason}`]);
  });

  it('say which container lacks the request that utilization is measured against', async () => {
    const [finding] = await findingsOf([web({ memory: '1Gi' }), scaler([], utilization)]);
    expect(finding).toMatchObject({ check: 'W9', reason: 'RequestsMissing' });
    expect(finding?.message).toContain('container main has no cpu request');
    expect(await summary([web(), scaler([], utilization)])).toEqual([]);
    const working = scaler([condition('ScalingActive', 'True', 'ValidMetricFound')], utilization);
    expect(await summary([web({ memory: '1Gi' }), working])).toEqual([]);
  });

  it('are fine at their minimum, and informative where scaling is off', async () => {
    expect(await summary([web(), scaler([condition('ScalingLimited', 'True', 'TooFewReplicas')])])).toEqual([]);
    expect(await summary([web(), scaler([condition('ScalingActive', 'False', 'ScalingDisabled')])])).toEqual([
      'W9 info HorizontalPodAutoscaler/shop/web ScalingDisabled',
    ]);
  });

  it('follow from the metrics API that is down', async () => {
    const findings = await findingsOf([
      web(),
      scaler([condition('ScalingActive', 'False', 'FailedGetResourceMetric')]),
      object('APIService', 'v1beta1.metrics.k8s.io', {
        spec: { service: { namespace: 'kube-system', name: 'metrics-server' } },
        status: { conditions: [condition('Available', 'False', 'MissingEndpoints')] },
      }),
    ]);
    expect(findings.find((finding) => finding.check === 'W9')?.causedBy).toMatch(/^S9:/);
  });
});

describe('W10: disruption budgets', () => {
  const budget = (spec: JsonObject, status: JsonObject = {}, name = 'web') =>
    object('PodDisruptionBudget', name, {
      spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
      status: { disruptionsAllowed: 1, expectedPods: 2, ...status },
    });
  const pods = [pod('web-1').labels({ app: 'web' }), pod('web-2').labels({ app: 'web' })];

  it.each<JsonObject>([{ minAvailable: 2 }, { minAvailable: '100%' }, { maxUnavailable: 0 }, { maxUnavailable: '0%' }])(
    'can never be met: %j',
    async (spec) => {
      expect(await summary([budget(spec, { disruptionsAllowed: 0 }), ...pods])).toEqual([
        'W10 warning PodDisruptionBudget/shop/web ImpossibleBudget',
      ]);
    },
  );

  it('block while pods are not healthy, and look conditions up by type', async () => {
    const status = {
      disruptionsAllowed: 0,
      conditions: [condition('Other', 'True', 'Other'), condition('DisruptionAllowed', 'False', 'InsufficientPods')],
    };
    const sick = [pod('web-1').labels({ app: 'web' }), pod('web-2').labels({ app: 'web' }).unready(10)];
    const findings = await findingsOf([budget({ minAvailable: 1 }, status), ...sick]);
    const blocked = findings.find((finding) => finding.check === 'W10');
    expect(blocked).toMatchObject({ reason: 'DisruptionsBlocked', severity: 'warning' });
    expect(blocked?.evidence).toContainEqual({
      path: 'status.conditions[DisruptionAllowed].reason',
      value: 'InsufficientPods',
    });
    expect(blocked?.causedBy).toMatch(/^P10:/);
  });

  it('are fine while they allow something or everything is healthy', async () => {
    expect(await summary([budget({ minAvailable: 1 }), ...pods])).toEqual([]);
    expect(await summary([budget({ minAvailable: 1 }, { disruptionsAllowed: 0 }), ...pods])).toEqual([]);
  });

  it('select nothing, or overlap', async () => {
    expect(await summary([budget({ minAvailable: 1 })])).toEqual([
      'W10 info PodDisruptionBudget/shop/web SelectsNothing',
    ]);
    expect(await summary([budget({ minAvailable: 1 }), budget({ minAvailable: 1 }, {}, 'other'), ...pods])).toEqual([
      'W10 warning PodDisruptionBudget/shop/other OverlappingBudgets',
    ]);
  });
});
