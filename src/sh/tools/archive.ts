/** tar, gzip, gunzip, zcat. Archives are real ustar; gzip stores without compressing. */
import { concat, fromUtf8 } from '../../base/bytes.ts';
import { FileError } from '../../cri/files.ts';
import { joinPath } from '../../cri/memory-files.ts';
import { absolute } from '../../cri/open.ts';
import { readAll } from '../../cri/streams.ts';
import type { Process } from '../../cri/process.ts';
import { formatDate } from '../dates.ts';
import { gunzipBytes, gzipBytes, readTar, tarEntry, TAR_END } from '../tar.ts';
import type { TarEntry } from '../tar.ts';
import { badUsage, complain, parseOptions, toolName } from '../tool.ts';
import type { Options, Tool } from '../tool.ts';
import { modeText } from './listing.ts';
import { lstat } from './files.ts';

/** "cvf" without a dash is options too. */
function withDash(argv: readonly string[]): string[] {
  const [name = '', first, ...rest] = argv;
  return first !== undefined && /^[cxtzvfjpkhC]+$/.test(first) && !first.startsWith('-') ? [name, `-${first}`, ...rest] : [...argv];
}

function* treeOf(process: Process, base: string, name: string): Generator<TarEntry> {
  const full = joinPath(base, name);
  const info = process.files.lstat(full);
  const common = { mode: info.mode, uid: info.uid, gid: info.gid, modifiedAtMs: info.modifiedAtMs };
  if (info.type === 'directory') {
    yield { ...common, name: name.endsWith('/') ? name : `${name}/`, type: 'directory', data: new Uint8Array(0) };
    for (const child of process.files.readDirectory(full)) yield* treeOf(process, base, `${name.replace(/\/$/, '')}/${child}`);
  } else if (info.type === 'symlink') yield { ...common, name, type: 'symlink', link: process.files.readLink(full), data: new Uint8Array(0) };
  else if (info.type === 'file') yield { ...common, name, type: 'file', data: process.files.readFile(full) };
}

async function create(process: Process, options: Options, base: string): Promise<number> {
  const parts: Uint8Array[] = [];
  let status = 0;
  for (const path of options.rest) {
    const name = path.startsWith('/') ? path.replace(/^\/+/, '') : path;
    if (path.startsWith('/') && status === 0) await process.stderr.write("tar: Removing leading `/' from member names\n");
    const from = path.startsWith('/') ? '/' : base;
    if (lstat(process, joinPath(from, name)) === undefined) { await complain(process, `${path}: Cannot stat: No such file or directory`); status = 2; continue; }
    for (const entry of treeOf(process, from, name)) {
      parts.push(tarEntry(entry));
      if (options.has('v')) await (options.get('f') === '-' || options.get('f') === undefined ? process.stderr : process.stdout).write(`${entry.name}\n`);
    }
  }
  parts.push(TAR_END);
  const bytes = options.has('z') ? gzipBytes(concat(parts)) : concat(parts);
  const target = options.get('f') ?? '-';
  if (target === '-') await process.stdout.write(bytes);
  else process.files.writeFile(absolute(process, target), bytes);
  if (status !== 0) await complain(process, 'Exiting with failure status due to previous errors');
  return status;
}

async function extract(process: Process, options: Options, base: string, bytes: Uint8Array): Promise<number> {
  const entries = readTar(bytes);
  if (entries === undefined) { await complain(process, 'This does not look like a tar archive\ntar: Exiting with failure status due to previous errors'); return 2; }
  const strip = Number(options.get('strip-components') ?? '0');
  for (const entry of entries) {
    const name = entry.name.split('/').slice(strip).join('/');
    if (name === '' || (options.rest.length > 0 && !options.rest.some(path => entry.name === path || entry.name.startsWith(`${path.replace(/\/$/, '')}/`)))) continue;
    if (options.has('t')) { await process.stdout.write(options.has('v')
      ? `${modeText({ type: entry.type, size: entry.data.length, mode: entry.mode, uid: entry.uid, gid: entry.gid, modifiedAtMs: entry.modifiedAtMs })} `
      + `${entry.uid}/${entry.gid} ${String(entry.data.length).padStart(9)} ${formatDate(entry.modifiedAtMs, '%F %H:%M')} ${entry.name}\n` : `${entry.name}\n`); continue; }
    if (options.has('v')) await process.stdout.write(`${entry.name}\n`);
    if (options.has('O')) { await process.stdout.write(entry.data); continue; }
    const full = joinPath(base, name);
    process.files.makeDirectory(joinPath(full, '..'), { recursive: true });
    if (entry.type === 'directory') { if (!process.files.exists(full)) process.files.makeDirectory(full, { mode: entry.mode }); } else {
      if (lstat(process, full)?.type === 'symlink' || (entry.type === 'symlink' && lstat(process, full) !== undefined)) process.files.remove(full);
      if (entry.type === 'symlink') process.files.symlink(entry.link ?? '', full);
      else { process.files.writeFile(full, entry.data); process.files.chmod(full, entry.mode); }
    }
  }
  return 0;
}

