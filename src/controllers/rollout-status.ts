/** What a Deployment's status says: counts over its ReplicaSets, Available, Progressing and ReplicaFailure. Pure.
 *  Upstream: pkg/controller/deployment/{progress,sync}.go, pkg/controller/deployment/util/deployment_util.go */
import { parseTime, rfc3339 } from '../base/time.ts';
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../api/generated/types.ts';
import { nameOf } from '../api/meta.ts';
import { fencePosts, hasDeadline, replicasOf, sumActual, sumAvailable, sumReady, sumReplicas } from './replica-sets.ts';

export const NEW_SET_AVAILABLE = 'NewReplicaSetAvailable';
export const TIMED_OUT = 'ProgressDeadlineExceeded';
export const PAUSED = 'DeploymentPaused';
export const RESUMED = 'DeploymentResumed';

type Conditions = readonly DeploymentCondition[];

export const conditionIn = (conditions: Conditions | undefined, type: string): DeploymentCondition | undefined =>
  conditions?.find((condition) => condition.type === type);

export const newCondition = (
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
  now: number,
): DeploymentCondition => {
  const at = rfc3339(now);
  return { type, status, lastUpdateTime: at, lastTransitionTime: at, reason, message };
};

/** A condition that says the same for the same reason stays as it is; a changed one goes to the end of the list. */
export function withCondition(conditions: Conditions, next: DeploymentCondition): Conditions {
  const current = conditionIn(conditions, next.type);
  if (current !== undefined && current.status === next.status && current.reason === next.reason) return conditions;
  const kept = current !== undefined && current.status === next.status ? { ...next, lastTransitionTime: current.lastTransitionTime } : next;
  return [...withoutCondition(conditions, next.type), kept];
}

export const withoutCondition = (conditions: Conditions, type: string): Conditions =>
  conditions.filter((condition) => condition.type !== type);

/** Counts and Available; Progressing is left as it was. */
export function computeCounts(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const available = sumAvailable(sets);
  const old = deployment.status ?? {};
  const enough = available >= replicasOf(deployment) - fencePosts(deployment).maxUnavailable;
  const condition = enough
    ? newCondition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
    : newCondition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.', now);
  return compact({
    observedGeneration: deployment.metadata?.generation,
    replicas: sumActual(sets),
    updatedReplicas: newSet === undefined ? 0 : sumActual([newSet]),
    readyReplicas: sumReady(sets),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sumReplicas(sets) - available),
    collisionCount: old.collisionCount,
    conditions: withCondition(old.conditions ?? [], condition),
  });
}

/** Zero counts are left out, as Go's omitempty does; a collision count of zero would not be. */
function compact(status: DeploymentStatus): DeploymentStatus {
  const { replicas, updatedReplicas, readyReplicas, availableReplicas, unavailableReplicas, collisionCount, ...rest } = status;
  return {
    ...rest,
    ...(replicas && { replicas }),
    ...(updatedReplicas && { updatedReplicas }),
    ...(readyReplicas && { readyReplicas }),
    ...(availableReplicas && { availableReplicas }),
    ...(unavailableReplicas && { unavailableReplicas }),
    ...(collisionCount !== undefined && { collisionCount }),
  };
}

export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = replicasOf(deployment);
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata?.generation ?? 0)
  );
}

/** More new, fewer old, more ready or more available Pods than before. */
function isProgressing(old: DeploymentStatus, next: DeploymentStatus): boolean {
  const outdated = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (next.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) ||
    outdated(next) < outdated(old) ||
    (next.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
  );
}

/** When the deadline of the current progress is over; undefined where none runs. */
function deadlineAt(deployment: Deployment): number | undefined {
  const progressing = conditionIn(deployment.status?.conditions, 'Progressing');
  if (!hasDeadline(deployment) || progressing === undefined || progressing.reason === NEW_SET_AVAILABLE) return undefined;
  return parseTime(progressing.lastUpdateTime ?? '') + (deployment.spec?.progressDeadlineSeconds ?? 0) * 1000;
}

/** The status after a round of a rollout. */
export function computeRolloutStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const old = deployment.status ?? {};
  const counts = computeCounts(deployment, sets, newSet, now);
  let conditions = counts.conditions ?? [];
  const current = conditionIn(old.conditions, 'Progressing');
  const isOver = (counts.replicas ?? 0) === (counts.updatedReplicas ?? 0) && current?.reason === NEW_SET_AVAILABLE;
  if (!hasDeadline(deployment)) conditions = withoutCondition(conditions, 'Progressing');
  else if (!isOver) conditions = withProgress(deployment, counts, conditions, newSet, now);
  const failure = failureOf(sets, newSet);
  conditions = failure === undefined ? withoutCondition(conditions, 'ReplicaFailure') : withCondition(conditions, failure);
  return { ...counts, conditions };
}

function withProgress(
  deployment: Deployment,
  counts: DeploymentStatus,
  conditions: Conditions,
  newSet: ReplicaSet | undefined,
  now: number,
): Conditions {
  const subject = newSet === undefined ? `Deployment "${nameOf(deployment)}"` : `ReplicaSet "${nameOf(newSet)}"`;
  const current = conditionIn(deployment.status?.conditions, 'Progressing');
  if (isComplete(deployment, counts)) {
    return withCondition(
      conditions,
      newCondition('Progressing', 'True', NEW_SET_AVAILABLE, `${subject} has successfully progressed.`, now),
    );
  }
  if (isProgressing(deployment.status ?? {}, counts)) {
    const next = newCondition('Progressing', 'True', 'ReplicaSetUpdated', `${subject} is progressing.`, now);
    const kept = current?.status === 'True' ? { ...next, lastTransitionTime: current.lastTransitionTime } : next;
    return [...withoutCondition(conditions, 'Progressing'), kept];
  }
  const deadline = deadlineAt(deployment);
  if (current?.reason === TIMED_OUT || (deadline !== undefined && deadline < now)) {
    return withCondition(conditions, newCondition('Progressing', 'False', TIMED_OUT, `${subject} has timed out progressing.`, now));
  }
  return conditions;
}

/** The failure that the new ReplicaSet tells of, else any. */
function failureOf(sets: readonly ReplicaSet[], newSet: ReplicaSet | undefined): DeploymentCondition | undefined {
  const ordered = newSet === undefined ? sets : [newSet, ...sets];
  for (const set of ordered) {
    const found = set.status?.conditions?.find((condition) => condition.type === 'ReplicaFailure');
    if (found === undefined) continue;
    const { type, status, reason, message, lastTransitionTime } = found;
    return { type, status, lastUpdateTime: lastTransitionTime, lastTransitionTime, reason, message };
  }
  return undefined;
}

/** After how long to look whether the deadline has passed; undefined where nothing can pass. */
export function deadlineCheckInMs(deployment: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const current = conditionIn(status.conditions, 'Progressing');
  if (isComplete(deployment, status) || current?.reason === TIMED_OUT) return undefined;
  const deadline = deadlineAt({ ...deployment, status });
  return deadline === undefined ? undefined : Math.max(0, deadline - now) + 1000;
}
