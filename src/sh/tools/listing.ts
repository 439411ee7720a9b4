/** ls, stat, du, df, tree, file: tools that look at the tree. */
import { FileError } from '../../cri/files.ts';
import type { FileStat } from '../../cri/files.ts';
import { joinPath, readText } from '../../cri/memory-files.ts';
import { absolute } from '../../cri/open.ts';
import type { Process } from '../../cri/process.ts';
import { formatDate } from '../dates.ts';
import { badUsage, complain, humanSize, parseOptions } from '../tool.ts';
import type { Flavour, Options, Tool } from '../tool.ts';
import { lstat, nameOf, stat } from './files.ts';

/** "-rwxr-xr-x" */
export function modeText(info: FileStat): string {
  const type = { file: '-', directory: 'd', symlink: 'l', device: 'c' }[info.type];
  let out = type;
  for (const shift of [6, 3, 0]) {
    const bits = info.mode >> shift;
    // The special bits are told in the place of x: set-user-ID, set-group-ID, sticky.
    const special = (info.mode & { 6: 0o4000, 3: 0o2000, 0: 0o1000 }[shift]!) === 0 ? '' : shift === 0 ? 't' : 's';
    const x = (bits & 1) !== 0;
    out += (bits & 4 ? 'r' : '-') + (bits & 2 ? 'w' : '-') + (special === '' ? (x ? 'x' : '-') : x ? special : special.toUpperCase());
  }
  return out;
}

interface Item { readonly name: string; readonly path: string; readonly info: FileStat }

function sortItems(items: Item[], options: Options): Item[] {
  const byName = (a: Item, b: Item): number => a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  if (!options.has('U')) items.sort((a, b) => options.has('t') ? b.info.modifiedAtMs - a.info.modifiedAtMs || byName(a, b) : options.has('S')
    ? b.info.size - a.info.size || byName(a, b) : byName(a, b));
  return options.has('r') ? items.reverse() : items;
}

async function printItems(process: Process, flavour: Flavour, items: readonly Item[], options: Options): Promise<void> {
  if (!options.has('l', 'n', 'g', 'o')) {
    const shown = items.map(item => `${options.has('i') ? `${1000 + item.name.length} ` : ''}${item.name}${suffix(item, options)}`);
    const inColumns = process.tty !== undefined && process.stdout.isTerminal === true && !options.has('1');
    if (shown.length > 0) await process.stdout.write(inColumns ? columns(shown, process.tty.columns) : `${shown.join('\n')}\n`);
    return;
  }
  const rows = items.map(item => {
    const links = item.info.type === 'directory' ? 2 + count(process, item) : 1;
    const numeric = options.has('n');
    const owner = numeric ? String(item.info.uid) : nameOf(process, '/etc/passwd', item.info.uid);
    const group = numeric ? String(item.info.gid) : nameOf(process, '/etc/group', item.info.gid);
    const size = options.has('h') ? humanSize(item.info.size) : String(item.info.size);
    const recent = process.clock.now() - item.info.modifiedAtMs < 182 * 86_400_000;
    const time = options.has('full-time') ? formatDate(item.info.modifiedAtMs, '%F %T.%N %z') : formatDate(item.info.modifiedAtMs, recent ? '%b %e %H:%M' : '%b %e  %Y');
    const target = item.info.type === 'symlink' ? ` -> ${process.files.readLink(item.path)}` : '';
    return [modeText(item.info), String(links), owner, group, size, time, `${item.name}${suffix(item, options)}${target}`];
  });
  const width = (index: number): number => Math.max(0, ...rows.map(row => row[index]!.length));
  // BusyBox does not look at all rows before it prints the first.
  const widths = flavour === 'gnu' ? [0, 1, 2, 3, 4].map(width) : [0, 4, 8, 8, 9];
  for (const row of rows) await process.stdout.write(`${row[0]} ${row[1]!.padStart(widths[1]!)} ${row[2]!.padEnd(widths[2]!)} ${row[3]!.padEnd(widths[3]!)} `
    + `${row[4]!.padStart(widths[4]!)} ${row[5]} ${row[6]}\n`);
}

function count(process: Process, item: Item): number {
  try {
    let directories = 0;
    for (const name of process.files.readDirectory(item.path)) if (process.files.lstat(joinPath(item.path, name)).type === 'directory') directories += 1;
    return directories;
  } catch { return 0; }
}

