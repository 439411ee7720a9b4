/** The asking end of a Transport over a channel. */
import type { Settle, World } from '../base/world.ts';
import { Queue } from '../base/queue.ts';
import { onKilled } from '../base/scope.ts';
import { ApiError } from '../api/errors.ts';
import { TransportError, type ApiRequest, type ApiResponse, type Connection, type Frame, type Transport } from '../api/transport.ts';
import type { Channel } from './mux.ts';
import type { Peers } from './peers.ts';
import { WINDOW, readFrame, readResponse, wireFrame, wireRequest, type RpcMessage, type WireError } from './rpc-message.ts';

export interface DialOptions {
  /** As Go's errors name the other side: "172.18.0.2:6443". */
  readonly address?: string;
}

export type Loss = 'reset' | 'refused' | 'timeout' | 'lost';

/** One request or stream under way. */
interface Call { number: number; readonly peer: string; readonly address: string; receive(message: RpcMessage): void; fail(error: Error): void }

export class RpcClient {
  private readonly calls = new Map<string, Call>();
  private count = 0;

  constructor(private readonly channel: Channel, private readonly peers: Peers, private readonly prefix = '') {}

  dial(world: World, to: string, { address = to }: DialOptions): Transport {
    return {
      request: (request, signal) => this.request(world, to, address, request, signal),
      connect: (request, signal) => this.connect(world, to, address, request, signal),
    };
  }

  receive(from: string, message: RpcMessage & { readonly id?: string }): void {
    const call = message.id === undefined ? undefined : this.calls.get(message.id);
    if (call?.peer === from) call.receive(message);
    // Of several clients outside each hears all answers; it ends only what it began itself.
    else if ((message.k === 'frame' || message.k === 'opened') && message.id.startsWith(this.prefix)) this.channel.send(from, { k: 'abort', id: message.id } satisfies RpcMessage);
  }

  lost(peer: string, loss: Loss, before = Infinity): void {
    for (const call of [...this.calls.values()]) if (call.peer === peer && call.number < before) call.fail(lossError(loss, call.address));
  }

  private request(world: World, to: string, address: string, request: ApiRequest, signal?: AbortSignal): Promise<ApiResponse> {
    return world.suspend<ApiResponse>((settle) => {
      if (signal?.aborted) return settle.reject(signal.reason);
      const id = this.begin(to, address, settle, (message) => {
        if (message.k === 'response') settle.resolve(readResponse(message.r));
        else if (message.k === 'failed') settle.reject(readError(message.e, address));
      });
      this.post(to, { k: 'request', id, r: wireRequest(request) });
      return this.until(id, to, signal, settle);
    });
  }

  private connect(world: World, to: string, address: string, request: ApiRequest, signal?: AbortSignal): Promise<Connection> {
    return world.suspend<Connection>((settle) => {
      if (signal?.aborted) return settle.reject(signal.reason);
      let opened = false;
      const id = this.begin(to, address, settle, (message) => {
        if (message.k === 'failed') settle.reject(readError(message.e, address));
        if (message.k !== 'opened') return;
        opened = true;
        settle.resolve(this.open(world, to, address, id, signal));
      });
      this.post(to, { k: 'connect', id, r: wireRequest(request) });
      return this.until(id, to, signal, settle, () => opened);
    });
  }

  /** From here on the stream ends by itself, with its signal or with its caller's scope. */
  private open(world: World, to: string, address: string, id: string, signal?: AbortSignal): Stream {
    const aborted = (): void => stream.fail(signal?.reason);
    const stream = new Stream(this.channel, world, to, id, () => {
      this.calls.delete(id);
      this.peers.release(to);
      killed[Symbol.dispose]();
      signal?.removeEventListener('abort', aborted);
    });
    const killed = onKilled(world, () => stream.close());
    signal?.addEventListener('abort', aborted);
    this.calls.set(id, this.streaming(to, address, stream));
    return stream;
  }

  private streaming(peer: string, address: string, stream: Stream): Call {
    return {
      peer, address, number: -1,
      receive: (message) => {
        if (message.k === 'frame') stream.receive(message.n, () => readFrame(message.f), address);
        else if (message.k === 'end') stream.end(message.n, message.e && readError(message.e, address), address);
      },
      fail: (error) => stream.lose(error),
    };
  }