export const tar: Tool = async (process, flavour) => {
  const parsed = parseOptions(withDash(process.argv), { short: 'cxtzvf:C:jphmkOPT:X:o',
    long: ['create:c', 'extract:x', 'list:t', 'gzip:z', 'verbose:v', 'file=:f', 'directory=:C', 'no-same-owner', 'no-same-permissions', 'same-permissions:p',
    'strip-components=', 'exclude=', 'no-overwrite-dir', 'warning=', 'touch:m', 'to-stdout:O', 'overwrite'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error, 64);
  const { options } = parsed;
  const base = options.has('C') ? absolute(process, options.get('C')!) : process.cwd;
  try {
    if (options.has('C') && lstat(process, base) === undefined) {
      await complain(process, `${options.get('C')}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now`); return 2; }
    if (options.has('c')) return await create(process, options, base);
    if (!options.has('x') && !options.has('t')) return await badUsage(process, flavour, "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options", 2);
    const source = options.get('f') ?? '-';
    const raw = source === '-' ? await readAll(process.stdin) : process.files.readFile(absolute(process, source));
    const bytes = raw[0] === 0x1f && raw[1] === 0x8b ? gunzipBytes(raw) : raw;
    if (bytes === undefined) { await process.stderr.write('gzip: stdin: unsupported compression\n'); return 2; }
    return await extract(process, options, base, bytes);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await complain(process, `${error.path}: Cannot open: ${error.message}\ntar: Error is not recoverable: exiting now`);
    return 2;
  }
};

export const gzip: Tool = async (process, flavour) => {
  const name = toolName(process);
  const parsed = parseOptions(process.argv, { short: 'cdfkv123456789nt', long: ['decompress:d', 'stdout:c', 'force:f', 'keep:k', 'best:9', 'fast:1'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const unpack = name === 'gunzip' || name === 'zcat' || options.has('d');
  const toStdout = name === 'zcat' || options.has('c') || options.rest.length === 0;
  const convert = (bytes: Uint8Array): Uint8Array | undefined => unpack ? gunzipBytes(bytes) : gzipBytes(bytes);
  for (const path of options.rest.length === 0 ? ['-'] : options.rest) {
    try {
      const made = convert(path === '-' ? await readAll(process.stdin) : process.files.readFile(absolute(process, path)));
      if (made === undefined) { await complain(process, `${path === '-' ? 'stdin' : path}: not in gzip format`); return 1; }
      if (toStdout || path === '-') { await process.stdout.write(made); continue; }
      process.files.writeFile(absolute(process, unpack ? path.replace(/\.t?gz$/, '') : `${path}.gz`), made);
      if (!options.has('k')) process.files.remove(absolute(process, path));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      await complain(process, `${path}: ${error.message}`);
      return 1;
    }
  }
  return 0;
};

/** envsubst: $NAME and ${NAME} from the environment. */
export const envsubst: Tool = async process => {
  const only = process.argv[1] === undefined ? undefined : new Set([...process.argv[1].matchAll(/\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?/g)].map(found => found[1]!));
  const text = fromUtf8(await readAll(process.stdin));
  await process.stdout.write(text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)/g, (whole, a: string | undefined, b: string | undefined) => {
    const name = a ?? b ?? '';
    return only !== undefined && !only.has(name) ? whole : process.env.get(name) ?? '';
  }));
  return 0;
};

