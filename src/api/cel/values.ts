/** The values of CEL: int is bigint, double is number, maps are Map; the rest has its own class.
 *  Upstream: github.com/google/cel-go common/types */
import type { Quantity } from '../quantity.ts';
import type { CelType } from './types.ts';

export class Uint {
  constructor(readonly value: bigint) {}
}
export class Timestamp {
  constructor(readonly nanos: bigint) {}
}
export class Duration {
  constructor(readonly nanos: bigint) {}
}
export class Optional {
  constructor(readonly value: Value | undefined) {}
}
/** A type as a value: `type(x) == int`. */
export class TypeValue {
  constructor(readonly name: string) {}
}
/** A value of a library of ours or of Kubernetes: url, ip, cidr, semver, authorizer. `text` is what it was made from. */
export class Opaque {
  constructor(
    readonly type: string,
    readonly text: string,
    readonly data: unknown,
  ) {}
}
export class QuantityValue {
  constructor(readonly quantity: Quantity) {}
}

export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | Optional
  | TypeValue
  | Opaque
  | QuantityValue
  | readonly Value[]
  | CelMap;
export interface CelMap extends ReadonlyMap<Value, Value> {}

/** Something went wrong while an expression ran: "no such key: x", "division by zero". */
export class CelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CelError';
  }
}

/** The name of a value's type as cel-go prints it. */
export function typeName(value: Value): string {
  if (value === null) return 'null_type';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
  }
  if (Array.isArray(value)) return 'list';
  if (value instanceof Map) return 'map';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof Optional) return 'optional_type';
  if (value instanceof QuantityValue) return 'kubernetes.Quantity';
  return value instanceof Opaque ? value.type : 'type';
}

const numeric = (value: Value): number | bigint | undefined =>
  value instanceof Uint ? value.value : typeof value === 'bigint' || typeof value === 'number' ? value : undefined;

/** Equality over all types: numbers by value, the rest by type and content. */
export function same(a: Value, b: Value): boolean {
  if (a === b) return true;
  const [x, y] = [numeric(a), numeric(b)];
  // eslint-disable-next-line eqeqeq -- bigint and number compare by value only so.
  if (x !== undefined && y !== undefined) return x == y;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item as Value, b[i] as Value));
  if (a instanceof Map && b instanceof Map) {
    if (a.size !== b.size) return false;
    for (const [key, value] of a as CelMap) {
      const other = lookUp(b as CelMap, key);
      if (other === undefined || !same(value, other)) return false;
    }
    return true;
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return a.length === b.length && a.every((byte, i) => byte === b[i]);
  if (a instanceof Timestamp && b instanceof Timestamp) return a.nanos === b.nanos;
  if (a instanceof Duration && b instanceof Duration) return a.nanos === b.nanos;
  if (a instanceof TypeValue && b instanceof TypeValue) return a.name === b.name;
  if (a instanceof Opaque && b instanceof Opaque) return a.type === b.type && a.text === b.text;
  if (a instanceof QuantityValue && b instanceof QuantityValue) return a.quantity.nanos === b.quantity.nanos;
  if (a instanceof Optional && b instanceof Optional) {
    return a.value === undefined || b.value === undefined ? a.value === b.value : same(a.value, b.value);
  }
  return false;
}

/** The value of a key; numbers of other types find it too. */
export function lookUp(map: CelMap, key: Value): Value | undefined {
  if (key instanceof Uint) return map.get(key.value) ?? [...map].find(([each]) => same(each, key))?.[1];
  if (typeof key === 'number' && Number.isInteger(key)) return map.get(BigInt(key)) ?? map.get(key);
  return map.get(key);
}

/** Negative, zero or positive; undefined where the two have no order. */
export function compare(a: Value, b: Value): number | undefined {
  const [x, y] = [numeric(a), numeric(b)];
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if ((a instanceof Timestamp && b instanceof Timestamp) || (a instanceof Duration && b instanceof Duration)) {
    return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    for (let i = 0; i < Math.min(a.length, b.length); i += 1) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
    return a.length - b.length;
  }
  return undefined;
}

/** By code point, as UTF-8 sorts. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const [x, y] = [[...a], [...b]];
  for (let i = 0; i < Math.min(x.length, y.length); i += 1) {
    if (x[i] !== y[i]) return (x[i] as string).codePointAt(0)! - (y[i] as string).codePointAt(0)!;
  }
  return x.length - y.length;
}

/** Whether a value may stand where the type is asked for. */
export function fits(value: Value, type: CelType): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'param':
      return true;
    case 'list':
      return Array.isArray(value);
    case 'map':
    case 'object':
      return value instanceof Map;
    case 'optional':
      return value instanceof Optional;
    case 'opaque':
      return value instanceof QuantityValue ? type.name === 'kubernetes.Quantity' : value instanceof Opaque && value.type === type.name;
    default:
      return typeName(value) === type.name;
  }
}

/** A map whose values are made when somebody first asks for them: the variables of a policy. */
export class LazyMap extends Map<Value, Value> {
  constructor(private readonly makers: ReadonlyMap<string, () => Value>) {
    super();
  }

  override get(key: Value): Value | undefined {
    const known = super.get(key);
    const make = known === undefined && typeof key === 'string' ? this.makers.get(key) : undefined;
    if (make === undefined) return known;
    const made = make();
    this.set(key, made);
    return made;
  }
}
