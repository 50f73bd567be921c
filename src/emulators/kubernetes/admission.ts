/** Admission of pods: limit ranges fill in and refuse, resource quotas count and refuse, priority classes are resolved. */
import type { JsonObject, JsonValue } from '../../json.js';
import type { Cluster } from './cluster.js';
import { list, nameOf, namespaceOf, number, object, objects, set, text } from './fields.js';
import { quantity } from './quantity.js';

/** The pod as admitted, or the message of the refusal. */
export function admitPod(cluster: Cluster, pod: JsonObject): JsonObject | string {
  let admitted = withLimitRanges(cluster, pod);
  if (typeof admitted === 'string') return admitted;
  const priority = text(admitted, 'spec', 'priorityClassName');
  if (priority !== '') {
    const found = cluster.store.get('priorityclasses.scheduling.k8s.io', '', priority);
    if (!found) return `pods "${nameOf(pod)}" is forbidden: no PriorityClass with name ${priority} was found`;
    admitted = set(admitted, ['spec', 'priority'], number(found, 'value') ?? 0);
  }
  return overQuota(cluster, admitted, 'pods', podUsage(admitted)) ?? admitted;
}

function withLimitRanges(cluster: Cluster, pod: JsonObject): JsonObject | string {
  const ranges = cluster.store.list('limitranges', namespaceOf(pod));
  if (ranges.length === 0) return pod;
  let problem: string | undefined;
  const containers = objects(pod, 'spec', 'containers').map((container) => {
    let filled = container;
    for (const item of ranges.flatMap((range) => objects(range, 'spec', 'limits'))) {
      if (item.type !== 'Container') continue;
      const limits = { ...object(item, 'default'), ...object(filled, 'resources', 'limits') };
      const requests = {
        ...object(item, 'defaultRequest'),
        ...object(filled, 'resources', 'requests'),
      };
      for (const [name, value] of Object.entries(limits)) requests[name] ??= value;
      if (Object.keys(limits).length > 0) filled = set(filled, ['resources', 'limits'], limits);
      if (Object.keys(requests).length > 0) filled = set(filled, ['resources', 'requests'], requests);
      for (const [name, most] of Object.entries(object(item, 'max')))
        if (quantity(limits[name]) > quantity(most))
          problem = `maximum ${name} usage per Container is ${most}, but limit is ${limits[name]}`;
      for (const [name, least] of Object.entries(object(item, 'min')))
        if (quantity(requests[name] ?? 0) < quantity(least))
          problem = `minimum ${name} usage per Container is ${least}, but request is ${requests[name] ?? 0}`;
    }
    return filled;
  });
  return problem ? `pods "${nameOf(pod)}" is forbidden: ${problem}` : set(pod, ['spec', 'containers'], containers);
}

const usages = new WeakMap<JsonValue[], Readonly<Record<string, number>>>();

/** What a pod takes from quotas and nodes, under all the names a quota may use. Read once per list of containers. */
export function podUsage(pod: JsonObject): Readonly<Record<string, number>> {
  const containers = list(pod, 'spec', 'containers');
  let usage = usages.get(containers);
  if (!usage) {
    usage = sumOf(objects(pod, 'spec', 'containers'));
    usages.set(containers, usage);
  }
  return usage;
}

function sumOf(containers: JsonObject[]): Record<string, number> {
  const usage: Record<string, number> = { pods: 1, 'count/pods': 1 };
  for (const container of containers) {
    for (const [field, prefix] of [
      ['requests', 'requests.'],
      ['limits', 'limits.'],
    ] as const) {
      for (const [name, value] of Object.entries(object(container, 'resources', field))) {
        usage[prefix + name] = (usage[prefix + name] ?? 0) + quantity(value);
        if (field === 'requests') usage[name] = (usage[name] ?? 0) + quantity(value);
      }
    }
  }
  return usage;
}

/** The message of a quota that this object would break; undefined when it fits. */
export function overQuota(
  cluster: Cluster,
  value: JsonObject,
  plural: string,
  usage: Record<string, number>,
): string | undefined {
  for (const quota of cluster.store.list('resourcequotas', namespaceOf(value))) {
    const hard = object(quota, 'spec', 'hard');
    const used = object(quota, 'status', 'used');
    const forbidden = (detail: string) => `${plural} "${nameOf(value)}" is forbidden: ${detail}`;
    if (plural === 'pods') {
      const missing = Object.keys(hard).filter(
        (name) => /^(requests\.|limits\.)?(cpu|memory)$/.test(name) && !(name in usage),
      );
      if (missing.length > 0)
        return forbidden(
          `failed quota: ${nameOf(quota)}: must specify ${missing
            .sort()
            .map((name) => `${name} for: ${text(value, 'spec', 'containers', 0, 'name')}`)
            .join('; ')}`,
        );
    }
    const over = Object.keys(hard).filter(
      (name) =>
        usage[name] !== undefined && quantity(used[name] ?? 0) + (usage[name] ?? 0) > quantity(hard[name]) + 1e-9,
    );
    if (over.length === 0) continue;
    const show = (pairs: (name: string) => unknown) => over.map((name) => `${name}=${pairs(name)}`).join(',');
    return forbidden(
      `exceeded quota: ${nameOf(quota)}, requested: ${show((name) => spell(name, usage[name] ?? 0))}, used: ${show((name) => used[name] ?? 0)}, limited: ${show((name) => hard[name])}`,
    );
  }
  return undefined;
}

/** An amount as quotas write it: bytes with a binary suffix, cores in thousandths where they are not whole. */
export function spell(name: string, amount: number): string {
  if (/memory|storage/.test(name)) {
    for (const [suffix, factor] of [['Gi', 2 ** 30] as const, ['Mi', 2 ** 20] as const, ['Ki', 2 ** 10] as const])
      if (amount >= factor && amount % factor === 0) return `${amount / factor}${suffix}`;
    return String(Math.round(amount));
  }
  const rounded = Math.round(amount * 1000) / 1000;
  return Number.isInteger(rounded) ? String(rounded) : `${Math.round(rounded * 1000)}m`;
}
