import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import { ago, findingsOf, object, pod, service, slice, summary } from './objects.js';

describe('S6: network policies', () => {
  const policy = (name: string, spec: JsonObject) => object('NetworkPolicy', name, { spec });
  const web = pod('web-1').labels({ app: 'web' });
  const shop = object('Namespace', 'shop', { status: { phase: 'Active' } });

  it('that select nothing are information; an empty selector selects everything', async () => {
    expect(await summary([policy('none', { podSelector: { matchLabels: { app: 'gone' } } }), web])).toEqual([
      'S6 info NetworkPolicy/shop/none SelectsNothing',
    ]);
    expect(await summary([policy('all', { podSelector: {} }), web])).toEqual([]);
  });

  it('that deny all egress need another one for DNS', async () => {
    const deny = policy('deny', { podSelector: {}, policyTypes: ['Egress'] });
    const dns = (port: number) =>
      policy('dns', { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port, protocol: 'UDP' }] }] });
    expect(await summary([deny, web])).toEqual(['S6 warning NetworkPolicy/shop/deny DnsDenied']);
    expect(await summary([deny, dns(443), web])).toEqual(['S6 warning NetworkPolicy/shop/deny DnsDenied']);
    expect(await summary([deny, dns(53), web])).toEqual([]);
  });

  it('whose peers fit no pod admit nobody', async () => {
    const from = (app: string) =>
      policy('web', {
        podSelector: { matchLabels: { app: 'web' } },
        ingress: [{ from: [{ podSelector: { matchLabels: { app } } }] }],
      });
    expect(await summary([from('front'), web, shop])).toEqual(['S6 info NetworkPolicy/shop/web AdmitsNobody']);
    expect(await summary([from('front'), web, shop, pod('front-1').labels({ app: 'front' })])).toEqual([]);
  });
});

describe('S7: gateways', () => {
  const accepted = (status = 'True'): JsonObject => ({
    type: 'Accepted',
    status,
    reason: 'R',
    message: 'why',
    lastTransitionTime: ago(10),
  });
  const gatewayClass = object('GatewayClass', 'envoy', { status: { conditions: [accepted()] } });
  const gateway = (extra: JsonObject = {}, status: JsonObject = {}) =>
    object('Gateway', 'edge', {
      metadata: { namespace: 'infra' },
      spec: {
        gatewayClassName: 'envoy',
        listeners: [{ name: 'http', allowedRoutes: { namespaces: { from: 'All' } } }],
        ...extra,
      },
      status: { conditions: [accepted()], ...status },
    });
  const route = (backend: JsonObject = { name: 'web', port: 80 }, parent = 'edge') =>
    object('HTTPRoute', 'web', {
      spec: { parentRefs: [{ name: parent, namespace: 'infra' }], rules: [{ backendRefs: [backend] }] },
    });
  const web = [service('web', { app: 'web' }), slice('web', 1), pod('web-1').labels({ app: 'web' })];

  it('are fine where everything fits', async () => {
    expect(await summary([gatewayClass, gateway(), route(), ...web])).toEqual([]);
  });

  it.each([
    [
      'class not accepted',
      [object('GatewayClass', 'envoy', { status: { conditions: [accepted('False')] } })],
      'GatewayClass//envoy R',
    ],
    ['class missing', [gateway()], 'Gateway/infra/edge ClassMissing'],
    [
      'gateway not accepted',
      [gatewayClass, gateway({}, { conditions: [accepted('False')] })],
      'Gateway/infra/edge NotAccepted',
    ],
    [
      'listener unresolved',
      [
        gatewayClass,
        gateway(
          {},
          {
            listeners: [
              { name: 'http', conditions: [{ type: 'ResolvedRefs', status: 'False', lastTransitionTime: ago(5) }] },
            ],
          },
        ),
      ],
      'Gateway/infra/edge ListenerRefsUnresolved',
    ],
    ['parent missing', [route({ name: 'web', port: 80 }, 'gone'), ...web], 'HTTPRoute/shop/web ParentMissing'],
    [
      'namespace refused',
      [gatewayClass, gateway({ listeners: [{ name: 'http' }] }), route(), ...web],
      'HTTPRoute/shop/web NamespaceRefused',
    ],
    [
      'backend missing',
      [gatewayClass, gateway(), route({ name: 'gone', port: 80 }), ...web],
      'HTTPRoute/shop/web BackendMissing',
    ],
    [
      'port missing',
      [gatewayClass, gateway(), route({ name: 'web', port: 81 }), ...web],
      'HTTPRoute/shop/web BackendPortMissing',
    ],
  ])('%s', async (_, items, expected) => {
    expect(await summary(items, 'S7')).toEqual([`S7 warning ${expected}`]);
  });

  it('are no gap where the API is not installed', async () => {
    expect(await summary(web, undefined, { absent: ['gateways', 'gatewayclasses', 'httproutes'] })).toEqual([]);
  });
});

describe('S8: webhooks', () => {
  const webhook = (failurePolicy: string) =>
    object('MutatingWebhookConfiguration', 'inject', {
      webhooks: [
        { name: 'inject.example', failurePolicy, clientConfig: { service: { namespace: 'shop', name: 'injector' } } },
      ],
    });

  it('are critical where a failure refuses requests', async () => {
    expect(await summary([webhook('Fail')])).toEqual([
      'S8 critical MutatingWebhookConfiguration//inject WebhookServiceMissing',
    ]);
    expect(await summary([webhook('Ignore')])).toEqual([
      'S8 warning MutatingWebhookConfiguration//inject WebhookServiceMissing',
    ]);
  });

  it('follow from their service', async () => {
    const findings = await findingsOf([webhook('Fail'), service('injector', { app: 'injector' })]);
    expect(findings.find((finding) => finding.check === 'S8')?.causedBy).toMatch(/^S1:/);
  });

  it('are fine with an endpoint, or with a URL in place of a service', async () => {
    const url = object('ValidatingWebhookConfiguration', 'url', {
      webhooks: [{ name: 'a.b', clientConfig: { url: 'https://x' } }],
    });
    const injector = [
      service('injector', { app: 'injector' }),
      slice('injector', 1),
      pod('i').labels({ app: 'injector' }),
    ];
    expect(await summary([webhook('Fail'), url, ...injector])).toEqual([]);
  });
});

describe('S9: aggregated APIs', () => {
  const api = (name: string, status: string) =>
    object('APIService', name, { status: { conditions: [{ type: 'Available', status, reason: 'MissingEndpoints' }] } });

  it('are critical, those of metrics a warning', async () => {
    expect(
      await summary([
        api('v1.custom.example', 'False'),
        api('v1beta1.metrics.k8s.io', 'False'),
        api('v1.apps', 'True'),
      ]),
    ).toEqual([
      'S9 critical APIService//v1.custom.example MissingEndpoints',
      'S9 warning APIService//v1beta1.metrics.k8s.io MissingEndpoints',
    ]);
  });
});
