/**
 * What a pod needs that is not in the pod: config maps, secrets, claims, its service account. Whether each exists is asked
 * for metadata alone, so the value of a Secret is never even received.
 */
import { ToolFailure } from '../guardrails/types.js';
import type { JsonObject } from '../json.js';
import type { KubernetesClient } from './client.js';
import { bool, list, obj, str } from './fields.js';
import { nameSegment, namespaceSegment } from './names.js';
import { containersOf } from './pod.js';

export interface Reference {
  /** `configmaps`, `secrets`, `persistentvolumeclaims`, `serviceaccounts`. */
  resource: string;
  name: string;
  optional: boolean;
  /** "volume data", "env of web". */
  usedBy: string[];
}

export function referencesOf(pod: JsonObject): Reference[] {
  const found = new Map<string, Reference>();
  const add = (resource: string, name: string, usedBy: string, optional = false) => {
    if (name === '') return;
    const known = found.get(`${resource}/${name}`);
    if (known) {
      if (!known.usedBy.includes(usedBy)) known.usedBy.push(usedBy);
      known.optional = known.optional && optional;
    } else found.set(`${resource}/${name}`, { resource, name, optional, usedBy: [usedBy] });
  };
  for (const volume of list(pod, 'spec', 'volumes')) addVolume(volume, add);
  for (const { spec, name } of containersOf(pod)) {
    for (const source of list(spec, 'envFrom')) {
      add(
        'configmaps',
        str(source, 'configMapRef', 'name'),
        `env of ${name}`,
        bool(source, 'configMapRef', 'optional'),
      );
      add('secrets', str(source, 'secretRef', 'name'), `env of ${name}`, bool(source, 'secretRef', 'optional'));
    }
    for (const variable of list(spec, 'env')) {
      const from = obj(variable, 'valueFrom');
      add(
        'configmaps',
        str(from, 'configMapKeyRef', 'name'),
        `env of ${name}`,
        bool(from, 'configMapKeyRef', 'optional'),
      );
      add('secrets', str(from, 'secretKeyRef', 'name'), `env of ${name}`, bool(from, 'secretKeyRef', 'optional'));
    }
  }
  for (const secret of list(pod, 'spec', 'imagePullSecrets')) add('secrets', str(secret, 'name'), 'image pulls');
  add('serviceaccounts', str(pod, 'spec', 'serviceAccountName'), 'identity');
  return [...found.values()];
}

type Add = (resource: string, name: string, usedBy: string, optional?: boolean) => void;

function addVolume(volume: JsonObject, add: Add): void {
  const label = `volume ${str(volume, 'name')}`;
  add('configmaps', str(volume, 'configMap', 'name'), label, bool(volume, 'configMap', 'optional'));
  add('secrets', str(volume, 'secret', 'secretName'), label, bool(volume, 'secret', 'optional'));
  add('persistentvolumeclaims', str(volume, 'persistentVolumeClaim', 'claimName'), label);
  for (const source of list(volume, 'projected', 'sources')) {
    // Kubernetes projects its own root certificate into every pod.
    if (str(source, 'configMap', 'name') === 'kube-root-ca.crt') continue;
    add('configmaps', str(source, 'configMap', 'name'), label, bool(source, 'configMap', 'optional'));
    add('secrets', str(source, 'secret', 'name'), label, bool(source, 'secret', 'optional'));
  }
}

/** Asked for one pod at once; more are named without being looked up. */
const MOST_LOOKUPS = 30;

/** One line each, the missing ones first. */
export async function referenceLines(
  client: KubernetesClient,
  references: Reference[],
  { context, namespace, signal }: { context: string; namespace: string; signal: AbortSignal },
): Promise<string[]> {
  const states = await Promise.all(
    references.slice(0, MOST_LOOKUPS).map(async (reference) => ({
      reference,
      state: await stateOf(client, reference, { context, namespace, signal }),
    })),
  );
  const line = ({ reference, state }: (typeof states)[number]) =>
    `  ${KINDS[reference.resource] ?? reference.resource} ${reference.name} (${reference.usedBy.join(', ')}): ${state}`;
  const rest = references.length - states.length;
  return [
    ...states.filter(({ state }) => state.startsWith('MISSING')).map(line),
    ...states.filter(({ state }) => !state.startsWith('MISSING')).map(line),
    ...(rest > 0 ? [`  and ${rest} more, not looked up`] : []),
  ];
}

const KINDS: Record<string, string> = {
  configmaps: 'ConfigMap',
  secrets: 'Secret',
  persistentvolumeclaims: 'PersistentVolumeClaim',
  serviceaccounts: 'ServiceAccount',
};

async function stateOf(
  client: KubernetesClient,
  { resource, name, optional }: Reference,
  where: { context: string; namespace: string; signal: AbortSignal },
): Promise<string> {
  const path = `/api/v1/namespaces/${namespaceSegment(where.namespace)}/${resource}/${nameSegment(name)}`;
  try {
    if (resource !== 'persistentvolumeclaims') {
      await client.get(where.context, path, { as: 'metadata', signal: where.signal });
      return 'exists';
    }
    const claim = await client.get(where.context, path, { signal: where.signal });
    return `${str(claim, 'status', 'phase')}${str(claim, 'spec', 'storageClassName') === '' ? '' : `, class ${str(claim, 'spec', 'storageClassName')}`}`;
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    if (error.code === 'not_found') return optional ? 'missing, but optional' : 'MISSING';
    return error.code === 'forbidden' ? 'not readable by this identity' : error.message;
  }
}
