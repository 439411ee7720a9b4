/** Times and durations as Kubernetes and Go write them. Nothing here knows what time it is. */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** metav1.Time: "2024-05-01T12:00:00Z", whole seconds. */
export function rfc3339(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** metav1.MicroTime: "2024-05-01T12:00:00.000123Z". `micros` is the part below a millisecond: clock.micros() % 1000. */
export function rfc3339Micro(ms: number, micros = 0): string {
  return `${new Date(ms).toISOString().slice(0, 23)}${String(Math.trunc(micros) % 1000).padStart(3, '0')}Z`;
}

/** RFC 3339 with nine places, as container logs have it: "2024-05-01T12:00:00.000123000Z". */
export function rfc3339Nano(ms: number, micros = 0): string {
  return `${rfc3339Micro(ms, micros).slice(0, -1)}000Z`;
}

/** Unix milliseconds of an RFC 3339 text; NaN where it is none. */
export function parseTime(text: string): number {
  return text.length === 20 && text.charCodeAt(19) === 0x5a ? wholeSeconds(text) : anyTime(text);
}

/** "2024-05-01T12:00:00Z", as nearly all times are: read without looking for patterns. */
function wholeSeconds(text: string): number {
  if (text[4] !== '-' || text[7] !== '-' || (text[10] !== 'T' && text[10] !== 't') || text[13] !== ':' || text[16] !== ':') return NaN;
  const [month, day, hour] = [twoDigits(text, 5), twoDigits(text, 8), twoDigits(text, 11)];
  const ms = Date.UTC(twoDigits(text, 0) * 100 + twoDigits(text, 2), month - 1, day, hour, twoDigits(text, 14), twoDigits(text, 17));
  // What is too large runs over into the next part; NaN is no digit.
  const fits = month >= 1 && month <= 12 && hour <= 23 && twoDigits(text, 14) <= 59 && twoDigits(text, 17) <= 59;
  return fits && new Date(ms).getUTCDate() === day ? ms : NaN;
}

function twoDigits(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - 48, text.charCodeAt(at + 1) - 48];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

function anyTime(text: string): number {
  const found = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/.exec(text);
  if (!found) return NaN;
  const field = (index: number): number => Number(found[index] ?? '0');
  const [month, day, hour, minute, second] = [field(2), field(3), field(4), field(5), field(6)];
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return NaN;
  const ms = Date.UTC(field(1), month - 1, day, hour, minute, second, Number((found[7] ?? '').padEnd(3, '0').slice(0, 3)));
  if (new Date(ms).getUTCDate() !== day) return NaN;
  return ms - (found[8] === '-' ? -1 : 1) * (field(9) * HOUR + field(10) * MINUTE);
}

/** An age as kubectl prints it: "5s", "2m30s", "3h5m", "4d2h", "8d", "2y11d".
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/util/duration/duration.go */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / SECOND);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  if (hours < 192) return hours % 24 === 0 ? `${hours / 24}d` : `${Math.trunc(hours / 24)}d${hours % 24}h`;
  const days = Math.trunc(hours / 24);
  if (days < 365 * 2) return `${days}d`;
  const years = Math.trunc(days / 365);
  if (years < 8) return days % 365 === 0 ? `${years}y` : `${years}y${days % 365}d`;
  return `${years}y`;
}

/** Go's Duration.String: "0s", "1.5ms", "1.234s", "1h30m0s". Finer than a nanosecond is dropped. */
export function goDuration(ms: number): string {
  const sign = ms < 0 ? '-' : '';
  const nanos = Math.round(Math.abs(ms) * 1e6);
  if (nanos === 0) return '0s';
  if (nanos < 1e3) return `${sign}${nanos}ns`;
  if (nanos < 1e6) return `${sign}${decimal(nanos, 1e3)}µs`;
  if (nanos < 1e9) return `${sign}${decimal(nanos, 1e6)}ms`;
  const minutes = Math.floor(nanos / 60e9);
  const seconds = `${decimal(nanos - minutes * 60e9, 1e9)}s`;
  if (minutes === 0) return sign + seconds;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60}m${seconds}`;
}

function decimal(nanos: number, unit: number): string {
  const whole = Math.floor(nanos / unit);
  const places = String(unit).length - 1;
  const rest = String(nanos - whole * unit).padStart(places, '0').replace(/0+$/, '');
  return rest === '' ? String(whole) : `${whole}.${rest}`;
}

const UNITS = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: SECOND, m: MINUTE, h: HOUR } as const;

/** Go's time.ParseDuration in milliseconds: "1h30m", "1.5s", "-2m", "0"; NaN where Go would refuse it. */
export function parseGoDuration(text: string): number {
  const found = /^([+-]?)(.*)$/.exec(text);
  const body = found?.[2] ?? '';
  if (body === '0') return 0;
  if (body === '') return NaN;
  let ms = 0;
  let at = 0;
  const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;
  while (at < body.length) {
    part.lastIndex = at;
    const piece = part.exec(body);
    if (!piece) return NaN;
    ms += Number(piece[1]) * UNITS[piece[2] as keyof typeof UNITS];
    at = part.lastIndex;
  }
  const exact = Math.round(ms * 1e6) / 1e6;
  return found?.[1] === '-' ? -exact : exact;
}

export const DAY_MS = DAY;
