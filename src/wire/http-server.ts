/** The Kubernetes API over HTTP and HTTPS on loopback, for real kubectl and any other client: requests become ApiRequests, streams
 *  become chunked watches, chunked logs, WebSockets and SPDY. Node only.
 *  A request whose Host is not loopback, or that a page of another origin sent, is refused (DNS rebinding). */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { ServerOptions as TlsOptions } from 'node:https';
import { createServer as createTlsServer } from 'node:https';
import { gzipSync } from 'node:zlib';
import { CERTIFICATE_HEADER } from '../api/transport.ts';
import type { ApiRequest, ApiResponse, Method, Transport, UserInfo } from '../api/transport.ts';
import { TransportError } from '../api/transport.ts';
import { ApiError } from '../api/errors.ts';
import { withoutItemKinds } from '../api/item-kinds.ts';
import type { ClusterCertificates } from './certificates.ts';
import { ADMIN, userOf } from './identity.ts';
import { PROTOBUF_TYPE, decodeObject } from './protobuf/decode.ts';
import { OPENAPI_ANSWERED, OPENAPI_PROTOBUF, encodeOpenApi } from './protobuf/openapi.ts';
import { ProtobufError } from './protobuf/protobuf-error.ts';
import { serveUpgrades } from './upgrades.ts';
import type { Refusal } from './upgrades.ts';

/** The apiserver's own limit for a request body, and where it begins to compress. */
const BODY_MAX = 3 * 1024 * 1024;
/** So much more is read and thrown away, so that the refusal is heard. */
const IGNORED_MAX = 64 * 1024 * 1024;
const GZIP_MIN = 128 * 1024;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

export interface ServeOptions {
  readonly port: number;
  /** Default 127.0.0.1. Another address is reachable from outside, and then any Host is taken. */
  readonly host?: string;
  /** With them it is HTTPS, and clients are told apart by their certificates and tokens. */
  readonly certificates?: ClusterCertificates;
  /** Whoever brings it is the administrator. */
  readonly token?: string;
  /** Whoever comes over plain HTTP without a token; default the administrator. */
  readonly user?: UserInfo;
}

export { ADMIN };

/** What every connection of a server shares. */
export interface Front {
  /** The schema in protobuf as it was last made: it takes a while. */
  readonly encoded: { etag: string; bytes: Uint8Array };
  readonly transport: Transport;
  readonly isAllowed: (message: IncomingMessage) => boolean;
  readonly userOf: (message: IncomingMessage) => UserInfo | undefined;
}

/** Resolves when it listens; rejects where the port is taken. */
export function serveHttp(transport: Transport, options: ServeOptions): Promise<Server> {
  const { host = '127.0.0.1', certificates, token, user = ADMIN } = options;
  const front: Front = { encoded: { etag: '', bytes: new Uint8Array() }, transport, isAllowed: LOOPBACK.test(host) ? isLocal : () => true, userOf: (message) => userOf(message, token, user) };
  const listen = (message: IncomingMessage, response: ServerResponse): void => void answer(front, message, response);
  const server = certificates ? createTlsServer(tlsOptions(certificates), listen) : createServer(listen);
  serveUpgrades(server, front);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, () => resolve(server));
  });
}

