/** Go's durations and Kubernetes' ages, in the forms that kubectl reads and prints. */
import { goDuration, humanDuration, parseGoDuration, parseTime } from '../base/time.ts';

export { humanDuration };

/** "1h30m" in milliseconds; undefined where Go's time.ParseDuration refuses. */
export function parseDuration(text: string): number | undefined {
  const ms = parseGoDuration(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Go's Duration.String: "1h30m0s", "5s", "100ms". */
export const goDurationText = goDuration;

/** Age of an RFC 3339 time at `nowMs`; "<unknown>" without one. */
export function ageOf(time: string | undefined | null, nowMs: number): string {
  if (!time) return '<unknown>';
  return humanDuration(nowMs - parseTime(time));
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number): string => String(n).padStart(2, '0');

/** RFC 1123 with a numeric zone, as describe prints times: "Sun, 15 Nov 2026 15:41:58 +0000". */
export function rfc1123z(time: string | undefined | null): string {
  if (!time) return 'Mon, 01 Jan 0001 00:00:00 +0000';
  const d = new Date(parseTime(time));
  const clock = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
  return `${DAYS[d.getUTCDay()]}, ${two(d.getUTCDate())} ${MONTHS[d.getUTCMonth()]} ${d.getUTCFullYear()} ${clock} +0000`;
}

/** Go's time.String without fraction: "2026-11-15 15:41:58 +0000 UTC". */
export function goTime(time: string | undefined | null): string {
  if (!time) return '0001-01-01 00:00:00 +0000 UTC';
  const d = new Date(parseTime(time));
  return `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} +0000 UTC`;
}
