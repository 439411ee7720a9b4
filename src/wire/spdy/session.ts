/** One SPDY connection as a server has it: streams that the client opens, each with headers and bytes in both directions.
 *  Like Kubernetes' own library it does no flow control: window updates are read and ignored. */
import { CONTROL, FLAG_FIN, controlFrame, dataFrame, frameParser } from './frames.ts';
import type { SpdyFrame } from './frames.ts';
import { headerReader, headerWriter } from './header-block.ts';
import type { Headers } from './header-block.ts';

/** What carries the frames: a socket, or the binary messages of a WebSocket. */
export interface BytePipe {
  onBytes(take: (bytes: Buffer) => void): void;
  onClose(gone: () => void): void;
  write(bytes: Buffer): void;
  end(): void;
}

export interface SpdyStream {
  readonly headers: Headers;
  /** Bytes as they come, those from before the call first; undefined once the client has written its last. */
  onBytes(take: (bytes: Uint8Array | undefined) => void): void;
  write(bytes: Uint8Array): void;
  /** This side has written its last. */
  end(): void;
}

interface OpenStream extends SpdyStream {
  readonly take: (bytes: Uint8Array | undefined) => void;
}

const STREAMS_MAX = 1024;

/** Calls onStream for every stream that the client opens, and onClose once when the connection is over. */
export function serveSpdy(pipe: BytePipe, onStream: (stream: SpdyStream) => void, onClose: () => void): void {
  const parse = frameParser();
  const [read, write] = [headerReader(), headerWriter()];
  const streams = new Map<number, OpenStream>();
  let queue: Promise<void> = Promise.resolve();
  let isOver = false;
  const over = (): void => {
    if (isOver) return;
    isOver = true;
    for (const stream of streams.values()) stream.take(undefined);
    onClose();
  };

  async function control(frame: SpdyFrame & { readonly type: 'control' }): Promise<void> {
    const { payload } = frame;
    const id = payload.length >= 4 ? payload.readUInt32BE(0) & 0x7fffffff : 0;
    if (frame.control === CONTROL.synStream) {
      const headers = await read(payload.subarray(10));
      if (streams.size >= STREAMS_MAX) throw new Error('too many streams');
      const stream = openStream(pipe, id, headers);
      streams.set(id, stream);
      pipe.write(controlFrame(CONTROL.synReply, [id], await write(new Map())));
      if (frame.flags & FLAG_FIN) stream.take(undefined);
      onStream(stream);
    } else if (frame.control === CONTROL.headers) await read(payload.subarray(4));
    else if (frame.control === CONTROL.ping) pipe.write(controlFrame(CONTROL.ping, [payload.readUInt32BE(0)]));
    else if (frame.control === CONTROL.reset) {
      streams.get(id)?.take(undefined);
      streams.delete(id);
    } else if (frame.control === CONTROL.goAway && streams.size === 0) pipe.end();
  }

  function data(frame: SpdyFrame & { readonly type: 'data' }): void {
    const stream = streams.get(frame.stream);
    if (frame.payload.length > 0) stream?.take(new Uint8Array(frame.payload));
    if (frame.flags & FLAG_FIN) stream?.take(undefined);
  }

  pipe.onBytes((bytes) => {
    queue = queue.then(async () => {
      for (const frame of parse(bytes)) {
        if (frame.type === 'data') data(frame);
        else await control(frame);
      }
    }).catch(() => {
      pipe.end();
      over();
    });
  });
  pipe.onClose(over);
}

function openStream(pipe: BytePipe, id: number, headers: Headers): OpenStream {
  const early: (Uint8Array | undefined)[] = [];
  let taker: ((bytes: Uint8Array | undefined) => void) | undefined;
  let hasEnded = false;
  return {
    headers,
    take: (bytes) => {
      if (taker) taker(bytes);
      else early.push(bytes);
    },
    onBytes(take) {
      taker = take;
      for (const bytes of early.splice(0)) take(bytes);
    },
    write: (bytes) => {
      if (!hasEnded) pipe.write(dataFrame(id, bytes));
    },
    end: () => {
      if (!hasEnded) pipe.write(dataFrame(id, new Uint8Array(), FLAG_FIN));
      hasEnded = true;
    },
  };
}
