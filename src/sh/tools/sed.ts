/** sed: line by line, so that it can stand in a pipe that never ends. */
import { FileError } from '../../cri/files.ts';
import { absolute } from '../../cri/open.ts';
import { readText } from '../../cri/memory-files.ts';
import type { Process } from '../../cri/process.ts';
import { createLineReader } from '../../cri/streams.ts';
import type { LineReader } from '../../cri/streams.ts';
import { badUsage, complain, complainOpen, parseOptions } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { openInput } from '../../cri/open.ts';
import { compileRegex, RegexError } from '../regex.ts';
import type { Dialect, Regex } from '../regex.ts';
import { parseSed, SedError } from '../sed-script.ts';
import type { SedAddress, SedCommand } from '../sed-script.ts';

const JUMPS_MAX = 100_000;

interface Run {
  readonly process: Process;
  readonly commands: readonly SedCommand[];
  readonly quiet: boolean;
  readonly dialect: Dialect;
  readonly labels: ReadonlyMap<string, number>;
  readonly ranges: Map<SedCommand, boolean | number>;
  readonly regexes: Map<string, Regex>;
  write(text: string): Promise<void>;
  /** The line after the present one; looking ahead tells whether this is the last. */
  next(): Promise<string | undefined>;
  isLast(): Promise<boolean>;
  hold: string;
  number: number;
  lastRegex: string | undefined;
  terminated: boolean;
}

function regexOf(run: Run, pattern: string, fold: boolean): Regex {
  const source = pattern === '' ? run.lastRegex ?? '' : pattern;
  run.lastRegex = source;
  const key = `${fold ? 'i' : ''}/${source}`;
  let regex = run.regexes.get(key);
  if (regex === undefined) run.regexes.set(key, regex = compileRegex(source, run.dialect, fold));
  return regex;
}

async function hits(run: Run, address: SedAddress, space: string): Promise<boolean> {
  switch (address.type) {
    case 'line': return run.number === address.line;
    case 'last': return run.isLast();
    case 'step': return address.step === 0 ? run.number === address.first : run.number >= address.first && (run.number - address.first) % address.step === 0;
    case 'regex': return regexOf(run, address.pattern, address.fold).test(space);
    case 'zero': return false;
    case 'plus': return false;
  }
}

async function selected(run: Run, command: SedCommand, space: string): Promise<boolean> {
  const [first, second] = command.addresses;
  if (first === undefined) return true;
  if (second === undefined) return hits(run, first, space);
  const state = run.ranges.get(command) ?? (first.type === 'zero');
  if (state !== false) {
    if (second.type === 'plus') { const end = state as number; if (run.number >= end) run.ranges.set(command, false); return run.number <= end; }
    if (second.type === 'line') { if (run.number >= second.line) run.ranges.set(command, false); return run.number <= second.line; }
    if (await hits(run, second, space)) run.ranges.set(command, false);
    else run.ranges.set(command, true);
    return true;
  }
  if (!await hits(run, first, space)) return false;
  if (second.type === 'plus') run.ranges.set(command, second.count > 0 ? run.number + second.count : false);
  else run.ranges.set(command, !(second.type === 'line' && second.line <= run.number));
  return true;
}

function substitute(run: Run, command: Extract<SedCommand, { name: 's' }>, space: string): { readonly text: string; readonly changed: boolean } {
  const regex = regexOf(run, command.pattern, command.fold);
  let out = '';
  let at = 0;
  let count = 0;
  let changed = false;
  while (at <= space.length) {
    const found = regex.exec(space, at);
    if (found === undefined) break;
    count += 1;
    out += space.slice(at, found.start);
    if (count >= command.occurrence) {
      out += replacement(command.replacement, found.groups);
      changed = true;
    } else out += found.groups[0]!;
    if (found.end === found.start) { out += space[found.end] ?? ''; at = found.end + 1; } else at = found.end;
    if (changed && !command.global) break;
  }
  return { text: changed ? out + space.slice(at) : space, changed };
}

/** & and \1, with \U \L \u \l \E. */
function replacement(parts: readonly (string | number | { readonly change: string })[], groups: readonly (string | undefined)[]): string {
  let out = '';
  let mode = '';
  let once = '';
  for (const part of parts) {
    if (typeof part === 'object') { if ('UL'.includes(part.change)) mode = part.change; else if (part.change === 'E') mode = ''; else once = part.change; continue; }
    let text = typeof part === 'number' ? groups[part] ?? '' : part;
    if (mode !== '') text = mode === 'U' ? text.toUpperCase() : text.toLowerCase();
    if (once !== '' && text !== '') { text = (once === 'u' ? text[0]!.toUpperCase() : text[0]!.toLowerCase()) + text.slice(1); once = ''; }
    out += text;
  }
  return out;
}

type End = { readonly type: 'next' | 'delete' | 'again' } | { readonly type: 'quit'; readonly code: number; readonly print: boolean };

