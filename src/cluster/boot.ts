/** Whether a cluster is up, as an observer sees it. */
import type { Node, Pod } from '../api/generated/types.ts';
import { createClient } from '../client/create-client.ts';
import { Nodes, Pods } from '../api/resources.ts';
import type { Simulation } from '../sim/simulation.ts';
import { outsideTransport } from '../transport/outside.ts';
import { ADMINISTRATOR, asUser } from './as-user.ts';
import { CONTROL_PLANE } from './profile.ts';

const isTrue = (object: Node | Pod): boolean => (object.status?.conditions ?? []).some((condition) => condition.type === 'Ready' && condition.status === 'True');

/** A question to ask again and again. The API may not answer yet: that is not up. */
export function upCheck(simulation: Simulation, nodes: number): () => Promise<boolean> {
  const transport = asUser(outsideTransport(simulation, { machine: CONTROL_PLANE, channel: 'api', name: 'boot' }), ADMINISTRATOR);
  const client = createClient(transport, { userAgent: 'tabernetes' });
  return async () => {
    try {
      const known = (await client.list(Nodes)).items;
      if (known.length < nodes || !known.every(isTrue)) return false;
      const pods = (await client.list(Pods, { namespace: 'kube-system' })).items;
      // Four static Pods, two of CoreDNS, a kube-proxy on each node.
      return pods.length >= 6 + nodes && pods.every(isTrue);
    } catch {
      return false;
    }
  };
}
