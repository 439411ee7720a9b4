/** Where each Pod stands among its siblings on a node. Places are kept: a Pod never moves because a neighbour went, and a
 *  replacement takes the place that was freed. Pure: old places and Pods in, new places out. */
import type { PodView } from '../model/pod-view.ts';

export interface SlotGroup {
  readonly key: string;
  readonly label: string;
  readonly slots: readonly (PodView | undefined)[];
}

export function placePods(before: readonly SlotGroup[], pods: readonly PodView[]): readonly SlotGroup[] {
  const waiting = new Map<string, PodView[]>();
  for (const pod of pods) {
    const key = groupKey(pod);
    const list = waiting.get(key);
    if (list) list.push(pod);
    else waiting.set(key, [pod]);
  }
  const groups: SlotGroup[] = [];
  for (const old of before) {
    const now = waiting.get(old.key);
    if (!now) continue;
    waiting.delete(old.key);
    groups.push({ ...old, slots: fill(old.slots, now) });
  }
  const fresh = [...waiting].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, now] of fresh) groups.push({ key, label: groupLabel(now[0]!), slots: fill([], now) });
  return groups;
}

function fill(old: readonly (PodView | undefined)[], pods: readonly PodView[]): readonly (PodView | undefined)[] {
  const byKey = new Map(pods.map((pod) => [pod.key, pod]));
  const slots = old.map((pod) => {
    const now = pod && byKey.get(pod.key);
    if (now) byKey.delete(now.key);
    return now;
  });
  const fresh = [...byKey.values()].sort((a, b) => a.createdAt - b.createdAt || (a.name < b.name ? -1 : 1));
  let hole = 0;
  for (const pod of fresh) {
    while (hole < slots.length && slots[hole] !== undefined) hole++;
    slots[hole] = pod;
  }
  while (slots.length > 0 && slots.at(-1) === undefined) slots.pop();
  return slots;
}

const groupKey = (pod: PodView): string => `${pod.namespace}/${pod.group}`;
const groupLabel = (pod: PodView): string => (pod.namespace === 'default' ? pod.group : `${pod.group} · ${pod.namespace}`);