function suffix(item: Item, options: Options): string {
  if (!options.has('F', 'p')) return '';
  if (item.info.type === 'directory') return '/';
  if (options.has('p')) return '';
  return item.info.type === 'symlink' ? '@' : (item.info.mode & 0o111) !== 0 ? '*' : '';
}

function columns(names: readonly string[], width: number): string {
  const widest = Math.max(...names.map(name => name.length)) + 2;
  const across = Math.max(1, Math.floor(width / widest));
  const down = Math.ceil(names.length / across);
  let out = '';
  for (let row = 0; row < down; row += 1) {
    const line: string[] = [];
    for (let column = 0; column * down + row < names.length; column += 1) line.push(names[column * down + row]!.padEnd(widest));
    out += `${line.join('').trimEnd()}\n`;
  }
  return out;
}

export const ls: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'AaBCcdFfGghiklLmNnopQqRrSstuUvwxX1Z',
    long: ['all:a', 'almost-all:A', 'color', 'directory:d', 'human-readable:h', 'recursive:R', 'reverse:r', 'full-time', 'time-style=', 'group-directories-first',
    'classify:F', 'inode:i', 'size:s'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error, 2);
  const { options } = parsed;
  const long = options.has('l', 'n', 'g', 'o');
  const plain: Item[] = [];
  const directories: string[] = [];
  let status = 0;
  for (const path of options.rest.length === 0 ? ['.'] : options.rest) {
    const info = (long ? undefined : stat(process, path)) ?? lstat(process, path);
    if (info === undefined) {
      await complain(process, flavour === 'gnu' ? `cannot access '${path}': No such file or directory` : `${path}: No such file or directory`);
      status = flavour === 'gnu' ? 2 : 1;
    } else if ((info.type === 'directory' || (info.type === 'symlink' && path.endsWith('/'))) && !options.has('d')) directories.push(path);
    else plain.push({ name: path, path: absolute(process, path), info });
  }
  await printItems(process, flavour, sortItems(plain, options), options);
  const titles = options.rest.length > 1 || options.has('R');
  let first = plain.length === 0;
  while (directories.length > 0) {
    const path = directories.shift()!;
    if (titles) await process.stdout.write(`${first ? '' : '\n'}${path}:\n`);
    first = false;
    const items = await itemsOf(process, flavour, path, options);
    if (items === undefined) { status = flavour === 'gnu' ? 2 : 1; continue; }
    if (long) await process.stdout.write(`total ${items.reduce((sum, item) => sum + blocks(item.info), 0)}\n`);
    await printItems(process, flavour, items, options);
    if (options.has('R')) directories.unshift(...items.filter(item => item.info.type === 'directory' && item.name !== '.'
      && item.name !== '..').map(item => `${path.replace(/\/$/, '')}/${item.name}`));
  }
  return status;
};

function blocks(info: FileStat): number {
  return info.type === 'file' ? Math.ceil(info.size / 4096) * 4 : info.type === 'directory' ? 4 : 0;
}

async function itemsOf(process: Process, flavour: Flavour, path: string, options: Options): Promise<Item[] | undefined> {
  const full = absolute(process, path);
  try {
    const names = process.files.readDirectory(full).filter(name => options.has('a', 'A', 'f') || !name.startsWith('.'));
    const items = names.map(name => ({ name, path: joinPath(full, name), info: process.files.lstat(joinPath(full, name)) }));
    const dots = options.has('a', 'f') ? ['.', '..'].map(name => ({ name, path: joinPath(full, name), info: process.files.stat(joinPath(full, name)) })) : [];
    return sortItems([...dots, ...items], options);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await complain(process, flavour === 'gnu' ? `cannot open directory '${path}': ${error.message}` : `can't open '${path}': ${error.message}`);
    return undefined;
  }
}

