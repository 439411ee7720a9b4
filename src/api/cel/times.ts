/** Timestamps and durations of CEL: nanoseconds as whole numbers.
 *  Differs from Kubernetes: parts of a timestamp are told in UTC or at a fixed offset, not in named time zones.
 *  Upstream: github.com/google/cel-go common/types/{timestamp,duration}.go */
import { CelError, Duration, Timestamp } from './values.ts';

export const SECOND = 1_000_000_000n;
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
};
const PART = /(\d+)(?:\.(\d+))?(ns|us|µs|ms|s|m|h)|(\.\d+)(ns|us|µs|ms|s|m|h)/y;

export function parseDuration(text: string): Duration | undefined {
  const negative = text.startsWith('-');
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return new Duration(0n);
  let nanos = 0n;
  for (let at = 0; at < body.length;) {
    PART.lastIndex = at;
    const found = PART.exec(body);
    if (found === null) return undefined;
    at = PART.lastIndex;
    const unit = UNITS[(found[3] ?? found[5]) as string] as bigint;
    const fraction = found[2] ?? found[4]?.slice(1) ?? '';
    nanos += BigInt(found[1] ?? '0') * unit;
    if (fraction !== '') nanos += (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length);
  }
  return body === '' ? undefined : new Duration(negative ? -nanos : nanos);
}

const STAMP = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

export function parseTimestamp(text: string): Timestamp | undefined {
  const found = STAMP.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = found;
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const back = new Date(ms);
  if (back.getUTCDate() !== Number(day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = BigInt((Number(offsetHour) * 60 + Number(offsetMinute)) * 60) * SECOND;
  const nanos = BigInt(ms) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return new Timestamp(sign === '-' ? nanos + offset : nanos - offset);
}

/** RFC 3339 with as many digits of a second as there are. */
export function timestampText({ nanos }: Timestamp): string {
  const rest = ((nanos % SECOND) + SECOND) % SECOND;
  const whole = new Date(Number((nanos - rest) / 1_000_000n)).toISOString().slice(0, 19);
  return `${whole}${fractionText(rest)}Z`;
}

export function durationText({ nanos }: Duration): string {
  const size = nanos < 0n ? -nanos : nanos;
  return `${nanos < 0n ? '-' : ''}${size / SECOND}${fractionText(size % SECOND)}s`;
}

const fractionText = (nanos: bigint): string => (nanos === 0n ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`);

export type TimePart =
  | 'getFullYear'
  | 'getMonth'
  | 'getDate'
  | 'getDayOfMonth'
  | 'getDayOfWeek'
  | 'getDayOfYear'
  | 'getHours'
  | 'getMinutes'
  | 'getSeconds'
  | 'getMilliseconds';

/** One part of a timestamp, in UTC or at an offset like "-08:00". */
export function partOf({ nanos }: Timestamp, part: TimePart, zone = 'UTC'): bigint {
  const ms = Number((nanos - (((nanos % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n);
  const date = new Date(ms + offsetOf(zone));
  switch (part) {
    case 'getFullYear':
      return BigInt(date.getUTCFullYear());
    case 'getMonth':
      return BigInt(date.getUTCMonth());
    case 'getDate':
      return BigInt(date.getUTCDate());
    case 'getDayOfMonth':
      return BigInt(date.getUTCDate() - 1);
    case 'getDayOfWeek':
      return BigInt(date.getUTCDay());
    case 'getDayOfYear':
      return BigInt(Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000));
    case 'getHours':
      return BigInt(date.getUTCHours());
    case 'getMinutes':
      return BigInt(date.getUTCMinutes());
    case 'getSeconds':
      return BigInt(date.getUTCSeconds());
    default:
      return BigInt(date.getUTCMilliseconds());
  }
}

function offsetOf(zone: string): number {
  if (zone === 'UTC' || zone === '') return 0;
  const found = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (found === null) throw new CelError(`unknown time zone ${zone}`);
  const ms = (Number(found[2]) * 60 + Number(found[3])) * 60_000;
  return found[1] === '-' ? -ms : ms;
}