  private begin<T>(peer: string, address: string, settle: Settle<T>, receive: (message: RpcMessage) => void): string {
    this.count += 1;
    const id = `${this.prefix}${this.count}`;
    const done = (): boolean => this.calls.delete(id);
    this.calls.set(id, {
      peer, address, number: Infinity,
      receive: (message) => {
        done();
        receive(message);
      },
      fail: (error) => {
        done();
        settle.reject(error);
      },
    });
    this.peers.hold(peer);
    return id;
  }

  private post(to: string, message: RpcMessage & { readonly id: string }): void {
    const call = this.calls.get(message.id);
    const number = this.channel.send(to, message);
    if (call) call.number = number;
  }

  /** Ends with the wait: by an answer, an abort or the end of the caller's scope. The last two tell the server. */
  private until<T>(id: string, to: string, signal: AbortSignal | undefined, settle: Settle<T>, keeps: () => boolean = () => false): Disposable {
    const aborted = (): void => settle.reject(signal?.reason);
    signal?.addEventListener('abort', aborted);
    return {
      [Symbol.dispose]: () => {
        signal?.removeEventListener('abort', aborted);
        if (keeps()) return;
        this.peers.release(to);
        if (this.calls.delete(id)) this.channel.send(to, { k: 'abort', id } satisfies RpcMessage);
      },
    };
  }
}

class Stream implements Connection {
  private over = false;
  private readonly queue: Queue<Frame>;
  private received = 0;
  private taken = 0;
  private sent = 0;

  constructor(private readonly channel: Channel, world: World, private readonly to: string, private readonly id: string,
    private readonly onEnd: () => void) {
    this.queue = new Queue<Frame>(world);
  }

  get frames(): AsyncIterable<Frame> {
    return this.read();
  }

  send(frame: Frame): void {
    if (this.over) return;
    this.channel.send(this.to, { k: 'frame', id: this.id, n: this.sent, f: wireFrame(frame), up: true } satisfies RpcMessage);
    this.sent += 1;
  }

  close(): void {
    this.stop(undefined, true);
  }

  fail(reason: unknown): void {
    this.stop(reason, true);
  }

  /** The other side is not there any more. */
  lose(error: Error): void {
    this.stop(error, false);
  }

  receive(n: number, frame: () => Frame, address: string): void {
    if (this.over) return;
    if (n !== this.received) return this.stop(lossError('lost', address), true);
    this.received += 1;
    this.queue.push(frame());
  }

  end(n: number, error: Error | undefined, address: string): void {
    this.stop(error ?? (n === this.received ? undefined : lossError('lost', address)), false);
  }

  private stop(error: unknown, tell: boolean): void {
    if (this.over) return;
    this.over = true;
    if (tell) this.channel.send(this.to, { k: 'abort', id: this.id } satisfies RpcMessage);
    this.queue.close(error);
    this.onEnd();
  }

  private async *read(): AsyncGenerator<Frame, void, void> {
    try {
      for (;;) {
        const frame = await this.queue.take();
        if (frame === undefined) return;
        this.taken += 1;
        if (this.taken % (WINDOW / 4) === 0 && !this.over) this.channel.send(this.to, { k: 'taken', id: this.id, n: this.taken } satisfies RpcMessage);
        yield frame;
      }
    } finally {
      this.close();
    }
  }
}

/** Go's words for what happened to the connection. */
export function lossError(loss: Loss, address: string): TransportError {
  switch (loss) {
    case 'refused': return new TransportError('refused', `dial tcp ${address}: connect: connection refused`);
    case 'timeout': return new TransportError('timeout', `dial tcp ${address}: i/o timeout`);
    case 'lost': return new TransportError('timeout', 'http2: client connection lost');
    case 'reset': return new TransportError('reset', `read tcp ${address}: read: connection reset by peer`);
  }
}

function readError(error: WireError, address: string): Error {
  if ('status' in error) return new ApiError(error.status);
  return error.code === 'refused' && error.message === '' ? lossError('refused', address) : new TransportError(error.code, error.message);
}
