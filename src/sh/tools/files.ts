/** cp, mv, rm, mkdir, rmdir, touch, ln, chmod, chown, readlink, realpath, mktemp, install: tools that change the tree. */
import { FileError } from '../../cri/files.ts';
import type { FileStat } from '../../cri/files.ts';
import { joinPath, readText } from '../../cri/memory-files.ts';
import { absolute } from '../../cri/open.ts';
import type { Process } from '../../cri/process.ts';
import { parseDate } from '../dates.ts';
import { badUsage, complain, parseOptions, toolName } from '../tool.ts';
import type { Flavour, Options, Tool } from '../tool.ts';

/** Runs the work and prints what the file system says against it. */
async function attempt(process: Process, work: () => void, words: (error: FileError) => string): Promise<boolean> {
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await complain(process, words(error));
    return false;
  }
}

export function lstat(process: Process, path: string): FileStat | undefined {
  try { return process.files.lstat(absolute(process, path)); } catch { return undefined; }
}

export function stat(process: Process, path: string): FileStat | undefined {
  try { return process.files.stat(absolute(process, path)); } catch { return undefined; }
}

function lastName(path: string): string {
  return path.replace(/\/+$/, '').split('/').pop() ?? '';
}

export const mkdir: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'pm:vZ', long: ['parents:p', 'mode=:m', 'verbose:v'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  if (options.rest.length === 0) return badUsage(process, flavour, 'missing operand');
  let status = 0;
  for (const path of options.rest) {
    const mode = options.get('m');
    const done = await attempt(process, () => process.files.makeDirectory(absolute(process, path), { recursive: options.has('p'), ...(mode === undefined ? {} : { mode: Number.parseInt(mode, 8) }) }),
      error => flavour === 'gnu' ? `cannot create directory '${path}': ${error.message}` : `can't create directory '${path}': ${error.message}`);
    if (!done) status = 1;
    else if (options.has('v')) await process.stdout.write(`${toolName(process)}: created directory '${path}'\n`);
  }
  return status;
};

export const rmdir: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'pv', long: ['parents:p', 'ignore-fail-on-non-empty'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  let status = 0;
  for (const path of parsed.options.rest) {
    const done = await attempt(process, () => {
      if (lstat(process, path)?.type !== 'directory' && lstat(process, path) !== undefined) throw new FileError('ENOTDIR', path);
      process.files.remove(absolute(process, path));
    }, error => flavour === 'gnu' ? `failed to remove '${path}': ${error.message}` : `'${path}': ${error.message}`);
    if (!done) status = 1;
  }
  return status;
};

export const rm: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'rRfivd', long: ['recursive:r', 'force:f', 'verbose:v', 'no-preserve-root', 'interactive'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  if (options.rest.length === 0 && !options.has('f')) return badUsage(process, flavour, 'missing operand');
  let status = 0;
  for (const path of options.rest) {
    const there = lstat(process, path);
    if (there === undefined && options.has('f')) continue;
    const full = absolute(process, path);
    if (joinPath('/', full) === '/' && options.has('r', 'R') && !options.has('no-preserve-root') && flavour === 'gnu') {
      await complain(process, "it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe");
      status = 1;
      continue;
    }
    if (there?.type === 'directory' && !options.has('r', 'R')) {
      await complain(process, flavour === 'gnu' ? `cannot remove '${path}': Is a directory` : `'${path}' is a directory`);
      status = 1;
      continue;
    }
    if (!await removeTree(process, flavour, path, full)) status = 1;
    else if (options.has('v')) await process.stdout.write(`removed '${path}'\n`);
  }
  return status;
};

/** Deepest first, so that what cannot go (a mount) is named and the rest goes. */
async function removeTree(process: Process, flavour: Flavour, shown: string, full: string): Promise<boolean> {
  let good = true;
  if (lstat(process, full)?.type === 'directory') {
    for (const name of process.files.readDirectory(full)) if (!await removeTree(process, flavour, `${shown.replace(/\/$/, '')}/${name}`, joinPath(full, name))) good = false;
  }
  if (!good) return false;
  return attempt(process, () => process.files.remove(full), error => flavour === 'gnu' ? `cannot remove '${shown}': ${error.message}` : `can't remove '${shown}': ${error.message}`);
}

