/** Packs and profiles: what failed to install, what is outdated, what differs from its profile, which repave waits. */
import { oneLine } from '../../mcp/text.js';
import { plural, quoted } from '../format.js';
import { bad, type Check, type Finding, good } from './check.js';

export const packCheck: Check = {
  area: 'packs',
  points: 10,
  assess({ cluster }) {
    const { packs } = cluster.status;
    if (packs.length === 0) return { notAssessed: 'Palette gives no pack states' };
    const failed = packs.filter((each) => each.condition.type === 'Error');
    const waiting = packs.filter((each) => each.condition.type !== 'Error' && each.condition.status !== 'True');
    const invalid = cluster.spec.clusterProfileTemplates.flatMap((each) => each.packs).filter((pack) => pack.isInvalid);
    const findings: Finding[] = [
      ...failed.map((each) => ({
        severity: 'critical' as const,
        area: 'packs',
        text: `pack ${oneLine(each.name, 60)} ${oneLine(each.version, 30)} failed: ${quoted(each.condition.message)}`,
        next: 'correct its values or version in the profile and apply it again',
      })),
      ...invalid.map((each) => ({
        severity: 'warning' as const,
        area: 'packs',
        text: `pack ${oneLine(each.name, 60)} is marked invalid: ${quoted(each.inValidReason)}`,
        next: 'replace it in the profile',
      })),
      ...(waiting.length > 0
        ? [
            {
              severity: 'info' as const,
              area: 'packs',
              text: `${plural(waiting.length, 'pack')} not ready yet: ${waiting
                .slice(0, 8)
                .map((each) => oneLine(each.name, 40))
                .join(', ')}`,
              next: 'look again in a few minutes',
            },
          ]
        : []),
    ];
    if (findings.length === 0) return good();
    return bad(failed.length > 0 ? 0 : 1 - (waiting.length + invalid.length) / packs.length, findings);
  },
};

export const updateCheck: Check = {
  area: 'updates and drift',
  points: 5,
  assess({ notifications, updates }) {
    if (!notifications.value && !updates.value)
      return { notAssessed: notifications.problem ?? updates.problem ?? 'not read' };
    const pending = (notifications.value ?? []).filter((each) => !each.action.isDone && !each.action.isInfo);
    const drift = updates.value ?? [];
    const findings: Finding[] = [
      ...drift.map((each) => ({
        severity: 'warning' as const,
        area: 'updates and drift',
        text: `profile ${oneLine(each.name, 60)} ${each.profileVersion}: a newer revision is not applied`,
        next: 'apply_cluster_profile with operation=upgrade',
      })),
      ...pending.slice(0, 10).map((each) => ({
        severity: 'info' as const,
        area: 'updates and drift',
        text: `pending: ${quoted(each.action.actionMessage)}`,
        next: 'get_profile_details shows the versions',
      })),
    ];
    // Half of what this area looks at was not read: at most half of its points can be earned.
    const most = notifications.value && updates.value ? 1 : 0.5;
    return findings.length === 0
      ? bad(most, [])
      : bad(Math.min(most, 1 - drift.length * 0.5 - (pending.length > 0 ? 0.25 : 0)), findings);
  },
};

export const repaveCheck: Check = {
  area: 'repave',
  points: 3,
  assess({ repave, cluster }) {
    const state = repave.value?.status.state || cluster.status.repave.state;
    // Palette answers 404 where no repave was ever asked for.
    if (!repave.value && repave.status !== 404 && state === '') return { notAssessed: repave.problem ?? 'not read' };
    if (state !== 'Pending') return good();
    const reasons = (repave.value?.spec.reasons ?? []).map((each) => quoted(each.message)).join('; ');
    return bad(0, [
      {
        severity: 'warning',
        area: 'repave',
        text: `a repave waits for approval${reasons ? `: ${reasons}` : ''}`,
        next: 'approve it in a maintenance window in Palette: every node is replaced',
      },
    ]);
  },
};
