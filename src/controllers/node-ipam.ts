/** Gives each node its range of Pod addresses: 10.244.0.0/24, 10.244.1.0/24 ... A node keeps its range while it lives.
 *  Upstream: pkg/controller/nodeipam/ipam/range_allocator.go */
import { isReason } from '../api/errors.ts';
import type { Node } from '../api/generated/types.ts';
import { isTerminating, nameOf, uidOf } from '../api/meta.ts';
import { Nodes } from '../api/resources.ts';
import type { Controller, ControllerContext, ControllerFactory } from '../client/controller.ts';

const NODE_BITS = 24;

/** The n-th /24 of a cluster range; undefined beyond its end. */
export function nodeRange(clusterCIDR: string, index: number): string | undefined {
  const [address = '', bits = '16'] = clusterCIDR.split('/');
  if (index >= 2 ** (NODE_BITS - Number(bits))) return undefined;
  const [a = 0, b = 0, c = 0] = address.split('.').map(Number);
  const network = a * 65_536 + b * 256 + c + index;
  return `${Math.floor(network / 65_536)}.${Math.floor(network / 256) % 256}.${network % 256}.0/${NODE_BITS}`;
}

export const createNodeIpamController =
  (clusterCIDR: string): ControllerFactory =>
  (context: ControllerContext): Controller => {
    const { client, recorder, world } = context;
    const nodes = context.informer(Nodes);
    const owners = new Map<string, string>(); // Range to node: also what was asked for and not yet seen.
    const name = 'node-ipam-controller';
    nodes.onChange(({ type, object }) => {
      for (const range of object.spec?.podCIDRs ?? []) {
        if (type !== 'delete') owners.set(range, nameOf(object));
        else if (owners.get(range) === nameOf(object)) owners.delete(range);
      }
    });

    function reserve(node: string): string | undefined {
      for (const [range, owner] of owners) if (owner === node) return range;
      for (let index = 0; ; index += 1) {
        const range = nodeRange(clusterCIDR, index);
        if (range === undefined) return undefined;
        if (owners.has(range)) continue;
        owners.set(range, node);
        return range;
      }
    }

    async function reconcile(key: string): Promise<void> {
      const node = nodes.get(key);
      if (node === undefined || isTerminating(node) || (node.spec?.podCIDRs ?? []).length > 0) return;
      const range = reserve(key);
      if (range === undefined) return tellFull(node);
      try {
        await client.patch(Nodes, key, undefined, 'strategic', { spec: { podCIDR: range, podCIDRs: [range] } });
      } catch (error) {
        owners.delete(range);
        if (isReason(error, 'NotFound')) return;
        throw error;
      }
      const object = { resource: 'nodes', name: key, uid: uidOf(node) };
      world.trace({
        type: 'decision',
        actor: name,
        object,
        did: `gave it the Pod addresses ${range}`,
        because: 'Every node needs a range of its own before Pods on it can have addresses.',
      });
    }

    const tellFull = (node: Node): void =>
      recorder.event(Nodes, node, 'Normal', 'CIDRNotAvailable', `Node ${nameOf(node)} status is now: CIDRNotAvailable`);

    return { name, for: Nodes, reconcile };
  };