function copyOne(process: Process, from: string, to: string, options: Options): void {
  const { files } = process;
  const source = options.has('d', 'a', 'P') ? files.lstat(from) : files.stat(from);
  if (source.type === 'symlink') {
    if (files.exists(to)) files.remove(to);
    files.symlink(files.readLink(from), to);
    return;
  }
  if (source.type === 'directory') {
    if (!files.exists(to)) files.makeDirectory(to, { mode: source.mode });
    for (const name of files.readDirectory(from)) copyOne(process, joinPath(from, name), joinPath(to, name), options);
    return;
  }
  files.writeFile(to, files.readFile(from), { mode: source.mode });
  if (options.has('p', 'a')) {
    files.chmod(to, source.mode);
    files.touch(to, source.modifiedAtMs);
    if (process.user.uid === 0) files.chown(to, source.uid, source.gid);
  }
}

async function intoTarget(process: Process, flavour: Flavour, options: Options, verb: string, work: (from: string, to: string, shown: string) => Promise<boolean>): Promise<number> {
  const given = options.get('t');
  const sources = given === undefined ? options.rest.slice(0, -1) : options.rest;
  const target = given ?? options.rest[options.rest.length - 1];
  if (target === undefined || options.rest.length === 0) return badUsage(process, flavour, flavour === 'gnu' ? 'missing file operand' : 'missing operand');
  if (sources.length === 0) return badUsage(process, flavour, `missing destination file operand after '${target}'`);
  const directory = stat(process, target)?.type === 'directory' && !options.has('T');
  if (sources.length > 1 && !directory) { await complain(process,
    flavour === 'gnu' ? `target '${target}': ${stat(process, target) === undefined ? 'No such file or directory' : 'Not a directory'}` : `'${target}' is not a directory`); return 1; }
  let status = 0;
  for (const source of sources) {
    const to = directory ? joinPath(absolute(process, target), lastName(joinPath('/', absolute(process, source))) || '.') : absolute(process, target);
    const shown = directory ? `${target.replace(/\/$/, '')}/${lastName(source)}` : target;
    if (!await work(absolute(process, source), to, shown)) status = 1;
    else if (options.has('v')) await process.stdout.write(`${verb === 'cp' ? '' : 'renamed '}'${source}' -> '${shown}'\n`);
  }
  return status;
}

export const cp: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'rRapfvnudLPTit:H',
    long: ['recursive:r', 'archive:a', 'force:f', 'verbose:v', 'preserve:p', 'no-clobber:n', 'target-directory=:t', 'update:u', 'no-target-directory:T', 'parents'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  return intoTarget(process, flavour, options, 'cp', async (from, to) => {
    const source = stat(process, from) ?? lstat(process, from);
    const name = options.rest.find(path => absolute(process, path) === from) ?? from;
    if (source === undefined) { await complain(process, flavour === 'gnu' ? `cannot stat '${name}': No such file or directory` : `can't stat '${name}': No such file or directory`); return false; }
    if (source.type === 'directory' && !options.has('r', 'R', 'a')) {
      await complain(process, flavour === 'gnu' ? `-r not specified; omitting directory '${name}'` : `omitting directory '${name}'`); return false; }
    if (options.has('n') && process.files.exists(to)) return true;
    if (source.type !== 'directory' && joinPath('/', from) === joinPath('/', to)) { await complain(process, `'${name}' and '${name}' are the same file`); return false; }
    return attempt(process, () => copyOne(process, from, to, options), error => flavour === 'gnu' ? `cannot create regular file '${to}': ${error.message}` : `can't create '${to}': ${error.message}`);
  });
};

export const mv: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'fvnit:Tu', long: ['force:f', 'verbose:v', 'no-clobber:n', 'target-directory=:t', 'no-target-directory:T'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  return intoTarget(process, flavour, options, 'mv', async (from, to) => {
    const name = options.rest.find(path => absolute(process, path) === from) ?? from;
    if (lstat(process, from) === undefined) { await complain(process,
      flavour === 'gnu' ? `cannot stat '${name}': No such file or directory` : `can't rename '${name}': No such file or directory`); return false; }
    if (options.has('n') && process.files.exists(to)) return true;
    return attempt(process, () => {
      try {
        process.files.rename(from, to);
      } catch (error) {
        if (!(error instanceof FileError) || error.code !== 'EXDEV') throw error;
        copyOne(process, from, to, { ...options, has: (...letters) => letters.includes('a') || options.has(...letters) });
        process.files.remove(from, { recursive: true });
      }
    }, error => flavour === 'gnu' ? `cannot move '${name}' to '${to}': ${error.message}` : `can't rename '${name}': ${error.message}`);
  });
};

