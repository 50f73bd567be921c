/** Findings that somebody has accepted for a time. They stay visible, but neither the verdict nor the score counts them. */
import { severityRank } from './fold.js';
import type { Acceptance, AcceptedFinding, Finding } from './model.js';

export interface Sorted {
  findings: Finding[];
  accepted: AcceptedFinding[];
  expired: Acceptance[];
}

/**
 * What follows from an accepted finding goes with it, unless it is worse than what was accepted: nobody accepted that.
 * An acceptance whose date cannot be read counts as expired.
 */
export function applyAcceptances(findings: Finding[], acceptances: readonly Acceptance[], now: number): Sorted {
  const valid = acceptances.filter((acceptance) => endOf(acceptance.until) > now);
  const expired = acceptances.filter((acceptance) => !valid.includes(acceptance));
  if (valid.length === 0) return { findings, accepted: [], expired };
  const byId = new Map(findings.map((finding) => [finding.id, finding]));
  const direct = new Map<string, Acceptance>();
  for (const finding of findings) {
    const match = valid.find((acceptance) => covers(acceptance, finding));
    if (match) direct.set(finding.id, match);
  }
  const kept: Finding[] = [];
  const accepted: AcceptedFinding[] = [];
  for (const finding of findings) {
    const match = direct.get(finding.id) ?? inherited(finding, byId, direct);
    if (match) accepted.push({ finding, reason: match.reason, until: match.until });
    else kept.push(finding);
  }
  const gone = new Set(accepted.map((entry) => entry.finding.id));
  return { findings: kept.map((finding) => detach(finding, gone)), accepted, expired };
}

function inherited(
  finding: Finding,
  byId: ReadonlyMap<string, Finding>,
  direct: ReadonlyMap<string, Acceptance>,
): Acceptance | undefined {
  for (let at = finding.causedBy; at !== null; ) {
    const cause = byId.get(at);
    if (!cause) return undefined;
    const match = direct.get(cause.id);
    if (match) return severityRank(finding.severity) >= severityRank(cause.severity) ? match : undefined;
    at = cause.causedBy;
  }
  return undefined;
}

/** A finding that stays must not point at one that has gone. */
const detach = (finding: Finding, gone: ReadonlySet<string>): Finding =>
  finding.causedBy !== null && gone.has(finding.causedBy) ? { ...finding, causedBy: null } : finding;

function covers(acceptance: Acceptance, finding: Finding): boolean {
  if (acceptance.check !== finding.check) return false;
  if (acceptance.namespace !== undefined && acceptance.namespace !== finding.namespace) return false;
  const objects = [{ kind: finding.kind, name: finding.name }, ...(finding.owner ? [finding.owner] : [])];
  return objects.some(
    (object) =>
      (acceptance.kind === undefined || acceptance.kind.toLowerCase() === object.kind.toLowerCase()) &&
      (acceptance.name === undefined || acceptance.name === object.name),
  );
}

/** The end of a date in UTC, or the moment of a time; before everything where neither can be read. */
function endOf(until: string): number {
  const parsed = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(until) ? `${until}T23:59:59.999Z` : until);
  return Number.isNaN(parsed) ? Number.NEGATIVE_INFINITY : parsed;
}
