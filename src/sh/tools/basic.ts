/** echo, printf, test, true, false, sleep, yes, seq, env, printenv, pwd, basename, dirname and other small ones. */
import { joinPath } from '../../cri/memory-files.ts';
import { ForkError } from '../../cri/processes.ts';
import type { Child, Process, Signal } from '../../cri/process.ts';
import { EMPTY_INPUT, readAll, toText } from '../../cri/streams.ts';
import { withTimeout, TimeoutError } from '../../base/with-timeout.ts';
import { signalName } from '../signals.ts';
import { echoText, floating, printfText } from '../format.ts';
import { compileRegex } from '../regex.ts';
import { runTest } from '../test-expression.ts';
import { badUsage, complain, parseOptions, toolName } from '../tool.ts';
import type { Flavour, Tool } from '../tool.ts';

export const echo: Tool = async process => {
  await process.stdout.write(echoText(process.argv.slice(1), false));
  return 0;
};

export const printf: Tool = async process => {
  const [format, ...args] = process.argv.slice(1);
  if (format === undefined) { await complain(process, "missing operand\nTry 'printf --help' for more information."); return 1; }
  const made = printfText(format, args);
  await process.stdout.write(made.text);
  for (const error of made.errors) await complain(process, error);
  return made.errors.length > 0 ? 1 : 0;
};

export const test: Tool = async process => {
  const bracket = toolName(process) === '[';
  const args = process.argv.slice(1);
  if (bracket && args.pop() !== ']') { await complain(process, "missing ']'"); return 2; }
  const outcome = runTest(process, args);
  if ('holds' in outcome) return outcome.holds ? 0 : 1;
  await complain(process, outcome.error);
  return 2;
};

export const yes: Tool = async process => {
  const line = `${process.argv.length > 1 ? process.argv.slice(1).join(' ') : 'y'}\n`;
  const block = line.repeat(Math.max(1, Math.floor(8192 / line.length)));
  for (;;) await process.stdout.write(block);
};

/** "1.5", "10s", "2m", "infinity"; undefined: none. */
export function parseSeconds(text: string): number | undefined {
  if (/^inf(?:inity)?$/i.test(text)) return Infinity;
  const found = /^([0-9]*\.?[0-9]+|[0-9]+\.)([smhd]?)$/.exec(text);
  if (found === null) return undefined;
  return Number(found[1]) * { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }[found[2] as '' | 's' | 'm' | 'h' | 'd'];
}

export const sleep: Tool = async (process, flavour) => {
  const args = process.argv.slice(1);
  if (args.length === 0) return badUsage(process, flavour, 'missing operand');
  let seconds = 0;
  for (const arg of args) {
    const value = parseSeconds(arg);
    if (value === undefined) {
      await complain(process, flavour === 'gnu' ? `invalid time interval '${arg}'\nTry 'sleep --help' for more information.` : `invalid number '${arg}'`);
      return 1;
    }
    seconds += value;
  }
  if (seconds === Infinity || seconds > 1e9) await process.world.suspend<void>(() => {});
  await process.clock.sleep(seconds * 1000);
  return 0;
};

