/** echo, printf, read, test: the builtins that deal in text. */
import { fromUtf8 } from '../../base/bytes.ts';
import { echoText, printfText } from '../format.ts';
import { shareInput } from '../lines.ts';
import type { Shell } from '../interpreter.ts';
import { shellError } from '../messages.ts';
import { setElement, setVariable, valueOf } from '../state.ts';
import { runTest } from '../test-expression.ts';
import type { Builtin } from './index.ts';

async function printf(shell: Shell, argv: readonly string[]): Promise<number> {
  let args = argv.slice(1);
  let into: string | undefined;
  if (args[0] === '-v' && shell.state.kind === 'bash') { into = args[1]; args = args.slice(2); }
  if (args[0] === '--') args = args.slice(1);
  const [format] = args;
  if (format === undefined) { await shell.stderr.write(`printf: usage: printf [-v var] format [arguments]\n`); return 2; }
  const made = printfText(format, args.slice(1));
  if (into === undefined) await shell.print(made.text);
  else setVariable(shell.state, into, made.text);
  for (const error of made.errors) await shell.stderr.write(`${shellError(shell, `printf: ${error}`)}\n`);
  return made.errors.length > 0 ? 1 : 0;
}

interface ReadOptions { raw: boolean; prompt: string; silent: boolean; array: string | undefined; delimiter: number; limit: number; timeoutMs: number | undefined; names: string[] }

function readOptions(argv: readonly string[]): ReadOptions {
  const options: ReadOptions = { raw: false, prompt: '', silent: false, array: undefined, delimiter: 10, limit: Infinity, timeoutMs: undefined, names: [] };
  let at = 1;
  for (; at < argv.length && /^-./.test(argv[at]!); at += 1) {
    const option = argv[at]!;
    if (option === '--') { at += 1; break; }
    for (let i = 1; i < option.length; i += 1) {
      const letter = option[i]!;
      if (letter === 'r') options.raw = true;
      else if (letter === 's') options.silent = true;
      else if (letter === 'e') continue;
      else {
        const value = i + 1 < option.length ? option.slice(i + 1) : argv[++at] ?? '';
        if (letter === 'p') options.prompt = value;
        else if (letter === 'a') options.array = value;
        else if (letter === 'd') options.delimiter = value === '' ? 0 : value.charCodeAt(0);
        else if (letter === 'n' || letter === 'N') options.limit = Number(value);
        else if (letter === 't') options.timeoutMs = Number(value) * 1000;
        break;
      }
    }
  }
  options.names = argv.slice(at);
  return options;
}

async function read(shell: Shell, argv: readonly string[]): Promise<number> {
  const options = readOptions(argv);
  if (options.prompt !== '' && shell.process.tty !== undefined) await shell.stderr.write(options.prompt);
  const input = shell.io[0]?.input;
  if (input === undefined) { await shell.stderr.write(`${shellError(shell, 'read: read error: 0: Bad file descriptor')}\n`); return 1; }
  let line = '';
  let found = true;
  for (;;) {
    const part = await shell.interruptible(shareInput(input).readUntil(options.delimiter, options.limit), options.timeoutMs);
    if (part === undefined) { shell.checkInterrupt(); return 142; }
    const text = fromUtf8(part.bytes);
    found = part.found;
    line += found && options.limit === Infinity ? text.slice(0, -1) : text.replace(/\n$/, '');
    if (!found || options.raw || !/(^|[^\\])(\\\\)*\\$/.test(line)) break;
    line = line.slice(0, -1);
  }
  store(shell, line, options);
  return found ? 0 : 1;
}

/** Backslashes quote the next character unless -r. */
function store(shell: Shell, line: string, options: ReadOptions): void {
  const ifs = valueOf(shell.state.variables.get('IFS')) ?? ' \t\n';
  const chars: { readonly char: string; readonly quoted: boolean }[] = [];
  for (let i = 0; i < line.length; i += 1) {
    if (line[i] === '\\' && !options.raw) { i += 1; if (i < line.length) chars.push({ char: line[i]!, quoted: true }); }
    else chars.push({ char: line[i]!, quoted: false });
  }
  if (options.array !== undefined) {
    const words = split(chars, ifs, Infinity);
    shell.state.variables.set(options.array, { value: undefined, list: new Map(words.map((word, index) => [index, word])) });
    return;
  }
  const { names } = options;
  if (names.length === 0) { setVariable(shell.state, 'REPLY', chars.map(entry => entry.char).join('')); return; }
  const words = split(chars, ifs, names.length);
  for (const [index, name] of names.entries()) {
    const element = /^([A-Za-z_][A-Za-z0-9_]*)\[(.*)\]$/.exec(name);
    if (element === null) setVariable(shell.state, name, words[index] ?? '');
    else setElement(shell.state, element[1]!, element[2]!, () => Number(element[2]), words[index] ?? '');
  }
}

