/** Jobs that failed (W7, and W3 where their pods are refused) and CronJobs that do not do their work (W8). */
import { isTimeZone, scheduleProblem } from './cron.js';
import { type Draft, fields, keyOf, onObject, quote } from './finding.js';
import { hasRecovered, isTrue, jobSucceeded, startOf } from './job-state.js';
import { causesOfLack, POD_CHECKS } from './lack.js';
import type { CronJob, Job } from './model.js';
import { refused } from './refusals.js';
import { MINUTE, type View } from './view.js';

export function jobFindings(view: View): Draft[] {
  const runs = runsByCronJob(view);
  return [
    ...view.snapshot.jobs.flatMap((job) => [...jobFailed(view, job), ...jobSuspended(job), ...jobRefused(view, job)]),
    ...view.snapshot.cronJobs.flatMap((cron) => cronJob(view, cron, runs.get(`${cron.namespace}/${cron.name}`) ?? [])),
  ];
}

/** The jobs of each CronJob, the newest first. */
function runsByCronJob(view: View): Map<string, Job[]> {
  const runs = new Map<string, Job[]>();
  for (const job of view.snapshot.jobs) {
    if (job.owner?.kind !== 'CronJob') continue;
    const key = `${job.namespace}/${job.owner.name}`;
    runs.set(key, [...(runs.get(key) ?? []), job]);
  }
  for (const jobs of runs.values()) jobs.sort((a, b) => startOf(b) - startOf(a));
  return runs;
}

/** Without a verdict of the controller: pods have failed, none runs, none succeeded. */
const gaveUp = (job: Job) =>
  job.failed > 0 && job.active === 0 && job.succeeded === 0 && !job.suspended && job.conditions.length === 0;

const hasFailed = (job: Job) => !jobSucceeded(job) && (isTrue(job, 'Failed') || gaveUp(job));

/** W7. One failed run is history as soon as a later run of the same CronJob has succeeded. */
function jobFailed(view: View, job: Job): Draft[] {
  if (!hasFailed(job)) return [];
  const failed = job.conditions.find((entry) => entry.type === 'Failed' && entry.status === 'True');
  const recovered = hasRecovered(view, job);
  const event = view.eventOf('Job', job, ['BackoffLimitExceeded', 'DeadlineExceeded', 'PodFailurePolicy']);
  return [
    onObject('Job', job, {
      check: 'W7',
      severity: recovered ? 'info' : 'warning',
      reason: failed?.reason || event?.reason || 'JobFailed',
      message: `The job has failed${recovered ? '; a later run of its CronJob has succeeded' : ''}.`,
      evidence: fields(
        ['status.conditions[Failed].reason', failed?.reason],
        ['status.conditions[Failed].message', failed?.message ?? event?.message],
        ['status.failed', job.failed],
        ['spec.backoffLimit', job.backoffLimit],
      ),
      since: failed?.since ?? job.started ?? job.created,
      owner: job.owner,
      suggestion: 'Read the log of a failed pod of it (list_pods, get_pod_logs), mend it, and run the job again.',
      causes: [
        ...causesOfLack(view, job.owner?.kind ?? 'Job', job.namespace, job.owner?.name ?? job.name),
        ...(job.owner ? [{ object: keyOf(job.owner.kind, job.namespace, job.owner.name), checks: ['W8'] }] : []),
      ],
    }),
  ];
}

function jobSuspended(job: Job): Draft[] {
  if (!job.suspended || jobSucceeded(job) || isTrue(job, 'Failed')) return [];
  return [
    onObject('Job', job, {
      check: 'W7',
      severity: 'info',
      reason: 'Suspended',
      message: 'The job is suspended.',
      evidence: fields(['spec.suspend', true]),
      suggestion: 'Resume it when it should run (spec.suspend: false).',
    }),
  ];
}

function jobRefused(view: View, job: Job): Draft[] {
  if (jobSucceeded(job) || isTrue(job, 'Failed') || job.suspended || job.active > 0) return [];
  const event = view.eventOf('Job', job, ['FailedCreate']);
  return event ? [refused(view, 'Job', job, '', event, null)] : [];
}

const CONSECUTIVE = 3;

