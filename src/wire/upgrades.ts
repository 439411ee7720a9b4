/** Connections that leave HTTP: exec, attach and port-forward over WebSocket (kubectl from 1.30, client libraries) or SPDY
 *  (kubectl before, and port-forward inside either). The API is asked first, so that its refusal is an HTTP answer. Node only. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from './web-sockets.ts';
import type { WebSocket } from './web-sockets.ts';
import type { ApiRequest, Connection, Transport } from '../api/transport.ts';
import { ApiError } from '../api/errors.ts';
import { FOREIGN, apiRequestOf } from './http-server.ts';
import type { Front } from './http-server.ts';
import { serveSpdyExec } from './spdy/exec.ts';
import { serveSpdyPortForward } from './spdy/port-forward.ts';
import type { BytePipe } from './spdy/session.ts';
import { serveWebSocket } from './websocket.ts';
import { serveWebSocketPortForward } from './websocket-port-forward.ts';

export interface Refusal { readonly code: number; readonly reason: string; readonly message: string }

const TUNNEL = 'SPDY/3.1+portforward.k8s.io';
const SOCKET_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'channel.k8s.io', 'base64.channel.k8s.io', 'v4.base64.channel.k8s.io'] as const;
const SPDY_EXEC = 'v4.channel.k8s.io';
const SPDY_FORWARD = 'portforward.k8s.io';

interface Upgrade { readonly request: ApiRequest; readonly message: IncomingMessage; readonly socket: Duplex; readonly head: Buffer; readonly transport: Transport }

export function serveUpgrades(server: Server, { transport, isAllowed, userOf }: Front): void {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => SOCKET_PROTOCOLS.find((protocol) => offered.has(protocol)) ?? false });
  // The library takes no protocol with a slash in its name: this one is agreed on past it.
  sockets.on('headers', (lines, message) => {
    if (isTunnel(message)) lines.push(`Sec-WebSocket-Protocol: ${TUNNEL}`);
  });
  server.on('upgrade', (message, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (!isAllowed(message)) return refuse(socket, FOREIGN);
    const open = kindOf(message);
    if (open === undefined) {
      return refuse(socket, { code: 403, reason: 'Forbidden', message: 'unable to upgrade: this server speaks WebSocket with v4 and v5.channel.k8s.io, and SPDY/3.1' });
    }
    const upgrade: Upgrade = { request: apiRequestOf(message, userOf(message)), message, socket, head, transport };
    void (open === 'spdy' ? openSpdy(upgrade) : openWebSocket(sockets, upgrade)).catch((error: unknown) => refuse(socket, refusalOf(error)));
  });
}

const offeredBy = (headers: IncomingMessage['headers']): readonly string[] =>
  String(headers['sec-websocket-protocol'] ?? '').split(/,\s*/).filter(Boolean);
/** The header stays under another name once the library must not see it. */
const ASIDE = 'x-tunnel-protocol';
const isTunnel = ({ headers }: IncomingMessage): boolean => headers[ASIDE] === TUNNEL;

function kindOf({ headers }: IncomingMessage): 'websocket' | 'spdy' | undefined {
  const wanted = String(headers.upgrade).toLowerCase();
  if (wanted === 'spdy/3.1') return 'spdy';
  const offered = offeredBy(headers);
  const known = offered.length === 0 || offered.some((protocol) => protocol === TUNNEL || (SOCKET_PROTOCOLS as readonly string[]).includes(protocol));
  return wanted === 'websocket' && known ? 'websocket' : undefined;
}

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof ApiError)) return { code: 500, reason: 'InternalError', message: 'Internal error occurred' };
  const { code = 500, reason = 'InternalError', message = '' } = error.status;
  return { code, reason, message };
}

function refuse(socket: Duplex, { code, reason, message }: Refusal): void {
  const body = JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code });
  socket.end(`HTTP/1.1 ${code} ${reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}

const isForward = ({ path }: ApiRequest): boolean => path.endsWith('/portforward');

/** A connection that ends with the socket. */
async function connected({ transport, request, socket }: Upgrade): Promise<Connection> {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  return transport.connect(request, gone.signal);
}

/** Rejects where the Pod cannot be forwarded to: the streams inside come only after the upgrade. */
async function checkPod({ transport, request }: Upgrade): Promise<void> {
  const { status, body } = await transport.request({ ...request, method: 'GET', path: request.path.slice(0, -'/portforward'.length), query: [] });
  if (status >= 400) throw new ApiError(body as ApiError['status']);
}

const dialOf = ({ transport, request }: Upgrade) => (port: string): Promise<Connection> => transport.connect({ ...request, query: [['ports', port]] });

async function openSpdy(upgrade: Upgrade): Promise<void> {
  const { request, socket, head } = upgrade;
  const protocol = isForward(request) ? SPDY_FORWARD : SPDY_EXEC;
  const offered = String(upgrade.message.headers['x-stream-protocol-version'] ?? '').split(/,\s*/);
  if (!offered.includes(protocol)) {
    const message = `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server supports [${protocol}]`;
    return refuse(socket, { code: 403, reason: 'Forbidden', message });
  }
  const connection = isForward(request) ? undefined : await connected(upgrade);
  if (!connection) await checkPod(upgrade);
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`);
  const pipe = socketPipe(socket, head);
  if (connection) serveSpdyExec(pipe, connection, request.query ?? []);
  else serveSpdyPortForward(pipe, dialOf(upgrade));
}

async function openWebSocket(sockets: WebSocketServer, upgrade: Upgrade): Promise<void> {
  const { request, message, socket, head } = upgrade;
  const connection = isForward(request) ? undefined : await connected(upgrade);
  if (!connection) await checkPod(upgrade);
  delete message.headers[ASIDE];
  if (offeredBy(message.headers).includes(TUNNEL)) {
    delete message.headers['sec-websocket-protocol'];
    message.headers[ASIDE] = TUNNEL;
  }
  sockets.handleUpgrade(message, socket, head, (client) => {
    if (connection) serveWebSocket(client, connection);
    else if (isTunnel(message)) serveSpdyPortForward(webSocketPipe(client), dialOf(upgrade));
    else serveWebSocketPortForward(client, portsOf(request), dialOf(upgrade));
  });
}

const portsOf = ({ query = [] }: ApiRequest): readonly number[] => query.filter(([key]) => key === 'ports').flatMap(([, ports]) => ports.split(',').map(Number));

function socketPipe(socket: Duplex, head: Buffer): BytePipe {
  return {
    onBytes(take) {
      if (head.length > 0) take(head);
      socket.on('data', take);
    },
    onClose: (gone) => { socket.once('close', gone); },
    write: (bytes) => { if (!socket.destroyed) socket.write(bytes); },
    end: () => { socket.end(); },
  };
}

function webSocketPipe(client: WebSocket): BytePipe {
  return {
    onBytes: (take) => { client.on('message', (data) => take(data as Buffer)); },
    onClose: (gone) => { client.once('close', gone); },
    write: (bytes) => { if (client.readyState === client.OPEN) client.send(bytes); },
    end: () => client.close(1000),
  };
}
