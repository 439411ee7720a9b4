/** exec and attach: joins our standard streams to those of a process in a container.
 *  Upstream: staging/src/k8s.io/client-go/tools/remotecommand */
import type { Status } from '../api/object.ts';
import type { Connection } from '../api/transport.ts';
import { fromUtf8 } from '../base/bytes.ts';
import type { Kubectl } from './command.ts';
import { StatusError } from './errors.ts';
import type { Query } from './rest.ts';

export interface RemoteStreams {
  readonly stdin: boolean;
  readonly tty: boolean;
  /** Not shown where the caller wants the bytes. */
  readonly onStdout?: (bytes: Uint8Array) => void | Promise<void>;
  readonly onStderr?: (bytes: Uint8Array) => void | Promise<void>;
  /** Sent as standard input instead of ours. */
  readonly input?: Uint8Array;
  /** The other side has taken the streams. */
  readonly onOpen?: () => Promise<void>;
}

/** Runs until the remote process ends; the exit code that its status tells. */
export async function joinStreams(k: Kubectl, path: string, query: Query, streams: RemoteStreams): Promise<number> {
  const all: [string, string][] = [...(query as [string, string][])];
  all.push(['stderr', String(!streams.tty)]);
  if (streams.stdin || streams.input !== undefined) all.push(['stdin', 'true']);
  all.push(['stdout', 'true']);
  if (streams.tty) all.push(['tty', 'true']);
  const asked = all.filter(([, v]) => v !== 'false');
  const connection = await upgraded(k, path, asked, REMOTE_COMMAND);
  await streams.onOpen?.();
  return runStreams(k, connection, streams);
}

/** Which protocols are asked for: over a WebSocket first, and over SPDY where that is refused. */
export interface Protocols {
  readonly webSocket: string;
  readonly spdy: string;
}

const REMOTE_COMMAND: Protocols = {
  webSocket: 'v5.channel.k8s.io',
  spdy: 'v5.channel.k8s.io, v4.channel.k8s.io, v3.channel.k8s.io, v2.channel.k8s.io, channel.k8s.io',
};

/** Upstream: staging/src/k8s.io/client-go/tools/remotecommand/fallback.go */
export async function upgraded(k: Kubectl, path: string, query: Query, protocols: Protocols): Promise<Connection> {
  const webSocket = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': protocols.webSocket };
  try {
    return await k.rest.connect('GET', path, { query, headers: webSocket });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const spdy = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': protocols.spdy };
    return k.rest.connect('POST', path, { query, headers: spdy });
  }
}

async function runStreams(k: Kubectl, connection: Connection, streams: RemoteStreams): Promise<number> {
  const stop = (): void => connection.close();
  k.io.signal.addEventListener('abort', stop);
  if (streams.tty) k.io.rawMode?.(true);
  const resized = streams.tty ? k.io.onResize?.((columns, rows) => connection.send({ type: 'resize', columns, rows })) : undefined;
  if (streams.tty && k.io.tty !== undefined) connection.send({ type: 'resize', columns: k.io.tty.columns, rows: k.io.tty.rows });
  if (streams.input !== undefined) {
    if (streams.input.length > 0) connection.send({ type: 'bytes', channel: 0, bytes: streams.input });
    connection.send({ type: 'end', channel: 0 });
  } else if (streams.stdin) {
    k.io.world.spawn('kubectl stdin', () => pump(k, connection));
  }
  const toStdout = streams.onStdout ?? ((bytes: Uint8Array) => k.io.stdout.write(bytes));
  const toStderr = streams.onStderr ?? ((bytes: Uint8Array) => k.io.stderr.write(bytes));
  try {
    let code = 0;
    for await (const frame of connection.frames) {
      if (frame.type === 'bytes' && frame.channel === 1) await toStdout(frame.bytes);
      else if (frame.type === 'bytes' && frame.channel === 2) await toStderr(frame.bytes);
      else if (frame.type === 'bytes' && frame.channel === 3) code = exitCodeOf(JSON.parse(fromUtf8(frame.bytes)) as Status);
      else if (frame.type === 'status') code = exitCodeOf(frame.status);
    }
    k.io.signal.throwIfAborted();
    return code;
  } finally {
    k.io.signal.removeEventListener('abort', stop);
    resized?.[Symbol.dispose]();
    if (streams.tty) k.io.rawMode?.(false);
    connection.close();
  }
}

async function pump(k: Kubectl, connection: Connection): Promise<void> {
  for (let data = await k.io.stdin.read(); data !== undefined; data = await k.io.stdin.read()) {
    connection.send({ type: 'bytes', channel: 0, bytes: data });
  }
  connection.send({ type: 'end', channel: 0 });
}

/** NonZeroExitCode carries the code among its causes; any other failure is thrown. */
function exitCodeOf(status: Status): number {
  if (status.status !== 'Failure') return 0;
  if (status.reason !== 'NonZeroExitCode') throw new StatusError(status);
  return Number(status.details?.causes?.find((c) => c.reason === 'ExitCode')?.message ?? '1');
}
