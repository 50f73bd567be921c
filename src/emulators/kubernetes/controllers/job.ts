/** Jobs run pods until enough have succeeded or too many have failed; CronJobs make Jobs by the clock. */
import type { JsonObject } from '../../../json.js';
import type { Cluster } from '../cluster.js';
import {
  condition,
  controllerOf,
  equal,
  isDeleting,
  labelsOf,
  list,
  nameOf,
  namespaceOf,
  number,
  object,
  objects,
  set,
  stamp,
  text,
  timeOf,
  uidOf,
} from '../fields.js';
import { nextRun } from './cron.js';
import { makePod, ownerReference } from './pod-maker.js';
import { isActive, podsOf } from './replicas.js';

export const JOBS = 'jobs.batch';
export const CRON_JOBS = 'cronjobs.batch';
const SOURCE = { component: 'job-controller' };
const CRON_SOURCE = { component: 'cronjob-controller' };

const ended = (job: JsonObject): boolean =>
  condition(job, 'Complete')?.status === 'True' || condition(job, 'Failed')?.status === 'True';

export class Jobs {
  private readonly made = new Map<string, number>();

  constructor(private readonly cluster: Cluster) {
    cluster.simulation.onChange((change) => {
      const value = change.after.object;
      if (change.storage === JOBS && change.type !== 'DELETED') this.wake(namespaceOf(value), nameOf(value));
      const owner = change.storage === 'pods' ? controllerOf(value) : undefined;
      if (owner?.kind === 'Job') this.wake(namespaceOf(value), text(owner, 'name'));
    });
  }

  private wake(namespace: string, name: string): void {
    this.cluster.simulation.wake(`job/${namespace}/${name}`, () => this.sync(namespace, name));
  }

  private sync(namespace: string, name: string): void {
    const job = this.cluster.store.get(JOBS, namespace, name);
    if (!job || isDeleting(job) || ended(job)) return;
    const pods = podsOf(this.cluster, job);
    const count = (phase: string) => pods.filter((pod) => text(pod, 'status', 'phase') === phase).length;
    const [succeeded, failed] = [count('Succeeded'), count('Failed')];
    const active = pods.filter(isActive);
    const parallelism = number(job, 'spec', 'parallelism') ?? 1;
    const completions = number(job, 'spec', 'completions') ?? 1;
    const limit = number(job, 'spec', 'backoffLimit') ?? 6;
    const deadline = number(job, 'spec', 'activeDeadlineSeconds');
    const started = timeOf(job, 'status', 'startTime') || this.cluster.now;
    const restarts = active.reduce(
      (total, pod) =>
        total + objects(pod, 'status', 'containerStatuses').reduce((n, c) => n + Number(c.restartCount ?? 0), 0),
      0,
    );
    if (object(job, 'spec').suspend === true) {
      for (const pod of active) this.cluster.delete('pods', pod);
      const suspended = this.condition('Suspended', 'JobSuspended', 'Job suspended');
      this.status(job, {
        active: 0,
        succeeded,
        failed,
        conditions: condition(job, 'Suspended') ? objects(job, 'status', 'conditions') : [suspended],
      });
      return;
    }
    if (succeeded >= completions) {
      this.finish(job, succeeded, failed);
      return;
    }
    if (failed > limit || restarts > limit) {
      this.fail(job, active, 'BackoffLimitExceeded', 'Job has reached the specified backoff limit', succeeded, failed);
      return;
    }
    if (deadline !== undefined && this.cluster.now - started >= deadline * 1000) {
      this.fail(job, active, 'DeadlineExceeded', 'Job was active longer than specified deadline', succeeded, failed);
      return;
    }
    if (deadline !== undefined && text(job, 'status', 'startTime') === '')
      this.cluster.simulation.after(deadline * 1000 + 1, () => this.wake(namespace, name));
    const wanted = Math.min(parallelism, completions - succeeded);
    for (let missing = wanted - active.length; missing > 0; missing--) {
      const backoff = failed > 0 ? Math.min(10_000 * 2 ** (failed - 1), 360_000) : 0;
      const last = Math.max(0, ...pods.map((pod) => timeOf(pod, 'metadata', 'creationTimestamp') || 0));
      if (last + backoff > this.cluster.now) {
        this.cluster.simulation.at(last + backoff + 1_000, () => this.wake(namespace, name));
        break;
      }
      const pod = this.create(job);
      if (typeof pod === 'string') break;
      active.push(pod);
    }
    this.status(job, { active: active.length, succeeded, failed, conditions: [] });
  }

