/** Connections to other machines: segments with numbers, acknowledged and sent again, so that a lossy link is slow and a
 *  cut one times out, as with TCP. */
import type { World } from '../base/world.ts';
import { base64, fromBase64, fromUtf8, utf8 } from '../base/bytes.ts';
import type { NetworkErrorCode } from '../cri/network.ts';
import { createHalf, endHalf, failHalf, pushHalf, roomOf, takeHalf } from './stream.ts';
import type { Half } from './stream.ts';

/** What travels between machines on the channel "net". */
export type Segment =
  | { readonly k: 'syn'; readonly id: string; readonly src: string; readonly sport: number; readonly dst: string; readonly dport: number }
  | { readonly k: 'est'; readonly id: string }
  | { readonly k: 'no'; readonly id: string; readonly code: NetworkErrorCode }
  | { readonly k: 'data'; readonly id: string; readonly n: number; readonly t?: string; readonly b?: string; readonly fin?: true }
  | { readonly k: 'ack'; readonly id: string; readonly n: number; readonly room: number }
  | { readonly k: 'rst'; readonly id: string }
  | { readonly k: 'udp'; readonly src: string; readonly sport: number; readonly dst: string; readonly dport: number; readonly t?: string; readonly b?: string };

const SEGMENT_MAX = 32 * 1024;
const IN_FLIGHT_MAX = 8;
const RETRY_FIRST_MS = 300;
const RETRIES_MAX = 9;

export interface Remote {
  readonly inbound: Half;
  readonly outbound: Half;
  receive(segment: Segment): void;
  reset(): void;
  /** Both directions are over: forget it. */
  readonly over: boolean;
}

export function createRemote(world: World, id: string, send: (segment: Segment) => void, finished: () => void): Remote {
  const inbound = createHalf();
  const outbound = createHalf();
  let sendNext = 0;
  let finSent = false;
  let finAcked = false;
  let expected = 0;
  let room = Infinity;
  let stalled = false;
  let dead = false;
  let tries = 0;
  let timer: Disposable | undefined;
  const flight: Extract<Segment, { k: 'data' }>[] = [];

  function flush(): void {
    while (!dead && flight.length < IN_FLIGHT_MAX && room > 0 && outbound.size > 0) {
      const data = takeHalf(outbound, SEGMENT_MAX);
      transmit({ k: 'data', id, n: sendNext, ...pack(data) });
      room -= data.length;
    }
    if (!dead && outbound.ended && outbound.size === 0 && !finSent && flight.length < IN_FLIGHT_MAX) {
      finSent = true;
      transmit({ k: 'data', id, n: sendNext, fin: true });
    }
  }

  function transmit(segment: Extract<Segment, { k: 'data' }>): void {
    sendNext += 1;
    flight.push(segment);
    send(segment);
    if (timer === undefined) arm();
  }

  function arm(): void {
    timer = world.clock.setTimer(RETRY_FIRST_MS * 2 ** tries, () => {
      timer = undefined;
      if (flight.length === 0 || dead) return;
      tries += 1;
      if (tries > RETRIES_MAX) { die('ETIMEDOUT'); return; }
      for (const segment of flight) send(segment);
      arm();
    });
  }

  function die(code: NetworkErrorCode): void {
    if (dead) return;
    dead = true;
    timer?.[Symbol.dispose]();
    failHalf(inbound, code);
    failHalf(outbound, code);
    finished();
  }

  function acknowledge(): void {
    const free = roomOf(inbound);
    stalled = free === 0;
    send({ k: 'ack', id, n: expected, room: free });
  }

  function settle(): void {
    if (finAcked && inbound.ended && !dead) { dead = true; timer?.[Symbol.dispose](); finished(); }
  }

  outbound.filled = flush;
  inbound.drained = () => { if (stalled) acknowledge(); };
  return {
    inbound, outbound,
    get over() { return dead; },
    receive(segment) {
      if (dead) return;
      if (segment.k === 'rst') { die('ECONNRESET'); return; }
      if (segment.k === 'data') {
        if (segment.n === expected) {
          expected += 1;
          const data = unpack(segment);
          if (data.length > 0) pushHalf(inbound, data);
          if (segment.fin === true) endHalf(inbound);
        }
        acknowledge();
        settle();
        return;
      }
      if (segment.k !== 'ack') return;
      room = segment.room;
      const before = flight.length;
      while (flight.length > 0 && flight[0]!.n < segment.n) if (flight.shift()!.fin === true) finAcked = true;
      if (flight.length < before) {
        tries = 0;
        timer?.[Symbol.dispose]();
        timer = undefined;
        if (flight.length > 0) arm();
      }
      flush();
      settle();
    },
    reset() {
      if (dead) return;
      send({ k: 'rst', id });
      die('ECONNRESET');
    },
  };
}

/** ASCII goes as text, everything else as base64: messages are JSON. */
export function pack(data: Uint8Array): { t?: string; b?: string } {
  for (const byte of data) if (byte >= 0x80) return { b: base64(data) };
  return { t: fromUtf8(data) };
}

export function unpack(packed: { readonly t?: string; readonly b?: string }): Uint8Array {
  if (packed.t !== undefined) return utf8(packed.t);
  return packed.b === undefined ? new Uint8Array(0) : fromBase64(packed.b) ?? new Uint8Array(0);
}
