/**
 * From drafts to findings: pods of one owner become one finding, and what follows from something else names it. A node
 * that is down is one finding with its pods behind it, not eighty.
 */
import type { Draft } from './finding.js';
import { isoTime, quote } from './finding.js';
import type { Finding, FindingSeverity } from './model.js';

const RANK: Record<FindingSeverity, number> = { critical: 0, warning: 1, info: 2 };
export const severityRank = (severity: FindingSeverity) => RANK[severity];

const MAX_PODS = 10;

/** Sorted by severity, namespace, name, check: the same snapshot always gives the same list. */
export function foldFindings(drafts: Draft[]): Finding[] {
  const collapsed = collapse(drafts);
  const withIds = uniqueIds(collapsed);
  const causes = resolveCauses(withIds);
  return withIds.map(({ id, draft }) => toFinding(id, draft, causes.get(id) ?? null)).sort(compareFindings);
}

export function compareFindings(a: Finding, b: Finding): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    compareText(a.namespace, b.namespace) ||
    compareText(a.name, b.name) ||
    compareText(a.check, b.check) ||
    compareText(a.id, b.id)
  );
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function collapse(drafts: Draft[]): Draft[] {
  const nodesDown = new Set(drafts.filter((draft) => draft.check === 'N1').map((draft) => `Node//${draft.name}`));
  const groups = new Map<string, Draft[]>();
  const single: Draft[] = [];
  for (const draft of drafts) {
    if (!draft.group) {
      single.push(draft);
      continue;
    }
    // Pods that lie on a broken node have another cause than their siblings, and stay apart.
    const node = draft.causes.find((cause) => nodesDown.has(cause.object) && cause.checks?.includes('N1'));
    const key = `${draft.group}|${node?.object ?? ''}`;
    const group = groups.get(key);
    if (group) group.push(draft);
    else groups.set(key, [draft]);
  }
  return [...single, ...[...groups.values()].map(merge)];
}

function merge(group: Draft[]): Draft {
  const sorted = [...group].sort((a, b) => RANK[a.severity] - RANK[b.severity] || compareText(a.name, b.name));
  const [first] = sorted;
  if (!first) throw new Error('a group of findings is never empty');
  const times = sorted.map((draft) => draft.since).filter((since) => since !== null);
  const pods = [...new Set(sorted.flatMap((draft) => draft.pods))].sort();
  return {
    ...first,
    since: times.length > 0 ? Math.min(...times) : null,
    count: pods.length > 0 ? pods.length : first.count,
    pods: pods.slice(0, MAX_PODS),
    causes: dedupe(sorted.flatMap((draft) => draft.causes)),
    about: [...new Set(sorted.flatMap((draft) => draft.about))],
  };
}

function dedupe(causes: Draft['causes']): Draft['causes'] {
  const seen = new Set<string>();
  return causes.filter((cause) => {
    const key = `${cause.object}|${cause.checks?.join(',') ?? ''}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

interface Identified {
  id: string;
  draft: Draft;
}

/** `P1:payments/Deployment/checkout:CrashLoopBackOff:main`; a number tells apart what would be the same. */
function uniqueIds(drafts: Draft[]): Identified[] {
  const used = new Map<string, number>();
  const ordered = [...drafts].sort(
    (a, b) =>
      compareText(a.check, b.check) ||
      compareText(a.namespace, b.namespace) ||
      compareText(a.name, b.name) ||
      compareText(a.reason, b.reason) ||
      compareText(a.message, b.message),
  );
  return ordered.map((draft) => {
    const object = draft.owner ?? { kind: draft.kind, name: draft.name };
    const where = draft.container === undefined ? '' : `:${draft.container}`;
    const base = `${draft.check}:${draft.namespace}/${object.kind}/${object.name}:${draft.reason}${where}`;
    const before = used.get(base) ?? 0;
    used.set(base, before + 1);
    return { id: before === 0 ? base : `${base}#${before + 1}`, draft };
  });
}

/** The first cause in a draft's order that was found, unless that would make a circle. */
function resolveCauses(findings: Identified[]): Map<string, string> {
  const byObject = new Map<string, Identified[]>();
  for (const finding of findings) {
    for (const object of new Set(finding.draft.about)) {
      const known = byObject.get(object);
      if (known) known.push(finding);
      else byObject.set(object, [finding]);
    }
  }
  const causes = new Map<string, string>();
  for (const { id, draft } of findings) {
    for (const cause of draft.causes) {
      const found = candidates(byObject.get(cause.object) ?? [], cause.checks).find(
        (candidate) => candidate.id !== id && candidate.draft.severity !== 'info' && !leadsTo(causes, candidate.id, id),
      );
      if (!found) continue;
      causes.set(id, found.id);
      break;
    }
  }
  return causes;
}

/** In the order of `checks`, the worst first within one check. */
function candidates(findings: Identified[], checks: readonly string[] | undefined): Identified[] {
  const order = (finding: Identified) => (checks ? checks.indexOf(finding.draft.check) : 0);
  return findings
    .filter((finding) => order(finding) >= 0)
    .sort((a, b) => order(a) - order(b) || RANK[a.draft.severity] - RANK[b.draft.severity] || compareText(a.id, b.id));
}

function leadsTo(causes: Map<string, string>, from: string, to: string): boolean {
  for (let at: string | undefined = from; at !== undefined; at = causes.get(at)) {
    if (at === to) return true;
  }
  return false;
}

/** Both may hold words of the cluster's: cleaned here once, whichever check has put them there. */
const MAX_REASON = 80;
const MAX_MESSAGE = 480;

function toFinding(id: string, draft: Draft, causedBy: string | null): Finding {
  return {
    id,
    check: draft.check,
    severity: draft.severity,
    kind: draft.kind,
    namespace: draft.namespace,
    name: draft.name,
    reason: quote(draft.reason, MAX_REASON),
    message: quote(draft.message, MAX_MESSAGE),
    evidence: draft.evidence,
    since: isoTime(draft.since),
    count: draft.count,
    owner: draft.owner,
    pods: draft.pods,
    suggestion: draft.suggestion,
    causedBy,
  };
}

/** The finding at the end of the chain of causes. */
export function rootOf(finding: Finding, byId: ReadonlyMap<string, Finding>): Finding {
  let at = finding;
  for (let next = at.causedBy; next !== null; next = at.causedBy) {
    const cause = byId.get(next);
    if (!cause) return at;
    at = cause;
  }
  return at;
}