export const touch: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'acmr:d:t:h', long: ['no-create:c', 'date=:d', 'reference=:r'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  if (options.rest.length === 0) return badUsage(process, flavour, 'missing file operand');
  const given = options.get('d');
  const at = given === undefined ? process.clock.now() : parseDate(given, process.clock.now()) ?? process.clock.now();
  const reference = options.get('r');
  let status = 0;
  for (const path of options.rest) {
    if (options.has('c') && stat(process, path) === undefined) continue;
    const done = await attempt(process, () => process.files.touch(absolute(process, path), reference === undefined ? at : process.files.stat(absolute(process, reference)).modifiedAtMs),
      error => flavour === 'gnu' ? `cannot touch '${path}': ${error.message}` : `${path}: ${error.message}`);
    if (!done) status = 1;
  }
  return status;
};

export const ln: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'sfnvTr', long: ['symbolic:s', 'force:f', 'no-dereference:n', 'verbose:v'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const [target, ...names] = options.rest;
  if (target === undefined) return badUsage(process, flavour, 'missing file operand');
  const given = names[names.length - 1] ?? lastName(target);
  const link = stat(process, given)?.type === 'directory' && !(options.has('n') && lstat(process, given)?.type === 'symlink')
    ? joinPath(absolute(process, given), lastName(target)) : absolute(process, given);
  return await attempt(process, () => {
    if (options.has('f') && lstat(process, link) !== undefined) process.files.remove(link);
    if (options.has('s')) process.files.symlink(target, link);
    else {
      // Differs from Kubernetes: a hard link is a copy.
      if (lstat(process, link) !== undefined) throw new FileError('EEXIST', link);
      process.files.writeFile(link, process.files.readFile(absolute(process, target)));
    }
  }, error => flavour === 'gnu' ? `failed to create ${options.has('s') ? 'symbolic' : 'hard'} link '${given}': ${error.message}` : `${given}: ${error.message}`) ? 0 : 1;
};

/** "755", "u+x", "a=r,g+w"; undefined: no mode. */
export function applyMode(text: string, old: number, directory: boolean): number | undefined {
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
  let mode = old;
  for (const clause of text.split(',')) {
    const found = /^([ugoa]*)([-+=])([rwxXst]*)$/.exec(clause);
    if (found === null) return undefined;
    const who = found[1] === '' || found[1]!.includes('a') ? 'ugo' : found[1]!;
    let bits = 0;
    for (const [letter, shift] of [['u', 6], ['g', 3], ['o', 0]] as const) {
      if (!who.includes(letter)) continue;
      for (const permission of found[3]!) {
        if (permission === 'r') bits |= 4 << shift;
        if (permission === 'w') bits |= 2 << shift;
        if (permission === 'x' || (permission === 'X' && (directory || (old & 0o111) !== 0))) bits |= 1 << shift;
      }
      if (found[2] === '=') mode &= ~(7 << shift);
    }
    if (found[3]!.includes('t')) bits |= 0o1000;
    if (found[3]!.includes('s')) bits |= who.includes('u') ? 0o4000 : 0o2000;
    mode = found[2] === '-' ? mode & ~bits : mode | bits;
  }
  return mode;
}

function* below(process: Process, path: string, recursive: boolean): Generator<string> {
  yield path;
  if (!recursive || lstat(process, path)?.type !== 'directory') return;
  for (const name of process.files.readDirectory(absolute(process, path))) yield* below(process, joinPath(absolute(process, path), name), true);
}

