/** Runs a table of controllers in one process: informers shared by all, and for each controller its own work queue,
 *  client (so that requests name it), and event source. Nothing is reconciled before every informer has synced.
 *  Upstream: cmd/kube-controller-manager/app/controllermanager.go */
import type { World } from '../base/world.ts';
import { controllerOf, joinKey, keyOf, namespaceOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { apiVersionOf, gvr } from '../api/resources.ts';
import type { Client } from './client.ts';
import type { Controller, ControllerFactory } from './controller.ts';
import type { Informer } from './informer.ts';
import { createRecorder } from './recorder.ts';
import { createInformer } from './reflector.ts';
import { createWorkQueue, rethrowOurs, type WorkQueue } from './work-queue.ts';

export interface ControllerRow {
  /** Names the client and, unless `source` says otherwise, the source of its events. */
  readonly name: string;
  readonly create: ControllerFactory;
  readonly source?: string;
  /** Keys reconciled at the same time; 5 where nothing is said, as most controllers of Kubernetes. */
  readonly workers?: number;
  readonly latencyMs?: readonly [number, number];
}

export interface RunnerOptions {
  readonly world: World;
  readonly controllers: readonly ControllerRow[];
  readonly clientFor: (name: string) => Client;
  /** The client that the shared informers list and watch with. */
  readonly sharedClient: Client;
}

const WORKERS = 5;

/** Resolves when every controller works; the work itself goes on until the world's scope is killed. */
export async function runControllers(options: RunnerOptions): Promise<void> {
  const { world } = options;
  const informers = new Map<string, Informer<KubeObject>>();
  const informer = <T extends KubeObject>(resource: Resource<T>): Informer<T> => {
    const name = gvr(resource);
    const known = informers.get(name) ?? createInformer(world, options.sharedClient, resource as Resource);
    informers.set(name, known);
    return known as unknown as Informer<T>;
  };

  const running = options.controllers.map((row) => {
    const client = options.clientFor(row.name);
    const recorder = createRecorder(world, client, { component: row.source ?? row.name });
    let queue: WorkQueue | undefined;
    const enqueue = (key: string, afterMs?: number): void => {
      if (afterMs === undefined) queue?.add(key);
      else queue?.addAfter(key, afterMs);
    };
    const controller = row.create({ world, client, recorder, informer, enqueue });
    // Asked for now, so that all informers fill before any controller starts.
    for (const resource of resourcesOf(controller)) informer(resource);
    return { row, controller, start: () => void (queue = queueFor(world, row, controller)), enqueue };
  });

  for (const each of informers.values()) await each.synced();
  for (const { controller, start, enqueue } of running) {
    start();
    wire(controller, informer, enqueue);
    if (controller.run !== undefined) world.spawn(controller.name, () => controller.run!());
  }
}

const resourcesOf = (controller: Controller): readonly Resource[] => [
  ...(controller.for === undefined ? [] : [controller.for]),
  ...(controller.owns ?? []),
  ...(controller.watches ?? []).map((watch) => watch.resource),
];

function queueFor(world: World, row: ControllerRow, controller: Controller): WorkQueue {
  return createWorkQueue(world, {
    name: controller.name,
    workers: row.workers ?? WORKERS,
    ...(row.latencyMs !== undefined && { latencyMs: row.latencyMs }),
    process: async (key) => controller.reconcile?.(key),
    onDone: (key, outcome) => world.trace({ type: 'reconcile', controller: controller.name, key, outcome }),
    onError: (key, error) => {
      rethrowOurs(error);
      world.trace({ type: 'reconcile', controller: controller.name, key, outcome: 'failed' });
    },
  });
}

/** What changes in the API becomes keys in the controller's queue. */
function wire(
  controller: Controller,
  informer: <T extends KubeObject>(resource: Resource<T>) => Informer<T>,
  enqueue: (key: string) => void,
): void {
  const { for: resource } = controller;
  if (resource === undefined) return;
  informer(resource).onChange(({ object }) => enqueue(keyOf(object)));
  const apiVersion = apiVersionOf(resource);
  const enqueueOwner = (object: KubeObject): void => {
    const owner = controllerOf(object);
    if (owner === undefined || owner.kind !== resource.kind || owner.apiVersion !== apiVersion) return;
    enqueue(joinKey(resource.namespaced ? namespaceOf(object) : undefined, owner.name));
  };
  for (const owned of controller.owns ?? []) {
    informer(owned).onChange(({ object, old }) => {
      enqueueOwner(object);
      if (old !== undefined && controllerOf(old)?.uid !== controllerOf(object)?.uid) enqueueOwner(old);
    });
  }
  for (const watch of controller.watches ?? []) {
    informer(watch.resource).onChange(({ object, old }) => {
      for (const key of watch.toKeys(object, old)) enqueue(key);
    });
  }
}
