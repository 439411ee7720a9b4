/** What a Unix tool is here, and what they all need: options, files as input, error texts of GNU and of BusyBox. */
import { FileError } from '../cri/files.ts';
import { absolute, openInput } from '../cri/open.ts';
import type { InputStream, Process } from '../cri/process.ts';
import { createLineReader } from '../cri/streams.ts';

/** Whose words a tool speaks. */
export type Flavour = 'gnu' | 'busybox';
export type Tool = (process: Process, flavour: Flavour) => Promise<number>;

export interface Options {
  /** Letters given, in order, with their values: "n" and "-n 3". Long options by their name. */
  readonly flags: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
  has(...names: string[]): boolean;
  get(...names: string[]): string | undefined;
}

export interface OptionSpec {
  /** As for getopt: "abn:" - n takes a value. */
  readonly short: string;
  /** Long options; "=" at the end: takes a value. The value after the colon is the letter it stands for: "lines=:n". */
  readonly long?: readonly string[];
  /** Options end at the first operand (env, timeout, xargs ...). */
  readonly stopAtOperand?: boolean;
  /** "-5" and "+5" are operands' business: head -5. */
  readonly numbers?: boolean;
}

export type Parsed = { readonly options: Options } | { readonly error: string };

export function parseOptions(argv: readonly string[], spec: OptionSpec): Parsed {
  const flags = new Map<string, string>();
  const rest: string[] = [];
  const long = new Map((spec.long ?? []).map(entry => {
    const [name = '', letter] = entry.split(':');
    return [name.replace(/=$/, ''), { value: name.endsWith('='), letter: letter ?? name.replace(/=$/, '') }] as const;
  }));
  for (let at = 1; at < argv.length; at += 1) {
    const arg = argv[at]!;
    if (arg === '--') { rest.push(...argv.slice(at + 1)); break; }
    if (!arg.startsWith('-') || arg === '-' || (spec.numbers === true && /^-[0-9]+$/.test(arg))) {
      if (spec.stopAtOperand === true) { rest.push(...argv.slice(at)); break; }
      rest.push(arg);
      continue;
    }
    if (arg.startsWith('--')) {
      const [name = '', ...value] = arg.slice(2).split('=');
      const known = long.get(name) ?? [...long].find(([other]) => name !== '' && other.startsWith(name))?.[1];
      if (known === undefined) return { error: `unrecognized option '--${name}'` };
      if (known.value) {
        const text = value.length > 0 ? value.join('=') : argv[at += 1];
        if (text === undefined) return { error: `option '--${name}' requires an argument` };
        flags.set(known.letter, text);
      } else flags.set(known.letter, value.join('='));
      continue;
    }
    for (let i = 1; i < arg.length; i += 1) {
      const letter = arg[i]!;
      const place = spec.short.indexOf(letter);
      if (place < 0 || letter === ':') return { error: `invalid option -- '${letter}'` };
      if (spec.short[place + 1] !== ':') { flags.set(letter, ''); continue; }
      const text = i + 1 < arg.length ? arg.slice(i + 1) : argv[at += 1];
      if (text === undefined) return { error: `option requires an argument -- '${letter}'` };
      flags.set(letter, text);
      break;
    }
  }
  return {
    options: {
      flags, rest,
      has: (...names) => names.some(name => flags.has(name)),
      get: (...names) => names.map(name => flags.get(name)).find(value => value !== undefined),
    },
  };
}

/** The name that a tool speaks under. */
export function toolName(process: Process): string {
  const name = process.argv[0] ?? '';
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Prints what is wrong with the options; the exit code. */
export async function badUsage(process: Process, flavour: Flavour, error: string, code = 1): Promise<number> {
  const name = toolName(process);
  if (flavour === 'gnu') {
    await process.stderr.write(`${name}: ${error}\nTry '${name} --help' for more information.\n`);
    return code;
  }
  const words = error.replace(/^invalid option -- '(.)'$/, 'unrecognized option: $1').replace(/^unrecognized option '--(.*)'$/, 'unrecognized option: $1')
    .replace(/^option requires an argument -- '(.)'$/, 'option requires an argument: $1');
  await process.stderr.write(`${name}: ${words}\nBusyBox v1.36.1 (2023-11-07 18:53:09 UTC) multi-call binary.\n\nUsage: ${name} [OPTIONS]\n`);
  return 1;
}

export async function complain(process: Process, message: string): Promise<void> {
  await process.stderr.write(`${toolName(process)}: ${message}\n`);
}

/** "cat: x: No such file or directory" or BusyBox's "cat: can't open 'x': No such file or directory". */
export async function complainOpen(process: Process, flavour: Flavour, path: string, error: FileError): Promise<void> {
  await complain(process, flavour === 'gnu' ? `${path}: ${error.message}` : `can't open '${path}': ${error.message}`);
}

export interface NamedInput { readonly name: string; readonly stream: InputStream }

/** Opens each operand in turn; none is standard input. Failures are printed and counted. */
export async function eachInput(process: Process, flavour: Flavour, paths: readonly string[], use: (input: NamedInput) => Promise<void>): Promise<number> {
  let failures = 0;
  for (const path of paths.length === 0 ? ['-'] : paths) {
    if (path === '-') { await use({ name: '-', stream: process.stdin }); continue; }
    let stream: InputStream;
    try {
      if (process.files.stat(absolute(process, path)).type === 'directory') throw new FileError('EISDIR', path);
      stream = openInput(process, path);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (error.code === 'EISDIR') await complain(process, flavour === 'gnu' ? `${path}: Is a directory` : 'read error: Is a directory');
      else await complainOpen(process, flavour, path, error);
      failures += 1;
      continue;
    }
    await use({ name: path, stream });
  }
  return failures;
}

/** "10", "1k", "2M": sizes of head -c, split, dd. undefined: none. */
export function parseSize(text: string): number | undefined {
  const found = /^([0-9]+(?:\.[0-9]+)?)([bcwkKMGT]?)(?:i?B)?$/.exec(text);
  if (found === null) return undefined;
  const units: Readonly<Record<string, number>> = { '': 1, b: 512, c: 1, w: 2, k: 1024, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };
  return Number(found[1]) * (units[found[2]!] ?? 1);
}

/** "1.5K" of ls -h and du -h. */
export function humanSize(bytes: number, bytesAsIs = true): string {
  if (bytes < 1024) return bytesAsIs ? String(bytes) : '1.0K';
  let value = bytes;
  let unit = -1;
  while (value >= 1024 && unit < 4) { value /= 1024; unit += 1; }
  const rounded = value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : String(Math.ceil(value));
  return rounded + 'KMGTP'[unit];
}

/** All lines of all inputs. */
export async function wholeLines(process: Process, flavour: Flavour, paths: readonly string[]): Promise<{ readonly lines: string[]; readonly failures: number }> {
  const lines: string[] = [];
  const failures = await eachInput(process, flavour, paths, async ({ stream }) => {
    const reader = createLineReader(stream);
    for (let line = await reader.next(); line !== undefined; line = await reader.next()) lines.push(line.text);
  });
  return { lines, failures };
}

export async function printLines(process: Process, lines: readonly string[]): Promise<void> {
  for (let at = 0; at < lines.length; at += 1000) await process.stdout.write(`${lines.slice(at, at + 1000).join('\n')}\n`);
}
