/**
 * Whether a schedule and a time zone of a CronJob can be understood. Source: the standard cron format of batch/v1 (five
 * fields, names of months and days, `@hourly` and its like, `@every`), and the IANA names that Intl knows.
 */
const MACROS = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS: { name: string; min: number; max: number; names?: readonly string[] }[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of week', min: 0, max: 6, names: DAYS },
];

/** What is wrong with a schedule; null where nothing is. */
export function scheduleProblem(schedule: string): string | null {
  const text = schedule.trim();
  if (text === '') return 'it is empty';
  if (/^(CRON_)?TZ=/.test(text)) return 'a time zone belongs into spec.timeZone';
  if (text.startsWith('@every '))
    return /^@every (\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text) ? null : 'a bad duration';
  if (text.startsWith('@')) return MACROS.has(text.toLowerCase()) ? null : `${text} is not known`;
  const parts = text.split(/\s+/);
  if (parts.length !== FIELDS.length) return `it has ${parts.length} fields, not 5`;
  for (const [index, field] of FIELDS.entries()) {
    const part = parts[index] ?? '';
    if (!part.split(',').every((range) => isRange(range, field))) return `${field.name} ${part} is not valid`;
  }
  return null;
}

function isRange(range: string, field: (typeof FIELDS)[number]): boolean {
  const [span = '', step, ...rest] = range.split('/');
  if (rest.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
  if (span === '*' || span === '?') return true;
  const [from = '', to, ...more] = span.split('-');
  if (more.length > 0) return false;
  const first = fieldValue(from, field);
  const last = to === undefined ? first : fieldValue(to, field);
  return first !== null && last !== null && first <= last;
}

function fieldValue(text: string, { min, max, names }: (typeof FIELDS)[number]): number | null {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + min;
  if (!/^\d+$/.test(text)) return null;
  const value = Number(text);
  return value >= min && value <= max ? value : null;
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
