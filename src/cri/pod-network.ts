/** What the runtime needs of a node's network: the CNI calls, seen from the runtime's side. network/ keeps it. */
import type { NetworkNamespace } from './network.ts';
import type { PodSandboxConfig } from './runtime.ts';

export interface PodNetworks {
  /** The node's own namespace: hostNetwork Pods, the kubelet, the node's processes. */
  readonly host: NetworkNamespace;
  /** Rejects with the plugin's words while the node has no Pod range or no address is left. */
  addPod(id: string, config: PodSandboxConfig): Promise<NetworkNamespace>;
  removePod(id: string): void;
}
