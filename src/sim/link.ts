/** The links between machines: when a message arrives is a pure function of its link, its sequence number and the faults
 *  of the moment in which it was sent. A link keeps order. Only a shell and the hub are joined at zero latency. */
import type { Micros } from '../base/world.ts';
import type { LinkChange } from './journal.ts';
import type { Message } from './machine-context.ts';
import type { Draft } from './machine.ts';
import { assert } from '../base/assert.ts';
import { hash32 } from '../base/random.ts';
import { plain } from './quiet.ts';

/** JSON values: a host in a worker gets the same. */
export interface LinkProfile {
  readonly seed: string;
  /** One way, between any two machines but a shell and the hub. */
  readonly latencyMicros: Micros;
  readonly jitterMicros: Micros;
  readonly hub: string;
  /** Machines joined with the hub at zero latency. */
  readonly shells: readonly string[];
}

/** Conditions that differ from the profile, and how far each link has got: what a router hands over to the next one. */
export interface LinkState {
  readonly changes: readonly { readonly between: readonly [string, string]; readonly change: LinkChange }[];
  readonly last: Readonly<Record<string, Micros>>;
}

/** No latency may fall below: it is what lets hosts run ahead of each other. */
export const LATENCY_MIN: Micros = 50;
/** TCP's first retransmission time-out on a quick link; it doubles. After the last one the connection has been lost. */
const RESEND_AFTER: Micros = 200_000;
const RESENDS_MAX = 8;
/** More zero-latency rounds than this at one instant are two programs that answer each other for ever. */
export const ROUNDS_PER_INSTANT_MAX = 10_000;
/** Inputs at one instant are this many rounds apart. */
export const ROUNDS_PER_INPUT = 1_000_000;

interface Way { readonly zero: boolean; readonly salt: number; last: Micros; cut: boolean; latency: Micros; jitter: Micros; loss: number }

export class Links {
  private readonly ways = new Map<string, Map<string, Way>>();
  private readonly changes = new Map<string, { between: readonly [string, string]; change: LinkChange }>();
  /** The least latency of any link that has one: how long machines cannot hear of each other. */
  least: Micros;

  constructor(private readonly profile: LinkProfile, state?: LinkState) {
    assert(profile.latencyMicros >= LATENCY_MIN, `a link latency of ${profile.latencyMicros} us is below ${LATENCY_MIN}`);
    this.least = profile.latencyMicros;
    for (const { between, change } of state?.changes ?? []) this.change(between, change);
    for (const [pair, last] of Object.entries(state?.last ?? {})) {
      const [from = '', to = ''] = pair.split('>');
      this.way(from, to).last = last;
    }
  }

  /** undefined: lost on the way. */
  route(draft: Draft): Message | undefined {
    const way = this.way(draft.from, draft.to);
    if (way.cut) return undefined;
    if (way.zero) {
      assert(draft.round % ROUNDS_PER_INPUT < ROUNDS_PER_INSTANT_MAX, `${draft.from} and ${draft.to} answer each other without end at ${draft.sent}`);
      return arriving(draft, draft.sent, draft.round + 1);
    }
    const again = way.loss === 0 ? 0 : resendDelay(way, draft.seq);
    if (again === undefined) return undefined;
    const jitter = way.jitter === 0 ? 0 : mix(way.salt, draft.seq) % (way.jitter + 1);
    const at = Math.max(draft.sent + way.latency + jitter + again, way.last);
    way.last = at;
    return arriving(draft, at, 0);
  }

  isShell(machine: string): boolean {
    return this.profile.shells.includes(plain(machine));
  }

  isHub(machine: string): boolean {
    return plain(machine) === this.profile.hub;
  }

  isZero(a: string, b: string): boolean {
    const { hub } = this.profile;
    return (plain(a) === hub && this.isShell(b)) || (plain(b) === hub && this.isShell(a));
  }

  /** In both directions; a change replaces the fields that it names. Zero-latency links can only be cut. */
  change(between: readonly [string, string], change: LinkChange): void {
    const key = [...between].sort().join('>');
    const merged = { ...this.changes.get(key)?.change, ...change };
    this.changes.set(key, { between, change: merged });
    for (const [from, row] of this.ways) {
      for (const [to, way] of row) if ([plain(from), plain(to)].sort().join('>') === key) this.set(way, merged);
    }
    this.least = this.profile.latencyMicros;
    for (const each of this.changes.values()) {
      if (!this.isZero(...each.between)) this.least = Math.min(this.least, Math.max(LATENCY_MIN, each.change.latencyMicros ?? Infinity));
    }
  }

  state(): LinkState {
    const last: Record<string, Micros> = {};
    for (const [from, row] of this.ways) for (const [to, way] of row) if (way.last > 0) last[`${from}>${to}`] = way.last;
    return { changes: [...this.changes.values()], last };
  }

  private way(from: string, to: string): Way {
    let row = this.ways.get(from);
    if (!row) this.ways.set(from, (row = new Map()));
    let way = row.get(to);
    if (!way) {
      way = { zero: this.isZero(from, to), salt: hash32(`${this.profile.seed}|${from}>${to}`), last: 0, cut: false, latency: 0, jitter: 0, loss: 0 };
      row.set(to, way);
      this.set(way, this.changes.get([plain(from), plain(to)].sort().join('>'))?.change ?? {});
    }
    return way;
  }

  private set(way: Way, change: LinkChange): void {
    way.cut = change.cut ?? false;
    way.latency = Math.max(LATENCY_MIN, Math.round(change.latencyMicros ?? this.profile.latencyMicros));
    way.jitter = Math.max(0, Math.round(change.jitterMicros ?? this.profile.jitterMicros));
    way.loss = change.loss ?? 0;
  }
}

/** Field by field: a copy with changes costs many times as much, and every message goes through here. */
function arriving({ from, seq, to, sent, body }: Draft, at: Micros, round: number): Message {
  return { at, round, from, seq, to, sent, body };
}

/** Lost packets are sent again, as TCP does, and what follows waits: so a lossy link is slow before it is broken. */
function resendDelay({ salt, loss }: Way, seq: number): Micros | undefined {
  let delay = 0;
  for (let tries = 0; mix(salt ^ Math.imul(tries + 1, 0x5bf03635), seq) / 0x100000000 < loss; tries += 1) {
    if (tries === RESENDS_MAX) return undefined;
    delay += RESEND_AFTER * 2 ** tries;
  }
  return delay;
}

function mix(salt: number, seq: number): number {
  let h = Math.imul(salt ^ (seq | 0), 0x9e3779b1) ^ Math.imul(Math.floor(seq / 0x100000000) + 1, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
