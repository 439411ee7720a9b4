/** CEL's own functions and operators.
 *  Upstream: github.com/google/cel-go common/stdlib/standard.go */
import { fromUtf8, utf8 } from '../../base/bytes.ts';
import { compilePattern } from '../patterns.ts';
import type { Handler } from './overloads.ts';
import type { TimePart } from './times.ts';
import { durationText, parseDuration, parseTimestamp, partOf, SECOND, timestampText } from './times.ts';
import type { CelMap, Value } from './values.ts';
import { CelError, compare, Duration, lookUp, Optional, same, Timestamp, TypeValue, typeName, Uint } from './values.ts';

const INT_MAX = 2n ** 63n - 1n;
const UINT_MAX = 2n ** 64n - 1n;

export function int(value: bigint): bigint {
  if (value > INT_MAX || value < -INT_MAX - 1n) throw new CelError('integer overflow');
  return value;
}

function uint(value: bigint): Uint {
  if (value < 0n || value > UINT_MAX) throw new CelError('unsigned integer overflow');
  return new Uint(value);
}

export const noOverload = (): CelError => new CelError('no such overload');
export const length = (text: string): number => (/^[\0-\x7f]*$/.test(text) ? text.length : [...text].length);

function divide(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new CelError('division by zero');
  return a / b;
}
function modulo(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new CelError('modulus by zero');
  return a % b;
}

