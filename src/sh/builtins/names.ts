/** type, command, builtin, alias, hash: what a name stands for. */
import type { Shell } from '../interpreter.ts';
import { external, locate } from '../simple.ts';
import { shellError } from '../messages.ts';
import { shellQuote } from '../state.ts';
import type { Builtin } from './index.ts';
import { BUILTINS } from './index.ts';

const KEYWORDS: ReadonlySet<string> = new Set(['if', 'then', 'else', 'elif', 'fi', 'case', 'esac', 'for', 'select', 'while', 'until', 'do', 'done', 'in', 'function',
  'time', '{', '}', '!', '[[', ']]']);

interface Meaning { readonly kind: 'alias' | 'keyword' | 'function' | 'builtin' | 'file'; readonly words: string; readonly short: string }

function meaning(shell: Shell, name: string): Meaning | undefined {
  const alias = shell.state.aliases.get(name);
  if (alias !== undefined) return { kind: 'alias', words: `${name} is aliased to \`${alias}'`, short: `alias ${name}=${shellQuote(alias)}` };
  if (KEYWORDS.has(name)) return { kind: 'keyword', words: `${name} is a shell keyword`, short: name };
  if (shell.state.functions.has(name)) return { kind: 'function', words: `${name} is a function`, short: name };
  if (Object.hasOwn(BUILTINS, name) && shell.hasBuiltin(name)) return { kind: 'builtin', words: `${name} is a shell builtin`, short: name };
  const found = locate(shell, name);
  return 'path' in found && found.path !== undefined && !('missing' in found) ? { kind: 'file', words: `${name} is ${found.path}`, short: found.path } : undefined;
}

async function command(shell: Shell, argv: readonly string[]): Promise<number> {
  const [, option] = argv;
  if (option === '-v' || option === '-V') {
    const found = argv[2] === undefined ? undefined : meaning(shell, argv[2]);
    if (found !== undefined) { await shell.print(`${option === '-v' ? found.short : found.words}\n`); return 0; }
    if (option === '-V') await shell.stderr.write(`${shellError(shell, `command: ${argv[2] ?? ''}: not found`)}\n`);
    return shell.state.kind === 'bash' ? 1 : 127;
  }
  const args = argv.slice(option === '-p' || option === '--' ? 2 : 1);
  const [name] = args;
  if (name === undefined) return 0;
  const builtin = Object.hasOwn(BUILTINS, name) && shell.hasBuiltin(name) ? BUILTINS[name] : undefined;
  if (builtin !== undefined) return builtin(shell, args, args);
  await external(shell, args, []);
  return shell.state.status;
}

async function type(shell: Shell, argv: readonly string[]): Promise<number> {
  const [, option] = argv;
  const brief = option === '-t' || option === '-p' || option === '-P';
  let status = 0;
  for (const name of argv.slice(brief || option === '-a' ? 2 : 1)) {
    const found = meaning(shell, name);
    if (found === undefined) {
      if (!brief) await (shell.state.kind === 'bash' ? shell.stderr.write(`${shellError(shell, `type: ${name}: not found`)}\n`) : shell.print(`${name}: not found\n`));
      status = shell.state.kind === 'bash' ? 1 : 127;
    } else if (option === '-t') await shell.print(`${found.kind}\n`);
    else if (brief) await shell.print(found.kind === 'file' ? `${found.short}\n` : '');
    else await shell.print(`${found.words}\n`);
  }
  return status;
}

async function alias(shell: Shell, argv: readonly string[]): Promise<number> {
  let status = 0;
  if (argv.length === 1) for (const [name, text] of [...shell.state.aliases].sort()) await shell.print(`${shell.state.kind === 'bash' ? 'alias ' : ''}${name}=${forAlias(text)}\n`);
  for (const arg of argv.slice(1)) {
    const equals = arg.indexOf('=');
    if (equals > 0) { shell.state.aliases.set(arg.slice(0, equals), arg.slice(equals + 1)); continue; }
    const text = shell.state.aliases.get(arg);
    if (text !== undefined) await shell.print(`${shell.state.kind === 'bash' ? 'alias ' : ''}${arg}=${forAlias(text)}\n`);
    else { await shell.stderr.write(`${shellError(shell, `alias: ${arg}: not found`)}\n`); status = 1; }
  }
  return status;
}

function forAlias(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** compgen -W "a b" a: those of the words that begin so. */
async function compgen(shell: Shell, argv: readonly string[]): Promise<number> {
  const at = argv.indexOf('-W');
  const words = at > 0 ? (argv[at + 1] ?? '').split(/\s+/).filter(word => word !== '') : [];
  const prefix = argv.length > at + 2 ? argv.at(-1)! : '';
  const found = words.filter(word => word.startsWith(prefix));
  if (found.length > 0) await shell.print(`${found.join('\n')}\n`);
  return found.length > 0 ? 0 : 1;
}

export const NAMES: Readonly<Record<string, Builtin>> = {
  command, type,
  async builtin(shell, argv) {
    const args = argv.slice(1);
    const [name] = args;
    if (name === undefined) return 0;
    const found = Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
    if (found === undefined) { await shell.stderr.write(`${shellError(shell, `builtin: ${name}: not a shell builtin`)}\n`); return 1; }
    return found(shell, args, args);
  },
  async alias(shell, argv, args) {
    const texts = args.map(arg => typeof arg === 'string' ? arg : '').filter(text => text !== '');
    const assigned: string[] = [];
    for (const arg of args) if (typeof arg !== 'string') assigned.push(`${arg.name}=${arg.value.type === 'ArrayValue' ? '' : await shell.text(arg.value)}`);
    return alias(shell, [argv[0]!, ...texts, ...assigned]);
  },
  async unalias(shell, argv) {
    if (argv[1] === '-a') { shell.state.aliases.clear(); return 0; }
    let status = 0;
    for (const name of argv.slice(1)) {
      if (shell.state.aliases.delete(name)) continue;
      await shell.stderr.write(`${shellError(shell, `unalias: ${name}: not found`)}\n`);
      status = 1;
    }
    return status;
  },
  hash: async () => 0,
  // What a Tab completes is the line editor's business; scripts that set it up go on.
  complete: async () => 0,
  compopt: async () => 0,
  bind: async () => 0,
  compgen,
  enable: async () => 0,
};

