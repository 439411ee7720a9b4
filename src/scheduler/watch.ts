/** Turns what the informers say into changes of the cache and the queue. No decision is taken here.
 *  Upstream: pkg/scheduler/eventhandlers.go */
import { equal } from '../base/json.ts';
import type { World } from '../base/world.ts';
import type { LabelSelector, Node, Pod } from '../api/generated/types.ts';
import { controllerOf, keyOf, labelsOf } from '../api/meta.ts';
import {
  Namespaces, Nodes, PersistentVolumeClaims, PersistentVolumes, PodDisruptionBudgets, Pods, ReplicaSets, ReplicationControllers, Services,
  StatefulSets, StorageClasses,
} from '../api/resources.ts';
import type { Client } from '../client/client.ts';
import type { Change, Informer } from '../client/informer.ts';
import { createInformer } from '../client/reflector.ts';
import type { SchedulerCache, Lookups } from './cache.ts';
import { podInfo } from './snapshot.ts';
import { insufficient } from './plugins/node-resources.ts';
import type { ClusterEvent, SchedulingQueue } from './queue.ts';

export const isAssigned = (pod: Pod): boolean => Boolean(pod.spec?.nodeName);
export const isTerminal = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
export const isGated = (pod: Pod): boolean => (pod.spec?.schedulingGates ?? []).length > 0;

export interface Watched {
  readonly lookups: Lookups;
  readonly pods: Informer<Pod>;
  readonly budgets: () => readonly import('../api/generated/types.ts').PodDisruptionBudget[];
  synced(): Promise<void>;
}

export interface WatchTargets {
  readonly cache: SchedulerCache;
  readonly queue: SchedulingQueue;
  readonly schedulerName: string;
  /** Work may be there: wakes the loop. */
  readonly ring: () => void;
}

/** A node change that can make room; heartbeats cannot. */
function mayHelp(node: Node, old: Node | undefined): boolean {
  return !old || old.spec?.unschedulable !== node.spec?.unschedulable || !equal(old.status?.allocatable, node.status?.allocatable)
    || !equal(old.metadata?.labels, node.metadata?.labels) || !equal(old.spec?.taints, node.spec?.taints);
}

/** Unscheduled Pods: only a change of their own spec, labels or gates is worth another try; status is our own echo. */
function changedItself(pod: Pod, old: Pod | undefined): boolean {
  return !old || !equal(old.spec, pod.spec) || !equal(old.metadata?.labels, pod.metadata?.labels);
}

function watchPods({ cache, queue, schedulerName, ring }: WatchTargets, clock: World['clock'], move: (event: ClusterEvent, only?: (pod: Pod) => boolean) => void) {
  const leave = (pod: Pod): void => {
    const key = keyOf(pod);
    queue.delete(key);
    const nodeName = pod.spec?.nodeName;
    cache.deletePod(key);
    const node = nodeName ? cache.node(nodeName) : undefined;
    // Only Pods that now fit by resources, or wait for something else, are tried again.
    if (node) move('pod-delete', (waiting) => insufficient(podInfo(waiting).requests, node).length === 0);
  };
  return ({ type, object: pod, old }: Change<Pod>): void => {
    const key = keyOf(pod);
    if (type === 'delete' || isTerminal(pod)) {
      leave(pod);
      return;
    }
    if (isAssigned(pod)) {
      queue.delete(key);
      const news = !cache.isAssumed(key) && !(old && isAssigned(old));
      cache.setPod(pod);
      if (news || (old && !isAssigned(old))) move('pod-add');
      else if (old && !equal(old.metadata?.labels, pod.metadata?.labels)) move('pod-update');
      return;
    }
    if ((pod.spec?.schedulerName ?? 'default-scheduler') !== schedulerName || pod.metadata?.deletionTimestamp) return;
    if (isGated(pod)) queue.delete(key);
    else if (!queue.has(key) && !cache.isAssumed(key) && !old) queue.add(key, pod, clock.now());
    else if (changedItself(pod, old)) queue.add(key, pod, clock.now());
    else queue.update(key, pod);
    ring();
  };
}

function watchNodes({ cache }: WatchTargets, move: (event: ClusterEvent) => void) {
  return ({ type, object: node, old }: Change<Node>): void => {
    if (type === 'delete') {
      cache.deleteNode(node.metadata?.name ?? '');
      return;
    }
    cache.setNode(node);
    if (type === 'add') move('node-add');
    else if (mayHelp(node, old)) move('node-update');
  };
}

const OWNERS = { ReplicaSet: ReplicaSets, ReplicationController: ReplicationControllers, StatefulSet: StatefulSets } as const;

export function watchCluster(world: World, client: Client, targets: WatchTargets): Watched {
  const move = (event: ClusterEvent, only?: (pod: Pod) => boolean): void => {
    if (targets.queue.move(event, world.clock.now(), only)) targets.ring();
  };
  const nodes = createInformer(world, client, Nodes);
  const pods = createInformer(world, client, Pods);
  const namespaces = createInformer(world, client, Namespaces);
  const claims = createInformer(world, client, PersistentVolumeClaims);
  const volumes = createInformer(world, client, PersistentVolumes);
  const classes = createInformer(world, client, StorageClasses);
  const services = createInformer(world, client, Services);
  const budgets = createInformer(world, client, PodDisruptionBudgets);
  const owners = {
    ReplicaSet: createInformer(world, client, OWNERS.ReplicaSet),
    ReplicationController: createInformer(world, client, OWNERS.ReplicationController),
    StatefulSet: createInformer(world, client, OWNERS.StatefulSet),
  };
  nodes.onChange(watchNodes(targets, move));
  pods.onChange(watchPods(targets, world.clock, move));
  namespaces.onChange(({ old, object }) => { if (!equal(old?.metadata?.labels, object.metadata?.labels)) move('namespace'); });
  for (const informer of [claims, volumes, classes]) informer.onChange(() => move('volume'));

  function ownerSelector(pod: Pod): LabelSelector | undefined {
    const owner = controllerOf(pod);
    const informer = owner && Object.hasOwn(owners, owner.kind) ? owners[owner.kind as keyof typeof owners] : undefined;
    const found = informer?.get(`${pod.metadata?.namespace}/${owner?.name}`);
    if (!found || found.metadata?.uid !== owner?.uid) return undefined;
    const selector = found.spec?.selector as LabelSelector | Record<string, string> | undefined;
    return owner?.kind === 'ReplicationController' ? { matchLabels: selector as Record<string, string> } : (selector as LabelSelector);
  }
  function spreadSelectors(pod: Pod): readonly LabelSelector[] {
    const labels = labelsOf(pod);
    const selectors: LabelSelector[] = [];
    for (const service of services.list({ name: 'namespace', value: pod.metadata?.namespace ?? '' })) {
      const selector = Object.entries(service.spec?.selector ?? {});
      if (selector.length > 0 && selector.every(([key, value]) => labels[key] === value)) selectors.push({ matchLabels: service.spec?.selector });
    }
    const own = ownerSelector(pod);
    return own ? [...selectors, own] : selectors;
  }
  const lookups: Lookups = {
    namespaceLabels: (name) => namespaces.get(name)?.metadata?.labels ?? {},
    claim: (namespace, name) => claims.get(`${namespace}/${name}`),
    volume: (name) => volumes.get(name),
    storageClass: (name) => classes.get(name),
    spreadSelectors,
  };
  const all = [nodes, pods, namespaces, claims, volumes, classes, services, budgets, ...Object.values(owners)];
  return {
    lookups, pods,
    budgets: () => budgets.list(),
    async synced() { for (const informer of all) await informer.synced(); },
  };
}
