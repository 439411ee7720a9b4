/** Moves virtual time over hosts: conservative windows, no longer than the least latency, and rounds at the instants at
 *  which a shell and the hub talk at zero latency. It knows hosts only by HostPort and stops at frontiers only: a time F
 *  such that every machine did all events at or before F and none after. */
import type { TraceRecord } from '../base/trace.ts';
import type { Micros } from '../base/world.ts';
import type { JournalEntry, JournalInput } from './journal.ts';
import type { Message } from './machine-context.ts';
import { assert } from '../base/assert.ts';
import { endedOnly, receivedUpTo, type HandOver } from './hand-over.ts';
import { digestKey, type Digests } from './history.ts';
import { NEVER, type CrashReport, type HostPort, type Limit, type Past, type Ran } from './host.ts';
import { HostLost } from './host-lost.ts';
import { InboxLogs } from './inbox-logs.ts';
import { Links, ROUNDS_PER_INPUT, type LinkProfile, type LinkState } from './link.ts';
import type { Draft, MachineChecks, MachineSpec, Output } from './machine.ts';
import { INPUT, isQuiet, plain } from './quiet.ts';
import { runSeat, type Place, type Seat } from './seat.ts';

/** Where machines run. */
export interface Placement {
  /** One host holds everything and delivers inside. */
  readonly solo: boolean;
  /** The name of a machine's host. */
  place(machine: string): string;
  open(host: string, init: HostInit): Promise<HostPort>;
  /** Tests: ends windows earlier than the links allow, or later, which causality must catch. */
  readonly windowMicros?: Micros;
}

/** What every host of a cluster gets: JSON values. */
export interface HostInit { readonly links: LinkProfile; readonly linkState?: LinkState; readonly solo: boolean; readonly inboxMax?: number; readonly checks: MachineChecks }

export interface ConductorOptions {
  readonly seed: string;
  readonly startAtMs: number;
  readonly links: LinkProfile;
  readonly linkState?: LinkState;
  readonly placement: Placement;
  readonly checks?: MachineChecks;
  /** How much is kept of what machines received: InboxLogs. */
  readonly inboxMax?: number;
  /** Plays the journal again up to a time, for what a machine received. */
  remake(through: Micros): Promise<HandOver>;
  readonly sink: ConductorSink;
}

export interface ConductorSink {
  outputs(outputs: readonly Output[]): void;
  trace(records: readonly TraceRecord[]): void;
  crash(crash: CrashReport): void;
  /** A host died or hung with machines that had to be given up: this became an entry of the journal. */
  forced(entry: JournalEntry): void;
}

/** Events that a host without windows may run before it looks up: some milliseconds. */
const EVENTS_PER_TURN = 2_000;

export class Conductor {
  frontier: Micros = 0;
  private reached: Micros = 0;
  private readonly links: Links;
  private readonly seats = new Map<string, Seat>();
  private readonly places = new Map<string, Place>();
  private readonly incarnations = new Map<string, number>();
  private readonly inboxes: InboxLogs;
  private pending: Message[] = [];
  private ended: Record<string, string> = {};
  private latest: Record<string, string> = {};
  private entryAt: Micros = -1;
  private entriesHere = 0;

  constructor(readonly options: ConductorOptions) {
    this.links = new Links(options.links, options.linkState);
    this.inboxes = new InboxLogs(options.inboxMax);
  }

  /** The time of the next event of any machine. */
  next(): Micros {
    return this.least().at;
  }

  machines(): { readonly name: string; readonly kind: string; readonly incarnation: number; readonly host: string }[] {
    return [...this.places.values()].map(({ spec, seat }) => ({ name: spec.name, kind: spec.kind, incarnation: spec.incarnation, host: seat.name }));
  }

  /** Throws where an input could not be applied now, so that it never gets into a journal. */
  check(input: JournalInput): void {
    if (input.type === 'start') assert(!this.places.has(input.machine), `machine ${input.machine} runs already`);
    if (input.type === 'drop' || input.type === 'message') {
      const name = input.type === 'drop' ? input.machine : input.to;
      assert(this.places.has(name), `there is no machine ${name}`);
    }
  }

