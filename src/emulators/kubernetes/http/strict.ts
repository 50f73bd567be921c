/**
 * Field validation: with fieldValidation=Strict (what kubectl asks for) a misspelt field is an error instead of being
 * dropped. The emulator knows the fields of the common types only; elsewhere it lets everything pass.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../json.js';
import type { ApiRequest } from './request.js';
import { badRequest } from './status.js';

const words = (text: string): Set<string> => new Set(text.split(/\s+/));

const TOP: Record<string, Set<string>> = {
  configmaps: words('apiVersion kind metadata data binaryData immutable'),
  secrets: words('apiVersion kind metadata data stringData type immutable'),
};
const USUAL = words('apiVersion kind metadata spec status');
const SPEC: Record<string, Set<string>> = {
  deployments: words(
    'replicas selector template strategy minReadySeconds revisionHistoryLimit paused progressDeadlineSeconds',
  ),
  statefulsets: words(
    'replicas selector template serviceName volumeClaimTemplates updateStrategy podManagementPolicy revisionHistoryLimit minReadySeconds persistentVolumeClaimRetentionPolicy ordinals',
  ),
  daemonsets: words('selector template updateStrategy minReadySeconds revisionHistoryLimit'),
  services: words(
    'ports selector clusterIP clusterIPs type externalIPs sessionAffinity loadBalancerIP loadBalancerSourceRanges externalName externalTrafficPolicy healthCheckNodePort publishNotReadyAddresses sessionAffinityConfig ipFamilies ipFamilyPolicy allocateLoadBalancerNodePorts loadBalancerClass internalTrafficPolicy trafficDistribution',
  ),
};
const POD_SPEC = words(
  'volumes initContainers containers ephemeralContainers restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy nodeSelector serviceAccountName serviceAccount automountServiceAccountToken nodeName hostNetwork hostPID hostIPC hostUsers shareProcessNamespace securityContext imagePullSecrets hostname hostnameOverride subdomain affinity schedulerName tolerations hostAliases priorityClassName priority dnsConfig readinessGates runtimeClassName enableServiceLinks preemptionPolicy overhead topologySpreadConstraints setHostnameAsFQDN os schedulingGates resourceClaims resources',
);
const CONTAINER = words(
  'name image command args workingDir ports envFrom env resources resizePolicy restartPolicy restartPolicyRules volumeMounts volumeDevices livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext stdin stdinOnce tty',
);
const METADATA = words(
  'name generateName namespace selfLink uid resourceVersion generation creationTimestamp deletionTimestamp deletionGracePeriodSeconds labels annotations ownerReferences finalizers managedFields',
);

function unknownIn(value: JsonValue | undefined, known: Set<string>, path: string): string[] {
  if (!isJsonObject(value)) return [];
  return Object.keys(value)
    .filter((key) => !known.has(key))
    .map((key) => `unknown field "${path === '' ? key : `${path}.${key}`}"`);
}

function podSpecFields(spec: JsonValue | undefined, path: string): string[] {
  if (!isJsonObject(spec)) return [];
  const found = unknownIn(spec, POD_SPEC, path);
  for (const field of ['containers', 'initContainers']) {
    const containers = spec[field];
    if (!Array.isArray(containers)) continue;
    for (const [index, container] of containers.entries())
      found.push(...unknownIn(container, CONTAINER, `${path}.${field}[${index}]`));
  }
  return found;
}

export function strictErrors(request: ApiRequest, body: JsonObject): void {
  if (request.query.get('fieldValidation') !== 'Strict' || request.resource.custom) return;
  const { plural } = request.resource;
  const known = SPEC[plural];
  const top = TOP[plural] ?? (known || plural === 'pods' ? USUAL : undefined);
  const errors = unknownIn(body.metadata, METADATA, 'metadata');
  if (top) errors.unshift(...unknownIn(body, top, ''));
  const { spec } = body;
  if (known) errors.push(...unknownIn(spec, known, 'spec'));
  if (plural === 'pods') errors.push(...podSpecFields(spec, 'spec'));
  const template = isJsonObject(spec) ? spec.template : undefined;
  if (known && isJsonObject(template)) errors.push(...podSpecFields(template.spec, 'spec.template.spec'));
  if (errors.length === 0) return;
  throw badRequest(
    `${request.resource.kind} in version "${request.resource.version}" cannot be handled as a ${request.resource.kind}: strict decoding error: ${errors.join(', ')}`,
  );
}
