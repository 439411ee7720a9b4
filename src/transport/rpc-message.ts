/** What the two ends of a Transport say to each other over a channel: JSON values only, bytes as base64. */
import { base64, fromBase64 } from '../base/bytes.ts';
import { freeze, jsonNormal } from '../base/json.ts';
import type { Status } from '../api/object.ts';
import { TransportError, type ApiRequest, type ApiResponse, type Frame } from '../api/transport.ts';

export type WireBody = { readonly bytes: string } | { readonly json: object | string } | undefined;
export type WireRequest = Omit<ApiRequest, 'body'> & { readonly body?: WireBody };
export type WireResponse = Omit<ApiResponse, 'body'> & { readonly body: WireBody };
export type WireFrame = Exclude<Frame, { readonly type: 'bytes' }> | { readonly type: 'bytes'; readonly channel: number; readonly text: string };

/** Ids are the client's; `n` numbers the frames of a stream in each direction from 0. */
export type RpcMessage =
  | { readonly k: 'request'; readonly id: string; readonly r: WireRequest }
  | { readonly k: 'connect'; readonly id: string; readonly r: WireRequest }
  | { readonly k: 'abort'; readonly id: string }
  | { readonly k: 'response'; readonly id: string; readonly r: WireResponse }
  | { readonly k: 'failed'; readonly id: string; readonly e: WireError }
  | { readonly k: 'opened'; readonly id: string }
  /** From the client's end or (`up` absent) the server's. */
  | { readonly k: 'frame'; readonly id: string; readonly n: number; readonly f: WireFrame; readonly up?: true }
  /** The reader has taken so many frames: the writer may send a window more. */
  | { readonly k: 'taken'; readonly id: string; readonly n: number }
  /** The server's stream has ended after `n` frames. */
  | { readonly k: 'end'; readonly id: string; readonly n: number; readonly e?: WireError }
  | { readonly k: 'ping' }
  | { readonly k: 'pong' };

export type WireError =
  | { readonly status: Status }
  | { readonly code: TransportError['code']; readonly message: string };

/** Frames that may be under way to a reader that has not taken them. */
export const WINDOW = 256;

export class RpcCodec {
  private readonly clean = new WeakSet<object>();

  request(request: ApiRequest): WireRequest {
    const { body, ...rest } = request;
    return freeze({ ...this.normal(rest), ...(body !== undefined && { body: this.body(body) }) });
  }

  response(response: ApiResponse): WireResponse {
    const { body, ...rest } = response;
    return freeze({ ...this.normal(rest), body: this.body(body) });
  }

  frame(frame: Frame): WireFrame {
    if (frame.type === 'bytes') return { type: 'bytes', channel: frame.channel, text: base64(frame.bytes) };
    return this.normal(frame);
  }

  private body(body: object | string | Uint8Array): WireBody {
    if (body instanceof Uint8Array) return { bytes: base64(body) };
    return { json: typeof body === 'string' ? body : this.normal(body) };
  }

  /** Frozen and JSON-normal, so that it is the same on both sides of any layout. */
  private normal<T extends object>(value: T): T {
    return freeze(jsonNormal(value, this.clean));
  }
}

export function readRequest({ body, ...rest }: WireRequest): ApiRequest {
  const read = body && readBody(body);
  return freeze({ ...rest, ...(typeof read === 'object' && { body: read }) });
}

export function readResponse(response: WireResponse): ApiResponse {
  return Object.freeze({ ...response, body: response.body === undefined ? '' : readBody(response.body) });
}

export function readFrame(frame: WireFrame): Frame {
  if (frame.type === 'bytes') return { type: 'bytes', channel: frame.channel, bytes: fromBase64(frame.text) ?? new Uint8Array() };
  return freeze(frame);
}

function readBody(body: NonNullable<WireBody>): object | string | Uint8Array {
  if ('bytes' in body) return fromBase64(body.bytes) ?? new Uint8Array();
  return freeze(body.json);
}
