/** The answering end of a Transport over a channel. */
import { Queue } from '../base/queue.ts';
import type { Settle, World } from '../base/world.ts';
import { AbortedError, isAbort } from '../base/with-timeout.ts';
import { ApiError } from '../api/errors.ts';
import { INPUT, isQuiet } from '../sim/quiet.ts';
import { TransportError, type ApiRequest, type Connection, type Frame, type Transport } from '../api/transport.ts';
import type { Channel } from './mux.ts';
import type { Peers } from './peers.ts';
import { WINDOW, readFrame, readRequest, wireFrame, wireResponse, type RpcMessage, type WireError, type WireRequest } from './rpc-message.ts';

type Choose = (from: string) => Transport;

/** One request or stream being served. */
interface Serving {
  readonly from: string;
  readonly id: string;
  readonly abort: AbortController;
  connection?: Connection;
  sent: number;
  taken: number;
  room?: Settle<void>;
  /** Frames that the reader has no room for, where they are passed on without a task. */
  readonly held: Frame[];
  /** What follows when they are sent. */
  end?: () => void;
}

export class RpcServer {
  private world: World | undefined;
  private choose: Choose | undefined;
  private readonly serving = new Map<string, Serving>();

  constructor(private readonly channel: Channel, private readonly peers: Peers) {}

  begin(world: World, choose: Choose): void {
    if (this.choose) this.end(this.choose);
    this.world = world;
    this.choose = choose;
  }

  /** The server process is gone; the kernel of its machine closes the sockets. */
  end(choose: Choose): void {
    if (this.choose !== choose) return;
    this.choose = this.world = undefined;
    for (const serving of [...this.serving.values()]) {
      const e: WireError = { code: 'reset', message: serving.connection ? 'unexpected EOF' : 'EOF' };
      const { from, id } = serving;
      if (serving.connection) this.reply(from, { k: 'end', id, n: serving.sent, e });
      else this.reply(from, { k: 'failed', id, e });
      this.forget(serving);
    }
  }

  receive(from: string, message: RpcMessage & { readonly id: string }): void {
    if (message.k === 'request' || message.k === 'connect') return this.accept(from, message);
    const serving = this.serving.get(`${from} ${message.id}`);
    if (!serving) return;
    if (message.k === 'abort') this.stop(serving);
    else if (message.k === 'frame') serving.connection?.send(readFrame(message.f));
    else if (message.k === 'taken') {
      serving.taken = message.n;
      const { room } = serving;
      delete serving.room;
      room?.resolve();
      this.flush(serving);
    }
  }

  /** The peer is gone, or has forgotten what was under way. */
  lost(peer: string): void {
    for (const serving of [...this.serving.values()]) if (serving.from === peer) this.stop(serving);
  }

  private accept(from: string, message: RpcMessage & { readonly k: 'request' | 'connect' }): void {
    const { id } = message;
    if (!this.choose || !this.world) return this.reply(from, { k: 'failed', id, e: { code: 'refused', message: '' } });
    const serving: Serving = { from, id, abort: new AbortController(), sent: 0, taken: 0, held: [] };
    this.serving.set(`${from} ${id}`, serving);
    this.peers.hold(from, true);
    const transport = this.choose(from);
    void (message.k === 'request' ? this.answer(this.world, transport, serving, message.r) : this.stream(this.world, transport, serving, message.r));
  }

  private async answer(world: World, transport: Transport, serving: Serving, request: WireRequest): Promise<void> {
    const { from, id } = serving;
    try {
      const response = await transport.request(requestFrom(from, request), serving.abort.signal);
      if (this.has(serving)) this.reply(from, { k: 'response', id, r: wireResponse(response) });
    } catch (error) {
      if (this.has(serving)) this.reply(from, { k: 'failed', id, e: this.wireError(world, error) });
    }
    this.forget(serving);
  }

  private async stream(world: World, transport: Transport, serving: Serving, request: WireRequest): Promise<void> {
    const { from, id, abort } = serving;
    let opened = false;
    try {
      const connection = await transport.connect(requestFrom(from, request), abort.signal);
      if (!this.has(serving)) return connection.close();
      serving.connection = connection;
      opened = true;
      this.reply(from, { k: 'opened', id });
      if (connection.frames instanceof Queue) return this.pass(world, serving, connection.frames as Queue<Frame>);
      for await (const frame of connection.frames) {
        if (!this.has(serving)) return;
        if (serving.sent - serving.taken >= WINDOW) await world.suspend<void>((settle) => { serving.room = settle; });
        if (!this.has(serving)) return;
        this.reply(from, { k: 'frame', id, n: serving.sent, f: wireFrame(frame) });
        serving.sent += 1;
      }
      if (this.has(serving)) this.reply(from, { k: 'end', id, n: serving.sent });
    } catch (error) {
      if (this.has(serving)) {
        const e = this.wireError(world, error);
        this.reply(from, opened ? { k: 'end', id, n: serving.sent, e } : { k: 'failed', id, e });
      }
    }
    this.forget(serving);
  }

  /** Frames go out in the event in which they are made, as far as the reader has room. */
  private pass(world: World, serving: Serving, frames: Queue<Frame>): void {
    const { from, id } = serving;
    frames.forward((frame) => {
      serving.held.push(frame);
      this.flush(serving);
    }, (error) => {
      serving.end = () => {
        this.reply(from, { k: 'end', id, n: serving.sent, ...(error !== undefined && { e: this.wireError(world, error) }) });
        this.forget(serving);
      };
      this.flush(serving);
    });
  }

  private flush(serving: Serving): void {
    const { from, id, held } = serving;
    while (held.length > 0 && serving.sent - serving.taken < WINDOW) {
      if (!this.has(serving)) return;
      this.reply(from, { k: 'frame', id, n: serving.sent, f: wireFrame(held.shift() as Frame) });
      serving.sent += 1;
    }
    if (held.length === 0 && this.has(serving)) serving.end?.();
  }

  private stop(serving: Serving): void {
    this.forget(serving);
    serving.abort.abort(new AbortedError());
    serving.connection?.close();
    serving.room?.resolve();
  }

  private forget(serving: Serving): void {
    if (this.serving.delete(`${serving.from} ${serving.id}`)) this.peers.release(serving.from);
  }

  private has(serving: Serving): boolean {
    return this.serving.get(`${serving.from} ${serving.id}`) === serving;
  }

  private reply(to: string, message: RpcMessage): void {
    this.channel.send(to, message);
  }

  /** Our own mistakes stop here: they are reported as a crash, and the client sees the connection end. */
  private wireError(world: World, error: unknown): WireError {
    if (error instanceof ApiError) return { status: error.status };
    if (error instanceof TransportError) return { code: error.code, message: error.message };
    if (!isAbort(error)) world.spawn('server', async () => { throw error; });
    return { code: 'reset', message: 'EOF' };
  }
}

/** Set on what observers ask: it must be answered without a trace, a counter or a draw of chance. */
export const OBSERVER_HEADER = 'x-observer';

const isObserver = (from: string): boolean => isQuiet(from) || (from.startsWith('@') && from !== INPUT);

function requestFrom(from: string, wire: WireRequest): ApiRequest {
  const request = readRequest(wire);
  return isObserver(from) ? { ...request, headers: { ...request.headers, [OBSERVER_HEADER]: from } } : request;
}
