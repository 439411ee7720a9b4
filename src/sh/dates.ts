/** Dates as date(1) prints and reads them; UTC, as containers have it. */
import { parseTime } from '../base/time.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'] as const;
const DAY_MS = 86_400_000;

const two = (value: number, pad = '0'): string => String(value).padStart(2, pad);

/** strftime. */
export function formatDate(ms: number, format: string): string {
  const date = new Date(ms);
  const hour12 = date.getUTCHours() % 12 === 0 ? 12 : date.getUTCHours() % 12;
  const yearDay = Math.floor((ms - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS);
  return format.replace(/%([-_0^#:]*)([0-9]*)([a-zA-Z%])/g, (whole, flag: string, width: string, letter: string) => {
    const text = field(letter);
    if (text === undefined) return whole;
    if (flag.includes('-')) return text.replace(/^[0 ]+(?=.)/, '');
    if (flag.includes('^')) return text.toUpperCase();
    return letter === 'N' && width !== '' ? text.slice(0, Number(width)) : text;
  });
  function field(letter: string): string | undefined {
    switch (letter) {
      case 'Y': return String(date.getUTCFullYear());
      case 'y': return two(date.getUTCFullYear() % 100);
      case 'C': return two(Math.floor(date.getUTCFullYear() / 100));
      case 'm': return two(date.getUTCMonth() + 1);
      case 'd': return two(date.getUTCDate());
      case 'e': return two(date.getUTCDate(), ' ');
      case 'H': return two(date.getUTCHours());
      case 'k': return two(date.getUTCHours(), ' ');
      case 'I': return two(hour12);
      case 'l': return two(hour12, ' ');
      case 'M': return two(date.getUTCMinutes());
      case 'S': return two(date.getUTCSeconds());
      case 'N': return `${String(date.getUTCMilliseconds()).padStart(3, '0')}000000`;
      case 's': return String(Math.floor(ms / 1000));
      case 'p': return date.getUTCHours() < 12 ? 'AM' : 'PM';
      case 'a': return DAYS[date.getUTCDay()]!.slice(0, 3);
      case 'A': return DAYS[date.getUTCDay()]!;
      case 'b': case 'h': return MONTHS[date.getUTCMonth()]!.slice(0, 3);
      case 'B': return MONTHS[date.getUTCMonth()]!;
      case 'j': return String(yearDay + 1).padStart(3, '0');
      case 'u': return String(date.getUTCDay() === 0 ? 7 : date.getUTCDay());
      case 'w': return String(date.getUTCDay());
      case 'F': return formatDate(ms, '%Y-%m-%d');
      case 'D': case 'x': return formatDate(ms, '%m/%d/%y');
      case 'T': case 'X': return formatDate(ms, '%H:%M:%S');
      case 'R': return formatDate(ms, '%H:%M');
      case 'r': return formatDate(ms, '%I:%M:%S %p');
      case 'c': return formatDate(ms, '%a %b %e %H:%M:%S %Y');
      case 'z': return '+0000';
      case 'Z': return 'UTC';
      case 'U': case 'V': case 'W': return two(Math.floor((yearDay + 7 - date.getUTCDay()) / 7));
      case 'n': return '\n';
      case 't': return '\t';
      case '%': return '%';
      default: return undefined;
    }
  }
}

const UNITS: Readonly<Record<string, number>> = { sec: 1, second: 1, min: 60, minute: 60, hour: 3600, day: 86_400, week: 604_800, fortnight: 1_209_600 };

/** "now", "tomorrow", "+1 day", "2 hours ago", "@1700000000", RFC 3339 and "2026-01-02 03:04"; undefined: not understood. */
export function parseDate(text: string, now: number): number | undefined {
  let rest = text.trim().toLowerCase();
  let at = now;
  const absolute = /^(\d{4})-(\d\d)-(\d\d)(?:[t ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*(z|utc|[+-]\d\d:?\d\d)?/.exec(rest);
  if (rest.startsWith('@')) { const seconds = /^@(-?\d+)/.exec(rest); if (seconds === null) return undefined; at = Number(seconds[1]) * 1000; rest = rest.slice(seconds[0].length).trim(); }
  else if (absolute !== null) {
    at = parseTime(text.trim());
    if (Number.isNaN(at)) at = Date.UTC(Number(absolute[1]), Number(absolute[2]) - 1, Number(absolute[3]), Number(absolute[4] ?? '0'), Number(absolute[5] ?? '0'), Number(absolute[6] ?? '0'));
    rest = rest.slice(absolute[0].length).trim();
  }
  for (const word of ['now', 'today', 'utc']) if (rest.startsWith(word)) rest = rest.slice(word.length).trim();
  if (rest.startsWith('tomorrow')) { at += DAY_MS; rest = rest.slice(8).trim(); }
  if (rest.startsWith('yesterday')) { at -= DAY_MS; rest = rest.slice(9).trim(); }
  while (rest !== '') {
    const found = /^([+-]?\s*\d+|next|last)?\s*(sec|second|min|minute|hour|day|week|fortnight|month|year)s?\s*(ago)?/.exec(rest);
    if (found === null) return undefined;
    const count = (found[1] === undefined || found[1] === 'next' ? 1 : found[1] === 'last' ? -1 : Number(found[1].replace(/\s/g, ''))) * (found[3] === undefined ? 1 : -1);
    const unit = UNITS[found[2]!];
    if (unit !== undefined) at += count * unit * 1000;
    else {
      const date = new Date(at);
      at = Date.UTC(date.getUTCFullYear() + (found[2] === 'year' ? count : 0), date.getUTCMonth() + (found[2] === 'month' ? count : 0), date.getUTCDate(),
        date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds());
    }
    rest = rest.slice(found[0].length).trim();
  }
  return at;
}
