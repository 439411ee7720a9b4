/** Turns a JSON value into what Go's decoder would make of it for a definition, in one walk: refuses wrong types, collects
 *  unknown fields, writes quantities in their canonical form, leaves out nulls and the zero values that Go leaves out.
 *  Whatever needs no change is returned as it came and shared.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/runtime/serializer/json/json.go, encoding/json */
import { fromBase64 } from '../../base/bytes.ts';
import { parseTime } from '../../base/time.ts';
import { quote } from '../field-error.ts';
import { canonicalQuantity, parseQuantity } from '../quantity.ts';
import type { Field, Scalar, StructType, Type } from './types.ts';

/** A value that Go cannot put into the field; the message is encoding/json's. */
export class DecodeError extends Error {
  /** `type` is Go's name of the field's type where the value is of another one; `found` what JSON calls the value. */
  constructor(message: string, readonly type?: string, readonly found?: string) {
    super(message);
  }
}

/** Frozen values that have been decoded for a type before: templates that come back in every Pod are walked once. */
export type DecodeCache = WeakMap<object, Type>;

export interface Decoded<T> { readonly object: T; readonly unknown: readonly string[] }

/** `known` is an object of the type that was decoded before: what the value shares with it is not looked into again. */
export function decodeAs<T extends object>(value: object, type: StructType, cache: DecodeCache = new WeakMap(), known?: object): Decoded<T> {
  const decoder = new Decoder(cache);
  return { object: decoder.struct(value, type, known) as T, unknown: decoder.unknown };
}

type Json = Readonly<Record<string, unknown>>;

/** Structs with fewer fields to their depths are walked again sooner than remembered. */
const REMEMBERED_FIELDS_MIN = 8;

const partOf = (known: unknown, key: string | number): unknown =>
  (typeof known === 'object' && known !== null ? (known as Readonly<Record<string | number, unknown>>)[key] : undefined);

class Decoder {
  readonly unknown: string[] = [];
  private readonly path: (string | number)[] = [];
  private owner = '';
  private fields = 0;

  constructor(private readonly cache: DecodeCache) {}

  struct(value: unknown, type: StructType, known: unknown): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.mismatch(value, `v1.${type.goName}`);
    if (type.open || this.cache.get(value) === type) return value;
    const before = this.unknown.length;
    const { owner, fields } = this;
    const source = value as Json;
    let copy: Record<string, unknown> | undefined;
    for (const key in source) {
      const item = source[key];
      const was = partOf(known, key);
      if (was !== undefined && was === item) continue;
      const field = type.field(key);
      this.owner = type.goName;
      this.fields += 1;
      let next: unknown;
      if (field === undefined) {
        if (item !== undefined) this.unknown.push(this.pathTo(key));
      } else if (item !== null && item !== undefined) {
        this.path.push(key);
        next = this.any(item, field.type, was);
        this.path.pop();
        if (field.omitsZero && isZero(next)) next = undefined;
      }
      if (next === item) continue;
      copy ??= { ...source };
      if (next === undefined) delete copy[key];
      else copy[key] = next;
    }
    this.owner = owner;
    const large = known === undefined && this.path.length > 0 && this.fields - fields >= REMEMBERED_FIELDS_MIN;
    if (large && copy === undefined && this.unknown.length === before && Object.isFrozen(value)) this.cache.set(value, type);
    return copy ?? value;
  }

  private any(value: unknown, type: Type, known: unknown): unknown {
    switch (type.kind) {
      case 'struct': return this.struct(value, type, known);
      case 'list': return this.list(value, type.element, known);
      case 'map': return this.map(value, type.element);
      default: return this.scalar(value, type.scalar);
    }
  }

  private list(value: unknown, element: Type, known: unknown): unknown {
    if (!Array.isArray(value)) throw this.mismatch(value, `[]${goType(element)}`);
    let copy: unknown[] | undefined;
    for (let i = 0; i < value.length; i += 1) {
      const item: unknown = value[i];
      const was = partOf(known, i);
      if (was !== undefined && was === item) continue;
      this.path.push(i);
      const next = item === null || item === undefined ? zeroOf(element) : this.any(item, element, was);
      this.path.pop();
      if (next !== item) (copy ??= [...value])[i] = next;
    }
    return copy ?? value;
  }

  private map(value: unknown, element: Type): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.mismatch(value, `map[string]${goType(element)}`);
    let copy: Record<string, unknown> | undefined;
    const source = value as Json;
    for (const key in source) {
      const item = source[key];
      // encoding/json names the fields of structs on the way, not the keys of maps.
      const next = item === null ? zeroOf(element) : this.any(item, element, undefined);
      if (next !== item) (copy ??= { ...source })[key] = next;
    }
    return copy ?? value;
  }

  private scalar(value: unknown, scalar: Scalar): unknown {
    switch (scalar) {
      case 'any': return value;
      case 'string':
        if (typeof value !== 'string') throw this.mismatch(value, 'string');
        return value;
      case 'bool':
        if (typeof value !== 'boolean') throw this.mismatch(value, 'bool');
        return value;
      case 'int32': return this.integer(value, scalar, 2 ** 31);
      case 'int64': return this.integer(value, scalar, 2 ** 63);
      case 'double':
        if (typeof value !== 'number') throw this.mismatch(value, 'float64');
        return value;
      case 'intOrString':
        if (typeof value === 'number') return this.integer(value, 'int32', 2 ** 31);
        if (typeof value !== 'string') throw this.mismatch(value, 'string');
        return value;
      case 'quantity': return quantity(value);
      case 'bytes': return this.bytes(value);
      default: return this.time(value);
    }
  }

  private integer(value: unknown, type: string, limit: number): number {
    if (typeof value !== 'number') throw this.mismatch(value, type);
    if (!Number.isInteger(value) || value >= limit || value < -limit) throw this.mismatch(value, type, `number ${value}`);
    return value;
  }

  private bytes(value: unknown): unknown {
    if (typeof value !== 'string') throw this.mismatch(value, '[]uint8');
    if (fromBase64(value) === undefined) throw new DecodeError(`illegal base64 data at input byte ${badByte(value)}`);
    return value;
  }

  private time(value: unknown): unknown {
    if (typeof value !== 'string') throw this.mismatch(value, 'string');
    if (!Number.isNaN(parseTime(value))) return value;
    const layout = '"2006-01-02T15:04:05Z07:00"';
    throw new DecodeError(`parsing time ${quote(value)} as ${layout}: cannot parse ${quote(value)} as "2006"`);
  }

  /** "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32". */
  private mismatch(value: unknown, type: string, found: string = jsonTypeOf(value)): DecodeError {
    const fields = this.path.filter((part) => typeof part === 'string').join('.');
    if (fields === '') return new DecodeError(`json: cannot unmarshal ${found} into Go value of type ${type}`, type, found);
    return new DecodeError(`json: cannot unmarshal ${found} into Go struct field ${this.owner}.${fields} of type ${type}`, type, found);
  }

  private pathTo(key: string): string {
    return joinPath([...this.path, key]);
  }
}

