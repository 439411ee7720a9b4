/** port-forward over WebSocket without SPDY inside, as client libraries speak it: the ports stand in the query, each has a
 *  channel for data and one for errors, and each channel begins with its port in two bytes.
 *  Upstream: staging/src/k8s.io/kubelet/pkg/cri/streaming/portforward/websocket.go */
import type { WebSocket } from './web-sockets.ts';
import type { Connection } from '../api/transport.ts';

/** Opens every port at once, and closes the socket when the last is through. */
export function serveWebSocketPortForward(client: WebSocket, ports: readonly number[], dial: (port: string) => Promise<Connection>): void {
  const base64 = client.protocol.includes('base64');
  const send = (channel: number, bytes: Uint8Array): void => {
    if (client.readyState !== client.OPEN) return;
    if (base64) client.send(`${channel}${Buffer.from(bytes).toString('base64')}`);
    else client.send(Buffer.concat([Buffer.from([channel]), bytes]));
  };
  const waiting: Uint8Array[][] = ports.map(() => []);
  const connections: (Connection | undefined)[] = ports.map(() => undefined);
  client.on('message', (data: Buffer) => {
    const channel = base64 ? data[0]! - 48 : data[0]!;
    const bytes = base64 ? Buffer.from(data.subarray(1).toString(), 'base64') : data.subarray(1);
    if (channel % 2 !== 0 || channel / 2 >= ports.length) return;
    const connection = connections[channel / 2];
    if (connection) connection.send({ type: 'bytes', channel: 0, bytes: new Uint8Array(bytes) });
    else waiting[channel / 2]?.push(new Uint8Array(bytes));
  });
  client.once('close', () => { for (const connection of connections) connection?.close(); });
  const all = ports.map((port, index) => forward(port, index));
  void Promise.all(all).then(() => client.close(1000));

  async function forward(port: number, index: number): Promise<void> {
    const head = Buffer.from([port & 255, port >> 8]);
    send(2 * index, head);
    send(2 * index + 1, head);
    try {
      const connection = await dial(String(port));
      connections[index] = connection;
      for (const bytes of waiting[index]?.splice(0) ?? []) connection.send({ type: 'bytes', channel: 0, bytes });
      for await (const frame of connection.frames) if (frame.type === 'bytes') send(2 * index + (frame.channel === 0 ? 0 : 1), frame.bytes);
    } catch (error) {
      send(2 * index + 1, Buffer.from(error instanceof Error ? error.message : 'the connection broke'));
    }
  }
}
