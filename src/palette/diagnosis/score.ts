/**
 * The score of a cluster, by a formula that anyone can repeat:
 *
 *     score = sum over the areas of (points of the area × share seen to be good)
 *
 * The areas' points add up to 100. An area that could not be read earns nothing and is named, with its points, so that a
 * low score for lack of sight is never mistaken for a sick cluster, nor a high one given for what nobody saw.
 */
import type { Check, Finding } from './check.js';
import { eventCheck } from './events.js';
import { nodeCheck } from './nodes.js';
import { packCheck, repaveCheck, updateCheck } from './packs.js';
import { backupCheck, certificateCheck, scanCheck } from './protection.js';
import type { Snapshot } from './snapshot.js';
import { conditionCheck, healthCheck, stateCheck } from './state.js';

export const CHECKS: readonly Check[] = [
  stateCheck,
  healthCheck,
  nodeCheck,
  conditionCheck,
  packCheck,
  certificateCheck,
  eventCheck,
  updateCheck,
  scanCheck,
  repaveCheck,
  backupCheck,
];

export interface AreaScore {
  area: string;
  points: number;
  /** Null where the area was not assessed. */
  earned: number | null;
  notAssessed: string | null;
}

export interface Diagnosis {
  /** From 0 to 100, whole. */
  score: number;
  /** How many of the hundred points could be assessed. */
  assessed: number;
  verdict: 'healthy' | 'degraded' | 'critical' | 'unknown';
  areas: AreaScore[];
  findings: Finding[];
}

const RANK = { critical: 0, warning: 1, info: 2 } as const;

export function diagnose(snapshot: Snapshot, checks: readonly Check[] = CHECKS): Diagnosis {
  const findings: Finding[] = [];
  const areas = checks.map((check): AreaScore => {
    const result = check.assess(snapshot);
    const { area, points } = check;
    if ('notAssessed' in result) return { area, points, earned: null, notAssessed: result.notAssessed };
    findings.push(...result.findings);
    return { area, points, earned: Math.round(points * result.good * 10) / 10, notAssessed: null };
  });
  const earned = areas.reduce((sum, each) => sum + (each.earned ?? 0), 0);
  const assessed = areas.reduce((sum, each) => sum + (each.earned === null ? 0 : each.points), 0);
  findings.sort((a, b) => RANK[a.severity] - RANK[b.severity]);
  return { score: Math.floor(earned), assessed, verdict: verdictOf(areas, findings), areas, findings };
}

/** What must be known before a cluster may be called healthy. */
const ESSENTIAL = ['state', 'agent health', 'nodes'];

function verdictOf(areas: AreaScore[], findings: Finding[]): Diagnosis['verdict'] {
  if (findings.some((each) => each.severity === 'critical')) return 'critical';
  if (areas.some((each) => each.earned === null && ESSENTIAL.includes(each.area))) return 'unknown';
  return findings.some((each) => each.severity === 'warning') ? 'degraded' : 'healthy';
}
