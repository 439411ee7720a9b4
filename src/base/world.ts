/** Everything a component may take from outside: time, chance, tasks, and a place to tell what it did.
 *  Passed first to every constructor; there are no globals, no defaults and no context values. */
import type { TraceEvent } from './trace.ts';

/** Integer microseconds since the start of the cluster. */
export type Micros = number;

/** The only source of time. Timers due together fire in the order they were set, so one seed gives one history. */
export interface Clock {
  /** Whole milliseconds since the Unix epoch, in cluster time. */
  now(): number;
  /** Microseconds since the cluster started; for traces and for timestamps finer than a millisecond. */
  micros(): Micros;
  /** Fires once, as an event of its own. Delays are rounded up to a microsecond; negative or NaN throws. */
  setTimer(delayMs: number, fire: () => void): Disposable;
  /** Rejects with the signal's reason when the signal is aborted first; its timer is then gone. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** Seeded chance. A fork depends on the seed and the path of names only, never on what was drawn before. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, below). */
  int(below: number): number;
  /** `length` characters of Kubernetes' safe alphabet `bcdfghjklmnpqrstvwxz2456789`. */
  suffix(length: number): string;
  /** A version 4 UUID. */
  uuid(): string;
  fork(name: string): Random;
}

/** Settles a suspended task. The settling is an event of its own: the task goes on after the current event. */
export interface Settle<T> {
  resolve(value: T): void;
  reject(reason: unknown): void;
}

export interface World {
  readonly clock: Clock;
  readonly random: Random;
  trace(event: TraceEvent): void;
  /** The only way for cluster code to wait for something: `new Promise` is banned outside base and sim. `start` runs
   *  at once; what it returns is disposed when the wait is over or the scope is killed. */
  suspend<T>(start: (settle: Settle<T>) => Disposable | void): Promise<T>;
  /** Starts work that nobody awaits. A rejection other than an abort crashes the machine in tests and is traced. */
  spawn(name: string, task: () => Promise<void>): void;
  /** Waits for something truly asynchronous (a lazily loaded module, WebCrypto); time stands until it is there. */
  external<T>(work: Promise<T>): Promise<T>;
  /** A world inside this one that can be killed by itself: a component or a container's process. */
  scope(name: string): Scope;
}

/** A killed scope is like `kill -9`: its timers are gone, its tasks never go on, no `finally` runs. */
export interface Scope {
  readonly world: World;
  readonly killed: boolean;
  kill(): void;
  /** SIGSTOP: nothing in it goes on, timers that fire are kept, until it is thawed. */
  freeze(): void;
  thaw(): void;
}