export const seq: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv.map(arg => /^-[0-9.]/.test(arg) ? `\0${arg}` : arg), { short: 's:wf:', long: ['separator=:s', 'equal-width:w', 'format=:f'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const operands = parsed.options.rest.map(arg => arg.replace('\0', ''));
  const numbers = operands.map(Number);
  if (operands.length === 0) return badUsage(process, flavour, 'missing operand');
  const bad = operands[numbers.findIndex(Number.isNaN)];
  if (bad !== undefined) { await complain(process, flavour === 'gnu' ? `invalid floating point argument: '${bad}'\nTry 'seq --help' for more information.` : `invalid number '${bad}'`); return 1; }
  const [first, step, last] = numbers.length === 1 ? [1, 1, numbers[0]!] : numbers.length === 2 ? [numbers[0]!, 1, numbers[1]!] : [numbers[0]!, numbers[1]!, numbers[2]!];
  const places = Math.max(...operands.map(operand => operand.includes('.') ? operand.length - operand.indexOf('.') - 1 : 0));
  const separator = parsed.options.get('s') ?? '\n';
  const width = parsed.options.has('w') ? Math.max(first.toFixed(places).length, last.toFixed(places).length) : 0;
  const format = parsed.options.get('f');
  if (step === 0) { await complain(process, "invalid Zero increment value: '0'"); return 1; }
  let chunk = '';
  let any = false;
  for (let i = 0; ; i += 1) {
    const value = first + i * step;
    if (step > 0 ? value > last + 1e-9 : value < last - 1e-9) break;
    chunk += (any ? separator : '') + (format === undefined ? value.toFixed(places).padStart(width, '0') : printfText(format, [String(value)]).text);
    any = true;
    if (chunk.length > 8192) { await process.stdout.write(chunk); chunk = ''; }
  }
  if (any) await process.stdout.write(`${chunk}\n`);
  return 0;
};

export const pwd: Tool = async process => { await process.stdout.write(`${process.cwd}\n`); return 0; };

export const basename: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'as:z', long: ['suffix=:s', 'multiple:a'], stopAtOperand: true });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const many = options.has('a', 's');
  if (options.rest.length === 0) return badUsage(process, flavour, 'missing operand');
  const suffix = options.get('s') ?? (many ? undefined : options.rest[1]);
  for (const path of many ? options.rest : options.rest.slice(0, 1)) {
    const name = path.replace(/\/+$/, '').split('/').pop() ?? '';
    const cut = suffix !== undefined && suffix !== name && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
    await process.stdout.write(`${cut === '' && path.startsWith('/') ? '/' : cut}\n`);
  }
  return 0;
};

export const dirname: Tool = async (process, flavour) => {
  const paths = process.argv.slice(1);
  if (paths.length === 0) return badUsage(process, flavour, 'missing operand');
  for (const path of paths) {
    const clean = path.replace(/\/+$/, '');
    const at = clean.lastIndexOf('/');
    await process.stdout.write(`${at < 0 ? '.' : at === 0 ? '/' : clean.slice(0, at).replace(/\/+$/, '') || '/'}\n`);
  }
  return 0;
};

export const printenv: Tool = async process => {
  const names = process.argv.slice(1).filter(arg => arg !== '-0' && arg !== '--null');
  if (names.length === 0) { for (const [key, value] of process.env) await process.stdout.write(`${key}=${value}\n`); return 0; }
  let status = 0;
  for (const name of names) {
    const value = process.env.get(name);
    if (value === undefined) status = 1;
    else await process.stdout.write(`${value}\n`);
  }
  return status;
};

export const env: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'iu:0C:S:v', long: ['ignore-environment:i', 'unset=:u', 'chdir=:C', 'split-string=:S'], stopAtOperand: true });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error, 125);
  const { options } = parsed;
  const result = new Map(options.has('i') ? [] : process.env);
  for (const name of (options.get('u') ?? '').split(',')) result.delete(name);
  let rest = [...(options.get('S')?.split(/\s+/) ?? []), ...options.rest];
  while (rest[0]?.includes('=') === true) {
    const [entry, ...others] = rest;
    result.set(entry!.slice(0, entry!.indexOf('=')), entry!.slice(entry!.indexOf('=') + 1));
    rest = others;
  }
  if (rest.length === 0) { for (const [key, value] of result) await process.stdout.write(`${key}=${value}\n`); return 0; }
  return runCommand(process, flavour, rest, { env: result });
};

/** Runs a command as a child with this process's streams; 127 and a message where it is not there. */
export async function runCommand(process: Process, flavour: Flavour, argv: readonly string[],
  options: { readonly env?: ReadonlyMap<string, string>; readonly started?: (child: Child) => void } = {}): Promise<number> {
  const missing = missingCommand(process, argv[0]!, options.env ?? process.env);
  if (missing !== undefined) {
    const name = toolName(process);
    await process.stderr.write(flavour === 'gnu' && name === 'env' ? `${name}: '${argv[0]}': ${missing}\n` : flavour === 'gnu'
      ? `${name}: failed to run command '${argv[0]}': ${missing}\n` : `${name}: can't execute '${argv[0]}': ${missing}\n`);
    return 127;
  }
  let child: Child;
  try {
    child = process.spawnChild(argv, options.env === undefined ? {} : { env: options.env });
  } catch (error) {
    if (!(error instanceof ForkError)) throw error;
    await complain(process, 'fork: Resource temporarily unavailable');
    return 126;
  }
  options.started?.(child);
  return child.wait();
}

