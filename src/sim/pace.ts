/** Maps wall time to virtual time: play, pause, speed, step, run until. The only file that reads wall time. It decides how
 *  far history has got when somebody looks, never what happens in it: a slow laptop or a hidden tab slips, evenly. */
import type { Micros } from '../base/world.ts';
import { disposable } from '../base/dispose.ts';

/** What is paced: a simulation. */
export interface Paced {
  readonly frontier: Micros;
  readonly next: Micros;
  runThrough(limit: Micros, yieldAt?: () => boolean): Promise<boolean>;
}

export interface WallClock {
  nowMs(): number;
  /** Lets messages of the page in; resolves after at least that long. */
  wait(ms: number): Promise<void>;
}

export interface PaceState {
  readonly frontier: Micros;
  readonly playing: boolean;
  readonly speed: number;
  /** Over the last second; the asked speed where it is kept up with. */
  readonly reachedSpeed: number;
}

export interface RunUntil {
  readonly atMicros?: Micros;
  /** Looked at after each instant at which something happened. */
  readonly reached?: () => boolean;
  readonly limitMicros?: Micros;
}

export interface Pacer {
  readonly state: PaceState;
  onChange(listener: (state: PaceState) => void): Disposable;
  play(): void;
  pause(): void;
  setSpeed(speed: number): void;
  /** At full speed to a moment or until a condition holds; pauses first and stays paused. A pause ends it too. */
  runUntil(until: RunUntil): Promise<'reached' | 'limit'>;
  close(): void;
}

export const SPEED_MIN = 1 / 64;
export const SPEED_MAX = 256;

const TICK_MS = 4;
/** Work in one turn before messages are let in. */
const TURN_MS = 12;
/** What is owed beyond this is forgiven: the cluster slips. */
const CATCH_UP_MS = 100;
const WINDOW_MS = 1000;
/** Virtual time of one slice at full speed. */
const SLICE: Micros = 1_000_000;
/** Listeners hear of moving time this often. */
const TELL_MS = 50;

const realClock: WallClock = {
  nowMs: () => performance.now(),
  wait: (ms) => new Promise((resolve) => { setTimeout(resolve, ms); }),
};

export function createPacer(paced: Paced, options: { readonly clock?: WallClock; readonly speed?: number; readonly onError?: (error: unknown) => void } = {}): Pacer {
  return new WallPacer(paced, options.clock ?? realClock, options.speed ?? 1, options.onError ?? (() => undefined));
}

class WallPacer implements Pacer {
  private playing = false;
  private running = false;
  private closed = false;
  private hurry: object | undefined;
  private anchor = { wallMs: 0, micros: 0 };
  private samples: { readonly wallMs: number; readonly micros: Micros }[] = [];
  private toldMs = 0;
  private readonly listeners = new Set<(state: PaceState) => void>();

  constructor(private readonly paced: Paced, private readonly clock: WallClock, private speed: number, private readonly onError: (error: unknown) => void) {}

  get state(): PaceState {
    return { frontier: this.paced.frontier, playing: this.playing, speed: this.speed, reachedSpeed: this.reachedSpeed() };
  }

  onChange(listener: (state: PaceState) => void): Disposable {
    this.listeners.add(listener);
    return disposable(() => this.listeners.delete(listener));
  }

  play(): void {
    if (this.playing || this.closed) return;
    this.hurry = undefined;
    this.playing = true;
    this.begin();
    this.tell();
    if (!this.running) void this.loop();
  }

  pause(): void {
    this.hurry = undefined;
    if (!this.playing) return;
    this.playing = false;
    this.tell();
  }

  setSpeed(speed: number): void {
    this.speed = speed === Infinity ? speed : Math.min(SPEED_MAX, Math.max(SPEED_MIN, speed));
    this.begin();
    this.tell();
  }

  async runUntil({ atMicros = Infinity, reached, limitMicros = Infinity }: RunUntil): Promise<'reached' | 'limit'> {
    this.pause();
    const mine = {};
    this.hurry = mine;
    const end = Math.min(atMicros, limitMicros);
    let turnMs = this.clock.nowMs();
    while (this.hurry === mine && !this.closed) {
      const { frontier, next } = this.paced;
      if (frontier >= end || (next === Infinity && end === Infinity)) break;
      const limit = Math.min(end, reached ? Math.max(next, frontier) : Math.max(next, frontier + SLICE));
      const whole = await this.paced.runThrough(limit, () => this.clock.nowMs() - turnMs > TURN_MS);
      if (whole && reached?.()) {
        this.tell();
        return 'reached';
      }
      if (this.clock.nowMs() - turnMs <= TURN_MS && whole) continue;
      await this.clock.wait(0);
      turnMs = this.clock.nowMs();
      this.tellNowAndThen(turnMs);
    }
    this.tell();
    return this.hurry === mine && atMicros <= limitMicros && this.paced.frontier >= atMicros ? 'reached' : 'limit';
  }

  close(): void {
    this.closed = true;
    this.playing = false;
    this.hurry = undefined;
    this.listeners.clear();
  }

  private async loop(): Promise<void> {
    this.running = true;
    try {
      while (this.playing) {
        await this.turn();
        await this.clock.wait(this.speed === Infinity ? 0 : TICK_MS);
      }
    } catch (error) {
      this.playing = false;
      this.onError(error);
    } finally {
      this.running = false;
      // The turn in which the pause came went on to its end: where time stands now was not told yet.
      this.tell();
    }
  }

  private async turn(): Promise<void> {
    const startMs = this.clock.nowMs();
    const target = this.target(startMs);
    const out = (): boolean => !this.playing || this.clock.nowMs() - startMs > TURN_MS;
    if (target > this.paced.frontier) await this.paced.runThrough(target, out);
    const nowMs = this.clock.nowMs();
    this.samples.push({ wallMs: nowMs, micros: this.paced.frontier });
    while ((this.samples[0]?.wallMs ?? nowMs) < nowMs - WINDOW_MS) this.samples.shift();
    this.tellNowAndThen(nowMs);
  }

  private target(nowMs: number): Micros {
    const { frontier } = this.paced;
    if (this.speed === Infinity) return frontier + SLICE;
    const due = this.anchor.micros + Math.floor((nowMs - this.anchor.wallMs) * this.speed * 1000);
    const behindMs = (due - frontier) / (this.speed * 1000);
    if (behindMs <= CATCH_UP_MS) return due;
    const forgivenMs = behindMs - CATCH_UP_MS;
    this.anchor = { wallMs: this.anchor.wallMs + forgivenMs, micros: this.anchor.micros };
    return frontier + Math.floor(CATCH_UP_MS * this.speed * 1000);
  }

  private begin(): void {
    this.anchor = { wallMs: this.clock.nowMs(), micros: this.paced.frontier };
    this.samples = [this.anchor];
  }

  private reachedSpeed(): number {
    const [first] = this.samples;
    const last = this.samples.at(-1);
    if (!this.playing || !first || !last || last.wallMs - first.wallMs < 100) return this.speed;
    const reached = (last.micros - first.micros) / (last.wallMs - first.wallMs) / 1000;
    return reached > this.speed * 0.95 ? this.speed : reached;
  }

  private tellNowAndThen(nowMs: number): void {
    if (nowMs - this.toldMs >= TELL_MS) this.tell();
  }

  private tell(): void {
    this.toldMs = this.clock.nowMs();
    const { state } = this;
    for (const listener of this.listeners) listener(state);
  }
}
