/** HTTP/1.1 for proxied requests: one request a connection, answer read to its end.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/util/proxy/upgradeaware.go */
import { concat, fromUtf8, utf8 } from '../base/bytes.ts';
import { serviceUnavailable } from '../api/errors.ts';
import type { ApiRequest, ApiResponse } from '../api/transport.ts';
import { NetworkError } from '../cri/network.ts';
import type { Dialer } from './dialer.ts';

const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const PASSED = new Set(['accept', 'content-type', 'user-agent', 'authorization']);

export async function proxyHttp(dialer: Dialer, host: string, port: number, request: ApiRequest): Promise<ApiResponse> {
  try {
    const stream = await dialer.connect(host, port);
    await stream.write(requestBytes(host, port, request));
    const parts: Uint8Array[] = [];
    for (let size = 0; size < ANSWER_BYTES_MAX;) {
      const part = await stream.read();
      if (part === undefined) break;
      parts.push(part);
      size += part.length;
      if (isWhole(parts)) break;
    }
    stream.reset();
    return parseAnswer(concat(parts));
  } catch (error) {
    if (error instanceof NetworkError) throw serviceUnavailable(`error trying to reach service: dial tcp ${host}:${port}: connect: ${error.message}`);
    throw error;
  }
}

function requestBytes(host: string, port: number, { method, path, query, headers, body }: ApiRequest): Uint8Array {
  const search = (query ?? []).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  const content = body === undefined ? undefined : body instanceof Uint8Array ? body : utf8(JSON.stringify(body));
  const lines = [`${method} ${path}${search === '' ? '' : `?${search}`} HTTP/1.1`, `Host: ${host}:${port}`, 'Connection: close'];
  for (const [name, value] of Object.entries(headers ?? {})) if (PASSED.has(name)) lines.push(`${name}: ${value}`);
  if (content !== undefined) lines.push(`Content-Length: ${content.length}`);
  const head = utf8(`${lines.join('\r\n')}\r\n\r\n`);
  return content === undefined ? head : concat([head, content]);
}

function headEnd(bytes: Uint8Array): number {
  for (let i = 0; i + 3 < bytes.length; i += 1) if (bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) return i;
  return -1;
}

function headersOf(head: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}

/** The announced length is there, so nothing waits for a server that keeps the connection. */
function isWhole(parts: readonly Uint8Array[]): boolean {
  const bytes = concat(parts);
  const end = headEnd(bytes);
  if (end < 0) return false;
  const length = headersOf(fromUtf8(bytes.subarray(0, end)))['content-length'];
  return length !== undefined && bytes.length - end - 4 >= Number(length);
}

function parseAnswer(bytes: Uint8Array): ApiResponse {
  const end = headEnd(bytes);
  if (end < 0) throw serviceUnavailable('error trying to reach service: EOF');
  const head = fromUtf8(bytes.subarray(0, end));
  const status = Number(head.split(' ')[1] ?? 502);
  const { 'transfer-encoding': coding, connection: _, ...headers } = headersOf(head);
  let body = bytes.subarray(end + 4);
  if (coding === 'chunked') body = unchunked(body);
  const type = headers['content-type'] ?? '';
  return { status, headers, body: type.startsWith('text/') || type === '' ? fromUtf8(body) : body };
}

function unchunked(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    let lineEnd = at;
    while (lineEnd < bytes.length && bytes[lineEnd] !== 13) lineEnd += 1;
    const size = parseInt(fromUtf8(bytes.subarray(at, lineEnd)), 16);
    if (!(size > 0)) return parts.length === 0 ? new Uint8Array() : concat(parts);
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
