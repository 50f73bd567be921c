/** Cron schedules of five fields, and the named ones. UTC. Pure. */

const NAMED: Record<string, string> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};
const RANGES: [low: number, high: number][] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
];
/** A schedule that does not fire within this many days (31 February) never does. */
const HORIZON_DAYS = 1500;

function field(source: string, [low, high]: [number, number]): Set<number> | undefined {
  const found = new Set<number>();
  for (const part of source.split(',')) {
    const match = /^(\*|\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(part);
    if (!match) return undefined;
    const from = match[1] === '*' ? low : Number(match[1]);
    const to = match[1] === '*' ? high : match[2] !== undefined ? Number(match[2]) : match[3] ? high : from;
    const step = Number(match[3] ?? 1);
    if (from < low || to > high || step < 1 || from > to) return undefined;
    for (let value = from; value <= to; value += step) found.add(value);
  }
  return found;
}

/** The sets of minutes, hours, days, months and weekdays; undefined when it is no schedule. */
export function parseSchedule(schedule: string): Set<number>[] | undefined {
  const fields = (NAMED[schedule] ?? schedule).trim().split(/\s+/);
  if (fields.length !== 5) return undefined;
  const sets: Set<number>[] = [];
  for (const [index, range] of RANGES.entries()) {
    const parsed = field(fields[index] ?? '', range);
    if (!parsed) return undefined;
    sets.push(parsed);
  }
  if (sets[4]?.has(7)) sets[4].add(0);
  return sets;
}

/** The first time after `after`, in milliseconds; undefined when there is none. */
export function nextRun(schedule: string, after: number): number | undefined {
  const sets = parseSchedule(schedule);
  if (!sets) return undefined;
  const [minutes, hours, days, months, weekdays] = sets;
  const fields = (NAMED[schedule] ?? schedule).trim().split(/\s+/);
  const either = fields[2] !== '*' && fields[4] !== '*';
  const time = new Date(Math.floor(after / 60_000) * 60_000 + 60_000);
  const end = after + HORIZON_DAYS * 86_400_000;
  while (time.getTime() < end) {
    const byDay = days?.has(time.getUTCDate()) ?? false;
    const byWeekday = weekdays?.has(time.getUTCDay()) ?? false;
    const day = (either ? byDay || byWeekday : byDay && byWeekday) && months?.has(time.getUTCMonth() + 1);
    if (!day) time.setUTCHours(24, 0, 0, 0);
    else if (!hours?.has(time.getUTCHours())) time.setUTCHours(time.getUTCHours() + 1, 0, 0, 0);
    else if (!minutes?.has(time.getUTCMinutes())) time.setUTCMinutes(time.getUTCMinutes() + 1);
    else return time.getTime();
  }
  return undefined;
}
