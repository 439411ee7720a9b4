/** What the two ends of a Transport say to each other over a channel: JSON values only, bytes as base64. */
import { base64, fromBase64 } from '../base/bytes.ts';
import { freeze, sealed } from '../base/json.ts';
import type { Status } from '../api/object.ts';
import { TransportError, type ApiRequest, type ApiResponse, type Frame } from '../api/transport.ts';

/** As it is, but for bytes. */
export type WireRequest = Omit<ApiRequest, 'body'> & { readonly body?: object; readonly bytes?: string };
export type WireResponse = Omit<ApiResponse, 'body'> & { readonly body?: object | string; readonly bytes?: string };
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

/** Frozen and JSON-normal, so that it is the same on both sides of any layout. */
export function wireRequest(request: ApiRequest): WireRequest {
  const { body, ...rest } = request;
  if (body === undefined) return sealed(rest);
  return sealed(body instanceof Uint8Array ? { ...rest, bytes: base64(body) } : { ...rest, body });
}

export function wireResponse(response: ApiResponse): WireResponse {
  const { body, ...rest } = response;
  return sealed(body instanceof Uint8Array ? { ...rest, bytes: base64(body) } : { ...rest, body });
}

export function wireFrame(frame: Frame): WireFrame {
  return sealed(frame.type === 'bytes' ? { type: 'bytes', channel: frame.channel, text: base64(frame.bytes) } : frame);
}

export function readRequest(wire: WireRequest): ApiRequest {
  if (wire.bytes === undefined) return freeze(wire);
  const { bytes, ...rest } = wire;
  return freeze({ ...rest, body: bytesOf(bytes) });
}

export function readResponse(wire: WireResponse): ApiResponse {
  const { body = '', bytes, ...rest } = freeze(wire);
  return Object.freeze({ ...rest, body: bytes === undefined ? body : bytesOf(bytes) });
}

export function readFrame(frame: WireFrame): Frame {
  if (frame.type === 'bytes') return { type: 'bytes', channel: frame.channel, bytes: bytesOf(frame.text) };
  return freeze(frame);
}

const bytesOf = (text: string): Uint8Array => fromBase64(text) ?? new Uint8Array();
