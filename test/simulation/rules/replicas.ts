/** Never more Pods than allowed, in the two steps in which Kubernetes keeps it: a ReplicaSet never makes a Pod beyond what it was
 *  asked for, and a Deployment never asks its ReplicaSets for more than replicas and surge. (The sum of Pods may be above
 *  that for a moment in Kubernetes too: a Pod that is told to go and its successor are asked for at once.) */
import type { Deployment, Pod, ReplicaSet } from '../../../src/api/generated/types.ts';
import { controllerOf } from '../../../src/api/meta.ts';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../rule.ts';
import type { Accuse, Rule, Staleness } from '../rule.ts';

/** maxSurge as a count: percentages are rounded up. Computed in whole numbers, apart from the product's way. */
export function surgeOf(deployment: Deployment): number {
  const replicas = deployment.spec?.replicas ?? 1;
  const { type, rollingUpdate } = deployment.spec?.strategy ?? {};
  if (type === 'Recreate') return 0;
  const surge = rollingUpdate?.maxSurge ?? '25%';
  if (typeof surge === 'number') return surge;
  return Math.floor((Number(surge.replace('%', '')) * replicas + 99) / 100);
}

interface Wish { readonly count: number; readonly atMs: number }

/** What was wished for, and when. */
class Wishes {
  readonly #of = new Map<string, Wish[]>();

  constructor(private readonly staleness: Staleness) {}

  remember(uid: string, count: number, atMs: number): void {
    const list = this.#of.get(uid) ?? [];
    if (list.at(-1)?.count !== count) list.push({ count, atMs });
    this.#of.set(uid, list);
  }

  /** The most that somebody may rightly believe now; undefined: nothing is known. */
  most(uid: string, nowMs: number): number | undefined {
    const list = this.#of.get(uid);
    if (!list) return undefined;
    const sinceMs = this.staleness.sinceMs(nowMs);
    return Math.max(...list.filter((_, index) => (list[index + 1]?.atMs ?? Infinity) >= sinceMs).map(({ count }) => count));
  }
}

const isActive = (pod: Pod): boolean => !pod.metadata?.deletionTimestamp && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
const ownerUid = (pod: Pod | undefined): string | undefined => {
  const owner = pod && isActive(pod) ? controllerOf(pod) : undefined;
  return owner?.kind === 'ReplicaSet' ? owner.uid : undefined;
};

export function replicasRule(accuse: Accuse, staleness: Staleness): Rule {
  const sets = new Wishes(staleness);
  const deployments = new Wishes(staleness);
  const podsOf = new Map<string, Set<string>>();
  /** Deployment uid to its ReplicaSets' sizes. */
  const sizes = new Map<string, Map<string, number>>();

  function seePod(key: string, before: Pod | undefined, pod: Pod | undefined, nowMs: number): void {
    const was = ownerUid(before);
    const is = ownerUid(pod);
    if (was === is && before?.metadata?.uid === pod?.metadata?.uid) return;
    if (was !== undefined) podsOf.get(was)?.delete(key);
    if (is === undefined) return;
    const pods = (podsOf.get(is) ?? new Set()).add(key);
    podsOf.set(is, pods);
    const allowed = sets.most(is, nowMs) ?? 0;
    if (!before && pods.size > allowed) accuse('a ReplicaSet has no more Pods than asked for', `${key} is the ${pods.size}th, ${allowed} are asked for`);
  }

  function seeSet(before: ReplicaSet | undefined, set: ReplicaSet | undefined, nowMs: number): void {
    const uid = (set ?? before)?.metadata?.uid ?? '';
    const replicas = set ? set.spec?.replicas ?? 1 : 0;
    sets.remember(uid, replicas, nowMs);
    const was = before && controllerOf(before)?.uid;
    const owner = set && controllerOf(set)?.uid;
    if (was !== undefined && was !== owner) sizes.get(was)?.delete(uid);
    if (owner === undefined) return;
    const siblings = (sizes.get(owner) ?? new Map<string, number>()).set(uid, replicas);
    sizes.set(owner, siblings);
    // Adoption brings what it brings; only who asks for more is to blame.
    const grew = was === owner || !before ? replicas > (before?.spec?.replicas ?? 0) : false;
    const total = [...siblings.values()].reduce((sum, size) => sum + size, 0);
    const allowed = deployments.most(owner, nowMs) ?? 0;
    if (grew && total > allowed) {
      accuse('a Deployment asks for no more Pods than replicas and surge', `${set?.metadata?.name} grew to ${replicas}, which makes ${total}; ${allowed} are allowed`);
    }
  }

  return ({ key, before, object, nowMs }) => {
    if (key.startsWith(PODS)) seePod(key, before as Pod | undefined, object as Pod | undefined, nowMs);
    else if (key.startsWith(REPLICA_SETS)) seeSet(before as ReplicaSet | undefined, object as ReplicaSet | undefined, nowMs);
    else if (key.startsWith(DEPLOYMENTS)) {
      const deployment = object as Deployment | undefined;
      const uid = (object ?? before)?.metadata?.uid ?? '';
      deployments.remember(uid, deployment ? (deployment.spec?.replicas ?? 1) + surgeOf(deployment) : 0, nowMs);
    }
  };
}