/** Why a command cannot run; undefined: it can. */
export function missingCommand(process: Process, name: string, env: ReadonlyMap<string, string>): string | undefined {
  const paths = name.includes('/') ? [joinPath(process.cwd, name)]
    : (env.get('PATH') ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin').split(':').map(directory => `${directory}/${name}`);
  return paths.some(path => process.files.exists(path) && process.files.stat(path).type === 'file') ? undefined : 'No such file or directory';
}

export const timeout: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 's:k:vt:', long: ['signal=:s', 'kill-after=:k', 'preserve-status', 'foreground'], stopAtOperand: true });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error, 125);
  const { options } = parsed;
  const [limit, ...argv] = options.has('t') ? [options.get('t')!, ...options.rest] : options.rest;
  const seconds = limit === undefined ? undefined : parseSeconds(limit);
  if (seconds === undefined || argv.length === 0) return badUsage(process, flavour, limit === undefined || argv.length === 0 ? 'missing operand' : `invalid time interval '${limit}'`, 125);
  let child: Child | undefined;
  const signal = `SIG${signalName(options.get('s') ?? 'TERM') ?? 'TERM'}` as Signal;
  try {
    return await withTimeout(process.world, seconds === 0 ? 1e12 : seconds * 1000, () => runCommand(process, flavour, argv, { started: started => { child = started; } }));
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    child?.kill(signal);
    const grace = options.get('k');
    if (grace !== undefined) {
      await process.clock.sleep((parseSeconds(grace) ?? 0) * 1000);
      child?.kill('SIGKILL');
    }
    const code = await child?.wait() ?? 0;
    return options.has('preserve-status') ? code : flavour === 'gnu' ? 124 : 143;
  }
};

export const time: Tool = async (process, flavour) => {
  const startedAt = process.clock.micros();
  const args = process.argv.slice(1).filter(arg => arg !== '-p');
  const code = args.length === 0 ? 0 : await runCommand(process, flavour, args);
  const seconds = (process.clock.micros() - startedAt) / 1e6;
  await process.stderr.write(`real\t${Math.floor(seconds / 60)}m ${floating(seconds % 60, 'f', 2)}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n`);
  return code;
};

export const nohup: Tool = async (process, flavour) => {
  process.onSignal('SIGHUP', () => {});
  return runCommand(process, flavour, process.argv.slice(1));
};

export const nice: Tool = async (process, flavour) => {
  const args = process.argv.slice(1);
  return runCommand(process, flavour, args[0] === '-n' ? args.slice(2) : args[0]?.startsWith('-') === true ? args.slice(1) : args);
};

export const xargs: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: '0rtn:I:P:d:L:x',
    long: ['null:0', 'no-run-if-empty:r', 'max-args=:n', 'replace=:I', 'max-procs=:P', 'delimiter=:d', 'verbose:t'], stopAtOperand: true });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const text = toText(await readAll(process.stdin));
  const replace = options.get('I');
  const items = options.has('0') ? text.split('\0').filter(item => item !== '') : options.has('d') ? text.replace(/\n$/, '').split(options.get('d')!.replace('\\n', '\n'))
    : replace !== undefined || options.has('L') ? text.split('\n').map(item => item.trim()).filter(item => item !== '') : splitItems(text);
  const command = options.rest.length === 0 ? ['echo'] : options.rest;
  const batches: string[][] = [];
  const size = replace !== undefined ? 1 : Number(options.get('n', 'L') ?? '5000');
  for (let at = 0; at < items.length; at += size) batches.push(items.slice(at, at + size));
  if (items.length === 0 && !options.has('r') && flavour === 'gnu' && replace === undefined) batches.push([]);
  let status = 0;
  for (const batch of batches) {
    const argv = replace === undefined ? [...command, ...batch] : command.map(part => part.replaceAll(replace, batch[0]!));
    if (options.has('t')) await process.stderr.write(`${argv.join(' ')}\n`);
    if (missingCommand(process, argv[0]!, process.env) !== undefined) { await complain(process, `${argv[0]}: No such file or directory`); return 127; }
    const code = await process.spawnChild(argv, { stdin: EMPTY_INPUT }).wait();
    if (code === 255) { await complain(process, `${argv[0]}: exited with status 255; aborting`); return 124; }
    if (code !== 0) status = 123;
  }
  return status;
};

