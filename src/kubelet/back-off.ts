/** Doubling waits by key that are measured from when something happened: container restarts and image pulls.
 *  The first failure is retried at once; an entry unused for twice the longest wait starts anew.
 *  Upstream: staging/src/k8s.io/client-go/util/flowcontrol/backoff.go */

export interface BackOff {
  /** The wait that is in force for the key, 0 without one. */
  get(key: string): number;
  /** When the wait that began at `sinceMs` is over; undefined when it is over already. Restarts count from the exit. */
  until(key: string, sinceMs: number, nowMs: number): number | undefined;
  /** The same, counted from the last `next`: image pulls. */
  untilSinceUpdate(key: string, nowMs: number): number | undefined;
  /** Begins the next, longer wait. */
  next(key: string, sinceMs: number, nowMs: number): void;
  forget(keyPrefix: string): void;
}

export function createBackOff(firstMs = 10_000, longestMs = 300_000): BackOff {
  const entries = new Map<string, { waitMs: number; updatedAtMs: number }>();
  const expired = (at: number, updatedAtMs: number): boolean => at - updatedAtMs > 2 * longestMs;
  return {
    get: (key) => entries.get(key)?.waitMs ?? 0,
    until(key, sinceMs, nowMs) {
      const entry = entries.get(key);
      if (entry === undefined || expired(sinceMs, entry.updatedAtMs)) return undefined;
      return nowMs - sinceMs < entry.waitMs ? sinceMs + entry.waitMs : undefined;
    },
    untilSinceUpdate(key, nowMs) {
      const entry = entries.get(key);
      if (entry === undefined || expired(nowMs, entry.updatedAtMs)) return undefined;
      return nowMs - entry.updatedAtMs < entry.waitMs ? entry.updatedAtMs + entry.waitMs : undefined;
    },
    next(key, sinceMs, nowMs) {
      const entry = entries.get(key);
      if (entry === undefined || expired(sinceMs, entry.updatedAtMs)) entries.set(key, { waitMs: firstMs, updatedAtMs: nowMs });
      else entries.set(key, { waitMs: Math.min(entry.waitMs * 2, longestMs), updatedAtMs: nowMs });
    },
    forget(keyPrefix) {
      for (const key of entries.keys()) if (key.startsWith(keyPrefix)) entries.delete(key);
    },
  };
}
