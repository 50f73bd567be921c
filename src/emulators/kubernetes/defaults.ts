/** What the API server fills in where a manifest is silent. Pure, except that a Service's address is drawn from the cluster. */
import type { JsonObject } from '../../json.js';
import type { Cluster } from './cluster.js';
import { list, nameOf, namespaceOf, object, objects, set, text } from './fields.js';

function containerDefaults(container: JsonObject): JsonObject {
  const image = text(container, 'image');
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  const ports = objects(container, 'ports').map((port): JsonObject => ({ protocol: 'TCP', ...port }));
  const probe = (name: string): JsonObject =>
    name in container
      ? {
          [name]: {
            failureThreshold: 3,
            periodSeconds: 10,
            successThreshold: 1,
            timeoutSeconds: 1,
            ...object(container, name),
            ...('httpGet' in object(container, name) && {
              httpGet: { path: '/', scheme: 'HTTP', ...object(container, name, 'httpGet') },
            }),
          },
        }
      : {};
  return {
    imagePullPolicy: tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...container,
    ...(ports.length > 0 && { ports }),
    ...probe('livenessProbe'),
    ...probe('readinessProbe'),
    ...probe('startupProbe'),
    ...('resources' in container && { resources: withRequests(object(container, 'resources')) }),
  };
}

/** A limit without a request is a request, too. */
function withRequests(resources: JsonObject): JsonObject {
  const limits = object(resources, 'limits');
  if (Object.keys(limits).length === 0) return resources;
  return { ...resources, requests: { ...limits, ...object(resources, 'requests') } };
}

export function podSpecDefaults(spec: JsonObject): JsonObject {
  const init = objects(spec, 'initContainers').map(containerDefaults);
  const volumes = objects(spec, 'volumes').map((volume): JsonObject => {
    for (const source of ['configMap', 'secret', 'projected'])
      if (source in volume) return { ...volume, [source]: { defaultMode: 420, ...object(volume, source) } };
    return volume;
  });
  const account = text(spec, 'serviceAccountName');
  return {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...spec,
    containers: objects(spec, 'containers').map(containerDefaults),
    ...(init.length > 0 && { initContainers: init }),
    ...(volumes.length > 0 && { volumes }),
    ...(account !== '' && { serviceAccount: account }),
  };
}

const inTemplate = (value: JsonObject, extra: JsonObject): JsonObject => {
  const spec = object(value, 'spec');
  const template = object(spec, 'template');
  return {
    ...value,
    spec: { ...extra, ...spec, template: { ...template, spec: podSpecDefaults(object(template, 'spec')) } },
  };
};

function deploymentDefaults(value: JsonObject): JsonObject {
  const type = text(value, 'spec', 'strategy', 'type') || 'RollingUpdate';
  const rolling = { maxSurge: '25%', maxUnavailable: '25%', ...object(value, 'spec', 'strategy', 'rollingUpdate') };
  const strategy: JsonObject = type === 'Recreate' ? { type } : { rollingUpdate: rolling, type };
  const filled = inTemplate(value, { progressDeadlineSeconds: 600, replicas: 1, revisionHistoryLimit: 10 });
  return set(filled, ['spec', 'strategy'], strategy);
}

function serviceDefaults(cluster: Cluster, value: JsonObject): JsonObject {
  const spec = object(value, 'spec');
  const type = text(spec, 'type') || 'ClusterIP';
  const ports = objects(spec, 'ports').map(
    (port): JsonObject => ({ protocol: 'TCP', targetPort: port.port ?? 0, ...port }),
  );
  if (type === 'ExternalName') return { ...value, spec: { sessionAffinity: 'None', ...spec, type } };
  const given = text(spec, 'clusterIP');
  const key = `${namespaceOf(value)}/${nameOf(value)}`;
  const address =
    given || `10.96.${cluster.names.between(0, 255, 'ip1', key)}.${cluster.names.between(2, 254, 'ip2', key)}`;
  const open = type === 'NodePort' || type === 'LoadBalancer';
  const withNodePorts = ports.map(
    (port, index): JsonObject =>
      open && !port.nodePort
        ? { ...port, nodePort: 30_000 + ((cluster.names.between(0, 2_700, 'port', key) + index) % 2_768) }
        : port,
  );
  return {
    ...value,
    spec: {
      ...(open && { allocateLoadBalancerNodePorts: true, externalTrafficPolicy: 'Cluster' }),
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      sessionAffinity: 'None',
      ...spec,
      clusterIP: address,
      clusterIPs: [address],
      ...(ports.length > 0 && { ports: withNodePorts }),
      type,
    },
    status: { loadBalancer: {}, ...object(value, 'status') },
  };
}

