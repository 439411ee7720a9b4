/** A scope of a machine and the World inside it: one object. Killing it is `kill -9`: its timers are gone, its tasks
 *  never go on, no `finally` runs, and its own primitives do nothing any more. */
import type { TraceEvent } from '../base/trace.ts';
import type { Clock, Micros, Random, Scope, Settle, World } from '../base/world.ts';
import type { Machine, Timer } from './machine.ts';
import '../base/dispose.ts';

export class Domain implements World, Scope {
  readonly clock: Clock;
  killed = false;
  /** Its wakes and timers are held back, and those of every scope inside. */
  frozen = false;
  private held: (() => void)[] = [];
  /** Timers set inside; made when first needed. */
  ownTimers: Set<Timer> | undefined;
  private waits: Set<Disposable> | undefined;
  private children: Set<Domain> | undefined;
  private names: Map<string, number> | undefined;

  constructor(readonly machine: Machine, readonly random: Random, readonly name: string, private readonly parent?: Domain) {
    this.clock = new DomainClock(this);
  }

  get world(): World {
    return this;
  }

  trace(event: TraceEvent): void {
    if (!this.killed) this.machine.trace(event);
  }

  suspend<T>(start: (settle: Settle<T>) => Disposable | void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.killed) return;
      let over = false;
      let held: Disposable | undefined;
      const end = (finish: () => void): void => {
        if (over) return;
        over = true;
        this.machine.wake(this, () => this.machine.shaken(finish));
        if (held) {
          this.waits?.delete(held);
          held[Symbol.dispose]();
        }
      };
      const started = start({ resolve: (value) => end(() => resolve(value)), reject: (reason) => end(() => reject(reason)) });
      if (!started) return;
      if (over) started[Symbol.dispose]();
      else {
        held = started;
        (this.waits ??= new Set()).add(started);
      }
    });
  }

  spawn(name: string, task: () => Promise<void>): void {
    if (this.killed) return;
    this.machine.wake(this, () => void this.run(name, task));
  }

  external<T>(work: Promise<T>): Promise<T> {
    return this.suspend<T>((settle) => {
      let finish: () => void = () => undefined;
      const done = work.then(
        (value) => { finish = () => settle.resolve(value); },
        (reason: unknown) => { finish = () => settle.reject(reason); },
      );
      this.machine.externals.push({ work: done, done: () => finish(), scope: this });
    });
  }

  scope(name: string): Domain {
    this.names ??= new Map();
    const count = this.names.get(name) ?? 0;
    this.names.set(name, count + 1);
    // A component that is started again draws other numbers than the one before it.
    const random = this.random.fork(`scope ${count} ${name}`);
    const child = new Domain(this.machine, random, name, this);
    child.frozen = this.frozen;
    if (this.killed) child.killed = true;
    else (this.children ??= new Set()).add(child);
    return child;
  }

  freeze(): void {
    this.frozen = true;
    for (const child of this.children ?? []) child.freeze();
  }

  thaw(): void {
    this.frozen = false;
    for (const run of this.held.splice(0)) this.machine.wake(this, run);
    for (const child of this.children ?? []) child.thaw();
  }

  /** What would have run now runs after the thaw, in this order. */
  hold(run: () => void): void {
    this.held.push(run);
  }

  kill(): void {
    if (this.killed) return;
    this.killed = true;
    this.parent?.children?.delete(this);
    for (const child of this.children ?? []) child.kill();
    for (const timer of this.ownTimers ?? []) this.machine.clearTimer(timer);
    const waits = this.waits ?? [];
    this.children = this.ownTimers = this.waits = undefined;
    for (const wait of waits) this.machine.guard(this.name, () => wait[Symbol.dispose]());
  }

  private async run(name: string, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (!this.killed) this.machine.crashed(this.name === '' ? name : `${this.name}/${name}`, error);
    }
  }
}

class DomainClock implements Clock {
  constructor(private readonly domain: Domain) {}

  now(): number {
    const { machine } = this.domain;
    return machine.spec.startAtMs + Math.floor(machine.now / 1000);
  }

  micros(): Micros {
    return this.domain.machine.now;
  }

  setTimer(delayMs: number, fire: () => void): Disposable {
    return this.set(delayMs, fire);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return this.domain.suspend<void>((settle) => {
      if (signal?.aborted) return settle.reject(signal.reason);
      const timer = this.set(delayMs, () => settle.resolve(), true);
      if (!signal) return timer;
      const aborted = (): void => settle.reject(signal.reason);
      signal.addEventListener('abort', aborted);
      return {
        [Symbol.dispose]() {
          timer[Symbol.dispose]();
          signal.removeEventListener('abort', aborted);
        },
      };
    });
  }

  private set(delayMs: number, fire: () => void, wakes = false): Disposable {
    const { domain } = this;
    if (domain.killed) return { [Symbol.dispose]() {} };
    const timer = domain.machine.setTimer(domain, delayMs, fire, wakes);
    const own = (domain.ownTimers ??= new Set());
    own.add(timer);
    return {
      [Symbol.dispose]() {
        own.delete(timer);
        domain.machine.clearTimer(timer);
      },
    };
  }
}
