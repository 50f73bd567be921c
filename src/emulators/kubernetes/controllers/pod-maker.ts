/**
 * Pods as controllers make them from a template: named, owned, given the service account's token and the default
 * tolerations, and refused where a quota, a limit range or a missing service account forbids them.
 */
import { isJsonObject, type JsonObject } from '../../../json.js';
import { admitPod } from '../admission.js';
import type { Cluster } from '../cluster.js';
import { nameOf, namespaceOf, object, objects, text, uidOf } from '../fields.js';

export function ownerReference(owner: JsonObject, controller = true): JsonObject {
  return {
    apiVersion: text(owner, 'apiVersion'),
    ...(controller && { blockOwnerDeletion: true, controller: true }),
    kind: text(owner, 'kind'),
    name: nameOf(owner),
    uid: uidOf(owner),
  };
}

const TOLERATIONS: JsonObject[] = ['not-ready', 'unreachable'].map((taint) => ({
  effect: 'NoExecute',
  key: `node.kubernetes.io/${taint}`,
  operator: 'Exists',
  tolerationSeconds: 300,
}));

/** What the ServiceAccount and DefaultTolerationSeconds admission plugins add to every pod. */
export function withPodDefaults(pod: JsonObject, suffix: string): JsonObject {
  const spec = object(pod, 'spec');
  const volume = `kube-api-access-${suffix}`;
  const account = text(spec, 'serviceAccountName') || 'default';
  const token = spec.automountServiceAccountToken !== false;
  const mount: JsonObject = {
    mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
    name: volume,
    readOnly: true,
  };
  const mounted = (containers: JsonObject[]): JsonObject[] =>
    token
      ? containers.map((container) => ({ ...container, volumeMounts: [...objects(container, 'volumeMounts'), mount] }))
      : containers;
  const tolerations = objects(spec, 'tolerations');
  const missing = TOLERATIONS.filter(
    (toleration) =>
      !tolerations.some((own) => own.key === toleration.key || (own.key === undefined && own.operator === 'Exists')),
  );
  return {
    ...pod,
    spec: {
      ...spec,
      containers: mounted(objects(spec, 'containers')),
      ...('initContainers' in spec && { initContainers: mounted(objects(spec, 'initContainers')) }),
      enableServiceLinks: spec.enableServiceLinks ?? true,
      preemptionPolicy: 'PreemptLowerPriority',
      priority: spec.priority ?? 0,
      serviceAccount: account,
      serviceAccountName: account,
      tolerations: [...tolerations, ...missing],
      ...(token && {
        volumes: [
          ...objects(spec, 'volumes'),
          {
            name: volume,
            projected: {
              defaultMode: 420,
              sources: [
                { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
                { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
                {
                  downwardAPI: {
                    items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }],
                  },
                },
              ],
            },
          },
        ],
      }),
    },
  };
}

export const PENDING: JsonObject = { phase: 'Pending', qosClass: 'BestEffort' };

/** `a b/c` as FieldsV1: one member per word, one level per slash. */
function fieldsOf(words: string): JsonObject {
  const root: JsonObject = {};
  for (const word of words.split(' ')) {
    let node = root;
    for (const step of word.split('/')) {
      const next = node[step];
      const child: JsonObject = isJsonObject(next) ? next : {};
      node[step] = child;
      node = child;
    }
  }
  return root;
}

const CONTAINER =
  '. f:image f:imagePullPolicy f:name f:ports/. f:resources/f:limits/. f:resources/f:requests/. f:terminationMessagePath f:terminationMessagePolicy f:livenessProbe/. f:livenessProbe/f:failureThreshold f:livenessProbe/f:httpGet/. f:livenessProbe/f:periodSeconds f:readinessProbe/. f:readinessProbe/f:failureThreshold f:readinessProbe/f:httpGet/. f:readinessProbe/f:periodSeconds';
