/** Events: how many errors and warnings there were lately, and what they said. */
import { age } from '../../mcp/text.js';
import { eventRows } from '../events.js';
import { plural, quoted } from '../format.js';
import { bad, type Check, good } from './check.js';

const RECENT_MS = 24 * 60 * 60_000;

export const eventCheck: Check = {
  area: 'events',
  points: 5,
  assess({ events, now }) {
    if (!events.value) return { notAssessed: events.problem ?? 'not read' };
    const rows = eventRows(events.value.items).filter((row) => row.severity !== 'info');
    const recent = rows.filter((row) => row.lastAt === null || now - row.lastAt <= RECENT_MS);
    const errors = recent.filter((row) => row.severity === 'error');
    const others = recent.filter((row) => row.severity !== 'error');
    if (recent.length === 0) return events.value.incomplete ? bad(0.8, []) : good();
    const findings = [...errors, ...others].slice(0, 8).map((row) => ({
      severity: row.severity === 'error' ? ('warning' as const) : ('info' as const),
      area: 'events',
      text: `${row.raw} ${row.reason}${row.times > 1 ? ` (${row.times} times)` : ''}${row.lastAt === null ? '' : `, ${age(now - row.lastAt)} ago`}: ${quoted(row.message, 160)}`,
      next: 'get_cluster_events severity=notable',
    }));
    if (recent.length > findings.length) {
      findings.push({
        severity: 'info',
        area: 'events',
        text: `${plural(recent.length - findings.length, 'more event')} of the last day`,
        next: 'get_cluster_events',
      });
    }
    return bad(1 - errors.length * 0.4 - others.length * 0.1, findings);
  },
};
