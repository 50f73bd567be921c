/** Pools and their nodes: how many are healthy, what the others say, how full the cluster is. */
import { oneLine } from '../../mcp/text.js';
import { healthOf, plural, quoted } from '../format.js';
import { bad, type Check, type Finding, good } from './check.js';
import type { Snapshot } from './snapshot.js';

export const nodeCheck: Check = {
  area: 'nodes',
  points: 15,
  assess(snapshot) {
    const { overview, cluster } = snapshot;
    if (!overview.value) return { notAssessed: overview.problem ?? 'not read' };
    const pools = overview.value.spec.cloudConfig.machinePools;
    if (pools.length === 0) return { notAssessed: 'Palette lists no node pools' };
    const size = pools.reduce((sum, pool) => sum + (pool.size ?? 0), 0);
    const healthy = pools.reduce((sum, pool) => sum + Math.min(pool.healthy ?? 0, pool.size ?? 0), 0);
    const maintenance = pools.reduce((sum, pool) => sum + (pool.maintenanceMode ?? 0), 0);
    const running = cluster.status.state === 'Running';
    const findings: Finding[] = [];
    for (const pool of pools) {
      const missing = (pool.size ?? 0) - (pool.healthy ?? 0);
      if (missing <= 0) continue;
      findings.push({
        severity:
          running && (pool.isControlPlane || missing * 2 >= (pool.size ?? 0))
            ? 'critical'
            : running
              ? 'warning'
              : 'info',
        area: 'nodes',
        text: `${missing} of ${plural(pool.size ?? 0, pool.isControlPlane ? 'control plane node' : 'worker')} not healthy`,
        next: 'get_cluster_details nodes=true names them',
      });
    }
    if (maintenance > 0) {
      findings.push({
        severity: 'warning',
        area: 'nodes',
        text: `${plural(maintenance, 'node')} in maintenance`,
        next: 'end the maintenance when the work is done',
      });
    }
    findings.push(...(running ? nodeFindings(snapshot) : []), ...pressure(snapshot));
    const fullness = findings.some((each) => each.text.startsWith('memory') || each.text.startsWith('cores')) ? 0.2 : 0;
    if (size === 0) return bad(running ? 0 : 0.5, findings);
    return findings.length === 0 ? good() : bad(healthy / size - (maintenance > 0 ? 0.1 : 0) - fullness, findings);
  },
};

function nodeFindings({ machines }: Snapshot): Finding[] {
  return machines.flatMap(({ read }) =>
    (read.value ?? [])
      .filter((node) => !node.status.ready && healthOf(node.status.health.state) !== 'healthy')
      .slice(0, 10)
      .map((node) => {
        const condition = node.status.health.conditions.find((each) => each.status !== 'True');
        const why = condition ? `: ${quoted(condition.message || condition.reason)}` : '';
        return {
          severity: 'info' as const,
          area: 'nodes',
          text: `node ${oneLine(node.metadata.name, 80)} is ${node.status.instanceState || 'in an unknown state'} and not ready${why}`,
          next: 'read its kubelet and cloud console',
        };
      }),
  );
}

const FULL = 0.9;

function pressure({ overview }: Snapshot): Finding[] {
  const metrics = overview.value?.status.metrics;
  const share = (of: { usage: number | null; total: number | null } | undefined) =>
    of && of.usage !== null && of.total ? of.usage / of.total : 0;
  return [
    { name: 'cores', value: share(metrics?.cpu) },
    { name: 'memory', value: share(metrics?.memory) },
  ]
    .filter(({ value }) => value >= FULL)
    .map(({ name, value }) => ({
      severity: 'warning' as const,
      area: 'nodes',
      text: `${name} ${Math.round(value * 100)}% used across the cluster`,
      next: 'scale_node_pool, or find who uses it',
    }));
}