/** A client may show a certificate and need not: without, a token or nothing says who it is. */
function tlsOptions({ authority, clientAuthority, server }: ClusterCertificates): TlsOptions {
  const ca = [authority, ...(clientAuthority === undefined ? [] : [clientAuthority])];
  return { ca, cert: server.certificate, key: server.key, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.2' };
}

export const FOREIGN: Refusal = { code: 403, reason: 'Forbidden', message: 'this address is for local clients only: Host and Origin must be loopback' };

/** Host and Origin are of this machine. */
function isLocal(message: IncomingMessage): boolean {
  const { origin } = message.headers;
  if (!LOOPBACK.test(message.headers.host ?? '')) return false;
  return origin === undefined || LOOPBACK.test(origin.replace(/^https?:\/\//, ''));
}

export function apiRequestOf(message: IncomingMessage, user: UserInfo | undefined, body?: Uint8Array): ApiRequest {
  const url = new URL(message.url ?? '/', 'http://localhost');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    // What a client shows over TLS stands in the connection, not in a header.
    if (value === undefined || name === CERTIFICATE_HEADER) continue;
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { method: (message.method ?? 'GET') as Method, path: decodeURIComponent(url.pathname), query: [...url.searchParams.entries()], headers, ...(user && { user }), ...(body?.length && { body }) };
}

/** A body in protobuf becomes the JSON object that it stands for: nothing behind this file knows protobuf. */
function withoutProtobuf(request: ApiRequest): ApiRequest {
  const { body, headers = {} } = request;
  if (!(body instanceof Uint8Array) || headers['content-type']?.split(';')[0]?.trim() !== PROTOBUF_TYPE) return request;
  return { ...request, headers: { ...headers, 'content-type': 'application/json' }, body: decodeObject(body) };
}

/** The schema in protobuf, for those who ask for it first; everything else stays JSON, which every client takes. */
function asWanted({ encoded }: Front, { path, headers = {} }: ApiRequest, answered: ApiResponse): ApiResponse {
  if (path !== '/openapi/v2' || answered.status !== 200 || !headers['accept']?.includes(OPENAPI_PROTOBUF)) return answered;
  if (typeof answered.body !== 'object' || answered.body instanceof Uint8Array) return answered;
  const { etag = '' } = answered.headers;
  if (etag === '' || encoded.etag !== etag) {
    encoded.bytes = encodeOpenApi(answered.body);
    encoded.etag = etag;
  }
  return { ...answered, headers: { ...answered.headers, 'content-type': OPENAPI_ANSWERED }, body: encoded.bytes };
}

function isStream({ method, path, query = [] }: ApiRequest): boolean {
  const value = (name: string) => query.find(([key]) => key === name)?.[1];
  const yes = (text: string | undefined) => text === 'true' || text === '1';
  return method === 'GET' && (yes(value('watch')) || /^\/(api\/v1|apis\/[^/]+\/[^/]+)\/watch\//.test(path) || (path.endsWith('/log') && yes(value('follow'))));
}

/** undefined: it is too large. */
async function readBody(message: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of message as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_MAX + IGNORED_MAX) break;
    if (size <= BODY_MAX) parts.push(part);
  }
  if (size > BODY_MAX) return undefined;
  return new Uint8Array(Buffer.concat(parts));
}

function status(code: number, reason: string, message: string): ApiResponse {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  return { status: code, headers: { 'content-type': 'application/json' }, body };
}

async function answer(front: Front, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { transport, isAllowed, userOf: whoSent } = front;
  try {
    if (!isAllowed(message)) return send(message, response, status(FOREIGN.code, FOREIGN.reason, FOREIGN.message));
    if (!METHODS.has(message.method ?? '')) return send(message, response, status(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource'));
    const body = await readBody(message);
    if (body === undefined) return send(message, response, status(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_MAX}`));
    const request = withoutProtobuf(apiRequestOf(message, whoSent(message), body));
    if (isStream(request)) await stream(transport, request, message, response);
    else send(message, response, asWanted(front, request, await transport.request(request)));
  } catch (error) {
    failed(error, message, response);
  }
}

function failed(error: unknown, message: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else if (error instanceof ApiError) send(message, response, { status: error.status.code ?? 500, headers: { 'content-type': 'application/json' }, body: error.status });
  else if (error instanceof ProtobufError) send(message, response, status(400, 'BadRequest', error.message));
  else if (error instanceof TransportError) message.socket.destroy();
  else send(message, response, status(500, 'InternalError', 'Internal error occurred'));
}

function bytesOf(body: ApiResponse['body']): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(withoutItemKinds(body)));
}

function send(message: IncomingMessage, response: ServerResponse, answered: ApiResponse): void {
  const headers: Record<string, string> = { 'cache-control': 'no-cache, private', ...answered.headers };
  let bytes = bytesOf(answered.body);
  if (!headers['content-type'] && typeof answered.body === 'object' && !(answered.body instanceof Uint8Array)) headers['content-type'] = 'application/json';
  if (bytes.length >= GZIP_MIN && /\bgzip\b/.test(String(message.headers['accept-encoding'] ?? ''))) {
    bytes = gzipSync(bytes, { level: 1 });
    headers['content-encoding'] = 'gzip';
  }
  response.writeHead(answered.status, headers);
  response.end(message.method === 'HEAD' ? undefined : bytes);
}

/** A watch or a followed log: one chunk a frame, until either side ends. */
async function stream(transport: Transport, request: ApiRequest, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const connection = await transport.connect(request, gone.signal);
  const isWatch = !request.path.endsWith('/log');
  response.on('close', () => {
    gone.abort();
    connection.close();
  });
  const accept = request.headers?.['accept'] ?? '';
  const table = /as=Table/.test(accept) ? 'application/json;as=Table;v=v1;g=meta.k8s.io' : 'application/json';
  response.writeHead(200, { 'content-type': isWatch ? table : 'text/plain', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  message.socket.setNoDelay(true);
  for await (const frame of connection.frames) {
    if (gone.signal.aborted) break;
    if (frame.type === 'event') response.write(`${JSON.stringify(frame.event)}\n`);
    else if (frame.type === 'bytes') response.write(frame.bytes);
    else if (frame.type === 'status' && isWatch) response.write(`${JSON.stringify({ type: 'ERROR', object: frame.status })}\n`);
  }
  response.end();
}
