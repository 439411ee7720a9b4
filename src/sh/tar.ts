/** The ustar format, and gzip with stored blocks. */
import { concat, fromUtf8, utf8 } from '../base/bytes.ts';

export interface TarEntry { readonly name: string; readonly type: 'file' | 'directory' | 'symlink'; readonly link?: string; readonly mode: number;
  readonly uid: number; readonly gid: number; readonly modifiedAtMs: number; readonly data: Uint8Array }

const BLOCK = 512;
export const TAR_END = new Uint8Array(BLOCK * 2);
const LONG_LINK = '././@LongLink';

function header(name: string, kind: string, size: number, entry: Pick<TarEntry, 'mode' | 'uid' | 'gid' | 'modifiedAtMs' | 'link'>): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (text: string, at: number): void => { block.set(utf8(text).subarray(0, BLOCK - at), at); };
  const octal = (value: number, width: number): string => `${Math.floor(value).toString(8).padStart(width - 1, '0')}\0`;
  block.set(utf8(name).subarray(0, 100), 0);
  put(octal(entry.mode & 0o7777, 8), 100);
  put(octal(entry.uid, 8), 108);
  put(octal(entry.gid, 8), 116);
  put(octal(size, 12), 124);
  put(octal(entry.modifiedAtMs / 1000, 12), 136);
  put('        ', 148);
  put(kind, 156);
  block.set(utf8(entry.link ?? '').subarray(0, 100), 157);
  put('ustar\x0000', 257);
  put('root\0', 265);
  put('root\0', 297);
  put(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function padded(data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(data.length / BLOCK) * BLOCK);
  whole.set(data);
  return whole;
}

export function tarEntry(entry: TarEntry): Uint8Array {
  const kind = entry.type === 'directory' ? '5' : entry.type === 'symlink' ? '2' : '0';
  const parts: Uint8Array[] = [];
  const name = utf8(entry.name);
  if (name.length > 100) parts.push(header(LONG_LINK, 'L', name.length + 1, { mode: 0, uid: 0, gid: 0, modifiedAtMs: 0 }), padded(concat([name, new Uint8Array(1)])));
  parts.push(header(entry.name, kind, entry.data.length, entry), padded(entry.data));
  return concat(parts);
}

/** undefined: no archive. */
export function readTar(bytes: Uint8Array): readonly TarEntry[] | undefined {
  const entries: TarEntry[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const block = bytes.subarray(at, at + BLOCK);
    if (block.every(byte => byte === 0)) return entries;
    const text = (from: number, length: number): string => { const part = block.subarray(from, from + length); const end = part.indexOf(0); return fromUtf8(end < 0 ? part : part.subarray(0, end)); };
    const octal = (from: number, length: number): number => Number.parseInt(text(from, length).trim() || '0', 8);
    const size = octal(124, 12);
    if (Number.isNaN(size) || Number.isNaN(octal(148, 8))) return undefined;
    const data = bytes.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const kind = text(156, 1);
    if (kind === 'L') { longName = fromUtf8(data).replace(/\0.*$/s, ''); continue; }
    if (kind === 'x' || kind === 'g') continue;
    const prefix = text(257, 5) === 'ustar' ? text(345, 155) : '';
    const name = longName ?? (prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`);
    longName = undefined;
    entries.push({ name, type: kind === '5' ? 'directory' : kind === '2' ? 'symlink' : 'file', link: text(157, 100), mode: octal(100, 8), uid: octal(108, 8),
      gid: octal(116, 8), modifiedAtMs: octal(136, 12) * 1000, data });
  }
  return entries.length > 0 ? entries : undefined;
}

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ -1) >>> 0;
}

const little = (value: number, size: number): number[] => Array.from({ length: size }, (_, index) => (value >>> (index * 8)) & 255);

export function gzipBytes(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])];
  for (let at = 0; at === 0 || at < data.length; at += 65_535) {
    const chunk = data.subarray(at, at + 65_535);
    parts.push(Uint8Array.from([at + 65_535 >= data.length ? 1 : 0, ...little(chunk.length, 2), ...little(~chunk.length & 0xffff, 2)]), chunk);
  }
  parts.push(Uint8Array.from([...little(crc32(data), 4), ...little(data.length, 4)]));
  return concat(parts);
}

/** undefined: not gzip, or compressed (which only we would not have written). */
export function gunzipBytes(data: Uint8Array): Uint8Array | undefined {
  if (data[0] !== 0x1f || data[1] !== 0x8b || data[3] !== 0) return undefined;
  const parts: Uint8Array[] = [];
  for (let at = 10; at + 5 <= data.length;) {
    const flags = data[at]!;
    if ((flags & 6) !== 0) return undefined;
    const length = data[at + 1]! | (data[at + 2]! << 8);
    parts.push(data.subarray(at + 5, at + 5 + length));
    at += 5 + length;
    if ((flags & 1) !== 0) return concat(parts.length === 0 ? [new Uint8Array(0)] : parts);
  }
  return undefined;
}