const ARITHMETIC: readonly (readonly [string, Handler])[] = [
  ['_+_(int, int): int', (a: bigint, b: bigint) => int(a + b)],
  ['_+_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value + b.value)],
  ['_+_(double, double): double', (a: number, b: number) => a + b],
  ['_+_(string, string): string', (a: string, b: string) => a + b],
  ['_+_(bytes, bytes): bytes', (a: Uint8Array, b: Uint8Array) => new Uint8Array([...a, ...b])],
  ['_+_(list<A>, list<A>): list<A>', (a: Value[], b: Value[]) => [...a, ...b]],
  ['_+_(timestamp, duration): timestamp', (a: Timestamp, b: Duration) => new Timestamp(a.nanos + b.nanos)],
  ['_+_(duration, timestamp): timestamp', (a: Duration, b: Timestamp) => new Timestamp(a.nanos + b.nanos)],
  ['_+_(duration, duration): duration', (a: Duration, b: Duration) => new Duration(a.nanos + b.nanos)],
  ['_-_(int, int): int', (a: bigint, b: bigint) => int(a - b)],
  ['_-_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value - b.value)],
  ['_-_(double, double): double', (a: number, b: number) => a - b],
  ['_-_(timestamp, timestamp): duration', (a: Timestamp, b: Timestamp) => new Duration(a.nanos - b.nanos)],
  ['_-_(timestamp, duration): timestamp', (a: Timestamp, b: Duration) => new Timestamp(a.nanos - b.nanos)],
  ['_-_(duration, duration): duration', (a: Duration, b: Duration) => new Duration(a.nanos - b.nanos)],
  ['_*_(int, int): int', (a: bigint, b: bigint) => int(a * b)],
  ['_*_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value * b.value)],
  ['_*_(double, double): double', (a: number, b: number) => a * b],
  ['_/_(int, int): int', (a: bigint, b: bigint) => int(divide(a, b))],
  ['_/_(uint, uint): uint', (a: Uint, b: Uint) => uint(divide(a.value, b.value))],
  ['_/_(double, double): double', (a: number, b: number) => a / b],
  ['_%_(int, int): int', (a: bigint, b: bigint) => modulo(a, b)],
  ['_%_(uint, uint): uint', (a: Uint, b: Uint) => uint(modulo(a.value, b.value))],
  ['-_(int): int', (a: bigint) => int(-a)],
  ['-_(double): double', (a: number) => -a],
  ['!_(bool): bool', (a: boolean) => !a],
];

const NUMBERS = ['int', 'uint', 'double'];
const ORDERED = [
  ...NUMBERS.flatMap((a) => NUMBERS.map((b) => `${a}, ${b}`)),
  ...['string', 'bytes', 'bool', 'timestamp', 'duration'].map((each) => `${each}, ${each}`),
];
const ordering = (operator: string, holds: (order: number) => boolean): readonly (readonly [string, Handler])[] =>
  ORDERED.map((params) => [
    `_${operator}_(${params}): bool`,
    (a: Value, b: Value) => {
      const order = compare(a, b);
      return order !== undefined && holds(order);
    },
  ]);

function indexed(of: Value, index: Value): Value {
  if (Array.isArray(of)) {
    const at = typeof index === 'number' ? index : Number(index instanceof Uint ? index.value : index);
    const found = of[at] as Value | undefined;
    if (found === undefined) throw new CelError(`index out of bounds: ${at}`);
    return found;
  }
  const found = lookUp(of as CelMap, index);
  if (found === undefined) throw new CelError(`no such key: ${textOf(index)}`);
  return found;
}

/** A value as an error names it. */
export const textOf = (value: Value): string => (value instanceof Uint ? String(value.value) : String(value));

const RELATIONS: readonly (readonly [string, Handler])[] = [
  ['_==_(A, A): bool', same],
  ['_!=_(A, A): bool', (a: Value, b: Value) => !same(a, b)],
  ...ordering('<', (order) => order < 0),
  ...ordering('<=', (order) => order <= 0),
  ...ordering('>', (order) => order > 0),
  ...ordering('>=', (order) => order >= 0),
  ['@in(A, list<A>): bool', (item: Value, list: Value[]) => list.some((each) => same(each, item))],
  ['@in(A, map<A, B>): bool', (key: Value, map: CelMap) => lookUp(map, key) !== undefined],
  ['_[_](list<A>, int): A', indexed],
  ['_[_](map<A, B>, A): B', indexed],
  ['_[?_](list<A>, int): optional<A>', (of: Value[], at: bigint) => new Optional(of[Number(at)])],
  ['_[?_](map<A, B>, A): optional<B>', (of: CelMap, key: Value) => new Optional(lookUp(of, key))],
];

const sizeOf = (value: string | Uint8Array | readonly Value[] | CelMap): bigint =>
  BigInt(typeof value === 'string' ? length(value) : value instanceof Map ? (value as CelMap).size : (value as readonly Value[]).length);
const SIZED = ['string', 'bytes', 'list<A>', 'map<A, B>'];

function toInt(value: number): bigint {
  if (!Number.isFinite(value) || value >= 2 ** 63 || value <= -(2 ** 63)) throw new CelError('integer overflow');
  return BigInt(Math.trunc(value));
}
function parseInt64(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw new CelError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return int(BigInt(text.replace(/^\+/, '')));
}
function parseDouble(text: string): number {
  const value =
    text.trim() === text && text !== '' && !/^[+-]?0[xXbBoO]/.test(text) ? Number(text.replace(/inf(inity)?$/i, 'Infinity')) : NaN;
  if (Number.isNaN(value) && text.toLowerCase() !== 'nan')
    throw new CelError(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
  return value;
}
function parseBool(text: string): boolean {
  if (['1', 't', 'true', 'T', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'false', 'F', 'FALSE', 'False'].includes(text)) return false;
  throw new CelError(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}
export function matches(text: string, pattern: string): boolean {
  const compiled = compilePattern(pattern);
  if (typeof compiled === 'string') throw new CelError(`error parsing regexp: ${compiled}`);
  return compiled.test(text);
}
function orThrow<T>(value: T | undefined, text: string): T {
  if (value === undefined) throw new CelError(text);
  return value;
}
/** As Go prints a float64 with 'g': whole numbers bare. */
const doubleText = (value: number): string => (value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value));

const CONVERSIONS: readonly (readonly [string, Handler])[] = [
  ...SIZED.flatMap((type): readonly (readonly [string, Handler])[] => [
    [`size(${type}): int`, sizeOf],
    [`${type}.size(): int`, sizeOf],
  ]),
  ['int(int): int', (value: bigint) => value],
  ['int(uint): int', ({ value }: Uint) => int(value)],
  ['int(double): int', toInt],
  ['int(string): int', parseInt64],
  ['int(timestamp): int', ({ nanos }: Timestamp) => nanos / SECOND],
  ['uint(uint): uint', (value: Uint) => value],
  ['uint(int): uint', (value: bigint) => uint(value)],
  ['uint(double): uint', (value: number) => uint(toInt(value))],
  ['uint(string): uint', (text: string) => uint(parseInt64(text))],
  ['double(double): double', (value: number) => value],
  ['double(int): double', Number],
  ['double(uint): double', ({ value }: Uint) => Number(value)],
  ['double(string): double', parseDouble],
  ['string(string): string', (text: string) => text],
  ['string(int): string', String],
  ['string(uint): string', ({ value }: Uint) => String(value)],
  ['string(double): string', doubleText],
  ['string(bool): string', String],
  ['string(bytes): string', fromUtf8],
  ['string(timestamp): string', timestampText],
  ['string(duration): string', durationText],
  ['bool(bool): bool', (value: boolean) => value],
  ['bool(string): bool', parseBool],
  ['bytes(bytes): bytes', (value: Uint8Array) => value],
  ['bytes(string): bytes', utf8],
  ['timestamp(timestamp): timestamp', (value: Timestamp) => value],
  ['timestamp(int): timestamp', (value: bigint) => new Timestamp(value * SECOND)],
  [
    'timestamp(string): timestamp',
    (text: string) => orThrow(parseTimestamp(text), `parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05Z07:00": cannot parse`),
  ],
  ['duration(duration): duration', (value: Duration) => value],
  ['duration(int): duration', (value: bigint) => new Duration(value * SECOND)],
  ['duration(string): duration', (text: string) => orThrow(parseDuration(text), `time: invalid duration ${JSON.stringify(text)}`)],
  ['dyn(A): dyn', (value: Value) => value],
  ['type(A): type', (value: Value) => (value instanceof TypeValue ? new TypeValue('type') : new TypeValue(typeName(value)))],
];

const PARTS: readonly TimePart[] = [
  'getFullYear',
  'getMonth',
  'getDate',
  'getDayOfMonth',
  'getDayOfWeek',
  'getDayOfYear',
  'getHours',
  'getMinutes',
  'getSeconds',
  'getMilliseconds',
];
const UNITS = [
  ['getHours', 3600n * SECOND],
  ['getMinutes', 60n * SECOND],
  ['getSeconds', SECOND],
  ['getMilliseconds', 1_000_000n],
] as const;
const TIMES: readonly (readonly [string, Handler])[] = [
  ...PARTS.flatMap((part): readonly (readonly [string, Handler])[] => [
    [`timestamp.${part}(): int`, (time: Timestamp) => partOf(time, part)],
    [`timestamp.${part}(string): int`, (time: Timestamp, zone: string) => partOf(time, part, zone)],
  ]),
  ...UNITS.map(([name, unit]): readonly [string, Handler] => [`duration.${name}(): int`, ({ nanos }: Duration) => nanos / unit]),
];

const OPTIONALS: readonly (readonly [string, Handler])[] = [
  ['optional:of(A): optional<A>', (value: Value) => new Optional(value)],
  ['optional:none(): optional<A>', () => new Optional(undefined)],
  ['optional:ofNonZeroValue(A): optional<A>', (value: Value) => new Optional(isZero(value) ? undefined : value)],
  ['optional<A>.hasValue(): bool', ({ value }: Optional) => value !== undefined],
  ['optional<A>.value(): A', ({ value }: Optional) => orThrow(value, 'optional.none() dereference')],
  ['optional<A>.orValue(A): A', ({ value }: Optional, other: Value) => value ?? (value === null ? null : other)],
  ['optional<A>.or(optional<A>): optional<A>', (one: Optional, other: Optional) => (one.value === undefined ? other : one)],
  [
    '_[?_](optional<A>, dyn): optional<dyn>',
    ({ value }: Optional, key: Value) =>
      new Optional(value === undefined ? undefined : Array.isArray(value) ? (value[Number(key)] as Value) : lookUp(value as CelMap, key)),
  ],
];

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0n || value === 0 || value === '') return true;
  if (Array.isArray(value) || value instanceof Uint8Array) return (value as readonly Value[]).length === 0;
  return (value instanceof Map && value.size === 0) || (value instanceof Uint && value.value === 0n);
}

export const STANDARD = [
  ...ARITHMETIC,
  ...RELATIONS,
  ...CONVERSIONS,
  ...TIMES,
  ...OPTIONALS,
  ['matches(string, string): bool', matches],
  ['string.matches(string): bool', matches],
  ['string.startsWith(string): bool', (text: string, start: string) => text.startsWith(start)],
  ['string.endsWith(string): bool', (text: string, end: string) => text.endsWith(end)],
  ['string.contains(string): bool', (text: string, part: string) => text.includes(part)],
] as const satisfies readonly (readonly [string, Handler])[];
