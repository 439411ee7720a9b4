/** exec, attach and port-forward as Connections. Channels of exec and attach: 0 stdin, 1 stdout, 2 stderr, 3 the final
 *  Status as JSON; a resize frame is the terminal's size. Port-forward is one TCP stream a Connection: channel 0 carries
 *  its bytes both ways, channel 1 what went wrong.
 *  Upstream: pkg/kubelet/server/server.go, staging/src/k8s.io/kubelet/pkg/cri/streaming */
import type { Status } from '../api/object.ts';
import type { Connection, Frame } from '../api/transport.ts';
import { utf8 } from '../base/bytes.ts';
import { Queue } from '../base/queue.ts';
import type { World } from '../base/world.ts';
import { NetworkError, type NetworkNamespace } from '../cri/network.ts';
import type { InputStream, OutputStream } from '../cri/process.ts';
import { StartError, type ExecSession } from '../cri/runtime.ts';
import { pacedOutput, SCREEN } from '../cri/paced.ts';
import { createPipe } from '../cri/streams.ts';

export interface StreamOptions { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean; readonly tty: boolean }

/** How the runtime is asked, once the streams are there. */
export type OpenSession = (streams: {
  readonly stdin?: InputStream; readonly stdout: OutputStream; readonly stderr?: OutputStream; readonly size?: { readonly columns: number; readonly rows: number };
}) => ExecSession;

export function streamSession(world: World, options: StreamOptions, open: OpenSession): Connection {
  const frames = new Queue<Frame>(world, () => close());
  const output = (channel: number): OutputStream => pacedOutput(world, {
    async write(data) { frames.push({ type: 'bytes', channel, bytes: typeof data === 'string' ? utf8(data) : data }); },
    close() {},
  }, SCREEN);
  const pipe = options.stdin ? createPipe(world) : undefined;
  let ended = false;
  const session = open({
    ...(pipe !== undefined && { stdin: pipe.input }),
    stdout: options.stdout ? output(1) : NOWHERE,
    ...(!options.tty && { stderr: options.stderr ? output(2) : NOWHERE }),
  });

  function close(): void {
    if (ended) return;
    ended = true;
    session.kill();
    pipe?.output.close();
    frames.close();
  }

  world.spawn('stream session', async () => {
    const status = await outcome(session);
    if (ended) return;
    ended = true;
    frames.push({ type: 'bytes', channel: 3, bytes: utf8(JSON.stringify(status)) });
    frames.close();
  });
  return {
    frames,
    send(frame) {
      if (ended) return;
      if (frame.type === 'bytes' && frame.channel === 0 && pipe !== undefined) world.spawn('stdin', () => writeQuietly(pipe.output, frame.bytes));
      else if (frame.type === 'end' && frame.channel === 0) pipe?.output.close();
      else if (frame.type === 'resize') session.resize(frame.columns, frame.rows);
    },
    close,
  };
}

const NOWHERE: OutputStream = { async write() {}, close() {} };

/** A process that reads no more is not the sender's failure. */
async function writeQuietly(output: OutputStream, bytes: Uint8Array): Promise<void> {
  try {
    await output.write(bytes);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'BrokenPipe') throw error;
  }
}

async function outcome(session: ExecSession): Promise<Status> {
  try {
    const code = await session.exit();
    if (code === 0) return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };
    return {
      kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'NonZeroExitCode',
      message: `command terminated with non-zero exit code: exit status ${code}`, details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
    };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return {
      kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'InternalError', code: 500,
      message: `Internal error occurred: error executing command in container: failed to exec in container: failed to start exec: ${error.message}`,
      details: { causes: [{ message: `error executing command in container: ${error.message}` }] },
    };
  }
}

/** A way into the Pod over which nothing goes yet. */
export function openForward(world: World): Connection {
  const frames = new Queue<Frame>(world, () => frames.close());
  return { frames, send() {}, close: () => frames.close() };
}

export async function forwardPort(world: World, net: NetworkNamespace, port: number, podUid: string): Promise<Connection> {
  const frames = new Queue<Frame>(world, () => close());
  let close = (): void => frames.close();
  const fail = (text: string): void => {
    frames.push({ type: 'bytes', channel: 1, bytes: utf8(text) });
    frames.close();
  };
  try {
    const stream = await net.connect('127.0.0.1', port);
    close = () => {
      frames.close();
      stream.reset();
    };
    world.spawn('port-forward', async () => {
      try {
        for (let data = await stream.read(); data !== undefined; data = await stream.read()) frames.push({ type: 'bytes', channel: 0, bytes: data });
        frames.push({ type: 'end', channel: 0 });
        frames.close();
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        fail(error.message);
      }
    });
    return {
      frames,
      send(frame) {
        if (frame.type === 'bytes' && frame.channel === 0) world.spawn('port-forward', () => stream.write(frame.bytes));
        else if (frame.type === 'end') stream.end();
      },
      close: () => close(),
    };
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const where = `failed to connect to localhost:${port} inside namespace: dial tcp4 127.0.0.1:${port}: connect: ${error.message}`;
    fail(`an error occurred forwarding ${port} -> ${port}: error forwarding port ${port} to pod ${podUid}, uid : failed to execute portforward in network namespace: ${where}`);
    return { frames, send() {}, close: () => close() };
  }
}
