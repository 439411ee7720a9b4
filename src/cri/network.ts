/** The network as one Pod (or a node, or the learner's host) sees it: byte streams with connect, data, half-close and
 *  reset, so that HTTP, redis, gRPC and port-forward are one mechanism, and datagrams for DNS. */
import type { World } from '../base/world.ts';
import type { HttpAnswer, HttpRequest } from './http.ts';

export interface NetworkNamespace {
  /** The namespace's own address. */
  readonly address: string;
  /** Throws NetworkError EADDRINUSE. `host` undefined listens on all addresses. */
  listen(port: number, accept: (stream: ByteStream) => void, host?: string, atOnce?: AtOnce): Listener;
  /** Connects to an IP address or name (resolved through /etc/hosts and DNS). Rejects with NetworkError. */
  connect(host: string, port: number, options?: ConnectOptions): Promise<ByteStream>;
  bindUdp(port: number, receive: (datagram: Datagram) => void): Listener & { send(address: string, port: number, data: Uint8Array): void };
  /** getaddrinfo: /etc/hosts, then DNS with the search path. Rejects with NetworkError ENOTFOUND or EAI_AGAIN. */
  resolve(name: string): Promise<readonly string[]>;
  readonly listeners: readonly { readonly port: number; readonly protocol: 'TCP' | 'UDP'; readonly host: string }[];
  /** What an HTTP server of this machine that answers at once says to a request of the machine itself (a probe): no
   *  connection is made. undefined: it takes one. */
  ask?(host: string, port: number, request: Asked): HttpAnswer | Promise<HttpAnswer> | undefined;
  /** The same namespace for one process: its waits end with `world`, and `release` closes what it holds open. */
  bind?(world: World): NetworkNamespace & { release(): void };
}

export interface ConnectOptions {
  readonly timeoutMs?: number;
  /** The address that is asked for: a machine that carries pages of the internet answers for the hosts that it cannot reach. */
  readonly url?: string;
}

/** A request without the connection that it would have come over. */
export type Asked = Pick<HttpRequest, 'method' | 'target' | 'headers' | 'body' | 'tls'>;
/** An HTTP server's answer where it needs no wait for it; a promise that it gives settles within the event. */
export type AtOnce = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer> | undefined;

export interface Listener { readonly port: number; close(): void }

export interface ByteStream {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** undefined at the other side's end; rejects with NetworkError ECONNRESET. */
  read(): Promise<Uint8Array | undefined>;
  write(data: Uint8Array | string): Promise<void>;
  /** Half-close: no more data from here. */
  end(): void;
  /** Both directions, at once. */
  reset(): void;
}

export interface Datagram { readonly address: string; readonly port: number; readonly data: Uint8Array }

export type NetworkErrorCode = 'ECONNREFUSED' | 'ECONNRESET' | 'ETIMEDOUT' | 'EHOSTUNREACH' | 'ENETUNREACH' | 'EADDRINUSE' | 'ENOTFOUND' | 'EAI_AGAIN';
const WORDS = {
  ECONNREFUSED: 'connection refused', ECONNRESET: 'connection reset by peer', ETIMEDOUT: 'i/o timeout', EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable', EADDRINUSE: 'address already in use', ENOTFOUND: 'no such host', EAI_AGAIN: 'server misbehaving',
} as const satisfies Record<NetworkErrorCode, string>;

export class NetworkError extends Error {
  constructor(readonly code: NetworkErrorCode) {
    super(WORDS[code]);
    this.name = 'NetworkError';
  }
}
