/**
 * The only thing that makes a rule weaker: an exemption in the policy file, for one rule and one object, with a reason,
 * a name and a last day. Where it applies, the finding stays visible with the effect lifted.
 */
import type { Exemption } from './load.js';
import { matchesPattern } from './match.js';

export interface ExemptTarget {
  kind?: string | undefined;
  namespace?: string | undefined;
  name?: string | undefined;
  scope?: string | undefined;
}

/** The last day counts in full, UTC. */
export function expired(exemption: Pick<Exemption, 'until'>, now: number): boolean {
  return now >= Date.parse(`${exemption.until}T00:00:00Z`) + 24 * 60 * 60 * 1000;
}

/** The text for RuleMatch.exemption, or null where none applies. */
export function exemptionFor(
  exemptions: readonly Exemption[],
  rule: string,
  target: ExemptTarget,
  now: number,
): string | null {
  const found = exemptions.find(
    (exemption) => exemption.rule === rule && !expired(exemption, now) && covers(exemption.object, target),
  );
  return found ? `${found.reason} (${found.by}, until ${found.until})` : null;
}

function covers(wanted: Exemption['object'], target: ExemptTarget): boolean {
  return (['kind', 'namespace', 'name', 'scope'] as const).every((key) => {
    const pattern = wanted[key];
    return pattern === undefined || matchesPattern([pattern], target[key] ?? '');
  });
}
