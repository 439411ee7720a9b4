/** An event loop with any number of machines. Where it holds all of them it needs no windows: it steps the machine with
 *  the least next event and delivers inside. Otherwise it runs each machine through the window that it is given. */
import type { TraceRecord } from '../base/trace.ts';
import type { Micros } from '../base/world.ts';
import type { LinkChange } from './journal.ts';
import type { MachineBuilder, Message } from './machine-context.ts';
import { assert } from '../base/assert.ts';
import { Heap } from '../base/heap.ts';
import { digestKey, type Digests } from './history.ts';
import { Links, type LinkProfile, type LinkState } from './link.ts';
import { Machine, type Draft, type MachineChecks, type MachineSpec, type Output } from './machine.ts';
import { createSettle, type SettlePromises } from './settle.ts';
import { finishExternals } from './externals.ts';
import { InboxLogs } from './inbox-logs.ts';
import { isQuiet, plain } from './quiet.ts';
import { WireBody } from './wire-body.ts';

/** Everything at or before this is run: time first, then round. */
export interface Limit { readonly at: Micros; readonly round: number }

/** A machine made again from what it received, run alone through `through`; later messages of the log are in flight. */
export interface Past { readonly log: readonly Message[]; readonly through: Limit }

export interface CrashReport { readonly machine: string; readonly task: string; readonly at: Micros; readonly text: string }

/** What came out of a call, and when the host wants to run next. */
export interface Ran {
  readonly next: Limit;
  /** The least next time of a shell in this host. */
  readonly shellAt: Micros;
  /** How far a run without windows came before its budget was spent. */
  readonly reached: Micros;
  /** Where a machine stopped within its window because it had sent at zero latency. */
  readonly stopped?: Limit;
  readonly outbox: readonly Draft[];
  readonly outputs: readonly Output[];
  readonly trace: readonly TraceRecord[];
  readonly crashes: readonly CrashReport[];
  readonly digests: Digests;
}

export interface RunRequest { readonly limit: Limit; readonly inbox: readonly Message[]; /** Stop at an instant after this many events. */ readonly events?: number }

/** A host, near or at the other end of a port. */
export interface HostPort {
  start(spec: MachineSpec, past?: Past): Promise<Ran>;
  drop(machine: string): Promise<Ran>;
  link(between: readonly [string, string], change: LinkChange): Promise<void>;
  run(request: RunRequest): Promise<Ran>;
  /** An observer's message: handled at the frontier, without a trace in history. */
  observe(machine: string, from: string, body: object, at: Micros): Promise<Ran>;
  digests(): Promise<Digests>;
  /** The links and inbox logs of a host that delivers inside; no logs: they were let go. */
  handOver(): Promise<{ readonly links: LinkState; readonly logs?: Readonly<Record<string, readonly Message[]>> }>;
  end(): void;
}

export interface HostOptions {
  readonly build: MachineBuilder;
  readonly links: LinkProfile;
  readonly linkState?: LinkState;
  /** All machines are here: no windows. */
  readonly solo: boolean;
  /** How much is kept of what machines received: InboxLogs. */
  readonly inboxMax?: number;
  readonly checks?: MachineChecks;
  readonly settle?: SettlePromises;
}

interface Entry { readonly machine: Machine; at: Micros; round: number; index: number }

export const NEVER: Limit = { at: Infinity, round: 0 };

export class Host implements HostPort {
  private readonly entries = new Map<string, Entry>();
  private readonly due = new Heap<Entry>(sooner, (entry, index) => { entry.index = index; });
  private readonly links: Links;
  /** Only a host that delivers inside has to remember; else the conductor does. */
  private readonly inboxes: InboxLogs | undefined;
  private readonly settle: SettlePromises;
  private readonly ended: Record<string, string> = {};
  private outbox: Draft[] = [];
  private outputs: Output[] = [];
  private trace: TraceRecord[] = [];
  private crashes: CrashReport[] = [];
  private muted = false;
  private stopped = false;

  constructor(private readonly options: HostOptions) {
    this.links = new Links(options.links, options.linkState);
    this.settle = options.settle ?? createSettle();
    if (options.solo) this.inboxes = new InboxLogs(options.inboxMax);
  }

  async start(spec: MachineSpec, past?: Past): Promise<Ran> {
    assert(!this.entries.has(spec.name), `${spec.name} runs already`);
    const machine = new Machine(spec, {
      send: (draft) => this.send(draft),
      output: (output) => { if (!this.muted) this.outputs.push(output); },
      trace: (record) => { if (!this.muted) this.trace.push(record); },
      crash: ({ error, ...crash }) => { if (!this.muted) this.crashes.push({ ...crash, text: textOf(error) }); },
    }, this.options.checks);
    const entry: Entry = { machine, at: spec.at, round: spec.round, index: -1 };
    this.entries.set(spec.name, entry);
    machine.boot(this.options.build);
    this.due.push(entry);
    if (past) await this.relive(entry, past);
    this.refresh(entry);
    return this.ran(spec.at, [entry]);
  }

  async drop(name: string): Promise<Ran> {
    const entry = this.entries.get(name);
    if (entry) {
      entry.machine.kill();
      this.ended[digestKey(name, entry.machine.spec.incarnation)] = entry.machine.fingerprint.text();
      this.entries.delete(name);
      this.due.removeAt(entry.index);
      this.inboxes?.forget(name);
    }
    return this.ran(0, []);
  }

  async link(between: readonly [string, string], change: LinkChange): Promise<void> {
    this.links.change(between, change);
  }

