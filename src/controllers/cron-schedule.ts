/** When a cron schedule is due next. Five fields: minute, hour, day of month, month, day of week; lists, ranges, steps and
 *  names. Where both days are restricted either is enough, as cron has always had it. Pure.
 *  Upstream: github.com/robfig/cron/v3/{parser,spec}.go */
import { parseGoDuration } from '../base/time.ts';

export interface Schedule {
  /** The first time after `afterMs`; undefined where there is none in five years. */
  next(afterMs: number): number | undefined;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SEARCH_DAYS = 366 * 5;

interface Field {
  readonly values: ReadonlySet<number>;
  readonly isStar: boolean;
}

/** undefined: not a schedule. */
export function parseSchedule(text: string): Schedule | undefined {
  const trimmed = text.trim();
  if (trimmed.startsWith('@every ')) return every(parseGoDuration(trimmed.slice(7)));
  const words = (DESCRIPTORS[trimmed] ?? trimmed).split(/\s+/);
  if (words.length !== 5) return undefined;
  const fields = [
    field(words[0]!, 0, 59),
    field(words[1]!, 0, 23),
    field(words[2]!, 1, 31),
    field(words[3]!, 1, 12, MONTHS),
    field(words[4]!, 0, 6, DAYS),
  ];
  if (fields.some((each) => each === undefined)) return undefined;
  const [minutes, hours, days, months, weekdays] = fields as [Field, Field, Field, Field, Field];
  return { next: (afterMs) => nextOf({ minutes, hours, days, months, weekdays }, afterMs) };
}

function every(periodMs: number): Schedule | undefined {
  if (!(periodMs > 0)) return undefined;
  const rounded = Math.max(1000, Math.floor(periodMs / 1000) * 1000);
  return { next: (afterMs) => Math.floor(afterMs / 1000) * 1000 + rounded };
}

function field(text: string, low: number, high: number, names?: readonly string[]): Field | undefined {
  const values = new Set<number>();
  let isStar = false;
  for (const part of text.split(',')) {
    const [range = '', stepText, ...rest] = part.split('/');
    const step = stepText === undefined ? 1 : Number(stepText);
    if (rest.length > 0 || !Number.isInteger(step) || step < 1) return undefined;
    const ends = range === '*' || range === '?' ? [low, high] : range.split('-').map((each) => valueOf(each, low, names));
    isStar ||= (range === '*' || range === '?') && step === 1;
    const [first, last = stepText === undefined ? first : high] = ends;
    if (first === undefined || last === undefined || !(first >= low && last <= high && first <= last)) return undefined;
    for (let value = first; value <= last; value += step) values.add(value);
  }
  return { values, isStar };
}

function valueOf(text: string, low: number, names: readonly string[] | undefined): number {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + low;
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

interface Fields {
  readonly minutes: Field;
  readonly hours: Field;
  readonly days: Field;
  readonly months: Field;
  readonly weekdays: Field;
}

function nextOf(fields: Fields, afterMs: number): number | undefined {
  let at = Math.floor(afterMs / MINUTE) * MINUTE + MINUTE;
  const end = at + SEARCH_DAYS * DAY;
  while (at < end) {
    const date = new Date(at);
    if (!suitsDay(fields, date)) at = Math.floor(at / DAY) * DAY + DAY;
    else if (!fields.hours.values.has(date.getUTCHours())) at = Math.floor(at / HOUR) * HOUR + HOUR;
    else if (!fields.minutes.values.has(date.getUTCMinutes())) at += MINUTE;
    else return at;
  }
  return undefined;
}

function suitsDay({ days, months, weekdays }: Fields, date: Date): boolean {
  if (!months.values.has(date.getUTCMonth() + 1)) return false;
  const [day, weekday] = [days.values.has(date.getUTCDate()), weekdays.values.has(date.getUTCDay())];
  return days.isStar || weekdays.isStar ? day && weekday : day || weekday;
}

export interface Missed {
  readonly at: number | undefined;
  readonly count: number;
}

/** The latest time that has come since `sinceMs` and how many there were; counting stops at the limit of patience. */
export function latestMissed(schedule: Schedule, sinceMs: number, nowMs: number, countMax: number): Missed {
  let at: number | undefined;
  let count = 0;
  for (let next = schedule.next(sinceMs); next !== undefined && next <= nowMs; next = schedule.next(next)) {
    at = next;
    count += 1;
    if (count <= countMax) continue;
    const period = (schedule.next(next) ?? next + MINUTE) - next;
    const jump = next + Math.max(0, Math.floor((nowMs - next) / period) - 1) * period;
    if (jump > next) next = jump;
  }
  return { at, count };
}
