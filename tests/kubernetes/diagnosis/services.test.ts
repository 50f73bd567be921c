import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import { ago, deployment, event, findingsOf, object, pod, service, slice, summary } from './objects.js';

const app = (name: string) => pod(name).labels({ app: 'web' });
const ingress = (backend: string) =>
  object('Ingress', 'web', {
    spec: { ingressClassName: 'nginx', defaultBackend: { service: { name: backend, port: { number: 80 } } } },
  });
const nginx = object('IngressClass', 'nginx');

describe('S1: services without a ready endpoint', () => {
  it('show the nearest labels where no pod matches', async () => {
    const [finding] = await findingsOf([service('web', { app: 'web', tier: 'front' }), slice('web', 0), app('web-1')]);
    expect(finding).toMatchObject({ check: 'S1', severity: 'warning', reason: 'NoPodMatches' });
    expect(finding?.evidence).toContainEqual({ path: 'nearest labels', value: 'Pod web-1 has no tier' });
  });

  it('say that pods match but none is ready, and follow from that', async () => {
    const findings = await findingsOf([
      service('web', { app: 'web' }),
      slice('web', 0, ['web-1']),
      app('web-1').unready(10),
    ]);
    const finding = findings.find((entry) => entry.check === 'S1');
    expect(finding?.reason).toBe('NoPodReady');
    expect(finding?.causedBy).toMatch(/^P10:/);
  });

  it('say that the workload is scaled to 0', async () => {
    const off = deployment('web', { spec: { replicas: 0 }, status: { replicas: 0, readyReplicas: 0 } });
    expect(await summary([service('web', { app: 'web' }), off])).toEqual(['S1 warning Service/shop/web ScaledToZero']);
  });

  it('are critical where an Ingress, a webhook or an API needs them', async () => {
    const found = await summary([service('web', { app: 'web' }), ingress('web'), nginx], 'S1');
    expect(found).toEqual(['S1 critical Service/shop/web NoPodMatches']);
    const webhook = object('ValidatingWebhookConfiguration', 'guard', {
      webhooks: [{ name: 'guard.example', clientConfig: { service: { namespace: 'shop', name: 'web' } } }],
    });
    expect(await summary([service('web', { app: 'web' }), webhook], 'S1')).toEqual([
      'S1 critical Service/shop/web NoPodMatches',
    ]);
  });

  it('are not services without selector, of type ExternalName, or for leader election', async () => {
    expect(
      await summary([
        service('manual', {}),
        service('external', { app: 'x' }, { spec: { type: 'ExternalName' } }),
        service(
          'leader',
          { app: 'x' },
          { metadata: { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } } },
        ),
      ]),
    ).toEqual([]);
  });

  it('are judged by Endpoints where there is no slice', async () => {
    const endpoints = object('Endpoints', 'web', { subsets: [{ addresses: [{ ip: '10.0.0.1' }] }] });
    expect(await summary([service('web', { app: 'web' }), app('web-1'), endpoints])).toEqual([]);
    const empty = object('Endpoints', 'web', { subsets: [] });
    expect(await summary([service('web', { app: 'web' }), app('web-1'), empty], 'S1')).toHaveLength(1);
  });

  it('are judged by their pods where there is neither', async () => {
    expect(await summary([service('web', { app: 'web' }), app('web-1')], 'S1')).toEqual([]);
    expect(await summary([service('web', { app: 'web' }), app('web-1').unready(10)], 'S1')).toHaveLength(1);
  });

  it('are not those whose Endpoints are the lock of a leader', async () => {
    const annotations = { 'control-plane.alpha.kubernetes.io/leader': '{}' };
    const lock = object('Endpoints', 'web', { metadata: { annotations } });
    expect(await summary([service('web', { app: 'web' }), lock])).toEqual([]);
  });

  it('count an endpoint whose readiness is not given as ready', async () => {
    const unsaid = object('EndpointSlice', 'web-1', {
      metadata: { labels: { 'kubernetes.io/service-name': 'web' } },
      endpoints: [{ addresses: ['10.0.0.1'] }],
    });
    expect(await summary([service('web', { app: 'web' }), app('web-1'), unsaid])).toEqual([]);
  });

  it('are not explained by pods that could not be read', async () => {
    const forbidden = ['pods'];
    expect(await summary([service('web', { app: 'web' }), slice('web', 0)], 'S1', { forbidden })).toEqual([
      'S1 warning Service/shop/web NoReadyEndpoint',
    ]);
    expect(await summary([service('web', { app: 'web' })], 'S1', { forbidden })).toEqual([]);
  });

  it('are not judged where endpoints may not be read', async () => {
    const forbidden = ['endpointslices', 'endpoints'];
    expect(await summary([service('web', { app: 'web' })], undefined, { forbidden })).toEqual([]);
  });
});

describe('S2: some endpoints not ready', () => {
  it('is information', async () => {
    expect(await summary([service('web', { app: 'web' }), slice('web', 2, ['web-3']), app('web-1')])).toEqual([
      'S2 info Service/shop/web SomeEndpointsNotReady',
    ]);
  });
});

describe('S3: target ports', () => {
  const withPort = app('web-1').container({ ports: [{ name: 'http', containerPort: 8080 }] });
  const to = (targetPort: string | number): JsonObject => ({ spec: { ports: [{ port: 80, targetPort }] } });
  const found = (targetPort: string | number) =>
    summary([service('web', { app: 'web' }, to(targetPort)), slice('web', 1), withPort]);

  it('warn for a name, inform for a number', async () => {
    expect(await found('metrics')).toEqual(['S3 warning Service/shop/web TargetPortMissing']);
    expect(await found(9090)).toEqual(['S3 info Service/shop/web TargetPortUndeclared']);
    expect(await found('http')).toEqual([]);
    expect(await found(8080)).toEqual([]);
  });

  it('say nothing of numbers where the containers declare no port at all', async () => {
    expect(await summary([service('web', { app: 'web' }), slice('web', 1), app('web-1')])).toEqual([]);
  });
});

describe('S4: load balancers', () => {
  const balancer = (minutes: number, extra: JsonObject = {}) =>
    service('edge', {}, { metadata: { creationTimestamp: ago(minutes) }, spec: { type: 'LoadBalancer' }, ...extra });

  it('are reported after five minutes without an address, or at once where the cloud refuses', async () => {
    expect(await summary([balancer(6)])).toEqual(['S4 warning Service/shop/edge LoadBalancerPending']);
    expect(await summary([balancer(4)])).toEqual([]);
    const refused = balancer(4);
    expect(await summary([refused, event(refused, 'SyncLoadBalancerFailed', 'quota exceeded')])).toHaveLength(1);
    expect(await summary([balancer(60, { status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } } })])).toEqual([]);
  });
});
