/** Checks over what can be reached from where: services, ingresses, gateways, namespaces without a default-deny policy. */
import { z } from 'zod';
import { type Check, type CheckFinding, defineCheck } from '../policy/check.js';
import { at, type ConfigObject, listAt, objectAt, textAt } from './object.js';
import { strings } from './pss/values.js';

function service({ raw }: ConfigObject): CheckFinding[] {
  const found: CheckFinding[] = [];
  const type = textAt(raw, ['spec', 'type']) ?? 'ClusterIP';
  const annotations = Object.entries(objectAt(raw, ['metadata', 'annotations']));
  const internal = annotations.some(
    ([key, value]) =>
      /internal|load-balancer-scheme/.test(key) && /^(true|internal|private|0\.0\.0\.0\/0)$/i.test(String(value)),
  );
  if (type === 'LoadBalancer') {
    const ranges = listAt(raw, ['spec', 'loadBalancerSourceRanges']);
    const open = ranges.length === 0 || ranges.some((range) => range === '0.0.0.0/0' || range === '::/0');
    const text = internal ? 'an internal load balancer' : open ? 'a load balancer open to everyone' : 'a load balancer';
    found.push({ kind: 'load-balancer', detail: text, path: ['spec', 'type'] });
  }
  if (type === 'NodePort') found.push({ kind: 'node-port', detail: 'a port on every node', path: ['spec', 'type'] });
  if (listAt(raw, ['spec', 'externalIPs']).length > 0) {
    found.push({
      kind: 'external-ip',
      detail: 'external addresses, which can take over the traffic of others',
      path: ['spec', 'externalIPs'],
    });
  }
  return found;
}

function ingress({ raw }: ConfigObject): CheckFinding[] {
  const found: CheckFinding[] = [];
  const rules = listAt(raw, ['spec', 'rules']);
  const secured = listAt(raw, ['spec', 'tls']);
  const hosts = secured.flatMap((entry) => strings(at(entry, ['hosts'])));
  if (secured.length === 0) found.push({ kind: 'no-tls', detail: 'no TLS', path: ['spec', 'tls'] });
  rules.forEach((rule, index) => {
    const host = textAt(rule, ['host']) ?? '';
    const path = ['spec', 'rules', index, 'host'];
    if (host === '' || host.startsWith('*'))
      found.push({ kind: 'wildcard-host', detail: host === '' ? 'every host' : `host ${host}`, path });
    else if (hosts.length > 0 && !covers(hosts, host))
      found.push({ kind: 'no-tls', detail: `no TLS for ${host}`, path });
  });
  return found;
}

const covers = (hosts: readonly string[], host: string) =>
  hosts.some((other) => other === host || (other.startsWith('*.') && host.slice(host.indexOf('.')) === other.slice(1)));

function gateway({ raw }: ConfigObject): CheckFinding[] {
  return listAt(raw, ['spec', 'listeners']).flatMap((listener, index): CheckFinding[] => {
    const protocol = textAt(listener, ['protocol']);
    const path = ['spec', 'listeners', index];
    return protocol === 'HTTP' || protocol === 'TCP'
      ? [{ kind: 'no-tls', detail: `listener ${textAt(listener, ['name']) ?? index} without TLS`, path }]
      : [];
  });
}

/** Selects every pod and lets nothing in: what a namespace needs first (NSA/CISA hardening guide, network separation). */
function deniesAll(object: ConfigObject): boolean {
  if (object.kind !== 'NetworkPolicy') return false;
  const selector = objectAt(object.raw, ['spec', 'podSelector']);
  const everyPod =
    Object.keys(objectAt(selector, ['matchLabels'])).length === 0 &&
    listAt(selector, ['matchExpressions']).length === 0;
  const types = strings(at(object.raw, ['spec', 'policyTypes']));
  const ingressRules = listAt(object.raw, ['spec', 'ingress']);
  return everyPod && (types.length === 0 || types.includes('Ingress')) && ingressRules.length === 0;
}

function openNamespace(object: ConfigObject, siblings: readonly ConfigObject[]): CheckFinding[] {
  const covered = siblings.some((other) => (other.namespace ?? 'default') === object.name && deniesAll(other));
  return covered
    ? []
    : [{ kind: 'no-network-policy', detail: 'no NetworkPolicy here denies by default', path: ['metadata', 'name'] }];
}

const exposure = defineCheck({
  name: 'network.exposure',
  scope: 'configuration',
  title: 'reachable from outside, or from everywhere inside',
  kinds: {
    'load-balancer': 'a Service of type LoadBalancer',
    'node-port': 'a Service of type NodePort',
    'external-ip': 'a Service with externalIPs',
    'no-tls': 'an Ingress or Gateway without TLS',
    'wildcard-host': 'an Ingress for every host',
    'no-network-policy': 'a Namespace without a default-deny NetworkPolicy beside it',
  },
  params: z.strictObject({ networkPolicies: z.boolean().default(true) }),
  bind: ({ networkPolicies }) => ({
    object(object, { siblings }) {
      if (object.kind === 'Service') return service(object);
      if (object.kind === 'Ingress') return ingress(object);
      if (object.kind === 'Gateway' && object.apiVersion.startsWith('gateway.networking.k8s.io/'))
        return gateway(object);
      return object.kind === 'Namespace' && networkPolicies ? openNamespace(object, siblings) : [];
    },
  }),
});

export const EXPOSURE_CHECKS: readonly Check[] = [exposure];
