/** A cluster of machines with its journal: what the composition root opens, runs, feeds, forks and hashes.
 *  Everything that changes history is an entry of the journal; reads are observations and leave no trace. */
import type { TraceRecord } from '../base/trace.ts';
import type { Micros } from '../base/world.ts';
import type { JournalEntry, JournalInput } from './journal.ts';
import type { MachineBuilder } from './machine-context.ts';
import { assert } from '../base/assert.ts';
import { disposable } from '../base/dispose.ts';
import { Conductor, type HostInit, type Placement } from './conductor.ts';
import type { HandOver } from './hand-over.ts';
import { combine, type Digests } from './history.ts';
import { Host, type CrashReport, type HostPort } from './host.ts';
import type { LinkState } from './link.ts';
import type { MachineChecks, Output } from './machine.ts';

export interface SimulationOptions {
  readonly seed: string;
  /** Unix milliseconds of virtual time 0. */
  readonly startAtMs: number;
  readonly link: { readonly latencyMicros: Micros; readonly jitterMicros: Micros };
  readonly build: MachineBuilder;
  /** The machine that shells are joined with at zero latency; default "control-plane". */
  readonly hub?: string;
  /** Default: "shell". */
  readonly shells?: readonly string[];
  /** Default: all machines in this thread. */
  readonly placement?: Placement;
  /** A journal to play; `untilMicros` is where to stop, by default at its last entry. */
  readonly entries?: readonly JournalEntry[];
  readonly untilMicros?: Micros;
  readonly checks?: MachineChecks;
  /** How much is kept of what machines received, roughly in bytes: what is moved is made again from it. Beyond, the journal is
   *  played once more for that. Default: INBOX_MAX. */
  readonly inboxMax?: number;
  /** Throws a component's crash out of the call in which it happened: tests. */
  readonly strict?: boolean;
  /** Called before the first entry is played: who must hear everything listens here. */
  readonly prepare?: (simulation: Simulation) => void;
}

export interface Simulation {
  /** Every machine did all events at or before it, and none after. */
  readonly frontier: Micros;
  /** The time of the next event; Infinity: none. */
  readonly next: Micros;
  readonly entries: readonly JournalEntry[];
  machines(): { readonly name: string; readonly kind: string; readonly incarnation: number; readonly host: string }[];
  /** Stamps the input with the frontier, journals it and runs its instant to quiescence. A run that is under way stops
   *  for it at the next frontier. */
  apply(input: JournalInput): Promise<JournalEntry>;
  /** True: the frontier is at the limit. False: it stopped before, for `yieldAt` or for an input; call again. */
  runThrough(limit: Micros, yieldAt?: () => boolean): Promise<boolean>;
  /** A message that leaves no trace in history; `from` tells answers apart. Resolves when its instant is quiet. */
  observe(machine: string, from: string, body: object): Promise<void>;
  /** What machines print with context.output, in order; hashed or not. */
  onOutput(listener: (output: Output) => void): Disposable;
  onTrace(listener: (records: readonly TraceRecord[]) => void): Disposable;
  onCrash(listener: (crash: CrashReport) => void): Disposable;
  /** Each entry as it enters the journal, forced ones too. */
  onEntry(listener: (entry: JournalEntry) => void): Disposable;
  digests(): Promise<Digests>;
  /** The journal so far, how far history has got, and the hash of just that moment. */
  save(): Promise<{ readonly entries: readonly JournalEntry[]; readonly frontier: Micros; readonly hash: string }>;
  /** 64 hex digits. */
  hash(): Promise<string>;
  /** A second history with the same past: played again up to `atMicros` (default: the frontier). */
  fork(atMicros?: Micros, placement?: Placement): Promise<Simulation>;
  /** Goes on with the same history in another layout: each machine is made again from what it received. Observers' streams
   *  end (onMove), because they are no part of what machines remember. */
  move(placement: Placement): Promise<void>;
  onMove(listener: () => void): Disposable;
  close(): void;
}

/** All machines in this thread, without windows. */
export function inline(build: MachineBuilder): Placement {
  return { solo: true, place: () => 'inline', open: async (_host, init) => new Host({ build, ...init }) };
}

export async function openSimulation(options: SimulationOptions): Promise<Simulation> {
  const simulation = new LocalSimulation(options);
  options.prepare?.(simulation);
  await simulation.play();
  return simulation;
}

class LocalSimulation implements Simulation {
  readonly entries: JournalEntry[] = [];
  private conductor: Conductor;
  private readonly moveListeners = new Set<(nothing: undefined) => void>();
  private readonly outputs = new Set<(output: Output) => void>();
  private readonly traces = new Set<(records: readonly TraceRecord[]) => void>();
  private readonly crashListeners = new Set<(crash: CrashReport) => void>();
  private readonly entryListeners = new Set<(entry: JournalEntry) => void>();
  private readonly crashes: CrashReport[] = [];
  private queue: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private closed = false;

  constructor(private readonly options: SimulationOptions) {
    this.conductor = this.conduct(options.placement ?? inline(options.build));
  }

  private conduct(placement: Placement, linkState?: LinkState): Conductor {
    const { seed, startAtMs, link, hub = 'control-plane', shells = ['shell'], checks, inboxMax } = this.options;
    return new Conductor({
      seed, startAtMs, checks, linkState, placement, inboxMax,
      remake: (through) => this.remake(through),
      links: { seed, ...link, hub, shells },
      sink: {
        outputs: (outputs) => { for (const output of outputs) for (const listener of this.outputs) listener(output); },
        trace: (records) => { for (const listener of this.traces) listener(records); },
        crash: (crash) => {
          this.crashes.push(crash);
          for (const listener of this.crashListeners) listener(crash);
        },
        forced: (entry) => this.journal(entry),
      },
    });
  }

