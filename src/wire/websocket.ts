/** exec, attach and watches over WebSocket, as kubectl from 1.30 and the client libraries speak them: the first byte of a
 *  binary message is the channel; v5 adds a message of 255 and a channel that half-closes it. Node only.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/util/remotecommand/constants.go */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Connection, Frame, Transport, UserInfo } from '../api/transport.ts';
import { ApiError } from '../api/errors.ts';
import { apiRequestOf } from './http-server.ts';

interface WebSocketOptions {
  readonly transport: Transport;
  readonly user: UserInfo;
  readonly isAllowed: (message: IncomingMessage) => boolean;
}

const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'channel.k8s.io', 'base64.channel.k8s.io', 'v4.base64.channel.k8s.io'] as const;
const CLOSE = 255;
const RESIZE = 4;
const ERROR = 3;

export function serveWebSockets(server: Server, { transport, user, isAllowed }: WebSocketOptions): void {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => PROTOCOLS.find((protocol) => offered.has(protocol)) ?? false });
  server.on('upgrade', (message, socket, head) => {
    if (!isAllowed(message)) return refuse(socket, 403, 'Forbidden', 'this address is for local clients only');
    const offered = String(message.headers['sec-websocket-protocol'] ?? '');
    const isWebSocket = String(message.headers.upgrade).toLowerCase() === 'websocket';
    const known = offered === '' || offered.split(/,\s*/).some((protocol) => (PROTOCOLS as readonly string[]).includes(protocol));
    if (!isWebSocket || !known) return refuse(socket, 403, 'Forbidden', 'unable to upgrade: this server speaks WebSocket with v4 and v5.channel.k8s.io');
    void open(sockets, transport, user, message, socket, head);
  });
}

function refuse(socket: Duplex, code: number, reason: string, text: string): void {
  const body = JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: text, reason, code });
  socket.end(`HTTP/1.1 ${code} ${reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}

async function open(sockets: WebSocketServer, transport: Transport, user: UserInfo, message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const gone = new AbortController();
  let connection: Connection;
  try {
    connection = await transport.connect(apiRequestOf(message, user), gone.signal);
  } catch (error) {
    const status = error instanceof ApiError ? error.status : undefined;
    return refuse(socket, status?.code ?? 500, status?.reason ?? 'InternalError', status?.message ?? 'Internal error occurred');
  }
  sockets.handleUpgrade(message, socket, head, (client) => {
    client.on('close', () => {
      gone.abort();
      connection.close();
    });
    client.on('message', (data, isBinary) => receive(connection, client.protocol, data as Buffer, isBinary));
    void pump(connection, client);
  });
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

function resizeOf(text: string): Frame | undefined {
  try {
    const { Width, Height } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    return typeof Width === 'number' && typeof Height === 'number' ? { type: 'resize', columns: Width, rows: Height } : undefined;
  } catch {
    return undefined;
  }
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
