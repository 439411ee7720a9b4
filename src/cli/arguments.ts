/** Flags of the command line: `--name value`, `--name=value`, `--name` for switches; errors say what to do. */

export interface FlagSpec { readonly name: string; readonly kind: 'text' | 'number' | 'switch'; readonly help: string; readonly value?: string }

export interface Parsed {
  readonly positional: readonly string[];
  readonly text: (name: string) => string | undefined;
  /** Each value of a flag that was given several times. */
  readonly all: (name: string) => readonly string[];
  readonly number: (name: string) => number | undefined;
  readonly on: (name: string) => boolean;
}

/** A mistake in the call: its message goes to stderr, and the exit code is 2. */
export class UsageError extends Error {}

export function parseArguments(argv: readonly string[], flags: readonly FlagSpec[]): Parsed {
  const values = new Map<string, string>();
  const given: { readonly name: string; readonly value: string }[] = [];
  const positional: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (!word.startsWith('--') || word === '--') {
      if (word !== '--') positional.push(word);
      continue;
    }
    const [name = '', inlineValue] = word.slice(2).split(/=(.*)/s);
    const flag = flags.find((one) => one.name === name);
    if (!flag) throw new UsageError(`unknown flag --${name}; there are: ${flags.map((one) => `--${one.name}`).join(' ')}`);
    if (flag.kind === 'switch') {
      if (inlineValue !== undefined && inlineValue !== 'true' && inlineValue !== 'false') throw new UsageError(`--${name} is a switch and takes no value`);
      values.set(name, inlineValue ?? 'true');
      continue;
    }
    const value = inlineValue ?? argv[index + 1];
    if (value === undefined) throw new UsageError(`--${name} needs a value: --${name} ${flag.value ?? flag.kind.toUpperCase()}`);
    if (inlineValue === undefined) index += 1;
    if (flag.kind === 'number' && !Number.isFinite(Number(value))) throw new UsageError(`--${name} needs a number, not "${value}"`);
    values.set(name, value);
    given.push({ name, value });
  }
  return {
    positional,
    text: (name) => values.get(name),
    all: (name) => given.filter((one) => one.name === name).map(({ value }) => value),
    number: (name) => (values.has(name) ? Number(values.get(name)) : undefined),
    on: (name) => values.get(name) === 'true',
  };
}

/** One line a flag, aligned. */
export function describeFlags(flags: readonly FlagSpec[]): string {
  const heads = flags.map((flag) => `--${flag.name}${flag.kind === 'switch' ? '' : ` ${flag.value ?? flag.kind.toUpperCase()}`}`);
  const width = Math.max(0, ...heads.map((head) => head.length));
  return flags.map((flag, index) => `  ${(heads[index] ?? '').padEnd(width)}  ${flag.help}`).join('\n');
}
