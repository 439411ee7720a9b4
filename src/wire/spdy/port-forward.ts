/** port-forward over SPDY: for each connection the client opens a stream for errors and one for data, under one request ID.
 *  Upstream: staging/src/k8s.io/kubelet/pkg/cri/streaming/portforward/httpstream.go */
import type { Connection } from '../../api/transport.ts';
import { serveSpdy } from './session.ts';
import type { BytePipe, SpdyStream } from './session.ts';

interface Pair { readonly error?: SpdyStream; readonly data?: SpdyStream }

/** `dial` opens a connection to a port of the Pod: channel 0 is data, 1 is what went wrong. */
export function serveSpdyPortForward(pipe: BytePipe, dial: (port: string) => Promise<Connection>): void {
  const pairs = new Map<string, Pair>();
  const connections = new Set<Connection>();
  serveSpdy(pipe, (stream) => {
    const [id, kind] = [stream.headers.get('requestid') ?? '', stream.headers.get('streamtype') ?? ''];
    const { error, data }: Pair = { ...pairs.get(id), [kind]: stream };
    pairs.set(id, { ...(error && { error }), ...(data && { data }) });
    if (!error || !data) return;
    pairs.delete(id);
    void forward(error, data, () => dial(data.headers.get('port') ?? ''), connections);
  }, () => { for (const connection of connections) connection.close(); });
}

async function forward(error: SpdyStream, data: SpdyStream, dial: () => Promise<Connection>, connections: Set<Connection>): Promise<void> {
  let connection: Connection | undefined;
  try {
    connection = await dial();
    connections.add(connection);
    const open = connection;
    data.onBytes((bytes) => open.send(bytes ? { type: 'bytes', channel: 0, bytes } : { type: 'end', channel: 0 }));
    for await (const frame of connection.frames) {
      if (frame.type === 'bytes') (frame.channel === 0 ? data : error).write(frame.bytes);
      else if (frame.type === 'status' && frame.status.status === 'Failure') error.write(Buffer.from(frame.status.message ?? ''));
    }
  } catch (reason) {
    error.write(Buffer.from(reason instanceof Error ? reason.message : 'the connection broke'));
  } finally {
    if (connection) connections.delete(connection);
    error.end();
    data.end();
  }
}
