/** One machine: what a power plug feeds. It has a clock, memory and chance of its own and shares nothing with others.
 *  Events at one time run in this order: wakes first in first out, messages of the round by (sender, sequence), timers in
 *  the order set; then the messages of the next round. Every primitive's promise settles through a wake of its own. */
import type { TraceEvent, TraceRecord } from '../base/trace.ts';
import type { Micros, Random } from '../base/world.ts';
import type { MachineBuilder, MachineContext, Message } from './machine-context.ts';
import { assert, AssertionError } from '../base/assert.ts';
import { Heap } from '../base/heap.ts';
import { Fingerprint } from '../base/hash.ts';
import { checkJson } from '../base/json.ts';
import { createRandom } from '../base/random.ts';
import { isAbort } from '../base/with-timeout.ts';
import { Domain } from './domain.ts';
import { QUIET } from './quiet.ts';

export interface MachineSpec {
  readonly name: string;
  readonly kind: string;
  readonly options: object;
  readonly seed: string;
  readonly incarnation: number;
  readonly startAtMs: number;
  readonly at: Micros;
  readonly round: number;
}

/** A body that a machine printed for observers; `hashed` says whether it is history. */
export interface Output { readonly machine: string; readonly channel: string; readonly at: Micros; readonly body: object; readonly hashed: boolean }

export interface Crash { readonly machine: string; readonly task: string; readonly at: Micros; readonly error: unknown }

/** What a machine hands to its host as it happens. */
export interface MachineSink {
  send(message: Draft): void;
  output(output: Output): void;
  trace(record: TraceRecord): void;
  crash(crash: Crash): void;
}

/** A message that has not been routed yet: it knows when and in which round it was sent. */
export interface Draft { readonly from: string; readonly to: string; readonly seq: number; readonly sent: Micros; readonly round: number; readonly body: object }

export interface MachineChecks {
  /** Seeded extra microtasks in every primitive: history must not notice. */
  readonly shake?: string;
  /** Refuses bodies that would not come out of JSON as they went in. */
  readonly checkJson?: boolean;
}

export interface Timer { readonly at: Micros; readonly order: number; readonly scope: Domain; readonly fire: () => void; index: number; /** Firing does nothing but wake. */ readonly wakes: boolean }
interface Wake { readonly scope: Domain; readonly run: () => void }

/** Sequence numbers of an incarnation start above all of the one before. */
const SEQ_PER_INCARNATION = 1e9;
/** More events than this at one instant are a loop that never waits. */
export const EVENTS_PER_INSTANT_MAX = 100_000;