export const chmod: Tool = async (process, flavour) => {
  const argv = process.argv.map((arg, index) => index > 0 && /^-[rwxXst]/.test(arg) && arg !== '-v' && arg !== '-R' ? `\0${arg}` : arg);
  const parsed = parseOptions(argv, { short: 'Rvfc', long: ['recursive:R', 'verbose:v'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const [given, ...paths] = parsed.options.rest;
  const mode = given?.replace('\0', '');
  if (mode === undefined || paths.length === 0) return badUsage(process, flavour, 'missing operand');
  if (applyMode(mode, 0, false) === undefined) { await complain(process,
    flavour === 'gnu' ? `invalid mode: '${mode}'\nTry 'chmod --help' for more information.` : `invalid mode '${mode}'`); return 1; }
  let status = 0;
  for (const path of paths) {
    for (const each of below(process, path, parsed.options.has('R'))) {
      const done = await attempt(process, () => {
        const now = process.files.stat(absolute(process, each));
        process.files.chmod(absolute(process, each), applyMode(mode, now.mode, now.type === 'directory')!);
      }, error => flavour === 'gnu' ? (error.code === 'ENOENT' ? `cannot access '${each}': ${error.message}` : `changing permissions of '${each}': ${error.message}`) : `${each}: ${error.message}`);
      if (!done) status = 1;
    }
  }
  return status;
};

export const chown: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'Rvfhc', long: ['recursive:R', 'verbose:v', 'no-dereference:h'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const [owner, ...paths] = parsed.options.rest;
  if (owner === undefined || paths.length === 0) return badUsage(process, flavour, 'missing operand');
  const group = toolName(process) === 'chgrp';
  const [user = '', groupName] = group ? ['', owner] : owner.split(/[:.]/);
  const uid = user === '' ? undefined : idOf(process, '/etc/passwd', user);
  const gid = groupName === undefined || groupName === '' ? undefined : idOf(process, '/etc/group', groupName);
  if ((user !== '' && uid === undefined) || (groupName !== undefined && groupName !== '' && gid === undefined)) {
    await complain(process, flavour === 'gnu' ? `invalid ${user !== '' && uid === undefined ? 'user' : 'group'}: '${owner}'` : `unknown user ${user}`);
    return 1;
  }
  let status = 0;
  for (const path of paths) {
    for (const each of below(process, path, parsed.options.has('R'))) {
      const done = await attempt(process, () => {
        const now = process.files.stat(absolute(process, each));
        process.files.chown(absolute(process, each), uid ?? now.uid, gid ?? now.gid);
      }, error => flavour === 'gnu' ? (error.code === 'ENOENT' ? `cannot access '${each}': ${error.message}` : `changing ownership of '${each}': ${error.message}`) : `${each}: ${error.message}`);
      if (!done) status = 1;
    }
  }
  return status;
};

/** A name of /etc/passwd or /etc/group, or a number. */
export function idOf(process: Process, table: string, name: string): number | undefined {
  if (/^[0-9]+$/.test(name)) return Number(name);
  if (!process.files.exists(table)) return undefined;
  const row = readText(process.files, table).split('\n').map(line => line.split(':')).find(fields => fields[0] === name);
  return row === undefined ? undefined : Number(row[2]);
}

export function nameOf(process: Process, table: string, id: number): string {
  if (!process.files.exists(table)) return String(id);
  return readText(process.files, table).split('\n').map(line => line.split(':')).find(fields => fields[2] === String(id))?.[0] ?? String(id);
}

export const readlink: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'femnqsvz', long: ['canonicalize:f'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  let status = 0;
  for (const path of parsed.options.rest) {
    try {
      const full = absolute(process, path);
      await process.stdout.write(`${parsed.options.has('f', 'e', 'm') ? process.files.realPath(full) : process.files.readLink(full)}\n`);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      status = 1;
    }
  }
  return status;
};

export const realpath: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'emsqz', long: ['canonicalize-missing:m', 'no-symlinks:s'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  let status = 0;
  for (const path of parsed.options.rest) {
    try {
      const full = absolute(process, path);
      if (!process.files.exists(full) && flavour === 'busybox') throw new FileError('ENOENT', path);
      await process.stdout.write(`${process.files.realPath(full)}\n`);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      await complain(process, `${path}: ${error.message}`);
      status = 1;
    }
  }
  return status;
};

export const mktemp: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'dqup:t', long: ['directory:d', 'tmpdir=:p', 'dry-run:u', 'suffix='] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const template = options.rest[0] ?? 'tmp.XXXXXXXXXX';
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const name = template.replace(/X{3,}(?!.*X{3,})/, run => Array.from(run, () => letters[process.random.int(letters.length)]).join('')) + (options.get('suffix') ?? '');
  const path = options.rest.length === 0 || options.has('p', 't') ? joinPath(options.get('p') ?? process.env.get('TMPDIR') ?? '/tmp', name) : name;
  const done = await attempt(process, () => {
    if (options.has('u')) return;
    if (options.has('d')) process.files.makeDirectory(absolute(process, path), { mode: 0o700 });
    else process.files.writeFile(absolute(process, path), '', { mode: 0o600 });
  }, error => `failed to create ${options.has('d') ? 'directory' : 'file'} via template '${template}': ${error.message}`);
  if (!done) return 1;
  await process.stdout.write(`${path}\n`);
  return 0;
};

export const install: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'dm:o:g:Dvct:T', long: ['directory:d', 'mode=:m', 'owner=:o', 'group=:g'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const mode = Number.parseInt(options.get('m') ?? '755', 8);
  if (options.has('d')) { for (const path of options.rest) process.files.makeDirectory(absolute(process, path), { recursive: true, mode }); return 0; }
  return intoTarget(process, flavour, options, 'cp', (from, to) => attempt(process, () => {
    if (options.has('D')) process.files.makeDirectory(joinPath(to, '..'), { recursive: true });
    process.files.writeFile(to, process.files.readFile(from));
    process.files.chmod(to, mode);
  }, error => `cannot stat '${from}': ${error.message}`));
};
