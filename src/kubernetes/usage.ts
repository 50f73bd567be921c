/** CPU and memory from metrics.k8s.io. Where the API is not installed or not answering the answer is null, not zero. */
import { ToolFailure } from '../guardrails/types.js';
import type { JsonObject } from '../json.js';
import type { KubernetesClient } from './client.js';
import { list, str } from './fields.js';
import { nameSegment, namespaceSegment } from './names.js';
import { quantity } from './quantity.js';

/** Cores and bytes. */
export interface Usage {
  cpu: number;
  memory: number;
}

interface Where {
  context: string;
  namespace?: string | undefined;
  signal: AbortSignal;
  labelSelector?: string | undefined;
}

const METRICS = '/apis/metrics.k8s.io/v1beta1';

/** By `namespace/name`. */
export function podUsage(client: KubernetesClient, where: Where): Promise<Map<string, Usage> | null> {
  const path =
    where.namespace === undefined
      ? `${METRICS}/pods`
      : `${METRICS}/namespaces/${namespaceSegment(where.namespace)}/pods`;
  return usages(client, path, where, (item) => [
    `${str(item, 'metadata', 'namespace')}/${str(item, 'metadata', 'name')}`,
    sum(item),
  ]);
}

/** By node name. */
export function nodeUsage(client: KubernetesClient, where: Where): Promise<Map<string, Usage> | null> {
  return usages(client, `${METRICS}/nodes`, where, (item) => [str(item, 'metadata', 'name'), usageOf(item)]);
}

/** Of one pod's containers, by name; null where there are no metrics for it (yet). */
export async function containerUsage(
  client: KubernetesClient,
  { context, namespace, name, signal }: { context: string; namespace: string; name: string; signal: AbortSignal },
): Promise<Map<string, Usage> | null> {
  const path = `${METRICS}/namespaces/${namespaceSegment(namespace)}/pods/${nameSegment(name, 'pod')}`;
  const item = await orNull(client.get(context, path, { signal }));
  return item && new Map(list(item, 'containers').map((container) => [str(container, 'name'), usageOf(container)]));
}

async function usages(
  client: KubernetesClient,
  path: string,
  { context, signal, labelSelector }: Where,
  entry: (item: JsonObject) => [string, Usage],
): Promise<Map<string, Usage> | null> {
  const read = async () => {
    const found = new Map<string, Usage>();
    for await (const page of client.pages(context, path, { query: { labelSelector }, signal })) {
      for (const item of page.items) found.set(...entry(item));
    }
    return found;
  };
  return orNull(read());
}

async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ToolFailure && error.code !== 'timeout') return null;
    throw error;
  }
}

function usageOf(item: JsonObject): Usage {
  const { usage } = item;
  return { cpu: quantity(str(usage, 'cpu')), memory: quantity(str(usage, 'memory')) };
}

function sum(pod: JsonObject): Usage {
  const total = { cpu: 0, memory: 0 };
  for (const container of list(pod, 'containers')) {
    const one = usageOf(container);
    total.cpu += one.cpu;
    total.memory += one.memory;
  }
  return total;
}
