/**
 * Container logs. Nothing is stored: a line is a function of the instance, the moment and the program, so any part of
 * a log can be written when it is asked for, and two readings agree.
 */
import type { Instance } from './controllers/pod-run.js';
import type { Names } from './names.js';

export interface LogLine {
  time: number;
  text: string;
}

/** A kubelet keeps this much of a container's log before it rotates; older lines are gone. */
const KEPT_LINES = 5_000;

/** Lines of one instance up to `now`, oldest first, at most KEPT_LINES per stretch of one program. */
export function linesOf(instance: Instance, now: number, names: Names, uid: string): LogLine[] {
  const end = Math.min(instance.endedAt ?? now, now);
  const lines: LogLine[] = [];
  for (const [index, segment] of instance.segments.entries()) {
    const until = Math.min(instance.segments[index + 1]?.from ?? end, end);
    const { log } = segment.program;
    const fill = (template: string, n: number, time: number) =>
      placeholders(template, names, `${uid}/${instance.number}/${n}`, n, time);
    if (index === 0)
      for (const [n, template] of log.start.entries()) {
        const time = segment.from + 120 + n * 190;
        if (time <= end) lines.push({ time, text: fill(template, n, time) });
      }
    if (log.lines.length > 0) {
      const step = log.every * 1000;
      const from = segment.from + (index === 0 ? 2_000 : 500);
      const count = until > from ? Math.floor((until - from) / step) + 1 : 0;
      for (let n = Math.max(0, count - KEPT_LINES); n < count; n++) {
        const time = from + n * step + Math.floor(names.fraction('log', uid, instance.number, n) * step * 0.6);
        if (time > until) continue;
        const template =
          log.lines[names.between(0, log.lines.length - 1, 'line', uid, instance.number, n, segment.from)] ?? '';
        lines.push({ time, text: fill(template, n, time) });
      }
    }
    const last = index === instance.segments.length - 1 && instance.endedAt !== undefined && instance.endedAt <= now;
    if (last)
      for (const [n, template] of log.end.entries()) {
        const time = (instance.endedAt ?? end) - (log.end.length - n) * 15;
        lines.push({ time, text: fill(template, n, time) });
      }
  }
  return lines.sort((a, b) => a.time - b.time);
}

/** `{time}`, `{id}`, `{ms}`, `{n}`, `{ip}`: what differs from line to line. */
function placeholders(template: string, names: Names, key: string, n: number, time: number): string {
  if (!template.includes('{')) return template;
  return template.replace(/\{(time|id|ms|n|ip|order)\}/g, (_whole, name: string) => {
    switch (name) {
      case 'time':
        return new Date(time).toISOString();
      case 'id':
        return names.hex(12, 'id', key);
      case 'ms':
        return String(names.between(3, 180, 'ms', key));
      case 'ip':
        return `10.244.${names.between(0, 7, 'ip1', key)}.${names.between(4, 250, 'ip2', key)}`;
      case 'order':
        return String(names.between(100_000, 999_999, 'order', key));
      default:
        return String(n);
    }
  });
}
