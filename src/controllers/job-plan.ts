/** Where a Job stands and what it does next. Pure.
 *  Differs from Kubernetes: podFailurePolicy, successPolicy and backoffLimitPerIndex are stored but do not decide yet.
 *  Upstream: pkg/controller/job/{job_controller,backoff_utils}.go */
import { parseTime } from '../base/time.ts';
import type { Job, JobCondition, Pod } from '../api/generated/types.ts';
import { isTerminating, uidOf } from '../api/meta.ts';
import { completionIndexOf, parseIndexes, pendingIndexes } from './job-indexes.ts';
import { isActive, isReady } from './pods.ts';
import { rankForDeletion } from './deletion-rank.ts';

export const TRACKING = 'batch.kubernetes.io/job-tracking';
const PODS_MAX = 500;
const BACK_OFF_FIRST_MS = 10_000;
const BACK_OFF_LONGEST_MS = 600_000;

export const isIndexed = (job: Job): boolean => job.spec?.completionMode === 'Indexed';
export const jobCondition = (job: Job, type: string): JobCondition | undefined =>
  job.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
export const isJobFinished = (job: Job): boolean =>
  jobCondition(job, 'Complete') !== undefined || jobCondition(job, 'Failed') !== undefined;
export const isTracked = (pod: Pod): boolean => pod.metadata?.finalizers?.includes(TRACKING) === true;

/** With this policy a Pod is replaced when it has really ended, not when it is about to. */
const replacesEndedOnly = (job: Job): boolean => job.spec?.podReplacementPolicy === 'Failed';

/** A Pod that is deleted before it ended counts as failed, or it might never count at all. */
function hasFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Failed') return true;
  return !replacesEndedOnly(job) && isTerminating(pod) && pod.status?.phase !== 'Succeeded';
}

export interface JobCounts {
  readonly active: readonly Pod[];
  /** Ended, still tracked and not yet in the status. */
  readonly newSucceeded: readonly Pod[];
  readonly newFailed: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
  readonly ready: number;
  readonly terminating: number;
  readonly completed: ReadonlySet<number>;
}