/** W8. */
function cronJob(view: View, cron: CronJob, runs: Job[]): Draft[] {
  const report = (
    severity: Draft['severity'],
    reason: string,
    message: string,
    evidence: Draft['evidence'],
    suggestion: string,
  ) =>
    onObject('CronJob', cron, {
      check: 'W8',
      severity,
      reason,
      message,
      evidence,
      suggestion,
      since: cron.lastSchedule,
    });
  const found: Draft[] = [];
  const problem = scheduleProblem(cron.schedule);
  if (problem) {
    found.push(
      report(
        'warning',
        'BadSchedule',
        `Its schedule cannot be understood: ${quote(problem)}.`,
        fields(['spec.schedule', cron.schedule || '(empty)']),
        'Correct the schedule: five fields, such as "*/15 * * * *".',
      ),
    );
  }
  if (cron.timeZone !== '' && !isTimeZone(cron.timeZone)) {
    found.push(
      report(
        'warning',
        'BadTimeZone',
        `Its time zone ${quote(cron.timeZone)} does not exist.`,
        fields(['spec.timeZone', cron.timeZone]),
        'Use an IANA name, such as Europe/Berlin.',
      ),
    );
  }
  if (cron.startingDeadline !== null && cron.startingDeadline < 0) {
    found.push(
      report(
        'warning',
        'NegativeDeadline',
        'Its starting deadline is negative, so it never starts.',
        fields(['spec.startingDeadlineSeconds', cron.startingDeadline]),
        'Remove the deadline or make it positive.',
      ),
    );
  }
  if (cron.suspended) {
    return [
      ...found,
      report(
        'info',
        'Suspended',
        'The CronJob is suspended.',
        fields(['spec.suspend', true]),
        'Resume it when it should run again.',
      ),
    ];
  }
  const missed = view.eventOf('CronJob', cron, ['TooManyMissedTimes', 'FailedNeedsStart', 'MissSchedule']);
  if (missed) {
    found.push(
      report(
        'warning',
        missed.reason,
        'It has missed its times to start.',
        fields([`event ${missed.reason}`, missed.message]),
        'Set startingDeadlineSeconds, and look at kube-controller-manager.',
      ),
    );
  }
  return [...found, ...cronRuns(view, cron, runs)];
}

/** How its last runs went. A run that is still under way says nothing yet. */
function cronRuns(view: View, cron: CronJob, runs: Job[]): Draft[] {
  const causes = [
    ...runs.slice(0, CONSECUTIVE).map((job) => ({ object: keyOf('Job', job.namespace, job.name), checks: ['W3'] })),
    { object: keyOf('owner', cron.namespace, `CronJob/${cron.name}`), checks: POD_CHECKS },
  ];
  const ended = runs.filter((job) => jobSucceeded(job) || hasFailed(job));
  const last = ended.slice(0, CONSECUTIVE);
  if (last.length === CONSECUTIVE && last.every(hasFailed)) {
    return [
      onObject('CronJob', cron, {
        check: 'W8',
        severity: 'warning',
        reason: 'RunsFail',
        message: `Its last ${CONSECUTIVE} runs have failed.`,
        evidence: fields(
          ['failed jobs', last.map((job) => job.name).join(', ')],
          ['status.lastSuccessfulTime', isoOf(cron.lastSuccess)],
        ),
        since: cron.lastSuccess,
        suggestion: 'Read the log of the newest failed run: list_pods, get_pod_logs.',
        causes,
      }),
    ];
  }
  const newest = ended[0];
  const busy = cron.active > 0 || runs.some((job) => !ended.includes(job));
  const behind = cron.lastSchedule !== null && (cron.lastSuccess === null || cron.lastSuccess < cron.lastSchedule);
  if (!behind || busy || (newest && jobSucceeded(newest)) || !view.olderThan(cron.lastSchedule, 5 * MINUTE)) return [];
  return [
    onObject('CronJob', cron, {
      check: 'W8',
      severity: 'warning',
      reason: 'LastRunFailed',
      message: `Its last run has not succeeded${cron.lastSuccess === null ? '; it never has' : ''}.`,
      evidence: fields(
        ['status.lastScheduleTime', isoOf(cron.lastSchedule)],
        ['status.lastSuccessfulTime', isoOf(cron.lastSuccess) ?? 'absent'],
      ),
      since: cron.lastSchedule,
      suggestion: 'Read the log of the last run, or run it once by hand.',
      causes,
    }),
  ];
}

const isoOf = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