export const statTool: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'c:fLt', long: ['format=:c', 'printf=', 'dereference:L', 'file-system:f'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  let status = 0;
  for (const path of options.rest) {
    const info = options.has('L') ? stat(process, path) : lstat(process, path);
    if (info === undefined) {
      await complain(process, flavour === 'gnu' ? `cannot statx '${path}': No such file or directory` : `can't stat '${path}': No such file or directory`);
      status = 1;
      continue;
    }
    const words = { file: info.size === 0 ? 'regular empty file' : 'regular file', directory: 'directory', symlink: 'symbolic link', device: 'character special file' }[info.type];
    const octal = (info.mode & 0o7777).toString(8);
    const owner = nameOf(process, '/etc/passwd', info.uid);
    const group = nameOf(process, '/etc/group', info.gid);
    const format = options.get('c', 'printf');
    const time = formatDate(info.modifiedAtMs, '%F %T.%N %z');
    const quoted = info.type === 'symlink' ? `${path} -> ${process.files.readLink(absolute(process, path))}` : path;
    if (format === undefined) {
      await process.stdout.write(`  File: ${quoted}\n  Size: ${String(info.size).padEnd(10)}\tBlocks: ${String(blocks(info) * 2).padEnd(10)} IO Block: 4096   `
        + `${words}\nDevice: 0,72\tInode: 1048577     Links: 1\n`
        + `Access: (${octal.padStart(4, '0')}/${modeText(info)})  Uid: (${String(info.uid).padStart(5)}/${owner.padStart(8)})   Gid: `
          + `(${String(info.gid).padStart(5)}/${group.padStart(8)})\nAccess: ${time}\nModify: ${time}\nChange: ${time}\n`);
      continue;
    }
    const text = format.replace(/%([a-zA-Z%])/g, (whole, letter: string) => ({
      a: octal, A: modeText(info), n: path, N: `'${path}'`, s: String(info.size), u: String(info.uid), U: owner, g: String(info.gid), G: group, F: words,
        f: info.mode.toString(16), h: '1', i: '1048577',
      y: time, Y: String(Math.floor(info.modifiedAtMs / 1000)), x: time, X: String(Math.floor(info.modifiedAtMs / 1000)), z: time,
        Z: String(Math.floor(info.modifiedAtMs / 1000)), T: 'overlayfs', t: '0', b: String(blocks(info) * 2), B: '512', '%': '%',
    } as Readonly<Record<string, string>>)[letter] ?? whole);
    await process.stdout.write(options.has('printf') ? text.replaceAll('\\n', '\n').replaceAll('\\t', '\t') : `${text}\n`);
  }
  return status;
};

function sizeOf(process: Process, path: string): number {
  const info = lstat(process, path);
  if (info === undefined) return 0;
  if (info.type !== 'directory') return info.type === 'file' ? Math.ceil(info.size / 4096) * 4096 : 0;
  let sum = 4096;
  try { for (const name of process.files.readDirectory(absolute(process, path))) sum += sizeOf(process, joinPath(absolute(process, path), name));
    } catch { /* A directory that may not be read counts for itself. */ }
  return sum;
}

export const du: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'abchkmsxd:H', long: ['summarize:s', 'human-readable:h', 'all:a', 'bytes:b', 'max-depth=:d', 'total:c'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const depthMax = options.has('s') ? 0 : Number(options.get('d') ?? 'Infinity');
  const show = async (path: string, bytes: number): Promise<void> => {
    await process.stdout.write(`${options.has('h') ? humanSize(bytes) : options.has('b') ? bytes : options.has('m') ? Math.ceil(bytes / 1048576) : Math.ceil(bytes / 1024)}\t${path}\n`);
  };
  let status = 0;
  let total = 0;
  const walk = async (path: string, depth: number): Promise<void> => {
    const info = lstat(process, path);
    if (info?.type === 'directory' && depth < 64) {
      for (const name of process.files.readDirectory(absolute(process, path))) {
        const child = `${path.replace(/\/$/, '')}/${name}`;
        if (options.has('a') || lstat(process, child)?.type === 'directory') await walk(child, depth + 1);
      }
    }
    if (depth <= depthMax) await show(path, sizeOf(process, path));
  };
  for (const path of options.rest.length === 0 ? ['.'] : options.rest) {
    if (lstat(process, path) === undefined) { await complain(process,
      flavour === 'gnu' ? `cannot access '${path}': No such file or directory` : `${path}: No such file or directory`); status = 1; continue; }
    await walk(path, 0);
    total += sizeOf(process, path);
  }
  if (options.has('c')) await show('total', total);
  return status;
};

