/**
 * Reading the few protobuf bodies that kubectl insists on (`auth can-i`, `create …`): a table of field numbers, taken
 * from the generated.proto files of k8s.io/api, and a decoder for the wire format. Answers are always JSON.
 */
import type { JsonObject, JsonValue } from '../../../json.js';
import { badRequest } from './status.js';

/** How one field is read: its name (none where it is inlined) and type. `[]` behind the type is a list, `map` a string map. */
type Schema = Record<number, [name: string, type: string]>;

const META: Schema = {
  1: ['name', 'string'],
  2: ['generateName', 'string'],
  3: ['namespace', 'string'],
  5: ['uid', 'string'],
  6: ['resourceVersion', 'string'],
  11: ['labels', 'map'],
  12: ['annotations', 'map'],
  14: ['finalizers', 'string[]'],
};

const TYPES: Record<string, Schema> = {
  ObjectMeta: META,
  LabelSelector: { 1: ['matchLabels', 'map'] },
  Bytes: {},
  ResourceAttributes: {
    1: ['namespace', 'string'],
    2: ['verb', 'string'],
    3: ['group', 'string'],
    4: ['version', 'string'],
    5: ['resource', 'string'],
    6: ['subresource', 'string'],
    7: ['name', 'string'],
  },
  NonResourceAttributes: { 1: ['path', 'string'], 2: ['verb', 'string'] },
  AccessSpec: {
    1: ['resourceAttributes', 'ResourceAttributes'],
    2: ['nonResourceAttributes', 'NonResourceAttributes'],
  },
  SubjectAccessSpec: {
    1: ['resourceAttributes', 'ResourceAttributes'],
    2: ['nonResourceAttributes', 'NonResourceAttributes'],
    3: ['user', 'string'],
    4: ['groups', 'string[]'],
  },
  RulesSpec: { 1: ['namespace', 'string'] },
  TokenSpec: { 1: ['audiences', 'string[]'], 4: ['expirationSeconds', 'int'] },
  Quantity: { 1: ['string', 'string'] },
  Resources: { 1: ['limits', 'quantities'], 2: ['requests', 'quantities'] },
  ContainerPort: { 1: ['name', 'string'], 3: ['containerPort', 'int'], 4: ['protocol', 'string'] },
  EnvVar: { 1: ['name', 'string'], 2: ['value', 'string'] },
  Container: {
    1: ['name', 'string'],
    2: ['image', 'string'],
    3: ['command', 'string[]'],
    4: ['args', 'string[]'],
    6: ['ports', 'ContainerPort[]'],
    7: ['env', 'EnvVar[]'],
    8: ['resources', 'Resources'],
    14: ['imagePullPolicy', 'string'],
  },
  PodSpec: { 2: ['containers', 'Container[]'], 3: ['restartPolicy', 'string'], 8: ['serviceAccountName', 'string'] },
  PodTemplate: { 1: ['metadata', 'ObjectMeta'], 2: ['spec', 'PodSpec'] },
  DeploymentSpec: { 1: ['replicas', 'int'], 2: ['selector', 'LabelSelector'], 3: ['template', 'PodTemplate'] },
  JobSpec: {
    1: ['parallelism', 'int'],
    2: ['completions', 'int'],
    3: ['activeDeadlineSeconds', 'int'],
    6: ['template', 'PodTemplate'],
    7: ['backoffLimit', 'int'],
  },
  JobTemplate: { 1: ['metadata', 'ObjectMeta'], 2: ['spec', 'JobSpec'] },
  CronJobSpec: {
    1: ['schedule', 'string'],
    3: ['concurrencyPolicy', 'string'],
    4: ['suspend', 'bool'],
    5: ['jobTemplate', 'JobTemplate'],
  },
  QuotaSpec: { 1: ['hard', 'quantities'] },
  PolicyRule: {
    1: ['verbs', 'string[]'],
    2: ['apiGroups', 'string[]'],
    3: ['resources', 'string[]'],
    4: ['resourceNames', 'string[]'],
  },
  Subject: { 1: ['kind', 'string'], 2: ['apiGroup', 'string'], 3: ['name', 'string'], 4: ['namespace', 'string'] },
  ServicePort: {
    1: ['name', 'string'],
    2: ['protocol', 'string'],
    3: ['port', 'int'],
    4: ['targetPort', 'intOrString'],
  },
  ServiceSpec: {
    1: ['ports', 'ServicePort[]'],
    2: ['selector', 'map'],
    3: ['clusterIP', 'string'],
    4: ['type', 'string'],
    10: ['externalName', 'string'],
  },
  BudgetSpec: {
    1: ['minAvailable', 'intOrString'],
    2: ['selector', 'LabelSelector'],
    3: ['maxUnavailable', 'intOrString'],
  },
  BackendPort: { 1: ['name', 'string'], 2: ['number', 'int'] },
  BackendService: { 1: ['name', 'string'], 2: ['port', 'BackendPort'] },
  Backend: { 4: ['service', 'BackendService'] },
  IngressPath: { 1: ['path', 'string'], 2: ['backend', 'Backend'], 3: ['pathType', 'string'] },
  IngressPaths: { 1: ['paths', 'IngressPath[]'] },
  IngressValue: { 1: ['http', 'IngressPaths'] },
  IngressRule: { 1: ['host', 'string'], 2: ['', 'IngressValue'] },
  IngressTls: { 1: ['hosts', 'string[]'], 2: ['secretName', 'string'] },
  IngressSpec: {
    1: ['defaultBackend', 'Backend'],
    2: ['tls', 'IngressTls[]'],
    3: ['rules', 'IngressRule[]'],
    4: ['ingressClassName', 'string'],
  },
  RoleRef: { 1: ['apiGroup', 'string'], 2: ['kind', 'string'], 3: ['name', 'string'] },
};

