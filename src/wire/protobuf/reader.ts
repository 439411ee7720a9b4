/** The protobuf wire format: tagged fields, each a varint, four or eight bytes, or bytes with their length.
 *  https://protobuf.dev/programming-guides/encoding/ */
import { ProtobufError } from './protobuf-error.ts';

export interface WireField {
  readonly number: number;
  /** A varint of 64 signed bits or a fixed number; bytes for everything that carries its length. */
  readonly value: number | Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** Every field of a message, in the order in which they were written. Throws ProtobufError where the bytes end early. */
export function* fieldsOf(bytes: Uint8Array): Generator<WireField, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const skip = (count: number): number => {
    const from = at;
    at += count;
    if (at > bytes.length) throw new ProtobufError('unexpected EOF');
    return from;
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const part = bytes[skip(1)] as number;
      value |= BigInt(part & 127) << shift;
      if (part < 128) return BigInt.asIntN(64, value);
    }
    throw new ProtobufError('proto: integer overflow');
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [number, type] = [tag >>> 3, tag & 7];
    if (number < 1) throw new ProtobufError(`proto: illegal tag ${number} (wire type ${type})`);
    if (type === VARINT) yield { number, value: Number(varint()) };
    else if (type === FIXED64) yield { number, value: view.getFloat64(skip(8), true) };
    else if (type === FIXED32) yield { number, value: view.getFloat32(skip(4), true) };
    else if (type === LENGTH) {
      const length = Number(varint());
      if (length < 0) throw new ProtobufError('proto: negative length found during unmarshaling');
      const from = skip(length);
      yield { number, value: bytes.subarray(from, at) };
    } else throw new ProtobufError(`proto: illegal wireType ${type}`);
  }
}
