/** The scheduler's view of nodes and of the Pods on them: what the watches said, and Pods that were given a node but whose
 *  binding has not come back yet.
 *  Upstream: pkg/scheduler/backend/cache/cache.go */
import type { Node, Pod } from '../api/generated/types.ts';
import { keyOf } from '../api/meta.ts';
import { emptyNodeInfo, podInfo, withNews, withNode, withoutPod, withPod } from './snapshot.ts';
import type { NodeInfo, PodInfo, Snapshot } from './snapshot.ts';

const zoneOf = (node: NodeInfo): string => node.node.metadata?.labels?.['topology.kubernetes.io/zone'] ?? '';

export type Lookups = Omit<Snapshot, 'nodes' | 'byName' | 'imageNodes'>;

export class SchedulerCache {
  readonly #nodes = new Map<string, NodeInfo>();
  /** Pod key to where we believe it is. */
  readonly #placed = new Map<string, { readonly node: string; readonly info: PodInfo; readonly assumed: boolean }>();
  /** Node names, zones taking turns; made again only when nodes come, go or move. */
  #order: readonly string[] | undefined;
  #list: readonly NodeInfo[] | undefined;
  #imageNodes: ReadonlyMap<string, number> | undefined;

  setNode(node: Node): void {
    const name = node.metadata?.name ?? '';
    const known = this.#nodes.get(name);
    if (known) this.#nodes.set(name, withNode(known, node));
    else {
      let info = emptyNodeInfo(node);
      for (const placed of this.#placed.values()) if (placed.node === name) info = withPod(info, placed.info);
      this.#nodes.set(name, info);
    }
    this.#changed(true);
  }

  deleteNode(name: string): void {
    this.#nodes.delete(name);
    this.#changed(true);
  }

  node(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }

  /** A Pod that has a node, as the API says. */
  setPod(pod: Pod): void {
    this.#place(pod, pod.spec?.nodeName ?? '', false);
  }

  /** A Pod that we just gave a node; the API will say so soon. */
  assume(pod: Pod, node: string): void {
    this.#place({ ...pod, spec: { ...pod.spec, containers: pod.spec?.containers ?? [], nodeName: node } }, node, true);
  }

  forget(key: string): void {
    if (this.#placed.get(key)?.assumed) this.deletePod(key);
  }

  isAssumed(key: string): boolean {
    return this.#placed.get(key)?.assumed ?? false;
  }

  deletePod(key: string): void {
    const placed = this.#placed.get(key);
    if (!placed) return;
    this.#placed.delete(key);
    const node = this.#nodes.get(placed.node);
    if (node) this.#nodes.set(placed.node, withoutPod(node, placed.info.pod.metadata?.uid));
    this.#changed(false);
  }

  snapshot(lookups: Lookups): Snapshot {
    this.#order ??= interleaveZones([...this.#nodes.values()]).map((node) => node.name);
    this.#list ??= this.#order.flatMap((name) => this.#nodes.get(name) ?? []);
    this.#imageNodes ??= countImages(this.#list);
    return { ...lookups, nodes: this.#list, byName: this.#nodes, imageNodes: this.#imageNodes };
  }

  #place(pod: Pod, nodeName: string, assumed: boolean): void {
    const key = keyOf(pod);
    const known = this.#placed.get(key);
    if (known && !known.assumed && known.info.pod === pod) return;
    const info = podInfo(pod);
    const there = known?.node === nodeName ? this.#nodes.get(nodeName) : undefined;
    const renewed = known && there && withNews(there, known.info, info);
    if (renewed) {
      this.#placed.set(key, { node: nodeName, info, assumed });
      this.#nodes.set(nodeName, renewed);
      this.#changed(false);
      return;
    }
    this.deletePod(key);
    this.#placed.set(key, { node: nodeName, info, assumed });
    const node = this.#nodes.get(nodeName);
    if (node) this.#nodes.set(nodeName, withPod(node, info));
    this.#changed(false);
  }

  #changed(nodes: boolean): void {
    this.#list = undefined;
    if (!nodes) return;
    this.#order = undefined;
    this.#imageNodes = undefined;
  }
}

/** One node of each zone in turn, zones and nodes by name. */
function interleaveZones(nodes: readonly NodeInfo[]): readonly NodeInfo[] {
  const zones = new Map<string, NodeInfo[]>();
  const byName = (a: NodeInfo, b: NodeInfo) => (a.name < b.name ? -1 : 1);
  for (const node of [...nodes].sort(byName)) {
    const zone = zones.get(zoneOf(node));
    if (zone) zone.push(node);
    else zones.set(zoneOf(node), [node]);
  }
  const queues = [...zones.keys()].sort().map((zone) => zones.get(zone) ?? []);
  const order: NodeInfo[] = [];
  for (let turn = 0; order.length < nodes.length; turn += 1) {
    for (const queue of queues) {
      const node = queue[turn];
      if (node) order.push(node);
    }
  }
  return order;
}

function countImages(nodes: readonly NodeInfo[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) for (const name of node.images.keys()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
