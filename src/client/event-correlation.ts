/** Decides what becomes of a new Event: a new object, a higher count on an old one, or nothing.
 *  - The same event again (source, object, type, reason and message): its count grows and its lastTimestamp moves.
 *  - More than 10 events that differ in their message only, none 600 s after the last: one "(combined from similar events)".
 *  - A source may write 25 events about one object, then one every 300 s.
 *  Upstream: staging/src/k8s.io/client-go/tools/record/events_cache.go */
import { rfc3339 } from '../base/time.ts';
import type { Clock } from '../base/world.ts';
import type { CoreV1Event } from '../api/generated/types.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';

export type Correlated =
  | { readonly action: 'create'; readonly event: CoreV1Event; readonly key: string }
  | { readonly action: 'patch'; readonly event: CoreV1Event; readonly key: string; readonly patch: object }
  | { readonly action: 'skip' };

export interface EventCorrelation {
  correlate(event: CoreV1Event): Correlated;
  /** The server's answer: what the next equal event counts on from. */
  written(key: string, event: CoreV1Event): void;
}

const CACHE_MAX = 4096;
const SIMILAR_MAX = 10;
const SIMILAR_MS = 600_000;
const SPAM = { burst: 25, perSecond: 1 / 300 };

interface Similar {
  readonly messages: Set<string>;
  lastAt: number;
}
interface Observed {
  readonly count: number;
  readonly firstTimestamp: string;
  readonly name: string;
}

/** `nameOf` makes a name that was never used for an object's events. */
export function createEventCorrelation(clock: Clock, nameOf: (object: string) => string): EventCorrelation {
  const similar = createRecent<Similar>();
  const observed = createRecent<Observed>();
  const budgets = createRecent<RateLimit>();

  function aggregate(event: CoreV1Event): { readonly event: CoreV1Event; readonly key: string } {
    const group = keyOfSimilar(event);
    const now = clock.now();
    let record = similar.get(group);
    if (record === undefined || now - record.lastAt > SIMILAR_MS) record = { messages: new Set(), lastAt: now };
    record.messages.add(event.message ?? '');
    record.lastAt = now;
    similar.set(group, record);
    if (record.messages.size < SIMILAR_MAX) return { event, key: keyOfEvent(event) };
    for (const oldest of record.messages) {
      record.messages.delete(oldest);
      break;
    }
    const at = rfc3339(now);
    const combined: CoreV1Event = {
      ...event,
      metadata: { ...event.metadata, name: nameOf(event.involvedObject.name ?? '') },
      message: `(combined from similar events): ${event.message ?? ''}`,
      count: 1,
      firstTimestamp: at,
      lastTimestamp: at,
    };
    return { event: combined, key: group };
  }

  function mayWrite(event: CoreV1Event): boolean {
    const key = keyOfSource(event);
    const budget = budgets.get(key) ?? createRateLimit(clock, SPAM);
    budgets.set(key, budget);
    return budget.tryTake();
  }

  return {
    correlate(raw) {
      const { event, key } = aggregate(raw);
      const last = observed.get(key);
      const count = (last?.count ?? 0) + 1;
      observed.set(key, {
        count,
        firstTimestamp: last?.firstTimestamp ?? event.firstTimestamp ?? '',
        name: last?.name ?? event.metadata.name ?? '',
      });
      if (!mayWrite(event)) return { action: 'skip' };
      if (last === undefined) return { action: 'create', event, key };
      const again: CoreV1Event = { ...event, metadata: { ...event.metadata, name: last.name }, firstTimestamp: last.firstTimestamp, count };
      return { action: 'patch', event: again, key, patch: { count, lastTimestamp: event.lastTimestamp, message: event.message } };
    },
    written(key, event) {
      observed.set(key, { count: event.count ?? 1, firstTimestamp: event.firstTimestamp ?? '', name: event.metadata.name ?? '' });
    },
  };
}

const sourceParts = (event: CoreV1Event): readonly (string | undefined)[] => [event.source?.component, event.source?.host];

/** Client-go joins without separators; a separator only keeps apart what is different anyway. */
const join = (parts: readonly (string | undefined)[]): string => parts.map((part) => part ?? '').join('\u0000');

function keyOfSource(event: CoreV1Event): string {
  const { kind, namespace, name, uid, apiVersion } = event.involvedObject;
  return join([...sourceParts(event), kind, namespace, name, uid, apiVersion]);
}

function keyOfSimilar(event: CoreV1Event): string {
  return join([keyOfSource(event), event.type, event.reason, event.reportingComponent, event.reportingInstance]);
}

function keyOfEvent(event: CoreV1Event): string {
  return join([keyOfSource(event), event.involvedObject.fieldPath, event.type, event.reason, event.message]);
}

/** A map that forgets what was used longest ago. */
function createRecent<V>(): { get(key: string): V | undefined; set(key: string, value: V): void } {
  const entries = new Map<string, V>();
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size <= CACHE_MAX) return;
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        break;
      }
    },
  };
}
