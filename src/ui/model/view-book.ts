/** Pods and nodes as they are drawn, kept up object by object. What did not change stays the same value, so whoever draws
 *  skips it; a thousand Pods of which three changed cost three. */
import type { Node, Pod } from '../../api/generated/types.ts';
import { nodeView } from './node-view.ts';
import type { NodeView, Usage } from './node-view.ts';
import { podView } from './pod-view.ts';
import type { PodView } from './pod-view.ts';

export interface Drawn {
  readonly pods: readonly PodView[];
  readonly nodes: readonly NodeView[];
  /** Pods without a node. */
  readonly pending: readonly PodView[];
}

export interface ViewBook {
  /** undefined: it is gone. */
  putPod(key: string, pod: Pod | undefined): void;
  putNode(name: string, node: Node | undefined): void;
  /** undefined: it does not say. False where nothing changed. */
  putUsage(name: string, usage: Usage | undefined): boolean;
  /** The same value, and the same lists in it, while nothing changed that is drawn. */
  drawn(): Drawn;
}

export function createViewBook(hidden?: (pod: Pod) => boolean): ViewBook {
  const pods = new Map<string, PodView>();
  const nodes = new Map<string, Node>();
  const views = new Map<string, NodeView>();
  const onNode = new Map<string, Map<string, PodView>>();
  const lists = new Map<string, readonly PodView[]>();
  const stale = new Set<string>();
  const usages = new Map<string, Usage>();
  const waiting = new Map<string, Pod | undefined>();
  let podsChanged = false;
  let pendingChanged = false;
  let current: Drawn = { pods: [], nodes: [], pending: [] };
  return { putPod: (key, pod) => void waiting.set(key, pod), putNode, putUsage, drawn };

  function take(key: string, pod: Pod | undefined): void {
    const before = pods.get(key);
    const view = pod === undefined || hidden?.(pod) ? undefined : podView(pod);
    if (view === before || (view && before && same(view, before))) return;
    podsChanged = true;
    if (view) pods.set(key, view);
    else pods.delete(key);
    if (before) leave(before, view);
    if (view) join(view);
  }

  function leave(before: PodView, next: PodView | undefined): void {
    if (before.node === undefined) pendingChanged = true;
    else if (next?.node !== before.node) onNode.get(before.node)?.delete(before.key);
    if (before.node !== undefined) touch(before.node);
  }

  function join(view: PodView): void {
    if (view.node === undefined) {
      pendingChanged = true;
      return;
    }
    let mine = onNode.get(view.node);
    if (!mine) onNode.set(view.node, (mine = new Map()));
    mine.set(view.key, view);
    touch(view.node);
  }

  function touch(node: string): void {
    lists.delete(node);
    stale.add(node);
  }

  function putNode(name: string, node: Node | undefined): void {
    if (node) nodes.set(name, node);
    else nodes.delete(name);
    stale.add(name);
  }

  function putUsage(name: string, usage: Usage | undefined): boolean {
    const before = usages.get(name);
    if (before?.cpuMilli === usage?.cpuMilli && before?.memoryBytes === usage?.memoryBytes) return false;
    if (usage) usages.set(name, usage);
    else usages.delete(name);
    stale.add(name);
    return true;
  }

  function podsOf(name: string): readonly PodView[] {
    let list = lists.get(name);
    if (!list) lists.set(name, (list = [...(onNode.get(name)?.values() ?? [])]));
    return list;
  }

  function drawn(): Drawn {
    for (const [key, pod] of waiting) take(key, pod);
    waiting.clear();
    let nodesChanged = false;
    for (const name of stale) {
      const node = nodes.get(name);
      const before = views.get(name);
      const view = node && nodeView(node, podsOf(name), usages.get(name));
      if (view === before || (view && before && sameNode(view, before))) continue;
      nodesChanged = true;
      if (view) views.set(name, view);
      else views.delete(name);
    }
    stale.clear();
    if (!podsChanged && !nodesChanged) return current;
    const list = podsChanged ? [...pods.values()] : current.pods;
    current = {
      pods: list,
      nodes: nodesChanged ? [...views.values()] : current.nodes,
      pending: pendingChanged ? list.filter((pod) => pod.node === undefined && pod.state !== 'failing') : current.pending,
    };
    podsChanged = pendingChanged = false;
    return current;
  }
}

/** Views of Pods hold plain values only. */
function same(a: PodView, b: PodView): boolean {
  for (const field in a) if (a[field as keyof PodView] !== b[field as keyof PodView]) return false;
  return true;
}

function sameNode(a: NodeView, b: NodeView): boolean {
  for (const field in a) {
    const one = a[field as keyof NodeView];
    const other = b[field as keyof NodeView];
    if (one !== other && !((field === 'cpu' || field === 'memory') && sameCapacity(a[field], b[field]))) return false;
  }
  return true;
}

function sameCapacity(a: NodeView['cpu'], b: NodeView['cpu']): boolean {
  return a.requested === b.requested && a.allocatable === b.allocatable && a.used === b.used && a.text === b.text;
}
