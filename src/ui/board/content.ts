/** What stands on the board, in the order that it keeps: nodes by name with the control plane first, each with its
 *  groups of Pods in their places. */
import type { ClusterSnapshot } from '../cluster-store.ts';
import type { PodView } from '../model/pod-view.ts';
import type { BoardContent, BoardNode } from './layout.ts';
import { placePods } from './slots.ts';
import type { SlotGroup } from './slots.ts';

export interface Placing {
  readonly nodes: ReadonlyMap<string, readonly SlotGroup[]>;
  readonly tray: readonly SlotGroup[];
}

export function boardContent(
  snapshot: ClusterSnapshot,
  namespace: string,
  before: Placing,
): { readonly content: BoardContent; readonly placing: Placing } {
  const shown = (pod: PodView): boolean => namespace === '' || pod.namespace === namespace;
  const nodes = [...snapshot.nodes].sort((a, b) => Number(b.controlPlane) - Number(a.controlPlane) || order(a.name, b.name));
  const placed = new Map<string, readonly SlotGroup[]>();
  const content: BoardNode[] = nodes.map((node) => {
    const groups = placePods(
      before.nodes.get(node.name) ?? [],
      node.pods.filter((pod) => !pod.system && shown(pod)),
    );
    placed.set(node.name, groups);
    return { node, groups, system: node.pods.filter((pod) => pod.system).sort((a, b) => order(a.name, b.name)) };
  });
  const waiting = snapshot.pending.filter(shown);
  const tray = placePods(before.tray, waiting);
  return { content: { nodes: content, tray, trayReason: reason(waiting, snapshot) }, placing: { nodes: placed, tray } };
}

/** worker-2 before worker-10. */
export function order(a: string, b: string): number {
  const [, aHead = a, aTail = ''] = /^(.*?)(\d*)$/.exec(a) ?? [];
  const [, bHead = b, bTail = ''] = /^(.*?)(\d*)$/.exec(b) ?? [];
  if (aHead !== bHead) return aHead < bHead ? -1 : 1;
  return Number(aTail) - Number(bTail);
}

/** Why the tray is not empty, in one sentence, from the scheduler's own event. */
function reason(waiting: readonly PodView[], snapshot: ClusterSnapshot): string {
  for (const pod of waiting) {
    const event = snapshot.objects.events.findLast(
      (one) => one.reason === 'FailedScheduling' && one.involvedObject.name === pod.name && one.involvedObject.namespace === pod.namespace,
    );
    if (event?.message) return plainReason(event.message);
  }
  return waiting.length > 0 ? 'The scheduler has not looked at it yet.' : '';
}

export function plainReason(message: string): string {
  if (/Insufficient memory/.test(message) && !/Insufficient cpu/.test(message)) return 'No node has enough memory left to promise.';
  if (/Insufficient cpu/.test(message)) return 'No node has enough cpu left to promise.';
  if (/node affinity\/selector/.test(message)) return 'No node has the labels that it asks for.';
  if (/untolerated taint/.test(message)) return 'Every free node has a taint that it does not tolerate.';
  if (/unschedulable/.test(message)) return 'The nodes are cordoned.';
  return message.split('. preemption:')[0] ?? message;
}