export function countPods(job: Job, pods: readonly Pod[]): JobCounts {
  const uncounted = job.status?.uncountedTerminatedPods;
  const known = new Set([...(uncounted?.succeeded ?? []), ...(uncounted?.failed ?? [])]);
  const fresh = pods.filter((pod) => isTracked(pod) && !known.has(uidOf(pod)));
  const newSucceeded = fresh.filter((pod) => pod.status?.phase === 'Succeeded');
  const newFailed = fresh.filter((pod) => hasFailed(job, pod));
  const active = pods.filter(isActive);
  const completions = job.spec?.completions ?? 0;
  const completed = new Set(parseIndexes(job.status?.completedIndexes ?? '', completions));
  if (isIndexed(job)) {
    for (const pod of newSucceeded)
      if (completionIndexOf(pod) >= 0 && completionIndexOf(pod) < completions) completed.add(completionIndexOf(pod));
  }
  return {
    active,
    newSucceeded,
    newFailed,
    completed,
    succeeded: isIndexed(job) ? completed.size : (job.status?.succeeded ?? 0) + (uncounted?.succeeded?.length ?? 0) + newSucceeded.length,
    failed: (job.status?.failed ?? 0) + (uncounted?.failed?.length ?? 0) + newFailed.length,
    ready: active.filter(isReady).length,
    terminating: pods.filter((pod) => isTerminating(pod) && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed').length,
  };
}

export interface JobEnd {
  readonly succeeded: boolean;
  readonly reason: string;
  readonly message: string;
}

/** Whether the Job is over, now or since an earlier look. */
export function jobEnd(job: Job, counts: JobCounts, pods: readonly Pod[], now: number): JobEnd | undefined {
  const met = jobCondition(job, 'SuccessCriteriaMet');
  if (met !== undefined) return { succeeded: true, reason: met.reason ?? '', message: met.message ?? '' };
  const target = jobCondition(job, 'FailureTarget');
  if (target !== undefined) return { succeeded: false, reason: target.reason ?? '', message: target.message ?? '' };
  const limit = job.spec?.backoffLimit ?? 6;
  const hasNewFailure = counts.failed > (job.status?.failed ?? 0);
  if ((hasNewFailure && counts.failed > limit) || restartsExceed(job, pods, limit)) {
    return { succeeded: false, reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const deadlineMs = deadlineInMs(job, now);
  if (deadlineMs !== undefined && deadlineMs <= 0)
    return { succeeded: false, reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  return isComplete(job, counts)
    ? { succeeded: true, reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
    : undefined;
}

function isComplete(job: Job, { succeeded, active }: JobCounts): boolean {
  if (job.spec?.completions === undefined) return succeeded > 0 && active.length === 0; // A work queue: one success ends it.
  return succeeded >= job.spec.completions;
}

/** Containers that restart in place count by their restarts. */
function restartsExceed(job: Job, pods: readonly Pod[], limit: number): boolean {
  if (job.spec?.template.spec?.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const pod of pods) {
    if (pod.status?.phase !== 'Running' && pod.status?.phase !== 'Pending') continue;
    for (const status of [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])])
      restarts += status.restartCount;
  }
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Until activeDeadlineSeconds are over; undefined where they do not run. */
export function deadlineInMs(job: Job, now: number): number | undefined {
  const { activeDeadlineSeconds, suspend } = job.spec ?? {};
  if (activeDeadlineSeconds === undefined || suspend === true || job.status?.startTime === undefined) return undefined;
  return parseTime(job.status.startTime) + activeDeadlineSeconds * 1000 - now;
}

export interface JobFailures {
  readonly count: number;
  readonly lastAt: number;
}

/** Failures since the last success, in the order in which the Pods ended. */
export function failuresAfter(before: JobFailures, counts: JobCounts, now: number): JobFailures {
  const ends = [
    ...counts.newSucceeded.map((pod) => ({ at: endedAt(pod, now), failed: false })),
    ...counts.newFailed.map((pod) => ({ at: endedAt(pod, now), failed: true })),
  ].sort((a, b) => a.at - b.at);
  return ends.reduce((record, end) => (end.failed ? { count: record.count + 1, lastAt: end.at } : { count: 0, lastAt: 0 }), before);
}

function endedAt(pod: Pod, now: number): number {
  const times = (pod.status?.containerStatuses ?? []).flatMap((status) =>
    status.state?.terminated?.finishedAt === undefined ? [] : [parseTime(status.state.terminated.finishedAt)],
  );
  return times.length === 0 ? now : Math.max(...times);
}

/** Until the next Pod may be made: 10 s, 20 s ... 10 min after the last failure. */
export function backOffLeftMs({ count, lastAt }: JobFailures, now: number): number {
  if (count === 0) return 0;
  return Math.max(0, lastAt + Math.min(BACK_OFF_LONGEST_MS, BACK_OFF_FIRST_MS * 2 ** Math.min(count - 1, 20)) - now);
}

export interface JobPlan {
  readonly remove: readonly Pod[];
  /** Completion indexes, or as many undefined as Pods are wanted. */
  readonly create: readonly (number | undefined)[];
  readonly againAfterMs?: number;
}

export function planJob(job: Job, counts: JobCounts, failures: JobFailures, now: number): JobPlan {
  const { active } = counts;
  if (job.spec?.suspend === true) return { remove: active.slice(0, PODS_MAX), create: [] };
  const wanted = wantedActive(job, counts);
  const surplus = Math.min(PODS_MAX, active.length - wanted);
  if (surplus > 0) return { remove: rankForDeletion(active, active, now).slice(0, surplus), create: [] };
  const missing = Math.min(PODS_MAX, wanted - active.length - (replacesEndedOnly(job) ? counts.terminating : 0));
  if (missing <= 0) return { remove: [], create: [] };
  const waitMs = backOffLeftMs(failures, now);
  if (waitMs > 0) return { remove: [], create: [], againAfterMs: waitMs };
  const create = isIndexed(job)
    ? pendingIndexes(counts.completed, active, missing, job.spec?.completions ?? 0)
    : Array.from({ length: missing }, () => undefined);
  return { remove: [], create };
}

function wantedActive(job: Job, { succeeded, active }: JobCounts): number {
  const parallelism = job.spec?.parallelism ?? 1;
  if (job.spec?.completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(parallelism, job.spec.completions - succeeded));
}
