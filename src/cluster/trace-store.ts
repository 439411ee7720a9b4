/** Keeps the newest trace records for views that open late, and hands new ones on in batches. */
import { disposable } from '../base/dispose.ts';
import type { TraceEvent, TraceRecord } from '../base/trace.ts';
import type { TraceFeed, TraceFilter } from '../sandbox/sandbox.ts';

const KEPT_MAX = 50_000;
const READ_DEFAULT = 10_000;
/** Requests and reconciles are many and seldom asked for: they go first. */
const COMMON: ReadonlySet<TraceEvent['type']> = new Set(['request', 'reconcile', 'packet']);
const COMMON_MAX = 10_000;

export interface TraceStore extends TraceFeed {
  add(records: readonly TraceRecord[]): void;
}

export function createTraceStore(): TraceStore {
  let common: TraceRecord[] = [];
  let rare: TraceRecord[] = [];
  const listeners = new Set<(records: readonly TraceRecord[]) => void>();
  return {
    add(records) {
      if (records.length === 0) return;
      for (const record of records) (COMMON.has(record.event.type) ? common : rare).push(record);
      if (common.length > COMMON_MAX * 1.5) common = common.slice(-COMMON_MAX);
      if (rare.length > KEPT_MAX * 1.5) rare = rare.slice(-KEPT_MAX);
      for (const listener of listeners) listener(records);
    },
    async read(filter = {}) {
      const all = filter.types?.every((type) => !COMMON.has(type as TraceEvent['type'])) ? rare : merge(rare, common);
      const found = all.filter((record) => matches(record, filter));
      return found.slice(-(filter.limit ?? READ_DEFAULT));
    },
    onRecords(listener) {
      listeners.add(listener);
      return disposable(() => listeners.delete(listener));
    },
  };
}

function merge(a: readonly TraceRecord[], b: readonly TraceRecord[]): readonly TraceRecord[] {
  const merged: TraceRecord[] = [];
  let left = 0;
  let right = 0;
  while (left < a.length || right < b.length) {
    const one = a[left];
    const other = b[right];
    if (one && (!other || one.at <= other.at)) {
      merged.push(one);
      left += 1;
    } else if (other) {
      merged.push(other);
      right += 1;
    }
  }
  return merged;
}

function objectOf(event: TraceEvent): { readonly resource: string; readonly namespace?: string; readonly name: string } | undefined {
  if (event.type === 'decision' || event.type === 'runtime') return event.object;
  return event.type === 'schedule' ? event.pod : undefined;
}

function matches({ at, event }: TraceRecord, { afterMicros, beforeMicros, object, types }: TraceFilter): boolean {
  if (afterMicros !== undefined && at <= afterMicros) return false;
  if (beforeMicros !== undefined && at > beforeMicros) return false;
  if (types && !types.includes(event.type)) return false;
  if (!object) return true;
  const about = objectOf(event);
  return about !== undefined && about.resource === object.resource && about.name === object.name && (about.namespace ?? '') === (object.namespace ?? '');
}
