/** Services that lead nowhere: no ready endpoint (S1), some not ready (S2), wrong port (S3), no load balancer (S4). */
import { type Cause, type Draft, fields, keyOf, onObject, quote } from './finding.js';
import { POD_CHECKS } from './lack.js';
import type { Pod, Service } from './model.js';
import { matchesLabels } from './selectors.js';
import { isFinished, isReady, MINUTE, type View } from './view.js';

export function serviceFindings(view: View): Draft[] {
  const users = usersOfServices(view);
  return view.snapshot.services
    .filter((service) => service.deleted === null && service.type !== 'ExternalName')
    .flatMap((service) => {
      const used = users.get(`${service.namespace}/${service.name}`) ?? [];
      return [...endpoints(view, service, used), ...targetPorts(view, service), ...loadBalancer(view, service)];
    });
}

/** Who loses something when the service leads nowhere. */
function usersOfServices(view: View): Map<string, string[]> {
  const users = new Map<string, string[]>();
  const add = (key: string, user: string) => {
    const known = users.get(key) ?? [];
    if (!known.includes(user)) users.set(key, [...known, user]);
  };
  for (const ingress of view.snapshot.ingresses) {
    for (const backend of ingress.backends) add(`${ingress.namespace}/${backend.service}`, `Ingress ${ingress.name}`);
  }
  for (const webhook of view.snapshot.webhooks) {
    if (webhook.service) add(`${webhook.service.namespace}/${webhook.service.name}`, `webhook ${webhook.name}`);
  }
  for (const api of view.snapshot.apiServices) {
    if (api.service) add(`${api.service.namespace}/${api.service.name}`, `APIService ${api.name}`);
  }
  return users;
}

/** True where the endpoints of services could be read, from slices or from the older objects. */
export const endpointsKnown = (view: View) => view.knows('endpointslices') || view.knows('endpoints');

/** Services that Kubernetes itself should fill, so that an empty one means something. */
const isSelecting = (service: Service) => Object.keys(service.selector).length > 0 && !service.leaderElection;

/** Where a service has no slice at all, its controller has not come to it: then its pods tell. */
export function lacksEndpoints(view: View, service: Service): boolean {
  if (!endpointsKnown(view) || !isSelecting(service)) return false;
  const known = view.snapshot.endpoints.get(`${service.namespace}/${service.name}`);
  if (known) return known.ready === 0;
  return view.knows('pods') && !podsBehind(view, service).some(isReady);
}

function endpoints(view: View, service: Service, users: string[]): Draft[] {
  if (!endpointsKnown(view) || !isSelecting(service)) return [];
  if (lacksEndpoints(view, service)) return [noEndpoints(view, service, users)];
  const notReady = view.snapshot.endpoints.get(`${service.namespace}/${service.name}`)?.notReady ?? [];
  if (notReady.length === 0 || service.publishNotReady) return [];
  return [
    onObject('Service', service, {
      check: 'S2',
      severity: 'info',
      reason: 'SomeEndpointsNotReady',
      message: `${notReady.length} of its endpoints are not ready; the others serve.`,
      evidence: fields(['EndpointSlice endpoints not ready', notReady.slice(0, 5).join(', ') || notReady.length]),
      count: notReady.length,
      suggestion: 'See the pods that are not ready: describe_pod.',
      causes: causesFor(view, service, podsBehind(view, service)),
    }),
  ];
}

const podsBehind = (view: View, service: Service) =>
  view.podsWith(service.namespace, service.selector).filter((pod) => !isFinished(pod));

/** S1. */
function noEndpoints(view: View, service: Service, users: string[]): Draft {
  const pods = podsBehind(view, service);
  const why = pods.length > 0 ? podsNotReady(pods) : view.knows('pods') ? nobodyMatches(view, service) : PODS_UNKNOWN;
  return onObject('Service', service, {
    check: 'S1',
    severity: users.length > 0 ? 'critical' : 'warning',
    reason: why.reason,
    message: `It has no ready endpoint: ${why.what}.`,
    evidence: fields(
      ['spec.selector', labels(service.selector)],
      ['EndpointSlice ready endpoints', 0],
      ['used by', users.slice(0, 3).join(', ')],
      ...why.evidence,
    ),
    suggestion: why.next,
    causes: causesFor(view, service, pods),
  });
}

interface Why {
  reason: string;
  what: string;
  next: string;
  evidence: [string, string][];
}

const PODS_UNKNOWN: Why = {
  reason: 'NoReadyEndpoint',
  what: 'why is not known, because the pods could not be read',
  next: 'Ask somebody who may list pods.',
  evidence: [],
};

function podsNotReady(pods: Pod[]): Why {
  return {
    reason: 'NoPodReady',
    what: `${pods.length} pods match but none is ready`,
    next: `Find out why: describe_pod ${pods[0]?.name ?? ''}.`,
    evidence: [],
  };
}

