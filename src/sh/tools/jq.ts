/** jq. Each JSON text is handled as soon as it is complete, so that it can follow a stream of them. */
import { fromUtf8 } from '../../base/bytes.ts';
import { absolute } from '../../cri/open.ts';
import { readText } from '../../cri/memory-files.ts';
import type { Process } from '../../cri/process.ts';
import { createEnv, HaltError, run } from '../jq/evaluate.ts';
import type { Host } from '../jq/evaluate.ts';
import { parseJsonTexts } from '../jq/input.ts';
import { JqSyntaxError, parseJq } from '../jq/parse.ts';
import type { Ast } from '../jq/parse.ts';
import { JqError, pretty, toText, truthy } from '../jq/values.ts';
import type { Json, Style } from '../jq/values.ts';
import { eachInput } from '../tool.ts';
import type { Flavour, Tool } from '../tool.ts';

interface Options { raw: boolean; join: boolean; compact: boolean; tab: boolean; indent: number; slurp: boolean; rawInput: boolean; nullInput: boolean;
  exitStatus: boolean; sortKeys: boolean; color: boolean; ascii: boolean; variables: Record<string, Json>; filter: string | undefined; files: string[]; positional: Json[]; seq: boolean }

const USAGE = 'Usage:\tjq [OPTIONS] FILTER [FILES...]\n\tjq [OPTIONS] -n FILTER\n';
/** More than this for one input: the program is stopped. */
const STEPS_MAX = 5_000_000;

class TooLong extends Error {}

function readOptions(process: Process): Options | string {
  const options: Options = { raw: false, join: false, compact: false, tab: false, indent: 2, slurp: false, rawInput: false, nullInput: false, exitStatus: false,
    sortKeys: false, color: false, ascii: false, variables: {}, filter: undefined, files: [], positional: [], seq: false };
  const args = process.argv.slice(1);
  let rest: 'files' | 'args' | 'jsonargs' = 'files';
  let only = false;
  const long: Readonly<Record<string, (next: () => string) => void>> = {
    'raw-output': () => { options.raw = true; }, 'join-output': () => { options.raw = options.join = true; }, 'compact-output': () => { options.compact = true; },
      tab: () => { options.tab = true; }, slurp: () => { options.slurp = true; }, 'raw-input': () => { options.rawInput = true; },
    'null-input': () => { options.nullInput = true; }, 'exit-status': () => { options.exitStatus = true; }, 'sort-keys': () => { options.sortKeys = true; },
      'color-output': () => { options.color = true; }, 'monochrome-output': () => { options.color = false; }, 'ascii-output': () => { options.ascii = true; },
      unbuffered: () => {}, stream: () => {}, seq: () => { options.seq = true; }, 'raw-output0': () => { options.raw = true; },
    indent: next => { options.indent = Number(next()); }, arg: next => { const name = next(); options.variables[name] = next(); },
      argjson: next => { const name = next(); const parsed = parseJsonTexts(next()); options.variables[name] = parsed.values[0] ?? null; },
    args: () => { rest = 'args'; }, jsonargs: () => { rest = 'jsonargs'; },
      slurpfile: next => { const name = next(); options.variables[name] = parseJsonTexts(readText(process.files, absolute(process, next()))).values; },
      rawfile: next => { const name = next(); options.variables[name] = readText(process.files, absolute(process, next())); },
    'from-file': next => { const path = next(); if (options.filter !== undefined) options.files.unshift(options.filter); options.filter = readText(process.files, absolute(process, path)); },
  };
  const letters: Readonly<Record<string, string>> = { r: 'raw-output', j: 'join-output', c: 'compact-output', s: 'slurp', R: 'raw-input', n: 'null-input',
    e: 'exit-status', S: 'sort-keys', C: 'color-output', M: 'monochrome-output', a: 'ascii-output', f: 'from-file' };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at]!;
    const next = (): string => args[at += 1] ?? '';
    if (!only && arg === '--') { only = true; continue; }
    if (!only && arg.startsWith('--')) { const handler = long[arg.slice(2)]; if (handler === undefined) return `jq: Unknown option: ${arg}\n`; handler(next); continue; }
    if (!only && /^-[a-zA-Z]+$/.test(arg)) { for (const letter of arg.slice(1)) { const name = letters[letter];
      if (name === undefined) return `jq: Unknown option: ${arg}\n`; long[name]!(next); } continue; }
    if (options.filter === undefined) options.filter = arg;
    else if (rest === 'files') options.files.push(arg);
    else options.positional.push(rest === 'args' ? arg : parseJsonTexts(arg).values[0] ?? null);
  }
  return options;
}

/** Splits complete JSON texts off the front. Newline-terminated objects and arrays that are balanced count as complete. */
async function* inputs(process: Process, flavour: Flavour, options: Options, problem: (words: string) => void): AsyncGenerator<Json> {
  let text = '';
  const chunks: string[] = [];
  const failures = await eachInput(process, flavour, options.files, async ({ stream }) => {
    for (let data = await stream.read(); data !== undefined; data = await stream.read()) chunks.push(fromUtf8(data));
  });
  text = chunks.join('');
  if (failures > 0) problem('');
  if (options.rawInput) { if (options.slurp) yield text; else for (const line of text.replace(/\n$/, '').split('\n')) yield line; return; }
  const parsed = parseJsonTexts(text);
  if (options.slurp) { if (!('error' in parsed)) yield parsed.values; } else yield* parsed.values;
  if ('error' in parsed) problem(`jq: parse error: ${parsed.error}`);
}

