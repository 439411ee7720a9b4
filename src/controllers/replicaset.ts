/** ReplicaSets and ReplicationControllers: as many Pods of one template as wanted, neither more nor fewer.
 *  Upstream: pkg/controller/replicaset/replica_set.go */
import { equal } from '../base/json.ts';
import { isReason } from '../api/errors.ts';
import type { Pod, PodTemplateSpec, ReplicaSetStatus } from '../api/generated/types.ts';
import { controllerOf, isTerminating, joinKey, keyOf, labelsOf, nameOf, namespaceOf, ownerReference, uidOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { apiVersionOf, Pods, ReplicaSets, ReplicationControllers } from '../api/resources.ts';
import { matchesLabelSelector, matchesMap } from '../api/selectors.ts';
import type { Controller, ControllerContext, Requeue } from '../client/controller.ts';
import { createExpectations } from '../client/expectations.ts';
import { claim } from './claim.ts';
import { deletionReason } from './deletion-rank.ts';
import { createPodControl, isNamespaceTerminating } from './pod-control.ts';
import { isActive, nextAvailableInMs, podFromTemplate, podNamePrefix } from './pods.ts';
import { computeReplicaStatus, planReplicas, type ReplicaPlan } from './replicas.ts';
import { slowStart } from './slow-start.ts';
import { plural } from './words.ts';

/** What the two kinds have in common, whatever their fields are called. */
interface ReplicaOwner extends KubeObject {
  readonly spec?: { readonly replicas?: number; readonly minReadySeconds?: number; readonly template?: PodTemplateSpec };
  readonly status?: ReplicaSetStatus;
}

interface ReplicaKind<T extends ReplicaOwner> {
  readonly name: string;
  readonly resource: Resource<T>;
  readonly matcherOf: (owner: T) => (labels: Readonly<Record<string, string>>) => boolean;
}

export const createReplicaSetController = (context: ControllerContext): Controller =>
  createReplicaController(context, {
    name: 'replicaset-controller',
    resource: ReplicaSets,
    matcherOf: (owner) => (labels) => matchesLabelSelector(owner.spec?.selector, labels),
  });

/** A ReplicationController selects by equality only; an empty selector selects nothing. */
export const createReplicationController = (context: ControllerContext): Controller =>
  createReplicaController(context, {
    name: 'replication-controller',
    resource: ReplicationControllers,
    matcherOf: (owner) => (labels) => matchesMap(owner.spec?.selector, labels),
  });

function createReplicaController<T extends ReplicaOwner>(context: ControllerContext, kind: ReplicaKind<T>): Controller {
  const { world, client, recorder } = context;
  const owners = context.informer(kind.resource);
  const pods = context.informer(Pods);
  const podControl = createPodControl(client, recorder, kind.resource);
  const expectations = createExpectations(world.clock);
  const apiVersion = apiVersionOf(kind.resource);
  const actor = kind.name;
  pods.addIndex('orphans', (pod) => (controllerOf(pod) === undefined ? [namespaceOf(pod)] : []));
  observePods();

  function observePods(): void {
    pods.onChange(({ type, object }) => {
      const owner = controllerOf(object);
      if (owner === undefined || owner.kind !== kind.resource.kind || owner.apiVersion !== apiVersion) return;
      const key = joinKey(namespaceOf(object), owner.name);
      if (type === 'delete' || isTerminating(object)) expectations.deletionObserved(key, keyOf(object));
      else if (type === 'add') expectations.creationObserved(key);
    });
  }

  /** A Pod without controller may be what an owner is looking for. */
  function ownersWanting(pod: Pod, old: Pod | undefined): readonly string[] {
    if (controllerOf(pod) !== undefined) return [];
    if (old !== undefined && controllerOf(old) === undefined && equal(labelsOf(old), labelsOf(pod))) return [];
    const wanting = owners.list({ name: 'namespace', value: namespaceOf(pod) }).filter((owner) => kind.matcherOf(owner)(labelsOf(pod)));
    return wanting.map(keyOf);
  }

  const podsOf = (owner: KubeObject): readonly Pod[] => pods.list({ name: 'controller', value: uidOf(owner) });

  /** The Pods of all owners with the same controller: a Deployment's ReplicaSets share their load. */
  function relatedPods(owner: T): readonly Pod[] {
    const controller = controllerOf(owner);
    if (controller === undefined) return podsOf(owner);
    return owners.list({ name: 'controller', value: controller.uid }).flatMap(podsOf);
  }

  async function reconcile(key: string): Promise<Requeue | void> {
    const owner = owners.get(key);
    if (owner === undefined) {
      expectations.forget(key);
      return;
    }
    const mayManage = expectations.satisfied(key) && !isTerminating(owner);
    const claimed = await claim({
      client,
      resource: Pods,
      ownerResource: kind.resource,
      owner,
      matches: kind.matcherOf(owner),
      candidates: [...podsOf(owner), ...pods.list({ name: 'orphans', value: namespaceOf(owner) })],
    });
    const active = claimed.filter(isActive);
    const outcome = mayManage ? await manage(key, owner, active) : {};
    const status = await writeStatus(owner, active, outcome);
    if (outcome.error !== undefined && !isNamespaceTerminating(outcome.error)) throw outcome.error;
    const minReadySeconds = owner.spec?.minReadySeconds ?? 0;
    if (status.readyReplicas !== status.availableReplicas) {
      const afterMs = nextAvailableInMs(active, minReadySeconds, world.clock.now());
      if (afterMs !== undefined) return { afterMs };
    }
  }

  async function manage(key: string, owner: T, active: readonly Pod[]): Promise<Outcome> {
    const plan = planReplicas(owner.spec?.replicas ?? 1, active, relatedPods(owner), world.clock.now());
    tell(owner, active, plan);
    if (plan.action === 'create') return createPods(key, owner, plan.count);
    if (plan.action === 'delete') return deletePods(key, owner, plan.pods);
    return {};
  }

  async function createPods(key: string, owner: T, count: number): Promise<Outcome> {
    const blank = podFromTemplate(owner.spec?.template ?? {}, namespaceOf(owner));
    const metadata = {
      ...blank.metadata,
      generateName: podNamePrefix(nameOf(owner)),
      ownerReferences: [ownerReference(kind.resource, owner)],
    };
    const pod: Pod = { ...blank, metadata };
    expectations.expect(key, count, []);
    const { made, error } = await slowStart(count, async () => void (await podControl.create(pod, owner)));
    for (let missing = count - made; missing > 0; missing -= 1) expectations.creationObserved(key);
    return error === undefined ? {} : { error, reason: 'FailedCreate' };
  }

  async function deletePods(key: string, owner: T, doomed: readonly Pod[]): Promise<Outcome> {
    expectations.expect(key, 0, doomed.map(keyOf));
    const results = await Promise.allSettled(
      doomed.map(async (pod) => {
        if (!(await deleted(key, pod, owner))) expectations.deletionObserved(key, keyOf(pod));
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    return failed === undefined ? {} : { error: failed.reason, reason: 'FailedDelete' };
  }

  async function deleted(key: string, pod: Pod, owner: T): Promise<boolean> {
    try {
      return await podControl.delete(pod, owner);
    } catch (error) {
      expectations.deletionObserved(key, keyOf(pod));
      throw error;
    }
  }

  async function writeStatus(owner: T, active: readonly Pod[], outcome: Outcome): Promise<ReplicaSetStatus> {
    const old: ReplicaSetStatus = owner.status ?? { replicas: 0 };
    const message = outcome.error instanceof Error ? outcome.error.message : '';
    const status = computeReplicaStatus({
      old,
      active,
      generation: owner.metadata?.generation ?? 0,
      templateLabels: owner.spec?.template?.metadata?.labels ?? {},
      minReadySeconds: owner.spec?.minReadySeconds ?? 0,
      now: world.clock.now(),
      ...(outcome.reason !== undefined && !isNamespaceTerminating(outcome.error) && { failure: { reason: outcome.reason, message } }),
    });
    if (equal(old, status)) return status;
    await updateStatus(owner, status);
    return status;
  }

  /** Another writer may just have scaled it: the status goes onto the fresh object once, else the key comes again. */
  async function updateStatus(owner: T, status: ReplicaSetStatus): Promise<void> {
    try {
      await client.updateStatus(kind.resource, { ...owner, status });
    } catch (error) {
      if (isReason(error, 'NotFound')) return;
      if (!isReason(error, 'Conflict')) throw error;
      const fresh = await client.get(kind.resource, nameOf(owner), namespaceOf(owner));
      await client.updateStatus(kind.resource, { ...fresh, status });
    }
  }

  function tell(owner: T, active: readonly Pod[], plan: ReplicaPlan): void {
    if (plan.action === 'none') return;
    const object = { resource: kind.resource.plural, namespace: namespaceOf(owner), name: nameOf(owner), uid: uidOf(owner) };
    const wanted = owner.spec?.replicas ?? 1;
    const has = `It wants ${plural(wanted, 'Pod')} and has ${active.length}`;
    if (plan.action === 'create') {
      world.trace({
        type: 'decision',
        actor,
        object,
        did: `made ${plural(plan.count, 'Pod')}`,
        because: `${has}.`,
        facts: { wanted, has: active.length },
      });
      return;
    }
    for (const pod of plan.pods) {
      const because = wanted === 0 ? `${has}.` : `${has}; this one goes first, because ${deletionReason(pod)}.`;
      world.trace({
        type: 'decision',
        actor,
        object,
        did: `deleted Pod ${nameOf(pod)}`,
        because,
        facts: { wanted, has: active.length, pod: nameOf(pod) },
      });
    }
  }

  return {
    name: kind.name,
    for: kind.resource as Resource,
    owns: [Pods],
    watches: [{ resource: Pods, toKeys: (object, old) => ownersWanting(object as Pod, old as Pod | undefined) }],
    reconcile,
  };
}

interface Outcome {
  readonly error?: unknown;
  readonly reason?: 'FailedCreate' | 'FailedDelete';
}
