/** The sentence that `kubectl describe pod` shows when no node would do.
 *  Upstream: pkg/scheduler/framework/types.go (FitError) */
import type { Diagnosis } from './cycle.ts';

export const NO_NODES = 'no nodes available to schedule pods';

export function countReasons(diagnosis: Diagnosis): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { verdict } of diagnosis.byNode.values()) {
    for (const reason of verdict.reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return counts;
}

/** "1 Insufficient cpu, 2 node(s) ...": sorted as text, so that equal situations read alike. */
function histogram(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts).map(([reason, count]) => `${count} ${reason}`).sort().join(', ');
}

export function fitError(nodesTotal: number, diagnosis: Diagnosis, postFilter?: string): string {
  const head = `0/${nodesTotal} nodes are available`;
  const body = diagnosis.preFilter ? diagnosis.preFilter.verdict.reasons.join(', ') : histogram(countReasons(diagnosis));
  return `${head}: ${body}.${postFilter ? ` preemption: ${postFilter}` : ''}`;
}

/** What preemption says of itself when it finds no way. */
export function preemptionError(nodesTotal: number, counts: Readonly<Record<string, number>>): string {
  return `0/${nodesTotal} nodes are available: ${histogram(counts)}.`;
}
