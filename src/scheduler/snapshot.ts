/** The scheduler's picture of the cluster: one NodeInfo a node with the Pods on it and the sums that filters and scores
 *  read. The cache keeps it up to date; plugins only read it.
 *  Upstream: pkg/scheduler/framework/types.go, pkg/scheduler/backend/cache/snapshot.go */
import type { Affinity, Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod, PodAffinityTerm, StorageClass } from '../api/generated/types.ts';
import type { LabelSelector } from '../api/generated/types.ts';
import { equal } from '../base/json.ts';
import { addResources, NO_RESOURCES, nonZeroOf, podRequests, resourcesOf, subtractResources } from './resources.ts';
import type { Resources } from './resources.ts';

export interface PodInfo {
  readonly pod: Pod;
  readonly requests: Resources;
  /** Requests with 100m CPU and 200 MiB put in for containers that ask for nothing: what LeastAllocated counts. */
  readonly nonZero: Resources;
  readonly affinity?: Affinity;
}

export interface NodeInfo {
  readonly name: string;
  readonly node: Node;
  readonly pods: readonly PodInfo[];
  readonly podsWithAffinity: readonly PodInfo[];
  readonly podsWithRequiredAntiAffinity: readonly PodInfo[];
  readonly requested: Resources;
  readonly nonZeroRequested: Resources;
  readonly allocatable: Resources;
  readonly allowedPods: number;
  readonly usedPorts: readonly HostPort[];
  /** Image name to its size in bytes. */
  readonly images: ReadonlyMap<string, number>;
  /** What plugins counted among these Pods: the same for the same Pods. */
  readonly counted: Map<string, number>;
}

export interface HostPort { readonly ip: string; readonly protocol: string; readonly port: number }

export interface Snapshot {
  /** Zones take turns, so that a round-robin start spreads over them. */
  readonly nodes: readonly NodeInfo[];
  readonly byName: ReadonlyMap<string, NodeInfo>;
  /** How many nodes hold an image. */
  readonly imageNodes: ReadonlyMap<string, number>;
  readonly namespaceLabels: (namespace: string) => Readonly<Record<string, string>>;
  readonly claim: (namespace: string, name: string) => PersistentVolumeClaim | undefined;
  readonly volume: (name: string) => PersistentVolume | undefined;
  readonly storageClass: (name: string) => StorageClass | undefined;
  /** Selectors of the Services and controllers that a Pod belongs to: what default spreading groups by. */
  readonly spreadSelectors: (pod: Pod) => readonly LabelSelector[];
}

export type NamespaceLabels = Pick<Namespace, 'metadata'>;

export function podInfo(pod: Pod): PodInfo {
  const requests = podRequests(pod);
  return { pod, requests, nonZero: nonZeroOf(pod, requests), affinity: pod.spec?.affinity };
}

export function hasAffinity(info: PodInfo): boolean {
  return info.affinity?.podAffinity !== undefined || info.affinity?.podAntiAffinity !== undefined;
}

export function requiredAntiAffinity(info: PodInfo): readonly PodAffinityTerm[] {
  return info.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
}

/** Every host port that the Pod's containers and sidecars ask for. */
export function hostPortsOf(pod: Pod): readonly HostPort[] {
  const ports: HostPort[] = [];
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  for (const container of [...sidecars, ...(pod.spec?.containers ?? [])]) {
    for (const port of container.ports ?? []) {
      if (!port.hostPort) continue;
      ports.push({ ip: port.hostIP || '0.0.0.0', protocol: port.protocol ?? 'TCP', port: port.hostPort });
    }
  }
  return ports;
}

export function emptyNodeInfo(node: Node): NodeInfo {
  const allocatable = resourcesOf(node.status?.allocatable ?? {});
  const images = new Map<string, number>();
  for (const image of node.status?.images ?? []) for (const name of image.names ?? []) images.set(name, image.sizeBytes ?? 0);
  return {
    name: node.metadata?.name ?? '', node, pods: [], podsWithAffinity: [], podsWithRequiredAntiAffinity: [], requested: NO_RESOURCES,
    nonZeroRequested: NO_RESOURCES, allocatable, allowedPods: Number(node.status?.allocatable?.['pods'] ?? 0), usedPorts: [], images,
    counted: new Map(),
  };
}

/** The node with one Pod more. */
export function withPod(info: NodeInfo, added: PodInfo): NodeInfo {
  const ports = hostPortsOf(added.pod);
  return {
    ...info,
    counted: new Map(),
    pods: [...info.pods, added],
    podsWithAffinity: hasAffinity(added) ? [...info.podsWithAffinity, added] : info.podsWithAffinity,
    podsWithRequiredAntiAffinity: requiredAntiAffinity(added).length > 0 ? [...info.podsWithRequiredAntiAffinity, added] : info.podsWithRequiredAntiAffinity,
    requested: addResources(info.requested, added.requests),
    nonZeroRequested: addResources(info.nonZeroRequested, added.nonZero),
    usedPorts: ports.length > 0 ? [...info.usedPorts, ...ports] : info.usedPorts,
  };
}

/** The node without one Pod; the same node where the Pod is not on it. */
export function withoutPod(info: NodeInfo, uid: string | undefined): NodeInfo {
  const gone = info.pods.find((other) => other.pod.metadata?.uid === uid);
  if (!gone) return info;
  const rest = (list: readonly PodInfo[]) => (list.includes(gone) ? list.filter((other) => other !== gone) : list);
  const pods = rest(info.pods);
  return {
    ...info, pods, counted: new Map(),
    podsWithAffinity: rest(info.podsWithAffinity),
    podsWithRequiredAntiAffinity: rest(info.podsWithRequiredAntiAffinity),
    requested: subtractResources(info.requested, gone.requests),
    nonZeroRequested: subtractResources(info.nonZeroRequested, gone.nonZero),
    usedPorts: info.usedPorts.length > 0 ? pods.flatMap((other) => hostPortsOf(other.pod)) : info.usedPorts,
  };
}

/** The node with newer news of a Pod on it; undefined where the sums would not be the same. */
export function withNews(info: NodeInfo, known: PodInfo, news: PodInfo): NodeInfo | undefined {
  if (known.affinity !== undefined || news.affinity !== undefined || info.usedPorts.length > 0 || known.pod.metadata?.uid !== news.pod.metadata?.uid) return undefined;
  if (!equal(known.requests, news.requests) || !equal(known.nonZero, news.nonZero)) return undefined;
  const at = info.pods.indexOf(known);
  if (at < 0) return undefined;
  const pods = info.pods.slice();
  pods[at] = news;
  const counts = known.pod.metadata?.deletionTimestamp === news.pod.metadata?.deletionTimestamp && equal(known.pod.metadata?.labels, news.pod.metadata?.labels);
  return { ...info, pods, counted: counts ? info.counted : new Map() };
}

/** The node as its newest object says, with the Pods it had. */
export function withNode(info: NodeInfo, node: Node): NodeInfo {
  const fresh = emptyNodeInfo(node);
  return { ...info, node, allocatable: fresh.allocatable, allowedPods: fresh.allowedPods, images: fresh.images };
}