const MADE: JsonObject = {
  'f:metadata': fieldsOf(
    'f:generateName f:labels/. f:labels/f:app.kubernetes.io/name f:labels/f:pod-template-hash f:ownerReferences/.',
  ),
  'f:spec': {
    ...fieldsOf(
      'f:dnsPolicy f:enableServiceLinks f:restartPolicy f:schedulerName f:securityContext f:terminationGracePeriodSeconds',
    ),
    'f:containers': { 'k:{"name":"main"}': fieldsOf(CONTAINER) },
  },
};
const conditionFields = (extra: string): JsonObject =>
  fieldsOf(`. f:lastProbeTime f:lastTransitionTime f:status f:type${extra}`);
const REPORTED: JsonObject = {
  'f:status': {
    'f:conditions': {
      'k:{"type":"ContainersReady"}': conditionFields(' f:message f:reason'),
      'k:{"type":"Initialized"}': conditionFields(''),
      'k:{"type":"PodReadyToStartContainers"}': conditionFields(''),
      'k:{"type":"Ready"}': conditionFields(' f:message f:reason'),
    },
    ...fieldsOf('f:containerStatuses f:hostIP f:hostIPs f:phase f:podIP f:podIPs/. f:startTime'),
  },
};

/** Field managers much as they stand on real pods. Nobody applies pods, so all share one shape. */
const MANAGED = new Map<string, JsonObject[]>();
function managedFields(time: string): JsonObject[] {
  let found = MANAGED.get(time);
  if (!found) {
    const entry = (manager: string, fieldsV1: JsonObject, extra: JsonObject = {}): JsonObject => ({
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1,
      manager,
      operation: 'Update',
      ...extra,
      time,
    });
    found = [entry('kube-controller-manager', MADE), entry('kubelet', REPORTED, { subresource: 'status' })];
    if (MANAGED.size > 5_000) MANAGED.clear();
    MANAGED.set(time, found);
  }
  return found;
}

/** Creates one pod, or says in the API server's words why it may not exist. */
export function makePod(
  cluster: Cluster,
  owner: JsonObject,
  template: JsonObject,
  how: { name?: string; labels?: JsonObject; salt: string; node?: string; volumes?: JsonObject[]; hostname?: string },
): JsonObject | string {
  const namespace = namespaceOf(owner);
  const name = how.name ?? `${nameOf(owner)}-${cluster.names.suffix(5, uidOf(owner), how.salt)}`;
  const metadata = object(template, 'metadata');
  const annotations = metadata.annotations;
  let spec = object(template, 'spec');
  if (how.volumes) spec = { ...spec, volumes: [...objects(spec, 'volumes'), ...how.volumes] };
  if (how.hostname) spec = { ...spec, hostname: how.hostname, subdomain: text(owner, 'spec', 'serviceName') };
  const time = new Date(cluster.now).toISOString().replace(/\.\d+Z$/, 'Z');
  const draft: JsonObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(isJsonObject(annotations) && Object.keys(annotations).length > 0 && { annotations }),
      ...(how.name === undefined && { generateName: `${nameOf(owner)}-` }),
      labels: { ...object(metadata, 'labels'), ...how.labels },
      managedFields: managedFields(time),
      name,
      namespace,
      ownerReferences: [ownerReference(owner)],
    },
    spec: how.node === undefined ? spec : { ...spec, affinity: onNode(spec, how.node) },
    status: PENDING,
  };
  const account = text(spec, 'serviceAccountName') || 'default';
  if (!cluster.store.get('serviceaccounts', namespace, account))
    return `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
  const pod = withPodDefaults(draft, cluster.names.suffix(5, 'token', name, uidOf(owner)));
  const refused = admitPod(cluster, pod);
  if (typeof refused === 'string') return refused;
  return cluster.create('pods', refused);
}

/** How the DaemonSet controller binds a pod to its node: by node affinity on the name, through the scheduler. */
function onNode(spec: JsonObject, node: string): JsonObject {
  return {
    ...object(spec, 'affinity'),
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
      },
    },
  };
}