  /** Applies an entry after everything due at or before its time, and runs its instant to quiescence. */
  async apply({ at, input }: JournalEntry): Promise<void> {
    assert(at >= this.frontier, `an entry for ${at} comes after the frontier ${this.frontier}`);
    await this.runThrough(at);
    const round = this.countEntry(at) * ROUNDS_PER_INPUT;
    if (input.type === 'message') this.pending.push({ at, round, from: INPUT, seq: this.entriesHere, to: input.to, sent: at, body: input.body });
    else if (input.type === 'start') await this.start(input, at, round);
    else if (input.type === 'drop') await this.drop(input.machine);
    else await this.link(input);
    await this.runThrough(at);
  }

  /** True: the frontier is at the limit. False: `yieldAt` asked to stop, and the frontier is the nearest one possible. */
  async runThrough(limit: Micros, yieldAt?: () => boolean): Promise<boolean> {
    assert(limit < Infinity, 'history has no end: run through a time');
    let through = limit;
    for (;;) {
      const first = this.least();
      if (first.at > through) break;
      if (yieldAt?.() && through === limit) {
        through = Math.max(this.reached, this.frontier);
        if (first.at > through) break;
      }
      if (this.options.placement.solo) await this.runSolo(through);
      else await this.runWindow(first, through);
    }
    this.frontier = Math.max(this.frontier, through);
    this.reached = Math.max(this.reached, this.frontier);
    return through === limit;
  }

  /** A read that leaves no trace in history; what it prints comes out of the sink. */
  async observe(machine: string, from: string, body: object): Promise<void> {
    const place = this.places.get(machine);
    if (place) this.take(place.seat, await place.seat.port.observe(machine, from, body, this.frontier));
  }

  async digests(): Promise<Digests> {
    const all: Record<string, string> = { ...this.ended, ...this.latest };
    if (this.options.placement.solo) for (const seat of this.seats.values()) Object.assign(all, await seat.port.digests());
    return all;
  }

  /** Inputs at one instant are handled one after the other: each has rounds of its own. */
  private countEntry(at: Micros): number {
    this.entriesHere = at === this.entryAt ? this.entriesHere + 1 : 1;
    this.entryAt = at;
    return this.entriesHere;
  }

  /** What it takes to make every machine again elsewhere, at this frontier. */
  async handOver(): Promise<HandOver> {
    let links = this.links.state();
    let logOf = (machine: string): readonly Message[] | undefined => this.inboxes.of(machine);
    if (this.options.placement.solo) {
      for (const seat of this.seats.values()) {
        const own = await seat.port.handOver();
        links = own.links;
        logOf = (machine) => own.logs && (own.logs[machine] ?? []);
      }
    }
    const machines: { readonly spec: MachineSpec; readonly log: readonly Message[] }[] = [];
    for (const { spec } of this.places.values()) {
      const log = logOf(spec.name);
      if (!log) return this.options.remake(this.frontier);
      machines.push({ spec, log });
    }
    return {
      links, machines,
      pending: this.pending.filter((message) => !isQuiet(message.from)),
      frontier: this.frontier, entryAt: this.entryAt, entriesHere: this.entriesHere,
      ended: this.options.placement.solo ? endedOnly(await this.digests(), this.places.values()) : this.ended,
      incarnations: [...this.incarnations],
    };
  }

  /** Makes the machines of another conductor again from what they received. */
  async takeOver(from: HandOver): Promise<void> {
    const through = { at: from.frontier, round: Infinity };
    this.frontier = this.reached = from.frontier;
    this.entryAt = from.entryAt;
    this.entriesHere = from.entriesHere;
    this.ended = { ...from.ended };
    this.pending = [...from.pending];
    for (const [name, count] of from.incarnations) this.incarnations.set(name, count);
    for (const { spec, log } of from.machines) {
      const place = await this.seatMachine(spec, { log, through });
      if (!this.options.placement.solo) for (const message of log) this.had(place, message);
    }
  }

  close(): void {
    for (const seat of this.seats.values()) seat.port.end();
    this.seats.clear();
    this.places.clear();
  }

