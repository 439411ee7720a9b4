/** What a Deployment does next with its ReplicaSets. Pure: the loop in deployment.ts carries the plan out and comes again.
 *
 *    replicas 4, maxSurge 1, maxUnavailable 1, one template change:
 *      old 4  new -     create new with 1 (4 + 1 surge), old to 3 (4 - 1 may be missing)
 *      old 3  new 2     as old Pods go and new ones become available, up to 5 in all, at least 3 available
 *      old 1  new 4
 *      old 0  new 4     complete: old ReplicaSets beyond the history limit go
 *
 *  Upstream: pkg/controller/deployment/{sync,rolling,recreate,progress}.go */
import { equal } from '../base/json.ts';
import type { Deployment, DeploymentStatus, Pod, ReplicaSet } from '../api/generated/types.ts';
import { annotationsOf, controllerOf, isTerminating, nameOf, uidOf } from '../api/meta.ts';
import { createDraft, type Draft, type RolloutStep } from './rollout-draft.ts';
import { isFinished } from './pods.ts';
import {
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  REVISION,
  countAnnotation,
  fencePosts,
  hasDeadline,
  historyLimit,
  isRolling,
  oldestFirst,
  replicasOf,
  revisionOf,
  sumActual,
  sumAvailable,
  sumReplicas,
} from './replica-sets.ts';
import {
  PAUSED,
  RESUMED,
  TIMED_OUT,
  computeCounts,
  computeRolloutStatus,
  conditionIn,
  deadlineCheckInMs,
  isComplete,
  newCondition,
  withCondition,
} from './rollout-status.ts';
import { plural } from './words.ts';

export interface RolloutInput {
  readonly deployment: Deployment;
  /** All that the Deployment owns. */
  readonly replicaSets: readonly ReplicaSet[];
  /** The Pods of those ReplicaSets; only Recreate looks at them. */
  readonly pods: readonly Pod[];
  readonly now: number;
}

export interface RolloutPlan {
  readonly steps: readonly RolloutStep[];
  /** The Deployment with the status and the revision that it should have; the same object where nothing changes. */
  readonly deployment: Deployment;
  readonly againAfterMs?: number;
}

export function planRollout(input: RolloutInput): RolloutPlan {
  const { now } = input;
  if (isTerminating(input.deployment)) {
    const draft = createDraft(input.deployment, input.replicaSets, now);
    return finish(input, draft, computeCounts(draft.deployment, draft.sets(), draft.newSet(), now));
  }
  const draft = createDraft(withPauseCondition(input.deployment, now), input.replicaSets, now);
  if (draft.deployment.spec?.paused === true || isScaling(draft)) {
    scaleAll(draft);
    if (draft.deployment.spec?.paused === true) cleanUp(draft);
    return finish(input, draft, computeCounts(draft.deployment, draft.sets(), draft.newSet(), now));
  }
  if (isRolling(draft.deployment)) roll(draft);
  else recreate(draft, input.pods);
  return finish(input, draft, computeRolloutStatus(draft.deployment, draft.sets(), draft.newSet(), now));
}

function finish(input: RolloutInput, draft: Draft, status: DeploymentStatus): RolloutPlan {
  const { deployment } = draft;
  const isSame =
    equal(input.deployment.status ?? {}, status) && annotationsOf(input.deployment)[REVISION] === annotationsOf(deployment)[REVISION];
  const againAfterMs = deadlineCheckInMs(deployment, status, input.now);
  return {
    steps: draft.steps(),
    deployment: isSame ? input.deployment : { ...deployment, status },
    ...(againAfterMs !== undefined && { againAfterMs }),
  };
}

/** Pausing stops the progress deadline; resuming starts it anew. */
function withPauseCondition(deployment: Deployment, now: number): Deployment {
  const current = conditionIn(deployment.status?.conditions, 'Progressing');
  if (!hasDeadline(deployment) || current?.reason === TIMED_OUT) return deployment;
  const isPaused = deployment.spec?.paused === true;
  const saysPaused = current?.reason === PAUSED;
  if (isPaused === saysPaused) return deployment;
  const next = isPaused
    ? newCondition('Progressing', 'Unknown', PAUSED, 'Deployment is paused', now)
    : newCondition('Progressing', 'Unknown', RESUMED, 'Deployment is resumed', now);
  return { ...deployment, status: { ...deployment.status, conditions: withCondition(deployment.status?.conditions ?? [], next) } };
}