interface Space { text: string; appended: string[]; substituted: boolean }

async function cycle(run: Run, space: Space): Promise<End> {
  let at = 0;
  let jumps = 0;
  while (at < run.commands.length) {
    const command = run.commands[at]!;
    at += 1;
    if (await selected(run, command, space.text) === command.negated) {
      if (command.name === '{') at = command.end;
      continue;
    }
    const end = await execute(run, command, space);
    if (end === undefined) continue;
    if (typeof end === 'number') {
      jumps += 1;
      if (jumps > JUMPS_MAX) throw new SedError('infinite loop');
      at = end;
    } else return end;
  }
  return { type: 'next' };
}

async function execute(run: Run, command: SedCommand, space: Space): Promise<End | number | undefined> {
  switch (command.name) {
    case 's': {
      const done = substitute(run, command, space.text);
      space.text = done.text;
      if (!done.changed) return undefined;
      space.substituted = true;
      if (command.print) await run.write(`${space.text}\n`);
      if (command.file !== undefined) run.process.files.writeFile(absolute(run.process, command.file), `${space.text}\n`, { append: true });
      return undefined;
    }
    case 'y': space.text = [...space.text].map(char => command.map.get(char) ?? char).join(''); return undefined;
    case 'p': await run.write(`${space.text}\n`); return undefined;
    case 'P': await run.write(`${space.text.split('\n')[0]}\n`); return undefined;
    case 'd': return { type: 'delete' };
    case 'D': {
      const newline = space.text.indexOf('\n');
      if (newline < 0) return { type: 'delete' };
      space.text = space.text.slice(newline + 1);
      return { type: 'again' };
    }
    case 'n': case 'N': {
      if (command.name === 'n' && !run.quiet) await run.write(`${space.text}\n`);
      const line = await run.next();
      if (line === undefined) return { type: 'quit', code: 0, print: command.name === 'N' };
      space.text = command.name === 'n' ? line : `${space.text}\n${line}`;
      return undefined;
    }
    case 'g': space.text = run.hold; return undefined;
    case 'G': space.text += `\n${run.hold}`; return undefined;
    case 'h': run.hold = space.text; return undefined;
    case 'H': run.hold += `\n${space.text}`; return undefined;
    case 'x': [space.text, run.hold] = [run.hold, space.text]; return undefined;
    case 'a': space.appended.push(command.text); return undefined;
    case 'i': await run.write(`${command.text}\n`); return undefined;
    case 'c': {
      const inRange = command.addresses.length === 2 && run.ranges.get(command) !== false && !command.negated;
      if (!inRange) await run.write(`${command.text}\n`);
      return { type: 'delete' };
    }
    case '=': await run.write(`${run.number}\n`); return undefined;
    case 'l': await run.write(`${space.text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n')}$\n`); return undefined;
    case 'q': return { type: 'quit', code: command.code, print: true };
    case 'Q': return { type: 'quit', code: command.code, print: false };
    case 'b': return command.label === '' ? { type: 'next' } : run.labels.get(command.label) ?? run.commands.length;
    case 't': case 'T': {
      if (space.substituted !== (command.name === 't')) { space.substituted = false; return undefined; }
      space.substituted = false;
      return command.label === '' ? { type: 'next' } : run.labels.get(command.label) ?? run.commands.length;
    }
    case 'r': { try { space.appended.push(readText(run.process.files, absolute(run.process, command.file)).replace(/\n$/, ''));
      } catch (error) { if (!(error instanceof FileError)) throw error; } return undefined; }
    case 'w': run.process.files.writeFile(absolute(run.process, command.file), `${space.text}\n`, { append: true }); return undefined;
    default: return undefined;
  }
}

/** Runs over the lines of some inputs. The exit code, or undefined where it went to the end. */
async function runLines(run: Run): Promise<number | undefined> {
  for (let line = await run.next(); line !== undefined;) {
    const space: Space = { text: line, appended: [], substituted: false };
    let end = await cycle(run, space);
    while (end.type === 'again') end = await cycle(run, space);
    const print = !run.quiet && end.type !== 'delete' && !(end.type === 'quit' && !end.print);
    if (print) await run.write(run.terminated || space.appended.length > 0 ? `${space.text}\n` : space.text);
    for (const text of space.appended) await run.write(`${text}\n`);
    if (end.type === 'quit') return end.code;
    line = await run.next();
  }
  return undefined;
}

function labelsOf(commands: readonly SedCommand[]): ReadonlyMap<string, number> {
  return new Map(commands.flatMap((command, index) => command.name === ':' ? [[command.label, index + 1] as const] : []));
}