  private create(job: JsonObject): JsonObject | string {
    const count = (this.made.get(uidOf(job)) ?? 0) + 1;
    this.made.set(uidOf(job), count);
    const pod = makePod(this.cluster, job, object(job, 'spec', 'template'), { salt: String(count) });
    if (typeof pod === 'string') {
      this.cluster.events.emit(job, 'Warning', 'FailedCreate', `Error creating: ${pod}`, SOURCE);
      this.cluster.simulation.after(60_000, () => this.wake(namespaceOf(job), nameOf(job)));
    } else this.cluster.events.emit(job, 'Normal', 'SuccessfulCreate', `Created pod: ${nameOf(pod)}`, SOURCE);
    return pod;
  }

  private condition(type: string, reason: string, message: string): JsonObject {
    const now = stamp(this.cluster.now);
    return { lastProbeTime: now, lastTransitionTime: now, message, reason, status: 'True', type };
  }

  private finish(job: JsonObject, succeeded: number, failed: number): void {
    const message = 'Reached expected number of succeeded pods';
    const conditions = [
      this.condition('SuccessCriteriaMet', 'CompletionsReached', message),
      this.condition('Complete', 'CompletionsReached', message),
    ];
    this.cluster.events.emit(job, 'Normal', 'Completed', 'Job completed', SOURCE);
    this.status(job, { active: 0, succeeded, failed, conditions }, stamp(this.cluster.now));
    const ttl = number(job, 'spec', 'ttlSecondsAfterFinished');
    if (ttl !== undefined)
      this.cluster.simulation.after(ttl * 1000, () => {
        const latest = this.cluster.store.get(JOBS, namespaceOf(job), nameOf(job));
        if (latest && uidOf(latest) === uidOf(job)) this.cluster.delete(JOBS, latest);
      });
  }

  private fail(
    job: JsonObject,
    active: JsonObject[],
    reason: string,
    message: string,
    succeeded: number,
    failed: number,
  ): void {
    for (const pod of active) this.cluster.delete('pods', pod);
    const conditions = [this.condition('FailureTarget', reason, message), this.condition('Failed', reason, message)];
    this.cluster.events.emit(job, 'Warning', reason, message, SOURCE);
    this.status(job, {
      active: 0,
      succeeded,
      failed: failed + (reason === 'DeadlineExceeded' ? active.length : 0),
      conditions,
    });
  }

  private status(
    job: JsonObject,
    counts: { active: number; succeeded: number; failed: number; conditions: JsonObject[] },
    completed?: string,
  ): void {
    const status: JsonObject = {
      ...(counts.active > 0 && { active: counts.active }),
      ...(completed && { completionTime: completed }),
      ...(counts.conditions.length > 0 && { conditions: counts.conditions }),
      ...(counts.failed > 0 && { failed: counts.failed }),
      ...(counts.succeeded > 0 && { succeeded: counts.succeeded }),
      ready: 0,
      startTime: text(job, 'status', 'startTime') || stamp(this.cluster.now),
      terminating: 0,
      uncountedTerminatedPods: {},
    };
    if (!equal(status, object(job, 'status')))
      this.cluster.revise(JOBS, job, (latest) => set(latest, ['status'], status));
  }
}

export class CronJobs {
  private readonly timers = new Map<string, string>();

  constructor(private readonly cluster: Cluster) {
    cluster.simulation.onChange((change) => {
      const value = change.after.object;
      if (change.storage === CRON_JOBS && change.type !== 'DELETED') this.plan(value);
      const owner = change.storage === JOBS ? controllerOf(value) : undefined;
      if (owner?.kind === 'CronJob')
        cluster.simulation.wake(`cj/${namespaceOf(value)}/${text(owner, 'name')}`, () =>
          this.track(namespaceOf(value), text(owner, 'name')),
        );
    });
  }

  /** One timer per schedule; a changed schedule makes the older timer do nothing. */
  private plan(cron: JsonObject): void {
    const schedule = text(cron, 'spec', 'schedule');
    const mark = `${schedule}|${object(cron, 'spec').suspend === true}`;
    if (this.timers.get(uidOf(cron)) === mark) return;
    this.timers.set(uidOf(cron), mark);
    this.arm(cron, schedule, mark);
  }

