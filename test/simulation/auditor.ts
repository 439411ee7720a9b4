/** A machine of its own that does nothing but watch: informers over a real link, whose copies must in the end equal the
 *  store, and whose watches must tell every write without a gap. */
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { ConfigMaps, Deployments, Endpoints, Nodes, Pods, ReplicaSets, Services } from '../../src/api/resources.ts';
import type { ApiRequest, Connection, Frame, Transport } from '../../src/api/transport.ts';
import { createClient } from '../../src/client/create-client.ts';
import type { Informer } from '../../src/client/informer.ts';
import { createInformer } from '../../src/client/reflector.ts';
import { ADMINISTRATOR, asUser } from '../../src/cluster/as-user.ts';
import { CONTROL_PLANE } from '../../src/cluster/profile.ts';
import type { Etcd } from '../../src/etcd/etcd.ts';
import type { MachineContext } from '../../src/sim/machine-context.ts';
import { openMux } from '../../src/transport/mux.ts';
import { dialTransport } from '../../src/transport/rpc.ts';
import type { Judge } from './judge.ts';
import { CONFIG_MAPS, DEPLOYMENTS, NODES, PODS, REPLICA_SETS, SERVICES } from './rule.ts';

export const AUDITOR = 'auditor';

const AUDITED: readonly (readonly [path: string, resource: Resource, prefix: string])[] = [
  ['/api/v1/pods', Pods, PODS], ['/apis/apps/v1/replicasets', ReplicaSets, REPLICA_SETS], ['/apis/apps/v1/deployments', Deployments, DEPLOYMENTS],
  ['/api/v1/services', Services, SERVICES], ['/api/v1/nodes', Nodes, NODES], ['/api/v1/configmaps', ConfigMaps, CONFIG_MAPS],
  ['/api/v1/endpoints', Endpoints, '/registry/services/endpoints/'],
];

export interface Audit {
  /** What differs between the informers and the store; nothing when all has arrived. */
  differences(store: Etcd): readonly string[];
  readonly events: number;
}

/** `judge` is there when the first watch opens. */
export function createAuditor(judge: () => Judge): { readonly audit: Audit; build(context: MachineContext): void } {
  const informers = new Map<string, Informer<KubeObject>>();
  let events = 0;

  function follow(request: ApiRequest, connection: Connection): Connection {
    const prefix = AUDITED.find(([path]) => path === request.path)?.[2];
    const from = request.query?.find(([name]) => name === 'resourceVersion')?.[1];
    if (prefix === undefined || !from) return connection;
    return { ...connection, send: (frame) => connection.send(frame), close: () => connection.close(), frames: told(connection.frames, prefix, Number(from)) };
  }

  async function* told(frames: AsyncIterable<Frame>, prefix: string, from: number): AsyncGenerator<Frame> {
    let last = from;
    for await (const frame of frames) {
      if (frame.type === 'event' && frame.event.type !== 'ERROR') last = checkEvent(prefix, last, frame.event.type, Number(frame.event.object.metadata?.resourceVersion));
      yield frame;
    }
  }

  /** Between what was told last and what is told now nothing was written below the prefix. */
  function checkEvent(prefix: string, last: number, type: string, revision: number): number {
    events += 1;
    const { written, accuse } = judge();
    if (revision <= last && type !== 'BOOKMARK') accuse('watch equals list', `a watch of ${prefix} told revision ${revision} after ${last}`);
    for (let missed = last + 1; missed < revision + (type === 'BOOKMARK' ? 1 : 0); missed += 1) {
      if (written[missed]?.startsWith(prefix)) accuse('watch equals list', `a watch of ${prefix} did not tell revision ${missed} of ${written[missed]}`);
    }
    if (type !== 'BOOKMARK' && !written[revision]?.startsWith(prefix)) accuse('watch equals list', `a watch of ${prefix} told revision ${revision}, which wrote ${written[revision] ?? 'nothing'}`);
    return revision;
  }

  return {
    build(context) {
      const dialed = dialTransport(context, openMux(context).channel('api'), CONTROL_PLANE);
      const tapped: Transport = {
        request: (request, signal) => dialed.request(request, signal),
        connect: async (request, signal) => follow(request, await dialed.connect(request, signal)),
      };
      const client = createClient(asUser(tapped, ADMINISTRATOR), { userAgent: AUDITOR });
      for (const [, resource, prefix] of AUDITED) informers.set(prefix, createInformer(context, client, resource));
    },
    audit: {
      get events() { return events; },
      differences: (store) => [...informers].flatMap(([prefix, informer]) => compare(prefix, informer, store)),
    },
  };
}

function compare(prefix: string, informer: Informer<KubeObject>, store: Etcd): readonly string[] {
  const known = new Map(informer.list().map(({ metadata }) => [`${prefix}${metadata?.namespace ? `${metadata.namespace}/` : ''}${metadata?.name}`, metadata?.resourceVersion]));
  const wrong: string[] = [];
  for (const { key, modRevision } of store.range(prefix).kvs) {
    const revision = known.get(key);
    if (revision !== String(modRevision)) wrong.push(`${key} is at ${modRevision} and known at ${revision ?? 'no'} revision`);
    known.delete(key);
  }
  return [...wrong, ...[...known.keys()].map((key) => `${key} is gone and still known`)];
}
