/** Writes an object in Kubernetes' protobuf encoding as Go's clients do: what is no pointer is written also where it is empty.
 *  Only as much as the recorded requests need. */
import { messageNamed, messageOf } from '../../src/wire/protobuf/messages.ts';
import type { ProtobufField } from '../../src/wire/protobuf/messages.ts';
import { lengthPart, wholePart } from '../../src/wire/protobuf/writer.ts';

type Json = Readonly<Record<string, unknown>>;

const MAGIC = Buffer.from('k8s\0');

export function protobufBytes(object: Json, apiVersion: string, kind: string): Buffer {
  const typeMeta = [lengthPart(1, apiVersion), lengthPart(2, kind)];
  const name = messageOf(apiVersion, kind);
  if (name === undefined) throw new Error(`no message for ${kind}`);
  return Buffer.concat([MAGIC, lengthPart(1, typeMeta), lengthPart(2, message(name, object)), lengthPart(3, ''), lengthPart(4, '')]);
}

function message(name: string, value: Json): Buffer[] {
  const fields = [...messageNamed(name)!].sort(([a], [b]) => a - b);
  return fields.flatMap(([number, field]) => parts(number, field, field.name === '^' ? value : value[field.name]));
}

function parts(number: number, field: ProtobufField, value: unknown): Buffer[] {
  if (field.isList) return ((value ?? []) as readonly unknown[]).map((item) => one(number, field.type, item));
  if (field.isMap) {
    return Object.entries((value ?? {}) as Json).map(([key, item]) => lengthPart(number, [lengthPart(1, key), one(2, field.type, item)]));
  }
  return value === undefined && field.keepsZero ? [] : [one(number, field.type, value)];
}

function one(number: number, type: string, value: unknown): Buffer {
  switch (type) {
    case 'string':
      return lengthPart(number, String(value ?? ''));
    case 'int':
    case 'bool':
      return wholePart(number, (value ?? 0) as number | boolean);
    case 'Time':
    case 'MicroTime':
      return lengthPart(number, '');
    case 'Quantity':
      return lengthPart(number, [lengthPart(1, String(value))]);
    default:
      return lengthPart(number, message(type, (value ?? {}) as Json));
  }
}

/** As the recording shows bytes: what is no character is not there. */
export const visible = (text: string): string => text.replaceAll(/[\s\u0000-\u001F\uFFFD]/gu, '');
