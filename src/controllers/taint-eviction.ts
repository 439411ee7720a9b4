/** Deletes Pods from nodes with NoExecute taints: at once where they do not tolerate them, after `tolerationSeconds` where
 *  they do for a while, never where they do for good. A taint that goes in time cancels the deletion.
 *  Upstream: pkg/controller/tainteviction/taint_eviction.go */
import { rfc3339 } from '../base/time.ts';
import { isReason } from '../api/errors.ts';
import type { Node, Pod, Taint, Toleration } from '../api/generated/types.ts';
import { isTerminating, keyOf, nameOf, namespaceOf, uidOf } from '../api/meta.ts';
import { Nodes, Pods } from '../api/resources.ts';
import { isTolerated, tolerates } from '../api/taints.ts';
import type { Controller, ControllerContext } from '../client/controller.ts';
import { createWorkQueue, rethrowOurs } from '../client/work-queue.ts';

const NAME = 'taint-eviction-controller';

/** How long the Pod may stay: 0 not at all, Infinity for good. */
export function stayMs(taints: readonly Taint[], tolerations: readonly Toleration[]): number {
  if (taints.some((taint) => !isTolerated(taint, tolerations))) return 0;
  const used = tolerations.filter((toleration) => taints.some((taint) => tolerates(toleration, taint)));
  const seconds = used.flatMap((toleration) =>
    toleration.tolerationSeconds === undefined ? [] : [Math.max(0, toleration.tolerationSeconds)],
  );
  return seconds.length === 0 ? Infinity : Math.min(...seconds) * 1000;
}

interface Planned {
  readonly since: number;
  readonly at: number;
  readonly timer: Disposable;
  readonly uid: string;
}

export function createTaintEvictionController(context: ControllerContext): Controller {
  const { world, client, recorder } = context;
  const nodes = context.informer(Nodes);
  const pods = context.informer(Pods);
  const planned = new Map<string, Planned>();
  const evictions = createWorkQueue(world, {
    name: NAME,
    process: evict,
    workers: 8,
    latencyMs: [0, 0],
    onError: (_, error) => rethrowOurs(error),
  });
  pods.addIndex('node', (pod) => [pod.spec?.nodeName ?? '']);
  pods.onChange(({ type, object, old }) => {
    if (type === 'delete' || isTerminating(object)) return drop(keyOf(object));
    const node = object.spec?.nodeName ?? '';
    if (node === '' || (old !== undefined && old.spec === object.spec)) return;
    if (old !== undefined && old.spec?.nodeName === node && old.spec?.tolerations?.length === object.spec?.tolerations?.length) return;
    const taints = noExecuteTaints(nodes.get(node));
    if (taints.length > 0) consider(object, taints);
  });

  function drop(key: string): boolean {
    const known = planned.get(key);
    known?.timer[Symbol.dispose]();
    return planned.delete(key);
  }

  function cancel(pod: Pod): void {
    if (!drop(keyOf(pod))) return;
    recorder.event(Pods, pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${keyOf(pod)}`);
    trace(pod, 'cancelled the eviction', 'The taints that would have driven the Pod away are gone.', {});
  }

  function consider(pod: Pod, taints: readonly Taint[]): void {
    if (taints.length === 0) return cancel(pod);
    const stay = stayMs(taints, pod.spec?.tolerations ?? []);
    if (stay === Infinity) return cancel(pod);
    const key = keyOf(pod);
    const now = world.clock.now();
    const known = planned.get(key);
    const since = known?.since ?? now;
    if (known !== undefined && (stay > 0 ? known.at <= now + stay : known.at <= now)) return;
    drop(key);
    const at = now + stay;
    planned.set(key, { since, at, uid: uidOf(pod), timer: world.clock.setTimer(stay, () => evictions.add(key)) });
    const list = taints.map((taint) => taint.key).join(', ');
    if (stay > 0)
      trace(pod, `will evict the Pod in ${stay / 1000} s`, `Its node is tainted ${list}, which the Pod tolerates for ${stay / 1000} s.`, {
        seconds: stay / 1000,
      });
  }

  /** The condition tells why; the deletion is graceful, so the Pod of a dead node stays Terminating until the node is back or gone. */
  async function evict(key: string): Promise<void> {
    const plan = planned.get(key);
    const pod = pods.get(key);
    if (plan === undefined || pod === undefined || uidOf(pod) !== plan.uid) return;
    recorder.event(Pods, pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${key}`);
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      lastTransitionTime: rfc3339(world.clock.now()),
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    };
    try {
      const patch = { metadata: { uid: uidOf(pod) }, status: { conditions: [condition] } };
      await client.patch(Pods, nameOf(pod), namespaceOf(pod), 'strategic', patch, { subresource: 'status' });
      await client.delete(Pods, nameOf(pod), namespaceOf(pod), { preconditions: { uid: uidOf(pod) } });
    } catch (error) {
      if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
    }
    drop(key);
    trace(
      pod,
      'evicted the Pod',
      `Its node ${pod.spec?.nodeName ?? ''} has a NoExecute taint that the Pod does not tolerate any longer.`,
      {},
    );
  }

  async function reconcile(key: string): Promise<void> {
    const taints = noExecuteTaints(nodes.get(key));
    if (taints.length === 0 && planned.size === 0) return;
    for (const pod of pods.list({ name: 'node', value: key })) if (!isTerminating(pod)) consider(pod, taints);
  }

  function trace(pod: Pod, did: string, because: string, facts: Readonly<Record<string, unknown>>): void {
    const object = { resource: 'pods', namespace: namespaceOf(pod), name: nameOf(pod), uid: uidOf(pod) };
    world.trace({ type: 'decision', actor: NAME, object, did, because, facts });
  }

  return { name: NAME, for: Nodes, reconcile };
}

const noExecuteTaints = (node: Node | undefined): readonly Taint[] =>
  (node?.spec?.taints ?? []).filter((taint) => taint.effect === 'NoExecute');
