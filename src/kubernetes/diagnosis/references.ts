/** P16: pods that refer to what does not exist. Optional references never come here, and keys are judged only where known. */
import { type Draft, fields, onPod, quote } from './finding.js';
import type { Meta, Named, Pod, Reference } from './model.js';
import { isExpectedToRun } from './pod-common.js';
import type { View } from './view.js';

export function referenceFindings(view: View): Draft[] {
  const existing = new Existing(view);
  return view.snapshot.pods.filter(isExpectedToRun).flatMap((pod) => {
    const missing = pod.references.filter((reference) => existing.lacks(pod, reference));
    return distinct(missing).map((reference) => finding(view, pod, reference));
  });
}

/** One finding per object (and key) that is missing, however often the pod names it; a missing object covers its keys. */
function distinct(references: Reference[]): Reference[] {
  const found = new Map<string, Reference>();
  for (const reference of references) {
    const key = `${reference.kind}/${reference.name}`;
    if (!found.has(key) && !found.has(`${key}/${reference.key}`)) {
      found.set(reference.key === null ? key : `${key}/${reference.key}`, reference);
    }
  }
  return [...found.values()];
}

function finding(view: View, pod: Pod, reference: Reference): Draft {
  const { kind, name, key, path } = reference;
  const running = pod.phase === 'Running';
  const what = key === null ? `${kind} ${quote(name)}` : `key ${quote(key)} of ${kind} ${quote(name)}`;
  return onPod(pod, view.ownerOf(pod), {
    check: 'P16',
    severity: running ? 'warning' : 'critical',
    reason: `${kind}${key === null ? '' : 'Key'}Missing`,
    message: `It refers to ${what}, which does not exist${running ? '; it runs, but will not start again' : ''}.`,
    evidence: fields([path, key === null ? name : `${name} / ${key}`]),
    since: pod.created,
    suggestion: key === null ? `Create ${what} or correct the reference.` : `Add the key or correct the reference.`,
  });
}

class Existing {
  readonly #namespaced: Record<string, { resource: string; known: Map<string, string[] | null> }>;
  readonly #cluster: Record<string, { resource: string; known: Set<string> }>;

  constructor(readonly view: View) {
    const { snapshot } = view;
    this.#namespaced = {
      Secret: { resource: 'secrets', known: keysByName(snapshot.secrets) },
      ConfigMap: { resource: 'configmaps', known: keysByName(snapshot.configMaps) },
      PersistentVolumeClaim: { resource: 'persistentvolumeclaims', known: byName(snapshot.claims) },
      ServiceAccount: { resource: 'serviceaccounts', known: byName(snapshot.serviceAccounts) },
    };
    this.#cluster = {
      PriorityClass: {
        resource: 'priorityclasses',
        known: new Set(snapshot.priorityClasses.map((entry) => entry.name)),
      },
      RuntimeClass: { resource: 'runtimeclasses', known: new Set(snapshot.runtimeClasses.map((entry) => entry.name)) },
    };
  }

  lacks(pod: Pod, reference: Reference): boolean {
    const cluster = this.#cluster[reference.kind];
    if (cluster) return this.view.knows(cluster.resource) && !cluster.known.has(reference.name);
    const namespaced = this.#namespaced[reference.kind];
    if (!namespaced || !this.view.knows(namespaced.resource)) return false;
    const keys = namespaced.known.get(`${pod.namespace}/${reference.name}`);
    if (keys === undefined) return true;
    return reference.key !== null && keys !== null && !keys.includes(reference.key);
  }
}

const keysByName = (objects: Named[]) =>
  new Map(objects.map((entry) => [`${entry.namespace}/${entry.name}`, entry.keys]));

const byName = (objects: Meta[]) =>
  new Map<string, string[] | null>(objects.map((entry) => [`${entry.namespace}/${entry.name}`, null]));
