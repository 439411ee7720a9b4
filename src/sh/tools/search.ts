/** grep and its relatives. */
import { FileError } from '../../cri/files.ts';
import { absolute } from '../../cri/open.ts';
import { readText } from '../../cri/memory-files.ts';
import type { InputStream, Process } from '../../cri/process.ts';
import { createLineReader } from '../../cri/streams.ts';
import { matchesPattern } from '../glob.ts';
import { compileRegex, RegexError } from '../regex.ts';
import type { Match, Regex } from '../regex.ts';
import { badUsage, complain, eachInput, parseOptions, toolName } from '../tool.ts';
import type { Options, Tool } from '../tool.ts';
import { stat } from './files.ts';

function collect(argv: readonly string[]): { readonly patterns: string[]; readonly rest: string[] } {
  const patterns: string[] = [];
  const rest: string[] = [];
  let operands = false;
  for (let at = 0; at < argv.length; at += 1) {
    const arg = argv[at]!;
    if (arg === '--' || operands) { operands = true; rest.push(arg); continue; }
    const joined = /^-([a-zA-Z]*)e(.*)$/.exec(arg);
    if (arg.startsWith('--regexp=')) patterns.push(arg.slice(9));
    else if (joined !== null && !/[ABCmf]/.test(joined[1]!) && !arg.startsWith('--')) {
      if (joined[1] !== '') rest.push(`-${joined[1]}`);
      patterns.push(joined[2] !== '' ? joined[2]! : argv[at += 1] ?? '');
    } else rest.push(arg);
  }
  return { patterns, rest };
}

function matcherOf(patterns: readonly string[], options: Options, name: string): (line: string, from?: number) => Match | undefined {
  const dialect = options.has('P') ? 'perl' : options.has('E') || name === 'egrep' ? 'extended' : 'basic';
  const fixed = options.has('F') || name === 'fgrep';
  const fold = options.has('i', 'y');
  const compiled: Regex[] = patterns.flatMap(pattern => pattern.split('\n')).map(pattern => {
    const escaped = fixed ? pattern.replace(/[\\.*+?()[\]{}|^$]/g, '\\$&') : pattern;
    const kind = fixed ? 'extended' : dialect;
    if (options.has('x')) return compileRegex(kind === 'basic' ? `^\\(${escaped}\\)$` : `^(${escaped})$`, kind, fold);
    if (options.has('w')) return compileRegex(kind === 'basic' ? `\\b\\(${escaped}\\)\\b` : `\\b(${escaped})\\b`, kind, fold);
    return compileRegex(escaped, kind, fold);
  });
  return (line, from = 0) => {
    let best: Match | undefined;
    for (const regex of compiled) {
      const found = regex.exec(line, from);
      if (found !== undefined && (best === undefined || found.start < best.start)) best = found;
    }
    return best;
  };
}

export const grep: Tool = async (process, flavour) => {
  const { patterns, rest } = collect(process.argv);
  const parsed = parseOptions(rest, {
    short: 'abcEFGHhIiLlnoPqRrsTUuVvwxyzZA:B:C:m:f:d:', numbers: false,
    long: ['ignore-case:i', 'invert-match:v', 'count:c', 'line-number:n', 'files-with-matches:l', 'files-without-match:L', 'only-matching:o', 'quiet:q', 'silent:q',
      'recursive:r', 'extended-regexp:E', 'fixed-strings:F', 'perl-regexp:P', 'word-regexp:w', 'line-regexp:x', 'no-filename:h', 'with-filename:H',
      'after-context=:A', 'before-context=:B', 'context=:C', 'max-count=:m', 'color', 'colour', 'include=', 'exclude=', 'exclude-dir=', 'line-buffered', 'no-messages:s', 'file=:f', 'text:a'],
  });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error, 2);
  const { options } = parsed;
  const operands = [...options.rest];
  const file = options.get('f');
  if (file !== undefined) patterns.push(...readText(process.files, absolute(process, file)).replace(/\n$/, '').split('\n'));
  if (patterns.length === 0 && file === undefined) {
    const first = operands.shift();
    if (first === undefined) { await process.stderr.write(`Usage: ${toolName(process)} [OPTION]... PATTERNS [FILE]...\nTry '${toolName(process)} --help' for more information.\n`); return 2; }
    patterns.push(first);
  }
  let match: (line: string, from?: number) => Match | undefined;
  try {
    match = matcherOf(patterns, options, toolName(process));
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    await complain(process, flavour === 'gnu' ? error.message : `bad regex '${patterns[0]}': ${error.message}`);
    return 2;
  }
  const recursive = options.has('r', 'R');
  const paths = recursive ? (operands.length === 0 ? ['.'] : operands).flatMap(path => walk(process, path, options)) : operands;
  const names = options.has('H') || ((paths.length > 1 || recursive) && !options.has('h'));
  let any = false;
  const failures = await eachInput(process, options.has('s') ? 'gnu' : flavour, recursive && paths.length === 0 ? ['/dev/null'] : paths, async input => {
    if (options.has('q') && any) return;
    if (await searchStream(process, input.name === '-' ? '(standard input)' : input.name, input.stream, match, options, names)) any = true;
  });
  return failures > 0 && !(any && options.has('q')) ? 2 : any ? 0 : 1;
};