function nobodyMatches(view: View, service: Service): Why {
  const behind = view
    .workloadsIn(service.namespace)
    .find((workload) => workload.kind !== 'ReplicaSet' && matchesLabels(service.selector, workload.templateLabels));
  if (behind && behind.desired === 0) {
    return {
      reason: 'ScaledToZero',
      what: `${behind.kind} ${behind.name} behind it is scaled to 0`,
      next: 'Scale it up if it should serve: scale_deployment.',
      evidence: [[`${behind.kind} ${behind.name} spec.replicas`, '0']],
    };
  }
  if (behind) {
    return {
      reason: 'NoPod',
      what: `${behind.kind} ${behind.name} behind it has no pod`,
      next: `Find out why it has none: get_resource ${behind.kind} ${behind.name}.`,
      evidence: [],
    };
  }
  const nearest = nearestLabels(view, service);
  return {
    reason: 'NoPodMatches',
    what: 'no pod has the labels that its selector asks for',
    next: nearest
      ? 'Correct the selector or the labels of the pods.'
      : 'Deploy what should be behind it, or remove it.',
    evidence: nearest ? [['nearest labels', nearest]] : [],
  };
}

/** The pod that has most of the selector's keys, and what differs there. */
function nearestLabels(view: View, service: Service): string | null {
  let best: Pod | null = null;
  let score = 0;
  for (const pod of view.podsIn(service.namespace)) {
    let points = 0;
    for (const [key, value] of Object.entries(service.selector)) {
      if (pod.labels[key] === value) points += 3;
      else if (pod.labels[key] !== undefined) points += 1;
      if (Object.values(pod.labels).includes(value)) points += 1;
    }
    if (points > score) [best, score] = [pod, points];
  }
  if (!best) return null;
  const owner = view.ownerOf(best);
  const differing = Object.entries(service.selector).filter(([key, value]) => best.labels[key] !== value);
  const shown = differing.map(([key]) => (best.labels[key] === undefined ? `no ${key}` : `${key}=${best.labels[key]}`));
  return `${owner.kind} ${owner.name} has ${shown.join(', ')}`;
}

export const labels = (map: Record<string, string>) =>
  Object.entries(map)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

function causesFor(view: View, service: Service, pods: Pod[]): Cause[] {
  const owners = new Map(pods.map((pod) => [`${view.ownerOf(pod).kind}/${view.ownerOf(pod).name}`, view.ownerOf(pod)]));
  for (const workload of view.workloadsIn(service.namespace)) {
    if (workload.kind === 'ReplicaSet') continue;
    if (!matchesLabels(service.selector, workload.templateLabels)) continue;
    owners.set(`${workload.kind}/${workload.name}`, workload);
  }
  return [
    ...[...owners.values()].flatMap((owner) => [
      { object: keyOf(owner.kind, service.namespace, owner.name), checks: ['W3', 'W1', 'W5', 'W6'] },
      { object: keyOf('owner', service.namespace, `${owner.kind}/${owner.name}`), checks: POD_CHECKS },
    ]),
    ...pods.slice(0, 20).map((pod) => ({ object: keyOf('Node', '', pod.node), checks: ['N1'] })),
  ];
}

/** S3. A container serves on ports that it does not declare, so that a number alone proves nothing. */
function targetPorts(view: View, service: Service): Draft[] {
  if (!isSelecting(service)) return [];
  const pods = podsBehind(view, service);
  if (pods.length === 0) return [];
  return service.ports.flatMap((port, index) => {
    const numeric = /^\d+$/.test(port.targetPort);
    const declared = pods.flatMap((pod) => pod.containers.flatMap((container) => container.ports));
    const fits = (candidate: { name: string; number: number; protocol: string }) =>
      candidate.protocol === port.protocol &&
      (numeric ? candidate.number === Number(port.targetPort) : candidate.name === port.targetPort);
    if (port.targetPort === '' || declared.some(fits) || (numeric && declared.length === 0)) return [];
    const offered = [
      ...new Set(declared.map((entry) => (entry.name ? `${entry.name}=${entry.number}` : `${entry.number}`))),
    ];
    return onObject('Service', service, {
      check: 'S3',
      severity: numeric ? 'info' : 'warning',
      reason: numeric ? 'TargetPortUndeclared' : 'TargetPortMissing',
      message: numeric
        ? `No container declares its target port ${port.targetPort} (it may serve there all the same).`
        : `No container has a port named ${quote(port.targetPort)}, so the service leads nowhere.`,
      evidence: fields(
        [`spec.ports[${index}].targetPort`, port.targetPort],
        ['container ports', offered.slice(0, 8).join(', ') || 'none'],
      ),
      suggestion: 'Correct targetPort, or name the port in the container.',
    });
  });
}

const LOAD_BALANCER_LIMIT = 5 * MINUTE;

/** S4. */
function loadBalancer(view: View, service: Service): Draft[] {
  if (service.type !== 'LoadBalancer' || service.hasIngressAddress) return [];
  const event = view.eventOf(
    'Service',
    service,
    ['SyncLoadBalancerFailed', 'CreatingLoadBalancerFailed'],
    Number.POSITIVE_INFINITY,
  );
  if (!event && !view.olderThan(service.created, LOAD_BALANCER_LIMIT)) return [];
  return [
    onObject('Service', service, {
      check: 'S4',
      severity: 'warning',
      reason: 'LoadBalancerPending',
      message: 'It is of type LoadBalancer but has been given no address.',
      evidence: fields(['status.loadBalancer.ingress', 'empty'], [`event ${event?.reason ?? ''}`, event?.message]),
      since: service.created,
      suggestion: 'Check the cloud controller or the load balancer of the cluster (quota, permissions, address pool).',
    }),
  ];
}