  private arm(cron: JsonObject, schedule: string, mark: string): void {
    const next = nextRun(schedule, this.cluster.now);
    if (next === undefined || object(cron, 'spec').suspend === true) return;
    this.cluster.simulation.at(next, () => {
      const latest = this.cluster.store.get(CRON_JOBS, namespaceOf(cron), nameOf(cron));
      if (!latest || uidOf(latest) !== uidOf(cron) || this.timers.get(uidOf(cron)) !== mark) return;
      this.fire(latest, next);
      this.arm(latest, schedule, mark);
    });
  }

  private fire(cron: JsonObject, time: number): void {
    if (text(cron, 'spec', 'concurrencyPolicy') === 'Forbid' && list(cron, 'status', 'active').length > 0) return;
    const template = object(cron, 'spec', 'jobTemplate');
    const name = `${nameOf(cron)}-${Math.floor(time / 60_000)}`;
    if (this.cluster.store.get(JOBS, namespaceOf(cron), name)) return;
    const job = createJob(this.cluster, cron, template, name, stamp(time));
    this.cluster.events.emit(cron, 'Normal', 'SuccessfulCreate', `Created job ${nameOf(job)}`, CRON_SOURCE);
    this.cluster.revise(CRON_JOBS, cron, (latest) => set(latest, ['status', 'lastScheduleTime'], stamp(time)));
  }

  private track(namespace: string, name: string): void {
    const cron = this.cluster.store.get(CRON_JOBS, namespace, name);
    if (!cron) return;
    const jobs = this.cluster.store.ownedBy(uidOf(cron), JOBS);
    const active = jobs
      .filter((job) => !ended(job))
      .map(
        (job): JsonObject => ({
          apiVersion: 'batch/v1',
          kind: 'Job',
          name: nameOf(job),
          namespace,
          uid: uidOf(job),
        }),
      );
    const successes = jobs.filter((job) => condition(job, 'Complete')?.status === 'True');
    const last = successes
      .map((job) => text(job, 'status', 'completionTime'))
      .sort()
      .at(-1);
    this.cluster.revise(CRON_JOBS, cron, (latest) => {
      let next = set(latest, ['status', 'active'], active.length > 0 ? active : undefined);
      if (last) next = set(next, ['status', 'lastSuccessfulTime'], last);
      return equal(next, latest) ? latest : next;
    });
    this.prune(successes, number(cron, 'spec', 'successfulJobsHistoryLimit') ?? 3);
    this.prune(
      jobs.filter((job) => condition(job, 'Failed')?.status === 'True'),
      number(cron, 'spec', 'failedJobsHistoryLimit') ?? 1,
    );
  }

  private prune(jobs: JsonObject[], keep: number): void {
    const oldest = [...jobs].sort((a, b) => (text(a, 'status', 'startTime') < text(b, 'status', 'startTime') ? -1 : 1));
    for (const job of oldest.slice(0, Math.max(0, oldest.length - keep))) this.cluster.delete(JOBS, job);
  }
}

/** A Job from a CronJob's template. */
function createJob(
  cluster: Cluster,
  cron: JsonObject,
  template: JsonObject,
  name: string,
  scheduled: string,
): JsonObject {
  return cluster.create(
    JOBS,
    withJobLabels(cluster, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        ...object(template, 'metadata'),
        annotations: {
          ...object(template, 'metadata', 'annotations'),
          'batch.kubernetes.io/cronjob-scheduled-timestamp': scheduled,
        },
        name,
        namespace: namespaceOf(cron),
        ownerReferences: [ownerReference(cron)],
      },
      spec: {
        backoffLimit: 6,
        completions: 1,
        parallelism: 1,
        completionMode: 'NonIndexed',
        suspend: false,
        ...object(template, 'spec'),
      },
      status: {},
    }),
  );
}

/** The labels and the selector that the API server gives every Job. */
export function withJobLabels(cluster: Cluster, job: JsonObject): JsonObject {
  if (object(job, 'spec').manualSelector === true) return job;
  const uid = cluster.names.uid('job', namespaceOf(job), nameOf(job), cluster.now);
  const own: JsonObject = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': nameOf(job),
    'controller-uid': uid,
    'job-name': nameOf(job),
  };
  const labels = { ...object(job, 'spec', 'template', 'metadata', 'labels'), ...own };
  const labelled = set(job, ['spec', 'template', 'metadata', 'labels'], labels);
  const named = set(labelled, ['metadata', 'labels'], { ...labelsOf(job), ...own });
  return set(named, ['spec', 'selector'], { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } });
}
