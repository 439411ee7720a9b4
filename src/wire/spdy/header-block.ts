/** Names and values of a SPDY stream, compressed: each direction of a connection is one zlib stream, so blocks must be read
 *  and written in order. */
import { constants, createDeflate, createInflate } from 'node:zlib';
import type { Deflate, Inflate } from 'node:zlib';
import { SPDY_DICTIONARY } from './dictionary.ts';

/** More than any client needs: a block that unfolds further ends the connection. */
const BLOCK_MAX = 64 * 1024;

export type Headers = ReadonlyMap<string, string>;

/** Reads the blocks of one direction, in order. Rejects for a block that is broken or too large. */
export function headerReader(): (block: Buffer) => Promise<Headers> {
  const inflate = createInflate({ dictionary: SPDY_DICTIONARY });
  return async (block) => parseBlock(await pass(inflate, block));
}

/** Writes the blocks of the other direction, in order. */
export function headerWriter(): (headers: Headers) => Promise<Buffer> {
  const deflate = createDeflate({ dictionary: SPDY_DICTIONARY, flush: constants.Z_SYNC_FLUSH });
  return (headers) => pass(deflate, formatBlock(headers));
}

function pass(through: Inflate | Deflate, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    through.once('error', reject);
    through.write(bytes, () => {
      through.off('error', reject);
      const parts: Buffer[] = [];
      let size = 0;
      for (let part = through.read() as Buffer | null; part !== null; part = through.read() as Buffer | null) {
        parts.push(part);
        size += part.length;
      }
      if (size > BLOCK_MAX) reject(new Error('headers are too large'));
      else resolve(Buffer.concat(parts));
    });
  });
}

function parseBlock(block: Buffer): Headers {
  let at = 0;
  const text = (): string => {
    const length = block.readUInt32BE(at);
    if (at + 4 + length > block.length) throw new Error('headers end early');
    at += 4 + length;
    return block.toString('utf8', at - length, at);
  };
  const count = block.readUInt32BE(at);
  at += 4;
  const headers = new Map<string, string>();
  for (let index = 0; index < count; index += 1) {
    const name = text().toLowerCase();
    headers.set(name, text());
  }
  return headers;
}

function formatBlock(headers: Headers): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const texts = [...headers].flat().map((text) => Buffer.from(text));
  return Buffer.concat([number(headers.size), ...texts.flatMap((text) => [number(text.length), text])]);
}