function splitItems(text: string): string[] {
  const items: string[] = [];
  for (const found of text.matchAll(/(?:[^\s"'\\]|\\.|"[^"]*"|'[^']*')+/g)) items.push(found[0].replace(/"([^"]*)"|'([^']*)'|\\(.)/g,
    (_, a: string | undefined, b: string | undefined, c: string | undefined) => a ?? b ?? c ?? ''));
  return items;
}

export const which: Tool = async process => {
  let status = 0;
  for (const name of process.argv.slice(1).filter(arg => !arg.startsWith('-'))) {
    const path = name.includes('/') ? [joinPath(process.cwd, name)] : (process.env.get('PATH') ?? '').split(':').map(directory => `${directory}/${name}`);
    const found = path.find(candidate => process.files.exists(candidate) && process.files.stat(candidate).type === 'file' && (process.files.stat(candidate).mode & 0o111) !== 0);
    if (found === undefined) status = 1;
    else await process.stdout.write(`${found}\n`);
  }
  return status;
};

export const clear: Tool = async process => { await process.stdout.write('\x1b[H\x1b[2J\x1b[3J'); return 0; };
/** Of a terminal's settings only its size can be read. */
export const stty: Tool = async process => {
  if (!process.tty) {
    await complain(process, "'standard input': Inappropriate ioctl for device");
    return 1;
  }
  if (process.argv[1] === 'size') await process.stdout.write(`${process.tty.rows} ${process.tty.columns}\n`);
  return 0;
};

export const nothing: Tool = async () => 0;
export const failing: Tool = async () => 1;
export const sync: Tool = async () => 0;

export const expr: Tool = async process => {
  const args = process.argv.slice(1);
  let at = 0;
  let error: string | undefined;
  const level = (operators: readonly string[], next: () => string, apply: (a: string, operator: string, b: string) => string) => (): string => {
    let left = next();
    while (at < args.length && operators.includes(args[at]!)) { const operator = args[at++]!; left = apply(left, operator, next()); }
    return left;
  };
  const integer = (text: string): bigint => { if (!/^-?[0-9]+$/.test(text)) { error ??= 'non-integer argument'; return 0n; } return BigInt(text); };
  const primary = (): string => {
    const word = args[at++];
    if (word === undefined) { error ??= 'syntax error: missing argument'; return ''; }
    if (word === '(') { const value = or(); at += 1; return value; }
    if (word === 'length') return String([...primary()].length);
    if (word === 'substr') { const text = primary(); const from = Number(primary()); return text.substr(from - 1, Number(primary())); }
    if (word === 'index') { const text = primary(); const chars = primary(); return String([...text].findIndex(char => chars.includes(char)) + 1); }
    return word;
  };
  const match = level([':'], primary, (a, _operator, b) => matchExpr(a, b));
  const product = level(['*', '/', '%'], match, (a, operator, b) => {
    if (operator !== '*' && integer(b) === 0n) { error ??= 'division by zero'; return '0'; }
    return String(operator === '*' ? integer(a) * integer(b) : operator === '/' ? integer(a) / integer(b) : integer(a) % integer(b));
  });
  const sum = level(['+', '-'], product, (a, operator, b) => String(operator === '+' ? integer(a) + integer(b) : integer(a) - integer(b)));
  const compare = level(['<', '<=', '=', '==', '!=', '>=', '>'], sum, (a, operator, b) => {
    const numeric = /^-?[0-9]+$/.test(a) && /^-?[0-9]+$/.test(b);
    const order = numeric ? (BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0) : a < b ? -1 : a > b ? 1 : 0;
    return { '<': order < 0, '<=': order <= 0, '=': order === 0, '==': order === 0, '!=': order !== 0, '>=': order >= 0, '>': order > 0 }[operator] === true ? '1' : '0';
  });
  const empty = (text: string): boolean => text === '' || text === '0';
  const and = level(['&'], compare, (a, _operator, b) => empty(a) || empty(b) ? '0' : a);
  const or: () => string = level(['|'], and, (a, _operator, b) => empty(a) ? (empty(b) ? '0' : b) : a);
  const value = or();
  if (error === undefined && at < args.length) error = `syntax error: unexpected argument '${args[at]}'`;
  if (error !== undefined) { await complain(process, error); return 2; }
  await process.stdout.write(`${value}\n`);
  return empty(value) ? 1 : 0;
};

function matchExpr(text: string, pattern: string): string {
  const found = compileRegex(`^${pattern}`, 'basic').exec(text);
  if (found === undefined) return pattern.includes('\\(') ? '' : '0';
  return pattern.includes('\\(') ? found.groups[1] ?? '' : String([...found.groups[0]!].length);
}
