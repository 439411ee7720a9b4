/** Removes Pods that nobody else would: those of nodes that are gone, those deleted before they had a node, those of nodes
 *  declared out of service, and the oldest finished ones beyond 12,500. Looks every 20 s, when there is something to see.
 *  Upstream: pkg/controller/podgc/gc_controller.go */
import { rfc3339 } from '../base/time.ts';
import { ApiError, isReason } from '../api/errors.ts';
import type { Node, Pod } from '../api/generated/types.ts';
import { isTerminating, nameOf, namespaceOf, uidOf } from '../api/meta.ts';
import { Nodes, Pods } from '../api/resources.ts';
import { TransportError } from '../api/transport.ts';
import type { Controller, ControllerContext } from '../client/controller.ts';
import { createdAt, isFinished } from './pods.ts';
import { createTicks } from './ticks.ts';

const PERIOD_MS = 20_000;
const QUARANTINE_MS = 40_000;
const FINISHED_MAX = 12_500;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';
const NAME = 'pod-garbage-collector-controller';

export function createPodGarbageCollector(context: ControllerContext): Controller {
  const { world, client } = context;
  const nodes = context.informer(Nodes);
  const pods = context.informer(Pods);
  const missingSince = new Map<string, number>();
  const ticks = createTicks(world, NAME, PERIOD_MS, sweep);
  pods.addIndex('node', (pod) => [pod.spec?.nodeName ?? '']);
  let finished = 0;

  pods.onChange(({ type, object, old }) => {
    if (old !== undefined && isFinished(old)) finished -= 1;
    if (type !== 'delete' && isFinished(object)) finished += 1;
    if (finished > FINISHED_MAX || (type !== 'delete' && needsLook(object))) ticks.ask();
  });
  nodes.onChange(({ type, object }) => {
    if (type === 'delete' || isOutOfService(object)) ticks.ask();
  });

  const nodeNameOf = (pod: Pod): string => pod.spec?.nodeName ?? '';
  const needsLook = (pod: Pod): boolean =>
    nodeNameOf(pod) === '' ? isTerminating(pod) : nodes.hasSynced && nodes.get(nodeNameOf(pod)) === undefined;

  async function sweep(): Promise<void> {
    try {
      await sweepFinished();
      await sweepOrphaned();
      await sweepUnscheduled();
      await sweepOutOfService();
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof TransportError)) throw error;
      ticks.ask();
    }
  }

  async function sweepFinished(): Promise<void> {
    if (finished <= FINISHED_MAX) return;
    const oldest = pods
      .list()
      .filter(isFinished)
      .sort((a, b) => createdAt(a) - createdAt(b))
      .slice(0, finished - FINISHED_MAX);
    for (const pod of oldest) await remove(pod, `More than ${FINISHED_MAX} Pods have finished, and this is the oldest of them.`);
  }

  /** A node that seems gone is looked for again after a while: its Pods are removed only if the API does not know it either. */
  async function sweepOrphaned(): Promise<void> {
    const now = world.clock.now();
    const missing = new Set(
      pods
        .list()
        .map(nodeNameOf)
        .filter((node) => node !== '' && nodes.get(node) === undefined),
    );
    for (const node of missingSince.keys()) if (!missing.has(node)) missingSince.delete(node);
    for (const node of missing) {
      const since = missingSince.get(node) ?? now;
      missingSince.set(node, since);
      const leftMs = since + QUARANTINE_MS - now;
      if (leftMs > 0) ticks.ask(leftMs);
      else if (!(await exists(node))) {
        for (const pod of pods.list({ name: 'node', value: node })) {
          await remove(pod, `Its node ${node} no longer exists.`, { reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' });
        }
      }
    }
  }

  async function exists(node: string): Promise<boolean> {
    try {
      await client.get(Nodes, node);
      return true;
    } catch (error) {
      if (isReason(error, 'NotFound')) return false;
      throw error;
    }
  }

  async function sweepUnscheduled(): Promise<void> {
    for (const pod of pods.list({ name: 'node', value: '' })) {
      if (isTerminating(pod)) await remove(pod, 'It was deleted before it had a node, so no kubelet will ever remove it.');
    }
  }

  async function sweepOutOfService(): Promise<void> {
    for (const node of nodes.list()) {
      if (!isOutOfService(node) || isNodeReady(node)) continue;
      for (const pod of pods.list({ name: 'node', value: nameOf(node) })) {
        if (isTerminating(pod))
          await remove(pod, `Its node ${nameOf(node)} is declared out of service.`, {
            reason: 'DeletionByPodGC',
            message: 'PodGC: node is out-of-service',
          });
      }
    }
  }

  /** A Pod that did not finish by itself is marked Failed first, so that its owner learns of it. */
  async function remove(pod: Pod, because: string, disruption?: { readonly reason: string; readonly message: string }): Promise<void> {
    const at = rfc3339(world.clock.now());
    const condition = disruption && { type: 'DisruptionTarget', status: 'True', lastTransitionTime: at, ...disruption };
    try {
      if (!isFinished(pod)) {
        const status = { phase: 'Failed', ...(condition && { conditions: [condition] }) };
        await client.patch(
          Pods,
          nameOf(pod),
          namespaceOf(pod),
          'strategic',
          { metadata: { uid: uidOf(pod) }, status },
          { subresource: 'status' },
        );
      }
      await client.delete(Pods, nameOf(pod), namespaceOf(pod), { gracePeriodSeconds: 0, preconditions: { uid: uidOf(pod) } });
    } catch (error) {
      if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) return;
      throw error;
    }
    const object = { resource: 'pods', namespace: namespaceOf(pod), name: nameOf(pod), uid: uidOf(pod) };
    world.trace({ type: 'decision', actor: NAME, object, did: 'removed the Pod', because });
  }

  return {
    name: NAME,
    run: async () => {
      if (pods.list().some(needsLook)) ticks.ask();
    },
  };
}

const isOutOfService = (node: Node): boolean => (node.spec?.taints ?? []).some((taint) => taint.key === OUT_OF_SERVICE);
const isNodeReady = (node: Node): boolean => node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True';
