/** Storage, nodes, the cluster's own objects and events, as the checks read them. Types only; no values of Secrets or ConfigMaps. */
import type { Condition, Meta } from './record-basics.js';

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