function walk(process: Process, path: string, options: Options): string[] {
  const info = stat(process, path);
  if (info?.type !== 'directory') return [path];
  const out: string[] = [];
  for (const name of process.files.readDirectory(absolute(process, path))) {
    const child = path === '.' ? name : `${path.replace(/\/$/, '')}/${name}`;
    try {
      const type = process.files.stat(absolute(process, child)).type;
      if (type === 'directory') { if (options.get('exclude-dir') === undefined || !matchesPattern(options.get('exclude-dir')!, name)) out.push(...walk(process, child, options)); }
      else if (type === 'file' && (options.get('include') === undefined || matchesPattern(options.get('include')!, name))
        && (options.get('exclude') === undefined || !matchesPattern(options.get('exclude')!, name))) out.push(child);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
    }
  }
  return out;
}

async function searchStream(process: Process, name: string, stream: InputStream, match: (line: string, from?: number) => Match | undefined, options: Options, names: boolean): Promise<boolean> {
  const after = Number(options.get('A', 'C') ?? '0');
  const before = Number(options.get('B', 'C') ?? '0');
  const most = Number(options.get('m') ?? 'Infinity');
  const held: { text: string; number: number }[] = [];
  let count = 0;
  let number = 0;
  let trailing = 0;
  let lastPrinted = 0;
  const lines = createLineReader(stream);
  const print = async (text: string, at: number, separator: string): Promise<void> => {
    if ((before > 0 || after > 0) && lastPrinted > 0 && at > lastPrinted + 1) await process.stdout.write('--\n');
    lastPrinted = at;
    await process.stdout.write(`${names ? `${name}${separator}` : ''}${options.has('n') ? `${at}${separator}` : ''}${text}\n`);
  };
  while (count < most || trailing > 0) {
    const line = await lines.next();
    if (line === undefined) break;
    number += 1;
    const found = count < most ? match(line.text) : undefined;
    if ((found !== undefined) !== options.has('v') && count < most) {
      count += 1;
      if (options.has('q')) return true;
      if (options.has('l', 'L')) break;
      if (options.has('c')) continue;
      for (const earlier of held.splice(0)) await print(earlier.text, earlier.number, '-');
      if (options.has('o')) {
        for (let next = found; next !== undefined; next = next.end >= line.text.length ? undefined : match(line.text, next.end > next.start ? next.end : next.end + 1)) {
          if (next.end > next.start) await print(line.text.slice(next.start, next.end), number, ':');
        }
      } else await print(line.text, number, ':');
      trailing = after;
    } else if (trailing > 0) { trailing -= 1; await print(line.text, number, '-'); }
    else if (before > 0) { held.push({ text: line.text, number }); if (held.length > before) held.shift(); }
  }
  stream.close();
  if (options.has('c')) await process.stdout.write(`${names ? `${name}:` : ''}${count}\n`);
  if (options.has('l') && count > 0) await process.stdout.write(`${name}\n`);
  if (options.has('L') && count === 0) await process.stdout.write(`${name}\n`);
  return count > 0;
}