export const df: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'hkmPTiaHB:', long: ['human-readable:h', 'print-type:T'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const size = 40 * 1024 ** 3;
  const used = process.files.usage('/') + 6 * 1024 ** 3;
  const shown = (bytes: number): string => options.has('h') ? humanSize(bytes) : String(Math.ceil(bytes / (options.has('m') ? 1048576 : 1024)));
  const mounts = process.files.exists('/proc/mounts') ? readText(process.files,
    '/proc/mounts').split('\n').filter(line => line !== '' && !line.startsWith('proc')).map(line => line.split(' ')) : [['overlay', '/', 'overlay']];
  const wanted = options.rest.map(path => mounts.filter(([, at = '/']) => joinPath('/', absolute(process, path)).startsWith(at)).sort((a, b) => b[1]!.length - a[1]!.length)[0]!);
  const rows = (options.rest.length === 0 ? mounts : wanted).map(([device = '', at = '', type = '']) => [device, ...(options.has('T') ? [type] : []), shown(size),
    shown(used), shown(size - used), `${Math.round((used / size) * 100)}%`, at]);
  const header = ['Filesystem', ...(options.has('T') ? ['Type'] : []), options.has('h') ? 'Size' : options.has('m') ? '1M-blocks' : '1K-blocks', 'Used',
    options.has('h') && flavour === 'gnu' ? 'Avail' : 'Available', 'Use%', 'Mounted on'];
  const widths = header.map((title, index) => Math.max(title.length, ...rows.map(row => row[index]!.length)));
  const first = Math.max(widths[0]!, flavour === 'busybox' ? 20 : 0);
  if (flavour === 'busybox' && !options.has('T')) {
    const [, title = ''] = header;
    const shownRows = rows.map(([device = '', ...cells]) => `${device.padEnd(20)} ${cells.slice(0, 3).map(cell => cell.padStart(9)).join(' ')} ${cells[3]!.padStart(4)} ${cells[4]}\n`);
    await process.stdout.write(`Filesystem           ${title.padStart(9).padEnd(15)}Used Available Use% Mounted on\n${shownRows.join('')}`);
    return 0;
  }
  for (const row of [header, ...rows]) {
    const cells = row.map((cell, index) => index === 0 ? cell.padEnd(first) : index === row.length - 1 ? cell : cell.padStart(widths[index]!));
    await process.stdout.write(`${cells.join(' ')}\n`);
  }
  return 0;
};

export const tree: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'adL:fFI:', long: ['dirsfirst', 'noreport'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const limit = Number(options.get('L') ?? 'Infinity');
  let directories = 0;
  let files = 0;
  const walk = async (path: string, indent: string, depth: number): Promise<void> => {
    if (depth > limit) return;
    const names = process.files.readDirectory(absolute(process, path)).filter(name => options.has('a') || !name.startsWith('.'));
    const shown = names.filter(name => !options.has('d') || lstat(process, `${path}/${name}`)?.type === 'directory');
    for (const [index, name] of shown.entries()) {
      const info = lstat(process, `${path}/${name}`);
      const last = index === shown.length - 1;
      await process.stdout.write(`${indent}${last ? '└── ' : '├── '}${name}${info?.type === 'symlink' ? ` -> ${process.files.readLink(absolute(process, `${path}/${name}`))}` : ''}\n`);
      if (info?.type === 'directory') { directories += 1; await walk(`${path}/${name}`, `${indent}${last ? '    ' : '│   '}`, depth + 1); } else files += 1;
    }
  };
  for (const path of options.rest.length === 0 ? ['.'] : options.rest) {
    if (stat(process, path)?.type !== 'directory') { await process.stdout.write(`${path}  [error opening dir]\n`); continue; }
    await process.stdout.write(`${path}\n`);
    await walk(path, '', 1);
  }
  await process.stdout.write(`\n${directories} director${directories === 1 ? 'y' : 'ies'}${options.has('d') ? '' : `, ${files} file${files === 1 ? '' : 's'}`}\n`);
  return 0;
};

export const file: Tool = async process => {
  let status = 0;
  for (const path of process.argv.slice(1).filter(arg => !arg.startsWith('-'))) {
    const info = lstat(process, path);
    let words: string;
    if (info === undefined) { words = `cannot open \`${path}' (No such file or directory)`; status = 0; }
    else if (info.type !== 'file') words = info.type === 'symlink' ? `symbolic link to ${process.files.readLink(absolute(process, path))}`
      : info.type === 'directory' ? 'directory' : 'character special';
    else {
      const bytes = process.files.readFile(absolute(process, path));
      words = bytes.length === 0 ? 'empty' : bytes[0] === 0x7f && bytes[1] === 0x45 ? 'ELF 64-bit LSB executable, x86-64, version 1 (SYSV)' : bytes[0] === 0x1f
        && bytes[1] === 0x8b ? 'gzip compressed data'
        : bytes[0] === 0x23 && bytes[1] === 0x21 ? 'POSIX shell script, ASCII text executable' : bytes.includes(0) ? 'data' : 'ASCII text';
    }
    await process.stdout.write(`${path}: ${words}\n`);
  }
  return status;
};
