/** ASN.1 in its distinguished encoding: what certificates, requests and keys are written in.
 *  Source: ITU-T X.690 */
import { concat, fromUtf8, utf8 } from '../bytes.ts';
import { hex } from '../hash.ts';

/** The bytes are not what they should be. */
export class DerError extends Error {}

export interface DerNode {
  /** Class, constructed bit and number, as the first byte says it. */
  readonly tag: number;
  readonly content: Uint8Array;
  /** With its header: what signatures are made over. */
  readonly whole: Uint8Array;
}

export const TAGS = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8: 0x0c,
  printable: 0x13,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One node at the start of the bytes; what follows it is left. */
export function readNode(bytes: Uint8Array, at = 0): DerNode {
  const tag = bytes[at];
  let length = bytes[at + 1];
  if (tag === undefined || length === undefined) throw new DerError('asn1: syntax error: truncated tag or length');
  let start = at + 2;
  if (length > 0x7f) {
    const count = length & 0x7f;
    if (count === 0 || count > 4) throw new DerError('asn1: structure error: length too large');
    length = 0;
    for (let i = 0; i < count; i += 1) length = length * 256 + (bytes[start + i] ?? 0);
    start += count;
  }
  if (start + length > bytes.length) throw new DerError('asn1: syntax error: data truncated');
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) };
}

export function childrenOf({ content }: DerNode): readonly DerNode[] {
  const nodes: DerNode[] = [];
  for (let at = 0; at < content.length;) {
    const node = readNode(content, at);
    nodes.push(node);
    at += node.whole.length;
  }
  return nodes;
}

/** The children of a sequence, at least so many. Throws DerError. */
export function sequenceOf(node: DerNode | undefined, least = 0): readonly DerNode[] {
  if (node?.tag !== TAGS.sequence) throw new DerError('asn1: structure error: tags do not match');
  const children = childrenOf(node);
  if (children.length < least) throw new DerError('asn1: structure error: sequence truncated');
  return children;
}

export const bigOf = ({ content }: DerNode): bigint => bigFrom(content);
export const bigFrom = (bytes: Uint8Array): bigint => (bytes.length === 0 ? 0n : BigInt(`0x${hex(bytes)}`));
export const textOf = ({ content }: DerNode): string => fromUtf8(content);
/** A bit string of whole bytes. */
export const bitsOf = ({ content }: DerNode): Uint8Array => content.subarray(1);

export function oidOf({ content }: DerNode): string {
  const parts: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      if (parts.length === 0) parts.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)));
      else parts.push(value);
      value = 0;
    }
  }
  return parts.join('.');
}

/** Milliseconds since 1970. */
export function timeOf(node: DerNode): number {
  const digits = /^(\d+)Z$/.exec(textOf(node))?.[1] ?? '';
  const isShort = node.tag === TAGS.utcTime;
  const long = isShort ? (Number(digits.slice(0, 2)) < 50 ? '20' : '19') + digits : digits;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(long) ?? [];
  if (second === undefined) throw new DerError('asn1: syntax error: invalid time');
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
}

export function node(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = parts.length === 0 ? new Uint8Array(0) : concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  if (length > 0xffff) size.splice(0, size.length, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff);
  return concat([Uint8Array.of(tag, ...size), content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => node(TAGS.sequence, ...parts);
export const set = (...parts: readonly Uint8Array[]): Uint8Array => node(TAGS.set, ...parts);
/** "[n]" around what is written whole. */
export const explicit = (number: number, ...parts: readonly Uint8Array[]): Uint8Array => node(0xa0 | number, ...parts);
export const octets = (bytes: Uint8Array): Uint8Array => node(TAGS.octets, bytes);
export const bits = (bytes: Uint8Array, unused = 0): Uint8Array => node(TAGS.bitString, Uint8Array.of(unused), bytes);
export const utf8String = (text: string): Uint8Array => node(TAGS.utf8, utf8(text));
export const yes = (): Uint8Array => node(TAGS.boolean, Uint8Array.of(0xff));
export const nothing = (): Uint8Array => node(TAGS.null);

/** The shortest bytes of a number that is not negative; `length` fills up with zeros. */
export function bytesOf(value: bigint, length?: number): Uint8Array {
  let text = value.toString(16);
  if (length !== undefined) text = text.padStart(length * 2, '0');
  else if (text.length % 2 === 1) text = `0${text}`;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(i * 2, i * 2 + 2), 16));
}

export function integer(value: bigint | number): Uint8Array {
  const bytes = bytesOf(BigInt(value));
  return (bytes[0] as number) > 0x7f ? node(TAGS.integer, Uint8Array.of(0), bytes) : node(TAGS.integer, bytes);
}

export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes: number[] = [];
  for (const part of [first * 40 + second, ...rest]) {
    const low: number[] = [part & 0x7f];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128)) low.unshift((left & 0x7f) | 0x80);
    bytes.push(...low);
  }
  return node(TAGS.oid, Uint8Array.from(bytes));
}

/** Whole seconds; years from 2050 on take the longer form. */
export function time(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+Z$/g, '');
  return digits < '2050' ? node(TAGS.utcTime, utf8(`${digits.slice(2)}Z`)) : node(TAGS.generalizedTime, utf8(`${digits}Z`));
}
