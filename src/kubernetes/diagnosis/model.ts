/**
 * What one diagnosis knows (a Snapshot of reduced objects) and what it says (Findings). Types only. A snapshot never
 * holds a Secret's or a ConfigMap's values.
 */

export interface OwnerRef {
  kind: string;
  name: string;
}

export interface Meta {
  namespace: string;
  name: string;
  uid: string;
  /** Milliseconds since the epoch; null where the object does not say. */
  created: number | null;
  /** `deletionTimestamp`: when the grace period ends, for something that is being deleted. */
  deleted: number | null;
  finalizers: string[];
  labels: Record<string, string>;
  generation: number;
  /** The owner that is marked as controller. */
  owner: OwnerRef | null;
}

export interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  /** lastTransitionTime. */
  since: number | null;
  /** lastUpdateTime or lastProbeTime, where the kind has one. */
  updated: number | null;
}

export interface SelectorRule {
  key: string;
  operator: string;
  values: string[];
}

/** A label selector; null stands for an absent one, which selects nothing or does not apply. */
export type Selector = { labels: Record<string, string>; rules: SelectorRule[] } | null;

export interface ContainerState {
  kind: 'waiting' | 'running' | 'terminated' | 'unknown';
  reason: string;
  message: string;
  exitCode: number | null;
  startedAt: number | null;
  finishedAt: number | null;
}

export interface ContainerRecord {
  name: string;
  /** Where it stands in the object: `containers`, `initContainers`. */
  list: 'containers' | 'initContainers';
  /** Its index in `status.containerStatuses` or `status.initContainerStatuses`, for evidence. */
  index: number;
  image: string;
  /** An init container with restartPolicy Always: it keeps running beside the others. */
  sidecar: boolean;
  reported: boolean;
  ready: boolean;
  started: boolean;
  restarts: number;
  state: ContainerState;
  last: ContainerState;
  memoryLimit: number | null;
  ports: { name: string; number: number; protocol: string }[];
}

export interface Reference {
  kind: 'Secret' | 'ConfigMap' | 'PersistentVolumeClaim' | 'ServiceAccount' | 'PriorityClass' | 'RuntimeClass';
  name: string;
  /** A key that must exist in it. */
  key: string | null;
  /** The field that refers to it. */
  path: string;
}

export interface Toleration {
  key: string;
  operator: string;
  value: string;
  effect: string;
}

export interface Pod extends Meta {
  node: string;
  phase: string;
  reason: string;
  message: string;
  started: number | null;
  conditions: Condition[];
  readinessGates: string[];
  containers: ContainerRecord[];
  /** Only what must exist: optional references are left out. */
  references: Reference[];
  /** Sum over the containers as the scheduler counts it, in base units. */
  requests: Record<string, number>;
  /** Scheduling gates that still hold it. */
  gates: string[];
  /** Where it may run; kept only for a pod that has no node yet. */
  placement: Placement;
}

export interface Placement {
  nodeSelector: Record<string, string>;
  /** Each term of the required node affinity. */
  nodeAffinity: SelectorRule[][];
  tolerations: Toleration[];
}

export interface Workload extends Meta {
  kind: 'Deployment' | 'ReplicaSet' | 'StatefulSet' | 'DaemonSet';
  /** Wanted pods; an absent `spec.replicas` means 1. */
  desired: number;
  ready: number;
  current: number;
  updated: number;
  misscheduled: number;
  observedGeneration: number | null;
  /** The status says anything at all. */
  reported: boolean;
  paused: boolean;
  progressDeadline: number;
  selector: Selector;
  templateLabels: Record<string, string>;
  /** Every container of the template, with the requests it names. */
  templateRequests: { container: string; requests: string[] }[];
  imagePullSecrets: string[];
  conditions: Condition[];
  /** When the specification was last written, where managed fields tell. */
  specChanged: number | null;
  serviceName: string;
  claimClasses: { name: string; storageClass: string | null }[];
  currentRevision: string;
  updateRevision: string;
  updateStrategy: string;
  partition: number;
}

export interface Job extends Meta {
  suspended: boolean;
  active: number;
  failed: number;
  succeeded: number;
  completions: number | null;
  backoffLimit: number;
  started: number | null;
  conditions: Condition[];
}

