/** exec, attach and watches over WebSocket, as kubectl from 1.30 and the client libraries speak them: the first byte of a
 *  binary message is the channel; v5 adds a message of 255 and a channel that half-closes it. Node only.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/util/remotecommand/constants.go */
import type { WebSocket } from './web-sockets.ts';
import type { Connection } from '../api/transport.ts';
import { resizeOf } from './spdy/exec.ts';

const CLOSE = 255;
const RESIZE = 4;
const ERROR = 3;

/** Joins an open connection of the API with a client's socket until either side is gone. */
export function serveWebSocket(client: WebSocket, connection: Connection): void {
  client.on('close', () => connection.close());
  client.on('message', (data, isBinary) => receive(connection, client.protocol, data as Buffer, isBinary));
  void pump(connection, client);
}

function receive(connection: Connection, protocol: string, data: Buffer, isBinary: boolean): void {
  const base64 = protocol.includes('base64');
  const channel = base64 ? data[0]! - 48 : data[0];
  if (channel === undefined || (!isBinary && !base64)) return;
  const bytes = base64 ? Buffer.from(data.subarray(1).toString(), 'base64') : data.subarray(1);
  if (channel === CLOSE && protocol === 'v5.channel.k8s.io') connection.send({ type: 'end', channel: bytes[0] ?? 0 });
  else if (channel === RESIZE) {
    const size = resizeOf(bytes.toString());
    if (size) connection.send(size);
  } else connection.send({ type: 'bytes', channel, bytes: new Uint8Array(bytes) });
}

async function pump(connection: Connection, client: WebSocket): Promise<void> {
  const base64 = client.protocol.includes('base64');
  const send = (channel: number, bytes: Uint8Array): void => {
    if (base64) client.send(`${channel}${Buffer.from(bytes).toString('base64')}`);
    else client.send(Buffer.concat([Buffer.from([channel]), bytes]));
  };
  if (client.protocol !== '' && /channel/.test(client.protocol)) for (const channel of [1, 2, ERROR]) send(channel, new Uint8Array());
  try {
    for await (const frame of connection.frames) {
      if (frame.type === 'bytes') send(frame.channel, frame.bytes);
      else if (frame.type === 'status') send(ERROR, Buffer.from(JSON.stringify(frame.status)));
      else if (frame.type === 'event') client.send(JSON.stringify(frame.event));
    }
    client.close(1000);
  } catch {
    client.close(1011);
  }
}
