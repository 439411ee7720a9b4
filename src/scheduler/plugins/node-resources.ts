/** NodeResourcesFit (filter, and the LeastAllocated score) and NodeResourcesBalancedAllocation.
 *  Upstream: pkg/scheduler/framework/plugins/noderesources/{fit,least_allocated,balanced_allocation}.go */
import type { Pod } from '../../api/generated/types.ts';
import type { SchedulerPlugin } from '../framework.ts';
import { nonZeroOf, podRequests } from '../resources.ts';
import type { Resources } from '../resources.ts';
import type { NodeInfo } from '../snapshot.ts';
import { MAX_SCORE } from '../verdict.ts';

/** The resources that do not fit, in upstream's order, as reasons. */
export function insufficient(requests: Resources, node: NodeInfo): readonly string[] {
  const reasons: string[] = [];
  if (node.pods.length + 1 > node.allowedPods) reasons.push('Too many pods');
  const { allocatable, requested } = node;
  if (requests.milliCpu > 0 && requests.milliCpu > allocatable.milliCpu - requested.milliCpu) reasons.push('Insufficient cpu');
  if (requests.memory > 0 && requests.memory > allocatable.memory - requested.memory) reasons.push('Insufficient memory');
  if (requests.ephemeralStorage > 0 && requests.ephemeralStorage > allocatable.ephemeralStorage - requested.ephemeralStorage) {
    reasons.push('Insufficient ephemeral-storage');
  }
  for (const [name, amount] of Object.entries(requests.scalar)) {
    if (amount > 0 && amount > (allocatable.scalar[name] ?? 0) - (requested.scalar[name] ?? 0)) reasons.push(`Insufficient ${name}`);
  }
  return reasons;
}

/** More than the whole node has: removing Pods would not help. */
function exceedsNode(requests: Resources, node: NodeInfo): boolean {
  return requests.milliCpu > node.allocatable.milliCpu || requests.memory > node.allocatable.memory
    || requests.ephemeralStorage > node.allocatable.ephemeralStorage
    || Object.entries(requests.scalar).some(([name, amount]) => amount > (node.allocatable.scalar[name] ?? 0));
}

interface Asked { readonly requests: Resources; readonly nonZero: Resources }
function asked(pod: Pod): Asked {
  const requests = podRequests(pod);
  return { requests, nonZero: nonZeroOf(pod, requests) };
}

/** (capacity - requested) * 100 / capacity, 0 beyond the capacity. */
function leastRequested(requested: number, capacity: number): number {
  return capacity === 0 || requested > capacity ? 0 : Math.trunc(((capacity - requested) * MAX_SCORE) / capacity);
}

export const nodeResourcesFit: SchedulerPlugin = {
  name: 'NodeResourcesFit',
  preFilter: (pod) => ({ state: asked(pod) }),
  filter(pod, node, _snapshot, state) {
    const { requests } = (state.preFilter.get('NodeResourcesFit') as Asked | undefined) ?? asked(pod);
    const reasons = insufficient(requests, node);
    return reasons.length === 0 ? undefined : { reasons, resolvable: !exceedsNode(requests, node) };
  },
  score(pod, node, _snapshot, state) {
    const { nonZero } = (state.preFilter.get('NodeResourcesFit') as Asked | undefined) ?? asked(pod);
    const cpu = leastRequested(node.nonZeroRequested.milliCpu + nonZero.milliCpu, node.allocatable.milliCpu);
    const memory = leastRequested(node.nonZeroRequested.memory + nonZero.memory, node.allocatable.memory);
    return Math.trunc((cpu + memory) / 2);
  },
};

function fraction(requested: number, capacity: number): number {
  return capacity === 0 ? 1 : Math.min(1, requested / capacity);
}

export const nodeResourcesBalancedAllocation: SchedulerPlugin = {
  name: 'NodeResourcesBalancedAllocation',
  /** Best-effort Pods are left out: they would not change any balance. */
  preScore(pod) {
    const requests = podRequests(pod);
    return requests.milliCpu === 0 && requests.memory === 0 ? 'skip' : requests;
  },
  score(pod, node, _snapshot, state) {
    const requests = (state.preScore.get('NodeResourcesBalancedAllocation') as Resources | undefined) ?? podRequests(pod);
    const cpu = fraction(node.requested.milliCpu + requests.milliCpu, node.allocatable.milliCpu);
    const memory = fraction(node.requested.memory + requests.memory, node.allocatable.memory);
    const deviation = Math.abs(cpu - memory) / 2;
    return Math.trunc((1 - deviation) * MAX_SCORE);
  },
};
