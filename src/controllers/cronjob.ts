/** CronJobs: a Job at each time of a schedule.
 *  Differs from Kubernetes: schedules are read in UTC, whatever spec.timeZone says.
 *  Upstream: pkg/controller/cronjob/cronjob_controllerv2.go */
import { equal } from '../base/json.ts';
import { parseTime, rfc3339 } from '../base/time.ts';
import { ApiError, isReason } from '../api/errors.ts';
import type { CronJob, CronJobStatus, Job, ObjectReference } from '../api/generated/types.ts';
import { controllerOf, isTerminating, nameOf, namespaceOf, ownerReference, uidOf } from '../api/meta.ts';
import { CronJobs, Jobs } from '../api/resources.ts';
import type { Controller, ControllerContext, Requeue } from '../client/controller.ts';
import { latestMissed, parseSchedule, type Schedule } from './cron-schedule.ts';
import { isJobFinished, jobCondition } from './job-plan.ts';
import { isNamespaceTerminating } from './pod-control.ts';
import { createdAt } from './pods.ts';

const NAME = 'cronjob-controller';
const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
/** A little late is better than a moment too early. */
const DELTA_MS = 100;
const MISSED_MAX = 100;

export function createCronJobController(context: ControllerContext): Controller {
  const { world, client, recorder } = context;
  const cronJobs = context.informer(CronJobs);
  const jobs = context.informer(Jobs);
  const event = (of: CronJob, type: 'Normal' | 'Warning', reason: string, message: string): void =>
    recorder.event(CronJobs, of, type, reason, message);

  async function reconcile(key: string): Promise<Requeue | void> {
    const cronJob = cronJobs.get(key);
    if (cronJob === undefined) return;
    const mine = jobs.list({ name: 'controller', value: uidOf(cronJob) });
    let status = withFinished(cronJob, mine);
    const outcome = isTerminating(cronJob) || cronJob.spec?.suspend === true ? {} : await schedule(cronJob, status, mine);
    status = outcome.status ?? status;
    if (!equal(status, cronJob.status ?? {})) await client.updateStatus(CronJobs, { ...cronJob, status });
    await prune(cronJob, mine);
    if (outcome.againAfterMs !== undefined) return { afterMs: outcome.againAfterMs };
  }

  /** The status without Jobs that have ended or gone, and with the last success. */
  function withFinished(cronJob: CronJob, mine: readonly Job[]): CronJobStatus {
    const status = cronJob.status ?? {};
    const byUid = new Map(mine.map((job) => [uidOf(job), job]));
    let lastSuccess = status.lastSuccessfulTime;
    const active = (status.active ?? []).filter((reference) => {
      const job = byUid.get(reference.uid ?? '');
      if (job === undefined) event(cronJob, 'Normal', 'MissingJob', `Active job went missing: ${reference.name ?? ''}`);
      else if (isJobFinished(job)) {
        const end = jobCondition(job, 'Complete') === undefined ? 'Failed' : 'Complete';
        event(cronJob, 'Normal', 'SawCompletedJob', `Saw completed job: ${nameOf(job)}, condition: ${end}`);
      } else return true;
      return false;
    });
    for (const job of mine) {
      const done = jobCondition(job, 'Complete') && job.status?.completionTime;
      if (done !== undefined && (lastSuccess === undefined || done > lastSuccess)) lastSuccess = done;
      const isKnown = status.active?.some((reference) => reference.uid === uidOf(job)) === true;
      if (!isKnown && !isJobFinished(job))
        event(cronJob, 'Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${nameOf(job)}`);
    }
    const { active: _, ...rest } = status;
    return { ...rest, ...(active.length > 0 && { active }), ...(lastSuccess !== undefined && { lastSuccessfulTime: lastSuccess }) };
  }

  interface Outcome {
    readonly status?: CronJobStatus;
    readonly againAfterMs?: number;
  }

  async function schedule(cronJob: CronJob, status: CronJobStatus, mine: readonly Job[]): Promise<Outcome> {
    const times = parseSchedule(cronJob.spec?.schedule ?? '');
    if (times === undefined) {
      event(cronJob, 'Warning', 'UnparseableSchedule', `unparseable schedule: "${cronJob.spec?.schedule ?? ''}"`);
      return {};
    }
    const now = world.clock.now();
    const later = { againAfterMs: againIn(times, now) };
    const due = dueTime(cronJob, status, times, now);
    if (due === undefined) return later;
    const deadline = cronJob.spec?.startingDeadlineSeconds;
    if (deadline !== undefined && due + deadline * 1000 < now) {
      event(cronJob, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${rfc1123(due)}`);
      return later;
    }
    const name = `${nameOf(cronJob)}-${Math.floor(due / 60_000)}`;
    if (status.lastScheduleTime === rfc3339(due) || status.active?.some((reference) => reference.name === name) === true) return later;
    if (cronJob.spec?.concurrencyPolicy === 'Forbid' && (status.active?.length ?? 0) > 0) {
      event(cronJob, 'Normal', 'JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid');
      return later;
    }
    let active = status.active ?? [];
    if (cronJob.spec?.concurrencyPolicy === 'Replace') {
      for (const job of mine) if (active.some((reference) => reference.uid === uidOf(job))) await remove(cronJob, job);
      active = [];
    }
    const made = await start(cronJob, name, due);
    if (made === undefined) return later;
    return { ...later, status: { ...status, active: [...active, referenceTo(made)], lastScheduleTime: rfc3339(due) } };
  }

  function dueTime(cronJob: CronJob, status: CronJobStatus, times: Schedule, now: number): number | undefined {
    let since = status.lastScheduleTime === undefined ? createdAt(cronJob) : parseTime(status.lastScheduleTime);
    const deadline = cronJob.spec?.startingDeadlineSeconds;
    if (deadline !== undefined) since = Math.max(since, now - deadline * 1000);
    const { at, count } = latestMissed(times, since, now, MISSED_MAX);
    if (count > MISSED_MAX) {
      const advice = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      event(cronJob, 'Warning', 'TooManyMissedTimes', advice);
    }
    return at;
  }

  async function start(cronJob: CronJob, name: string, due: number): Promise<Job | undefined> {
    const { metadata, spec } = cronJob.spec!.jobTemplate;
    const job: Job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        ...(metadata?.labels !== undefined && { labels: metadata.labels }),
        annotations: { ...metadata?.annotations, [SCHEDULED_AT]: rfc3339(due) },
        name,
        namespace: namespaceOf(cronJob),
        ownerReferences: [ownerReference(CronJobs, cronJob)],
      },
      spec: spec!,
    };
    try {
      const made = await client.create(Jobs, job);
      event(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${name}`);
      trace(cronJob, `made Job ${name}`, `Its schedule ${cronJob.spec?.schedule ?? ''} was due at ${rfc3339(due)}.`);
      return made;
    } catch (error) {
      if (isNamespaceTerminating(error)) return undefined;
      if (isReason(error, 'AlreadyExists')) {
        const existing = await client.get(Jobs, name, namespaceOf(cronJob));
        if (controllerOf(existing)?.uid === uidOf(cronJob)) return existing;
      }
      if (error instanceof ApiError) event(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${error.message}`);
      throw error;
    }
  }

  async function remove(cronJob: CronJob, job: Job): Promise<void> {
    try {
      await client.delete(Jobs, nameOf(job), namespaceOf(job), { propagationPolicy: 'Background', preconditions: { uid: uidOf(job) } });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
      return;
    }
    event(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${nameOf(job)}`);
  }

  /** Keeps the last few Jobs that succeeded and that failed. */
  async function prune(cronJob: CronJob, mine: readonly Job[]): Promise<void> {
    const kept = [
      ['Complete', cronJob.spec?.successfulJobsHistoryLimit ?? 3],
      ['Failed', cronJob.spec?.failedJobsHistoryLimit ?? 1],
    ] as const;
    for (const [type, limit] of kept) {
      const ended = mine
        .filter((job) => jobCondition(job, type) !== undefined && !isTerminating(job))
        .sort((a, b) => createdAt(a) - createdAt(b));
      for (const job of ended.slice(0, Math.max(0, ended.length - limit))) await remove(cronJob, job);
    }
  }

  function trace(cronJob: CronJob, did: string, because: string): void {
    const object = { resource: 'cronjobs', namespace: namespaceOf(cronJob), name: nameOf(cronJob), uid: uidOf(cronJob) };
    world.trace({ type: 'decision', actor: NAME, object, did, because });
  }

  return { name: NAME, for: CronJobs, owns: [Jobs], reconcile };
}

const againIn = (times: Schedule, now: number): number | undefined => {
  const next = times.next(now);
  return next === undefined ? undefined : next - now + DELTA_MS;
};

const referenceTo = (job: Job): ObjectReference => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  name: nameOf(job),
  namespace: namespaceOf(job),
  uid: uidOf(job),
  resourceVersion: job.metadata?.resourceVersion,
});

/** Go's RFC1123Z: "Thu, 01 Jan 2026 00:00:00 +0000". */
const rfc1123 = (ms: number): string => new Date(ms).toUTCString().replace('GMT', '+0000');
