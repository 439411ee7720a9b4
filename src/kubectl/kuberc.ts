/** The learner's preferences, ~/.kube/kuberc: aliases of commands and other defaults of flags. Alpha in 1.33: read only
 *  where KUBECTL_KUBERC=true is exported. Upstream: staging/src/k8s.io/kubectl/pkg/kuberc/kuberc.go, KEP-3104 */
import { fromUtf8 } from '../base/bytes.ts';
import type { FileSystem } from '../cri/files.ts';
import type { Command } from './command.ts';
import { CommandError, errorText } from './errors.ts';
import { type Found, findCommand } from './find-command.ts';
import { type FlagSpec, flagProblem, flagsOf, globalFlags } from './flags.ts';
import { list, str } from './obj.ts';
import { resolvePath } from './paths.ts';
import { parseYaml } from './yaml.ts';

export interface Place {
  readonly files: FileSystem;
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
}

/** A command line with the preferences in it. */
export interface Preferred {
  readonly argv: readonly string[];
  /** The alias that was typed, for texts that name the command. */
  readonly alias?: { readonly name: string; readonly command: string };
  /** To be told on stderr, as it stands: some of it has no newline, as upstream. */
  readonly warnings: string;
}

interface Preset {
  readonly name: string;
  readonly default: string;
}
interface Override {
  readonly command: string;
  readonly flags: readonly Preset[];
}
interface Alias extends Override {
  readonly name: string;
  readonly prependArgs: readonly string[];
  readonly appendArgs: readonly string[];
}
interface Preference {
  readonly overrides: readonly Override[];
  readonly aliases: readonly Alias[];
}

const FLAG = '--kuberc';
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  '': ['apiVersion', 'kind', 'overrides', 'aliases'],
  overrides: ['command', 'flags'],
  aliases: ['name', 'command', 'prependArgs', 'appendArgs', 'flags'],
  flags: ['name', 'default'],
};

/** kubectl answers with this text and exit code 1. */
const failed = (text: string): CommandError => new CommandError(`error occurred while applying preferences ${text}`, 1, true);

/** Without the feature the line stays as it is. Throws CommandError where the file that was asked for cannot be used. */
export function withPreferences(commands: readonly Command[], argv: readonly string[], place: Place): Preferred {
  if (place.env.get('KUBECTL_KUBERC')?.toLowerCase() !== 'true') return { argv, warnings: '' };
  const { words, file } = explicitFile(argv);
  const { preference, warnings } = readPreference(place, file);
  if (preference === undefined) return { argv: words, warnings };
  check(preference);
  const aliased = applyAlias(commands, preference, words);
  const overridden = aliased.alias === undefined ? applyOverrides(commands, preference, words) : { argv: aliased.argv, warnings: '' };
  return { ...aliased, argv: overridden.argv, warnings: warnings + aliased.warnings + overridden.warnings };
}

/** Whether the word is a command by these preferences: an alias goes before a plugin. */
export function isAlias(commands: readonly Command[], argv: readonly string[], place: Place): boolean {
  try {
    return withPreferences(commands, argv, place).alias !== undefined;
  } catch (error) {
    if (error instanceof CommandError) return true;
    throw error;
  }
}

function explicitFile(argv: readonly string[]): { readonly words: readonly string[]; readonly file: string } {
  for (const [index, word] of argv.entries()) {
    if (word === '--') break;
    if (word !== FLAG && !word.startsWith(`${FLAG}=`)) continue;
    const file = word === FLAG ? argv[index + 1] : word.slice(FLAG.length + 1);
    if (file === undefined || file === '') throw failed('kuberc file is not found');
    return { words: argv.toSpliced(index, word === FLAG ? 2 : 1), file };
  }
  return { words: argv, file: '' };
}

/** A file that somebody named must be good; the usual one may be missing, and one that cannot be used is only told. */
function readPreference(place: Place, explicit: string): { readonly preference?: Preference; readonly warnings: string } {
  if (place.env.get('KUBERC') === 'off') {
    if (explicit !== '') throw failed('kuberc error disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive');
    return { warnings: '' };
  }
  const shown = explicit || `${place.env.get('HOME') ?? '/root'}/.kube/kuberc`;
  const path = resolvePath(place.cwd, shown);
  if (!place.files.exists(path)) {
    if (explicit !== '') throw failed(`kuberc error kuberc: open ${shown}: no such file or directory`);
    return { warnings: '' };
  }
  try {
    return { preference: decode(fromUtf8(place.files.readFile(path)), shown), warnings: '' };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (explicit !== '') throw failed(`kuberc error kuberc: ${errorText(error)}`);
    return { warnings: `kuberc: no preferences loaded from ${shown}: ${errorText(error)}` };
  }
}

function decode(text: string, path: string): Preference {
  const none = new CommandError(`no valid preferences found in ${path}, use --v=5 to see details`);
  let documents: readonly unknown[];
  try {
    documents = parseYaml(text, path);
  } catch (error) {
    throw error instanceof CommandError ? none : error;
  }
  const raw = documents.find((each) => str(each, 'apiVersion') === 'kubectl.config.k8s.io/v1alpha1' && str(each, 'kind') === 'Preference');
  if (raw === undefined) throw none;
  const unknown = unknownFields(raw, '', '');
  if (unknown.length > 0)
    throw new CommandError(`strict decoding error: ${unknown.map((path) => `unknown field ${JSON.stringify(path)}`).join(', ')}`);
  const presets = (entry: unknown): readonly Preset[] =>
    list(entry, 'flags').map((flag) => ({ name: str(flag, 'name'), default: str(flag, 'default') }));
  const override = (entry: unknown): Override => ({ command: str(entry, 'command'), flags: presets(entry) });
  const texts = (entry: unknown, field: string): readonly string[] => list(entry, field).map(String);
  return {
    overrides: list(raw, 'overrides').map(override),
    aliases: list(raw, 'aliases').map((entry) => ({
      ...override(entry),
      name: str(entry, 'name'),
      prependArgs: texts(entry, 'prependArgs'),
      appendArgs: texts(entry, 'appendArgs'),
    })),
  };
}

