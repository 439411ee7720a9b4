/** The Pod condition that says why the Pod still waits, and the node that preemption promised it.
 *  Upstream: pkg/scheduler/schedule_one.go (handleSchedulingFailure) */
import { rfc3339 } from '../base/time.ts';
import type { World } from '../base/world.ts';
import { ApiError } from '../api/errors.ts';
import type { Pod, PodCondition } from '../api/generated/types.ts';
import { Pods } from '../api/resources.ts';
import { TransportError } from '../api/transport.ts';
import type { Client } from '../client/client.ts';

/** Patches only what differs; a Pod that is gone or an apiserver that is away is no reason to stop. */
export async function setUnschedulable(world: World, client: Client, pod: Pod, message: string, nominated: string | undefined): Promise<void> {
  const known = (pod.status?.conditions ?? []).find((condition) => condition.type === 'PodScheduled');
  const same = known?.status === 'False' && known.reason === 'Unschedulable' && known.message === message;
  if (same && (nominated === undefined || pod.status?.nominatedNodeName === nominated)) return;
  const condition: PodCondition = {
    type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, observedGeneration: undefined,
    lastProbeTime: undefined, lastTransitionTime: known?.status === 'False' ? known.lastTransitionTime : rfc3339(world.clock.now()),
  };
  const status = { conditions: [stripUndefined(condition)], ...(nominated !== undefined && { nominatedNodeName: nominated }) };
  try {
    await client.patch(Pods, pod.metadata?.name ?? '', pod.metadata?.namespace, 'strategic', { status }, { subresource: 'status' });
  } catch (error) {
    if (!(error instanceof ApiError) && !(error instanceof TransportError)) throw error;
  }
}

/** JSON has no undefined. */
function stripUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
