/** The flags of a command, parsed as cobra and pflag do, with their exact complaints.
 *  Upstream: github.com/spf13/pflag/flag.go */
import { CommandError } from './errors.ts';
import { FLAG_TABLE, GLOBAL_FLAGS } from './flag-table.ts';
import { parseDuration } from './duration.ts';

export type FlagType = 'b' | 's' | 'i' | 'd' | 'l' | 'a' | 't';

export interface FlagSpec {
  readonly name: string;
  readonly short?: string;
  readonly type: FlagType;
  readonly initial: string;
  /** Only the flags of `kubectl options`. */
  readonly global: boolean;
}

const WITHOUT_VALUE: Readonly<Record<string, string>> = { 'dry-run': 'unchanged', validate: 'strict', cascade: 'background' };

/** The flags of one command, own ones first, without the global ones. */
export function flagsOf(path: string): readonly FlagSpec[] {
  return parseTokens(FLAG_TABLE[path] ?? '', false);
}
export const globalFlags = (): readonly FlagSpec[] => parseTokens(GLOBAL_FLAGS, true);

function parseTokens(tokens: string, global: boolean): FlagSpec[] {
  return tokens
    .split(' ')
    .filter((t) => t !== '')
    .map((token) => {
      const equals = token.indexOf('=');
      const [names = '', type = 's'] = token.slice(0, equals).split(':');
      const [name = '', short] = names.split(',');
      return { name, short, type: type as FlagType, initial: token.slice(equals + 1), global };
    });
}

/** Values by flag name; asking for a flag that the command does not have gives its zero value. */
export interface Flags {
  readonly args: readonly string[];
  /** How many of `args` stood before `--`; -1 without one. */
  readonly dash: number;
  changed(name: string): boolean;
  /** Flags and their values in the order in which they were first given. */
  readonly given: readonly (readonly [string, string])[];
  str(name: string): string;
  bool(name: string): boolean;
  int(name: string): number;
  list(name: string): readonly string[];
  durationMs(name: string): number;
}

/** Parses the words after the command's own name. Throws CommandError with kubectl's text. */
export function parseFlags(path: string, words: readonly string[]): Flags {
  const specs = [...flagsOf(path), ...globalFlags()];
  const byName = new Map<string, FlagSpec>();
  const byShort = new Map<string, FlagSpec>();
  for (const spec of specs) {
    if (!byName.has(spec.name)) byName.set(spec.name, spec);
    if (spec.short !== undefined && !byShort.has(spec.short)) byShort.set(spec.short, spec);
  }
  const help: FlagSpec = { name: 'help', short: 'h', type: 'b', initial: 'false', global: false };
  byName.set('help', help);
  if (!byShort.has('h')) byShort.set('h', help);
  const values = new Map<string, string[]>();
  const args: string[] = [];
  let dash = -1;
  const fail = (message: string): CommandError => new CommandError(`${message}\nSee 'kubectl${path && ` ${path}`} --help' for usage.`);
  const set = (spec: FlagSpec, value: string): void => {
    const problem = flagProblem(spec, value);
    if (problem !== undefined) throw fail(problem);
    const more = spec.type === 'l' ? splitComma(value) : [value];
    if (spec.type === 'l' || spec.type === 'a') values.set(spec.name, [...(values.get(spec.name) ?? []), ...more]);
    else values.set(spec.name, [value]);
  };
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i]!;
    if (word === '--') {
      dash = args.length;
      args.push(...words.slice(i + 1));
      break;
    }
    if (word.startsWith('--')) {
      if (word.length === 2 || word[2] === '-' || word[2] === '=') throw fail(`bad flag syntax: ${word}`);
      const equals = word.indexOf('=');
      const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
      const spec = byName.get(name);
      if (spec === undefined) throw fail(`unknown flag: --${name}`);
      if (equals >= 0) set(spec, word.slice(equals + 1));
      else if (spec.type === 'b') set(spec, 'true');
      else if (spec.type === 't') set(spec, WITHOUT_VALUE[name] ?? '');
      else if (i + 1 < words.length) set(spec, words[(i += 1)]!);
      else throw fail(`flag needs an argument: --${name}`);
    } else if (word.startsWith('-') && word.length > 1) {
      i = shorthands(word, words, i, byShort, set, fail);
    } else {
      args.push(word);
    }
  }
  return flagValues(byName, values, args, dash);
}

type Fail = (message: string) => CommandError;

function shorthands(
  word: string,
  words: readonly string[],
  at: number,
  byShort: ReadonlyMap<string, FlagSpec>,
  set: (spec: FlagSpec, value: string) => void,
  fail: Fail,
): number {
  let rest = word.slice(1);
  while (rest !== '') {
    const letter = rest[0]!;
    const spec = byShort.get(letter);
    if (spec === undefined) throw fail(`unknown shorthand flag: '${letter}' in -${rest}`);
    if (rest.length > 2 && rest[1] === '=') {
      set(spec, rest.slice(2));
      return at;
    }
    if (spec.type === 'b') {
      set(spec, 'true');
      rest = rest.slice(1);
    } else if (rest.length > 1) {
      set(spec, rest.slice(1));
      return at;
    } else if (at + 1 < words.length) {
      set(spec, words[at + 1]!);
      return at + 1;
    } else {
      throw fail(`flag needs an argument: '${letter}' in -${rest}`);
    }
  }
  return at;
}

function flagValues(
  byName: ReadonlyMap<string, FlagSpec>,
  values: ReadonlyMap<string, string[]>,
  args: readonly string[],
  dash: number,
): Flags {
  const text = (name: string): string => values.get(name)?.[0] ?? byName.get(name)?.initial ?? '';
  return {
    args,
    dash,
    changed: (name) => values.has(name),
    given: [...values].map(([name, given]) => [name, given.join(',')] as const),
    str: text,
    bool: (name) => ['true', 't', '1', 'TRUE', 'True', 'T'].includes(text(name)),
    int: (name) => Number(text(name) || '0'),
    list: (name) => values.get(name) ?? (byName.get(name)?.initial ? byName.get(name)!.initial.split(',') : []),
    durationMs: (name) => parseDuration(text(name) || '0s') ?? 0,
  };
}

const BOOLS = ['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False'];

/** pflag's complaint about a value; undefined where the flag takes it. */
export function flagProblem(spec: FlagSpec, value: string): string | undefined {
  const problem = check(spec, value);
  if (problem === undefined) return undefined;
  const shown = spec.short === undefined ? `--${spec.name}` : `-${spec.short}, --${spec.name}`;
  return `invalid argument ${JSON.stringify(value)} for "${shown}" flag: ${problem}`;
}

function check(spec: FlagSpec, value: string): string | undefined {
  if (spec.type === 'b' && !BOOLS.includes(value)) return `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`;
  if (spec.type === 'i') {
    if (!/^[+-]?\d+$/.test(value)) return `strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`;
    if (Math.abs(Number(value)) > 9e18) return `strconv.ParseInt: parsing ${JSON.stringify(value)}: value out of range`;
  }
  if (spec.type === 'd' && parseDuration(value) === undefined) {
    const bare = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(value);
    return bare ? `time: missing unit in duration ${JSON.stringify(value)}` : `time: invalid duration ${JSON.stringify(value)}`;
  }
  return undefined;
}

/** Splits as a line of CSV: commas inside double quotes are kept. */
function splitComma(value: string): string[] {
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  for (const c of value) {
    if (c === '"') quoted = !quoted;
    else if (c === ',' && !quoted) {
      parts.push(part);
      part = '';
    } else part += c;
  }
  return value === '' ? [] : [...parts, part];
}
