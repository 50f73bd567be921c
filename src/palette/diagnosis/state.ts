/** State, agent health and conditions: what Palette itself says about the cluster. */
import { age, oneLine } from '../../mcp/text.js';
import { healthOf, quoted } from '../format.js';
import { bad, type Check, type Finding, good } from './check.js';

/** Palette marks a cluster unhealthy when its agent has been silent this long. */
export const HEARTBEAT_LIMIT_MS = 10 * 60_000;
const ACTIVITY = /^(pending|provisioning|importing)$/i;

export const stateCheck: Check = {
  area: 'state',
  points: 15,
  assess({ cluster, now }) {
    const { state } = cluster.status;
    if (state === 'Running') return good();
    if (state === 'Deleting') return bad(0, [deletion(cluster.metadata.deletionTimestamp, now)]);
    if (state === '') return { notAssessed: 'Palette gives no state' };
    if (ACTIVITY.test(state)) {
      return bad(0.6, [
        {
          severity: 'info',
          area: 'state',
          text: `the cluster is ${state}`,
          next: 'get_cluster_events shows progress; 15 to 20 minutes are usual',
        },
      ]);
    }
    return bad(0, [
      {
        severity: 'critical',
        area: 'state',
        text: `the cluster is ${oneLine(state, 40)}`,
        next: 'read the latest errors with get_cluster_events severity=error',
      },
    ]);
  },
};

/** Palette lets a delete be forced when it has been stuck for so long. */
const STUCK_MS = 15 * 60_000;

function deletion(since: number | null, now: number): Finding {
  const passed = since === null ? '' : ` since ${age(now - since)}`;
  if (since === null || now - since < STUCK_MS) {
    return {
      severity: 'info',
      area: 'state',
      text: `the cluster is being deleted${passed}`,
      next: 'look again in a few minutes',
    };
  }
  return {
    severity: 'critical',
    area: 'state',
    text: `the cluster is being deleted${passed} and does not end`,
    next: 'get_cluster_events severity=error says why; delete_cluster force=true ends it and may leave cloud resources behind',
  };
}

export const healthCheck: Check = {
  area: 'agent health',
  points: 20,
  assess({ overview, now }) {
    if (!overview.value) return { notAssessed: overview.problem ?? 'not read' };
    const { state, lastHeartBeatTimestamp: beat, conditions } = overview.value.status.health;
    const health = healthOf(state);
    const silent = beat === null ? null : now - beat;
    if (health === 'unknown' && silent === null) return { notAssessed: 'the agent has not reported yet' };
    const next = 'check the pod cluster-management-agent in the namespace of this cluster and its way out to Palette';
    const findings = [
      ...(health === 'unhealthy'
        ? [
            {
              severity: 'critical' as const,
              area: 'agent health',
              text: 'Palette reports the cluster as unhealthy',
              next,
            },
          ]
        : []),
      ...(silent !== null && silent > HEARTBEAT_LIMIT_MS
        ? [
            {
              severity: 'critical' as const,
              area: 'agent health',
              text: `the agent has been silent for ${age(silent)} (limit 10m); everything else here may be as old`,
              next,
            },
          ]
        : []),
      ...conditions.map((each) => ({
        severity: 'warning' as const,
        area: 'agent health',
        text: `health condition ${oneLine(each.type, 60)}: ${quoted(each.message)}`,
        next: 'get_cluster_events',
      })),
    ];
    if (findings.some((each) => each.severity === 'critical')) return bad(0, findings);
    if (findings.length > 0) return bad(0.5, findings);
    if (health === 'unknown' || silent === null)
      return bad(0.5, [
        {
          severity: 'info',
          area: 'agent health',
          text: health === 'unknown' ? 'health is not reported' : 'no heartbeat is reported',
          next: 'look again in a few minutes',
        },
      ]);
    return good();
  },
};

export const conditionCheck: Check = {
  area: 'conditions',
  points: 10,
  assess({ cluster }) {
    const { conditions } = cluster.status;
    if (conditions.length === 0) return { notAssessed: 'Palette gives no conditions' };
    const failed = conditions.filter((each) => each.status !== 'True');
    if (failed.length === 0) return good();
    const coming = ACTIVITY.test(cluster.status.state);
    const findings = failed.map((each) => ({
      severity: coming ? ('info' as const) : ('critical' as const),
      area: 'conditions',
      text: `${oneLine(each.type, 60)} is ${oneLine(each.status, 20) || 'unset'}${each.message ? `: ${quoted(each.message)}` : ''}`,
      next: 'get_cluster_events severity=notable',
    }));
    return bad(coming ? 1 - failed.length / conditions.length : 0, findings);
  },
};
