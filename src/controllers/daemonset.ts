/** DaemonSets: one Pod on every node that suits.
 *  Upstream: pkg/controller/daemon/daemon_controller.go */
import { equal } from '../base/json.ts';
import { isReason } from '../api/errors.ts';
import type { ControllerRevision, DaemonSet, Node, Pod } from '../api/generated/types.ts';
import { controllerOf, isTerminating, keyOf, labelsOf, nameOf, namespaceOf, ownerReference, uidOf } from '../api/meta.ts';
import { ControllerRevisions, DaemonSets, Nodes, Pods } from '../api/resources.ts';
import { matchesLabelSelector } from '../api/selectors.ts';
import { createBackOff } from '../client/back-off.ts';
import type { Controller, ControllerContext, Requeue } from '../client/controller.ts';
import { createExpectations } from '../client/expectations.ts';
import { claim } from './claim.ts';
import {
  createRevision,
  hashOf,
  isSameRevision,
  newRevision,
  renumberRevision,
  REVISION_HASH,
  trimRevisions,
} from './controller-revisions.ts';
import {
  computeDaemonStatus,
  planDaemons,
  planDaemonUpdate,
  podFor,
  suits,
  targetNodeOf,
  templateFor,
  type DaemonInput,
  type DaemonPlan,
} from './daemonset-plan.ts';
import { groupBy } from './group-by.ts';
import { createPodControl, isNamespaceTerminating } from './pod-control.ts';
import { isFinished, nextAvailableInMs, podNamePrefix } from './pods.ts';
import { slowStart } from './slow-start.ts';

const NAME = 'daemonset-controller';
const BURST_MAX = 250;
const FAILED_BACK_OFF = { firstMs: 1000, longestMs: 900_000 };

