/** The words of a kustomize command line: arguments and flags, as cobra reads them. */
import { CommandError } from './errors.ts';

export type Words = {
  readonly args: readonly string[];
  readonly flag: (name: string) => string | undefined;
  readonly all: (name: string) => readonly string[];
};

/** Flags of one command: those that take a value and those that stand alone, with their short forms. */
export interface FlagNames {
  readonly valued: readonly string[];
  readonly alone: readonly string[];
  readonly short?: Readonly<Record<string, string>>;
}

export function wordsOf(argv: readonly string[], names: FlagNames): Words {
  const args: string[] = [];
  const flags: [string, string][] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (!word.startsWith('-') || word === '-') {
      args.push(word);
      continue;
    }
    const [, dashes = '', written = '', inline] = /^(--?)([^=]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
    const name = dashes === '-' ? (names.short?.[written] ?? '') : written;
    if (names.alone.includes(name)) flags.push([name, inline ?? 'true']);
    else if (names.valued.includes(name)) {
      const value = inline ?? argv[(index += 1)];
      if (value === undefined) throw new CommandError(`flag needs an argument: ${word}`);
      flags.push([name, value]);
    } else
      throw new CommandError(dashes === '--' ? `unknown flag: --${written}` : `unknown shorthand flag: '${written[0] ?? ''}' in ${word}`);
  }
  const all = (name: string): readonly string[] => flags.filter(([key]) => key === name).map(([, value]) => value);
  return { args, all, flag: (name) => all(name).at(-1) };
}

export const split = (text: string | undefined): readonly string[] =>
  text === undefined ? [] : text.split(',').filter((part) => part !== '');
