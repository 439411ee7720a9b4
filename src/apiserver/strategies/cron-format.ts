/** What is wrong with a cron schedule or a time zone, in the words of the parser that Kubernetes uses.
 *  Upstream: github.com/robfig/cron/v3/parser.go */

interface Bounds { readonly low: number; readonly high: number; readonly names?: readonly string[] }

const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Bounds[] = [
  { low: 0, high: 59 }, { low: 0, high: 23 }, { low: 1, high: 31 }, { low: 1, high: 12, names: MONTHS }, { low: 0, high: 6, names: DAYS },
];
const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

const notInt = (text: string): string => `failed to parse int from ${text}: strconv.Atoi: parsing "${text}": invalid syntax`;

function numberOf(text: string, names: readonly string[] | undefined): number | string {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0 && text !== '') return named;
  if (!/^[+-]?[0-9]+$/.test(text)) return notInt(text);
  const value = Number(text);
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value;
}

function rangeError(text: string, { low, high, names }: Bounds): string | undefined {
  const [range = '', step, ...rest] = text.split('/');
  const [first = '', last, ...more] = range.split('-');
  let [start, end]: (number | string)[] = [low, high];
  if (first !== '*' && first !== '?') {
    start = numberOf(first, names);
    if (typeof start === 'string') return start;
    if (more.length > 0) return `too many hyphens: ${text}`;
    end = last === undefined ? start : numberOf(last, names);
    if (typeof end === 'string') return end;
  }
  let by: number | string = 1;
  if (rest.length > 0) return `too many slashes: ${text}`;
  if (step !== undefined) {
    by = numberOf(step, undefined);
    if (typeof by === 'string') return by;
    if (last === undefined) end = high;
  }
  if ((start as number) < low) return `beginning of range (${start}) below minimum (${low}): ${text}`;
  if ((end as number) > high) return `end of range (${end}) above maximum (${high}): ${text}`;
  if (start! > end!) return `beginning of range (${start}) beyond end of range (${end}): ${text}`;
  return by === 0 ? `step of range should be a positive number: ${text}` : undefined;
}

/** undefined: the schedule is good. */
export function cronError(schedule: string): string | undefined {
  const text = schedule.replace(/^(CRON_)?TZ=\S*\s*/, '');
  if (text === '') return 'empty spec string';
  if (text.startsWith('@')) {
    if (DESCRIPTORS.includes(text)) return undefined;
    if (!text.startsWith('@every ')) return `unrecognized descriptor: ${text}`;
    return /^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$/.test(text.slice(7))
      ? undefined : `failed to parse duration ${text}: time: invalid duration "${text.slice(7)}"`;
  }
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length !== FIELDS.length) return `expected exactly 5 fields, found ${words.length}: [${words.join(' ')}]`;
  for (const [index, word] of words.entries()) {
    for (const part of word.split(',')) {
      const problem = part === '' ? undefined : rangeError(part, FIELDS[index]!);
      if (problem) return problem;
    }
  }
  return undefined;
}

const PLACES = new Set([
  'UTC', 'GMT', 'Cuba', 'Egypt', 'Eire', 'Hongkong', 'Iceland', 'Iran', 'Israel', 'Jamaica', 'Japan', 'Kwajalein', 'Libya', 'Navajo', 'Poland',
  'Portugal', 'Singapore', 'Turkey', 'Zulu', 'CET', 'EET', 'EST', 'HST', 'MET', 'MST', 'WET', 'CST6CDT', 'EST5EDT', 'MST7MDT', 'PST8PDT', 'PRC',
  'ROC', 'ROK', 'UCT',
]);
const AREA_AND_CITY = /^(Etc\/[-+A-Za-z0-9_]+|[A-Z][A-Za-z_]+(\/[A-Z][-A-Za-z_]+){1,2})$/;

const ZONE_PART = /^[A-Za-z.\-_0-9+]{1,14}$/;

/** What is wrong with a time zone; nothing for a good one.
 *  Differs from Kubernetes: any name of the form Area/City is taken; the CronJob controller then knows whether there is such a place. */
export function timeZoneErrors(zone: string): readonly string[] {
  if (zone === '') return ['timeZone must be nil or non-empty string'];
  const isPart = (part: string): boolean => part !== '.' && part !== '..' && !part.startsWith('-') && ZONE_PART.test(part);
  if (!zone.split('/').every(isPart)) return [`unknown time zone ${zone}`];
  const wrong: string[] = [];
  if (zone.toLowerCase() === 'local') wrong.push('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  if (zone !== 'Local' && !PLACES.has(zone) && !AREA_AND_CITY.test(zone)) wrong.push(`unknown time zone ${zone}`);
  return wrong;
}
