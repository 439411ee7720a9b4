/** The types of CEL, how they print, and which fits which.
 *  Upstream: github.com/google/cel-go checker/types.go */

type Plain = 'bool' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'null' | 'timestamp' | 'duration' | 'type';

export type CelType =
  | { readonly kind: 'dyn' }
  | { readonly kind: Plain; readonly name: string }
  /** A type of a library: only its own functions take it. */
  | { readonly kind: 'opaque'; readonly name: string }
  | { readonly kind: 'list'; readonly of: CelType }
  | { readonly kind: 'map'; readonly key: CelType; readonly value: CelType }
  | { readonly kind: 'object'; readonly name: string; readonly fields: ReadonlyMap<string, CelType> }
  | { readonly kind: 'optional'; readonly of: CelType }
  | { readonly kind: 'param'; readonly name: string };

const plain = (kind: Plain, name: string = kind): CelType => Object.freeze({ kind, name });

export const DYN: CelType = Object.freeze({ kind: 'dyn' });
export const BOOL = plain('bool');
export const INT = plain('int');
export const UINT = plain('uint');
export const DOUBLE = plain('double');
export const STRING = plain('string');
export const BYTES = plain('bytes');
export const NULL = plain('null', 'null_type');
export const TIMESTAMP = plain('timestamp', 'google.protobuf.Timestamp');
export const DURATION = plain('duration', 'google.protobuf.Duration');
export const TYPE = plain('type');
export const opaque = (name: string): CelType => Object.freeze({ kind: 'opaque', name });
export const listOf = (of: CelType): CelType => ({ kind: 'list', of });
export const mapOf = (key: CelType, value: CelType): CelType => ({ kind: 'map', key, value });
export const optionalOf = (of: CelType): CelType => ({ kind: 'optional', of });
export const param = (name: string): CelType => ({ kind: 'param', name });

export function typeText(type: CelType): string {
  switch (type.kind) {
    case 'dyn':
      return 'dyn';
    case 'list':
      return `list(${typeText(type.of)})`;
    case 'map':
      return `map(${typeText(type.key)}, ${typeText(type.value)})`;
    case 'optional':
      return `optional_type(${typeText(type.of)})`;
    case 'null':
      return 'null';
    case 'timestamp':
      return 'timestamp';
    case 'duration':
      return 'duration';
    default:
      return type.name;
  }
}

export type Bindings = Map<string, CelType>;

/** Whether `actual` may be given where `wanted` is asked for; binds the parameters in `wanted`. */
export function assignable(wanted: CelType, actual: CelType, bindings: Bindings): boolean {
  if (wanted.kind === 'param') {
    const bound = bindings.get(wanted.name);
    if (bound === undefined || bound.kind === 'dyn' || isOpen(bound)) {
      if (bound === undefined || bound.kind !== 'dyn') bindings.set(wanted.name, actual);
      return bound === undefined || bound.kind === 'dyn' || assignable(bound, actual, bindings);
    }
    return assignable(bound, actual, bindings);
  }
  if (wanted.kind === 'dyn' || actual.kind === 'dyn' || actual.kind === 'param') return true;
  if (wanted.kind === 'list' && actual.kind === 'list') return assignable(wanted.of, actual.of, bindings);
  if (wanted.kind === 'map' && actual.kind === 'map') {
    return assignable(wanted.key, actual.key, bindings) && assignable(wanted.value, actual.value, bindings);
  }
  if (wanted.kind === 'optional' && actual.kind === 'optional') return assignable(wanted.of, actual.of, bindings);
  if (wanted.kind === 'null' || actual.kind === 'null') return isNullable(wanted) && isNullable(actual);
  if (wanted.kind !== actual.kind) return false;
  return wanted.kind === 'object' || wanted.kind === 'opaque' ? wanted.name === (actual as { readonly name: string }).name : true;
}

const isNullable = ({ kind }: CelType): boolean =>
  kind === 'null' || kind === 'object' || kind === 'timestamp' || kind === 'duration' || kind === 'opaque';
/** An empty list or map: its element is not known yet. */
const isOpen = (type: CelType): boolean => (type.kind === 'list' && isUnknown(type.of)) || (type.kind === 'map' && isUnknown(type.value));
const isUnknown = (type: CelType): boolean => type.kind === 'param' || type.kind === 'dyn';

export function substitute(type: CelType, bindings: Bindings): CelType {
  switch (type.kind) {
    case 'param':
      return bindings.get(type.name) ?? DYN;
    case 'list':
      return listOf(substitute(type.of, bindings));
    case 'map':
      return mapOf(substitute(type.key, bindings), substitute(type.value, bindings));
    case 'optional':
      return optionalOf(substitute(type.of, bindings));
    default:
      return type;
  }
}