/** "spec.template.spec.containers[0].imag". */
export function joinPath(parts: readonly (string | number)[]): string {
  let text = '';
  for (const part of parts) text += typeof part === 'number' ? `[${part}]` : text === '' ? part : `.${part}`;
  return text;
}

function quantity(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') throw new DecodeError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  const canonical = canonicalQuantity(text);
  if (canonical === undefined) throw new DecodeError(parseQuantity(text) as string);
  return canonical;
}

function isZero(value: unknown): boolean {
  if (value === '' || value === 0 || value === false) return true;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

function zeroOf(type: Type): unknown {
  switch (type.kind) {
    case 'struct': case 'map': return {};
    case 'list': return [];
    default: return ZERO[type.scalar] ?? null;
  }
}

const ZERO: Readonly<Partial<Record<Scalar, unknown>>> = { string: '', bytes: '', quantity: '0', bool: false, int32: 0, int64: 0, double: 0, intOrString: 0 };

function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return value === null ? 'null' : typeof value;
}

const GO_SCALARS: Readonly<Partial<Record<Scalar, string>>> = {
  quantity: 'resource.Quantity', intOrString: 'intstr.IntOrString', bytes: '[]uint8', double: 'float64', time: 'v1.Time', microtime: 'v1.MicroTime', any: 'interface {}',
};

export function goType(type: Type): string {
  switch (type.kind) {
    case 'struct': return `v1.${type.goName}`;
    case 'list': return `[]${goType(type.element)}`;
    case 'map': return `map[string]${goType(type.element)}`;
    default: return GO_SCALARS[type.scalar] ?? type.scalar;
  }
}

function badByte(text: string): number {
  const at = text.search(/[^A-Za-z0-9+/=\r\n]/);
  return at >= 0 ? at : Math.max(0, text.length - (text.length % 4));
}

/** The field a path leads to: explain and the patches walk so. */
export function fieldAt(type: StructType, path: readonly string[]): Field | undefined {
  let at: Type = type;
  let field: Field | undefined;
  for (const name of path) {
    while (at.kind === 'list' || at.kind === 'map') at = at.element;
    if (at.kind !== 'struct') return undefined;
    field = at.field(name);
    if (field === undefined) return undefined;
    at = field.type;
  }
  return field;
}
