/** Pipes: bytes in order between two processes, bounded, so that a writer waits for its reader and `yes | head` stops.
 *  A pipe belongs to the container, not to a process: killing either side leaves the other with an end or a broken pipe.
 *  Each process reads and writes through a view bound to its own world, so that a killed one never goes on. */
import type { Settle, World } from '../base/world.ts';
import { BrokenPipe } from './process.ts';
import type { InputStream, OutputStream } from './process.ts';

/** As on Linux. */
const CAPACITY = 65_536;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

export function toBytes(data: Uint8Array | string): Uint8Array {
  return typeof data === 'string' ? ENCODER.encode(data) : data;
}

export function toText(data: Uint8Array): string {
  return DECODER.decode(data);
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export interface Pipe { readonly input: InputStream; readonly output: OutputStream }

/** The bytes under way and who waits for them. */
interface PipeState {
  chunks: Uint8Array[];
  size: number;
  writerGone: boolean;
  readerGone: boolean;
  readonly readers: Settle<void>[];
  readonly writers: Settle<void>[];
  readonly capacity: number;
}

/** A new pipe; its unbound ends wait in `world`. */
export function createPipe(world: World, capacity = CAPACITY): Pipe {
  const state: PipeState = { chunks: [], size: 0, writerGone: false, readerGone: false, readers: [], writers: [], capacity };
  return { input: inputEnd(state, world), output: outputEnd(state, world) };
}

function wait(world: World, waiters: Settle<void>[]): Promise<void> {
  return world.suspend<void>(settle => {
    waiters.push(settle);
    return { [Symbol.dispose]() { remove(waiters, settle); } };
  });
}

function remove<T>(list: T[], item: T): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}

function wakeAll(waiters: Settle<void>[]): void {
  for (const waiter of waiters.splice(0)) waiter.resolve();
}

function inputEnd(state: PipeState, world: World): InputStream {
  return {
    async read() {
      while (state.size === 0) {
        if (state.writerGone || state.readerGone) return undefined;
        await wait(world, state.readers);
      }
      const data = concatBytes(state.chunks);
      state.chunks = [];
      state.size = 0;
      wakeAll(state.writers);
      return data;
    },
    close() {
      state.readerGone = true;
      state.chunks = [];
      state.size = 0;
      wakeAll(state.writers);
      wakeAll(state.readers);
    },
    bind: other => inputEnd(state, other),
  };
}

function outputEnd(state: PipeState, world: World): OutputStream {
  return {
    async write(data) {
      const bytes = toBytes(data);
      if (bytes.length === 0) return;
      while (state.size >= state.capacity && !state.readerGone && !state.writerGone) await wait(world, state.writers);
      if (state.readerGone || state.writerGone) throw new BrokenPipe();
      state.chunks.push(bytes);
      state.size += bytes.length;
      wakeAll(state.readers);
      while (state.size >= state.capacity && !state.readerGone) await wait(world, state.writers);
    },
    close() {
      if (state.writerGone) return;
      state.writerGone = true;
      wakeAll(state.readers);
      wakeAll(state.writers);
    },
    bind: other => outputEnd(state, other),
  };
}

/** /dev/null for reading. */
export const EMPTY_INPUT: InputStream = Object.freeze({ async read() { return undefined; }, close() {} });
/** /dev/null for writing. */
export const NULL_OUTPUT: OutputStream = Object.freeze({ async write() {}, close() {} });

/** Text or bytes that are there already: a here-document, a file. */
export function bytesInput(data: Uint8Array | string): InputStream {
  let rest: Uint8Array | undefined = toBytes(data);
  return {
    async read() {
      const now = rest;
      rest = undefined;
      return now !== undefined && now.length > 0 ? now : undefined;
    },
    close() { rest = undefined; },
  };
}

/** Collects everything written to it, up to a limit; what is beyond is dropped. */
export function collectOutput(limit = 16 * 1024 * 1024): OutputStream & { text(): string; bytes(): Uint8Array } {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    async write(data) {
      const bytes = toBytes(data);
      if (size + bytes.length > limit) return;
      size += bytes.length;
      chunks.push(bytes);
    },
    close() {},
    text: () => toText(concatBytes(chunks)),
    bytes: () => concatBytes(chunks),
  };
}

/** An output that calls a function for each piece. */
export function callbackOutput(receive: (data: Uint8Array) => void): OutputStream {
  return { async write(data) { receive(toBytes(data)); }, close() {} };
}

/** Everything until the end of the stream. */
export async function readAll(input: InputStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = await input.read();
    if (chunk === undefined) return concatBytes(chunks);
    chunks.push(chunk);
  }
}

/** Splits a stream into lines without their newline. The last line may lack one: `terminated` says. */
export interface LineReader {
  next(): Promise<{ readonly text: string; readonly terminated: boolean } | undefined>;
  /** Bytes read from the stream and not yet handed out. */
  rest(): Uint8Array;
}

export function createLineReader(input: InputStream): LineReader {
  let buffer: Uint8Array = new Uint8Array(0);
  let at = 0;
  let ended = false;
  return {
    async next() {
      for (let from = at; ;) {
        const newline = buffer.indexOf(10, from);
        if (newline >= 0) {
          const text = toText(buffer.subarray(at, newline));
          at = newline + 1;
          return { text, terminated: true };
        }
        if (ended) {
          if (at >= buffer.length) return undefined;
          const text = toText(buffer.subarray(at));
          at = buffer.length;
          return { text, terminated: false };
        }
        const rest = buffer.subarray(at);
        from = rest.length;
        at = 0;
        const chunk = await input.read();
        if (chunk === undefined) { ended = true; buffer = rest; continue; }
        buffer = rest.length === 0 ? chunk : concatBytes([rest, chunk]);
      }
    },
    rest: () => buffer.subarray(at),
  };
}
