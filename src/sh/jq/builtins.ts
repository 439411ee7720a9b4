/** jq's functions of values, and those that are written in jq. */
import { formatDate } from '../dates.ts';
import { parseTime } from '../../base/time.ts';
import { compileRegex, RegexError } from '../regex.ts';
import type { Match, Regex } from '../regex.ts';
import { format } from './formats.ts';
import { parseJsonTexts } from './input.ts';
import { asArray, asObject, deletePaths, getPath, setPath } from './path.ts';
import { add, compare, JqError, shown, toText, typeName } from './values.ts';
import type { Json } from './values.ts';

type Builtin = (input: Json, args: readonly Json[]) => Json;

/** Name, parameters, body. Later ones may use earlier ones. */
export const DEFINED: readonly (readonly [string, readonly string[], string])[] = [
  ['map', ['f'], '[.[] | f]'], ['map_values', ['f'], '.[] |= f'], ['with_entries', ['f'], 'to_entries | map(f) | from_entries'], ['values', [], 'select(. != null)'],
    ['nulls', [], 'select(. == null)'],
  ['booleans', [], 'select(type == "boolean")'], ['numbers', [], 'select(type == "number")'], ['strings', [], 'select(type == "string")'],
    ['arrays', [], 'select(type == "array")'], ['objects', [], 'select(type == "object")'],
  ['iterables', [], 'select(type == "array" or type == "object")'], ['scalars', [], 'select(type != "array" and type != "object")'],
  ['walk', ['f'], 'def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w'],
  ['sort_by', ['f'], '[.[] | [[f], .]] | __sort_pairs'], ['group_by', ['f'], '[.[] | [[f], .]] | __group_pairs'], ['unique_by', ['f'], '[group_by(f)[] | .[0]]'],
    ['min_by', ['f'], '[.[] | [[f], .]] | __min_pair'], ['max_by', ['f'], '[.[] | [[f], .]] | __max_pair'],
  ['in', ['xs'], '. as $x | xs | has($x)'], ['inside', ['xs'], '. as $x | xs | contains($x)'],
    ['combinations', [], 'if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $w | [$x] + $w end'],
  ['ascii', [], '[.] | implode'], ['todate', [], 'strftime("%Y-%m-%dT%H:%M:%SZ")'], ['fromdate', [], 'fromdateiso8601'],
    ['finites', [], 'select(isinfinite or isnan | not)'], ['add', ['f'], 'reduce f as $x (null; . + $x)'],
  ['nth', ['$n'], '.[$n]'], ['nth', ['$n', 'f'], 'last(limit($n + 1; f))'], ['index', ['$i'], 'indices($i) | .[0]'], ['rindex', ['$i'], 'indices($i) | .[-1:][0]'],
    ['join', ['$x'], 'reduce .[] as $i (null; (if . == null then "" else . + $x end) + ($i | if . == null then "" elif type == "string" then . else tojson end)) // ""'],
  ['ascii_downcase', [], '__lower'], ['ascii_upcase', [], '__upper'], ['match', ['$re'], '__match($re; "")[]'],
    ['match', ['$re', '$flags'], '__match($re; $flags)[]'], ['test', ['$re', '$flags'], '__match($re; $flags) | length > 0'], ['test', ['$re'], '__match($re; "") | length > 0'],
  ['capture', ['$re'], '__match($re; "")[] | .captures | map(select(.name != null) | {key: .name, value: .string}) | from_entries'],
    ['capture', ['$re', '$flags'], '__match($re; $flags)[] | .captures | map(select(.name != null) | {key: .name, value: .string}) | from_entries'],
  ['scan', ['$re'], '__match($re; "g")[] | if (.captures | length) > 0 then [.captures[].string] else .string end'],
    ['scan', ['$re', '$flags'], '__match($re; "g" + $flags)[] | if (.captures | length) > 0 then [.captures[].string] else .string end'],
  ['sub', ['$re', 'str'], '. as $in | (__match($re; "")[0]) as $m | if $m == null then . else ($m.captures | map(select(.name != null) | {key: .name, value: '
    + '.string}) | from_entries | str) as $r | $in[:$m.offset] + $r + $in[$m.offset + $m.length:] end'],
  ['sub', ['$re', 'str', '$flags'], 'if ($flags | contains("g")) then gsub($re; str; $flags) else sub($re; str) end'],
  ['gsub', ['$re', 'str'], '. as $in | reduce __match($re; "g")[] as $m ([0, ""]; ($m.captures | map(select(.name != null) | {key: .name, value: .string}) | '
    + 'from_entries | str) as $r | [$m.offset + $m.length, .[1] + $in[.[0]:$m.offset] + $r]) | .[1] + $in[.[0]:]'],
  ['gsub', ['$re', 'str', '$flags'], '. as $in | reduce __match($re; "g" + $flags)[] as $m ([0, ""]; ($m.captures | map(select(.name != null) | {key: .name, value: '
    + '.string}) | from_entries | str) as $r | [$m.offset + $m.length, .[1] + $in[.[0]:$m.offset] + $r]) | .[1] + $in[.[0]:]'],
  ['splits', ['$re'], 'split($re; "")[]'], ['pick', ['f'], '. as $v | reduce path(f) as $p (null; setpath($p; $v | getpath($p)))'],
    ['have_literal_numbers', [], 'true'], ['abs', [], 'if . < 0 then -. else . end'], ['toarray', [], 'if type == "array" then . else [.] end'],
  ['skip', ['$n', 'f'], 'foreach f as $x ($n; . - 1; select(. < 0) | $x)'],
];