  get frontier(): Micros {
    return this.conductor.frontier;
  }

  get next(): Micros {
    return this.conductor.next();
  }

  machines(): { name: string; kind: string; incarnation: number; host: string }[] {
    return this.conductor.machines();
  }

  async play(): Promise<void> {
    const { entries = [], untilMicros = entries.at(-1)?.at ?? 0 } = this.options;
    for (const entry of entries) {
      if (entry.at > untilMicros) break;
      await this.conductor.runThrough(entry.at);
      this.journal(entry);
      await this.conductor.apply(entry);
      this.throwCrash();
    }
    await this.conductor.runThrough(untilMicros);
    this.throwCrash();
  }

  apply(input: JournalInput): Promise<JournalEntry> {
    return this.alone(async () => {
      this.conductor.check(input);
      const entry: JournalEntry = { at: this.frontier, input };
      this.journal(entry);
      await this.conductor.apply(entry);
      return entry;
    });
  }

  async runThrough(limit: Micros, yieldAt?: () => boolean): Promise<boolean> {
    return this.alone(() => this.conductor.runThrough(Math.max(limit, this.frontier), () => this.waiting > 0 || this.closed || yieldAt?.() === true), false);
  }

  observe(machine: string, from: string, body: object): Promise<void> {
    return this.alone(() => this.conductor.observe(machine, from, body));
  }

  onOutput(listener: (output: Output) => void): Disposable {
    return listen(this.outputs, listener);
  }

  onTrace(listener: (records: readonly TraceRecord[]) => void): Disposable {
    return listen(this.traces, listener);
  }

  onCrash(listener: (crash: CrashReport) => void): Disposable {
    return listen(this.crashListeners, listener);
  }

  onEntry(listener: (entry: JournalEntry) => void): Disposable {
    return listen(this.entryListeners, listener);
  }

  digests(): Promise<Digests> {
    return this.alone(() => this.conductor.digests());
  }

  async hash(): Promise<string> {
    return combine(await this.digests());
  }

  save(): Promise<{ readonly entries: readonly JournalEntry[]; readonly frontier: Micros; readonly hash: string }> {
    return this.alone(async () => {
      const { frontier } = this;
      return { entries: [...this.entries], frontier, hash: combine(await this.conductor.digests()) };
    });
  }

  async fork(atMicros?: Micros, placement: Placement = inline(this.options.build)): Promise<Simulation> {
    const untilMicros = atMicros ?? this.frontier;
    assert(untilMicros <= this.frontier, `a fork at ${untilMicros} lies in the future`);
    return openSimulation({ ...this.options, prepare: undefined, placement, entries: this.entries.filter(({ at }) => at <= untilMicros), untilMicros });
  }

  async move(placement: Placement): Promise<void> {
    const ready = await this.openHosts(placement);
    return this.alone(async () => {
      const from = await this.conductor.handOver();
      const next = this.conduct(ready, from.links);
      await next.takeOver(from);
      this.conductor.close();
      this.conductor = next;
      for (const listener of this.moveListeners) listener(undefined);
    });
  }

  /** What every machine received up to a time that was reached, made again. */
  private async remake(untilMicros: Micros): Promise<HandOver> {
    const { entries, options } = this;
    const again = new LocalSimulation({ ...options, strict: false, placement: inline(options.build), inboxMax: Infinity, entries, untilMicros });
    try {
      await again.play();
      return await again.conductor.handOver();
    } finally {
      again.close();
    }
  }

  /** Loads the workers while history goes on in the old layout. */
  private async openHosts(placement: Placement): Promise<Placement> {
    if (placement.solo) return placement;
    const { links, checks = {} } = this.conductor.options;
    const opened = new Map<string, HostPort>();
    const names = new Set(this.machines().map(({ name }) => placement.place(name)));
    await Promise.all([...names].map(async (host) => {
      const port = await placement.open(host, { links, solo: false, checks });
      await port.digests();
      opened.set(host, port);
    }));
    return {
      ...placement,
      open: async (host, init) => {
        const port = opened.get(host);
        opened.delete(host);
        return port ?? placement.open(host, init);
      },
    };
  }

  onMove(listener: () => void): Disposable {
    return listen(this.moveListeners, listener);
  }

  close(): void {
    this.closed = true;
    this.conductor.close();
  }

  /** One call at a time, in the order in which they came; `hurries` makes a run that is under way stop for it. */
  private alone<T>(work: () => Promise<T>, hurries = true): Promise<T> {
    if (hurries) this.waiting += 1;
    const before = this.queue;
    const run = async (): Promise<T> => {
      await before;
      if (hurries) this.waiting -= 1;
      const result = await work();
      this.throwCrash();
      return result;
    };
    const result = run();
    this.queue = result.catch(() => undefined);
    return result;
  }

  private journal(entry: JournalEntry): void {
    this.entries.push(entry);
    for (const listener of this.entryListeners) listener(entry);
  }

  private throwCrash(): void {
    if (!this.options.strict || this.crashes.length === 0) return;
    const [first] = this.crashes.splice(0);
    if (first) throw new Error(`${first.machine}/${first.task} crashed at ${first.at} us with seed ${this.options.seed}: ${first.text}`);
  }
}

function listen<T>(listeners: Set<(value: T) => void>, listener: (value: T) => void): Disposable {
  listeners.add(listener);
  return disposable(() => listeners.delete(listener));
}

export type { HostInit, HostPort, Placement };
