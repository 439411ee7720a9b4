/** break, continue, return, exit, eval, source, exec, trap and their like. */
import { SIGNAL_NUMBERS } from '../../cri/process.ts';
import { ExitError } from '../../cri/processes.ts';
import { FileError } from '../../cri/files.ts';
import { absolute } from '../../cri/open.ts';
import { readText } from '../../cri/memory-files.ts';
import { BreakSignal, ReturnSignal } from '../control.ts';
import type { Shell } from '../interpreter.ts';
import { shellError } from '../messages.ts';
import { external, locate } from '../simple.ts';
import { signalName } from '../signals.ts';
import { environment, shellQuote, valueOf } from '../state.ts';
import type { Builtin } from './index.ts';

async function leave(shell: Shell, kind: 'break' | 'continue', argument: string | undefined): Promise<number> {
  if (shell.loops === 0) {
    if (shell.state.kind === 'bash') await shell.stderr.write(`${shellError(shell, `${kind}: only meaningful in a \`for', \`while', or \`until' loop`)}\n`);
    return 0;
  }
  const levels = argument === undefined ? 1 : Number(argument);
  if (!Number.isInteger(levels) || levels < 1) {
    await shell.stderr.write(`${shellError(shell, `${kind}: ${argument}: loop count out of range`)}\n`);
    return 1;
  }
  throw new BreakSignal(kind, Math.min(levels, shell.loops));
}

async function exitCodeOf(shell: Shell, name: string, argument: string | undefined): Promise<number> {
  if (argument === undefined) return shell.state.status;
  if (/^-?[0-9]+$/.test(argument)) return Number(argument) & 255;
  await shell.stderr.write(`${shellError(shell, shell.state.kind === 'bash' ? `${name}: ${argument}: numeric argument required` : `${name}: Illegal number: ${argument}`)}\n`);
  return 2;
}

async function source(shell: Shell, argv: readonly string[]): Promise<number> {
  const [name, path, ...args] = argv;
  if (path === undefined) {
    await shell.stderr.write(`${shellError(shell, `${name}: filename argument required`)}\n`);
    return 2;
  }
  let text: string;
  const place = path.includes('/') || shell.files.exists(absolute(shell.process, path)) ? absolute(shell.process, path)
    : (valueOf(shell.state.variables.get('PATH')) ?? '').split(':').map(directory => `${directory}/${path}`).find(candidate => shell.files.exists(candidate)) ?? path;
  try {
    text = readText(shell.files, absolute(shell.process, place));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const words = shell.state.kind === 'bash' ? `${path}: ${error.message}` : shell.state.kind === 'dash' ? `.: cannot open ${path}: No such file` : `.: can't open '${path}': ${error.message}`;
    await shell.stderr.write(`${shellError(shell, words)}\n`);
    if (shell.state.kind !== 'bash' && !shell.options.interactive) throw new ExitError(2);
    return 1;
  }
  const { positional } = shell.state;
  if (args.length > 0) shell.state.positional = args;
  shell.sourced += 1;
  shell.state.status = 0;
  try {
    return await shell.runText(text);
  } catch (error) {
    if (error instanceof ReturnSignal) return error.code;
    throw error;
  } finally {
    shell.sourced -= 1;
    if (args.length > 0) shell.state.positional = positional;
  }
}

async function exec(shell: Shell, argv: readonly string[]): Promise<number> {
  let args = argv.slice(1);
  while (args[0]?.startsWith('-') === true && args[0] !== '--') args = args.slice(args[0] === '-a' ? 2 : 1);
  if (args[0] === '--') args = args.slice(1);
  if (args.length === 0) return 0;
  const found = locate(shell, args[0]!);
  if ('missing' in found) {
    await external(shell, args, []);
    throw new ExitError(found.missing);
  }
  throw new ExitError(await shell.process.exec(args, {
    stdin: shell.io[0]?.input, stdout: shell.io[1]?.output, stderr: shell.io[2]?.output, env: environment(shell.state), cwd: shell.cwd,
  }));
}

async function trap(shell: Shell, argv: readonly string[]): Promise<number> {
  const args = argv[1] === '--' ? argv.slice(2) : argv.slice(1);
  if (args.length === 0 || args[0] === '-p') {
    for (const [signal, action] of shell.state.traps) await shell.print(`trap -- ${shellQuote(action)} ${signal === 'EXIT' ? 'EXIT' : shell.state.kind === 'bash' ? `SIG${signal}` : signal}\n`);
    return 0;
  }
  if (args[0] === '-l') { await shell.print(`${Object.entries(SIGNAL_NUMBERS).map(([name, number]) => `${number}) ${name}`).join('\n')}\n`); return 0; }
  const reset = args[0] === '-' || (args.length === 1);
  const signals = args.length === 1 ? args : args.slice(1);
  let status = 0;
  for (const given of signals) {
    const signal = signalName(given);
    if (signal === undefined) {
      await shell.stderr.write(`${shellError(shell, shell.state.kind === 'bash' ? `trap: ${given}: invalid signal specification` : `trap: ${given}: bad trap`)}\n`);
      status = 1;
      continue;
    }
    if (signal === 'KILL' || signal === 'STOP') continue;
    shell.setTrap(signal, reset ? undefined : args[0]);
  }
  return status;
}

export const FLOW: Readonly<Record<string, Builtin>> = {
  ':': async () => 0,
  true: async () => 0,
  false: async () => 1,
  break: (shell, argv) => leave(shell, 'break', argv[1]),
  continue: (shell, argv) => leave(shell, 'continue', argv[1]),
  async return(shell, argv) {
    if (shell.inFunction === 0 && shell.sourced === 0 && shell.state.kind === 'bash') {
      await shell.stderr.write(`${shellError(shell, "return: can only `return' from a function or sourced script")}\n`);
      return 2;
    }
    throw new ReturnSignal(await exitCodeOf(shell, 'return', argv[1]));
  },
  async exit(shell, argv) {
    throw new ExitError(await exitCodeOf(shell, 'exit', argv[1]));
  },
  async eval(shell, argv) {
    const text = argv.slice(1).join(' ');
    if (text.trim() === '') return 0;
    return shell.runText(text);
  },
  '.': source, source, exec, trap,
  async times(shell) { await shell.print('0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n'); return 0; },
};
