/** Which Pods a controller gives up first when it has too many. In this order:
 *
 *    not on a node yet  <  on a node
 *    Pending  <  Unknown  <  Running
 *    not ready  <  ready
 *    lower pod-deletion-cost  <  higher
 *    more Pods of the same owner on its node  <  fewer
 *    ready for a shorter time (in powers of two)  <  longer
 *    more restarts  <  fewer
 *    younger (in powers of two)  <  older
 *
 *  Upstream: pkg/controller/controller_utils.go, ActivePodsWithRanks */
import type { Pod } from '../api/generated/types.ts';
import { annotationsOf, uidOf } from '../api/meta.ts';
import { createdAt, isActive, isReady, readySince, restartsOf } from './pods.ts';

export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

interface Ranked {
  readonly pod: Pod;
  readonly unassigned: number;
  readonly phase: number;
  readonly ready: number;
  readonly cost: number;
  readonly colocated: number;
  readonly readyAgeLog: number | undefined;
  readonly containerRestarts: number;
  readonly sidecarRestarts: number;
  readonly ageLog: number;
}

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** `related` are the Pods that share the load with these: those of all ReplicaSets of one Deployment. */
export function rankForDeletion(pods: readonly Pod[], related: readonly Pod[], now: number): readonly Pod[] {
  const onNode = new Map<string, number>();
  for (const pod of related) {
    if (!isActive(pod)) continue;
    const node = pod.spec?.nodeName ?? '';
    onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  const ranked = pods.map((pod): Ranked => {
    const since = readySince(pod);
    const restarts = restartsOf(pod);
    return {
      pod,
      unassigned: (pod.spec?.nodeName ?? '') === '' ? 0 : 1,
      phase: PHASES[pod.status?.phase ?? 'Pending'] ?? 0,
      ready: isReady(pod) ? 1 : 0,
      cost: deletionCost(pod),
      colocated: onNode.get(pod.spec?.nodeName ?? '') ?? 0,
      readyAgeLog: since === undefined ? undefined : ageLog(now - since),
      containerRestarts: restarts.containers,
      sidecarRestarts: restarts.sidecars,
      ageLog: ageLog(now - createdAt(pod)),
    };
  });
  return ranked.sort(compare).map((each) => each.pod);
}

function compare(a: Ranked, b: Ranked): number {
  if (a.unassigned !== b.unassigned) return a.unassigned - b.unassigned;
  if (a.phase !== b.phase) return a.phase - b.phase;
  if (a.ready !== b.ready) return a.ready - b.ready;
  if (a.cost !== b.cost) return a.cost - b.cost;
  if (a.colocated !== b.colocated) return b.colocated - a.colocated;
  if (a.readyAgeLog !== undefined && b.readyAgeLog !== undefined) {
    const [readyA, readyB] = [readySince(a.pod), readySince(b.pod)];
    if (readyA !== readyB) return a.readyAgeLog - b.readyAgeLog || byUid(a.pod, b.pod);
  }
  if (a.containerRestarts !== b.containerRestarts) return b.containerRestarts - a.containerRestarts;
  if (a.sidecarRestarts !== b.sidecarRestarts) return b.sidecarRestarts - a.sidecarRestarts;
  if (createdAt(a.pod) !== createdAt(b.pod)) return a.ageLog - b.ageLog || byUid(a.pod, b.pod);
  return 0;
}

function byUid(a: Pod, b: Pod): number {
  if (uidOf(a) === uidOf(b)) return 0;
  return uidOf(a) < uidOf(b) ? -1 : 1;
}

function deletionCost(pod: Pod): number {
  const text = annotationsOf(pod)[DELETION_COST] ?? '0';
  return /^-?\d+$/.test(text) ? Number(text) : 0;
}

/** The whole part of the base-two logarithm of an age in nanoseconds; -1 for no age. Exact, by halving. */
function ageLog(ageMs: number): number {
  let nanos = ageMs * 1e6;
  if (!(nanos > 0)) return -1;
  let log = 0;
  while (nanos >= 2) {
    nanos /= 2;
    log += 1;
  }
  return log;
}

/** In words a learner understands, why this Pod went before the others. */
export function deletionReason(pod: Pod): string {
  if ((pod.spec?.nodeName ?? '') === '') return 'it has no node yet';
  if (pod.status?.phase === 'Pending') return 'it has not started yet';
  if (!isReady(pod)) return 'it is not ready';
  if (deletionCost(pod) !== 0) return 'its pod-deletion-cost is the lowest';
  return 'it shares its node with more of its kind, or has been ready for the shortest time';
}
