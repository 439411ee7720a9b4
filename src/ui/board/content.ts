/** What stands on the board, in the order that it keeps: nodes by name with the control plane first, each with its
 *  groups of Pods in their places. */
import type { CoreV1Event } from '../../api/generated/types.ts';
import type { ClusterSnapshot } from '../cluster-store.ts';
import type { NodeView } from '../model/node-view.ts';
import type { PodView } from '../model/pod-view.ts';
import type { BoardContent, BoardNode } from './layout.ts';
import { placePods } from './slots.ts';
import type { SlotGroup } from './slots.ts';

/** What stood where, so that it keeps its place; and the same values for nodes on which nothing changed. */
export interface Placing {
  readonly namespace: string;
  /** In the board's order. */
  readonly nodes: ReadonlyMap<string, BoardNode>;
  readonly tray: readonly SlotGroup[];
}

export const NOTHING_PLACED: Placing = { namespace: '', nodes: new Map(), tray: [] };

export function boardContent(
  snapshot: Pick<ClusterSnapshot, 'nodes' | 'pending' | 'objects'>,
  namespace: string,
  before: Placing,
): { readonly content: BoardContent; readonly placing: Placing } {
  const shown = (pod: PodView): boolean => namespace === '' || pod.namespace === namespace;
  const placed = new Map<string, BoardNode>();
  for (const node of ordered(snapshot.nodes, before)) {
    const was = before.nodes.get(node.name);
    placed.set(node.name, was?.node === node && before.namespace === namespace ? was : boardNode(node, shown, was));
  }
  const waiting = snapshot.pending.filter(shown);
  const tray = placePods(before.tray, waiting);
  return {
    content: { nodes: [...placed.values()], tray, trayReason: reason(waiting, snapshot.objects.events) },
    placing: { namespace, nodes: placed, tray },
  };
}

function boardNode(node: NodeView, shown: (pod: PodView) => boolean, was: BoardNode | undefined): BoardNode {
  const mine = node.pods.filter((pod) => !pod.system && shown(pod));
  return {
    node,
    groups: placePods(was?.groups ?? [], mine),
    system: node.pods.filter((pod) => pod.system).sort((a, b) => order(a.name, b.name)),
  };
}

/** The control plane first, then by name. Sorted anew only when nodes come or go. */
function ordered(nodes: readonly NodeView[], before: Placing): readonly NodeView[] {
  if (nodes.length === before.nodes.size && nodes.every((node) => before.nodes.has(node.name))) {
    const byName = new Map(nodes.map((node) => [node.name, node]));
    return [...before.nodes.keys()].map((name) => byName.get(name)!);
  }
  return [...nodes].sort((a, b) => Number(b.controlPlane) - Number(a.controlPlane) || order(a.name, b.name));
}

/** worker-2 before worker-10. */
export function order(a: string, b: string): number {
  const [, aHead = a, aTail = ''] = /^(.*?)(\d*)$/.exec(a) ?? [];
  const [, bHead = b, bTail = ''] = /^(.*?)(\d*)$/.exec(b) ?? [];
  if (aHead !== bHead) return aHead < bHead ? -1 : 1;
  return Number(aTail) - Number(bTail);
}

/** Why the tray is not empty, in one sentence, from the scheduler's newest event about a Pod in it. */
function reason(waiting: readonly PodView[], events: readonly CoreV1Event[]): string {
  if (waiting.length === 0) return '';
  const keys = new Set(waiting.map((pod) => pod.key));
  const event = events.findLast(
    ({ reason: why, involvedObject }) => why === 'FailedScheduling' && keys.has(`${involvedObject.namespace}/${involvedObject.name}`),
  );
  return event?.message ? plainReason(event.message) : 'The scheduler has not looked at it yet.';
}

export function plainReason(message: string): string {
  if (/Insufficient memory/.test(message) && !/Insufficient cpu/.test(message)) return 'No node has enough memory left to promise.';
  if (/Insufficient cpu/.test(message)) return 'No node has enough cpu left to promise.';
  if (/node affinity\/selector/.test(message)) return 'No node has the labels that it asks for.';
  if (/untolerated taint/.test(message)) return 'Every free node has a taint that it does not tolerate.';
  if (/unschedulable/.test(message)) return 'The nodes are cordoned.';
  return message.split('. preemption:')[0] ?? message;
}