function split(chars: readonly { readonly char: string; readonly quoted: boolean }[], ifs: string, most: number): string[] {
  const isSpace = (at: number): boolean => at < chars.length && !chars[at]!.quoted && ifs.includes(chars[at]!.char) && /\s/.test(chars[at]!.char);
  const isOther = (at: number): boolean => at < chars.length && !chars[at]!.quoted && ifs.includes(chars[at]!.char) && !/\s/.test(chars[at]!.char);
  const words: string[] = [];
  let at = 0;
  while (isSpace(at)) at += 1;
  while (at < chars.length) {
    if (words.length === most - 1) {
      let end = chars.length;
      while (end > at && isSpace(end - 1)) end -= 1;
      words.push(chars.slice(at, end).map(entry => entry.char).join(''));
      return words;
    }
    let word = '';
    while (at < chars.length && !isSpace(at) && !isOther(at)) { word += chars[at]!.char; at += 1; }
    words.push(word);
    while (isSpace(at)) at += 1;
    if (isOther(at)) { at += 1; while (isSpace(at)) at += 1; }
  }
  return words;
}

async function mapfile(shell: Shell, argv: readonly string[]): Promise<number> {
  const strip = argv.includes('-t');
  const name = argv.slice(1).find(arg => !arg.startsWith('-')) ?? 'MAPFILE';
  const input = shell.io[0]?.input;
  const list = new Map<number, string>();
  for (let index = 0; input !== undefined; index += 1) {
    const { bytes, found } = await input.readUntil(10);
    if (!found && bytes.length === 0) break;
    const text = fromUtf8(bytes);
    list.set(index, strip ? text.replace(/\n$/, '') : text);
    if (!found) break;
  }
  shell.state.variables.set(name, { value: undefined, list });
  return 0;
}

async function test(shell: Shell, argv: readonly string[]): Promise<number> {
  let args = argv.slice(1);
  if (argv[0] === '[') {
    if (args[args.length - 1] !== ']') {
      await shell.stderr.write(`${shellError(shell, shell.state.kind === 'bash' ? "[: missing `]'" : '[: missing ]')}\n`);
      return 2;
    }
    args = args.slice(0, -1);
  }
  if (args.length === 2 && args[0] === '-v') return shell.state.variables.has(args[1]!) ? 0 : 1;
  const outcome = runTest(shell.process, args);
  if ('holds' in outcome) return outcome.holds ? 0 : 1;
  const words = shell.state.kind === 'bash' ? outcome.error : shell.state.kind === 'dash' ? dashWords(outcome.error) : ashWords(outcome.error);
  await shell.stderr.write(`${shellError(shell, shell.state.kind === 'busybox' ? words : `${argv[0]}: ${words}`)}\n`);
  return 2;
}

function dashWords(error: string): string {
  const number = /^(.*): integer expression expected$/.exec(error);
  if (number !== null) return `Illegal number: ${number[1]}`;
  const operand = /^(.*): binary operator expected$/.exec(error);
  return operand === null ? error : `${operand[1]}: unexpected operator`;
}

function ashWords(error: string): string {
  const number = /^(.*): integer expression expected$/.exec(error);
  if (number !== null) return `${number[1]}: bad number`;
  const operand = /^(.*): binary operator expected$/.exec(error);
  return operand === null ? error : `${operand[1]}: unknown operand`;
}

export const INPUT: Readonly<Record<string, Builtin>> = {
  async echo(shell, argv) { await shell.print(echoText(argv.slice(1), shell.state.kind === 'dash')); return 0; },
  printf, read, mapfile, readarray: mapfile, test, '[': test,
};