export function createDaemonSetController(context: ControllerContext): Controller {
  const { world, client, recorder } = context;
  const sets = context.informer(DaemonSets);
  const pods = context.informer(Pods);
  const nodes = context.informer(Nodes);
  const revisions = context.informer(ControllerRevisions);
  const podControl = createPodControl(client, recorder, DaemonSets);
  const expectations = createExpectations(world.clock);
  const backOff = createBackOff(FAILED_BACK_OFF);
  const retryAt = new Map<string, number>();
  pods.addIndex('orphans', (pod) => (controllerOf(pod) === undefined ? [namespaceOf(pod)] : []));
  pods.onChange(({ type, object }) => {
    const owner = controllerOf(object);
    if (owner?.kind !== 'DaemonSet') return;
    const key = `${namespaceOf(object)}/${owner.name}`;
    if (type === 'delete' || isTerminating(object)) expectations.deletionObserved(key, keyOf(object));
    else if (type === 'add') expectations.creationObserved(key);
  });

  async function reconcile(key: string): Promise<Requeue | void> {
    const set = sets.get(key);
    if (set === undefined) return expectations.forget(key);
    if (isTerminating(set)) return;
    if (equal(set.spec?.selector ?? {}, {})) {
      recorder.event(
        DaemonSets,
        set,
        'Warning',
        'SelectingAll',
        'This daemon set is selecting all pods. A non-empty selector is required.',
      );
      return;
    }
    const { current, old } = await syncRevisions(set);
    const hash = hashOf(current, REVISION_HASH);
    const podsOn = await podsByNode(set);
    const input: DaemonInput = { set, nodes: nodes.list(), podsOn, hash, now: world.clock.now() };
    const mayManage = expectations.satisfied(key);
    if (mayManage) {
      await carryOut(key, input, planDaemons(input), 'Every node that suits the DaemonSet runs one of its Pods.');
      const isRolling = set.spec?.updateStrategy?.type !== 'OnDelete';
      if (isRolling && expectations.satisfied(key))
        await carryOut(key, input, planDaemonUpdate(input), 'The Pod template changed, and the update goes from node to node.');
      await trimRevisions(client, old, revisionsInUse(podsOn, old), set.spec?.revisionHistoryLimit ?? 10);
    }
    await writeStatus(set, input, mayManage);
    const afterMs = nextAvailableInMs([...podsOn.values()].flat(), set.spec?.minReadySeconds ?? 0, world.clock.now());
    if (afterMs !== undefined) return { afterMs };
  }

  async function syncRevisions(
    set: DaemonSet,
  ): Promise<{ readonly current: ControllerRevision; readonly old: readonly ControllerRevision[] }> {
    const all = revisions.list({ name: 'controller', value: uidOf(set) });
    const highest = all.reduce((max, each) => Math.max(max, each.revision), 0);
    const next = newRevision(DaemonSets, set, highest + 1, REVISION_HASH);
    const same = all.find((each) => isSameRevision(each, next));
    const old = all.filter((each) => each !== same);
    if (same !== undefined) return { current: same.revision < highest ? await renumberRevision(client, same, highest + 1) : same, old };
    const made = await createRevision(client, set, next);
    if (made !== undefined) return { current: made, old };
    const collisionCount = (set.status?.collisionCount ?? 0) + 1;
    const status = {
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
      ...set.status,
      collisionCount,
    };
    await client.updateStatus(DaemonSets, { ...set, status });
    return { current: next, old };
  }

  const revisionsInUse = (podsOn: ReadonlyMap<string, readonly Pod[]>, old: readonly ControllerRevision[]): ReadonlySet<string> => {
    const hashes = new Set([...podsOn.values()].flat().map((pod) => labelsOf(pod)[REVISION_HASH]));
    return new Set(old.filter((each) => hashes.has(hashOf(each, REVISION_HASH))).map(nameOf));
  };

  async function podsByNode(set: DaemonSet): Promise<ReadonlyMap<string, readonly Pod[]>> {
    const claimed = await claim({
      client,
      resource: Pods,
      ownerResource: DaemonSets,
      owner: set,
      matches: (labels) => matchesLabelSelector(set.spec?.selector, labels),
      candidates: [...pods.list({ name: 'controller', value: uidOf(set) }), ...pods.list({ name: 'orphans', value: namespaceOf(set) })],
    });
    const placed = claimed.filter((pod) => targetNodeOf(pod) !== undefined && !(isFinished(pod) && isTerminating(pod)));
    return groupBy(placed, (pod) => targetNodeOf(pod)!);
  }

  async function carryOut(key: string, input: DaemonInput, plan: DaemonPlan, because: string): Promise<void> {
    const { set } = input;
    const remove = plan.remove.filter((pod) => !plan.ended.includes(pod) || mayRemoveEnded(set, pod)).slice(0, BURST_MAX);
    const create = plan.create.slice(0, BURST_MAX);
    if (remove.length + create.length > 0) expectations.expect(key, create.length, remove.map(keyOf));
    const template = templateFor(set, input.hash);
    const creation = await slowStart(create.length, async (index) => {
      const pod = podFor(template, namespaceOf(set), create[index]!);
      const metadata = { ...pod.metadata, generateName: podNamePrefix(nameOf(set)), ownerReferences: [ownerReference(DaemonSets, set)] };
      const made = await podControl.create({ ...pod, metadata }, set);
      tell(set, `made Pod ${nameOf(made)} for node ${create[index]}`, because);
    });
    for (let missing = create.length - creation.made; missing > 0; missing -= 1) expectations.creationObserved(key);
    for (const pod of remove) await removePod(key, set, pod, because);
    if (creation.error !== undefined && !isNamespaceTerminating(creation.error)) throw creation.error;
  }

  async function removePod(key: string, set: DaemonSet, pod: Pod, because: string): Promise<void> {
    try {
      if (!(await podControl.delete(pod, set))) expectations.deletionObserved(key, keyOf(pod));
    } catch (error) {
      expectations.deletionObserved(key, keyOf(pod));
      throw error;
    }
    tell(set, `deleted Pod ${nameOf(pod)} of node ${targetNodeOf(pod) ?? ''}`, because);
  }

  /** A Pod that ended is replaced, a failed one after a wait that doubles with each failure on its node. */
  function mayRemoveEnded(set: DaemonSet, pod: Pod): boolean {
    const where = `${namespaceOf(pod)}/${nameOf(pod)} on node ${targetNodeOf(pod) ?? ''}`;
    if (pod.status?.phase === 'Succeeded') {
      recorder.event(DaemonSets, set, 'Normal', 'SucceededDaemonPod', `Found succeeded daemon pod ${where}, will try to delete it`);
      return true;
    }
    const now = world.clock.now();
    const key = `${uidOf(set)}/${targetNodeOf(pod) ?? ''}`;
    const at = retryAt.get(key) ?? 0;
    if (now < at) {
      context.enqueue(keyOf(set), at - now);
      return false;
    }
    retryAt.set(key, now + backOff.next(key));
    recorder.event(DaemonSets, set, 'Warning', 'FailedDaemonPod', `Found failed daemon pod ${where}, will try to kill it`);
    return true;
  }

  async function writeStatus(set: DaemonSet, input: DaemonInput, observeGeneration: boolean): Promise<void> {
    const status = computeDaemonStatus(input, observeGeneration);
    if (equal(set.status, status)) return;
    try {
      await client.updateStatus(DaemonSets, { ...set, status });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }

  function tell(set: DaemonSet, did: string, because: string): void {
    const object = { resource: 'daemonsets', namespace: namespaceOf(set), name: nameOf(set), uid: uidOf(set) };
    world.trace({ type: 'decision', actor: NAME, object, did, because });
  }

  /** Sets for which the node's labels, taints or coming and going make a difference. */
  function setsFor(node: Node, old: Node | undefined): readonly string[] {
    if (old !== undefined && old !== node && equal(labelsOf(old), labelsOf(node)) && equal(old.spec?.taints, node.spec?.taints)) return [];
    return sets
      .list()
      .filter((set) => old === undefined || old === node || !equal(suits(set, old), suits(set, node)))
      .map(keyOf);
  }

  function setsWanting(pod: Pod): readonly string[] {
    if (controllerOf(pod) !== undefined) return [];
    return sets
      .list({ name: 'namespace', value: namespaceOf(pod) })
      .filter((set) => matchesLabelSelector(set.spec?.selector, labelsOf(pod)))
      .map(keyOf);
  }

  return {
    name: NAME,
    for: DaemonSets,
    owns: [Pods, ControllerRevisions],
    reconcile,
    watches: [
      { resource: Nodes, toKeys: (node, old) => setsFor(node as Node, old as Node | undefined) },
      { resource: Pods, toKeys: (pod) => setsWanting(pod as Pod) },
    ],
  };
}
