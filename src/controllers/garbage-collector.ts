/** Deletes what has lost its owner. Owners are told apart by uid: a namesake made later owns nothing of the old one's.
 *    background   the owner is gone: its dependents follow
 *    foreground   the owner stays, with a finalizer, until the dependents that block it are gone
 *    orphan       the dependents lose the reference and stay
 *  Upstream: pkg/controller/garbagecollector/garbagecollector.go */
import { isReason } from '../api/errors.ts';
import type { OwnerReference } from '../api/generated/types.ts';
import { isTerminating, ownersOf, uidOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { apiVersionOf, CustomResourceDefinitions, Events, gvr } from '../api/resources.ts';
import type { DeleteOptions } from '../client/client.ts';
import type { Controller, ControllerContext } from '../client/controller.ts';
import { createWorkQueue, rethrowOurs } from '../client/work-queue.ts';
import { createDeletable } from './deletable.ts';
import { awaitsDependents, awaitsOrphaning, createOwnerGraph, FOREGROUND, ORPHAN, type GraphNode } from './owner-graph.ts';

const NAME = 'garbage-collector-controller';
const WORKERS = 20;
const ABSENT_MAX = 500;

interface Owners {
  readonly solid: readonly OwnerReference[];
  readonly absent: readonly OwnerReference[];
  readonly waiting: readonly OwnerReference[];
}

export function createGarbageCollector(context: ControllerContext): Controller {
  const { client, recorder, world } = context;
  const graph = createOwnerGraph();
  const deletable = createDeletable(context);
  const watched = new Set<string>();
  const absentUids = new Set<string>();
  const queue = createWorkQueue(world, { name: NAME, process, workers: WORKERS, onError: (_, error) => rethrowOurs(error) });
  let isRunning = false;

  function watchAll(): void {
    for (const resource of deletable()) if (resource !== (Events as Resource)) watch(resource);
  }

  function watch(resource: Resource): void {
    if (watched.has(gvr(resource))) return;
    watched.add(gvr(resource));
    context.informer(resource).onChange(({ type, object, old }) => {
      if (type === 'add') wake(graph.add(resource, object));
      else if (type === 'update') wake(graph.update(resource, object, old!));
      else {
        rememberAbsent(uidOf(object));
        wake(graph.remove(object));
      }
    });
  }

  function rememberAbsent(uid: string): void {
    absentUids.add(uid);
    if (absentUids.size <= ABSENT_MAX) return;
    for (const oldest of absentUids) {
      absentUids.delete(oldest);
      break;
    }
  }

  function wake(uids: readonly string[]): void {
    if (isRunning) for (const uid of uids) queue.add(uid);
  }

  async function process(uid: string): Promise<void> {
    const node = graph.get(uid);
    if (node === undefined) return;
    if (awaitsOrphaning(node.object)) return orphan(node);
    if (awaitsDependents(node.object)) await awaitDependents(node);
    else if (isTerminating(node.object)) return;
    const isSettled = ownersOf(node.object).every((owner) => {
      const held = graph.get(owner.uid);
      return held !== undefined && !awaitsDependents(held.object);
    });
    if (!isSettled) await judge(node);
  }

  /** Looks at the live object and its live owners, then keeps it, lets go of some owners, or deletes it. */
  async function judge(node: GraphNode): Promise<void> {
    const latest = await getLive(node.resource, node.name, node.namespace);
    if (latest === undefined || uidOf(latest) !== node.uid || (isTerminating(latest) && !awaitsDependents(latest))) return;
    const owners = await classify(node, ownersOf(latest));
    const { solid, absent, waiting } = owners;
    if (solid.length > 0) {
      if (absent.length + waiting.length > 0) await dropOwners(node, latest, [...absent, ...waiting]);
      return;
    }
    if (waiting.length > 0) {
      const dependents = graph.dependentsOf(node.uid);
      if (dependents.length > 0) {
        if (dependents.some((dependent) => awaitsDependents(dependent.object))) await unblock(node, latest);
        return remove(node, 'Foreground', waiting);
      }
    }
    if (absent.length + waiting.length === 0) return;
    const finalizers = latest.metadata?.finalizers ?? [];
    await remove(node, policyBy(finalizers), [...absent, ...waiting]);
  }

  async function classify(node: GraphNode, references: readonly OwnerReference[]): Promise<Owners> {
    const solid: OwnerReference[] = [];
    const absent: OwnerReference[] = [];
    const waiting: OwnerReference[] = [];
    for (const reference of references) {
      const owner = await liveOwner(node, reference);
      if (owner === 'unknown') solid.push(reference);
      else if (owner === undefined) absent.push(reference);
      else if (awaitsDependents(owner)) waiting.push(reference);
      else solid.push(reference);
    }
    return { solid, absent, waiting };
  }

  /** undefined: there is no such owner. 'unknown': its kind is not known, so nothing is deleted for its sake. */
  async function liveOwner(node: GraphNode, reference: OwnerReference): Promise<KubeObject | undefined | 'unknown'> {
    if (absentUids.has(reference.uid)) return undefined;
    const resource =
      deletable().find((row) => row.kind === reference.kind && apiVersionOf(row) === reference.apiVersion) ??
      deletable().find((row) => row.kind === reference.kind && row.group === groupOf(reference.apiVersion));
    if (resource === undefined) return 'unknown';
    if (resource.namespaced && node.namespace === '') {
      tellInvalidNamespace(node, reference);
      return 'unknown';
    }
    const owner = await getLive(resource, reference.name, resource.namespaced ? node.namespace : undefined);
    if (owner !== undefined && uidOf(owner) === reference.uid) return owner;
    const held = graph.get(reference.uid);
    if (held !== undefined && held.namespace !== node.namespace && held.resource.namespaced) tellInvalidNamespace(node, reference);
    rememberAbsent(reference.uid);
    return undefined;
  }

  async function getLive(resource: Resource, name: string, namespace: string | undefined): Promise<KubeObject | undefined> {
    try {
      return await client.get(resource, name, resource.namespaced ? namespace : undefined);
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  function tellInvalidNamespace(node: GraphNode, reference: OwnerReference): void {
    const owner = `[${reference.apiVersion}/${reference.kind}, namespace: ${node.namespace}, name: ${reference.name}, uid: ${reference.uid}]`;
    recorder.event(
      node.resource,
      node.object,
      'Warning',
      'OwnerRefInvalidNamespace',
      `ownerRef ${owner} does not exist in namespace "${node.namespace}"`,
    );
  }

  async function remove(
    node: GraphNode,
    propagationPolicy: NonNullable<DeleteOptions['propagationPolicy']>,
    owners: readonly OwnerReference[],
  ): Promise<void> {
    try {
      await client.delete(node.resource, node.name, node.namespace || undefined, { propagationPolicy, preconditions: { uid: node.uid } });
    } catch (error) {
      if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) return;
      throw error;
    }
    const list = owners.map((owner) => `${owner.kind} ${owner.name}`).join(', ');
    tell(node, `deleted ${node.resource.kind} ${node.name}`, `Its owner ${list} is gone or waits for it to go.`);
  }

  async function dropOwners(node: GraphNode, latest: KubeObject, gone: readonly OwnerReference[]): Promise<void> {
    const uids = new Set(gone.map((owner) => owner.uid));
    await patchOwners(
      node,
      latest,
      ownersOf(latest).filter((owner) => !uids.has(owner.uid)),
    );
  }

  /** Two owners that wait for each other would wait for ever: the inner one stops blocking. */
  const unblock = (node: GraphNode, latest: KubeObject): Promise<void> =>
    patchOwners(
      node,
      latest,
      ownersOf(latest).map((owner) => ({ ...owner, blockOwnerDeletion: false })),
    );

  async function patchOwners(node: GraphNode, latest: KubeObject, ownerReferences: readonly OwnerReference[]): Promise<void> {
    const metadata = { ownerReferences, resourceVersion: latest.metadata?.resourceVersion, uid: node.uid };
    try {
      await client.patch(node.resource, node.name, node.namespace || undefined, 'merge', { metadata });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }

  async function awaitDependents(node: GraphNode): Promise<void> {
    const blocking = graph
      .dependentsOf(node.uid)
      .filter((dependent) => ownersOf(dependent.object).some((owner) => owner.uid === node.uid && owner.blockOwnerDeletion === true));
    if (blocking.length === 0) return dropFinalizer(node, FOREGROUND);
    for (const dependent of blocking) if (!awaitsDependents(dependent.object)) queue.add(dependent.uid);
  }

  async function orphan(node: GraphNode): Promise<void> {
    for (const dependent of graph.dependentsOf(node.uid)) {
      const latest = await getLive(dependent.resource, dependent.name, dependent.namespace);
      const reference = latest && ownersOf(latest).find((owner) => owner.uid === node.uid);
      if (latest !== undefined && reference !== undefined) await dropOwners(dependent, latest, [reference]);
    }
    await dropFinalizer(node, ORPHAN);
    tell(node, 'released its dependents', 'It was deleted with the Orphan policy: what it owned stays.');
  }

  async function dropFinalizer(node: GraphNode, finalizer: string): Promise<void> {
    const latest = await getLive(node.resource, node.name, node.namespace);
    if (latest === undefined || uidOf(latest) !== node.uid) return;
    const finalizers = latest.metadata?.finalizers ?? [];
    if (!finalizers.includes(finalizer)) return;
    const metadata = { resourceVersion: latest.metadata?.resourceVersion, finalizers: finalizers.filter((each) => each !== finalizer) };
    try {
      await client.patch(node.resource, node.name, node.namespace || undefined, 'merge', { metadata });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }

  function tell(node: GraphNode, did: string, because: string): void {
    const namespace = node.namespace === '' ? {} : { namespace: node.namespace };
    world.trace({
      type: 'decision',
      actor: NAME,
      object: { resource: node.resource.plural, ...namespace, name: node.name, uid: node.uid },
      did,
      because,
    });
  }

  watchAll();
  return {
    name: NAME,
    /** What lost its owner while nobody looked, and kinds that come later. */
    run: async () => {
      isRunning = true;
      context.informer(CustomResourceDefinitions).onChange(watchAll);
      for (const resource of deletable()) {
        if (resource === (Events as Resource)) continue;
        for (const object of context.informer(resource).list()) wake(graph.update(resource, object, object).concat(suspects(object)));
      }
    },
  };

  function suspects(object: KubeObject): readonly string[] {
    const isSuspect =
      awaitsDependents(object) || awaitsOrphaning(object) || ownersOf(object).some((owner) => graph.get(owner.uid) === undefined);
    return isSuspect ? [uidOf(object)] : [];
  }
}

function policyBy(finalizers: readonly string[]): NonNullable<DeleteOptions['propagationPolicy']> {
  if (finalizers.includes(ORPHAN)) return 'Orphan';
  return finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background';
}

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '');