export class Machine {
  now: Micros;
  round: number;
  readonly name: string;
  readonly fingerprint = new Fingerprint();
  readonly externals: { readonly work: Promise<unknown>; done(): void; readonly scope: Domain }[] = [];
  dead = false;
  private wakes: Wake[] = [];
  private wakesHead = 0;
  private readonly timers = new Heap<Timer>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order), (timer, index) => { timer.index = index; });
  private readonly inbox = new Heap<Message>(earlier);
  private order = 0;
  private readonly sent = new Map<string, number>();
  private handler: ((message: Message) => void) | undefined;
  private readonly root: Domain;
  private readonly shaker: Random | undefined;
  private instant: Micros = -1;
  private eventsAtInstant = 0;

  constructor(readonly spec: MachineSpec, private readonly sink: MachineSink, private readonly checks: MachineChecks = {}) {
    this.name = spec.name;
    this.now = spec.at;
    this.round = spec.round;
    this.root = new Domain(this, createRandom(spec.seed, `/${spec.name}/${spec.incarnation}`), '');
    this.shaker = checks.shake === undefined ? undefined : createRandom(checks.shake, spec.name);
  }

  /** Runs the builder as the machine's first event. */
  boot(build: MachineBuilder): void {
    this.wake(this.root, () => build(this.context(), this.spec.kind, this.spec.options));
  }

  /** The time of the least event; Infinity: none. */
  nextAt(): Micros {
    if (this.dead) return Infinity;
    if (this.wakesHead < this.wakes.length) return this.now;
    const timer = this.timers.peek();
    const message = this.inbox.peek();
    const at = Math.min(timer ? timer.at : Infinity, message ? message.at : Infinity);
    return at === Infinity ? at : Math.max(at, this.now);
  }

  /** The round of the least event. */
  nextRound(): number {
    if (this.wakesHead < this.wakes.length) return this.round;
    const timer = this.timers.peek();
    const message = this.inbox.peek();
    if (!timer) return message?.round ?? 0;
    const timerAt = Math.max(timer.at, this.now);
    const timerRound = timerAt === this.now ? this.round : 0;
    if (!message || message.at > timerAt) return timerRound;
    return message.at < timerAt ? message.round : Math.min(message.round, timerRound);
  }

  /** Runs the least event. The caller settles afterwards. */
  step(): void {
    if (!this.countEvent()) return this.stopLivelock();
    if (this.wakesHead < this.wakes.length) return this.runWake();
    const timer = this.timers.peek();
    const message = this.inbox.peek();
    const timerAt = timer ? Math.max(timer.at, this.now) : Infinity;
    const timerRound = timerAt === this.now ? this.round : 0;
    if (message && (message.at < timerAt || (message.at === timerAt && message.round <= timerRound))) {
      this.inbox.pop();
      this.moveTo(message.at, message.round);
      this.guard('message', () => this.handler?.(message));
    } else if (timer) {
      this.timers.pop();
      this.moveTo(timerAt, timerRound);
      timer.scope.ownTimers?.delete(timer);
      if (timer.scope.frozen) timer.scope.hold(timer.fire);
      else this.guard('timer', timer.fire);
      // No promise job can be left behind, and a wake comes next in any case.
      if (timer.wakes && this.wakesHead < this.wakes.length) this.runWake();
    }
  }

  deliver(message: Message): void {
    if (this.dead) return;
    assert(message.at > this.now || (message.at === this.now && message.round >= this.round),
      `causality: ${this.name} is at ${this.now}/${this.round} and gets a message from ${message.from} for ${message.at}/${message.round}`);
    this.inbox.push(message);
  }

  /** Runs work from outside at the machine's present instant: for observers, which leave no trace in history. */
  inject(run: () => void): void {
    if (!this.dead) this.wake(this.root, run);
  }

  /** Hands a body to the software as an observer's message. The machine has done all that was due at or before `at`. */
  observe(from: string, body: object, at: Micros): void {
    if (at > this.now) this.moveTo(at, 0);
    this.inject(() => this.handler?.({ at: this.now, round: this.round, from, seq: 0, to: this.name, sent: this.now, body }));
  }

  /** Pulls the plug: nothing runs any more, nothing is sent. */
  kill(): void {
    if (this.dead) return;
    // Dead first: what ends with its scopes can send and wake nothing any more.
    this.dead = true;
    this.root.kill();
    this.handler = undefined;
    this.wakes = [];
    this.wakesHead = 0;
    this.timers.clear();
    this.inbox.clear();
  }

  // What scopes use.

  wake(scope: Domain, run: () => void): void {
    if (!this.dead) this.wakes.push({ scope, run });
  }

  /** In shake mode `run` is put off by up to three microtasks, inside its own event. */
  shaken(run: () => void): void {
    const turns = this.shaker?.int(4) ?? 0;
    if (turns === 0) run();
    else void putOff(turns, run);
  }

  setTimer(scope: Domain, delayMs: number, fire: () => void, wakes = false): Timer {
    const delay = toMicros(delayMs);
    const timer: Timer = { at: this.now + delay, order: this.order, scope, fire, index: -1, wakes };
    this.order += 1;
    if (delay !== Infinity) this.timers.push(timer);
    return timer;
  }

  clearTimer(timer: Timer): void {
    if (timer.index >= 0) this.timers.removeAt(timer.index);
  }

  trace(event: TraceEvent): void {
    this.fingerprint.add(`${this.now} ${JSON.stringify(event)}`);
    this.sink.trace({ at: this.now, machine: this.name, event });
  }

  crashed(task: string, error: unknown): void {
    if (isAbort(error)) return;
    this.trace({ type: 'fault', name: 'crash', target: task, active: true });
    this.sink.crash({ machine: this.name, task, at: this.now, error });
  }

  guard(task: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.crashed(task, error);
    }
  }

  private context(): MachineContext {
    const { root } = this;
    return {
      machine: this.name,
      incarnation: this.spec.incarnation,
      clock: root.clock,
      random: root.random,
      trace: (event) => root.trace(event),
      suspend: (start) => root.suspend(start),
      spawn: (name, task) => root.spawn(name, task),
      external: (work) => root.external(work),
      scope: (name) => root.scope(name),
      send: (to, body, options) => this.send(to, body, options?.quiet === true),
      onMessage: (handler) => { this.handler = handler; },
      output: (channel, body, options) => this.output(channel, body, options?.observed !== false),
      record: (kind, text) => this.fingerprint.add(`${kind} ${text}`),
    };
  }

  private send(to: string, body: object, quiet: boolean): void {
    if (this.dead) return;
    if (this.checks.checkJson) checkJson(body, `${this.name} to ${to}: $`);
    const link = quiet ? `${to}${QUIET}` : to;
    const seq = this.sent.get(link) ?? this.spec.incarnation * SEQ_PER_INCARNATION;
    this.sent.set(link, seq + 1);
    const from = quiet ? `${this.name}${QUIET}` : this.name;
    // To itself: still in this round, after the wakes.
    if (to === this.name) this.inbox.push({ at: this.now, round: this.round, from, seq, to, sent: this.now, body });
    else this.sink.send({ from, to, seq, sent: this.now, round: this.round, body });
  }

  private output(channel: string, body: object, hashed: boolean): void {
    if (this.dead) return;
    if (hashed) this.fingerprint.add(`output ${channel} ${this.now} ${JSON.stringify(body)}`);
    this.sink.output({ machine: this.name, channel, at: this.now, body, hashed });
  }

  private runWake(): void {
    const wake = this.wakes[this.wakesHead] as Wake;
    this.wakesHead += 1;
    if (this.wakesHead === this.wakes.length) {
      this.wakes = [];
      this.wakesHead = 0;
    }
    if (wake.scope.killed) return;
    if (wake.scope.frozen) wake.scope.hold(wake.run);
    else this.guard('wake', wake.run);
  }

  /** Work that never waits would hold the whole cluster: the machine ends, as if its processor hung. */
  private stopLivelock(): void {
    this.crashed('livelock', new AssertionError(`${this.name} ran ${EVENTS_PER_INSTANT_MAX} events at ${this.now} us`));
    this.kill();
  }

  private moveTo(at: Micros, round: number): void {
    assert(at > this.now || (at === this.now && round >= this.round), `causality: ${this.name} at ${this.now}/${this.round} cannot go to ${at}/${round}`);
    this.now = at;
    this.round = round;
  }

  private countEvent(): boolean {
    if (this.instant !== this.now) {
      this.instant = this.now;
      this.eventsAtInstant = 0;
    }
    this.eventsAtInstant += 1;
    return this.eventsAtInstant <= EVENTS_PER_INSTANT_MAX;
  }
}

/** The order of messages in an inbox. */
export function earlier(a: Message, b: Message): boolean {
  if (a.at !== b.at) return a.at < b.at;
  if (a.round !== b.round) return a.round < b.round;
  if (a.from !== b.from) return a.from < b.from;
  return a.seq < b.seq;
}

/** Rounded up to whole microseconds; what is a whole number but for the last bits of a float stays it. */
export function toMicros(delayMs: number): Micros {
  if (!(delayMs >= 0)) throw new RangeError(`a delay of ${delayMs} ms`);
  const exact = delayMs * 1000;
  const whole = Math.round(exact);
  return Math.abs(exact - whole) < 1e-4 ? whole : Math.ceil(exact);
}

async function putOff(turns: number, run: () => void): Promise<void> {
  for (let i = 0; i < turns; i += 1) await null;
  run();
}
