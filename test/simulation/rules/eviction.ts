/** Pods are evicted from tainted nodes only: a taint that went in time has cancelled the eviction. */
import type { Node, Pod } from '../../../src/api/generated/types.ts';
import { NODES, PODS } from '../rule.ts';
import type { Accuse, Rule, Staleness } from '../rule.ts';

const isTainted = (node: Node | undefined): boolean => (node?.spec?.taints ?? []).some(({ effect }) => effect === 'NoExecute');
const isEvicted = (pod: Pod | undefined): boolean => (pod?.status?.conditions ?? []).some(({ reason }) => reason === 'DeletionByTaintManager');

export function evictionRule(accuse: Accuse, staleness: Staleness): Rule {
  /** When the node was last seen with a taint that drives Pods away. */
  const taintedMs = new Map<string, number>();
  const tainted = new Set<string>();
  return ({ key, before, object, nowMs }) => {
    if (key.startsWith(NODES)) {
      const name = key.slice(NODES.length);
      if (isTainted(before as Node | undefined)) taintedMs.set(name, nowMs);
      if (isTainted(object as Node | undefined)) tainted.add(name);
      else tainted.delete(name);
    } else if (key.startsWith(PODS) && isEvicted(object as Pod | undefined) && !isEvicted(before as Pod | undefined)) {
      const name = (object as Pod).spec?.nodeName ?? '';
      if (!tainted.has(name) && (taintedMs.get(name) ?? -Infinity) < staleness.sinceMs(nowMs)) accuse('Pods are evicted from tainted nodes only', `${key} is evicted from ${name}`);
    }
  };
}
