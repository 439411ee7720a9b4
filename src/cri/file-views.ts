/** File systems made from others: with mounts, below a directory, read-only, as a user without privileges, and from
 *  functions (/proc, /sys). */
import { FileError } from './files.ts';
import type { FileStat, FileSystem } from './files.ts';
import { joinPath, segmentsOf } from './memory-files.ts';
import type { MemoryFiles } from './memory-files.ts';
import { toBytes } from './streams.ts';

export interface Mount { readonly path: string; readonly files: FileSystem; readonly readOnly: boolean }
export interface MountedFiles extends FileSystem {
  mount(mount: Mount): void;
  unmount(path: string): void;
  /** Whether writes there fail with EROFS, whoever asks. */
  isReadOnly(path: string): boolean;
  readonly mounts: readonly Mount[];
}

/** A root with other file systems at some of its paths. A mount hides what lies below its path. */
export function createMountedFiles(root: FileSystem, initial: readonly Mount[] = [], rootReadOnly = false): MountedFiles {
  const mounts: Mount[] = [];
  function mount(entry: Mount): void {
    const path = '/' + segmentsOf(entry.path).join('/');
    const at = mounts.findIndex(other => other.path === path);
    if (at >= 0) mounts.splice(at, 1);
    mounts.push({ path, files: entry.readOnly ? readOnlyFiles(entry.files) : entry.files, readOnly: entry.readOnly });
    mounts.sort((a, b) => b.path.length - a.path.length);
  }
  for (const entry of initial) mount(entry);
  const base = rootReadOnly ? readOnlyFiles(root) : root;

  /** Which file system holds the path, and what it is called there. Links of the root may lead into a mount. */
  function at(path: string, depth = 0): { readonly files: FileSystem; readonly path: string; readonly mount: Mount | undefined } {
    const clean = path.includes('/.') || !path.startsWith('/') ? joinPath('/', path) : path;
    for (const entry of mounts) {
      if (clean === entry.path || clean.startsWith(entry.path === '/' ? '/' : `${entry.path}/`)) {
        return { files: entry.files, path: clean.slice(entry.path === '/' ? 0 : entry.path.length) || '/', mount: entry };
      }
    }
    if (mounts.length > 0 && depth < 10) {
      const target = linkInto(base, clean);
      if (target !== undefined) return at(target, depth + 1);
    }
    return { files: base, path: clean, mount: undefined };
  }

  const stat = (path: string, follow: boolean): FileStat => {
    const where = at(path);
    return follow ? where.files.stat(where.path) : where.files.lstat(where.path);
  };
  return {
    readFile: path => { const where = at(path); return where.files.readFile(where.path); },
    writeFile: (path, data, how) => { const where = at(path); where.files.writeFile(where.path, data, how); },
    stat: path => stat(path, true),
    lstat: path => stat(path, false),
    exists: path => { const where = at(path); return where.files.exists(where.path); },
    readDirectory(path) {
      const where = at(path);
      const prefix = joinPath('/', path);
      const below = mounts.map(entry => entry.path).filter(entry => entry.slice(0, entry.lastIndexOf('/')) === (prefix === '/' ? '' : prefix))
        .map(entry => entry.slice(entry.lastIndexOf('/') + 1));
      const names = where.files.readDirectory(where.path);
      return below.every(name => names.includes(name)) ? names : [...new Set([...names, ...below])].sort();
    },
    makeDirectory: (path, how) => { const where = at(path); if (where.path !== '/' || !(how?.recursive ?? false)) where.files.makeDirectory(where.path, how); },
    remove: (path, how) => {
      const where = at(path);
      if (where.mount !== undefined && where.path === '/') throw new FileError('EBUSY', path);
      where.files.remove(where.path, how);
    },
    rename(from, to) {
      const source = at(from);
      const target = at(to);
      if (source.files !== target.files) throw new FileError('EXDEV', to);
      source.files.rename(source.path, target.path);
    },
    symlink: (target, path) => { const where = at(path); where.files.symlink(target, where.path); },
    readLink: path => { const where = at(path); return where.files.readLink(where.path); },
    chmod: (path, mode) => { const where = at(path); where.files.chmod(where.path, mode); },
    chown: (path, uid, gid) => { const where = at(path); where.files.chown(where.path, uid, gid); },
    touch: (path, atMs) => { const where = at(path); where.files.touch(where.path, atMs); },
    realPath(path) {
      const where = at(path);
      const real = where.files.realPath(where.path);
      return where.mount === undefined ? real : joinPath(where.mount.path, `.${real}`);
    },
    watch: (path, changed) => { const where = at(path); return where.files.watch(where.path, changed); },
    usage: path => { const where = at(path); return where.files.usage(where.path); },
    mount,
    unmount(path) {
      const index = mounts.findIndex(entry => entry.path === path);
      if (index >= 0) mounts.splice(index, 1);
    },
    isReadOnly(path) {
      const { mount: found } = at(path);
      return found === undefined ? rootReadOnly : found.readOnly;
    },
    get mounts() { return mounts; },
  };
}

