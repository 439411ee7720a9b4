/** The cluster's network plugin, one on each node: it gives the node's Pods the range that the node was assigned, and knows
 *  on which machine every other range is, as kindnet does with routes.
 *  Differs from Kubernetes: it is part of the node and not a DaemonSet of its own. */
import { disposable } from '../base/dispose.ts';
import type { World } from '../base/world.ts';
import type { Node } from '../api/generated/types.ts';
import { Nodes } from '../api/resources.ts';
import type { Client } from '../client/client.ts';
import { createInformer } from '../client/reflector.ts';
import type { NetworkReadiness } from '../kubelet/options.ts';
import type { NodeNetwork } from '../network/node-network.ts';

const NOT_READY = 'cni plugin not initialized';

const addressOf = (node: Node): string | undefined => node.status?.addresses?.find((address) => address.type === 'InternalIP')?.address;

export interface Cni extends NetworkReadiness {
  /** Watches the nodes and keeps the routes. */
  run(world: World, client: Client): void;
}

export function createCni(network: NodeNetwork): Cni {
  const listeners = new Set<() => void>();
  const setPodCidr = (cidr: string): void => {
    if (network.podCIDR === cidr) return;
    network.setPodCIDR(cidr);
    for (const listener of [...listeners]) listener();
  };
  return {
    problem: () => (network.podCIDR === undefined ? NOT_READY : undefined),
    onChange(listener) {
      listeners.add(listener);
      return disposable(() => listeners.delete(listener));
    },
    setPodCidr,
    run(world, client) {
      createInformer(world, client, Nodes).onChange(({ type, object: node }) => {
        const name = node.metadata?.name ?? '';
        const cidr = node.spec?.podCIDR;
        if (type === 'delete') {
          network.removeMachine(name);
          return;
        }
        if (name === network.nodeName) {
          if (cidr) setPodCidr(cidr);
          return;
        }
        const address = addressOf(node);
        if (address) network.setHost(address, name);
        if (cidr) network.setPodRange(cidr, name);
      });
    },
  };
}
