/** The working copy of one round of a rollout: ReplicaSets as they will be, and the steps that make them so.
 *  Upstream: pkg/controller/deployment/sync.go */
import { equal } from '../base/json.ts';
import type { Deployment, ReplicaSet } from '../api/generated/types.ts';
import { annotationsOf, nameOf, namespaceOf, ownerReference, withMeta } from '../api/meta.ts';
import { Deployments } from '../api/resources.ts';
import {
  REVISION,
  TEMPLATE_HASH,
  annotationsFor,
  fencePosts,
  findNewSet,
  hasDeadline,
  isRolling,
  oldestFirst,
  replicasOf,
  revisionOf,
  sizeAnnotations,
  sumReplicas,
  templateHash,
} from './replica-sets.ts';
import { conditionIn, newCondition, withCondition } from './rollout-status.ts';

/** `from` is there where the size changes. */
export type RolloutStep =
  | { readonly type: 'create'; readonly replicaSet: ReplicaSet; readonly because: string }
  | { readonly type: 'update'; readonly replicaSet: ReplicaSet; readonly from?: number; readonly because?: string }
  | { readonly type: 'delete'; readonly replicaSet: ReplicaSet };

export interface Draft {
  /** With the conditions and the revision of this round so far. */
  readonly deployment: Deployment;
  sets(): readonly ReplicaSet[];
  oldSets(): readonly ReplicaSet[];
  newSet(): ReplicaSet | undefined;
  setNamed(name: string): ReplicaSet | undefined;
  /** Finds the ReplicaSet of the template, or makes it if told so, and numbers it as the latest revision. */
  syncRevision(mode: 'find' | 'create'): void;
  /** How large the new ReplicaSet may be by now, from the size that it has. */
  newSetSize(has: number): number;
  /** True where the size changes. */
  scale(set: ReplicaSet, to: number, because: string): boolean;
  remove(set: ReplicaSet): void;
  steps(): readonly RolloutStep[];
}

export function createDraft(given: Deployment, before: readonly ReplicaSet[], now: number): Draft {
  const sets = new Map([...before].sort(oldestFirst).map((set) => [nameOf(set), set]));
  const originals = new Map(sets);
  const reasons = new Map<string, string>();
  const touched = new Set<string>(); // In the order in which the changes are to be made.
  const removed: ReplicaSet[] = [];
  let deployment = given;
  let newName = nameOf(findNewSet(given, before) ?? {});
  let created: ReplicaSet | undefined;

  const newSet = (): ReplicaSet | undefined => sets.get(newName);
  const oldSets = (): readonly ReplicaSet[] => [...sets.values()].filter((set) => nameOf(set) !== newName);

  function replace(set: ReplicaSet): void {
    if (sets.get(nameOf(set)) !== set) touched.add(nameOf(set));
    sets.set(nameOf(set), set);
  }

  function progress(reason: string, message: string): void {
    const next = newCondition('Progressing', 'True', reason, message, now);
    deployment = { ...deployment, status: { ...deployment.status, conditions: withCondition(deployment.status?.conditions ?? [], next) } };
  }

  function setRevision(revision: string): void {
    if (annotationsOf(deployment)[REVISION] === revision) return;
    deployment = withMeta(deployment, { annotations: { ...annotationsOf(deployment), [REVISION]: revision } });
  }

  function newSetSize(has: number): number {
    const wanted = replicasOf(deployment);
    if (!isRolling(deployment)) return wanted;
    const room = wanted + fencePosts(deployment).maxSurge - sumReplicas([...sets.values()]);
    return room <= 0 ? has : has + Math.min(room, wanted - has);
  }

  function renumber(set: ReplicaSet, revision: number): void {
    const annotations = annotationsFor(deployment, annotationsOf(set), revision);
    const minReadySeconds = deployment.spec?.minReadySeconds;
    let next = equal(annotations, annotationsOf(set)) ? set : withMeta(set, { annotations });
    if ((set.spec?.minReadySeconds ?? 0) !== (minReadySeconds ?? 0)) next = { ...next, spec: { ...next.spec!, minReadySeconds } };
    replace(next);
    setRevision(annotationsOf(next)[REVISION] ?? '');
    if (hasDeadline(deployment) && conditionIn(deployment.status?.conditions, 'Progressing') === undefined) {
      progress('FoundNewReplicaSet', `Found new replica set "${nameOf(set)}"`);
    }
  }

  function create(revision: number): void {
    const set = newReplicaSet(deployment, revision);
    const sized: ReplicaSet = { ...set, spec: { ...set.spec!, replicas: newSetSize(0) } };
    created = sized;
    newName = nameOf(sized);
    replace(sized);
    reasons.set(
      newName,
      sets.size > 1 ? 'The Pod template changed, and no ReplicaSet has the new one yet.' : 'No ReplicaSet has the Pod template yet.',
    );
    setRevision(String(revision));
    if (hasDeadline(deployment)) progress('NewReplicaSetCreated', `Created new replica set "${newName}"`);
  }

  return {
    get deployment() {
      return deployment;
    },
    sets: () => [...sets.values()],
    oldSets,
    newSet,
    newSetSize,
    setNamed: (name) => sets.get(name),
    syncRevision(mode) {
      const revision = oldSets().reduce((max, set) => Math.max(max, revisionOf(set)), 0) + 1;
      const existing = newSet();
      if (existing !== undefined) {
        if (existing !== created) renumber(existing, revision);
      } else if (mode === 'create') create(revision);
    },
    scale(set, to, because) {
      const from = replicasOf(set);
      const annotations = { ...annotationsOf(set), ...sizeAnnotations(deployment) };
      if (from === to && equal(annotations, annotationsOf(set))) return false;
      replace({ ...withMeta(set, { annotations }), spec: { ...set.spec!, replicas: to } });
      if (from !== to) reasons.set(nameOf(set), because);
      return from !== to;
    },
    remove(set) {
      sets.delete(nameOf(set));
      removed.push(set);
    },
    steps: () => [
      ...stepsTo(
        [...touched].flatMap((name) => sets.get(name) ?? []),
        originals,
        reasons,
      ),
      ...removed.map((replicaSet): RolloutStep => ({ type: 'delete', replicaSet })),
    ],
  };
}

function* stepsTo(
  sets: readonly ReplicaSet[],
  originals: ReadonlyMap<string, ReplicaSet>,
  reasons: ReadonlyMap<string, string>,
): Iterable<RolloutStep> {
  for (const replicaSet of sets) {
    const original = originals.get(nameOf(replicaSet));
    const because = reasons.get(nameOf(replicaSet)) ?? '';
    if (original === undefined) yield { type: 'create', replicaSet, because };
    else if (replicasOf(original) === replicasOf(replicaSet)) yield { type: 'update', replicaSet };
    else yield { type: 'update', replicaSet, from: replicasOf(original), because };
  }
}

/** As yet with no replicas. Its labels, selector and template carry the template's hash, so its Pods are told from its siblings'. */
function newReplicaSet(deployment: Deployment, revision: number): ReplicaSet {
  const template = deployment.spec?.template ?? {};
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [TEMPLATE_HASH]: hash };
  const selector = deployment.spec?.selector ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${nameOf(deployment)}-${hash}`,
      namespace: namespaceOf(deployment),
      labels,
      annotations: { ...annotationsFor(deployment, {}, revision), ...sizeAnnotations(deployment) },
      ownerReferences: [ownerReference(Deployments, deployment)],
    },
    spec: {
      replicas: 0,
      ...(deployment.spec?.minReadySeconds && { minReadySeconds: deployment.spec.minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [TEMPLATE_HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
