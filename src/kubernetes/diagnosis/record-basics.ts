/** What records of every kind have in common. Types only; times are milliseconds since the epoch, null where unknown. */

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
