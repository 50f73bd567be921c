/** Events made readable: one row for what was said many times, newest first. Pure. */
import { oneLine } from '../mcp/text.js';
import { type SeverityClass, severityOf } from './api/operations.js';
import type { PaletteEvent } from './wire/operations.js';

export interface EventRow {
  severity: SeverityClass;
  /** As Palette writes it. */
  raw: string;
  reason: string;
  message: string;
  component: string;
  times: number;
  /** Milliseconds; null where Palette gave none. */
  lastAt: number | null;
}

/** Newest first; the same reason and message is one row with a count. */
export function eventRows(events: PaletteEvent[]): EventRow[] {
  const merged = new Map<string, EventRow>();
  for (const each of events) {
    const row: EventRow = {
      severity: severityOf(each.severity),
      raw: oneLine(each.severity, 20),
      reason: oneLine(each.reason, 60),
      message: oneLine(each.message, 240),
      component: oneLine(each.source.component, 60),
      times: 1,
      lastAt: each.metadata.creationTimestamp,
    };
    const key = [row.raw, row.reason, row.message].join('\u0000');
    const known = merged.get(key);
    if (!known) merged.set(key, row);
    else {
      known.times += 1;
      known.lastAt = Math.max(known.lastAt ?? 0, row.lastAt ?? 0) || null;
    }
  }
  return [...merged.values()].sort((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0));
}
