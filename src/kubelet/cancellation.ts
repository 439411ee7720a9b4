/** Lets go of work that is no longer wanted: a Pod that is to stop does not wait for its image.
 *  Upstream: pkg/kubelet/pod_workers.go (the context of syncPod) */
import { AbortedError } from '../base/with-timeout.ts';
import type { Settle, World } from '../base/world.ts';

export interface Cancellation {
  readonly cancelled: boolean;
  cancel(): void;
  /** Throws AbortedError once cancelled. */
  check(): void;
  /** Waits for the work, or throws AbortedError at once when cancelled; the work's end is then ignored. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function createCancellation(world: World): Cancellation {
  const waiting = new Set<Settle<never>>();
  let cancelled = false;
  const check = (): void => { if (cancelled) throw new AbortedError(); };
  return {
    get cancelled() { return cancelled; },
    cancel() {
      if (cancelled) return;
      cancelled = true;
      for (const settle of waiting) settle.reject(new AbortedError());
      waiting.clear();
    },
    check,
    run<T>(name: string, work: () => Promise<T>): Promise<T> {
      return world.suspend<T>((settle) => {
        if (cancelled) return settle.reject(new AbortedError());
        const entry = settle as unknown as Settle<never>;
        waiting.add(entry);
        world.spawn(name, async () => {
          try {
            const value = await work();
            if (waiting.delete(entry)) settle.resolve(value);
          } catch (error) {
            if (waiting.delete(entry)) settle.reject(error);
          }
        });
      });
    },
  };
}
