import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import { isTimeZone, scheduleProblem } from '../../../src/kubernetes/diagnosis/cron.js';
import { ago, event, findingsOf, object, pod, summary } from './objects.js';

const failed = (reason = 'BackoffLimitExceeded') => [{ type: 'Failed', status: 'True', reason, message: 'it failed' }];
const complete = [{ type: 'Complete', status: 'True' }];

describe('W7: jobs', () => {
  const job = (status: JsonObject, extra: JsonObject = {}) => object('Job', 'import', { status, ...extra });

  it.each(['BackoffLimitExceeded', 'DeadlineExceeded', 'PodFailurePolicy'])('report %s', async (reason) => {
    expect(await summary([job({ failed: 7, conditions: failed(reason) })])).toEqual([
      `W7 warning Job/shop/import ${reason}`,
    ]);
  });

  it('never report one that has succeeded after retries', async () => {
    expect(await summary([job({ failed: 2, succeeded: 1, conditions: complete })])).toEqual([]);
    expect(await summary([job({ failed: 2, conditions: [{ type: 'SuccessCriteriaMet', status: 'True' }] })])).toEqual(
      [],
    );
    expect(await summary([job({ failed: 1, active: 1 })])).toEqual([]);
  });

  it('tell a suspended one as information', async () => {
    expect(await summary([job({}, { spec: { suspend: true } })])).toEqual(['W7 info Job/shop/import Suspended']);
  });

  it('follow from the failure of their pod', async () => {
    const findings = await findingsOf([
      job({ failed: 1, conditions: failed() }),
      pod('import-x').ownedBy('Job', 'import').phase('Failed').ended({ exitCode: 2 }),
    ]);
    expect(findings.find((finding) => finding.check === 'W7')?.causedBy).toMatch(/^P6:/);
  });
});

describe('W8: cron jobs', () => {
  const cron = (spec: JsonObject = {}, status: JsonObject = {}) =>
    object('CronJob', 'report', { spec: { schedule: '0 * * * *', ...spec }, status });
  const run = (name: string, minutes: number, conditions: JsonObject[]) =>
    object('Job', name, {
      metadata: { ownerReferences: [{ kind: 'CronJob', name: 'report', controller: true }] },
      status: { startTime: ago(minutes), conditions },
    });

  it.each([
    [{ schedule: '61 * * * *' }, 'BadSchedule'],
    [{ timeZone: 'Mars/Olympus' }, 'BadTimeZone'],
    [{ startingDeadlineSeconds: -5 }, 'NegativeDeadline'],
  ])('%j', async (spec, reason) => {
    expect(await summary([cron(spec)])).toEqual([`W8 warning CronJob/shop/report ${reason}`]);
  });

  it('tell missed times and suspension', async () => {
    const missing = cron();
    expect(await summary([missing, event(missing, 'TooManyMissedTimes', 'too many missed start times')])).toEqual([
      'W8 warning CronJob/shop/report TooManyMissedTimes',
    ]);
    expect(await summary([cron({ suspend: true })])).toEqual(['W8 info CronJob/shop/report Suspended']);
  });

  it('tell three failures in a row', async () => {
    const runs = [run('a', 180, failed()), run('b', 120, failed()), run('c', 60, failed())];
    expect(await summary([cron(), ...runs], 'W8')).toEqual(['W8 warning CronJob/shop/report RunsFail']);
    const findings = await findingsOf([cron(), ...runs]);
    expect(findings.filter((finding) => finding.causedBy === null).map((finding) => finding.check)).toEqual(['W8']);
    const mended = [...runs.slice(0, 2), run('c', 60, complete)];
    expect(await summary([cron(), ...mended], 'W8')).toEqual([]);
    const oldPod = pod('a-x').ownedBy('Job', 'a').phase('Failed').ended({ exitCode: 1 });
    expect(await summary([cron(), ...mended, oldPod], 'P6')).toEqual([]);
    expect(await summary([cron(), ...runs, oldPod], 'P6')).toHaveLength(1);
    expect(await summary([cron(), ...mended], 'W7')).toEqual([
      'W7 info Job/shop/a BackoffLimitExceeded',
      'W7 info Job/shop/b BackoffLimitExceeded',
    ]);
  });

  it('tell a last run without success, once it is over', async () => {
    const behind = { lastScheduleTime: ago(30), lastSuccessfulTime: ago(90) };
    expect(await summary([cron({}, behind)])).toEqual(['W8 warning CronJob/shop/report LastRunFailed']);
    expect(await summary([cron({}, { ...behind, active: [{ name: 'x' }] })])).toEqual([]);
    expect(await summary([cron({}, { lastScheduleTime: ago(30), lastSuccessfulTime: ago(29) })])).toEqual([]);
  });
});

describe('schedules', () => {
  it.each(['*/15 * * * *', '0 3 * * MON-FRI', '0 0 1,15 jan,JUL ?', '@daily', '@every 1h30m', '5-59/10 0-23 * * 0'])(
    '%s is fine',
    (schedule) => expect(scheduleProblem(schedule)).toBeNull(),
  );
  it.each([
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '5-1 * * * *',
    '*/0 * * * *',
    '@sometimes',
    'TZ=UTC 0 0 * * *',
  ])('"%s" is not', (schedule) => expect(scheduleProblem(schedule)).not.toBeNull());
  it('time zones are IANA names', () => {
    expect([isTimeZone('Europe/Berlin'), isTimeZone('Nowhere/Town')]).toEqual([true, false]);
  });
});
