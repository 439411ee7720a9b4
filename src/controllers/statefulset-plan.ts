/** What a StatefulSet does next. Its Pods have ordinals; unless it is Parallel, it makes them in order, each when the one
 *  before is available, and takes them away in reverse, one at a time. An update replaces from the highest ordinal down to
 *  the partition; it waits for each replaced Pod, which is why a broken first one must be deleted by hand. Pure.
 *  Upstream: pkg/controller/statefulset/{stateful_set_control,stateful_set_utils}.go */
import type { Pod, StatefulSet, StatefulSetStatus } from '../api/generated/types.ts';
import { isTerminating, labelsOf, nameOf } from '../api/meta.ts';
import { REVISION_HASH } from './controller-revisions.ts';
import { isAvailable, isFinished, isReady } from './pods.ts';

export interface StatefulInput {
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  /** Names of the ControllerRevisions. */
  readonly currentRevision: string;
  readonly updateRevision: string;
  readonly now: number;
}

export type StatefulStep =
  | { readonly type: 'create'; readonly ordinal: number; readonly revision: string; readonly because: string }
  | {
      readonly type: 'delete';
      readonly pod: Pod;
      readonly because: string;
      readonly recreates?: 'failed' | 'terminated';
      readonly scalesDown?: boolean;
    };

export interface StatefulPlan {
  readonly steps: readonly StatefulStep[];
  readonly status: StatefulSetStatus;
}

/** The ordinal at the end of a Pod's name; -1 where it is none of the set's. */
export function ordinalOf(set: StatefulSet, pod: Pod): number {
  const prefix = `${nameOf(set)}-`;
  const text = nameOf(pod).startsWith(prefix) ? nameOf(pod).slice(prefix.length) : '';
  return /^\d+$/.test(text) ? Number(text) : -1;
}

export const isParallel = (set: StatefulSet): boolean => set.spec?.podManagementPolicy === 'Parallel';
export const isRollingSet = (set: StatefulSet): boolean => set.spec?.updateStrategy?.type !== 'OnDelete';
const startOf = (set: StatefulSet): number => set.spec?.ordinals?.start ?? 0;
const revisionOfPod = (pod: Pod): string => labelsOf(pod)[REVISION_HASH] ?? '';

export function planStatefulSet(input: StatefulInput): StatefulPlan {
  const { set, now } = input;
  const start = startOf(set);
  const wanted = set.spec?.replicas ?? 1;
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const available = (pod: Pod): boolean => pod.status?.phase === 'Running' && isAvailable(pod, minReadySeconds, now);
  const byOrdinal = new Map(input.pods.map((pod) => [ordinalOf(set, pod), pod]));
  const condemned = input.pods
    .filter((pod) => ordinalOf(set, pod) >= 0 && (ordinalOf(set, pod) < start || ordinalOf(set, pod) >= start + wanted))
    .sort((a, b) => ordinalOf(set, b) - ordinalOf(set, a));
  const steps: StatefulStep[] = [];
  const counts = countPods(input, available);
  if (!isTerminating(set)) {
    const goesOn =
      planReplicas(input, byOrdinal, available, steps, counts) && planCondemned(input, byOrdinal, condemned, available, steps, counts);
    if (goesOn && isRollingSet(set)) planUpdate(input, byOrdinal, available, steps, counts);
  }
  return { steps, status: statusOf(input, counts) };
}

interface Counts {
  replicas: number;
  ready: number;
  available: number;
  current: number;
  updated: number;
}

function countPods({ set, pods, currentRevision, updateRevision }: StatefulInput, available: (pod: Pod) => boolean): Counts {
  const counts: Counts = { replicas: 0, ready: 0, available: 0, current: 0, updated: 0 };
  for (const pod of pods) {
    if (ordinalOf(set, pod) < 0) continue;
    counts.replicas += 1;
    if (pod.status?.phase === 'Running' && isReady(pod)) counts.ready += 1;
    if (available(pod)) counts.available += 1;
    count(counts, revisionOfPod(pod), currentRevision, updateRevision, isTerminating(pod) ? 0 : 1);
  }
  return counts;
}

function count(counts: Counts, revision: string, currentRevision: string, updateRevision: string, by: number): void {
  if (revision === currentRevision) counts.current += by;
  if (revision === updateRevision) counts.updated += by;
}

