/** What is selected, as an object with its view and owners. */
import { useMemo, useRef } from 'react';
import type { KubeObject } from '../../api/object.ts';
import { useCluster } from '../page.tsx';
import type { ClusterSnapshot } from '../cluster-store.ts';
import { keyOf } from '../cluster-store.ts';
import { podView } from '../model/pod-view.ts';
import type { PodView } from '../model/pod-view.ts';
import type { NodeView } from '../model/node-view.ts';
import { useUi } from '../ui-state.ts';
import type { Selection } from '../ui-state.ts';
import type { Subject } from './why-rail.ts';

export interface Inspected {
  readonly selection: Selection;
  readonly object: KubeObject;
  readonly pod?: PodView;
  readonly node?: NodeView;
  /** It is not in the cluster any more; this is the last that was seen. */
  readonly gone: boolean;
  /** The object, then its owners up to the Deployment. */
  readonly chain: readonly Subject[];
}

const lastSeen = new Map<string, KubeObject>();

export function useSubject(): Inspected | undefined {
  const snapshot = useCluster();
  const selection = useUi((state) => state.selection);
  const last = useRef<Inspected | undefined>(undefined);
  return useMemo(() => {
    const next = inspect(snapshot, selection);
    // The cluster moves around it; what is drawn of it need not.
    if (!next || !last.current || !same(next, last.current)) last.current = next;
    return last.current;
  }, [snapshot, selection]);
}

function same(a: Inspected, b: Inspected): boolean {
  return (
    a.object === b.object &&
    a.gone === b.gone &&
    a.node === b.node &&
    a.selection === b.selection &&
    a.chain.length === b.chain.length &&
    a.chain.every((one, at) => one.name === b.chain[at]?.name)
  );
}

export function inspect(snapshot: ClusterSnapshot, selection: Selection | undefined): Inspected | undefined {
  if (!selection) return undefined;
  const list: readonly KubeObject[] = snapshot.objects[selection.resource as keyof ClusterSnapshot['objects']] ?? [];
  const place = `${selection.resource} ${selection.key}`;
  const name = selection.key.slice(selection.key.indexOf('/') + 1);
  const live = list.find((one) => one.metadata?.name === name && keyOf(one) === selection.key);
  if (live) {
    lastSeen.clear();
    lastSeen.set(place, live);
  }
  const object = live ?? lastSeen.get(place);
  if (!object) return undefined;
  const node = selection.resource === 'nodes' ? snapshot.nodes.find((one) => one.name === selection.key) : undefined;
  return {
    selection,
    object,
    gone: !live,
    chain: ownersOf(snapshot, selection.resource, object),
    ...(selection.resource === 'pods' ? { pod: podView(object) } : {}),
    ...(node ? { node } : {}),
  };
}

const PLURALS: Readonly<Record<string, string>> = { ReplicaSet: 'replicasets', Deployment: 'deployments' };

function ownersOf(snapshot: ClusterSnapshot, resource: string, object: KubeObject): readonly Subject[] {
  const chain: Subject[] = [];
  let current: KubeObject | undefined = object;
  let plural = resource;
  while (current && chain.length < 4) {
    chain.push({ resource: plural, namespace: current.metadata?.namespace ?? '', name: current.metadata?.name ?? '' });
    const owner: { kind: string; name: string } | undefined = current.metadata?.ownerReferences?.find((one) => one.controller);
    const next: string | undefined = owner && PLURALS[owner.kind];
    if (!owner || next === undefined) break;
    const namespace: string | undefined = current.metadata?.namespace;
    current = snapshot.objects[next as 'replicasets' | 'deployments'].find(
      (one) => one.metadata?.name === owner.name && one.metadata?.namespace === namespace,
    );
    plural = next;
  }
  return chain;
}