  private async runSolo(limit: Micros): Promise<void> {
    for (const seat of this.seats.values()) {
      const inbox = this.pending;
      this.pending = [];
      const ran = await seat.port.run({ limit: { at: limit, round: Infinity }, inbox, events: EVENTS_PER_TURN });
      this.reached = Math.max(this.reached, ran.reached);
      this.take(seat, ran);
      return;
    }
    this.pending = [];
  }

  /** One window, or one round of one instant where somebody talks at zero latency or an input has to be handled. */
  private async runWindow(first: Limit, through: Micros): Promise<void> {
    const shellAt = this.shellAt();
    let limit: Limit;
    if (first.round > 0 || shellAt <= first.at) limit = first;
    else limit = { at: Math.min(first.at + (this.options.placement.windowMicros ?? this.links.least) - 1, through, shellAt - 1), round: Infinity };
    const before = this.reached;
    const inboxes = this.deal(limit);
    const running: Promise<readonly [Seat, Ran | HostLost]>[] = [];
    for (const seat of this.seats.values()) {
      const inbox = inboxes.get(seat);
      if (inbox || seat.next.at < limit.at || (seat.next.at === limit.at && seat.next.round <= limit.round)) running.push(runSeat(seat, limit, inbox ?? []));
    }
    const results = await Promise.all(running);
    this.reached = Math.max(this.reached, limit.at);
    for (const [seat, ran] of results) {
      if (ran instanceof HostLost) await this.recover(seat, ran, before);
      else {
        for (const name of seat.machines) this.markDone(name, ran.stopped ?? limit, limit);
        this.take(seat, ran);
      }
    }
  }

  /** Of the machines of a host only the hub may have stopped early. */
  private markDone(name: string, hubLimit: Limit, limit: Limit): void {
    const place = this.places.get(name);
    if (!place) return;
    place.done = this.links.isHub(name) ? hubLimit : limit;
    for (const message of place.given) this.had(place, message);
    if (place.given.length > 0) place.given = [];
  }

  private had(place: Place, message: Message): void {
    place.had.set(message.from, message);
    this.inboxes.add(place.spec.name, message);
  }

  /** Takes the pending messages that are due within the limit and logs them with their receivers. */
  private deal(limit: Limit): Map<Seat, Message[]> {
    const inboxes = new Map<Seat, Message[]>();
    const later: Message[] = [];
    for (const message of this.pending) {
      const place = this.places.get(plain(message.to));
      if (!place) continue;
      if (message.at > limit.at || (message.at === limit.at && message.round > limit.round)) {
        later.push(message);
        continue;
      }
      if (!isQuiet(message.from)) place.given.push(message);
      const inbox = inboxes.get(place.seat);
      if (inbox) inbox.push(message);
      else inboxes.set(place.seat, [message]);
    }
    this.pending = later;
    return inboxes;
  }

  private take(seat: Seat, ran: Ran): void {
    seat.next = ran.next;
    seat.shellAt = ran.shellAt;
    Object.assign(this.latest, ran.digests);
    for (const draft of ran.outbox) this.route(draft);
    if (ran.trace.length > 0) this.options.sink.trace(ran.trace);
    if (ran.outputs.length > 0) this.options.sink.outputs(ran.outputs);
    for (const crash of ran.crashes) this.options.sink.crash(crash);
  }

  private route(draft: Draft): void {
    if (!this.places.has(plain(draft.to))) return;
    const message = this.links.route(draft);
    if (message) this.pending.push(message);
  }

  private async start(input: JournalInput & { readonly type: 'start' }, at: Micros, round: number): Promise<void> {
    const incarnation = this.incarnations.get(input.machine) ?? 0;
    this.incarnations.set(input.machine, incarnation + 1);
    const { seed, startAtMs } = this.options;
    await this.seatMachine({ name: input.machine, kind: input.kind, options: input.options ?? {}, seed, incarnation, startAtMs, at, round });
  }

