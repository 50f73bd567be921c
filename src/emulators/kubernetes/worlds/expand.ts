/** From a workload in a world file to the manifests that somebody would have written for it. Pure. */
import { isJsonObject, type JsonObject } from '../../../json.js';
import { mergePatch } from '../patch/json.js';
import type { Workload } from './schema.js';

type Sidecar = Workload['sidecars'][number];

function resources(item: {
  cpu?: string | undefined;
  memory?: string | undefined;
  cpuLimit?: string | undefined;
  memoryLimit?: string | undefined;
}): JsonObject {
  const requests = { ...(item.cpu && { cpu: item.cpu }), ...(item.memory && { memory: item.memory }) };
  const limits = {
    ...(item.cpuLimit && { cpu: item.cpuLimit }),
    ...(item.memoryLimit && { memory: item.memoryLimit }),
  };
  return {
    ...(Object.keys(requests).length > 0 && { requests }),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
}

/** `secret:name/key` and `config:name/key` are references; anything else is a value. */
export function envEntry(name: string, value: unknown): JsonObject {
  if (isJsonObject(value)) return { name, valueFrom: value };
  const reference = /^(secret|config):([^/]+)\/(.+)$/.exec(String(value));
  if (!reference) return { name, value: String(value) };
  const [, kind, from = '', key = ''] = reference;
  return { name, valueFrom: { [kind === 'secret' ? 'secretKeyRef' : 'configMapKeyRef']: { key, name: from } } };
}

function extra(item: Sidecar): JsonObject {
  return {
    name: item.name,
    image: item.image,
    ...(item.args && { args: item.args }),
    ...(item.port !== undefined && { ports: [{ containerPort: item.port }] }),
    resources: resources(item),
    ...item.spec,
  };
}

function volumesOf(workload: Workload): { volumes: JsonObject[]; mounts: JsonObject[] } {
  const volumes: JsonObject[] = [];
  const mounts: JsonObject[] = [];
  for (const [mountPath, source] of Object.entries(workload.mounts)) {
    const [kind = '', from = ''] = source.split(':');
    const name = from === '' ? (mountPath.split('/').pop() ?? 'data') : from;
    mounts.push({ mountPath, name });
    if (volumes.some((volume) => volume.name === name)) continue;
    if (kind === 'configMap') volumes.push({ name, configMap: { name: from } });
    else if (kind === 'secret') volumes.push({ name, secret: { secretName: from } });
    else if (kind === 'pvc') volumes.push({ name, persistentVolumeClaim: { claimName: from } });
    else if (kind === 'hostPath') volumes.push({ name, hostPath: { path: mountPath, type: '' } });
    else volumes.push({ name, emptyDir: {} });
  }
  for (const [index, mountPath] of Object.keys(workload.claims).entries())
    mounts.push({ mountPath, name: index === 0 ? 'data' : `data-${index}` });
  return { volumes, mounts };
}

const HARDENED_POD: JsonObject = {
  fsGroup: 10001,
  runAsNonRoot: true,
  runAsUser: 10001,
  seccompProfile: { type: 'RuntimeDefault' },
};
const HARDENED_CONTAINER: JsonObject = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
};

