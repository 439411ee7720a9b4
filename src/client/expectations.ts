/** What a controller has asked for and not yet seen in its informer. While it waits for creations or deletions of a key it
 *  makes no new ones, so a stale copy never leads to a Pod too many. Expectations older than five minutes are given up.
 *  Upstream: pkg/controller/controller_utils.go */
import type { Clock } from '../base/world.ts';

export interface Expectations {
  /** True when everything expected was seen, or nothing was expected, or the wait is over. */
  satisfied(key: string): boolean;
  /** So many creations, and deletions of these: told apart by key, so a Pod that is marked and then gone is seen once. */
  expect(key: string, creations: number, deletions: readonly string[]): void;
  creationObserved(key: string): void;
  deletionObserved(key: string, object: string): void;
  forget(key: string): void;
}

const TIMEOUT_MS = 300_000;

interface Entry {
  creations: number;
  readonly deletions: Set<string>;
  readonly since: number;
}

export function createExpectations(clock: Clock): Expectations {
  const entries = new Map<string, Entry>();
  return {
    satisfied(key) {
      const entry = entries.get(key);
      if (entry === undefined) return true;
      return (entry.creations <= 0 && entry.deletions.size === 0) || clock.now() - entry.since > TIMEOUT_MS;
    },
    expect(key, creations, deletions) {
      entries.set(key, { creations, deletions: new Set(deletions), since: clock.now() });
    },
    creationObserved(key) {
      const entry = entries.get(key);
      if (entry !== undefined) entry.creations -= 1;
    },
    deletionObserved(key, object) {
      entries.get(key)?.deletions.delete(object);
    },
    forget: (key) => void entries.delete(key),
  };
}
