/** The queue between a controller's informers and its reconcile:
 *  - Fair: keys are worked in the order in which they came due.
 *  - Stingy: a key added many times before it is worked is worked once.
 *  - One key is never worked twice at once; added meanwhile, it comes again afterwards.
 *  - A failed key comes again after 5 ms, doubling to 1,000 s, until it succeeds.
 *  `add` waits a latency of 20 to 50 ms first: in a cluster the answer to a request reaches its client before its consequences.
 *  Upstream: staging/src/k8s.io/client-go/util/workqueue */
import type { Random, World } from '../base/world.ts';
import { ApiError } from '../api/errors.ts';
import { TransportError } from '../api/transport.ts';
import { createBackOff } from './back-off.ts';
import type { Requeue } from './controller.ts';

export interface WorkQueue {
  /** Works the key after the queue's latency. */
  add(key: string): void;
  /** Works the key after the delay, or earlier if it is added by then: an earlier request never becomes later. */
  addAfter(key: string, delayMs: number): void;
  /** Works the key after its back-off, as a failure does. */
  addRateLimited(key: string): void;
  forget(key: string): void;
  failures(key: string): number;
  /** Keys waiting to be worked now: not those that wait for a delay. */
  readonly length: number;
}

export interface WorkQueueOptions {
  readonly name: string;
  /** Returns after how long to look again, if at all. Throwing means: again with back-off. */
  readonly process: (key: string) => Promise<Requeue | void>;
  /** Told of what `process` threw; what it throws itself ends the component. */
  readonly onError?: (key: string, error: unknown) => void;
  readonly onDone?: (key: string, outcome: 'done' | 'again') => void;
  /** Keys worked at the same time. */
  readonly workers?: number;
  readonly latencyMs?: readonly [number, number];
  readonly backOff?: { readonly firstMs: number; readonly longestMs: number };
}

/** For `onError`: refusals and a server out of reach are tried again, everything else is our own mistake and ends the component. */
export function rethrowOurs(error: unknown): void {
  if (!(error instanceof ApiError) && !(error instanceof TransportError)) throw error;
}

const LATENCY_MS = [20, 50] as const;
const BACK_OFF = { firstMs: 5, longestMs: 1_000_000 };

export function createWorkQueue(world: World, options: WorkQueueOptions): WorkQueue {
  const random: Random = world.random.fork(`queue:${options.name}`);
  const [latencyMin, latencyMax] = options.latencyMs ?? LATENCY_MS;
  const backOff = createBackOff(options.backOff ?? BACK_OFF);
  const workers = options.workers ?? 1;
  const coming = new Set<string>(); // Added, within the latency.
  const delayed = new Map<string, { readonly at: number; readonly timer: Disposable }>();
  const due: string[] = []; // In order; from `head` on.
  const dueKeys = new Set<string>();
  const processing = new Set<string>();
  const dirty = new Set<string>(); // Came due while being processed.
  let head = 0;

  function becomeDue(key: string): void {
    if (dueKeys.has(key)) return;
    if (processing.has(key)) {
      dirty.add(key);
      return;
    }
    dueKeys.add(key);
    due.push(key);
    startWork();
  }

  function startWork(): void {
    while (head < due.length && processing.size < workers) {
      const key = due[head]!;
      head += 1;
      if (head > 1000 && head * 2 > due.length) {
        due.splice(0, head);
        head = 0;
      }
      dueKeys.delete(key);
      processing.add(key);
      world.spawn(`${options.name} ${key}`, () => work(key));
    }
  }

  async function work(key: string): Promise<void> {
    try {
      const again = await options.process(key);
      backOff.forget(key);
      if (again !== undefined) addAfter(key, again.afterMs);
      options.onDone?.(key, again === undefined ? 'done' : 'again');
    } catch (error) {
      options.onError?.(key, error);
      addAfter(key, backOff.next(key));
    }
    processing.delete(key);
    if (dirty.delete(key)) becomeDue(key);
    startWork();
  }

  function add(key: string): void {
    if (coming.has(key) || dueKeys.has(key) || dirty.has(key)) return;
    coming.add(key);
    world.clock.setTimer(latencyMin + random.int(latencyMax - latencyMin + 1), () => {
      coming.delete(key);
      becomeDue(key);
    });
  }

  function addAfter(key: string, delayMs: number): void {
    const wait = Math.max(0, delayMs);
    const at = world.clock.now() + wait;
    const waiting = delayed.get(key);
    if (waiting !== undefined) {
      if (waiting.at <= at) return;
      waiting.timer[Symbol.dispose]();
    }
    const timer = world.clock.setTimer(wait, () => {
      delayed.delete(key);
      becomeDue(key);
    });
    delayed.set(key, { at, timer });
  }

  return {
    add,
    addAfter,
    addRateLimited: (key) => addAfter(key, backOff.next(key)),
    forget: (key) => backOff.forget(key),
    failures: (key) => backOff.failures(key),
    get length() {
      return due.length - head;
    },
  };
}
