/** What the parts of one kubelet share. */
import type { Node, Pod, Service } from '../api/generated/types.ts';
import type { World } from '../base/world.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../client/events.ts';
import type { Informer } from '../client/informer.ts';
import type { FileSystem } from '../cri/files.ts';
import type { NetworkNamespace } from '../cri/network.ts';
import type { Runtime } from '../cri/runtime.ts';
import type { ClusterDns } from './dns.ts';
import type { NodeAllocatable } from './downward-resources.ts';

export interface KubeletContext {
  readonly world: World;
  readonly client: Client;
  readonly recorder: EventRecorder;
  /** Calls of it end with the kubelet's world. */
  readonly runtime: Runtime;
  /** The node's own file system: it outlives the kubelet. */
  readonly files: FileSystem;
  /** The node's own network namespace: probes come from there. */
  readonly net: NetworkNamespace;
  readonly nodeName: string;
  readonly nodeIP: string;
  readonly memoryBytes: number;
  readonly dns: ClusterDns;
  readonly services: Informer<Service>;
  /** As the API has it; undefined before it could be read. */
  node(): Node | undefined;
  allocatable(): NodeAllocatable;
  /** "" before the sandbox has one. */
  podIP(pod: Pod): string;
  /** Tells why the kubelet did something to a Pod. */
  decided(pod: Pod, did: string, because: string, facts?: Readonly<Record<string, unknown>>): void;
}
