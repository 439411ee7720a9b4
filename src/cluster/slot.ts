/** A port that a component of this machine listens on: empty while the component is down, and then it refuses as a closed
 *  port does. When the component is killed, what was under way is reset; its callers live on. */
import { disposable } from '../base/dispose.ts';
import { Queue } from '../base/queue.ts';
import { onKilled } from '../base/scope.ts';
import type { Settle, World } from '../base/world.ts';
import type { ApiRequest, ApiResponse, Connection, Frame, Transport } from '../api/transport.ts';
import { TransportError } from '../api/transport.ts';

export interface Slot {
  /** What callers in `world` hold. It works again when the component is back. */
  transport(world: World): Transport;
  /** The component listens until its world is killed. Another component in the same place is displaced. */
  listen(world: World, target: Transport): void;
  readonly isListening: boolean;
}

interface Listening { readonly target: Transport; readonly waiting: Set<Settle<never>>; readonly streams: Set<Queue<Frame>> }

export function createSlot(address: string): Slot {
  let current: Listening | undefined;

  const refused = () => new TransportError('refused', `dial tcp ${address}: connect: connection refused`);
  const reset = () => new TransportError('reset', `read tcp ${address}: read: connection reset by peer`);

  function end(listening: Listening): void {
    if (current === listening) current = undefined;
    for (const settle of [...listening.waiting]) settle.reject(reset());
    for (const stream of [...listening.streams]) stream.close(reset());
    listening.waiting.clear();
    listening.streams.clear();
  }

  /** Waits in the caller's world for what the component answers, or for its end. */
  function guard<T>(world: World, listening: Listening, work: () => Promise<T>): Promise<T> {
    return world.suspend<T>((settle) => {
      listening.waiting.add(settle as Settle<never>);
      void forward(work, settle);
      return disposable(() => listening.waiting.delete(settle as Settle<never>));
    });
  }

  return {
    get isListening() { return current !== undefined; },
    listen(world, target) {
      if (current) end(current);
      const listening: Listening = { target, waiting: new Set(), streams: new Set() };
      current = listening;
      onKilled(world, () => end(listening));
    },
    transport: (world) => ({
      async request(request: ApiRequest, signal?: AbortSignal): Promise<ApiResponse> {
        const listening = current;
        if (!listening) throw refused();
        return guard(world, listening, () => listening.target.request(request, signal));
      },
      async connect(request: ApiRequest, signal?: AbortSignal): Promise<Connection> {
        const listening = current;
        if (!listening) throw refused();
        const connection = await guard(world, listening, () => listening.target.connect(request, signal));
        return relay(world, listening, connection);
      },
    }),
  };
}

async function forward<T>(work: () => Promise<T>, settle: Settle<T>): Promise<void> {
  try {
    settle.resolve(await work());
  } catch (error) {
    settle.reject(error);
  }
}

/** The component's stream, on a queue of the caller's world, so that its end can be told. */
function relay(world: World, listening: Listening, connection: Connection): Connection {
  const frames = new Queue<Frame>(world, () => close());
  const close = (): void => {
    listening.streams.delete(frames);
    frames.close();
    connection.close();
  };
  listening.streams.add(frames);
  if (connection.frames instanceof Queue) {
    (connection.frames as Queue<Frame>).forward((frame) => frames.push(frame), (error) => {
      listening.streams.delete(frames);
      frames.close(error);
    });
    return { frames, send: (frame) => connection.send(frame), close };
  }
  world.spawn('relay', async () => {
    try {
      for await (const frame of connection.frames) frames.push(frame);
      frames.close();
    } catch (error) {
      frames.close(error);
    } finally {
      listening.streams.delete(frames);
    }
  });
  return { frames, send: (frame) => connection.send(frame), close };
}
