/** How a job went, for checks of jobs and of their pods: what a later success has made history is no finding. */
import type { Job } from './model.js';
import type { View } from './view.js';

export const startOf = (job: Job) => job.started ?? job.created ?? 0;

export const isTrue = (job: Job, ...types: string[]) =>
  job.conditions.some((entry) => types.includes(entry.type) && entry.status === 'True');

export const jobSucceeded = (job: Job) => isTrue(job, 'Complete', 'SuccessCriteriaMet');

const newestSuccess = new WeakMap<View, Map<string, number>>();

function successesOf(view: View): Map<string, number> {
  const known = newestSuccess.get(view);
  if (known) return known;
  const found = new Map<string, number>();
  for (const job of view.snapshot.jobs) {
    if (job.owner?.kind !== 'CronJob' || !jobSucceeded(job)) continue;
    const key = `${job.namespace}/${job.owner.name}`;
    found.set(key, Math.max(found.get(key) ?? 0, startOf(job)));
  }
  newestSuccess.set(view, found);
  return found;
}

/** A later run of the same CronJob has succeeded. */
export function hasRecovered(view: View, job: Job): boolean {
  if (job.owner?.kind !== 'CronJob') return false;
  return (successesOf(view).get(`${job.namespace}/${job.owner.name}`) ?? 0) > startOf(job);
}
