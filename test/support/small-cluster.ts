/** The control plane without a real node: API server, controllers and the instant kubelet in one machine of virtual time. */
import type { CoreV1Event, Pod } from '../../src/api/generated/types.ts';
import { isTerminating, nameOf } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { Events, Namespaces, Pods } from '../../src/api/resources.ts';
import { admissionChain } from '../../src/apiserver/admission/admission-chain.ts';
import { createApiserver } from '../../src/apiserver/server.ts';
import type { Client } from '../../src/client/client.ts';
import { createClient } from '../../src/client/create-client.ts';
import { runControllerManager, type ControllerManagerOptions } from '../../src/controllers/controller-manager.ts';
import { createEtcd } from '../../src/etcd/store.ts';
import { loneWorld, type LoneWorld } from '../../src/sim/lone-world.ts';
import { runInstantKubelet, type InstantKubelet, type InstantKubeletOptions } from './instant-kubelet.ts';

export interface SmallCluster extends LoneWorld {
  readonly client: Client;
  readonly kubelet: InstantKubelet;
  get<T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string): Promise<T>;
  list<T extends KubeObject>(resource: Resource<T>, namespace?: string): Promise<readonly T[]>;
  create<T extends KubeObject>(resource: Resource<T>, object: object, namespace?: string): Promise<T>;
  /** Pods that are not on their way out. */
  pods(namespace?: string): Promise<readonly Pod[]>;
  /** "Reason: message xcount" of an object's events, in the order of their first occurrence. */
  events(object: string): Promise<readonly string[]>;
  decisions(actor: string): readonly string[];
}

export interface SmallClusterOptions extends InstantKubeletOptions {
  readonly seed?: string;
  readonly nodes?: number;
  readonly manager?: ControllerManagerOptions;
}

const CONTROLLER_MANAGER = { name: 'system:kube-controller-manager', groups: ['system:authenticated'] };

export async function smallCluster(options: SmallClusterOptions = {}): Promise<SmallCluster> {
  const lone = loneWorld({ seed: options.seed ?? 'small' });
  const { world } = lone;
  const apiserver = createApiserver({ world, etcd: createEtcd(), admission: admissionChain({ world }) });
  const transport = apiserver.transport();
  const client = createClient(transport, { userAgent: 'test/1' });
  const drive = <T>(work: Promise<T>): Promise<T> => lone.drive(work);
  await lone.advance(0);
  for (const name of ['default', 'kube-system', 'kube-node-lease']) {
    await drive(client.create(Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }).catch(() => undefined));
  }
  const kubelet = runInstantKubelet(world, client, options);
  world.spawn('controller manager', () =>
    runControllerManager({
      world,
      transport: apiserver.transport(CONTROLLER_MANAGER),
      options: { rootCA: 'CERTIFICATE', leaderElect: false, ...options.manager },
    }),
  );
  for (let index = 1; index <= (options.nodes ?? 2); index += 1) await drive(kubelet.addNode(`worker-${index}`));
  await lone.advance(200);
  const events = async (object: string): Promise<readonly string[]> => {
    const all = (await drive(client.list(Events))).items as readonly CoreV1Event[];
    return all
      .filter((event) => event.involvedObject.name === object)
      .sort((a, b) => (nameOf(a).split('.').at(-1)! < nameOf(b).split('.').at(-1)! ? -1 : 1))
      .map((event) => `${event.reason}: ${event.message}${(event.count ?? 1) > 1 ? ` x${event.count}` : ''}`);
  };
  return {
    ...lone,
    client,
    kubelet,
    events,
    get: (resource, name, namespace = 'default') => drive(client.get(resource, name, resource.namespaced ? namespace : undefined)),
    list: async (resource, namespace = 'default') => (await drive(client.list(resource, resource.namespaced ? { namespace } : {}))).items,
    create: (resource, object, namespace = 'default') => {
      const given = object as KubeObject;
      const metadata = { ...given.metadata, ...(resource.namespaced && { namespace }) };
      const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
      return drive(client.create(resource, { apiVersion, kind: resource.kind, ...object, metadata } as never));
    },
    pods: async (namespace = 'default') => (await drive(client.list(Pods, { namespace }))).items.filter((pod) => !isTerminating(pod)),
    decisions: (actor) =>
      lone.trace.flatMap((event) =>
        event.type === 'decision' && event.actor === actor ? [`${event.object.name}: ${event.did}. ${event.because}`] : [],
      ),
  };
}

/** For lists whose order does not matter. */
export const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);
