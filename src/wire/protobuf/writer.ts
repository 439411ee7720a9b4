/** Writes the protobuf wire format: parts of a message, in any order; joined they are the message. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

const tag = (number: number, type: number): Buffer => varint(number * 8 + type);

/** A whole number that is not negative, or a truth value. */
export const wholePart = (number: number, value: number | boolean): Buffer => Buffer.concat([tag(number, VARINT), varint(Number(value))]);

export function doublePart(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(number, FIXED64), bytes]);
}

/** A text, or the parts of a message. */
export function lengthPart(number: number, value: string | readonly Buffer[]): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.concat(value);
  return Buffer.concat([tag(number, LENGTH), varint(bytes.length), bytes]);
}