const INT_OR_STRING: Schema = { 1: ['kind', 'int'], 2: ['number', 'int'], 3: ['text', 'string'] };

const METADATA: Schema = { 1: ['metadata', 'ObjectMeta'] };
const withSpec = (type: string): Schema => ({ ...METADATA, 2: ['spec', type] });
const BINDING: Schema = { ...METADATA, 2: ['subjects', 'Subject[]'], 3: ['roleRef', 'RoleRef'] };
const ROLE: Schema = { ...METADATA, 2: ['rules', 'PolicyRule[]'] };

const KINDS: Record<string, Schema> = {
  SelfSubjectAccessReview: withSpec('AccessSpec'),
  SubjectAccessReview: withSpec('SubjectAccessSpec'),
  SelfSubjectRulesReview: withSpec('RulesSpec'),
  SelfSubjectReview: METADATA,
  TokenRequest: withSpec('TokenSpec'),
  Namespace: METADATA,
  ServiceAccount: METADATA,
  ConfigMap: { ...METADATA, 2: ['data', 'map'] },
  Secret: { ...METADATA, 2: ['data', 'bytes'], 3: ['type', 'string'] },
  Deployment: withSpec('DeploymentSpec'),
  Job: withSpec('JobSpec'),
  CronJob: withSpec('CronJobSpec'),
  ResourceQuota: withSpec('QuotaSpec'),
  Role: ROLE,
  ClusterRole: ROLE,
  RoleBinding: BINDING,
  ClusterRoleBinding: BINDING,
  Service: withSpec('ServiceSpec'),
  PodDisruptionBudget: withSpec('BudgetSpec'),
  Ingress: withSpec('IngressSpec'),
  PriorityClass: {
    ...METADATA,
    2: ['value', 'int'],
    3: ['globalDefault', 'bool'],
    4: ['description', 'string'],
    5: ['preemptionPolicy', 'string'],
  },
  Eviction: METADATA,
  DeleteOptions: { 1: ['gracePeriodSeconds', 'int'], 4: ['propagationPolicy', 'string'], 5: ['dryRun', 'string[]'] },
};