function secretDefaults(value: JsonObject): JsonObject {
  const { stringData, ...rest } = value;
  const data: JsonObject = { ...object(value, 'data') };
  for (const [key, plain] of Object.entries(object(value, 'stringData')))
    data[key] = Buffer.from(String(plain)).toString('base64');
  return { type: 'Opaque', ...rest, ...(stringData !== undefined || 'data' in value ? { data } : {}) };
}

/** The object as it would be stored. */
export function withDefaults(cluster: Cluster, storage: string, value: JsonObject): JsonObject {
  switch (storage) {
    case 'pods':
      return { ...value, spec: podSpecDefaults(object(value, 'spec')) };
    case 'deployments.apps':
      return deploymentDefaults(value);
    case 'replicasets.apps':
      return inTemplate(value, { replicas: 1 });
    case 'statefulsets.apps':
      return inTemplate(value, {
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        podManagementPolicy: 'OrderedReady',
        replicas: 1,
        revisionHistoryLimit: 10,
        updateStrategy: { rollingUpdate: { partition: 0 }, type: 'RollingUpdate' },
      });
    case 'daemonsets.apps':
      return inTemplate(value, {
        revisionHistoryLimit: 10,
        updateStrategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 }, type: 'RollingUpdate' },
      });
    case 'jobs.batch':
      return inTemplate(value, {
        backoffLimit: 6,
        completionMode: 'NonIndexed',
        completions: 1,
        manualSelector: false,
        parallelism: 1,
        suspend: false,
      });
    case 'cronjobs.batch': {
      const job = inTemplate(object(value, 'spec', 'jobTemplate'), {});
      const defaults = {
        concurrencyPolicy: 'Allow',
        failedJobsHistoryLimit: 1,
        successfulJobsHistoryLimit: 3,
        suspend: false,
      };
      return {
        ...value,
        spec: { ...defaults, ...object(value, 'spec'), jobTemplate: job },
        status: object(value, 'status'),
      };
    }
    case 'services':
      return serviceDefaults(cluster, value);
    case 'secrets':
      return secretDefaults(value);
    case 'namespaces':
      return {
        ...value,
        metadata: {
          ...object(value, 'metadata'),
          labels: { ...object(value, 'metadata', 'labels'), 'kubernetes.io/metadata.name': nameOf(value) },
        },
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Active', ...object(value, 'status') },
      };
    case 'persistentvolumeclaims':
      return {
        ...value,
        spec: { volumeMode: 'Filesystem', ...object(value, 'spec') },
        status: { phase: 'Pending', ...object(value, 'status') },
      };
    case 'persistentvolumes':
      return {
        ...value,
        spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem', ...object(value, 'spec') },
        status: { phase: 'Available', ...object(value, 'status') },
      };
    case 'storageclasses.storage.k8s.io':
      return { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate', ...value };
    case 'horizontalpodautoscalers.autoscaling':
      return { ...value, spec: { minReplicas: 1, ...object(value, 'spec') } };
    case 'ingresses.networking.k8s.io':
      return { ...value, status: { loadBalancer: {}, ...object(value, 'status') } };
    case 'networkpolicies.networking.k8s.io':
      return policyTypes(value);
    case 'customresourcedefinitions.apiextensions.k8s.io':
      return definitionStatus(cluster, value);
    default:
      return value;
  }
}

function policyTypes(value: JsonObject): JsonObject {
  if (list(value, 'spec', 'policyTypes').length > 0) return value;
  const types = 'egress' in object(value, 'spec') ? ['Ingress', 'Egress'] : ['Ingress'];
  return set(value, ['spec', 'policyTypes'], types);
}

/** A definition is accepted at once, unless a world says in its status that it is not. */
function definitionStatus(cluster: Cluster, value: JsonObject): JsonObject {
  if (objects(value, 'status', 'conditions').length > 0) return value;
  const time = new Date(cluster.now).toISOString().replace(/\.\d+Z$/, 'Z');
  const kind = text(value, 'spec', 'names', 'kind');
  const names = { listKind: `${kind}List`, singular: kind.toLowerCase(), ...object(value, 'spec', 'names') };
  const stored = objects(value, 'spec', 'versions').filter((version) => version.storage === true);
  return {
    ...value,
    spec: { conversion: { strategy: 'None' }, ...object(value, 'spec'), names },
    status: {
      acceptedNames: names,
      conditions: [
        {
          lastTransitionTime: time,
          message: 'no conflicts found',
          reason: 'NoConflicts',
          status: 'True',
          type: 'NamesAccepted',
        },
        {
          lastTransitionTime: time,
          message: 'the initial names have been accepted',
          reason: 'InitialNamesAccepted',
          status: 'True',
          type: 'Established',
        },
      ],
      storedVersions: stored.map((version) => text(version, 'name')),
    },
  };
}