/** Ordinals that should be there, lowest first. False: it must wait for one of them. */
function planReplicas(
  input: StatefulInput,
  byOrdinal: ReadonlyMap<number, Pod>,
  available: (pod: Pod) => boolean,
  steps: StatefulStep[],
  counts: Counts,
): boolean {
  const { set } = input;
  const start = startOf(set);
  const inOrder = !isParallel(set);
  for (let ordinal = start; ordinal < start + (set.spec?.replicas ?? 1); ordinal += 1) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) {
      const revision = revisionFor(input, ordinal);
      const because =
        inOrder && ordinal > start
          ? `${nameOf(set)}-${ordinal - 1} is running and ready, so the next one may start.`
          : 'It should be there and is not.';
      steps.push({ type: 'create', ordinal, revision, because });
      counts.replicas += 1;
      count(counts, revision, input.currentRevision, input.updateRevision, 1);
      if (inOrder) return false;
    } else if (isFinished(pod)) {
      if (!isTerminating(pod)) {
        steps.push({
          type: 'delete',
          pod,
          recreates: pod.status?.phase === 'Failed' ? 'failed' : 'terminated',
          because: 'It has ended; a new one takes its name and its volumes.',
        });
      }
      return false;
    } else if (inOrder && (isTerminating(pod) || !available(pod))) return false;
  }
  return true;
}

/** Ordinals that should not be there, highest first. False: one of them is on its way out, or must wait. */
function planCondemned(
  { set, currentRevision, updateRevision, pods }: StatefulInput,
  byOrdinal: ReadonlyMap<number, Pod>,
  condemned: readonly Pod[],
  available: (pod: Pod) => boolean,
  steps: StatefulStep[],
  counts: Counts,
): boolean {
  const inOrder = !isParallel(set);
  const unhealthy = pods
    .filter((pod) => byOrdinal.has(ordinalOf(set, pod)) && (isTerminating(pod) || !available(pod)))
    .sort((a, b) => ordinalOf(set, a) - ordinalOf(set, b))[0];
  for (const pod of condemned) {
    if (isTerminating(pod)) {
      if (inOrder) return false;
      continue;
    }
    if (inOrder && !available(pod) && pod !== unhealthy) return false;
    steps.push({
      type: 'delete',
      pod,
      scalesDown: true,
      because: `Only ${set.spec?.replicas ?? 1} replicas are wanted, and the highest ordinal goes first.`,
    });
    count(counts, revisionOfPod(pod), currentRevision, updateRevision, -1);
    if (inOrder) return false;
  }
  return true;
}

/** The next Pod to replace by one of the new revision. */
function planUpdate(
  input: StatefulInput,
  byOrdinal: ReadonlyMap<number, Pod>,
  available: (pod: Pod) => boolean,
  steps: StatefulStep[],
  counts: Counts,
): void {
  const { set, currentRevision, updateRevision } = input;
  const start = startOf(set);
  const partition = set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  for (let ordinal = start + (set.spec?.replicas ?? 1) - 1; ordinal >= Math.max(start, partition); ordinal -= 1) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) return;
    if (revisionOfPod(pod) !== updateRevision && !isTerminating(pod)) {
      steps.push({ type: 'delete', pod, because: 'The Pod template changed, and Pods are replaced one by one from the highest ordinal.' });
      count(counts, revisionOfPod(pod), currentRevision, updateRevision, -1);
      return;
    }
    if (isTerminating(pod) || !available(pod)) return;
  }
}

/** Below the partition Pods stay, and come back, at the current revision. */
function revisionFor({ set, currentRevision, updateRevision }: StatefulInput, ordinal: number): string {
  if (!isRollingSet(set)) return updateRevision;
  const rolling = set.spec?.updateStrategy?.rollingUpdate;
  const staysBelow = startOf(set) + (rolling === undefined ? (set.status?.currentReplicas ?? 0) : (rolling.partition ?? 0));
  return ordinal < staysBelow ? currentRevision : updateRevision;
}

function statusOf({ set, currentRevision, updateRevision }: StatefulInput, counts: Counts): StatefulSetStatus {
  const isDone = isRollingSet(set) && counts.updated === counts.replicas && counts.ready === counts.replicas;
  const current = isDone ? counts.updated : counts.current;
  return {
    observedGeneration: set.metadata?.generation,
    replicas: counts.replicas,
    ...(counts.ready > 0 && { readyReplicas: counts.ready }),
    ...(current > 0 && { currentReplicas: current }),
    ...(counts.updated > 0 && { updatedReplicas: counts.updated }),
    currentRevision: isDone ? updateRevision : currentRevision,
    updateRevision,
    collisionCount: set.status?.collisionCount ?? 0,
    availableReplicas: counts.available,
    ...(set.status?.conditions !== undefined && { conditions: set.status.conditions }),
  };
}
