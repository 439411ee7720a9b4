/** Who owns whom, over all kinds: nodes by uid, with their dependents. Fed by informers; pure otherwise.
 *  Upstream: pkg/controller/garbagecollector/{graph,graph_builder}.go */
import type { OwnerReference } from '../api/generated/types.ts';
import { isTerminating, nameOf, namespaceOf, ownersOf, uidOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

export interface GraphNode {
  readonly uid: string;
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  object: KubeObject;
}

export interface OwnerGraph {
  get(uid: string): GraphNode | undefined;
  dependentsOf(uid: string): readonly GraphNode[];
  /** Each returns the uids that must be looked at because of the change. */
  add(resource: Resource, object: KubeObject): readonly string[];
  update(resource: Resource, object: KubeObject, old: KubeObject): readonly string[];
  remove(object: KubeObject): readonly string[];
}

const NONE: readonly string[] = Object.freeze([]);
const hasFinalizer = (object: KubeObject, name: string): boolean => object.metadata?.finalizers?.includes(name) === true;

/** Deleted with `propagationPolicy: Foreground`, and waiting for its dependents. */
export const awaitsDependents = (object: KubeObject): boolean => isTerminating(object) && hasFinalizer(object, FOREGROUND);
/** Deleted with `propagationPolicy: Orphan`, and its dependents still point at it. */
export const awaitsOrphaning = (object: KubeObject): boolean => isTerminating(object) && hasFinalizer(object, ORPHAN);

export function createOwnerGraph(): OwnerGraph {
  const nodes = new Map<string, GraphNode>();
  const dependents = new Map<string, Set<string>>();

  function link(uid: string, owners: readonly OwnerReference[]): void {
    for (const owner of owners) {
      const known = dependents.get(owner.uid);
      if (known === undefined) dependents.set(owner.uid, new Set([uid]));
      else known.add(uid);
    }
  }

  function unlink(uid: string, owners: readonly OwnerReference[]): void {
    for (const owner of owners) {
      const known = dependents.get(owner.uid);
      known?.delete(uid);
      if (known?.size === 0) dependents.delete(owner.uid);
    }
  }

  const dependentUids = (uid: string): readonly string[] => [...(dependents.get(uid) ?? NONE)];
  const missingOwner = (owners: readonly OwnerReference[]): boolean => owners.some((owner) => !nodes.has(owner.uid));

  /** Owners that wait for their dependents look again when one of them goes or lets go. */
  const waitingOwners = (owners: readonly OwnerReference[]): readonly string[] =>
    owners
      .map((owner) => owner.uid)
      .filter((uid) => {
        const node = nodes.get(uid);
        return node !== undefined && awaitsDependents(node.object);
      });

  /** An owner that begins to wait wakes itself and its dependents. */
  const transition = (uid: string, object: KubeObject): readonly string[] => {
    if (awaitsDependents(object)) return [...dependentUids(uid), uid];
    return awaitsOrphaning(object) ? [uid] : NONE;
  };

  return {
    get: (uid) => nodes.get(uid),
    dependentsOf: (uid) => dependentUids(uid).flatMap((each) => nodes.get(each) ?? []),
    add(resource, object) {
      const uid = uidOf(object);
      const owners = ownersOf(object);
      nodes.set(uid, { uid, resource, object, namespace: namespaceOf(object), name: nameOf(object) });
      link(uid, owners);
      const wake = [...transition(uid, object)];
      if (owners.length > 0 && (missingOwner(owners) || waitingOwners(owners).length > 0)) wake.push(uid);
      return wake;
    },
    update(resource, object, old) {
      const uid = uidOf(object);
      const node = nodes.get(uid);
      if (node === undefined) return this.add(resource, object);
      node.object = object;
      const [before, after] = [ownersOf(old), ownersOf(object)];
      const wake: string[] = [];
      if (before !== after && !sameOwners(before, after)) {
        unlink(uid, before);
        link(uid, after);
        wake.push(...waitingOwners(before));
        if (missingOwner(after)) wake.push(uid);
      }
      if (awaitsDependents(object) !== awaitsDependents(old) || awaitsOrphaning(object) !== awaitsOrphaning(old))
        wake.push(...transition(uid, object));
      return wake;
    },
    remove(object) {
      const uid = uidOf(object);
      const owners = ownersOf(nodes.get(uid)?.object ?? object);
      nodes.delete(uid);
      unlink(uid, owners);
      return [...dependentUids(uid), ...waitingOwners(owners)];
    },
  };
}

function sameOwners(a: readonly OwnerReference[], b: readonly OwnerReference[]): boolean {
  return (
    a.length === b.length &&
    a.every((owner, index) => owner.uid === b[index]!.uid && owner.blockOwnerDeletion === b[index]!.blockOwnerDeletion)
  );
}
