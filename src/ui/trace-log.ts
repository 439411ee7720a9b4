/** The part of the trace that the page draws: decisions, schedules, runtime, faults and writes, the newest 20,000,
 *  and the learner's commands beside them. Ticks on the time bar and the Why panel read the same list. */
import type { TraceRecord } from '../base/trace.ts';
import type { CommandResult, TraceFeed } from '../sandbox/sandbox.ts';

export interface TraceLog extends Disposable {
  readonly subscribe: (listener: () => void) => () => void;
  /** A new array whenever something came; oldest first. */
  readonly records: () => readonly TraceRecord[];
  readonly commands: () => readonly CommandResult[];
  addCommand(command: CommandResult): void;
}

const LIMIT = 20_000;
const DRAWN: ReadonlySet<string> = new Set(['decision', 'schedule', 'runtime', 'fault', 'request']);

export function createTraceLog(feed: TraceFeed): TraceLog {
  let records: readonly TraceRecord[] = [];
  let commands: readonly CommandResult[] = [];
  let waiting: TraceRecord[] = [];
  let scheduled = false;
  const listeners = new Set<() => void>();
  const seen = feed.onRecords((batch) => {
    for (const record of batch) if (keep(record)) waiting.push(record);
    publishSoon();
  });
  // What happened before the page listened; newer records may have come in meanwhile, so the ends are matched by time.
  void feed.read({ limit: LIMIT, types: [...DRAWN] }).then(
    (old) => {
      const first = records[0]?.at ?? waiting[0]?.at ?? Infinity;
      records = [...old.filter((record) => keep(record) && record.at < first), ...records];
      publishSoon();
    },
    () => undefined,
  );

  function publishSoon(): void {
    if (scheduled) return;
    scheduled = true;
    setTimeout(() => {
      scheduled = false;
      const all = [...records, ...waiting];
      waiting = [];
      records = all.length > LIMIT ? all.slice(all.length - LIMIT) : all;
      for (const listener of listeners) listener();
    }, 60);
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    records: () => records,
    commands: () => commands,
    addCommand(command) {
      commands = [...commands, command];
      publishSoon();
    },
    [Symbol.dispose]() {
      seen[Symbol.dispose]();
      listeners.clear();
    },
  };
}

/** Reads and the heartbeat of the machinery are no story. */
function keep(record: TraceRecord): boolean {
  const event = record.event;
  if (!DRAWN.has(event.type)) return false;
  if (event.type !== 'request') return true;
  return event.revision !== undefined && (event.client === 'kubectl' || event.client === 'page');
}