  async run({ limit, inbox, events = Infinity }: RunRequest): Promise<Ran> {
    for (const message of inbox) this.deliver(message);
    if (this.options.solo) return this.ran(await this.runAll(limit, events), []);
    const ran: Entry[] = [];
    let stopped: Limit | undefined;
    for (const entry of this.entries.values()) {
      if (entry.at > limit.at || (entry.at === limit.at && entry.round > limit.round)) continue;
      ran.push(entry);
      stopped = await this.runWindow(entry, limit) ?? stopped;
    }
    return { ...this.ran(limit.at, ran), stopped };
  }

  async observe(name: string, from: string, body: object, at: Micros): Promise<Ran> {
    const entry = this.entries.get(name);
    if (!entry) return this.ran(0, []);
    const { machine } = entry;
    machine.observe(from, body, at);
    while (machine.nextAt() === machine.now && machine.nextRound() <= machine.round) await this.step(entry);
    return this.ran(0, []);
  }

  async digests(): Promise<Digests> {
    return { ...this.ended, ...this.digestsOf(this.entries.values()) };
  }

  async handOver(): Promise<{ links: LinkState; logs?: Record<string, readonly Message[]> }> {
    const { inboxes } = this;
    const links = this.links.state();
    if (!inboxes?.areWhole) return { links };
    return { links, logs: Object.fromEntries([...this.entries.keys()].map((name) => [name, inboxes.of(name) ?? []])) };
  }

  end(): void {
    this.stopped = true;
    for (const entry of this.entries.values()) entry.machine.kill();
    this.entries.clear();
    this.due.clear();
  }

  /** No windows: the least event of all machines, again and again. */
  private async runAll(limit: Limit, eventsMax: number): Promise<Micros> {
    let events = 0;
    let at = -1;
    for (;;) {
      const entry = this.due.peek();
      if (!entry || this.stopped || entry.at > limit.at || (entry.at === limit.at && entry.round > limit.round)) return limit.at;
      if (entry.at !== at) {
        if (events >= eventsMax) return at;
        at = entry.at;
      }
      events += 1;
      // As in step(), without a promise more for each event.
      const { machine } = entry;
      machine.step();
      await this.settle();
      while (machine.externals.length > 0) await finishExternals(machine);
      this.refresh(entry);
    }
  }

  /** A machine stops after the instant in which it sent at zero latency: its peer's answer may be due at that instant. */
  private async runWindow(entry: Entry, limit: Limit): Promise<Limit | undefined> {
    let { at, round } = limit;
    let seen = this.outbox.length;
    while (!this.stopped && (entry.at < at || (entry.at === at && entry.round <= round))) {
      await this.step(entry);
      for (; seen < this.outbox.length; seen += 1) {
        const draft = this.outbox[seen] as Draft;
        if (plain(draft.from) === entry.machine.name && this.links.isZero(draft.from, draft.to)) ({ sent: at, round } = draft);
      }
    }
    return at < limit.at || round < limit.round ? { at, round } : undefined;
  }

  private async step(entry: Entry): Promise<void> {
    const { machine } = entry;
    machine.step();
    await this.settle();
    while (machine.externals.length > 0) await finishExternals(machine);
    this.refresh(entry);
  }

  private send(draft: Draft): void {
    if (this.muted) return;
    if (!this.options.solo) {
      this.outbox.push(draft);
      return;
    }
    const message = this.links.route(draft);
    if (message) this.deliver(message);
  }

  private deliver(message: Message): void {
    const entry = this.entries.get(plain(message.to));
    if (!entry) return;
    entry.machine.deliver(parsed(message));
    if (!isQuiet(message.from)) this.inboxes?.add(entry.machine.name, message);
    this.refresh(entry);
  }

  private async relive(entry: Entry, { log, through }: Past): Promise<void> {
    this.muted = true;
    for (const message of log) {
      entry.machine.deliver(parsed(message));
      this.inboxes?.add(entry.machine.name, message);
    }
    this.refresh(entry);
    while (entry.at < through.at || (entry.at === through.at && entry.round <= through.round)) await this.step(entry);
    this.muted = false;
  }

  private refresh(entry: Entry): void {
    const at = entry.machine.nextAt();
    const round = at === Infinity ? 0 : entry.machine.nextRound();
    if (at === entry.at && round === entry.round) return;
    entry.at = at;
    entry.round = round;
    if (entry.index >= 0) this.due.changedAt(entry.index);
  }

  private ran(reached: Micros, ran: Iterable<Entry>): Ran {
    const first = this.due.peek();
    let shellAt = Infinity;
    for (const [name, entry] of this.entries) if (this.links.isShell(name)) shellAt = Math.min(shellAt, entry.at);
    const { outbox, outputs, trace, crashes } = this;
    this.outbox = [];
    this.outputs = [];
    this.trace = [];
    this.crashes = [];
    const next = first && first.at !== Infinity ? { at: first.at, round: first.round } : NEVER;
    return { next, shellAt, reached, outbox, outputs, trace, crashes, digests: this.options.solo ? {} : this.digestsOf(ran) };
  }

  private digestsOf(entries: Iterable<Entry>): Record<string, string> {
    const digests: Record<string, string> = {};
    for (const { machine } of entries) digests[digestKey(machine.name, machine.spec.incarnation)] = machine.fingerprint.text();
    return digests;
  }
}

function sooner(a: Entry, b: Entry): boolean {
  if (a.at !== b.at) return a.at < b.at;
  if (a.round !== b.round) return a.round < b.round;
  return a.machine.name < b.machine.name;
}

/** Bodies from remote hosts are text until a machine gets them. */
function parsed(message: Message): Message {
  return message.body instanceof WireBody ? { ...message, body: JSON.parse(message.body.text) as object } : message;
}

/** For the people who fix it; never part of history. */
function textOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