function podTemplate(workload: Workload, labels: JsonObject): JsonObject {
  const { volumes, mounts } = volumesOf(workload);
  const probe: JsonObject | undefined =
    workload.health === undefined ? undefined : { httpGet: { path: workload.health, port: workload.portName } };
  const env = Object.entries(workload.env).map(([name, value]) => envEntry(name, value));
  const main: JsonObject = {
    name: workload.container ?? workload.name,
    image: workload.image,
    ...(workload.args && { args: workload.args }),
    ...(env.length > 0 && { env }),
    ...(workload.envFrom.length > 0 && { envFrom: workload.envFrom }),
    ...(workload.port !== undefined && { ports: [{ containerPort: workload.port, name: workload.portName }] }),
    ...(probe && { livenessProbe: { ...probe, initialDelaySeconds: 10 }, readinessProbe: probe }),
    resources: resources(workload),
    ...(workload.hardened && { securityContext: HARDENED_CONTAINER }),
    ...(mounts.length > 0 && { volumeMounts: mounts }),
  };
  const spec: JsonObject = {
    containers: [main, ...workload.sidecars.map(extra)],
    ...(workload.init.length > 0 && { initContainers: workload.init.map(extra) }),
    ...(workload.serviceAccount && { serviceAccountName: workload.serviceAccount }),
    ...(workload.hardened && { automountServiceAccountToken: false, securityContext: HARDENED_POD }),
    ...(workload.priority && { priorityClassName: workload.priority }),
    ...(workload.tolerateAll && { tolerations: [{ operator: 'Exists' }] }),
    ...(workload.hostNetwork && { hostNetwork: true }),
    ...(workload.nodeSelector && { nodeSelector: workload.nodeSelector }),
    ...((workload.kind === 'Job' || workload.kind === 'CronJob') && { restartPolicy: 'Never' }),
    ...(volumes.length > 0 && { volumes }),
  };
  const merged = workload.podSpec ? mergePatch(spec, workload.podSpec) : spec;
  return { metadata: { labels }, spec: merged };
}

const GROUPS = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
} as const;

/** The workload itself, behind its service account, service and disruption budget. */
export function manifestsOf(workload: Workload): JsonObject[] {
  const { kind, name, namespace } = workload;
  const labels: JsonObject = { 'app.kubernetes.io/name': name, ...workload.labels };
  const selector: JsonObject = { matchLabels: { 'app.kubernetes.io/name': name } };
  const template = podTemplate(workload, labels);
  const metadata: JsonObject = {
    name,
    namespace,
    labels: { ...labels, 'app.kubernetes.io/managed-by': 'Helm' },
    ...(Object.keys(workload.annotations).length > 0 && { annotations: workload.annotations }),
  };
  let spec: JsonObject;
  if (kind === 'CronJob') spec = { schedule: workload.schedule ?? '0 * * * *', jobTemplate: { spec: { template } } };
  else if (kind === 'Job') spec = { template };
  else if (kind === 'DaemonSet') spec = { selector, template };
  else if (kind === 'StatefulSet')
    spec = { replicas: workload.replicas, selector, serviceName: name, template, ...claims(workload) };
  else
    spec = {
      replicas: workload.replicas,
      selector,
      template,
      ...(workload.strategy && { strategy: { type: workload.strategy } }),
    };
  const merged = workload.spec ? mergePatch(spec, workload.spec) : spec;
  return [
    ...accountOf(workload),
    ...serviceOf(workload),
    ...budgetOf(workload, selector),
    { apiVersion: GROUPS[kind], kind, metadata, spec: isJsonObject(merged) ? merged : spec },
  ];
}

function claims(workload: Workload): JsonObject {
  const entries = Object.values(workload.claims);
  if (entries.length === 0) return {};
  return {
    volumeClaimTemplates: entries.map((entry, index): JsonObject => {
      const [size = '1Gi', storageClass] = entry.split('@');
      return {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: index === 0 ? 'data' : `data-${index}` },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: size } },
          ...(storageClass && { storageClassName: storageClass }),
        },
      };
    }),
  };
}

function accountOf({ serviceAccount, namespace }: Workload): JsonObject[] {
  if (!serviceAccount) return [];
  return [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: serviceAccount, namespace } }];
}

function serviceOf(workload: Workload): JsonObject[] {
  if (workload.service === undefined) return [];
  const { name, namespace } = workload;
  const target = workload.port === undefined ? workload.service : workload.portName;
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace, labels: { 'app.kubernetes.io/name': name } },
      spec: {
        ...(workload.headless && { clusterIP: 'None' }),
        ports: [{ name: workload.portName, port: workload.service, targetPort: target }],
        selector: { 'app.kubernetes.io/name': name },
      },
    },
  ];
}

function budgetOf(workload: Workload, selector: JsonObject): JsonObject[] {
  if (workload.pdb === undefined) return [];
  const { name, namespace } = workload;
  return [
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name, namespace },
      spec: { minAvailable: workload.pdb, selector },
    },
  ];
}