const numeric = (value: Json, name: string): number => { if (typeof value !== 'number') throw new JqError(`${shown(value)} number required`); void name; return value; };
const string = (value: Json, name: string): string => { if (typeof value !== 'string') throw new JqError(`${name}() input must be a string`); return value; };
const math = (work: (value: number) => number): Builtin => input => work(numeric(input, 'math'));

function length(value: Json): Json {
  if (value === null) return 0;
  if (typeof value === 'string') return [...value].length;
  if (typeof value === 'number') return Math.abs(value);
  if (typeof value === 'boolean') throw new JqError(`${shown(value)} has no length`);
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

function contains(a: Json, b: Json): boolean {
  if (typeName(a) !== typeName(b)) throw new JqError(`${shown(a)} and ${shown(b)} cannot have their containment checked`);
  if (typeof a === 'string') return a.includes(b as string);
  if (Array.isArray(a)) return (b as Json[]).every(item => a.some(other => typeName(other) === typeName(item) && contains(other, item)));
  if (a !== null && typeof a === 'object') return Object.entries(b as { [key: string]: Json }).every(([key, item]) => Object.hasOwn(a, key)
    && typeName((a as { [key: string]: Json })[key]!) === typeName(item) && contains((a as { [key: string]: Json })[key]!, item));
  return compare(a, b) === 0;
}

function flatten(value: Json[], depth: number): Json[] {
  if (depth < 0) throw new JqError('flatten depth must not be negative');
  return value.flatMap(item => Array.isArray(item) ? (depth === 0 ? [item] : depth === 1 ? item : flatten(item, depth - 1)) : [item]);
}

function tonumber(value: Json): Json {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
  throw new JqError(typeof value === 'string' ? `${shown(value)} cannot be parsed as a number` : `${shown(value)} cannot be parsed as a number`);
}

function regexFor(pattern: Json, flags: string): { readonly regex: Regex; readonly names: readonly (string | undefined)[] } {
  if (typeof pattern !== 'string') throw new JqError(`${shown(pattern)} cannot be matched, as it is not a string`);
  const names: (string | undefined)[] = [];
  const plain = pattern.replace(/\\.|\(\?<([A-Za-z_][A-Za-z0-9_]*)>|\((?!\?)/g, (whole, name: string | undefined) => { if (whole.startsWith('\\')) return whole; names.push(name); return '('; });
  try {
    return { regex: compileRegex(plain, 'perl', flags.includes('i')), names };
  } catch (error) {
    if (error instanceof RegexError) throw new JqError(`${pattern} (at offset 0) is not a valid regex: ${error.message}`);
    throw error;
  }
}

function match(input: Json, [given = null, flagsGiven = '']: readonly Json[]): Json {
  const [pattern, inner] = Array.isArray(given) ? [given[0] ?? null, given[1] ?? ''] : [given, ''];
  const flags = `${typeof flagsGiven === 'string' ? flagsGiven : ''}${String(inner)}`;
  if (typeof input !== 'string') throw new JqError(`${shown(input)} cannot be matched, as it is not a string`);
  const { regex, names } = regexFor(pattern, flags);
  const found: Json[] = [];
  for (let at = 0; at <= input.length;) {
    const hit = regex.exec(input, at);
    if (hit === undefined) break;
    found.push(matchObject(hit, names));
    at = hit.end > hit.start ? hit.end : hit.end + 1;
    if (!flags.includes('g')) break;
  }
  return found;
}

function matchObject(hit: Match, names: readonly (string | undefined)[]): Json {
  return {
    offset: hit.start, length: hit.end - hit.start, string: hit.groups[0] ?? '',
    captures: hit.groups.slice(1).map((text, index) => ({ offset: text === undefined ? -1 : hit.start + hit.groups[0]!.indexOf(text), length: text?.length ?? 0,
      string: text ?? null, name: names[index] ?? null })),
  };
}

function splitRegex(input: Json, [pattern = null, flags = '']: readonly Json[]): Json {
  const text = string(input, 'split');
  const parts: string[] = [];
  let at = 0;
  for (const hit of match(text, [pattern, `g${String(flags ?? '')}`]) as { offset: number; length: number }[]) { parts.push(text.slice(at, hit.offset)); at = hit.offset + hit.length; }
  return [...parts, text.slice(at)];
}

function indices(input: Json, wanted: Json): Json {
  if (input === null) return null;
  if (typeof input === 'string' && typeof wanted === 'string') {
    const out: number[] = [];
    if (wanted === '') return null;
    for (let at = input.indexOf(wanted); at >= 0; at = input.indexOf(wanted, at + 1)) out.push([...input.slice(0, at)].length);
    return out;
  }
  const list = asArray(input);
  if (Array.isArray(wanted)) return wanted.length === 0 ? null
    : list.flatMap((_, index) => wanted.every((item, offset) => list[index + offset] !== undefined && compare(list[index + offset]!, item) === 0) ? [index] : []);
  return list.flatMap((item, index) => compare(item, wanted) === 0 ? [index] : []);
}

type Pair = readonly [Json, Json];
const byKey = (a: Pair, b: Pair): number => compare(a[0], b[0]);
const pairs = (input: Json): Pair[] => (input as unknown as Pair[]);

function groupPairs(input: Json): Json {
  const groups: Json[][] = [];
  let last: Json | undefined;
  for (const [key, value] of [...pairs(input)].sort(byKey)) {
    if (last !== undefined && compare(last, key) === 0) groups[groups.length - 1]!.push(value);
    else groups.push([value]);
    last = key;
  }
  return groups;
}

function brokenDown(ms: number): Json {
  const date = new Date(ms);
  return [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(),
    date.getUTCSeconds() + date.getUTCMilliseconds() / 1000, date.getUTCDay(), Math.floor((ms - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000)];
}

function millis(value: Json): number {
  if (typeof value === 'number') return value * 1000;
  if (Array.isArray(value)) { const [year, month, day, hour, minute, second] = value as number[]; return Date.UTC(year!, month, day, hour, minute, second); }
  throw new JqError('strftime/1 requires parsed datetime inputs');
}

export const BUILTINS: Readonly<Record<string, Builtin>> = {
  'length/0': length, 'utf8bytelength/0': input => new TextEncoder().encode(string(input, 'utf8bytelength')).length,
    'not/0': input => input === null || input === false, 'type/0': input => typeName(input),
  'keys/0': input => Array.isArray(input) ? input.map((_, index) => index) : Object.keys(asObject(input)).sort(),
    'keys_unsorted/0': input => Array.isArray(input) ? input.map((_, index) => index) : Object.keys(asObject(input)),
  'has/1': (input, [key = null]) => { if (Array.isArray(input) && typeof key === 'number') return key >= 0 && key < input.length;
    if (typeName(input) === 'object' && typeof key === 'string') return Object.hasOwn(input as object, key);
    throw new JqError(`Cannot check whether ${typeName(input)} has a ${typeof key === 'string' ? 'string' : typeName(key)} key`); },
  'contains/1': (input, [other = null]) => contains(input, other), 'add/0': input => asArray(input).reduce<Json>((sum, item) => add(sum, item), null),
    'any/0': input => asArray(input).some(item => item !== null && item !== false), 'all/0': input => asArray(input).every(item => item !== null && item !== false),
  'first/0': input => asArray(input)[0] ?? null, 'last/0': input => asArray(input).slice(-1)[0] ?? null,
    'reverse/0': input => typeof input === 'string' ? [...input].reverse().join('') : input === null ? [] : [...asArray(input)].reverse(),
  'sort/0': input => { if (!Array.isArray(input)) throw new JqError(`${shown(input)} cannot be sorted, as it is not an array`); return [...input].sort(compare); },
    'unique/0': input => [...asArray(input)].sort(compare).filter((item, index, list) => index === 0 || compare(list[index - 1]!, item) !== 0),
  '__sort_pairs/0': input => [...pairs(input)].sort(byKey).map(([, value]) => value), '__group_pairs/0': groupPairs,
    '__min_pair/0': input => [...pairs(input)].sort(byKey)[0]?.[1] ?? null,
    '__max_pair/0': input => pairs(input).reduce<Pair | undefined>((best, pair) => best === undefined || byKey(pair, best) >= 0 ? pair : best, undefined)?.[1] ?? null,
  'min/0': input => asArray(input).reduce<Json | undefined>((best, item) => best === undefined || compare(item, best) < 0 ? item : best, undefined) ?? null,
    'max/0': input => asArray(input).reduce<Json | undefined>((best, item) => best === undefined || compare(item, best) >= 0 ? item : best, undefined) ?? null,
  'flatten/0': input => flatten(asArray(input), 1e9), 'flatten/1': (input, [depth = 1]) => flatten(asArray(input), Number(depth)), 'floor/0': math(Math.floor),
    'ceil/0': math(Math.ceil), 'round/0': math(Math.round), 'fabs/0': math(Math.abs), 'sqrt/0': math(Math.sqrt), 'exp/0': math(Math.exp), 'log/0': math(Math.log),
    'log2/0': math(Math.log2), 'log10/0': math(Math.log10), 'trunc/0': math(Math.trunc),
  'pow/2': (_, [base = 0, exponent = 0]) => Number(base) ** Number(exponent), 'infinite/0': () => Infinity, 'nan/0': () => NaN,
    'isnan/0': input => Number.isNaN(input), 'isinfinite/0': input => typeof input === 'number' && !Number.isFinite(input) && !Number.isNaN(input),
    'isnormal/0': input => typeof input === 'number' && Number.isFinite(input) && input !== 0,
  'tostring/0': input => typeof input === 'string' ? input : toText(input), 'tonumber/0': tonumber, 'tojson/0': input => toText(input),
    'fromjson/0': input => { const values = parseJsonTexts(string(input, 'fromjson'));
    if ('error' in values) throw new JqError(`${String(input)} (while parsing '${String(input)}')`); return values.values[0] ?? null; },
  '__lower/0': input => string(input, 'ascii_downcase').replace(/[A-Z]/g, char => char.toLowerCase()),
    '__upper/0': input => string(input, 'ascii_upcase').replace(/[a-z]/g, char => char.toUpperCase()),
  'startswith/1': (input, [text = null]) => { if (typeof input !== 'string' || typeof text !== 'string') throw new JqError('startswith() requires string inputs');
    return input.startsWith(text); }, 'endswith/1': (input, [text = null]) => {
    if (typeof input !== 'string' || typeof text !== 'string') throw new JqError('endswith() requires string inputs'); return input.endsWith(text); },
  'ltrimstr/1': (input, [text = null]) => typeof input === 'string' && typeof text === 'string' && input.startsWith(text) ? input.slice(text.length) : input,
    'rtrimstr/1': (input, [text = null]) => typeof input === 'string' && typeof text === 'string' && text !== '' && input.endsWith(text)
    ? input.slice(0, -text.length) : input, 'trimstr/1': (input, [text = null]) => typeof input === 'string' && typeof text === 'string' ? input.replace(text, '') : input,
  'trim/0': input => string(input, 'trim').trim(), 'ltrim/0': input => string(input, 'trim').trimStart(), 'rtrim/0': input => string(input, 'trim').trimEnd(),
    'explode/0': input => [...string(input, 'explode')].map(char => char.codePointAt(0)!), 'implode/0': input => asArray(input).map(code => String.fromCodePoint(Number(code))).join(''),
  'split/1': (input, [separator = null]) => { if (typeof input !== 'string'
    || typeof separator !== 'string') throw new JqError('split input and separator must be strings');
    return input === '' ? [] : separator === '' ? [...input] : input.split(separator); }, 'split/2': splitRegex, '__match/2': match,
    'indices/1': (input, [wanted = null]) => indices(input, wanted),
  'from_entries/0': input => Object.fromEntries(asArray(input).map(entry => { const fields = entry as { [key: string]: Json };
    const key = fields['key'] ?? fields['k'] ?? fields['name'] ?? fields['Name'] ?? fields['Key'] ?? fields['K'] ?? null;
    return [typeof key === 'string' ? key : toText(key), fields['value'] ?? fields['v'] ?? fields['Value'] ?? fields['V'] ?? null]; })),
  'getpath/1': (input, [path = []]) => getPath(input, path as Json[], true),
    'setpath/2': (input, [path = [], value = null]) => setPath(input, path as Json[], value),
    'delpaths/1': (input, [list = []]) => deletePaths(input, list as Json[][]),
    'transpose/0': input => { const rows = asArray(input) as Json[][]; const width = Math.max(0, ...rows.map(row => row.length));
    return Array.from({ length: width }, (_, index) => rows.map(row => row[index] ?? null)); },
  'strftime/1': (input, [text = '']) => formatDate(millis(input), String(text)), 'strflocaltime/1': (input, [text = '']) => formatDate(millis(input), String(text)),
    'mktime/0': input => Math.floor(millis(input) / 1000), 'gmtime/0': input => brokenDown(Number(input) * 1000), 'localtime/0': input => brokenDown(Number(input) * 1000),
  'fromdateiso8601/0': input => { const ms = parseTime(string(input, 'fromdateiso8601'));
    if (Number.isNaN(ms)) throw new JqError(`date "${String(input)}" does not match format "%Y-%m-%dT%H:%M:%SZ"`); return Math.floor(ms / 1000); },
    'todateiso8601/0': input => formatDate(Number(input) * 1000, '%Y-%m-%dT%H:%M:%SZ'), 'strptime/1': input => brokenDown(parseTime(string(input, 'strptime'))),
    'date/0': input => formatDate(Number(input) * 1000, '%Y-%m-%dT%H:%M:%SZ'),
  'format/1': (input, [name = '']) => format(`@${String(name)}`, input), 'splits/2': splitRegex, 'builtins/0': () => Object.keys(BUILTINS),
    'significand/0': math(value => value === 0 ? 0 : value / 2 ** Math.floor(Math.log2(Math.abs(value)))),
  'bsearch/1': (input, [wanted = null]) => { const list = asArray(input); const at = list.findIndex(item => compare(item, wanted) >= 0);
    return at >= 0 && compare(list[at]!, wanted) === 0 ? at : -1 - (at < 0 ? list.length : at); },
};
