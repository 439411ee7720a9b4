/** The scheduling queue: active (by priority, then age), back-off (1 s doubling to 10 s) and unschedulable Pods, which wait
 *  for an event that could help them, or five minutes. It holds no clock of its own: callers say what time it is.
 *  Upstream: pkg/scheduler/backend/queue/scheduling_queue.go */
import type { Pod } from '../api/generated/types.ts';

const BACKOFF_INITIAL_MS = 1000;
const BACKOFF_MAX_MS = 10_000;
export const UNSCHEDULABLE_MAX_MS = 5 * 60_000;

/** Something happened in the cluster that may make a Pod schedulable. */
export type ClusterEvent = 'node-add' | 'node-update' | 'pod-add' | 'pod-delete' | 'pod-update' | 'volume' | 'namespace' | 'service';

/** Which plugins' refusals an event can cure. Upstream: each plugin's EventsToRegister. */
const CURES: Readonly<Record<ClusterEvent, readonly string[]>> = {
  'node-add': ['NodeUnschedulable', 'NodeName', 'TaintToleration', 'NodeAffinity', 'NodePorts', 'NodeResourcesFit', 'PodTopologySpread', 'InterPodAffinity', 'VolumeBinding'],
  'node-update': ['NodeUnschedulable', 'TaintToleration', 'NodeAffinity', 'NodeResourcesFit', 'PodTopologySpread', 'InterPodAffinity', 'VolumeBinding'],
  'pod-add': ['InterPodAffinity', 'PodTopologySpread'],
  'pod-delete': ['NodePorts', 'NodeResourcesFit', 'InterPodAffinity', 'PodTopologySpread'],
  'pod-update': ['NodeResourcesFit', 'InterPodAffinity', 'PodTopologySpread'],
  volume: ['VolumeBinding'],
  namespace: ['InterPodAffinity'],
  service: [],
};

export interface QueuedPod {
  readonly key: string;
  readonly pod: Pod;
  readonly attempts: number;
  /** When it entered the queue it is in, in cluster milliseconds. */
  readonly sinceMs: number;
  readonly rejectedBy: ReadonlySet<string>;
  /** Failed through an error, not for want of a node: an idle scheduler does not pop it early. */
  readonly errored: boolean;
}

export function backoffMs(attempts: number): number {
  return attempts <= 0 ? 0 : Math.min(BACKOFF_MAX_MS, BACKOFF_INITIAL_MS * 2 ** (attempts - 1));
}

const priorityOf = (queued: QueuedPod): number => queued.pod.spec?.priority ?? 0;
const before = (a: QueuedPod, b: QueuedPod): boolean =>
  priorityOf(a) > priorityOf(b) || (priorityOf(a) === priorityOf(b) && a.sinceMs < b.sinceMs);

export class SchedulingQueue {
  readonly #active = new Map<string, QueuedPod>();
  readonly #backoff = new Map<string, QueuedPod>();
  readonly #unschedulable = new Map<string, QueuedPod>();
  /** Keys in the order of `before`; rebuilt only when a Pod with another priority comes. */
  #order: string[] = [];

  get counts(): { readonly active: number; readonly backoff: number; readonly unschedulable: number } {
    return { active: this.#active.size, backoff: this.#backoff.size, unschedulable: this.#unschedulable.size };
  }

  /** A new Pod, or one whose own change may help it. Gated Pods are the caller's to keep out. */
  add(key: string, pod: Pod, nowMs: number): void {
    const known = this.#unschedulable.get(key) ?? this.#backoff.get(key) ?? this.#active.get(key);
    this.delete(key);
    this.#activate({ key, pod, attempts: known?.attempts ?? 0, sinceMs: nowMs, rejectedBy: new Set(), errored: false });
  }

  /** The Pod changed in a way that cannot help it: the newest object is kept, the place is too. */
  update(key: string, pod: Pod): void {
    for (const queue of [this.#active, this.#backoff, this.#unschedulable]) {
      const known = queue.get(key);
      if (known) queue.set(key, { ...known, pod });
    }
  }

  has(key: string): boolean {
    return this.#active.has(key) || this.#backoff.has(key) || this.#unschedulable.has(key);
  }

  delete(key: string): void {
    this.#active.delete(key);
    this.#backoff.delete(key);
    this.#unschedulable.delete(key);
  }

  /** The next Pod: of the active ones, else, since an idle scheduler need not wait, the one whose back-off ends first. */
  pop(): QueuedPod | undefined {
    for (;;) {
      const key = this.#order.shift();
      if (key === undefined) break;
      const queued = this.#active.get(key);
      if (!queued) continue;
      this.#active.delete(key);
      return queued;
    }
    let next: QueuedPod | undefined;
    for (const queued of this.#backoff.values()) {
      if (!queued.errored && (!next || endOf(queued) < endOf(next))) next = queued;
    }
    if (next) this.#backoff.delete(next.key);
    return next;
  }

  /** After a cycle that found no node. */
  reject(queued: QueuedPod, rejectedBy: ReadonlySet<string>, nowMs: number): void {
    this.#unschedulable.set(queued.key, { ...queued, attempts: queued.attempts + 1, sinceMs: nowMs, rejectedBy, errored: false });
  }

  /** After an error: back-off, then again. */
  retry(queued: QueuedPod, nowMs: number): void {
    this.#backoff.set(queued.key, { ...queued, attempts: queued.attempts + 1, sinceMs: nowMs, errored: true });
  }

  /** Moves the Pods that the event may help. true: somebody moved. */
  move(event: ClusterEvent, nowMs: number, only?: (pod: Pod) => boolean): boolean {
    let moved = false;
    for (const queued of [...this.#unschedulable.values()]) {
      const helps = queued.rejectedBy.size === 0 || CURES[event].some((plugin) => queued.rejectedBy.has(plugin));
      if (!helps || (only && !only(queued.pod))) continue;
      this.#unschedulable.delete(queued.key);
      moved = true;
      if (endOf(queued) > nowMs) this.#backoff.set(queued.key, queued);
      else this.#activate(queued);
    }
    return moved;
  }

  /** Back-offs that have ended and Pods that have waited five minutes become active. Returns when to look again. */
  flush(nowMs: number): number | undefined {
    let nextMs = Infinity;
    for (const queued of [...this.#backoff.values()]) {
      if (endOf(queued) <= nowMs) {
        this.#backoff.delete(queued.key);
        this.#activate(queued);
      } else nextMs = Math.min(nextMs, endOf(queued));
    }
    for (const queued of [...this.#unschedulable.values()]) {
      const dueMs = queued.sinceMs + UNSCHEDULABLE_MAX_MS;
      if (dueMs <= nowMs) {
        this.#unschedulable.delete(queued.key);
        this.#activate(queued);
      } else nextMs = Math.min(nextMs, dueMs);
    }
    return nextMs === Infinity ? undefined : nextMs;
  }

  #activate(queued: QueuedPod): void {
    this.#active.set(queued.key, queued);
    let at = this.#order.length;
    for (; at > 0; at -= 1) {
      const other = this.#active.get(this.#order[at - 1] ?? '');
      if (!other || !before(queued, other)) break;
    }
    this.#order.splice(at, 0, queued.key);
  }
}

const endOf = (queued: QueuedPod): number => queued.sinceMs + backoffMs(queued.attempts);
