/** cd, pwd, pushd, popd, umask, ulimit. */
import { FileError } from '../../cri/files.ts';
import { joinPath } from '../../cri/memory-files.ts';
import type { Shell } from '../interpreter.ts';
import { shellError } from '../messages.ts';
import { setVariable, valueOf } from '../state.ts';
import type { Builtin } from './index.ts';

async function cd(shell: Shell, argv: readonly string[]): Promise<number> {
  const args = argv.slice(1).filter(arg => arg !== '-L' && arg !== '-P' && arg !== '--');
  if (args.length > 1 && shell.state.kind === 'bash') { await shell.stderr.write(`${shellError(shell, 'cd: too many arguments')}\n`); return 1; }
  let [target] = args;
  if (target === undefined) {
    target = valueOf(shell.state.variables.get('HOME'));
    if (target === undefined) { await shell.stderr.write(`${shellError(shell, 'cd: HOME not set')}\n`); return 1; }
  }
  const back = target === '-';
  if (back) {
    target = valueOf(shell.state.variables.get('OLDPWD'));
    if (target === undefined) { await shell.stderr.write(`${shellError(shell, 'cd: OLDPWD not set')}\n`); return 1; }
  }
  const status = await go(shell, target, 'cd');
  if (status === 0 && back) await shell.print(`${shell.cwd}\n`);
  return status;
}

export async function go(shell: Shell, target: string, name: string): Promise<number> {
  const { process, state } = shell;
  const path = target === '' ? process.cwd : joinPath(process.cwd, target);
  try {
    if (process.files.stat(path).type !== 'directory') throw new FileError('ENOTDIR', path);
    if (process.user.uid !== 0 && (process.files.stat(path).mode & 0o001) === 0 && process.files.stat(path).uid !== process.user.uid) throw new FileError('EACCES', path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const words = state.kind === 'bash' ? `${name}: ${target}: ${error.message}` : state.kind === 'dash' ? `${name}: can't cd to ${target}` : `${name}: can't cd to ${target}: ${error.message}`;
    await shell.stderr.write(`${shellError(shell, words)}\n`);
    return state.kind === 'dash' ? 2 : 1;
  }
  setVariable(state, 'OLDPWD', process.cwd);
  process.cwd = path;
  setVariable(state, 'PWD', path);
  return 0;
}

function stack(shell: Shell): string[] {
  return [...shell.state.variables.get('DIRSTACK')?.list?.values() ?? []];
}

function keep(shell: Shell, list: readonly string[]): void {
  shell.state.variables.set('DIRSTACK', { value: undefined, list: new Map(list.map((entry, index) => [index, entry])) });
}

async function showStack(shell: Shell): Promise<void> {
  const short = (path: string): string => path === shell.home ? '~' : path.startsWith(`${shell.home}/`) ? `~${path.slice(shell.home.length)}` : path;
  await shell.print(`${[shell.cwd, ...stack(shell)].map(short).join(' ')}\n`);
}

export const PLACES: Readonly<Record<string, Builtin>> = {
  cd,
  async pwd(shell) { await shell.print(`${shell.cwd}\n`); return 0; },
  async pushd(shell, argv) {
    const list = stack(shell);
    const target = argv[1] ?? list.shift();
    if (target === undefined) { await shell.stderr.write(`${shellError(shell, 'pushd: no other directory')}\n`); return 1; }
    const from = shell.cwd;
    if (await go(shell, target, 'pushd') !== 0) return 1;
    keep(shell, [from, ...list]);
    await showStack(shell);
    return 0;
  },
  async popd(shell) {
    const list = stack(shell);
    const target = list.shift();
    if (target === undefined) { await shell.stderr.write(`${shellError(shell, 'popd: directory stack empty')}\n`); return 1; }
    if (await go(shell, target, 'popd') !== 0) return 1;
    keep(shell, list);
    await showStack(shell);
    return 0;
  },
  async dirs(shell) { await showStack(shell); return 0; },
  async umask(shell, argv) { if (argv.length === 1) await shell.print('0022\n'); return 0; },
  async ulimit(shell, argv) { if (argv.length < 3) await shell.print(argv[1] === '-n' ? '1048576\n' : 'unlimited\n'); return 0; },
};
