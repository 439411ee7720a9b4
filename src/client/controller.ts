/** A control loop as a value: what it reconciles, what wakes it, and one step nearer to the desired state.
 *  Level-triggered: reconcile is told which object, never what happened to it, and must be safe to call at any time.
 *  A factory makes it from a ControllerContext; runner.ts runs it: a work queue a controller, one key never twice at once. */
import type { World } from '../base/world.ts';
import type { KubeObject } from '../api/object.ts';
import type { ObjectKey, Resource } from '../api/resource.ts';
import type { Client } from './client.ts';
import type { Informer } from './informer.ts';
import type { EventRecorder } from './events.ts';

export interface Controller {
  /** As the user agent and the event source say it: "replicaset-controller". */
  readonly name: string;
  /** Absent for what works by `run` alone; `owns`, `watches` and `reconcile` are then absent too. */
  readonly for?: Resource;
  /** A change in an owned object wakes its controller owner. */
  readonly owns?: readonly Resource[];
  readonly watches?: readonly { readonly resource: Resource; toKeys(object: KubeObject, old?: KubeObject): Iterable<ObjectKey> }[];
  /** Throwing retries with back-off, 5 ms doubling to 1,000 s. */
  reconcile?(key: ObjectKey): Promise<Requeue | void>;
  /** Work besides the queue (a periodic sweep); spawned when the informers have synced. */
  run?(): Promise<void>;
}

export interface Requeue {
  readonly afterMs: number;
}

export interface ControllerContext {
  readonly world: World;
  readonly client: Client;
  readonly recorder: EventRecorder;
  /** One shared informer a resource for all controllers of a process. */
  informer<T extends KubeObject>(resource: Resource<T>): Informer<T>;
  /** Wakes a key of this controller from outside its watches: after the queue's latency, or after the delay said. */
  enqueue(key: ObjectKey, afterMs?: number): void;
}

export type ControllerFactory = (context: ControllerContext) => Controller;