/** Somebody changed the number of replicas since the ReplicaSets were last told of it. */
function isScaling(draft: Draft): boolean {
  const wanted = replicasOf(draft.deployment);
  return draft.sets().some((set) => replicasOf(set) > 0 && (countAnnotation(set, DESIRED_REPLICAS) ?? wanted) !== wanted);
}

function roll(draft: Draft): void {
  draft.syncRevision('create');
  if (growNew(draft)) return;
  if (shrinkOld(draft)) return;
  if (isComplete(draft.deployment, draft.deployment.status ?? {})) cleanUp(draft);
}

/** Scales the new ReplicaSet as far as the surge allows. True: something changed. */
function growNew(draft: Draft): boolean {
  const newSet = draft.newSet();
  if (newSet === undefined) return false;
  const wanted = replicasOf(draft.deployment);
  const has = replicasOf(newSet);
  if (has === wanted) return false;
  if (has > wanted) return draft.scale(newSet, wanted, `The Deployment wants ${plural(wanted, 'Pod')}.`);
  const { maxSurge } = fencePosts(draft.deployment);
  const total = sumReplicas(draft.sets());
  return draft.scale(
    newSet,
    draft.newSetSize(has),
    `At most ${wanted + maxSurge} Pods may exist (${wanted} and ${maxSurge} more while rolling), and ${total} are asked for.`,
  );
}

/** Scales old ReplicaSets down: Pods that are not available first, then as many as may be missing. True: something changed. */
function shrinkOld(draft: Draft): boolean {
  const old = draft
    .oldSets()
    .filter((set) => replicasOf(set) > 0)
    .sort(oldestFirst);
  if (old.length === 0) return false;
  const newSet = draft.newSet();
  const wanted = replicasOf(draft.deployment);
  const minAvailable = wanted - fencePosts(draft.deployment).maxUnavailable;
  const newUnavailable = newSet === undefined ? 0 : replicasOf(newSet) - (newSet.status?.availableReplicas ?? 0);
  const mayGo = sumReplicas(draft.sets()) - minAvailable - newUnavailable;
  if (mayGo <= 0) return false;
  let gone = 0;
  for (const set of old) {
    const unavailable = replicasOf(set) - (set.status?.availableReplicas ?? 0);
    const count = Math.min(mayGo - gone, unavailable);
    if (count <= 0) continue;
    gone += count;
    draft.scale(
      set,
      replicasOf(set) - count,
      `${plural(unavailable, 'Pod')} of it ${unavailable === 1 ? 'is' : 'are'} not available, so giving ${unavailable === 1 ? 'it' : 'them'} up costs nothing.`,
    );
  }
  const available = sumAvailable(draft.sets());
  let left = available - minAvailable;
  for (const { metadata } of old) {
    if (left <= 0) break;
    const set = draft.setNamed(metadata?.name ?? '');
    if (set === undefined || replicasOf(set) === 0) continue;
    const count = Math.min(replicasOf(set), left);
    left -= count;
    gone += count;
    draft.scale(
      set,
      replicasOf(set) - count,
      `${plural(available, 'Pod')} ${available === 1 ? 'is' : 'are'} available and ${minAvailable} must stay.`,
    );
  }
  return gone > 0;
}

/** Recreate: first all old Pods go, then the new ones come. */
function recreate(draft: Draft, pods: readonly Pod[]): void {
  draft.syncRevision('find');
  let scaled = false;
  for (const set of draft.oldSets()) {
    if (replicasOf(set) > 0) scaled = draft.scale(set, 0, 'With the Recreate strategy all old Pods go before new ones start.') || scaled;
  }
  if (scaled || oldPodsRun(draft, pods)) return;
  draft.syncRevision('create');
  const newSet = draft.newSet();
  if (newSet !== undefined) draft.scale(newSet, replicasOf(draft.deployment), 'No old Pod is left.');
  if (isComplete(draft.deployment, draft.deployment.status ?? {})) cleanUp(draft);
}