/** A runtime makes what is missing of the path where it mounts: it is seen in listings, and stays below the mount. */
export function makeMountPoint(base: FileSystem, path: string, files: FileSystem): void {
  if (base.exists(path)) return;
  const isDirectory = files.stat('/').type === 'directory';
  base.makeDirectory(isDirectory ? path : joinPath(path, '..'), { recursive: true });
  if (!isDirectory) base.writeFile(path, '');
}

/** Where a link on the way down leads, if there is one: /var/run to /run and the like. */
function linkInto(files: FileSystem & Partial<Pick<MemoryFiles, 'firstLink'>>, path: string): string | undefined {
  const link = files.firstLink?.(path);
  return link === undefined ? undefined : `${joinPath(joinPath(link.at, '..'), link.target)}/${link.rest}`;
}

/** What is below one directory (or one file) of another file system: subPath. */
export function subFiles(files: FileSystem, path: string): FileSystem {
  const down = (inner: string): string => inner === '/' ? path : joinPath(path, `.${inner.startsWith('/') ? '' : '/'}${inner}`);
  return {
    readFile: inner => files.readFile(down(inner)),
    writeFile: (inner, data, how) => files.writeFile(down(inner), data, how),
    stat: inner => files.stat(down(inner)),
    lstat: inner => files.lstat(down(inner)),
    exists: inner => files.exists(down(inner)),
    readDirectory: inner => files.readDirectory(down(inner)),
    makeDirectory: (inner, how) => files.makeDirectory(down(inner), how),
    remove: (inner, how) => files.remove(down(inner), how),
    rename: (from, to) => files.rename(down(from), down(to)),
    symlink: (target, inner) => files.symlink(target, down(inner)),
    readLink: inner => files.readLink(down(inner)),
    chmod: (inner, mode) => files.chmod(down(inner), mode),
    chown: (inner, uid, gid) => files.chown(down(inner), uid, gid),
    touch: (inner, atMs) => files.touch(down(inner), atMs),
    realPath(inner) {
      const real = files.realPath(down(inner));
      return real === path ? '/' : real.startsWith(`${path}/`) ? real.slice(path.length) : real;
    },
    watch: (inner, changed) => files.watch(down(inner), changed),
    usage: inner => files.usage(down(inner)),
  };
}

export function readOnlyFiles(files: FileSystem): FileSystem {
  const refuse = (path: string): never => { throw new FileError('EROFS', path); };
  return {
    ...files,
    writeFile(path, data, how) {
      if (isDevice(files, path)) files.writeFile(path, data, how);
      else refuse(path);
    },
    makeDirectory(path) { if (files.exists(path)) throw new FileError('EEXIST', path); refuse(path); },
    remove(path) { files.lstat(path); refuse(path); },
    rename: from => refuse(from),
    symlink: (_, path) => refuse(path),
    chmod: path => refuse(path),
    chown: path => refuse(path),
    touch: path => refuse(path),
  };
}

function isDevice(files: FileSystem, path: string): boolean {
  try { return files.stat(path).type === 'device'; } catch { return false; }
}

export interface Credentials { readonly uid: number; readonly gid: number; readonly groups: readonly number[] }