function unknownFields(value: unknown, kind: string, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, inner]) => {
    const at = path === '' ? field : `${path}.${field}`;
    if (!FIELDS[kind]?.includes(field)) return [at];
    return Object.hasOwn(FIELDS, field) && Array.isArray(inner)
      ? inner.flatMap((item, index) => unknownFields(item, field, `${at}[${index}]`))
      : [];
  });
}

function check({ overrides, aliases }: Preference): void {
  const dashed = [...aliases, ...overrides].flatMap(({ flags }) => flags).find(({ name }) => name.startsWith('-'));
  if (dashed !== undefined) throw failed(`flag name ${dashed.name} should be in long form without dashes`);
  const names = new Set<string>();
  for (const { name } of aliases) {
    if (!/^[a-zA-Z]+$/.test(name)) throw failed('invalid alias name, can only include alphabetical characters');
    if (names.has(name)) throw failed(`duplicate alias name ${name}`);
    names.add(name);
  }
}

/** Where a command of these words is; undefined where cobra finds none. */
function lookUp(commands: readonly Command[], words: readonly string[]): Found | undefined {
  try {
    return findCommand(commands, words);
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

const wordsOf = (command: string): readonly string[] => command.split(' ').filter((word) => word !== '');

function applyAlias(commands: readonly Command[], { aliases }: Preference, argv: readonly string[]): Preferred {
  if (lookUp(commands, argv) !== undefined) return { argv, warnings: '' };
  const at = argv.findIndex((word) => !word.startsWith('-'));
  const alias = aliases.find(({ name }) => name === argv[at]);
  if (alias === undefined) return { argv, warnings: '' };
  if (lookUp(commands, [alias.name]) !== undefined)
    return { argv, warnings: `Warning: Setting alias ${JSON.stringify(alias.name)} to a built-in command is not supported\n` };
  const command = wordsOf(alias.command);
  const found = lookUp(commands, command)?.command;
  if (found === undefined)
    throw failed(`command ${JSON.stringify(alias.command)} not found to set alias ${JSON.stringify(alias.name)}: [${command.join(' ')}]`);
  const presets = presetWords(found.name, alias.flags, argv, {
    unknown: (name) => `invalid alias flag ${name} in alias kubectl`,
    bad: ({ name, default: value }, problem) => `could not apply value ${value} to flag ${name} in alias kubectl err: ${problem}`,
  });
  const words = [...command, ...presets, ...argv.slice(0, at), ...alias.prependArgs, ...argv.slice(at + 1), ...alias.appendArgs];
  return { argv: words, alias: { name: alias.name, command: found.name }, warnings: '' };
}

/** Upstream compares the last word of a command only, so an override of "create role" is one of "set role" too. */
function applyOverrides(
  commands: readonly Command[],
  { overrides }: Preference,
  argv: readonly string[],
): { readonly argv: readonly string[]; readonly warnings: string } {
  const found = lookUp(commands, argv);
  let warnings = '';
  const presets: string[] = [];
  if (found?.command === undefined) return { argv, warnings };
  for (const { command, flags } of overrides) {
    const meant = lookUp(commands, wordsOf(command))?.command;
    if (meant === undefined) warnings += `Warning: command ${JSON.stringify(command)} not found to set kuberc override\n`;
    if (meant === undefined || lastWord(meant.name) !== lastWord(found.command.name)) continue;
    const texts: Texts = {
      unknown: (name) => `invalid flag ${name} for command ${command}`,
      bad: ({ name, default: value }, problem) =>
        `could not apply override value ${value} to flag ${name} in command ${command} err: ${problem}`,
    };
    presets.push(...presetWords(found.command.name, flags, argv, texts));
  }
  // After the command's words; what was typed stands behind it.
  return { argv: presets.length === 0 ? argv : [...found.command.name.split(' '), ...presets, ...found.words], warnings };
}

const lastWord = (name: string): string => name.slice(name.lastIndexOf(' ') + 1);

interface Texts {
  readonly unknown: (name: string) => string;
  readonly bad: (preset: Preset, problem: string) => string;
}

function presetWords(command: string, presets: readonly Preset[], argv: readonly string[], texts: Texts): readonly string[] {
  const specs = [...flagsOf(command), ...globalFlags()];
  return presets.flatMap((preset) => {
    const spec = specs.find(({ name }) => name === preset.name);
    if (spec === undefined) throw failed(texts.unknown(preset.name));

    if (isGiven(spec, argv)) return [];
    const problem = flagProblem(spec, preset.default);
    if (problem !== undefined) throw failed(texts.bad(preset, problem));
    return [`--${spec.name}=${preset.default}`];
  });
}

/** Upstream: searchInArgs. Shorthands of one letter in a row ("-Aw") count; so does any word that has the letter. */
function isGiven({ name, short }: FlagSpec, argv: readonly string[]): boolean {
  return argv.some(
    (word) =>
      word === `--${name}` ||
      word.startsWith(`--${name}=`) ||
      (short !== undefined && (word.startsWith(`-${short}`) || (/^-[a-zA-Z]+$/.test(word) && word.includes(short)))),
  );
}