function oldPodsRun(draft: Draft, pods: readonly Pod[]): boolean {
  if (sumActual(draft.oldSets()) > 0) return true;
  const newSet = draft.newSet();
  return pods.some((pod) => !isFinished(pod) && (newSet === undefined || controllerOf(pod)?.uid !== uidOf(newSet)));
}

/** Spreads a new number of replicas over the ReplicaSets, in the middle of a rollout in proportion to their sizes. */
function scaleAll(draft: Draft): void {
  draft.syncRevision('find');
  const wanted = replicasOf(draft.deployment);
  const because = `The Deployment wants ${plural(wanted, 'Pod')}.`;
  const newSet = draft.newSet();
  const active = draft.sets().filter((set) => replicasOf(set) > 0);
  const only = active.length === 0 ? (newSet ?? [...draft.oldSets()].sort(oldestFirst).at(-1)) : active[0];
  if (active.length <= 1) {
    if (only !== undefined && replicasOf(only) !== wanted) draft.scale(only, wanted, because);
    return;
  }
  if (newSet !== undefined && isSaturated(draft.deployment, newSet)) {
    for (const set of active)
      if (nameOf(set) !== nameOf(newSet)) draft.scale(set, 0, 'The new ReplicaSet has all the Pods that are wanted.');
    return;
  }
  if (isRolling(draft.deployment)) scaleInProportion(draft, active, because);
}

function scaleInProportion(draft: Draft, active: readonly ReplicaSet[], because: string): void {
  const { deployment } = draft;
  const wanted = replicasOf(deployment);
  const allowed = wanted > 0 ? wanted + fencePosts(deployment).maxSurge : 0;
  const toAdd = allowed - sumReplicas(active);
  const youngFirst = toAdd > 0;
  const ordered = [...active].sort((a, b) => replicasOf(b) - replicasOf(a) || (youngFirst ? oldestFirst(b, a) : oldestFirst(a, b)));
  let added = 0;
  const sizes = ordered.map((set) => {
    const left = toAdd - added;
    const share = left === 0 ? 0 : clampShare(shareOf(deployment, set), left);
    added += share;
    return replicasOf(set) + share;
  });
  ordered.forEach((set, index) => {
    const size = sizes[index]! + (index === 0 ? toAdd - added : 0);
    draft.scale(set, Math.max(0, size), `${because} ReplicaSets of a running rollout share the change in proportion to their sizes.`);
  });
}

const clampShare = (share: number, left: number): number => (left > 0 ? Math.min(share, left) : Math.max(share, left));

function shareOf(deployment: Deployment, set: ReplicaSet): number {
  const size = replicasOf(set);
  if (replicasOf(deployment) === 0) return -size;
  const before = countAnnotation(set, MAX_REPLICAS) || (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  const exact = (size * (replicasOf(deployment) + fencePosts(deployment).maxSurge)) / before;
  return Math.floor(exact + 0.5) - size;
}

function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  const wanted = replicasOf(deployment);
  return replicasOf(set) === wanted && countAnnotation(set, DESIRED_REPLICAS) === wanted && (set.status?.availableReplicas ?? 0) === wanted;
}

/** Drops the oldest revisions beyond the history limit, but never one that still has or wants Pods. */
function cleanUp(draft: Draft): void {
  const candidates = draft.oldSets().filter((set) => !isTerminating(set));
  const surplus = candidates.length - historyLimit(draft.deployment);
  if (surplus <= 0) return;
  const oldest = [...candidates].sort((a, b) => revisionOf(a) - revisionOf(b) || oldestFirst(a, b)).slice(0, surplus);
  for (const set of oldest) {
    const isIdle = (set.status?.replicas ?? 0) === 0 && replicasOf(set) === 0;
    if (isIdle && (set.metadata?.generation ?? 0) <= (set.status?.observedGeneration ?? 0)) draft.remove(set);
  }
}
