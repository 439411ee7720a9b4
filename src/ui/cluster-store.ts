/** What the page knows of the cluster: every watched kind, gathered once a frame into one immutable snapshot. Nothing
 *  else in the page holds objects, so every panel shows the same moment. */
import type { CoreV1Event, Deployment, EndpointSlice, Namespace, Node, Pod, ReplicaSet, Service } from '../api/generated/types.ts';
import type { KubeObject } from '../api/object.ts';
import type { Transport } from '../api/transport.ts';
import { dropTurn, gather } from './frames.ts';
import type { NodeView } from './model/node-view.ts';
import type { PodView } from './model/pod-view.ts';
import { createViewBook } from './model/view-book.ts';
import { pollNodeUsage } from './node-usage.ts';
import { watchLoop } from './watch-loop.ts';

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
  const views = createViewBook(hidden);
  let trouble: string | undefined;
  let current = EMPTY;
  let loops: Disposable[] = [];
  for (const kind of Object.keys(WATCHED)) held[kind] = new Map();
  start();

  function start(): void {
    listed.clear();
    const usage = pollNodeUsage(
      transport,
      () => held['nodes']!.keys(),
      (name, found) => {
        if (views.putUsage(name, found)) touch('nodes');
      },
    );
    const watches = (Object.keys(WATCHED) as Kind[]).map((kind) =>
      watchLoop(transport, WATCHED[kind], {
        replace(items) {
          const before = held[kind]!;
          const now = new Map(items.map((item) => [keyOf(item), item]));
          for (const key of before.keys()) if (!now.has(key)) view(kind, key, undefined);
          for (const [key, item] of now) if (before.get(key) !== item) view(kind, key, item);
          held[kind] = now;
          listed.add(kind);
          touch(kind);
        },
        put(item) {
          const key = keyOf(item);
          held[kind]!.set(key, item);
          view(kind, key, item);
          touch(kind);
        },
        remove(item) {
          const key = keyOf(item);
          held[kind]!.delete(key);
          view(kind, key, undefined);
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
    loops = [...watches, usage];
  }

  function view(kind: Kind, key: string, object: KubeObject | undefined): void {
    if (kind === 'pods') views.putPod(key, object as Pod | undefined);
    else if (kind === 'nodes') views.putNode(key, object as Node | undefined);
  }

  function touch(kind: string): void {
    dirty.add(kind);
    gather(publish);
  }

  function publish(): void {
    const objects = { ...current.objects } as Record<string, readonly KubeObject[]>;
    for (const kind of dirty) objects[kind] = [...held[kind]!.values()];
    dirty.clear();
    current = {
      count: current.count + 1,
      synced: listed.size === Object.keys(WATCHED).length,
      objects: objects as unknown as ClusterSnapshot['objects'],
      trouble,
      ...views.drawn(),
    };
    for (const listener of listeners) listener();
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
      for (const name of held['nodes']!.keys()) views.putUsage(name, undefined);
      start();
    },
    [Symbol.dispose]() {
      for (const loop of loops) loop[Symbol.dispose]();
      dropTurn(publish);
      listeners.clear();
    },
  };
}