export interface CronJob extends Meta {
  suspended: boolean;
  schedule: string;
  timeZone: string;
  startingDeadline: number | null;
  active: number;
  lastSchedule: number | null;
  lastSuccess: number | null;
}

export interface Autoscaler extends Meta {
  target: { apiVersion: string; kind: string; name: string };
  min: number;
  max: number;
  current: number;
  desired: number;
  /** Resources of metrics with target type Utilization; they need requests. */
  utilization: { resource: string; container: string }[];
  conditions: Condition[];
}

export interface Budget extends Meta {
  selector: Selector;
  minAvailable: string;
  maxUnavailable: string;
  disruptionsAllowed: number;
  currentHealthy: number;
  desiredHealthy: number;
  expectedPods: number;
  conditions: Condition[];
}

export interface Service extends Meta {
  type: string;
  clusterIP: string;
  selector: Record<string, string>;
  publishNotReady: boolean;
  leaderElection: boolean;
  hasIngressAddress: boolean;
  ports: { name: string; port: number; targetPort: string; protocol: string }[];
}

/** The endpoints of one service, summed over its slices. */
export interface Endpoints {
  ready: number;
  notReady: string[];
}

export interface Ingress extends Meta {
  className: string;
  /** The class comes from the annotation that came before `spec.ingressClassName`. */
  classFromAnnotation: boolean;
  backends: { service: string; port: string; path: string; host: string }[];
  tls: { secret: string; hosts: string[]; path: string }[];
}

export interface Peer {
  namespaceSelector: Selector;
  podSelector: Selector;
  ipBlock: boolean;
}

export interface NetworkPolicy extends Meta {
  selector: Selector;
  types: string[];
  ingress: { peers: Peer[] }[];
  egress: { peers: Peer[]; ports: { port: string; endPort: number | null; protocol: string }[] }[];
}

export interface GatewayClass extends Meta {
  conditions: Condition[];
}

export interface Gateway extends Meta {
  className: string;
  conditions: Condition[];
  listeners: { name: string; from: string; selector: Selector; conditions: Condition[] }[];
}

export interface Route extends Meta {
  kind: string;
  parents: { namespace: string; name: string; kind: string; section: string }[];
  backends: { namespace: string; name: string; kind: string; port: number | null; path: string }[];
  status: { parent: string; conditions: Condition[] }[];
}

export interface Webhook {
  configuration: string;
  kind: 'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration';
  name: string;
  index: number;
  service: { namespace: string; name: string } | null;
  failurePolicy: string;
}

export interface ApiService extends Meta {
  service: { namespace: string; name: string } | null;
  conditions: Condition[];
}

export interface Claim extends Meta {
  phase: string;
  /** Null where the claim leaves it to the default class. */
  storageClass: string | null;
  volume: string;
  requested: string;
  conditions: Condition[];
}

export interface Volume extends Meta {
  phase: string;
  reason: string;
  message: string;
  storageClass: string;
  claim: { namespace: string; name: string } | null;
}

export interface StorageClass extends Meta {
  provisioner: string;
  bindingMode: string;
  isDefault: boolean;
}

export interface VolumeAttachment extends Meta {
  node: string;
  volume: string;
  attached: boolean;
  error: string;
  errorAt: number | null;
}

export interface Node extends Meta {
  unschedulable: boolean;
  taints: { key: string; value: string; effect: string; since: number | null }[];
  conditions: Condition[];
  allocatable: Record<string, number>;
  kubeletVersion: string;
}

export interface Namespace extends Meta {
  phase: string;
  conditions: Condition[];
}

export interface Quota extends Meta {
  /** Both as written, so that evidence can quote them. */
  hard: Record<string, string>;
  used: Record<string, string>;
}

export interface CustomResource extends Meta {
  conditions: Condition[];
}

export interface SigningRequest extends Meta {
  signer: string;
  requestor: string;
  pending: boolean;
}

/** Name and keys of a Secret or ConfigMap. Keys are null where managed fields do not tell; values are never read. */
export interface Named extends Meta {
  keys: string[] | null;
}

/** What is kept of a Secret that an Ingress names for TLS. */
export interface Certificate {
  type: string;
  hasCertificate: boolean;
  hasKey: boolean;
  /** Milliseconds since the epoch; null where the certificate cannot be read. */
  notAfter: number | null;
}

