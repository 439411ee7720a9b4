/** One direction of a connection: bytes under way, an end, a reset; and the byte stream made of two of them. */
import type { Settle, World } from '../base/world.ts';
import { concat, utf8 } from '../base/bytes.ts';
import { disposable } from '../base/dispose.ts';
import { NetworkError } from '../cri/network.ts';
import type { ByteStream, NetworkErrorCode } from '../cri/network.ts';

/** A socket buffer. */
const CAPACITY = 256 * 1024;

export interface Half {
  chunks: Uint8Array[];
  size: number;
  ended: boolean;
  failed: NetworkErrorCode | undefined;
  readonly readers: Settle<void>[];
  readonly writers: Settle<void>[];
  /** Hears of new bytes or the end: the sender of a connection to another node. */
  filled?: () => void;
  /** Hears that there is room again. */
  drained?: () => void;
}

export function createHalf(): Half {
  return { chunks: [], size: 0, ended: false, failed: undefined, readers: [], writers: [] };
}

function wakeAll(waiters: Settle<void>[]): void {
  for (const waiter of waiters.splice(0)) waiter.resolve();
}

export function pushHalf(half: Half, data: Uint8Array): void {
  half.chunks.push(data);
  half.size += data.length;
  wakeAll(half.readers);
}

export function takeHalf(half: Half, limit = Infinity): Uint8Array {
  let data = concat(half.chunks);
  half.chunks = [];
  half.size = 0;
  if (data.length > limit) {
    half.chunks.push(data.subarray(limit));
    half.size = data.length - limit;
    data = data.subarray(0, limit);
  }
  wakeAll(half.writers);
  half.drained?.();
  return data;
}

export function endHalf(half: Half): void {
  if (half.ended) return;
  half.ended = true;
  wakeAll(half.readers);
  wakeAll(half.writers);
}

export function failHalf(half: Half, code: NetworkErrorCode): void {
  if (half.failed !== undefined) return;
  half.failed = code;
  half.chunks = [];
  half.size = 0;
  wakeAll(half.readers);
  wakeAll(half.writers);
}

export function roomOf(half: Half): number {
  return Math.max(0, CAPACITY - half.size);
}

export interface Ends { readonly localAddress: string; readonly localPort: number; readonly remoteAddress: string; readonly remotePort: number }

export interface BoundStream extends ByteStream {
  bind(world: World): BoundStream;
  /** The process that held it is gone: what it wrote is still delivered, what comes is refused. */
  abandon(): void;
}

function wait(world: World, waiters: Settle<void>[]): Promise<void> {
  return world.suspend<void>(settle => {
    waiters.push(settle);
    return disposable(() => {
      const at = waiters.indexOf(settle);
      if (at >= 0) waiters.splice(at, 1);
    });
  });
}

/** `reset` tells the other side. */
export function createStream(world: World, inbound: Half, outbound: Half, ends: Ends, reset: () => void): BoundStream {
  return {
    ...ends,
    async read() {
      for (;;) {
        if (inbound.failed !== undefined) throw new NetworkError(inbound.failed);
        if (inbound.size > 0) return takeHalf(inbound);
        if (inbound.ended) return undefined;
        await wait(world, inbound.readers);
      }
    },
    async write(data) {
      const bytes = typeof data === 'string' ? utf8(data) : data;
      while (outbound.size >= CAPACITY && !outbound.ended && outbound.failed === undefined) await wait(world, outbound.writers);
      if (outbound.failed !== undefined) throw new NetworkError(outbound.failed);
      if (outbound.ended) throw new NetworkError('ECONNRESET');
      if (bytes.length === 0) return;
      pushHalf(outbound, bytes);
      outbound.filled?.();
    },
    end() {
      if (outbound.ended || outbound.failed !== undefined) return;
      endHalf(outbound);
      outbound.filled?.();
    },
    reset() {
      if (inbound.failed !== undefined) return;
      failHalf(inbound, 'ECONNRESET');
      failHalf(outbound, 'ECONNRESET');
      reset();
    },
    abandon() {
      if (!outbound.ended && outbound.failed === undefined) { endHalf(outbound); outbound.filled?.(); }
      if (inbound.ended) return;
      failHalf(inbound, 'ECONNRESET');
    },
    bind: other => createStream(other, inbound, outbound, ends, reset),
  };
}
