/** Deployments: rolls ReplicaSets from one template to the next as rollout.ts plans it.
 *  Upstream: pkg/controller/deployment/{deployment_controller,sync}.go */
import { isReason, ApiError } from '../api/errors.ts';
import type { Deployment, DeploymentStatus, Pod, ReplicaSet } from '../api/generated/types.ts';
import { controllerOf, isControlledBy, keyOf, labelsOf, nameOf, namespaceOf, uidOf } from '../api/meta.ts';
import { Deployments, Pods, ReplicaSets } from '../api/resources.ts';
import { matchesLabelSelector } from '../api/selectors.ts';
import type { Controller, ControllerContext, Requeue } from '../client/controller.ts';
import { claim } from './claim.ts';
import { isNamespaceTerminating } from './pod-control.ts';
import { hasDeadline, isRolling, replicasOf, revisionOf, sameTemplate } from './replica-sets.ts';
import { planRollout } from './rollout.ts';
import type { RolloutStep } from './rollout-draft.ts';
import { newCondition, withCondition } from './rollout-status.ts';
import { plural } from './words.ts';

const NAME = 'deployment-controller';

export function createDeploymentController(context: ControllerContext): Controller {
  const { world, client, recorder } = context;
  const deployments = context.informer(Deployments);
  const replicaSets = context.informer(ReplicaSets);
  const pods = context.informer(Pods);
  replicaSets.addIndex('orphans', (set) => (controllerOf(set) === undefined ? [namespaceOf(set)] : []));

  /** The last old Pod is gone: a Recreate rollout goes on. */
  pods.onChange(({ type, object }) => {
    if (type !== 'delete') return;
    const set = replicaSetOf(object);
    const deployment = set && deploymentOf(set);
    if (deployment !== undefined && !isRolling(deployment) && podsOf(deployment).length === 0) context.enqueue(keyOf(deployment));
  });

  function replicaSetOf(pod: Pod): ReplicaSet | undefined {
    const owner = controllerOf(pod);
    const set = owner?.kind === 'ReplicaSet' ? replicaSets.get(`${namespaceOf(pod)}/${owner.name}`) : undefined;
    return set !== undefined && uidOf(set) === owner?.uid ? set : undefined;
  }

  function deploymentOf(set: ReplicaSet): Deployment | undefined {
    const owner = controllerOf(set);
    const deployment = owner?.kind === 'Deployment' ? deployments.get(`${namespaceOf(set)}/${owner.name}`) : undefined;
    return deployment !== undefined && uidOf(deployment) === owner?.uid ? deployment : undefined;
  }

  const setsOf = (deployment: Deployment): readonly ReplicaSet[] => replicaSets.list({ name: 'controller', value: uidOf(deployment) });
  const podsOf = (deployment: Deployment): readonly Pod[] =>
    setsOf(deployment).flatMap((set) => pods.list({ name: 'controller', value: uidOf(set) }));

  function deploymentsWanting(set: ReplicaSet): readonly string[] {
    if (controllerOf(set) !== undefined) return [];
    const inNamespace = deployments.list({ name: 'namespace', value: namespaceOf(set) });
    return inNamespace.filter((deployment) => matchesLabelSelector(deployment.spec?.selector, labelsOf(set))).map(keyOf);
  }

  async function reconcile(key: string): Promise<Requeue | void> {
    const deployment = deployments.get(key);
    if (deployment === undefined) return;
    const claimed = await claim({
      client,
      resource: ReplicaSets,
      ownerResource: Deployments,
      owner: deployment,
      matches: (labels) => matchesLabelSelector(deployment.spec?.selector, labels),
      candidates: [...setsOf(deployment), ...replicaSets.list({ name: 'orphans', value: namespaceOf(deployment) })],
    });
    const plan = planRollout({
      deployment,
      replicaSets: claimed,
      now: world.clock.now(),
      pods: isRolling(deployment) ? [] : podsOf(deployment),
    });
    for (const step of plan.steps) await carryOut(deployment, step);
    if (plan.deployment !== deployment) await writeStatus(plan.deployment);
    else if (plan.againAfterMs !== undefined) return { afterMs: plan.againAfterMs };
  }

  async function carryOut(deployment: Deployment, step: RolloutStep): Promise<void> {
    const { replicaSet } = step;
    if (step.type === 'create') return create(deployment, replicaSet, step.because);
    if (step.type === 'delete') return remove(deployment, replicaSet);
    await client.update(ReplicaSets, replicaSet);
    if (step.from !== undefined) tellScaled(deployment, replicaSet, step.from, step.because ?? '');
  }

  async function create(deployment: Deployment, replicaSet: ReplicaSet, because: string): Promise<void> {
    try {
      await client.create(ReplicaSets, replicaSet);
    } catch (error) {
      if (isReason(error, 'AlreadyExists')) return resolveCollision(deployment, replicaSet, error);
      if (error instanceof ApiError && !isNamespaceTerminating(error)) await tellCreateError(deployment, replicaSet, error);
      throw error;
    }
    const size = replicasOf(replicaSet);
    trace(deployment, `made ReplicaSet ${nameOf(replicaSet)} for ${plural(size, 'Pod')}`, because, {
      replicaSet: nameOf(replicaSet),
      revision: revisionOf(replicaSet),
    });
    if (size > 0)
      recorder.event(
        Deployments,
        deployment,
        'Normal',
        'ScalingReplicaSet',
        `Scaled up replica set ${nameOf(replicaSet)} from 0 to ${size}`,
      );
  }

  /** The name is taken: by our own ReplicaSet that the informer has not shown yet, or by a template of the same hash. */
  async function resolveCollision(deployment: Deployment, replicaSet: ReplicaSet, error: ApiError): Promise<void> {
    const existing = await client.get(ReplicaSets, nameOf(replicaSet), namespaceOf(replicaSet));
    if (isControlledBy(existing, deployment) && sameTemplate(existing.spec?.template, replicaSet.spec?.template)) return;
    await writeStatus({ ...deployment, status: { ...deployment.status, collisionCount: (deployment.status?.collisionCount ?? 0) + 1 } });
    throw error;
  }

  async function tellCreateError(deployment: Deployment, replicaSet: ReplicaSet, error: ApiError): Promise<void> {
    const message = `Failed to create new replica set "${nameOf(replicaSet)}": ${error.message}`;
    recorder.event(Deployments, deployment, 'Warning', 'ReplicaSetCreateError', message);
    if (!hasDeadline(deployment)) return;
    const condition = newCondition('Progressing', 'False', 'ReplicaSetCreateError', message, world.clock.now());
    const status: DeploymentStatus = { ...deployment.status, conditions: withCondition(deployment.status?.conditions ?? [], condition) };
    await writeStatus({ ...deployment, status });
  }

  async function remove(deployment: Deployment, replicaSet: ReplicaSet): Promise<void> {
    try {
      await client.delete(ReplicaSets, nameOf(replicaSet), namespaceOf(replicaSet), { preconditions: { uid: uidOf(replicaSet) } });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
    const limit = deployment.spec?.revisionHistoryLimit ?? 10;
    trace(
      deployment,
      `deleted ReplicaSet ${nameOf(replicaSet)}`,
      `Only ${plural(limit, 'old revision')} are kept, and this one is the oldest.`,
      { limit },
    );
  }

  /** The status subresource takes metadata too: this is how the revision comes onto the Deployment. */
  async function writeStatus(deployment: Deployment): Promise<void> {
    await client.updateStatus(Deployments, deployment);
  }

  function tellScaled(deployment: Deployment, replicaSet: ReplicaSet, from: number, because: string): void {
    const to = replicasOf(replicaSet);
    const direction = to > from ? 'up' : 'down';
    const name = nameOf(replicaSet);
    trace(deployment, `scaled ReplicaSet ${name} ${direction} from ${from} to ${to}`, because, { replicaSet: name, from, to });
    recorder.event(Deployments, deployment, 'Normal', 'ScalingReplicaSet', `Scaled ${direction} replica set ${name} from ${from} to ${to}`);
  }

  function trace(deployment: Deployment, did: string, because: string, facts: Readonly<Record<string, unknown>>): void {
    const object = { resource: 'deployments', namespace: namespaceOf(deployment), name: nameOf(deployment), uid: uidOf(deployment) };
    world.trace({ type: 'decision', actor: NAME, object, did, because, facts });
  }

  return {
    name: NAME,
    for: Deployments,
    owns: [ReplicaSets],
    watches: [{ resource: ReplicaSets, toKeys: (object) => deploymentsWanting(object as ReplicaSet) }],
    reconcile,
  };
}
