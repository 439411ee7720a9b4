/** exec and attach over SPDY, as kubectl before 1.30 speaks them: a stream each for stdin, stdout, stderr, errors and resizes.
 *  Upstream: staging/src/k8s.io/kubelet/pkg/cri/streaming/remotecommand/{httpstream,websocket}.go */
import type { Connection, Frame } from '../../api/transport.ts';
import { serveSpdy } from './session.ts';
import type { BytePipe, SpdyStream } from './session.ts';

const CHANNELS: Readonly<Record<string, number>> = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 };

/** The streams that the query asks for: the session starts when the client has opened them all. */
function wantedStreams(query: readonly (readonly [string, string])[]): readonly string[] {
  const asks = (name: string): boolean => query.some(([key, value]) => key === name && (value === 'true' || value === '1'));
  const isTty = asks('tty');
  return ['error', ...['stdin', 'stdout'].filter(asks), ...(asks('stderr') && !isTty ? ['stderr'] : []), ...(isTty ? ['resize'] : [])];
}

/** Joins an open connection of the API with the streams of a client until either side is gone. */
export function serveSpdyExec(pipe: BytePipe, connection: Connection, query: readonly (readonly [string, string])[]): void {
  const wanted = wantedStreams(query);
  const streams = new Map<string, SpdyStream>();
  serveSpdy(pipe, (stream) => {
    streams.set(stream.headers.get('streamtype') ?? '', stream);
    if (wanted.every((name) => streams.has(name)) && streams.size === wanted.length) void run();
  }, () => connection.close());

  async function run(): Promise<void> {
    streams.get('stdin')?.onBytes((bytes) => connection.send(bytes ? { type: 'bytes', channel: 0, bytes } : { type: 'end', channel: 0 }));
    streams.get('resize')?.onBytes((bytes) => {
      const size = bytes && resizeOf(Buffer.from(bytes).toString());
      if (size) connection.send(size);
    });
    const byChannel = new Map([...streams].map(([name, stream]) => [CHANNELS[name], stream]));
    try {
      for await (const frame of connection.frames) {
        if (frame.type === 'bytes') byChannel.get(frame.channel)?.write(frame.bytes);
        else if (frame.type === 'status') streams.get('error')?.write(Buffer.from(JSON.stringify(frame.status)));
      }
    } finally {
      for (const stream of streams.values()) stream.end();
      pipe.end();
    }
  }
}

/** A message of the resize channel; undefined: it is none. */
export function resizeOf(text: string): Frame | undefined {
  try {
    const { Width, Height } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    return typeof Width === 'number' && typeof Height === 'number' ? { type: 'resize', columns: Width, rows: Height } : undefined;
  } catch {
    return undefined;
  }
}
