/** The status of a Job, in two writes: first the ended Pods by uid and why the Job is about to end, then, when their
 *  finalizers are gone, the counts and the end. So no Pod is counted twice or never, whenever the controller dies. Pure.
 *  Upstream: pkg/controller/job/{job_controller,tracking_utils}.go */
import { rfc3339 } from '../base/time.ts';
import type { Job, JobCondition, JobStatus, Pod } from '../api/generated/types.ts';
import { uidOf } from '../api/meta.ts';
import { completionIndexOf, formatIndexes } from './job-indexes.ts';
import { isIndexed, type JobCounts, type JobEnd } from './job-plan.ts';

export const condition = (type: string, status: 'True' | 'False', reason: string, message: string, now: number): JobCondition => {
  const at = rfc3339(now);
  return { type, status, lastProbeTime: at, lastTransitionTime: at, reason, message };
};

export function withJobCondition(conditions: readonly JobCondition[], next: JobCondition): readonly JobCondition[] {
  const current = conditions.find((each) => each.type === next.type);
  if (current === undefined) return [...conditions, next];
  if (current.status === next.status) return conditions;
  return conditions.map((each) => (each === current ? next : each));
}

export interface StatusInput {
  readonly job: Job;
  readonly counts: JobCounts;
  readonly active: number;
  readonly end: JobEnd | undefined;
  readonly now: number;
}

/** With the ended Pods listed as not yet counted, and the interim condition of an end. */
export function trackingStatus({ job, counts, active, end, now }: StatusInput): JobStatus {
  const old = job.status ?? {};
  const uids = (pods: readonly Pod[]): readonly string[] => pods.filter((pod) => !isIndexed(job) || completionIndexOf(pod) < 0).map(uidOf);
  const failedUids = counts.newFailed.map(uidOf);
  let conditions = suspendConditions(job, now);
  if (end !== undefined)
    conditions = withJobCondition(
      conditions,
      condition(end.succeeded ? 'SuccessCriteriaMet' : 'FailureTarget', 'True', end.reason, end.message, now),
    );
  const resumed =
    job.spec?.suspend !== true && (old.startTime === undefined || (conditions !== (old.conditions ?? []) && isResumedNow(old, conditions)));
  return tidy({
    ...old,
    active,
    ready: counts.ready,
    terminating: counts.terminating,
    conditions,
    ...(resumed && { startTime: rfc3339(now) }),
    ...(job.spec?.suspend === true && { startTime: undefined }),
    ...(isIndexed(job) && { completedIndexes: formatIndexes(counts.completed), succeeded: counts.completed.size }),
    uncountedTerminatedPods: {
      succeeded: [...(old.uncountedTerminatedPods?.succeeded ?? []), ...uids(counts.newSucceeded)],
      failed: [...(old.uncountedTerminatedPods?.failed ?? []), ...failedUids],
    },
  });
}

const isResumedNow = (old: JobStatus, conditions: readonly JobCondition[]): boolean => {
  const suspended = (list: readonly JobCondition[]): string | undefined => list.find((each) => each.type === 'Suspended')?.status;
  return suspended(old.conditions ?? []) === 'True' && suspended(conditions) === 'False';
};

function suspendConditions(job: Job, now: number): readonly JobCondition[] {
  const conditions = job.status?.conditions ?? [];
  if (job.spec?.suspend === true) return withJobCondition(conditions, condition('Suspended', 'True', 'JobSuspended', 'Job suspended', now));
  const isSuspended = conditions.some((each) => each.type === 'Suspended' && each.status === 'True');
  return isSuspended ? withJobCondition(conditions, condition('Suspended', 'False', 'JobResumed', 'Job resumed', now)) : conditions;
}

/** With every uncounted Pod counted, and the end itself if nothing holds it back. `still` are uids whose finalizer is there yet. */
export function countedStatus(
  status: JobStatus,
  job: Job,
  still: ReadonlySet<string>,
  end: JobEnd | undefined,
  terminating: number,
  now: number,
): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const [succeededLeft, failedLeft] = [succeeded.filter((uid) => still.has(uid)), failed.filter((uid) => still.has(uid))];
  const counted: JobStatus = {
    ...status,
    ...(!isIndexed(job) && { succeeded: (status.succeeded ?? 0) + succeeded.length - succeededLeft.length }),
    failed: (status.failed ?? 0) + failed.length - failedLeft.length,
    uncountedTerminatedPods: { succeeded: succeededLeft, failed: failedLeft },
  };
  const isOver = end !== undefined && succeededLeft.length + failedLeft.length === 0 && terminating === 0;
  if (!isOver) return tidy(counted);
  const last = condition(end.succeeded ? 'Complete' : 'Failed', 'True', end.reason, end.message, now);
  return tidy({
    ...counted,
    conditions: withJobCondition(counted.conditions ?? [], last),
    ...(end.succeeded && { completionTime: rfc3339(now) }),
  });
}

/** As Go's omitempty writes it: no zero counts, but ready and terminating, which are pointers. */
function tidy(status: JobStatus): JobStatus {
  const { active, succeeded, failed, completedIndexes, startTime, conditions, uncountedTerminatedPods, ...rest } = status;
  const uncounted = {
    ...(uncountedTerminatedPods?.succeeded?.length && { succeeded: uncountedTerminatedPods.succeeded }),
    ...(uncountedTerminatedPods?.failed?.length && { failed: uncountedTerminatedPods.failed }),
  };
  return {
    ...rest,
    uncountedTerminatedPods: uncounted,
    ...(active && { active }),
    ...(succeeded && { succeeded }),
    ...(failed && { failed }),
    ...(completedIndexes && { completedIndexes }),
    ...(startTime !== undefined && { startTime }),
    ...(conditions !== undefined && conditions.length > 0 && { conditions }),
  };
}
