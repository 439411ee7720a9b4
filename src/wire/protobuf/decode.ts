/** Kubernetes objects in protobuf, as kubectl from 1.32 sends them: an envelope that names the kind, then the object's message.
 *  What comes out is the object as it would have stood in JSON.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/runtime/serializer/protobuf/protobuf.go */
import { base64, fromUtf8 } from '../../base/bytes.ts';
import { rfc3339, rfc3339Micro } from '../../base/time.ts';
import { messageNamed, messageOf } from './messages.ts';
import type { ProtobufField, ProtobufMessage } from './messages.ts';
import { ProtobufError } from './protobuf-error.ts';
import { fieldsOf } from './reader.ts';

export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';

/** "k8s" and a zero stand before every object. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00];
/** Schemas of custom resources nest; nothing honest nests deeper. */
const DEPTH_MAX = 256;
/** runtime.Unknown and the TypeMeta in it. */
const ENVELOPE = { typeMeta: 1, raw: 2 } as const;
const TYPE_META = { apiVersion: 1, kind: 2 } as const;

/** The object of an envelope. Throws ProtobufError for bytes that are none, and for a kind that has no protobuf form here. */
export function decodeObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  const envelope = bytesByNumber(bytes.subarray(MAGIC.length));
  const typeMeta = bytesByNumber(envelope.get(ENVELOPE.typeMeta) ?? new Uint8Array());
  const [apiVersion, kind] = [textOf(typeMeta.get(TYPE_META.apiVersion)), textOf(typeMeta.get(TYPE_META.kind))];
  const name = messageOf(apiVersion, kind);
  if (name === undefined) throw new ProtobufError(`no kind "${kind}" is registered for version "${apiVersion}" in protobuf`);
  return { apiVersion, kind, ...decodeMessage(name, envelope.get(ENVELOPE.raw) ?? new Uint8Array(), 0) };
}

const textOf = (bytes: Uint8Array | undefined): string => (bytes ? fromUtf8(bytes) : '');

/** The last of each field that carries bytes. */
function bytesByNumber(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  for (const { number, value } of fieldsOf(bytes)) if (value instanceof Uint8Array) found.set(number, value);
  return found;
}

/** Unknown field numbers are skipped, as every protobuf reader does: a newer client knows more. */
function decodeMessage(name: string, bytes: Uint8Array, depth: number): Readonly<Record<string, unknown>> {
  if (depth > DEPTH_MAX) throw new ProtobufError('proto: message is nested too deep');
  const message = messageNamed(name) as ProtobufMessage;
  const object: Record<string, unknown> = {};
  const maps = new Map<string, (readonly [string, unknown])[]>();
  for (const { number, value } of fieldsOf(bytes)) {
    const field = message.get(number);
    if (!field) continue;
    if (field.isMap) pushed(maps, field.name, entryOf(field, value, depth));
    else if (field.isList) listIn(object, field.name).push(...itemsOf(field, value, depth));
    else if (field.name === '^') Object.assign(object, valueOf(field.type, value, depth));
    else if (field.keepsZero || !isZero(value)) setUnlessAbsent(object, field, valueOf(field.type, value, depth));
  }
  for (const [key, entries] of maps) object[key] = Object.fromEntries(entries);
  return object;
}

function listIn(object: Record<string, unknown>, name: string): unknown[] {
  return (object[name] ??= []) as unknown[];
}

function pushed<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

/** Go writes what is zero and no pointer: in JSON such a scalar is left out. A message is never zero: JSON has it as {}. */
const isZero = (value: number | Uint8Array): boolean => value === 0;

function setUnlessAbsent(object: Record<string, unknown>, { name, keepsZero }: ProtobufField, value: unknown): void {
  if (value === undefined || (value === '' && !keepsZero)) return;
  object[name] = value;
}

function entryOf(field: ProtobufField, value: number | Uint8Array, depth: number): readonly [string, unknown] {
  const parts = bytesByNumber(bytesIn(value));
  return [textOf(parts.get(1)), valueOf(field.type, parts.get(2) ?? new Uint8Array(), depth) ?? ''];
}

