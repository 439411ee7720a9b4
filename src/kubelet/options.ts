/** What a kubelet is started with. */
import type { Pod, Taint } from '../api/generated/types.ts';
import type { Transport } from '../api/transport.ts';
import type { World } from '../base/world.ts';
import type { FileSystem } from '../cri/files.ts';
import type { NetworkNamespace } from '../cri/network.ts';
import type { Runtime } from '../cri/runtime.ts';
import type { ClusterDns, DnsConfig } from './dns.ts';

export interface KubeletOptions {
  /** Killing it kills the kubelet; the runtime, the files and the network are the node's and live on. */
  readonly world: World;
  /** To the apiserver. */
  readonly transport: Transport;
  readonly runtime: Runtime;
  /** The node's file system: hostPath volumes, Pod directories, static manifests. */
  readonly files: FileSystem;
  /** The node's own network namespace: probes and port-forward begin there. */
  readonly net: NetworkNamespace;
  readonly nodeName: string;
  readonly nodeIP: string;
  readonly version: string;
  /** Quantities. */
  readonly capacity: NodeCapacity;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly registerWithTaints?: readonly Taint[];
  /** Manifests of static Pods: objects, or a directory of `files` that is watched. */
  readonly staticPods?: readonly Pod[] | { readonly directory: string; /** What some texts are known to say, so that nobody need read them. */ readonly known?: ReadonlyMap<string, Pod> };
  readonly network?: NetworkReadiness;
  readonly clusterDomain?: string;
  readonly clusterDns?: readonly string[];
  /** The node's own resolv.conf. */
  readonly nodeDns?: DnsConfig;
  readonly system?: Partial<NodeSystem>;
  /** One a start of the machine; without it one is kept in `files`, which then must not outlive the machine's power. */
  readonly bootId?: string;
}

export interface NodeCapacity { readonly cpu: string; readonly memory: string; readonly ephemeralStorage: string; readonly pods?: string }

export interface NodeSystem { readonly osImage: string; readonly kernelVersion: string; readonly architecture: string }

export interface NetworkReadiness {
  /** In the plugin's words, why Pods cannot be connected; undefined: they can. */
  problem(): string | undefined;
  onChange(listener: () => void): Disposable;
  /** The node has been given its range of Pod addresses. */
  setPodCidr?(cidr: string): void;
}

export const DEFAULT_SYSTEM: NodeSystem = { osImage: 'Debian GNU/Linux 12 (bookworm)', kernelVersion: '6.8.0-60-generic', architecture: 'amd64' };

export function clusterDnsOf(options: KubeletOptions): ClusterDns {
  return {
    clusterDomain: options.clusterDomain ?? 'cluster.local', clusterDns: options.clusterDns ?? ['10.96.0.10'],
    node: options.nodeDns ?? { servers: ['8.8.8.8'], searches: [], options: [] },
  };
}

/** As the container runtime reports it. */
export const networkMessage = (problem: string): string => `container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: ${problem}`;
