/** ustar archives, as much as cp needs. */
import { concat, fromUtf8, utf8 } from '../base/bytes.ts';

export interface TarEntry {
  readonly name: string;
  readonly data: Uint8Array;
  readonly mode: number;
  readonly directory: boolean;
}

const BLOCK = 512;

export function writeTar(entries: readonly TarEntry[]): Uint8Array {
  const parts = entries.flatMap((entry) => {
    const padding = (BLOCK - (entry.data.length % BLOCK)) % BLOCK;
    return [header(entry), entry.data, new Uint8Array(padding)];
  });
  return concat([...parts, new Uint8Array(2 * BLOCK)]);
}

function header(entry: TarEntry): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string): void => block.set(utf8(text), at);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  const split = entry.name.length > 100 ? entry.name.lastIndexOf('/', 154) : -1;
  put(0, split < 0 ? entry.name.slice(0, 100) : entry.name.slice(split + 1));
  put(100, octal(entry.mode, 8));
  put(108, octal(0, 8));
  put(116, octal(0, 8));
  put(124, octal(entry.data.length, 12));
  put(136, octal(0, 12));
  put(148, '        ');
  put(156, entry.directory ? '5' : '0');
  put(257, 'ustar\u000000');
  if (split >= 0) put(345, entry.name.slice(0, split));
  put(
    148,
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
  );
  return block;
}

export function readTar(archive: Uint8Array): TarEntry[] {
  const entries: TarEntry[] = [];
  const field = (at: number, from: number, length: number): string => {
    const bytes = archive.slice(at + from, at + from + length);
    const end = bytes.indexOf(0);
    return fromUtf8(end < 0 ? bytes : bytes.slice(0, end));
  };
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0;) {
    const size = Number.parseInt(field(at, 124, 12).trim() || '0', 8);
    const prefix = field(at, 345, 155);
    const type = field(at, 156, 1);
    const name = `${prefix === '' ? '' : `${prefix}/`}${field(at, 0, 100)}`;
    entries.push({
      name,
      data: archive.slice(at + BLOCK, at + BLOCK + size),
      mode: Number.parseInt(field(at, 100, 8).trim() || '644', 8) & 0o777,
      directory: type === '5' || name.endsWith('/'),
    });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}
