/** find: tests and actions over a tree. */
import { FileError } from '../../cri/files.ts';
import type { FileStat } from '../../cri/files.ts';
import { absolute } from '../../cri/open.ts';
import { matchesPattern } from '../glob.ts';
import { compileRegex } from '../regex.ts';
import { complain } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { lstat, nameOf, stat } from './files.ts';
import { modeText } from './listing.ts';

type Test = (path: string, info: FileStat, depth: number) => boolean;

/** find's expression: tests and actions, with ! -o -a and parentheses. */
export const find: Tool = async (process, flavour) => {
  const args = process.argv.slice(1).filter(arg => arg !== '-L' && arg !== '-H' && arg !== '-P');
  const paths: string[] = [];
  while (args.length > 0 && !/^[-!(]/.test(args[0]!)) paths.push(args.shift()!);
  let maxDepth = Infinity;
  let minDepth = 0;
  let acts = false;
  let problem: string | undefined;
  const pending: (() => Promise<void>)[] = [];
  const batches = new Map<readonly string[], string[]>();
  let pruned = false;
  const number = (text: string): ((value: number) => boolean) => {
    const size = Number(/^[-+]?([0-9]+)/.exec(text)?.[1] ?? '0');
    return text.startsWith('+') ? value => value > size : text.startsWith('-') ? value => value < size : value => value === size;
  };
  function primary(): Test {
    const name = args.shift();
    const value = (): string => { const next = args.shift(); if (next === undefined) problem ??= flavour === 'gnu' ? `missing argument to \`${name}'`
      : `${name} requires an argument`; return next ?? ''; };
    switch (name) {
      case '(': { const inner = or(); args.shift(); return inner; }
      case '!': case '-not': { const inner = primary(); return (...given) => !inner(...given); }
      case '-name': case '-iname': { const pattern = value(); return path => matchesPattern(pattern, path.replace(/\/+$/, '').split('/').pop() || '/', name === '-iname'); }
      case '-path': case '-wholename': case '-ipath': { const pattern = value(); return path => matchesPattern(pattern, path, name === '-ipath'); }
      case '-regex': { const regex = compileRegex(`^(${value()})$`, 'extended'); return path => regex.test(path); }
      case '-type': { const type = value(); return (_, info) => ({ f: 'file', d: 'directory', l: 'symlink', c: 'device' })[type] === info.type; }
      case '-maxdepth': maxDepth = Number(value()); return () => true;
      case '-mindepth': minDepth = Number(value()); return () => true;
      case '-empty': return (path, info) => info.type === 'file' ? info.size === 0 : info.type === 'directory' && process.files.readDirectory(absolute(process, path)).length === 0;
      case '-size': { const text = value(); const unit = { c: 1, k: 1024, M: 1048576, G: 1073741824, b: 512 }[text.slice(-1)] ?? 512; const test = number(text);
        return (_, info) => test(Math.ceil(info.size / unit)); }
      case '-mtime': { const test = number(value()); return (_, info) => test(Math.floor((process.clock.now() - info.modifiedAtMs) / 86_400_000)); }
      case '-mmin': { const test = number(value()); return (_, info) => test(Math.floor((process.clock.now() - info.modifiedAtMs) / 60_000)); }
      case '-newer': { const than = stat(process, value())?.modifiedAtMs ?? 0; return (_, info) => info.modifiedAtMs > than; }
      case '-perm': { const text = value(); const mode = Number.parseInt(text.replace(/^[-/]/, ''), 8);
        return (_, info) => text.startsWith('-') ? (info.mode & mode) === mode : text.startsWith('/') ? (info.mode & mode) !== 0 : (info.mode & 0o7777) === mode; }
      case '-user': { const user = value(); return (_, info) => nameOf(process, '/etc/passwd', info.uid) === user || String(info.uid) === user; }
      case '-print': acts = true; return path => { pending.push(async () => { await process.stdout.write(`${path}\n`); }); return true; };
      case '-print0': acts = true; return path => { pending.push(async () => { await process.stdout.write(`${path}\0`); }); return true; };
      case '-printf': { acts = true; const format = value(); return (path, info) => { pending.push(async () => { await process.stdout.write(printfFind(format, path, info)); }); return true; }; }
      case '-delete': acts = true; return path => { pending.push(async () => { try { process.files.remove(absolute(process, path));
        } catch (error) { if (!(error instanceof FileError)) throw error; } }); return true; };
      case '-prune': return () => { pruned = true; return true; };
      case '-quit': return () => true;
      case '-exec': case '-ok': {
        acts = true;
        const command: string[] = [];
        while (args.length > 0 && args[0] !== ';' && !(args[0] === '+' && command[command.length - 1] === '{}')) command.push(args.shift()!);
        const end = args.shift();
        if (end === undefined) problem ??= "missing argument to `-exec'";
        if (end === '+') return path => { batches.set(command, [...batches.get(command) ?? [], path]); return true; };
        return path => { pending.push(async () => { await process.spawnChild(command.map(part => part.replaceAll('{}', path))).wait(); }); return true; };
      }
      case '-true': return () => true;
      case '-false': return () => false;
      case '-depth': case '-xdev': case '-mount': case '-follow': return () => true;
      default: problem ??= flavour === 'gnu' ? `unknown predicate \`${name}'` : `unrecognized: ${name}`; return () => false;
    }
  }
  function and(): Test {
    let left = primary();
    while (args.length > 0 && args[0] !== '-o' && args[0] !== '-or' && args[0] !== ')') {
      if (args[0] === '-a' || args[0] === '-and') args.shift();
      const before = left;
      const right = primary();
      left = (...given) => before(...given) && right(...given);
    }
    return left;
  }
  function or(): Test {
    let left = and();
    while (args[0] === '-o' || args[0] === '-or') {
      args.shift();
      const before = left;
      const right = and();
      left = (...given) => before(...given) || right(...given);
    }
    return left;
  }
  const test = args.length === 0 ? (): boolean => true : or();
  if (problem !== undefined) { await complain(process, problem); return 1; }
  let status = 0;
  async function walk(path: string, depth: number): Promise<void> {
    const info = lstat(process, path);
    if (info === undefined) { await complain(process, flavour === 'gnu' ? `'${path}': No such file or directory` : `${path}: No such file or directory`); status = 1; return; }
    pruned = false;
    if (depth >= minDepth && test(path, info, depth)) { if (!acts) await process.stdout.write(`${path}\n`); }
    const skip = pruned;
    const after = pending.splice(0);
    if (!process.argv.includes('-delete')) for (const act of after) await act();
    if (info.type === 'directory' && depth < maxDepth && !skip) {
      try {
        for (const name of process.files.readDirectory(absolute(process, path))) await walk(`${path.replace(/\/$/, '')}/${name}`, depth + 1);
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        await complain(process, `'${path}': ${error.message}`);
        status = 1;
      }
    }
    if (process.argv.includes('-delete')) for (const act of after) await act();
  }
  for (const path of paths.length === 0 ? ['.'] : paths) await walk(path, 0);
  for (const [command, found] of batches) await process.spawnChild(command.flatMap(part => part === '{}' ? found : [part])).wait();
  return status;
};

function printfFind(format: string, path: string, info: FileStat): string {
  return format.replace(/%([pfshmMyTuUgGkd])([@TY+]?)/g, (whole, letter: string) => ({
    p: path, f: path.split('/').pop() ?? '', s: String(info.size), h: path.slice(0, path.lastIndexOf('/')), m: (info.mode & 0o7777).toString(8), M: modeText(info),
    y: { file: 'f', directory: 'd', symlink: 'l', device: 'c' }[info.type], T: String(info.modifiedAtMs / 1000), U: String(info.uid), G: String(info.gid),
      u: String(info.uid), g: String(info.gid), k: String(Math.ceil(info.size / 1024)), d: '0',
  } as Readonly<Record<string, string>>)[letter] ?? whole).replaceAll('\\n', '\n').replaceAll('\\t', '\t').replaceAll('\\0', '\0');
}
