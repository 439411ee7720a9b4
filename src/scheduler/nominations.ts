/** Which node preemption promised to which Pod, and how the victims are asked to leave.
 *  Upstream: pkg/scheduler/backend/queue/nominator.go, framework/preemption/executor.go */
import { rfc3339 } from '../base/time.ts';
import type { World } from '../base/world.ts';
import { ApiError } from '../api/errors.ts';
import type { Pod } from '../api/generated/types.ts';
import { keyOf } from '../api/meta.ts';
import { Pods } from '../api/resources.ts';
import { TransportError } from '../api/transport.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../client/events.ts';
import type { PreemptionPlan } from './preemption.ts';
import { podInfo } from './snapshot.ts';
import type { PodInfo } from './snapshot.ts';

const NONE: readonly PodInfo[] = [];

export class Nominations {
  readonly #byPod = new Map<string, { readonly node: string; readonly info: PodInfo }>();

  set(key: string, pod: Pod, node: string): void {
    this.#byPod.set(key, { node, info: podInfo(pod) });
  }

  delete(key: string): void {
    this.#byPod.delete(key);
  }

  /** What the watch says of a Pod: a restart of the scheduler learns old promises from it. */
  observe(pod: Pod, over: boolean): void {
    const node = pod.status?.nominatedNodeName;
    if (over) this.delete(keyOf(pod));
    else if (node) this.set(keyOf(pod), pod, node);
  }

  /** Pods promised this node that are at least as important as `pod`, itself left out. */
  on(node: string, pod: Pod): readonly PodInfo[] {
    if (this.#byPod.size === 0) return NONE;
    const priority = pod.spec?.priority ?? 0;
    return [...this.#byPod.values()]
      .filter((entry) => entry.node === node && (entry.info.pod.spec?.priority ?? 0) >= priority && entry.info.pod.metadata?.uid !== pod.metadata?.uid)
      .map((entry) => entry.info);
  }
}

const MESSAGE = 'default-scheduler: preempting to accommodate a higher priority pod';

/** Marks each victim as disrupted and deletes it gracefully. */
export async function carryOutPreemption(world: World, client: Client, recorder: EventRecorder, pod: Pod, plan: PreemptionPlan): Promise<void> {
  for (const victim of plan.victims) {
    const { name = '', namespace, uid } = victim.metadata ?? {};
    const condition = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message: MESSAGE, lastTransitionTime: rfc3339(world.clock.now()) };
    world.trace({
      type: 'decision', actor: 'default-scheduler', object: { resource: 'pods', namespace, name, uid }, did: `makes room on ${plan.node}`,
      because: `${pod.metadata?.name} has a higher priority and fits on no node as things are.`,
    });
    try {
      await client.patch(Pods, name, namespace, 'strategic', { status: { conditions: [condition] } }, { subresource: 'status' });
      await client.delete(Pods, name, namespace, { preconditions: { uid } });
      recorder.event(Pods, victim, 'Normal', 'Preempted', `Preempted by pod ${pod.metadata?.uid} on node ${plan.node}`);
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof TransportError)) throw error;
    }
  }
}
