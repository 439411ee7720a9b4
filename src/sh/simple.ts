/** Simple commands: assignments, aliases, functions, builtins and programs. */
import { FileError } from '../cri/files.ts';
import { candidates, DEFAULT_PATH, ExitError, ForkError } from '../cri/processes.ts';
import type { Child } from '../cri/process.ts';
import { assign } from './assign.ts';
import { BUILTINS, SPECIAL_BUILTINS } from './builtins/index.ts';
import { ReturnSignal } from './control.ts';
import { COMMAND_CPU_MS, DEPTH_MAX } from './costs.ts';
import { expandText, expandWords } from './expand.ts';
import type { Shell } from './interpreter.ts';
import { commandNotFound, notExecutable } from './messages.ts';
import { syntaxMessages } from './outcome.ts';
import { parseScript } from './parse.ts';
import type { Assignment, Command, Word } from './parse.ts';
import { redirect } from './redirect.ts';
import { environment, shellQuote, valueOf } from './state.ts';
import type { ShellFunction } from './state.ts';

const DECLARING: ReadonlySet<string> = new Set(['export', 'declare', 'typeset', 'local', 'readonly', 'alias']);

function endOf(node: Command): number {
  return Math.max(node.end, ...node.suffix.map(item => item.end));
}

export async function simple(shell: Shell, node: Command): Promise<void> {
  const replaces = shell.replace === node && shell.state.traps.size === 0;
  const words: Word[] = node.name === undefined ? [] : [node.name];
  const assignments: Assignment[] = [];
  for (const item of node.prefix) if (item.type === 'Assignment') assignments.push(item);
  const name = node.name?.value ?? '';
  const aliased = node.name !== undefined && node.name.parts === undefined && node.name.text === name ? aliasOf(shell, name) : undefined;
  if (aliased !== undefined) { await runAlias(shell, node, aliased); return; }
  const declares = DECLARING.has(name) && node.name?.parts === undefined;
  const args: (string | Assignment)[] = [];
  const head = await expandWords(shell, words);
  for (const item of node.suffix) {
    if (item.type === 'Assignment') args.push(...(declares ? [item]
      : [item.text.includes('$') || item.text.includes('`') || item.text.includes('"') || item.text.includes("'") ? await assignmentText(shell, item) : item.text]));
    else if (item.type === 'Word') args.push(...await expandWords(shell, [item]));
  }
  const argv = [...head, ...args.filter(arg => typeof arg === 'string')];
  // Before redirections: the trace goes where the shell's own errors go.
  if (argv.length > 0 && shell.state.options.has('xtrace')) await shell.traceLine(argv.map(shellQuote).join(' '));
  const before = shell.temporary.length;
  try {
    if (node.redirects.length > 0) {
      const opened: { close(): void }[] = [];
      const io = await redirect(shell, node.redirects, opened);
      if (io === undefined) { shell.state.status = shell.state.kind === 'dash' ? 2 : 1; return; }
      const keeps = argv[0] === 'exec' && argv.length === 1;
      try { await shell.withIo(io, () => runSimple(shell, argv, args, assignments, replaces)); } finally { if (!keeps) for (const stream of opened) stream.close(); }
      if (keeps) shell.io = io;
      return;
    }
    await runSimple(shell, argv, args, assignments, replaces);
  } finally {
    for (const path of shell.temporary.splice(before)) if (shell.files.exists(path)) shell.files.remove(path);
  }
}

async function assignmentText(shell: Shell, item: Assignment): Promise<string> {
  if (item.value.type === 'ArrayValue') return item.text;
  return `${item.name}${item.append === true ? '+=' : '='}${await expandText(shell, item.value)}`;
}

function aliasOf(shell: Shell, name: string): string | undefined {
  return shell.options.prompted || shell.state.shopt.has('expand_aliases') || shell.state.kind !== 'bash' ? shell.state.aliases.get(name) : undefined;
}

async function runAlias(shell: Shell, node: Command, alias: string): Promise<void> {
  const start = node.name!.pos;
  const text = shell.source.slice(node.pos, start) + alias + shell.source.slice(node.name!.end, endOf(node));
  const saved = shell.state.aliases.get(node.name!.value)!;
  shell.state.aliases.delete(node.name!.value);
  try {
    const parsed = parseScript(text);
    if (parsed.error !== undefined) { await shell.stderr.write(syntaxMessages(shell, text, parsed.error)); shell.state.status = 2; return; }
    await shell.runScript(parsed.script, text);
  } finally {
    if (!shell.state.aliases.has(node.name!.value)) shell.state.aliases.set(node.name!.value, saved);
  }
}

