/** Carries API calls. The apiserver is a Transport; so are a MessagePort to one, an HTTP URL, a slow link and a cut one.
 *  Messages are plain frozen objects with HTTP's words, so they cross a port uncopied by us and turn into fetch only at the edge. */
import type { KubeObject, Status } from './object.ts';

export interface Transport {
  /** Rejects with a TransportError when the other side cannot be reached; a refusal by the API is a response, not an error. */
  request(request: ApiRequest, signal?: AbortSignal): Promise<ApiResponse>;
  /** Opens a stream: watch, log -f, exec, attach, port-forward. Throws ApiError when the API refuses it. */
  connect(request: ApiRequest, signal?: AbortSignal): Promise<Connection>;
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** Queries repeat (`command=sh&command=-c`), so they are a list. Header names are lower case. */
/** Carries the certificate that a client inside the cluster's network shows, PEM in base64. What comes over HTTP never has it:
 *  there the TLS connection says who it is. */
export const CERTIFICATE_HEADER = 'x-client-certificate';

export interface ApiRequest {
  readonly method: Method;
  readonly path: string;
  readonly query?: readonly (readonly [string, string])[];
  readonly headers?: Readonly<Record<string, string>>;
  /** An object where the content type is JSON, and where our own clients speak protobuf; bytes for everything else (YAML, protobuf
   *  from outside, proxied bodies). */
  readonly body?: object | Uint8Array;
  /** Who asks, where authentication has happened already: on in-cluster links and for the administrator. */
  readonly user?: UserInfo;
}

export interface UserInfo {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** An object where the content type is JSON, text for text/plain, bytes otherwise. */
  readonly body: object | string | Uint8Array;
}

/** A stream in both directions. Reading ends after the other side's end; `close` half-closes nothing, it ends both. */
export interface Connection {
  readonly frames: AsyncIterable<Frame>;
  send(frame: Frame): void;
  close(): void;
}

/** Channels are those of exec: 0 stdin, 1 stdout, 2 stderr, 3 error, 4 resize; a log stream uses 1. */
export type Frame =
  | { readonly type: 'event'; readonly event: WatchEvent }
  | { readonly type: 'bytes'; readonly channel: number; readonly bytes: Uint8Array }
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly type: 'end'; readonly channel: number }
  | { readonly type: 'status'; readonly status: Status };

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

/** The other side was not reached: refused, cut off, or gone in mid-request. The message is Go's words for it. */
export class TransportError extends Error {
  constructor(readonly code: 'refused' | 'unreachable' | 'timeout' | 'reset', message: string) {
    super(message);
    this.name = 'TransportError';
  }
}
