/** What a Pod Security check is: an id, a level, and one or more revisions that apply from a Kubernetes minor version on. */
import type { Fix } from '../fix.js';
import type { PodView } from '../object.js';

export type Path = readonly (string | number)[];

export interface Violation {
  /** The upstream id of the check: `allowPrivilegeEscalation`. */
  check: string;
  /** As upstream words it: "allowPrivilegeEscalation != false". */
  reason: string;
  detail: string;
  /** From the root of the object. */
  path: Path;
  fix?: Fix;
}

export type Report = Omit<Violation, 'check' | 'reason'>;

export interface Revision {
  /** Minor version of Kubernetes 1.x from which it applies. */
  from: number;
  run(pod: PodView): Report[];
}

export interface PodCheck {
  id: string;
  level: 'baseline' | 'restricted';
  reason: string;
  /** Oldest first. */
  revisions: readonly Revision[];
  /** The baseline check that this one takes the place of, where both would run. */
  overrides?: string;
}