/** One item, or several where numbers are packed together. */
function itemsOf({ type }: ProtobufField, value: number | Uint8Array, depth: number): readonly unknown[] {
  if (type === 'int' && value instanceof Uint8Array) return packedInts(value);
  const item = valueOf(type, value, depth);
  return item === undefined ? [] : [item];
}

function packedInts(bytes: Uint8Array): readonly number[] {
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (const part of bytes) {
    value += (part & 127) * scale;
    scale *= 128;
    if (part >= 128) continue;
    numbers.push(value);
    [value, scale] = [0, 1];
  }
  return numbers;
}

function bytesIn(value: number | Uint8Array): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new ProtobufError('proto: wrong wireType for a message');
}

function numberIn(value: number | Uint8Array): number {
  if (typeof value === 'number') return value;
  throw new ProtobufError('proto: wrong wireType for a number');
}

type Form = (value: number | Uint8Array, depth: number) => unknown;

/** How each type that is not a plain message stands in JSON; undefined: it is absent. */
const FORMS: Readonly<Record<string, Form>> = {
  string: (value) => textOf(bytesIn(value)),
  int: numberIn,
  double: numberIn,
  bool: (value) => numberIn(value) !== 0,
  bytes: (value) => base64(bytesIn(value)),
  Time: (value) => timeOf(bytesIn(value), (ms) => rfc3339(ms)),
  MicroTime: (value) => timeOf(bytesIn(value), rfc3339Micro),
  Quantity: (value) => textOf(bytesByNumber(bytesIn(value)).get(1)) || '0',
  IntOrString: (value) => intOrString(bytesIn(value)),
  Raw: (value) => rawOf(bytesIn(value)),
  Strings: (value) => [...fieldsOf(bytesIn(value))].map((field) => textOf(bytesIn(field.value))),
  'apiextensions.SchemaOrArray': (value, depth) => {
    const { schema, schemas } = decodeMessage('apiextensions.SchemaOrArray', bytesIn(value), depth + 1);
    return schema ?? schemas ?? [];
  },
  'apiextensions.SchemaOrBool': (value, depth) => {
    const { schema, allows } = decodeMessage('apiextensions.SchemaOrBool', bytesIn(value), depth + 1);
    return schema ?? allows ?? false;
  },
  'apiextensions.SchemaOrStrings': (value, depth) => {
    const { schema, property } = decodeMessage('apiextensions.SchemaOrStrings', bytesIn(value), depth + 1);
    return schema ?? property ?? [];
  },
};

function valueOf(type: string, value: number | Uint8Array, depth: number): unknown {
  const form = FORMS[type];
  return form ? form(value, depth) : decodeMessage(type, bytesIn(value), depth + 1);
}

/** Seconds and nanoseconds since 1970; Go's zero time has neither. */
function timeOf(bytes: Uint8Array, print: (ms: number, micros: number) => string): string | undefined {
  let [seconds, nanos] = [0, 0];
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 1) seconds = numberIn(value);
    if (number === 2) nanos = numberIn(value);
  }
  if (seconds === 0 && nanos === 0) return undefined;
  const ms = seconds * 1000 + Math.trunc(nanos / 1e6);
  if (!(Math.abs(ms) <= 8.64e15) || nanos < 0) throw new ProtobufError('proto: a time is out of range');
  return print(ms, Math.trunc(nanos / 1000) % 1000);
}

/** util/intstr: type 0 is a number, 1 a text. */
function intOrString(bytes: Uint8Array): unknown {
  let [isText, whole, text] = [false, 0, ''];
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 1) isText = value === 1;
    if (number === 2) whole = numberIn(value);
    if (number === 3) text = textOf(bytesIn(value));
  }
  return isText ? text : whole;
}

/** A piece of JSON inside a message: RawExtension, FieldsV1, apiextensions' JSON. */
function rawOf(bytes: Uint8Array): unknown {
  const text = textOf(bytesByNumber(bytes).get(1));
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ProtobufError('a raw field does not hold JSON');
  }
}
