/** HTTP/1.1 over a byte stream: a client and a server. `https` is the same bytes behind a marker: nothing is encrypted here.
 *  Differs from Kubernetes: TLS between Pods is a one-line hello with the server name; only a client that asks for the certificate
 *  (the API server calling a webhook) sees one and checks it. */
import type { World } from '../base/world.ts';
import { base64, concat, fromBase64, fromUtf8, utf8 } from '../base/bytes.ts';
import { NetworkError } from './network.ts';
import type { ByteStream, Listener, NetworkNamespace } from './network.ts';

export interface HttpRequest {
  readonly method: string;
  /** Path with query, as sent. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localPort: number;
  /** Set where the client said that it speaks TLS: the server name. */
  readonly tls?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface HttpResponse {
  readonly status: number;
  readonly reason: string;
  readonly version: string;
  /** In the order sent, names as sent. */
  readonly headerList: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const HEADER_MAX = 64 * 1024;
const BODY_MAX = 64 * 1024 * 1024;
const TLS_HELLO = '\x16TLS ';
/** The hello of a client that wants to see the certificate first, the server's answer, and what a client says that does not trust it. */
const TLS_ASK = '\x16TLS? ';
const TLS_CERTIFICATE = '\x16CERT ';
const TLS_ALERT = '\x16ALERT ';

export const REASONS: Readonly<Record<number, string>> = {
  200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No Content', 206: 'Partial Content', 301: 'Moved Permanently', 302: 'Found', 303: 'See Other',
  304: 'Not Modified', 307: 'Temporary Redirect', 308: 'Permanent Redirect', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found',
  405: 'Method Not Allowed', 408: 'Request Timeout', 409: 'Conflict', 410: 'Gone', 413: 'Payload Too Large', 418: "I'm a teapot", 422: 'Unprocessable Entity',
  429: 'Too Many Requests', 500: 'Internal Server Error', 501: 'Not Implemented', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout',
};

/** The other side spoke, but not HTTP, or went away in the middle. */
export class HttpError extends Error {
  constructor(readonly code: 'malformed' | 'empty' | 'too-large', message: string) { super(message); this.name = 'HttpError'; }
}

/** The certificate of the other side is not to be trusted, or it has none. */
export class TlsError extends Error {}

interface Source { line(): Promise<string | undefined>; bytes(count: number): Promise<Uint8Array>; toEnd(): Promise<Uint8Array> }

function sourceOf(stream: ByteStream): Source {
  let held: Uint8Array = new Uint8Array(0);
  const more = async (): Promise<boolean> => {
    const next = await stream.read();
    if (next === undefined) return false;
    held = held.length === 0 ? next : concat([held, next]);
    return true;
  };
  const take = (count: number): Uint8Array => {
    const out = held.subarray(0, count);
    held = held.subarray(count);
    return out;
  };
  return {
    async line() {
      for (let from = 0; ;) {
        const at = held.indexOf(10, from);
        if (at >= 0) return fromUtf8(take(at + 1)).replace(/\r?\n$/, '');
        if (held.length > HEADER_MAX) throw new HttpError('too-large', 'header too large');
        from = held.length;
        if (!await more()) return held.length === 0 ? undefined : fromUtf8(take(held.length));
      }
    },
    async bytes(count) {
      if (count > BODY_MAX) throw new HttpError('too-large', 'body too large');
      while (held.length < count) if (!await more()) throw new HttpError('malformed', 'unexpected EOF');
      return take(count);
    },
    async toEnd() {
      while (await more()) if (held.length > BODY_MAX) throw new HttpError('too-large', 'body too large');
      return take(held.length);
    },
  };
}

async function readHeaders(source: Source): Promise<[string, string][]> {
  const headers: [string, string][] = [];
  for (;;) {
    const line = await source.line();
    if (line === undefined || line === '') return headers;
    const colon = line.indexOf(':');
    if (colon <= 0) throw new HttpError('malformed', 'malformed MIME header line');
    headers.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
}

function byName(list: readonly (readonly [string, string])[]): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of list) {
    const key = name.toLowerCase();
    out[key] = out[key] === undefined ? value : `${out[key]}, ${value}`;
  }
  return out;
}

async function readBody(source: Source, headers: Readonly<Record<string, string>>, untilEnd: boolean): Promise<Uint8Array> {
  if (headers['transfer-encoding']?.toLowerCase() === 'chunked') {
    const parts: Uint8Array[] = [];
    for (;;) {
      const size = Number.parseInt((await source.line()) ?? '0', 16);
      if (!Number.isInteger(size) || size < 0) throw new HttpError('malformed', 'malformed chunked encoding');
      if (size === 0) { await source.line(); return parts.length === 0 ? new Uint8Array(0) : concat(parts); }
      parts.push(await source.bytes(size));
      await source.line();
    }
  }
  const length = headers['content-length'];
  if (length !== undefined) return /^[0-9]+$/.test(length) ? source.bytes(Number(length)) : new Uint8Array(0);
  return untilEnd ? source.toEnd() : new Uint8Array(0);
}

export interface HttpSend {
  readonly method?: string;
  /** Path with query. */
  readonly target: string;
  readonly host: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: Uint8Array | string;
  /** Speaks TLS: the server name. */
  readonly tls?: string;
  /** Looks at the server's chain (PEM) before anything is sent; a text says what is wrong with it. */
  readonly trusts?: (chain: string) => string | undefined;
}

/** The request as bytes on the wire, headers in the order given, Host first. */
export function requestText(send: HttpSend): string {
  const method = send.method ?? 'GET';
  const given = send.headers ?? [];
  const has = (name: string): boolean => given.some(([key]) => key.toLowerCase() === name);
  const length = send.body === undefined ? 0 : typeof send.body === 'string' ? utf8(send.body).length : send.body.length;
  const lines = [`${method} ${send.target} HTTP/1.1`, ...(has('host') ? [] : [`Host: ${send.host}`]), ...given.map(([key, value]) => `${key}: ${value}`)];
  if (send.body !== undefined && !has('content-length')) lines.push(`Content-Length: ${length}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

async function shakeHands(stream: ByteStream, source: Source, name: string, trusts: NonNullable<HttpSend['trusts']>): Promise<void> {
  await stream.write(`${TLS_ASK}${name}\n`);
  const line = await source.line();
  if (line === undefined) throw new HttpError('empty', 'EOF');
  if (!line.startsWith(TLS_CERTIFICATE)) throw new TlsError('http: server gave HTTP response to HTTPS client');
  const chain = fromUtf8(fromBase64(line.slice(TLS_CERTIFICATE.length)) ?? new Uint8Array(0));
  const fault = chain === '' ? undefined : trusts(chain);
  if (fault === undefined) return;
  await stream.write(`${TLS_ALERT}bad certificate\n`);
  stream.end();
  throw new TlsError(`tls: failed to verify certificate: ${fault}`);
}

/** One request over a connection; the answer is read whole. Rejects with NetworkError, HttpError or TlsError. */
export async function sendHttp(stream: ByteStream, send: HttpSend): Promise<HttpResponse> {
  const source = sourceOf(stream);
  if (send.tls !== undefined && send.trusts !== undefined) await shakeHands(stream, source, send.tls, send.trusts);
  const hello = send.tls === undefined || send.trusts !== undefined ? '' : `${TLS_HELLO}${send.tls}\n`;
  const head = hello + requestText(send);
  if (send.body === undefined) await stream.write(head);
  else await stream.write(concat([utf8(head), typeof send.body === 'string' ? utf8(send.body) : send.body]));
  const line = await source.line();
  if (line === undefined) throw new HttpError('empty', 'Empty reply from server');
  const found = /^HTTP\/([0-9.]+) ([0-9]{3}) ?(.*)$/.exec(line);
  if (found === null) throw new HttpError('malformed', `malformed HTTP response ${JSON.stringify(line.slice(0, 80))}`);
  const headerList = await readHeaders(source);
  const headers = byName(headerList);
  const status = Number(found[2]);
  const noBody = (send.method ?? 'GET') === 'HEAD' || status === 204 || status === 304 || status < 200;
  const body = noBody ? new Uint8Array(0) : await readBody(source, headers, true);
  return { status, reason: found[3]!, version: found[1]!, headerList, headers, body };
}

/** Connects, asks once, closes. */
export async function httpGet(net: NetworkNamespace, host: string, port: number, target: string, headers: readonly (readonly [string, string])[] = [], tls?: string): Promise<HttpResponse> {
  const stream = await net.connect(host, port);
  try {
    return await sendHttp(stream, { target, host: port === 80 ? host : `${host}:${port}`, headers: [...headers, ['Connection', 'close']], ...(tls === undefined ? {} : { tls }) });
  } finally {
    stream.end();
  }
}

export type HttpHandler = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

export interface ServeOptions {
  /** "nginx/1.27.0": the Server header. */
  readonly server?: string;
  readonly host?: string;
  /** Hears every answer: access logs. */
  readonly answered?: (request: HttpRequest, answer: HttpAnswer, bodyBytes: number) => void;
  /** Requests that the handler answers without waiting: those of the node itself then need no connection. */
  readonly atOnce?: (request: HttpRequest) => boolean;
  /** Only TLS is spoken on this port; plain HTTP is answered with 400. */
  readonly tls?: boolean;
  /** The chain in PEM, for clients that ask. A server without one is trusted as it is. */
  readonly certificate?: string;
  /** Hears what became of a handshake: "remote error: tls: bad certificate". */
  readonly handshakeFailed?: (stream: ByteStream, why: string) => void;
}

/** Serves until the world's scope ends or the listener is closed. A connection serves many requests. */
export function serveHttp(world: World, net: NetworkNamespace, port: number, handler: HttpHandler, options: ServeOptions = {}): Listener {
  const { atOnce } = options;
  return net.listen(port, stream => {
    world.spawn('http connection', async () => {
      try {
        await serveConnection(world, stream, handler, options);
      } catch (error) {
        if (!(error instanceof NetworkError) && !(error instanceof HttpError)) throw error;
        stream.reset();
      }
    });
  }, options.host, atOnce === undefined ? undefined : (request) => (atOnce(request) && (request.tls !== undefined || options.tls !== true) ? handler(request) : undefined));
}

async function serveConnection(world: World, stream: ByteStream, handler: HttpHandler, options: ServeOptions): Promise<void> {
  const source = sourceOf(stream);
  let tls: string | undefined;
  for (;;) {
    let line = await source.line();
    if (line?.startsWith(TLS_HELLO)) { tls = line.slice(TLS_HELLO.length); line = await source.line(); }
    else if (line?.startsWith(TLS_ASK) && options.tls === true) {
      tls = line.slice(TLS_ASK.length);
      await stream.write(`${TLS_CERTIFICATE}${base64(options.certificate ?? '')}\n`);
      line = await source.line();
      if (line?.startsWith(TLS_ALERT)) { options.handshakeFailed?.(stream, `remote error: tls: ${line.slice(TLS_ALERT.length)}`); break; }
    }
    if (line === undefined) break;
    if (line === '') continue;
    const found = /^([A-Z]+) (\S+) HTTP\/1\.([01])$/.exec(line);
    if (found === null || (options.tls === true && tls === undefined)) {
      await stream.write('HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n'
        + (found === null ? '400 Bad Request' : 'Client sent an HTTP request to an HTTPS server.\n'));
      break;
    }
    const headers = byName(await readHeaders(source));
    const body = await readBody(source, headers, false);
    const request: HttpRequest = {
      method: found[1]!, target: found[2]!, headers, body, remoteAddress: stream.remoteAddress, remotePort: stream.remotePort, localPort: stream.localPort,
      ...(tls === undefined ? {} : { tls }),
    };
    const answer = await handler(request);
    const bytes = answer.body === undefined ? new Uint8Array(0) : typeof answer.body === 'string' ? utf8(answer.body) : answer.body;
    const close = headers['connection']?.toLowerCase() === 'close' || (found[3] === '0' && headers['connection']?.toLowerCase() !== 'keep-alive');
    options.answered?.(request, answer, request.method === 'HEAD' ? 0 : bytes.length);
    await stream.write(answerBytes(world, request, answer, bytes, close, options.server));
    if (close) break;
  }
  stream.end();
}

function answerBytes(world: World, request: HttpRequest, answer: HttpAnswer, body: Uint8Array, close: boolean, server: string | undefined): Uint8Array {
  const given = Object.entries(answer.headers ?? {});
  const has = (name: string): boolean => given.some(([key]) => key.toLowerCase() === name);
  const lines = [`HTTP/1.1 ${answer.status} ${answer.reason ?? REASONS[answer.status] ?? 'Status'}`];
  if (server !== undefined && !has('server')) lines.push(`Server: ${server}`);
  if (!has('date')) lines.push(`Date: ${httpDate(world.clock.now())}`);
  for (const [key, value] of given) lines.push(`${key}: ${value}`);
  if (!has('content-length') && answer.status !== 204 && answer.status !== 304) lines.push(`Content-Length: ${body.length}`);
  lines.push(`Connection: ${close ? 'close' : 'keep-alive'}`);
  const head = utf8(`${lines.join('\r\n')}\r\n\r\n`);
  return request.method === 'HEAD' || body.length === 0 ? head : concat([head, body]);
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** "Sun, 15 Nov 2026 15:41:58 GMT" */
export function httpDate(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()} `
    + `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} GMT`;
}

/** "a=1&b=2" and "%20", as net/url reads them. */
export function parseTarget(target: string): { readonly path: string; readonly query: ReadonlyMap<string, string> } {
  const at = target.indexOf('?');
  const query = new Map<string, string>();
  for (const pair of at < 0 ? [] : target.slice(at + 1).split('&')) {
    const equals = pair.indexOf('=');
    const key = unescape(equals < 0 ? pair : pair.slice(0, equals));
    if (pair !== '' && !query.has(key)) query.set(key, equals < 0 ? '' : unescape(pair.slice(equals + 1)));
  }
  return { path: unescape(at < 0 ? target : target.slice(0, at), false), query };
}

function unescape(text: string, plus = true): string {
  try { return decodeURIComponent(plus ? text.replaceAll('+', ' ') : text); } catch { return text; }
}