  private async seatMachine(spec: MachineSpec, past?: Past): Promise<Place> {
    const name = this.options.placement.place(spec.name);
    let seat = this.seats.get(name);
    if (!seat) {
      const { links, placement: { solo }, inboxMax, checks = {} } = this.options;
      const port = await this.options.placement.open(name, { links, linkState: this.links.state(), solo, checks, ...(inboxMax !== undefined && { inboxMax }) });
      this.seats.set(name, (seat = { name, port, next: NEVER, shellAt: Infinity, machines: new Set() }));
    }
    seat.machines.add(spec.name);
    const place: Place = { spec, seat, done: past?.through ?? { at: spec.at, round: spec.round - 1 }, had: new Map(), given: [] };
    this.places.set(spec.name, place);
    this.take(seat, await seat.port.start(spec, past));
    return place;
  }

  private async drop(machine: string): Promise<void> {
    const place = this.places.get(machine);
    if (!place) return;
    const { seat, spec } = place;
    this.places.delete(machine);
    this.inboxes.forget(machine);
    seat.machines.delete(machine);
    this.pending = this.pending.filter((message) => plain(message.to) !== machine);
    this.bury(spec);
    if (seat.machines.size > 0 || this.options.placement.solo) {
      try {
        this.take(seat, await seat.port.drop(machine));
      } catch (error) {
        // A host that is lost is made again when it is next needed, without this machine.
        if (!(error instanceof HostLost)) throw error;
      }
      return;
    }
    this.seats.delete(seat.name);
    seat.port.end();
  }

  /** A dead machine's history stays in the total. */
  private bury(spec: MachineSpec): void {
    const key = digestKey(spec.name, spec.incarnation);
    const digest = this.latest[key];
    if (digest !== undefined) this.ended[key] = digest;
    delete this.latest[key];
  }

  private async link({ between, change }: JournalInput & { readonly type: 'link' }): Promise<void> {
    this.links.change(between, change);
    if (this.options.placement.solo) for (const seat of this.seats.values()) await seat.port.link(between, change);
  }

  /** A host that died by itself is made again and never becomes history. One that hung would hang again: its machines
   *  lose power, at the last frontier before the window in which it hung. */
  private async recover(seat: Seat, lost: HostLost, before: Micros): Promise<void> {
    this.seats.delete(seat.name);
    seat.port.end();
    const machines = [...seat.machines];
    if (!lost.hung) {
      for (const name of machines) {
        const place = this.places.get(name) as Place;
        const again = await this.seatMachine(place.spec, { log: await this.received(place), through: place.done });
        for (const [from, message] of place.had) again.had.set(from, message);
        this.pending.push(...place.given);
      }
      return;
    }
    for (const name of machines) {
      assert(!this.links.isHub(name) && !this.links.isShell(name), `${name} does not answer: ${lost.message}`);
      const { spec } = this.places.get(name) as Place;
      this.places.delete(name);
      this.inboxes.forget(name);
      this.pending = this.pending.filter((message) => plain(message.to) !== name);
      this.bury(spec);
      this.countEntry(before);
      this.options.sink.forced({ at: before, input: { type: 'drop', machine: name } });
      this.options.sink.crash({ machine: name, task: 'host', at: before, text: lost.message });
    }
  }

  /** All that a machine had when it was last surely right. */
  private async received({ spec, had }: Place): Promise<readonly Message[]> {
    const log = this.inboxes.of(spec.name);
    if (log) return log;
    const { machines } = await this.options.remake(this.reached);
    return receivedUpTo(had, machines.find((machine) => machine.spec.name === spec.name)?.log ?? []);
  }

  private shellAt(): Micros {
    let at = Infinity;
    for (const seat of this.seats.values()) at = Math.min(at, seat.shellAt);
    for (const message of this.pending) if (message.at < at && this.links.isShell(message.to)) ({ at } = message);
    return at;
  }

  private least(): Limit {
    let best = NEVER;
    const consider = (key: Limit): void => {
      if (key.at < best.at || (key.at === best.at && key.round < best.round)) best = key;
    };
    for (const seat of this.seats.values()) consider(seat.next);
    for (const message of this.pending) consider(message);
    return best;
  }
}