/** Warning events of one object and reason, summed. */
export interface EventRecord {
  kind: string;
  namespace: string;
  name: string;
  uid: string;
  reason: string;
  message: string;
  count: number;
  first: number | null;
  last: number | null;
}

export interface NotChecked {
  verb: string;
  resource: string;
  reason: string;
}

/** Everything that is read for a diagnosis. */
export interface Snapshot {
  context: string;
  /** Null for the whole cluster. */
  namespace: string | null;
  /** When it was taken, milliseconds since the epoch. */
  takenAt: number;
  serverVersion: string;
  /** Failing lines of /readyz?verbose; null where it was not read. */
  readyz: string[] | null;
  /** Resources whose list was read to its end. */
  read: ReadonlySet<string>;
  /** Resources that this cluster's API does not have. */
  absent: ReadonlySet<string>;
  notChecked: NotChecked[];
  /** How many reads were tried, for the part of the cluster that the score stands on. */
  attempted: number;
  pods: Pod[];
  workloads: Workload[];
  jobs: Job[];
  cronJobs: CronJob[];
  autoscalers: Autoscaler[];
  budgets: Budget[];
  services: Service[];
  endpoints: Map<string, Endpoints>;
  ingresses: Ingress[];
  ingressClasses: (Meta & { isDefault: boolean })[];
  networkPolicies: NetworkPolicy[];
  gatewayClasses: GatewayClass[];
  gateways: Gateway[];
  routes: Route[];
  webhooks: Webhook[];
  apiServices: ApiService[];
  claims: Claim[];
  volumes: Volume[];
  storageClasses: StorageClass[];
  volumeAttachments: VolumeAttachment[];
  nodes: Node[];
  namespaces: Namespace[];
  quotas: Quota[];
  customResources: CustomResource[];
  signingRequests: SigningRequest[];
  secrets: Named[];
  configMaps: Named[];
  serviceAccounts: Meta[];
  priorityClasses: Meta[];
  runtimeClasses: Meta[];
  /** By namespace/name of the secret; null where there is no such secret. */
  certificates: Map<string, Certificate | null>;
  events: EventRecord[];
  /** Memory in use by namespace/pod/container, bytes. */
  memoryUsage: Map<string, number>;
}

export type FindingSeverity = 'critical' | 'warning' | 'info';

export interface Evidence {
  /** The field: `status.containerStatuses[0].state.waiting.reason`, or `event FailedMount`. */
  path: string;
  value: string;
}

export interface Finding {
  /** Stable between two diagnoses of the same trouble: check, object (pods by their owner), reason. */
  id: string;
  /** `P1` to `C5`. */
  check: string;
  severity: FindingSeverity;
  kind: string;
  /** '' for objects that belong to the cluster. */
  namespace: string;
  name: string;
  reason: string;
  /** One sentence on what is wrong. */
  message: string;
  evidence: Evidence[];
  /** ISO 8601; null where nothing tells. */
  since: string | null;
  /** How many objects or events this stands for. */
  count: number;
  /** The top owner, for pods. */
  owner: OwnerRef | null;
  /** Names of the pods that it stands for, at most ten. */
  pods: string[];
  suggestion: string;
  /** The id of the finding that this one follows from. */
  causedBy: string | null;
}

/** A finding that somebody has accepted for a time. Fields that are left out match anything. */
export interface Acceptance {
  check: string;
  namespace?: string;
  /** Of the object or of its top owner, as `name` is. */
  kind?: string;
  name?: string;
  reason: string;
  /** ISO 8601 date or time; from then on the finding counts again. A date counts to its end, in UTC. */
  until: string;
}

export interface AcceptedFinding {
  finding: Finding;
  reason: string;
  until: string;
}

/** `incomplete`: nothing wrong was found, but something could not be read. */
export type DiagnosisVerdict = 'critical' | 'warning' | 'healthy' | 'incomplete';

export interface Diagnosis {
  context: string;
  namespace: string | null;
  takenAt: string;
  verdict: DiagnosisVerdict;
  /** 0 to 100; the formula is SCORE_FORMULA. */
  score: number;
  counts: { critical: number; warning: number; info: number; accepted: number; causes: number };
  examined: { pods: number; workloads: number; services: number; nodes: number; namespaces: number };
  findings: Finding[];
  accepted: AcceptedFinding[];
  notChecked: NotChecked[];
  /** Acceptances that no longer count, with the date on which they ended. */
  expired: Acceptance[];
}
