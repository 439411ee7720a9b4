/** The frames of SPDY/3.1: eight bytes of head, then a payload.
 *  https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/ section 2.2 */
export const CONTROL = { synStream: 1, synReply: 2, reset: 3, settings: 4, ping: 6, goAway: 7, headers: 8, windowUpdate: 9 } as const;
export const FLAG_FIN = 1;
const VERSION = 3;
const HEAD = 8;
/** Clients copy in pieces of 32 KiB; nothing honest comes near this. */
const PAYLOAD_MAX = 4 * 1024 * 1024;

export type SpdyFrame =
  | { readonly type: 'data'; readonly stream: number; readonly flags: number; readonly payload: Buffer }
  | { readonly type: 'control'; readonly control: number; readonly flags: number; readonly payload: Buffer };

/** Cuts bytes, as they come, into frames; what is not whole yet waits. Throws for another version or a frame that is too large. */
export function frameParser(): (bytes: Buffer) => readonly SpdyFrame[] {
  let held: Buffer = Buffer.alloc(0);
  return (bytes) => {
    held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    const frames: SpdyFrame[] = [];
    while (held.length >= HEAD) {
      const length = held.readUIntBE(5, 3);
      if (length > PAYLOAD_MAX) throw new Error('a frame is too large');
      if (held.length < HEAD + length) break;
      frames.push(frameOf(held, held.subarray(HEAD, HEAD + length)));
      held = held.subarray(HEAD + length);
    }
    return frames;
  };
}

function frameOf(head: Buffer, payload: Buffer): SpdyFrame {
  const flags = head.readUInt8(4);
  if ((head.readUInt8(0) & 0x80) === 0) return { type: 'data', stream: head.readUInt32BE(0), flags, payload };
  if ((head.readUInt16BE(0) & 0x7fff) !== VERSION) throw new Error('this is not SPDY/3');
  return { type: 'control', control: head.readUInt16BE(2), flags, payload };
}

export function dataFrame(stream: number, payload: Uint8Array, flags = 0): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(stream, 0);
  head.writeUInt8(flags, 4);
  head.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([head, payload]);
}

/** `numbers`: the fixed part of the payload, four bytes each. */
export function controlFrame(control: number, numbers: readonly number[], rest: Uint8Array = Buffer.alloc(0), flags = 0): Buffer {
  const frame = Buffer.alloc(HEAD + 4 * numbers.length);
  frame.writeUInt16BE(0x8000 | VERSION, 0);
  frame.writeUInt16BE(control, 2);
  frame.writeUInt8(flags, 4);
  frame.writeUIntBE(4 * numbers.length + rest.length, 5, 3);
  numbers.forEach((number, index) => frame.writeUInt32BE(number, HEAD + 4 * index));
  return Buffer.concat([frame, rest]);
}