const MAGIC = [0x6b, 0x38, 0x73, 0x00];

interface Field {
  number: number;
  /** Length-delimited content, or undefined for a number. */
  bytes: Uint8Array | undefined;
  value: number;
}

function* fields(bytes: Uint8Array): Generator<Field> {
  let position = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; position < bytes.length; factor *= 128) {
      const byte = bytes[position++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw badRequest('unexpected EOF in a protobuf body');
  };
  while (position < bytes.length) {
    const tag = varint();
    const wire = tag & 7;
    const number = Math.floor(tag / 8);
    if (wire === 0) yield { number, bytes: undefined, value: varint() };
    else if (wire === 2) {
      const length = varint();
      if (position + length > bytes.length) throw badRequest('unexpected EOF in a protobuf body');
      yield { number, bytes: bytes.subarray(position, position + length), value: 0 };
      position += length;
    } else if (wire === 1 || wire === 5) position += wire === 1 ? 8 : 4;
    else throw badRequest('a protobuf body has an unknown wire type');
  }
}

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

function message(bytes: Uint8Array, schema: Schema): JsonObject {
  const result: JsonObject = {};
  for (const field of fields(bytes)) {
    const known = schema[field.number];
    if (!known) continue;
    const [name, type] = known;
    if (type === 'map' || type === 'bytes' || type === 'quantities') {
      const before = result[name];
      result[name] = {
        ...(typeof before === 'object' && !Array.isArray(before) ? before : {}),
        ...pair(field.bytes, type),
      };
    } else if (type.endsWith('[]')) {
      const before = result[name];
      result[name] = [...(Array.isArray(before) ? before : []), single(field, type.slice(0, -2))];
    } else {
      const value = single(field, type);
      // A message without a name of its own is inlined in JSON.
      if (name === '') Object.assign(result, value);
      else if (value !== '') result[name] = value;
    }
  }
  return result;
}

function single(field: Field, type: string): JsonValue {
  if (type === 'string') return utf8(field.bytes ?? new Uint8Array());
  if (type === 'int') return field.value;
  if (type === 'bool') return field.value !== 0;
  if (type === 'intOrString') {
    const { kind, number, text } = message(field.bytes ?? new Uint8Array(), INT_OR_STRING);
    return kind === 1 ? (text ?? '') : (number ?? 0);
  }
  return message(field.bytes ?? new Uint8Array(), TYPES[type] ?? {});
}

function pair(bytes: Uint8Array | undefined, type: string): JsonObject {
  let key = '';
  let value: JsonValue = '';
  for (const field of fields(bytes ?? new Uint8Array())) {
    const content = field.bytes ?? new Uint8Array();
    if (field.number === 1) key = utf8(content);
    else if (type === 'bytes') value = Buffer.from(content).toString('base64');
    else if (type === 'quantities') value = message(content, TYPES.Quantity ?? {}).string ?? '0';
    else value = utf8(content);
  }
  return { [key]: value };
}

/** The object in a `application/vnd.kubernetes.protobuf` body; undefined for kinds that are not in the table. */
export function decodeProtobuf(body: Uint8Array): JsonObject | undefined {
  if (!MAGIC.every((byte, index) => body[index] === byte)) throw badRequest('the protobuf body lacks its magic number');
  let apiVersion = '';
  let kind = '';
  let raw = new Uint8Array();
  for (const field of fields(body.subarray(MAGIC.length))) {
    if (field.number === 1)
      for (const part of fields(field.bytes ?? new Uint8Array())) {
        if (part.number === 1) apiVersion = utf8(part.bytes ?? new Uint8Array());
        if (part.number === 2) kind = utf8(part.bytes ?? new Uint8Array());
      }
    if (field.number === 2) raw = new Uint8Array(field.bytes ?? []);
  }
  const schema = KINDS[kind];
  return schema && { apiVersion, kind, ...message(raw, schema) };
}