async function runSimple(shell: Shell, argv: readonly string[], args: readonly (string | Assignment)[], assignments: readonly Assignment[], replaces: boolean): Promise<void> {
  const [name] = argv;
  if (name === undefined) {
    shell.state.status = 0;
    for (const item of assignments) await assign(shell, item);
    if (shell.state.options.has('xtrace')) for (const item of assignments) await shell.traceLine(`${item.name}=${shellQuote(valueOf(shell.state.variables.get(item.name)) ?? '')}`);
    return;
  }
  if (shell.state.options.has('noexec')) return;
  shell.state.lastArgument = argv[argv.length - 1] ?? '';
  shell.debtMs += COMMAND_CPU_MS;
  const builtin = Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
  const fn = shell.state.functions.get(name);
  if (fn !== undefined && !SPECIAL_BUILTINS.has(name)) { await withAssignments(shell, assignments, () => callFunction(shell, fn, argv)); return; }
  if (builtin !== undefined && shell.hasBuiltin(name)) {
    const keeps = SPECIAL_BUILTINS.has(name) && shell.state.kind !== 'bash';
    const run = async (): Promise<void> => { shell.state.status = await builtin(shell, argv, args); };
    if (assignments.length === 0 || keeps) { for (const item of assignments) await assign(shell, item); await run(); }
    else await withAssignments(shell, assignments, run);
    return;
  }
  await external(shell, argv, assignments, replaces);
}

async function withAssignments(shell: Shell, assignments: readonly Assignment[], work: () => Promise<void>): Promise<void> {
  const saved = assignments.map(item => [item.name, shell.state.variables.get(item.name)] as const);
  for (const item of assignments) {
    await assign(shell, item);
    const now = shell.state.variables.get(item.name);
    if (now !== undefined) shell.state.variables.set(item.name, { ...now, exported: true });
  }
  try { await work(); } finally {
    for (const [name, old] of saved) {
      if (old === undefined) shell.state.variables.delete(name);
      else shell.state.variables.set(name, old);
    }
  }
}

export async function callFunction(shell: Shell, fn: ShellFunction, argv: readonly string[]): Promise<void> {
  const { positional, locals } = shell.state;
  const outerSource = shell.source;
  const outerLoops = shell.loops;
  shell.state.positional = argv.slice(1);
  locals.push(new Map());
  shell.source = fn.source;
  shell.inFunction += 1;
  shell.loops = 0;
  shell.depth += 1;
  try {
    if (shell.depth > DEPTH_MAX) { shell.depth = 0; shell.fail(`${argv[0]}: maximum function nesting level exceeded (${DEPTH_MAX})`); }
    const { body } = fn.node;
    if (body.type === 'CompoundList') await shell.list(body);
    else await shell.command(body);
  } catch (error) {
    if (!(error instanceof ReturnSignal)) throw error;
    shell.state.status = error.code;
  } finally {
    shell.depth -= 1;
    shell.inFunction -= 1;
    shell.loops = outerLoops;
    shell.source = outerSource;
    shell.state.positional = positional;
    for (const [name, old] of locals.pop() ?? []) {
      if (old === undefined) shell.state.variables.delete(name);
      else shell.state.variables.set(name, old);
    }
  }
}

/** Where a command is, or why it cannot run. */
export function locate(shell: Shell, name: string): { readonly path: string } | { readonly missing: 126 | 127; readonly path?: string } {
  let denied: string | undefined;
  const path = valueOf(shell.state.variables.get('PATH')) ?? DEFAULT_PATH;
  for (const candidate of name === '' ? [] : candidates(name, path, shell.cwd)) {
    try {
      const stat = shell.files.stat(candidate);
      if (stat.type === 'directory') { if (name.includes('/')) return { missing: 126, path: 'directory' }; continue; }
      if ((stat.mode & 0o111) !== 0) return { path: candidate };
      denied ??= candidate;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
    }
  }
  return denied === undefined ? { missing: 127 } : { missing: 126, path: denied };
}

/** `replaces`: nothing comes after it, so it takes the shell's own place. */
export async function external(shell: Shell, argv: readonly string[], assignments: readonly Assignment[], replaces = false): Promise<void> {
  const env = environment(shell.state);
  if (assignments.length > 0) await withAssignments(shell, assignments, async () => { for (const [key, value] of environment(shell.state)) env.set(key, value); });
  const found = locate(shell, argv[0]!);
  if ('missing' in found) {
    await shell.stderr.write(found.missing === 127 ? commandNotFound(shell, argv[0]!) : notExecutable(shell, argv[0]!, found.path === 'directory'));
    shell.state.status = found.missing;
    return;
  }
  const streams = { stdin: shell.io[0]?.input, stdout: shell.io[1]?.output, stderr: shell.io[2]?.output, env, cwd: shell.cwd };
  if (replaces) throw new ExitError(await shell.process.exec(argv, streams));
  let child: Child;
  try {
    child = shell.process.spawnChild(argv, streams);
  } catch (error) {
    if (error instanceof ForkError) { await shell.forkFailed(); return; }
    throw error;
  }
  shell.state.status = await shell.waitFor(child);
}
