/** Doubling waits, remembered by key: 5 ms, 10 ms ... up to a longest wait, until the key is forgotten.
 *  Upstream: staging/src/k8s.io/client-go/util/workqueue/default_rate_limiters.go */

export interface BackOff {
  /** The next wait for the key; each call doubles it. */
  next(key: string): number;
  failures(key: string): number;
  forget(key: string): void;
}

export function createBackOff({ firstMs, longestMs }: { readonly firstMs: number; readonly longestMs: number }): BackOff {
  const failures = new Map<string, number>();
  return {
    next(key) {
      const before = failures.get(key) ?? 0;
      failures.set(key, before + 1);
      return Math.min(longestMs, firstMs * 2 ** Math.min(before, 40));
    },
    failures: (key) => failures.get(key) ?? 0,
    forget: (key) => void failures.delete(key),
  };
}