/** From standard input, value by value. */
async function* streamed(process: Process, problem: (words: string) => void): AsyncGenerator<Json> {
  let held = '';
  for (;;) {
    const data = await process.stdin.read();
    if (data !== undefined) held += fromUtf8(data);
    const cut = data === undefined ? held.length : completeUntil(held);
    if (cut > 0 || data === undefined) {
      const parsed = parseJsonTexts(held.slice(0, cut));
      held = held.slice(cut);
      yield* parsed.values;
      if ('error' in parsed) { problem(`jq: parse error: ${parsed.error}`); return; }
    }
    if (data === undefined) return;
  }
}

/** The end of the last text at whose end every bracket is closed. */
function completeUntil(text: string): number {
  let depth = 0;
  let end = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') { for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1; }
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') { depth -= 1; if (depth === 0) end = at + 1; }
    else if (char === '\n' && depth === 0) end = at + 1;
  }
  return end;
}

export const jq: Tool = async (process, flavour) => {
  if (process.argv.includes('--version') || process.argv[1] === '-V') { await process.stdout.write('jq-1.7.1\n'); return 0; }
  const options = readOptions(process);
  if (typeof options === 'string') {
    await process.stderr.write(`${options}Use jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq\n`); return 2; }
  // In a pipe the filter may be left out.
  if (options.filter === undefined && process.stdin.isTerminal !== true) options.filter = '.';
  if (options.filter === undefined) { await process.stderr.write(`${USAGE}`); return 2; }
  let ast: Ast;
  try {
    ast = parseJq(options.filter);
  } catch (error) {
    if (!(error instanceof JqSyntaxError)) throw error;
    await process.stderr.write(`jq: error: ${error.message} (Unix shell quoting issues?) at <top-level>, line 1:\n${options.filter}\njq: 1 compile error\n`);
    return 3;
  }
  return evaluateAll(process, flavour, options, ast);
};

async function evaluateAll(process: Process, flavour: Flavour, options: Options, ast: Ast): Promise<number> {
  let status = 0;
  let last: Json | undefined;
  let steps = 0;
  const complaints: string[] = [];
  const problem = (words: string): void => { status = 2; if (words !== '') complaints.push(`${words}\n`); };
  const source = options.files.length === 0 && !options.slurp && !options.rawInput ? streamed(process, problem) : inputs(process, flavour, options, problem);
  const ahead: Json[] = [];
  if (options.nullInput && /\binputs?\b/.test(options.filter ?? '')) for await (const value of source) ahead.push(value);
  const host: Host = {
    nextInput: () => ahead.shift(), now: () => process.clock.now(), env: Object.fromEntries(process.env), debug: value => { complaints.push(`["DEBUG:",${toText(value)}]\n`); },
    charge: () => { steps += 1; if (steps > STEPS_MAX) throw new TooLong(); },
  };
  const env = createEnv(host, { ...options.variables, __prog_args: options.positional, ARGS: { positional: options.positional, named: { ...options.variables } } });
  const style: Style = { indent: options.compact ? '' : options.tab ? '\t' : ' '.repeat(options.indent), sortKeys: options.sortKeys, color: options.color, ascii: options.ascii };
  const show = async (value: Json): Promise<void> => {
    last = value;
    await process.stdout.write((options.raw && typeof value === 'string' ? value : pretty(value, style)) + (options.join ? '' : '\n'));
  };
  const flush = async (): Promise<void> => { for (const line of complaints.splice(0)) await process.stderr.write(line); };
  const one = async (input: Json): Promise<number | undefined> => {
    try {
      for (const value of run(ast, input, env)) { await show(value); await flush(); }
    } catch (error) {
      if (error instanceof HaltError) { if (error.value !== undefined) await process.stderr.write(typeof error.value === 'string' ? error.value : `${toText(error.value)}\n`); return error.code; }
      if (error instanceof TooLong) { await process.stderr.write('jq: error: too many steps\n'); return 5; }
      if (!(error instanceof JqError)) throw error;
      if (/^\$?[A-Za-z_:]+(?:\/[0-9]+)? is not defined$/.test(error.message)) {
        await process.stderr.write(`jq: error: ${error.message} at <top-level>, line 1:\n${options.filter}\njq: 1 compile error\n`); return 3; }
      await process.stderr.write(`jq: error (at <stdin>:0): ${error.message}\n`);
      status = 5;
    }
    await process.compute(steps / 200_000);
    steps = 0;
    return undefined;
  };
  if (options.nullInput) { const code = await one(null); if (code !== undefined) return code; } else {
    for await (const value of source) { const code = await one(value); if (code !== undefined) return code; }
  }
  await flush();
  if (status === 0 && options.exitStatus) return last === undefined ? 4 : truthy(last) ? 0 : 1;
  return status;
}
