/** One node in virtual time: a kubelet over a scripted runtime and a small API. */
import type { Container, CoreV1Event, Pod, PodSpec } from '../../src/api/generated/types.ts';
import { createMemoryFiles } from '../../src/cri/memory-files.ts';
import { NetworkError, type NetworkNamespace } from '../../src/cri/network.ts';
import type { FileSystem } from '../../src/cri/files.ts';
import { runKubelet, type Kubelet, type KubeletOptions } from '../../src/kubelet/kubelet.ts';
import { loneWorld, type LoneWorld } from '../../src/sim/lone-world.ts';
import type { Scope } from '../../src/base/world.ts';
import { scriptedRuntime, type Script, type ScriptedRuntime } from './scripted-runtime.ts';
import { smallApi, type SmallApi } from './small-api.ts';

export interface TestNode {
  readonly lone: LoneWorld;
  readonly api: SmallApi;
  readonly runtime: ScriptedRuntime;
  readonly files: FileSystem;
  kubelet: Kubelet;
  scope: Scope;
  /** Kills the kubelet and starts another. */
  restart(): void;
  addPod(name: string, spec: Partial<PodSpec>, metadata?: Pod['metadata']): void;
  deletePod(name: string, graceSeconds?: number): void;
  pod(name: string): Pod | undefined;
  /** "Reason: message", in order, of the Pod or node of that name. */
  events(name: string): readonly string[];
  seconds(count: number): Promise<void>;
}

export const noNetwork: NetworkNamespace = {
  address: '10.0.0.1', listeners: [],
  listen() { throw new NetworkError('EADDRINUSE'); },
  async connect() { throw new NetworkError('ECONNREFUSED'); },
  bindUdp() { throw new NetworkError('EADDRINUSE'); },
  resolve: async () => [],
};

export function container(name: string, image: string, more: Partial<Container> = {}): Container {
  return { name, image, imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', resources: {}, ...more };
}

export function startNode(scripts: Readonly<Record<string, Script>> = {}, more: Partial<KubeletOptions> = {}): TestNode {
  const lone = loneWorld({ seed: 'kubelet' });
  const { world } = lone;
  const api = smallApi(world);
  const runtime = scriptedRuntime(world, scripts);
  const files = createMemoryFiles({ now: () => world.clock.now() });
  const start = (): { readonly scope: Scope; readonly kubelet: Kubelet } => {
    const scope = world.scope('kubelet');
    const kubelet = runKubelet({
      world: scope.world, transport: api.transport, runtime, files, net: noNetwork, nodeName: 'worker-1', nodeIP: '10.0.0.1', version: 'v1.33.1',
      capacity: { cpu: '4', memory: '8Gi', ephemeralStorage: '100Gi' }, ...more,
    });
    return { scope, kubelet };
  };
  const path = (name: string): string => `/api/v1/namespaces/default/pods/${name}`;
  const node: TestNode = {
    lone, api, runtime, files, ...start(),
    restart() {
      node.scope.kill();
      Object.assign(node, start());
    },
    addPod(name, spec, metadata) {
      api.put(path(name), {
        apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', ...metadata },
        spec: { nodeName: 'worker-1', restartPolicy: 'Always', terminationGracePeriodSeconds: 30, serviceAccountName: 'default', containers: [], ...spec },
        status: { phase: 'Pending', qosClass: 'BestEffort', conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
      });
    },
    deletePod(name, graceSeconds = 30) {
      const pod = api.get<Pod>(path(name));
      if (pod === undefined) throw new Error(`no pod ${name}`);
      api.put(path(name), { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T01:00:00Z', deletionGracePeriodSeconds: graceSeconds } });
    },
    pod: (name) => api.get<Pod>(path(name)),
    events: (name) => api.list<CoreV1Event>('/api/v1/namespaces/').filter((event) => event.involvedObject?.name === name)
      .map((event) => `${event.reason}: ${event.message}${(event.count ?? 1) > 1 ? ` (x${event.count})` : ''}`),
    seconds: (count) => lone.advance(count * 1000),
  };
  return node;
}

export const state = (pod: Pod | undefined, index = 0): unknown => pod?.status?.containerStatuses?.[index]?.state;
