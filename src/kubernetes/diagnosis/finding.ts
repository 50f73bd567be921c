/** How a check says what it found: a draft with everything a Finding has, and what it may follow from. */
import type { Evidence, FindingSeverity, Meta, OwnerRef, Pod } from './model.js';

/** A finding that may be the cause: one of these checks (any, where left out) on this object. */
export interface Cause {
  checks?: readonly string[];
  /** `Kind/namespace/name`. */
  object: string;
}

export interface Draft {
  check: string;
  severity: FindingSeverity;
  kind: string;
  namespace: string;
  name: string;
  reason: string;
  message: string;
  evidence: Evidence[];
  /** Milliseconds since the epoch. */
  since: number | null;
  count: number;
  owner: OwnerRef | null;
  pods: string[];
  suggestion: string;
  /** What this may follow from, most likely first. */
  causes: Cause[];
  /** Every object this finding speaks for, as other findings' causes name them. */
  about: string[];
  /** Set on findings of single pods: those with the same value become one. */
  group?: string;
  /** The container, for findings of one: part of what tells findings apart. */
  container?: string;
}

/** The check functions make these: only what differs has to be said. */
export type DraftInput = Pick<Draft, 'check' | 'severity' | 'reason' | 'message' | 'suggestion'> &
  Partial<Pick<Draft, 'since' | 'count' | 'owner' | 'causes' | 'about' | 'evidence' | 'pods' | 'container'>>;

export const keyOf = (kind: string, namespace: string, name: string) => `${kind}/${namespace}/${name}`;

export function onObject(kind: string, object: Pick<Meta, 'namespace' | 'name'>, input: DraftInput): Draft {
  const { about = [], ...rest } = input;
  return {
    kind,
    namespace: object.namespace,
    name: object.name,
    evidence: [],
    since: null,
    count: 1,
    owner: null,
    pods: [],
    causes: [],
    ...rest,
    about: [keyOf(kind, object.namespace, object.name), ...about],
  };
}

/** A finding of one pod; those of one owner, check and reason become one finding later. */
export function onPod(pod: Pod, owner: OwnerRef, input: DraftInput): Draft {
  const self = owner.kind === 'Pod';
  const draft = onObject('Pod', pod, {
    ...input,
    owner: self ? null : owner,
    pods: [pod.name],
    about: [keyOf('owner', pod.namespace, `${owner.kind}/${owner.name}`), ...(input.about ?? [])],
  });
  const group = [input.check, pod.namespace, owner.kind, owner.name, input.reason, input.container ?? ''];
  return { ...draft, group: group.join('|') };
}

const MAX_EVIDENCE = 240;

/** Quoted, on one line, without control characters or invisible formatting characters, and of bounded length. */
export function quote(value: string | number | boolean, max = MAX_EVIDENCE): string {
  const clean = String(value)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return clean.length > max ? `${clean.slice(0, max - 1)}…` : clean;
}

/** Evidence from a field; empty values say nothing and are left out. */
export function fields(...pairs: [path: string, value: string | number | boolean | null | undefined][]): Evidence[] {
  return pairs.flatMap(([path, value]) => {
    if (value === null || value === undefined) return [];
    const quoted = quote(value);
    return quoted === '' ? [] : [{ path: quote(path), value: quoted }];
  });
}

export const isoTime = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

/** "3 min", "5 h", "12 d". */
export function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}
