/** The part of the trace that the page draws: decisions, schedules, runtime, faults and writes, the newest 20,000,
 *  and the learner's commands beside them. Ticks on the time bar and the Why panel read the same list. */
import type { TraceRecord } from '../base/trace.ts';
import type { CommandResult, TraceFeed, TraceWanted } from '../sandbox/sandbox.ts';
import { dropTurn, gather } from './frames.ts';
import { ticksOf } from './time-bar/ticks.ts';
import type { Tick } from './time-bar/ticks.ts';

export interface TraceLog extends Disposable {
  readonly subscribe: (listener: () => void) => () => void;
  /** A new array whenever something came; oldest first. */
  readonly records: () => readonly TraceRecord[];
  readonly commands: () => readonly CommandResult[];
  /** What the records and commands are on the time bar; oldest first. */
  readonly ticks: () => readonly Tick[];
  /** What no machine tells of, since it is done to them. */
  add(record: TraceRecord): void;
  addCommand(command: CommandResult): void;
}

const LIMIT = 20_000;
/** Records stream in by the thousand, and what shows them is text. */
const SHOWN_MS = 150;
/** What is drawn at all. Reads and the heartbeat of the machinery are no story. */
const WANTED: TraceWanted = { types: ['decision', 'schedule', 'runtime', 'fault', 'request'], writers: ['kubectl', 'page'] };

export function createTraceLog(feed: TraceFeed): TraceLog {
  let records: readonly TraceRecord[] = [];
  let commands: readonly CommandResult[] = [];
  let ticks: readonly Tick[] = [];
  let waiting: TraceRecord[] = [];
  let newTicks: Tick[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<() => void>();
  const seen = feed.onRecords((batch) => {
    const before = waiting.length;
    for (const record of batch) if (keep(record)) waiting.push(record);
    if (waiting.length > before) publishSoon();
  }, WANTED);
  // What happened before the page listened; newer records may have come in meanwhile, so the ends are matched by time.
  const history = feed.read({ limit: LIMIT, types: WANTED.types }).then(
    (old) => {
      const first = records[0]?.at ?? waiting[0]?.at ?? Infinity;
      const missed = old.filter((record) => keep(record) && record.at < first);
      records = [...missed, ...records];
      newTicks.push(...ticksOf(missed, []));
      publishSoon();
    },
    () => undefined,
  );

  function publishSoon(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      gather(publish);
    }, SHOWN_MS);
  }

  function publish(): void {
    newTicks.push(...ticksOf(waiting, []));
    if (newTicks.length > 0) ticks = newest([...ticks, ...newTicks].sort((a, b) => a.atMicros - b.atMicros));
    records = newest([...records, ...waiting]);
    waiting = [];
    newTicks = [];
    for (const listener of listeners) listener();
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    records: () => records,
    commands: () => commands,
    ticks: () => ticks,
    add(record) {
      // After what is older.
      void history.then(() => {
        records = [...records, record].sort((a, b) => a.at - b.at);
        newTicks.push(...ticksOf([record], []));
        publishSoon();
      });
    },
    addCommand(command) {
      commands = [...commands, command];
      newTicks.push(...ticksOf([], [command]));
      publishSoon();
    },
    [Symbol.dispose]() {
      seen[Symbol.dispose]();
      clearTimeout(timer);
      dropTurn(publish);
      listeners.clear();
    },
  };
}

function newest<T>(all: readonly T[]): readonly T[] {
  return all.length > LIMIT ? all.slice(all.length - LIMIT) : all;
}

function keep({ event }: TraceRecord): boolean {
  if (!WANTED.types.includes(event.type)) return false;
  return event.type !== 'request' || (event.revision !== undefined && WANTED.writers!.includes(event.client));
}
