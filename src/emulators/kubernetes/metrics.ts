/** metrics.k8s.io: what pods and nodes use, made up from their requests and programs, and the same for everybody who asks at one moment. */
import type { JsonObject } from '../../json.js';
import { labelsOf, nameOf, namespaceOf, object, objects, stamp, text } from './fields.js';
import type { Server } from './http/context.js';
import { quantity } from './quantity.js';
import type { Match } from './selectors.js';

/** metrics-server scrapes this often. */
const WINDOW = 15_000;

interface Usage {
  cpu: number;
  memory: number;
}

function containerUsage(
  server: Server,
  pod: JsonObject,
  name: string,
  spec: JsonObject,
  now: number,
): Usage | undefined {
  const run = server.kubelets.find(pod)?.containers.find((container) => container.name === name);
  if (!run || !('running' in run.state)) return undefined;
  const requests = object(spec, 'resources', 'requests');
  const declared = run.current?.segments.at(-1)?.program.usage;
  const { names } = server.cluster;
  const scrape = Math.floor(now / WINDOW);
  const slow = 0.35 + names.fraction('level', run.containerId) * 0.4;
  const fast = 0.92 + names.fraction('scrape', run.containerId, scrape) * 0.16;
  const cpu = declared ? declared.cpu : quantity(requests.cpu ?? '50m') * slow;
  const memory = declared ? declared.memory * 2 ** 20 : quantity(requests.memory ?? '64Mi') * (0.5 + slow / 2);
  const limit = quantity(object(spec, 'resources', 'limits').memory ?? Number.POSITIVE_INFINITY);
  return { cpu: cpu * fast, memory: Math.min(memory * (0.98 + (fast - 0.92) / 5), limit * 0.995) };
}

const written = (usage: Usage): JsonObject => ({
  cpu: `${Math.max(1, Math.round(usage.cpu * 1e9))}n`,
  memory: `${Math.max(1, Math.round(usage.memory / 1024))}Ki`,
});

export function podMetrics(server: Server, pod: JsonObject): JsonObject | undefined {
  const { now } = server.cluster;
  if (text(pod, 'status', 'phase') !== 'Running' || server.kubelets.agent.down.has(text(pod, 'spec', 'nodeName')))
    return undefined;
  const containers = objects(pod, 'spec', 'containers').flatMap((spec): JsonObject[] => {
    const usage = containerUsage(server, pod, text(spec, 'name'), spec, now);
    return usage ? [{ name: text(spec, 'name'), usage: written(usage) }] : [];
  });
  if (containers.length === 0) return undefined;
  return {
    kind: 'PodMetrics',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: { name: nameOf(pod), namespace: namespaceOf(pod), labels: labelsOf(pod), creationTimestamp: stamp(now) },
    timestamp: stamp(now - (now % WINDOW)),
    window: '15s',
    containers,
  };
}

function nodeMetrics(server: Server, node: JsonObject, used: Usage): JsonObject {
  const { now, names } = server.cluster;
  const capacity = object(node, 'status', 'capacity');
  // What the kubelet, the runtime and the kernel take beside the pods.
  const system = {
    cpu: 0.06 + names.fraction('system', nameOf(node)) * 0.05,
    memory: quantity(capacity.memory) * 0.07,
  };
  return {
    kind: 'NodeMetrics',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: { name: nameOf(node), labels: labelsOf(node), creationTimestamp: stamp(now) },
    timestamp: stamp(now - (now % WINDOW)),
    window: '15s',
    usage: written({ cpu: used.cpu + system.cpu, memory: used.memory + system.memory }),
  };
}

export function listPodMetrics(server: Server, namespace: string | undefined, matches: Match[]): JsonObject[] {
  const pods = server.cluster.store.list('pods', namespace).filter((pod) => matches.every((match) => match(pod)));
  return pods.map((pod) => podMetrics(server, pod)).filter((metrics) => metrics !== undefined);
}

export function listNodeMetrics(server: Server, matches: Match[]): JsonObject[] {
  const used = new Map<string, Usage>();
  for (const pod of server.cluster.store.list('pods')) {
    const metrics = podMetrics(server, pod);
    if (!metrics) continue;
    const node = text(pod, 'spec', 'nodeName');
    const total = used.get(node) ?? { cpu: 0, memory: 0 };
    for (const container of objects(metrics, 'containers')) {
      total.cpu += quantity(object(container, 'usage').cpu);
      total.memory += quantity(object(container, 'usage').memory);
    }
    used.set(node, total);
  }
  return server.cluster.store
    .list('nodes')
    .filter((node) => matches.every((match) => match(node)) && !server.kubelets.agent.down.has(nameOf(node)))
    .map((node) => nodeMetrics(server, node, used.get(nameOf(node)) ?? { cpu: 0, memory: 0 }));
}
