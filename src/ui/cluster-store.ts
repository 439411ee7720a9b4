/** What the page knows of the cluster: every watched kind, gathered once a frame into one immutable snapshot. Nothing
 *  else in the page holds objects, so every panel shows the same moment. */
import type { CoreV1Event, Deployment, EndpointSlice, Namespace, Node, Pod, ReplicaSet, Service } from '../api/generated/types.ts';
import type { KubeObject } from '../api/object.ts';
import type { Transport } from '../api/transport.ts';
import { watchLoop } from './watch-loop.ts';
import { nodeView } from './model/node-view.ts';
import type { NodeView } from './model/node-view.ts';
import { podView } from './model/pod-view.ts';
import type { PodView } from './model/pod-view.ts';

const WATCHED = {
  nodes: '/api/v1/nodes',
  pods: '/api/v1/pods',
  deployments: '/apis/apps/v1/deployments',
  replicasets: '/apis/apps/v1/replicasets',
  services: '/api/v1/services',
  endpointslices: '/apis/discovery.k8s.io/v1/endpointslices',
  namespaces: '/api/v1/namespaces',
  events: '/api/v1/events',
} as const;

type Kind = keyof typeof WATCHED;
interface Kinds {
  nodes: Node;
  pods: Pod;
  deployments: Deployment;
  replicasets: ReplicaSet;
  services: Service;
  endpointslices: EndpointSlice;
  namespaces: Namespace;
  events: CoreV1Event;
}

export interface ClusterSnapshot {
  /** Counts snapshots; 0 before the first list. */
  readonly count: number;
  /** Every kind has been listed once. */
  readonly synced: boolean;
  readonly objects: { readonly [K in Kind]: readonly Kinds[K][] };
  readonly pods: readonly PodView[];
  readonly nodes: readonly NodeView[];
  /** Pods without a node. */
  readonly pending: readonly PodView[];
  /** Why the API is not reached, if it is not. */
  readonly trouble: string | undefined;
}

export interface ClusterStore extends Disposable {
  readonly subscribe: (listener: () => void) => () => void;
  readonly snapshot: () => ClusterSnapshot;
  /** The whole object behind a view. */
  find<K extends Kind>(kind: K, key: string): Kinds[K] | undefined;
  /** Lists everything again: after a step into the past or back. */
  restart(): void;
}

const EMPTY: ClusterSnapshot = {
  count: 0,
  synced: false,
  pods: [],
  nodes: [],
  pending: [],
  trouble: undefined,
  objects: { nodes: [], pods: [], deployments: [], replicasets: [], services: [], endpointslices: [], namespaces: [], events: [] },
};

export const keyOf = (object: KubeObject): string =>
  object.metadata?.namespace ? `${object.metadata.namespace}/${object.metadata.name}` : (object.metadata?.name ?? '');

export function createClusterStore(transport: Transport, hidden?: (pod: Pod) => boolean): ClusterStore {
  const held: Record<string, Map<string, KubeObject>> = {};
  const dirty = new Set<string>();
  const listeners = new Set<() => void>();
  const listed = new Set<string>();
  let trouble: string | undefined;
  let current = EMPTY;
  let scheduled = false;
  let loops: Disposable[] = [];
  for (const kind of Object.keys(WATCHED)) held[kind] = new Map();
  start();

  function start(): void {
    listed.clear();
    loops = (Object.keys(WATCHED) as Kind[]).map((kind) =>
      watchLoop(transport, WATCHED[kind], {
        replace(items) {
          held[kind] = new Map(items.map((item) => [keyOf(item), item]));
          listed.add(kind);
          touch(kind);
        },
        put(item) {
          held[kind]?.set(keyOf(item), item);
          touch(kind);
        },
        remove(item) {
          held[kind]?.delete(keyOf(item));
          touch(kind);
        },
        trouble(message) {
          if (trouble !== message) {
            trouble = message;
            touch(kind);
          }
        },
      }),
    );
  }

  function touch(kind: string): void {
    dirty.add(kind);
    if (scheduled) return;
    scheduled = true;
    // A hidden page gets no frames; it still must not fall behind for ever.
    if (document.visibilityState === 'hidden') setTimeout(publish, 200);
    else requestAnimationFrame(publish);
  }

  function publish(): void {
    scheduled = false;
    const objects = { ...current.objects } as Record<string, readonly KubeObject[]>;
    for (const kind of dirty) objects[kind] = [...held[kind]!.values()];
    const drawn = dirty.has('pods') || dirty.has('nodes');
    dirty.clear();
    const typed = objects as unknown as ClusterSnapshot['objects'];
    current = {
      ...current,
      count: current.count + 1,
      synced: listed.size === Object.keys(WATCHED).length,
      objects: typed,
      trouble,
      ...(drawn ? drawnViews(typed) : {}),
    };
    for (const listener of listeners) listener();
  }

  function drawnViews(objects: ClusterSnapshot['objects']): Pick<ClusterSnapshot, 'pods' | 'nodes' | 'pending'> {
    const pods = objects.pods.filter((pod) => !hidden?.(pod)).map(podView);
    const byNode = new Map<string, PodView[]>();
    for (const pod of pods) {
      if (pod.node === undefined) continue;
      const list = byNode.get(pod.node);
      if (list) list.push(pod);
      else byNode.set(pod.node, [pod]);
    }
    const nodes = objects.nodes.map((node) => nodeView(node, byNode.get(node.metadata?.name ?? '') ?? []));
    return { pods, nodes, pending: pods.filter((pod) => pod.node === undefined && pod.state !== 'failing') };
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => current,
    find: <K extends Kind>(kind: K, key: string) => held[kind]?.get(key) as Kinds[K] | undefined,
    restart() {
      for (const loop of loops) loop[Symbol.dispose]();
      start();
    },
    [Symbol.dispose]() {
      for (const loop of loops) loop[Symbol.dispose]();
      listeners.clear();
    },
  };
}
