/** The decision of a ReplicaSet and of a ReplicationController: how many Pods to make, or which to delete, and what the
 *  status says. Pure.
 *  Upstream: pkg/controller/replicaset/{replica_set,replica_set_utils}.go */
import { rfc3339 } from '../base/time.ts';
import type { Pod, ReplicaSetCondition, ReplicaSetStatus } from '../api/generated/types.ts';
import { labelsOf } from '../api/meta.ts';
import { rankForDeletion } from './deletion-rank.ts';
import { isAvailable, isReady } from './pods.ts';

/** At most so many Pods are made or deleted in one go. */
const BURST_MAX = 500;

export type ReplicaPlan =
  | { readonly action: 'none' }
  | { readonly action: 'create'; readonly count: number }
  | { readonly action: 'delete'; readonly pods: readonly Pod[] };

/** `active` are the owner's Pods that count; `related` those that share the load with them. */
export function planReplicas(wanted: number, active: readonly Pod[], related: readonly Pod[], now: number): ReplicaPlan {
  const surplus = active.length - wanted;
  if (surplus === 0) return { action: 'none' };
  if (surplus < 0) return { action: 'create', count: Math.min(-surplus, BURST_MAX) };
  const count = Math.min(surplus, BURST_MAX);
  return { action: 'delete', pods: count < active.length ? rankForDeletion(active, related, now).slice(0, count) : active };
}

export interface ReplicaStatusInput {
  readonly old: ReplicaSetStatus;
  readonly generation: number;
  readonly active: readonly Pod[];
  readonly templateLabels: Readonly<Record<string, string>>;
  readonly minReadySeconds: number;
  /** What went wrong in making or deleting Pods in this round. */
  readonly failure?: { readonly reason: 'FailedCreate' | 'FailedDelete'; readonly message: string };
  readonly now: number;
}

export function computeReplicaStatus(input: ReplicaStatusInput): ReplicaSetStatus {
  const { old, active, now } = input;
  const wantedLabels = Object.entries(input.templateLabels);
  let fullyLabeled = 0;
  let ready = 0;
  let available = 0;
  for (const pod of active) {
    const labels = labelsOf(pod);
    if (wantedLabels.every(([key, value]) => labels[key] === value)) fullyLabeled += 1;
    if (isReady(pod)) ready += 1;
    if (isAvailable(pod, input.minReadySeconds, now)) available += 1;
  }
  const conditions = failureConditions(old.conditions ?? [], input.failure, now);
  return {
    replicas: active.length,
    ...(fullyLabeled > 0 && { fullyLabeledReplicas: fullyLabeled }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    observedGeneration: input.generation,
    ...(conditions.length > 0 && { conditions }),
  };
}

/** A failure stays as it was first told; the first round without one clears it. */
function failureConditions(
  old: readonly ReplicaSetCondition[],
  failure: ReplicaStatusInput['failure'],
  now: number,
): readonly ReplicaSetCondition[] {
  const others = old.filter((condition) => condition.type !== 'ReplicaFailure');
  if (failure === undefined) return others;
  if (others.length < old.length) return old;
  return [
    ...others,
    { type: 'ReplicaFailure', status: 'True', lastTransitionTime: rfc3339(now), reason: failure.reason, message: failure.message },
  ];
}