/** The file system as a user other than root sees it: mode bits of the file and of its directory decide. */
export function filesAs(files: FileSystem & Partial<Pick<MountedFiles, 'isReadOnly'>>, user: Credentials): FileSystem {
  if (user.uid === 0) return files;
  const allows = (stat: FileStat, bit: number): boolean => {
    if (stat.uid === user.uid) return (stat.mode & (bit << 6)) !== 0;
    if (stat.gid === user.gid || user.groups.includes(stat.gid)) return (stat.mode & (bit << 3)) !== 0;
    return (stat.mode & bit) !== 0;
  };
  const check = (path: string, bit: number): void => {
    // A read-only file system says so before permissions are looked at.
    if (!allows(files.stat(path), bit)) throw new FileError(bit === 2 && files.isReadOnly?.(path) === true ? 'EROFS' : 'EACCES', path);
  };
  const checkParent = (path: string): void => check(joinPath(path, '..'), 2);
  const checkOwner = (path: string): void => { if (files.stat(path).uid !== user.uid) throw new FileError('EPERM', path); };
  const create = (path: string, make: () => void): void => {
    checkParent(path);
    make();
    const parent = files.stat(joinPath(path, '..'));
    if (files.lstat(path).type !== 'symlink') files.chown(path, user.uid, (parent.mode & 0o2000) === 0 ? user.gid : parent.gid);
  };
  return {
    ...files,
    readFile(path) { check(path, 4); return files.readFile(path); },
    writeFile(path, data, how) {
      if (files.exists(path)) { check(path, 2); files.writeFile(path, data, how); }
      else create(path, () => files.writeFile(path, data, how));
    },
    readDirectory(path) { check(path, 4); return files.readDirectory(path); },
    makeDirectory(path, how) {
      if (!(how?.recursive ?? false)) { create(path, () => files.makeDirectory(path, how)); return; }
      const segments = segmentsOf(path);
      for (let depth = 1; depth <= segments.length; depth += 1) {
        const prefix = '/' + segments.slice(0, depth).join('/');
        if (!files.exists(prefix)) create(prefix, () => files.makeDirectory(prefix, { mode: how?.mode }));
      }
    },
    remove(path, how) { files.lstat(path); checkParent(path); files.remove(path, how); },
    rename(from, to) { files.lstat(from); checkParent(from); checkParent(to); files.rename(from, to); },
    symlink(target, path) { checkParent(path); files.symlink(target, path); },
    chmod(path, mode) { checkOwner(path); files.chmod(path, mode); },
    chown(path, uid, gid) { checkOwner(path); if (uid !== user.uid) throw new FileError('EPERM', path); files.chown(path, uid, gid); },
    touch(path, atMs) {
      if (files.exists(path)) { check(path, 2); files.touch(path, atMs); }
      else create(path, () => files.touch(path, atMs));
    },
  };
}

/** A read-only file system whose content is made when it is read: undefined is "no such file", a list is a directory. */
export function virtualFiles(now: () => number, lookup: (path: string) => string | readonly string[] | undefined): FileSystem {
  const find = (path: string): string | readonly string[] => {
    const found = lookup(joinPath('/', path));
    if (found === undefined) throw new FileError('ENOENT', path);
    return found;
  };
  const stat = (path: string): FileStat => {
    const found = find(path);
    const directory = typeof found !== 'string';
    return { type: directory ? 'directory' : 'file', size: 0, mode: directory ? 0o555 : 0o444, uid: 0, gid: 0, modifiedAtMs: now() };
  };
  const refuse = (path: string): never => { find(path); throw new FileError('EROFS', path); };
  return {
    readFile(path) {
      const found = find(path);
      if (typeof found !== 'string') throw new FileError('EISDIR', path);
      return toBytes(found);
    },
    writeFile: refuse, stat, lstat: stat,
    exists: path => lookup(joinPath('/', path)) !== undefined,
    readDirectory(path) {
      const found = find(path);
      if (typeof found === 'string') throw new FileError('ENOTDIR', path);
      return found;
    },
    makeDirectory: path => { throw new FileError('EROFS', path); },
    remove: refuse, rename: refuse,
    symlink: (_, path) => { throw new FileError('EROFS', path); },
    readLink: path => { find(path); throw new FileError('EINVAL', path); },
    chmod: refuse, chown: refuse, touch: refuse,
    realPath: path => joinPath('/', path),
    watch: () => ({ [Symbol.dispose]() {} }),
    usage: () => 0,
  };
}