/** Lines of several inputs as one sequence, with one line of look-ahead. */
function sequence(inputs: readonly (() => Promise<LineReader | undefined>)[], run: { number: number; terminated: boolean }): Pick<Run, 'next' | 'isLast'> {
  let index = 0;
  let reader: LineReader | undefined;
  let ahead: { readonly text: string; readonly terminated: boolean } | undefined;
  const pull = async (): Promise<typeof ahead> => {
    for (;;) {
      if (reader === undefined) {
        if (index >= inputs.length) return undefined;
        reader = await inputs[index]!();
        index += 1;
        if (reader === undefined) continue;
      }
      const line = await reader.next();
      if (line !== undefined) return line;
      reader = undefined;
    }
  };
  return {
    async next() {
      const line = ahead ?? await pull();
      ahead = undefined;
      if (line === undefined) return undefined;
      run.number += 1;
      run.terminated = line.terminated;
      return line.text;
    },
    async isLast() {
      ahead ??= await pull();
      return ahead === undefined;
    },
  };
}

export const sed: Tool = async (process, flavour) => {
  const scripts: string[] = [];
  const argv: string[] = [];
  for (let at = 0; at < process.argv.length; at += 1) {
    const arg = process.argv[at]!;
    if (arg === '-e' || arg === '--expression') scripts.push(process.argv[at += 1] ?? '');
    else if (/^-[nErsz]*e$/.test(arg) && arg !== '-e') { argv.push(arg.slice(0, -1)); scripts.push(process.argv[at += 1] ?? ''); }
    else if (arg.startsWith('--expression=')) scripts.push(arg.slice(13));
    else if (/^-i./.test(arg) && !/^-i[nErs]*$/.test(arg)) argv.push('-i', `\0${arg.slice(2)}`);
    else if (arg.startsWith('--in-place')) argv.push('-i', ...(arg.includes('=') ? [`\0${arg.slice(arg.indexOf('=') + 1)}`] : []));
    else argv.push(arg);
  }
  const parsed = parseOptions(argv, { short: 'nErsiuzf:', long: ['quiet:n', 'silent:n', 'regexp-extended:E', 'unbuffered:u', 'file=:f', 'separate:s', 'null-data:z', 'debug', 'posix'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const operands = options.rest.filter(arg => !arg.startsWith('\0'));
  const backup = options.rest.find(arg => arg.startsWith('\0'))?.slice(1);
  if (options.has('f')) scripts.push(readText(process.files, absolute(process, options.get('f')!)));
  if (scripts.length === 0) {
    const first = operands.shift();
    if (first === undefined) return badUsage(process, flavour, 'no script specified');
    scripts.push(first);
  }
  const dialect: Dialect = options.has('E', 'r') ? 'extended' : 'basic';
  try {
    const { commands, quiet } = parseSed(scripts.join('\n'));
    return await overInputs(process, flavour, { commands, quiet: quiet || options.has('n'), dialect, inPlace: options.has('i'), backup, operands });
  } catch (error) {
    if (error instanceof SedError || error instanceof RegexError) {
      await complain(process, flavour === 'gnu' ? `-e expression #1, char ${error instanceof SedError ? error.at : 0}: ${error.message}` : error.message); return 1; }
    throw error;
  }
};

interface Job { readonly commands: readonly SedCommand[]; readonly quiet: boolean; readonly dialect: Dialect; readonly inPlace: boolean;
  readonly backup: string | undefined; readonly operands: readonly string[] }

async function overInputs(process: Process, flavour: 'gnu' | 'busybox', job: Job): Promise<number> {
  let status = 0;
  const make = (inputs: readonly (() => Promise<LineReader | undefined>)[], write: (text: string) => Promise<void>): Run => {
    const counters = { number: 0, terminated: true };
    const run: Run = Object.assign(counters, {
      process, commands: job.commands, quiet: job.quiet, dialect: job.dialect, labels: labelsOf(job.commands), ranges: new Map(), regexes: new Map(), write, hold: '', lastRegex: undefined,
    }, sequence(inputs, counters));
    return run;
  };
  const open = async (path: string): Promise<LineReader | undefined> => {
    if (path === '-') return createLineReader(process.stdin);
    try {
      return createLineReader(openInput(process, path));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (flavour === 'gnu') await complain(process, error.code === 'EISDIR' ? `couldn't edit ${path}: not a regular file` : `can't read ${path}: ${error.message}`);
      else await complainOpen(process, flavour, path, error);
      status = flavour === 'gnu' ? 2 : 1;
      return undefined;
    }
  };
  if (!job.inPlace) {
    const paths = job.operands.length === 0 ? ['-'] : job.operands;
    return await runLines(make(paths.map(path => () => open(path)), text => process.stdout.write(text))) ?? status;
  }
  for (const path of job.operands) {
    const reader = await open(path);
    if (reader === undefined) continue;
    let out = '';
    await runLines(make([async () => reader], async text => { out += text; }));
    const full = absolute(process, path);
    if (job.backup !== undefined) process.files.writeFile(`${full}${job.backup}`, process.files.readFile(full));
    process.files.writeFile(full, out);
  }
  return status;
}

