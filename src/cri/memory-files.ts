/** A file system in memory: nodes shared with the image until they are written, then copied on the path down to them.
 *  So a container costs nothing for the files that it only reads. */
import { FileError } from './files.ts';
import type { FileStat, FileSystem } from './files.ts';
import { toBytes } from './streams.ts';

interface Meta { mode: number; uid: number; gid: number; modifiedAtMs: number; owner: object | undefined }
interface FileNode extends Meta { type: 'file'; data: Uint8Array | string; size: number }
interface DirectoryNode extends Meta { type: 'directory'; entries: Map<string, Node> }
interface LinkNode extends Meta { type: 'symlink'; target: string }
interface DeviceNode extends Meta { type: 'device'; read(): Uint8Array; write(data: Uint8Array): void }
type Node = FileNode | DirectoryNode | LinkNode | DeviceNode;

/** A tree that containers share: an image's files, frozen by convention (nobody owns its nodes). */
export interface Layer { readonly root: DirectoryNode }

export interface LayerEntry { readonly path: string; readonly text?: string; readonly link?: string; readonly directory?: boolean; readonly mode?: number;
  readonly uid?: number; readonly gid?: number }

export interface MemoryFilesOptions {
  readonly now: () => number;
  readonly layer?: Layer;
  /** Writes beyond it fail with ENOSPC. */
  readonly capacityBytes?: number;
  /** A new root directory's mode; 0755 unless told. */
  readonly rootMode?: number;
}

export interface MemoryFiles extends FileSystem {
  /** Puts a device there: /dev/null and its like. */
  device(path: string, read: () => Uint8Array, write: (data: Uint8Array) => void): void;
  /** The first symbolic link on the way down, before the last name; undefined where there is none. */
  firstLink(path: string): { readonly at: string; readonly target: string; readonly rest: string } | undefined;
  /** Freezes what is there now into a layer for others to share. */
  toLayer(): Layer;
}

/** "/a/./b/../c" to ["a", "c"]. Symbolic links are not followed. */
export function segmentsOf(path: string): string[] {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') out.pop();
    else out.push(part);
  }
  return out;
}

/** Joins and cleans, without following links. */
export function joinPath(base: string, path: string): string {
  return '/' + segmentsOf(path.startsWith('/') ? path : `${base}/${path}`).join('/');
}

const LINKS_MAX = 40;

export function createLayer(entries: readonly LayerEntry[], base?: Layer): Layer {
  const files = createMemoryFiles({ now: () => 0, layer: base });
  for (const entry of entries) {
    const parent = entry.path.slice(0, entry.path.lastIndexOf('/'));
    if (parent !== '' && !files.exists(parent)) files.makeDirectory(parent, { recursive: true });
    if (entry.directory) files.makeDirectory(entry.path, { recursive: true, mode: entry.mode });
    else if (entry.link !== undefined) {
      if (files.exists(entry.path)) files.remove(entry.path, { recursive: true });
      files.symlink(entry.link, entry.path);
    } else files.writeFile(entry.path, entry.text ?? '', { mode: entry.mode });
    if (entry.mode !== undefined && entry.link === undefined) files.chmod(entry.path, entry.mode);
    if (entry.uid !== undefined) files.chown(entry.path, entry.uid, entry.gid ?? entry.uid);
  }
  return files.toLayer();
}

export function createMemoryFiles(options: MemoryFilesOptions): MemoryFiles {
  const { now } = options;
  let owner = {};
  let used = 0;
  const capacity = options.capacityBytes ?? Infinity;
  let root: DirectoryNode = options.layer?.root ?? directory(options.rootMode ?? 0o755);
  const watchers = new Set<{ readonly path: string; readonly changed: () => void }>();

  function directory(mode: number): DirectoryNode {
    return { type: 'directory', entries: new Map(), mode, uid: 0, gid: 0, modifiedAtMs: now(), owner };
  }

  function notify(path: string): void {
    if (watchers.size === 0) return;
    for (const watcher of [...watchers]) {
      if (path === watcher.path || path.startsWith(watcher.path === '/' ? '/' : `${watcher.path}/`) || watcher.path.startsWith(`${path}/`)) watcher.changed();
    }
  }

  /** Follows links to where the path really leads: the segments from the root. The last one need not exist. */
  function resolve(path: string, followLast: boolean): string[] {
    let pending = segmentsRaw(path);
    let done: string[] = [];
    const nodes: Node[] = [root];
    let links = 0;
    while (pending.length > 0) {
      const name = pending.shift()!;
      if (name === '..') { if (done.length > 0) { done.pop(); nodes.pop(); } continue; }
      const here = nodes[nodes.length - 1]!;
      if (here.type !== 'directory') throw new FileError('ENOTDIR', path);
      const next = here.entries.get(name);
      if (next === undefined) {
        if (pending.length > 0) throw new FileError('ENOENT', path);
        return [...done, name];
      }
      if (next.type === 'symlink' && (pending.length > 0 || followLast)) {
        if (++links > LINKS_MAX) throw new FileError('ELOOP', path);
        if (next.target.startsWith('/')) { done = []; nodes.length = 1; }
        pending = [...segmentsRaw(next.target), ...pending];
        continue;
      }
      done.push(name);
      nodes.push(next);
    }
    return done;
  }

  /** Whether it is there, without an error made on the way; undefined: a link or `..` has to be followed to know. */
  function seek(path: string): boolean | undefined {
    let node: Node = root;
    for (const name of segmentsRaw(path)) {
      if (name === '..') return undefined;
      if (node.type !== 'directory') return node.type === 'symlink' ? undefined : false;
      const next = node.entries.get(name);
      if (next === undefined) return false;
      node = next;
    }
    return node.type === 'symlink' ? undefined : true;
  }

  function nodeAt(segments: readonly string[]): Node | undefined {
    let node: Node = root;
    for (const name of segments) {
      if (node.type !== 'directory') return undefined;
      const next = node.entries.get(name);
      if (next === undefined) return undefined;
      node = next;
    }
    return node;
  }

  function need(path: string, follow = true): Node {
    const node = nodeAt(resolve(path, follow));
    if (node === undefined) throw new FileError('ENOENT', path);
    return node;
  }

  /** The directory of these segments, made ours on the way down. */
  function ownDirectory(segments: readonly string[], path: string): DirectoryNode {
    if (root.owner !== owner) root = own(root);
    let here = root;
    for (const name of segments) {
      const next = here.entries.get(name);
      if (next === undefined) throw new FileError('ENOENT', path);
      if (next.type !== 'directory') throw new FileError('ENOTDIR', path);
      const ours: DirectoryNode = next.owner === owner ? next : own(next);
      if (ours !== next) here.entries.set(name, ours);
      here = ours;
    }
    return here;
  }

  function own<T extends Node>(node: T): T {
    return node.type === 'directory' ? { ...node, owner, entries: new Map(node.entries) } : { ...node, owner };
  }

  /** The node itself, ours to change. */
  function ownNode(path: string, follow = true): Node {
    const segments = resolve(path, follow);
    if (segments.length === 0) return ownDirectory([], path);
    const parent = ownDirectory(segments.slice(0, -1), path);
    const name = segments[segments.length - 1]!;
    const node = parent.entries.get(name);
    if (node === undefined) throw new FileError('ENOENT', path);
    if (node.owner === owner) return node;
    const ours = own(node);
    parent.entries.set(name, ours);
    return ours;
  }

  /** What is made in a directory with the set-group-ID bit (02000) belongs to the directory's group. */
  function inherit(parent: DirectoryNode, node: Node): void {
    if ((parent.mode & 0o2000) === 0) return;
    node.gid = parent.gid;
    if (node.type === 'directory') node.mode |= 0o2000;
  }

  function place(path: string, make: () => Node): void {
    const segments = resolve(path, false);
    if (segments.length === 0) throw new FileError('EEXIST', path);
    const parent = ownDirectory(segments.slice(0, -1), path);
    const name = segments[segments.length - 1]!;
    if (parent.entries.has(name)) throw new FileError('EEXIST', path);
    const node = make();
    inherit(parent, node);
    parent.entries.set(name, node);
    parent.modifiedAtMs = now();
    notify('/' + segments.join('/'));
  }

  function charge(bytes: number, path: string): void {
    if (used + bytes > capacity) throw new FileError('ENOSPC', path);
    used += bytes;
  }

  function write(path: string, data: Uint8Array | string, append: boolean, mode: number): void {
    const segments = resolve(path, true);
    const name = segments[segments.length - 1];
    const parent = name === undefined ? root : ownDirectory(segments.slice(0, -1), path);
    let node = name === undefined ? root : parent.entries.get(name);
    if (node?.type === 'directory') throw new FileError('EISDIR', path);
    if (node?.type === 'device') { node.write(toBytes(data)); return; }
    if (node?.type === 'symlink') throw new FileError('ELOOP', path);
    if (node === undefined) {
      if (path.endsWith('/')) throw new FileError('EISDIR', path);
      node = { type: 'file', data: '', size: 0, mode, uid: 0, gid: 0, modifiedAtMs: now(), owner };
      inherit(parent, node);
      parent.entries.set(name!, node);
    } else if (node.owner !== owner) {
      node = own(node);
      parent.entries.set(name!, node);
    }
    put(node, data, append, path);
    notify('/' + segments.join('/'));
  }

  function put(node: FileNode, data: Uint8Array | string, append: boolean, path: string): void {
    node.modifiedAtMs = now();
    if (!append) {
      const size = typeof data === 'string' ? byteLength(data) : data.length;
      charge(size - node.size, path);
      node.data = data;
      node.size = size;
      return;
    }
    const bytes = toBytes(data);
    charge(bytes.length, path);
    const old = toBytes(node.data);
    // Room to grow by doubling, so that a log written line by line stays linear.
    if (old.length >= node.size + bytes.length) old.set(bytes, node.size);
    const grown = old.length >= node.size + bytes.length ? old : grow(old, node.size, bytes);
    node.data = grown;
    node.size += bytes.length;
  }

  function remove(path: string, recursive: boolean): void {
    const segments = resolve(path, false);
    const node = nodeAt(segments);
    if (node === undefined) throw new FileError('ENOENT', path);
    if (segments.length === 0) throw new FileError('EBUSY', path);
    if (node.type === 'directory' && !recursive && node.entries.size > 0) throw new FileError('ENOTEMPTY', path);
    used -= sizeBelow(node, true);
    const parent = ownDirectory(segments.slice(0, -1), path);
    parent.entries.delete(segments[segments.length - 1]!);
    parent.modifiedAtMs = now();
    notify('/' + segments.join('/'));
  }

  function rename(from: string, to: string): void {
    const source = resolve(from, false);
    const node = nodeAt(source);
    if (node === undefined) throw new FileError('ENOENT', from);
    const target = resolve(to, false);
    if (target.join('/') === source.join('/')) return;
    if (target.length > source.length && source.every((name, i) => target[i] === name)) throw new FileError('EINVAL', to);
    const there = nodeAt(target);
    if (there?.type === 'directory') {
      if (node.type !== 'directory') throw new FileError('EISDIR', to);
      if (there.entries.size > 0) throw new FileError('ENOTEMPTY', to);
    }
    const targetParent = ownDirectory(target.slice(0, -1), to);
    if (there !== undefined) used -= sizeBelow(there, true);
    ownDirectory(source.slice(0, -1), from).entries.delete(source[source.length - 1]!);
    targetParent.entries.set(target[target.length - 1]!, node);
    notify('/' + source.join('/'));
    notify('/' + target.join('/'));
  }

  /** Bytes below; with `ours` only those that this file system holds itself, not the shared ones. */
  function sizeBelow(node: Node, ours: boolean): number {
    if (node.type === 'file') return ours && node.owner !== owner ? 0 : node.size;
    if (node.type !== 'directory' || (ours && node.owner !== owner)) return 0;
    let sum = 0;
    for (const child of node.entries.values()) sum += sizeBelow(child, ours);
    return sum;
  }

  function makeDirectory(path: string, mode: number, recursive: boolean): void {
    if (!recursive) { place(path, () => directory(mode)); return; }
    const segments = segmentsOf(path);
    for (let depth = 1; depth <= segments.length; depth += 1) {
      const prefix = '/' + segments.slice(0, depth).join('/');
      const node = nodeAt(resolve(prefix, true));
      if (node === undefined) place(prefix, () => directory(depth === segments.length ? mode : 0o755));
      else if (node.type !== 'directory') throw new FileError(depth === segments.length ? 'EEXIST' : 'ENOTDIR', path);
    }
  }

  return {
    readFile(path) {
      const node = need(path);
      if (node.type === 'directory') throw new FileError('EISDIR', path);
      if (node.type === 'device') return node.read();
      if (node.type === 'symlink') throw new FileError('ELOOP', path);
      if (typeof node.data === 'string') return toBytes(node.data);
      return node.data.length === node.size ? node.data : node.data.subarray(0, node.size);
    },
    writeFile: (path, data, how) => write(path, data, how?.append ?? false, how?.mode ?? 0o644),
    stat: path => statOf(need(path)),
    lstat: path => statOf(need(path, false)),
    exists(path) {
      const quick = seek(path);
      if (quick !== undefined) return quick;
      try {
        return nodeAt(resolve(path, true)) !== undefined;
      } catch {
        return false;
      }
    },
    firstLink(path) {
      let node: Node | undefined = root;
      const segments = segmentsRaw(path);
      for (let index = 0; index < segments.length - 1; index += 1) {
        if (node.type !== 'directory') return undefined;
        node = node.entries.get(segments[index]!);
        if (node === undefined) return undefined;
        if (node.type === 'symlink') return { at: `/${segments.slice(0, index + 1).join('/')}`, target: node.target, rest: segments.slice(index + 1).join('/') };
      }
      return undefined;
    },
    readDirectory(path) {
      const node = need(path);
      if (node.type !== 'directory') throw new FileError('ENOTDIR', path);
      return [...node.entries.keys()].sort();
    },
    makeDirectory: (path, how) => makeDirectory(path, how?.mode ?? 0o755, how?.recursive ?? false),
    remove: (path, how) => remove(path, how?.recursive ?? false),
    rename,
    symlink: (target, path) => place(path, () => ({ type: 'symlink', target, mode: 0o777, uid: 0, gid: 0, modifiedAtMs: now(), owner })),
    readLink(path) {
      const node = need(path, false);
      if (node.type !== 'symlink') throw new FileError('EINVAL', path);
      return node.target;
    },
    chmod(path, mode) { ownNode(path).mode = mode & 0o7777; },
    chown(path, uid, gid) { Object.assign(ownNode(path), { uid, gid }); },
    touch(path, atMs) {
      if (nodeAt(resolve(path, true)) === undefined) write(path, '', false, 0o644);
      ownNode(path).modifiedAtMs = atMs;
    },
    realPath(path) {
      const segments = resolve(path, true);
      return '/' + segments.join('/');
    },
    watch(path, changed) {
      const watcher = { path: '/' + segmentsOf(path).join('/'), changed };
      watchers.add(watcher);
      return { [Symbol.dispose]() { watchers.delete(watcher); } };
    },
    usage(path) {
      const node = nodeAt(resolve(path, true));
      return node === undefined ? 0 : sizeBelow(node, true);
    },
    device: (path, read, writeDevice) => place(path, () => ({ type: 'device', read, write: writeDevice, mode: 0o666, uid: 0, gid: 0, modifiedAtMs: now(), owner })),
    toLayer() {
      owner = {};
      return { root };
    },
  };
}

/** As segmentsOf, but keeps "..", whose meaning depends on links before it. */
function segmentsRaw(path: string): string[] {
  return path.split('/').filter(part => part !== '' && part !== '.');
}

function byteLength(text: string): number {
  return toBytes(text).length;
}

function grow(old: Uint8Array, size: number, more: Uint8Array): Uint8Array {
  const room = new Uint8Array(Math.max(256, (size + more.length) * 2));
  room.set(old.subarray(0, size));
  room.set(more, size);
  return room;
}

function statOf(node: Node): FileStat {
  const size = node.type === 'file' ? node.size : node.type === 'symlink' ? node.target.length : node.type === 'directory' ? 4096 : 0;
  return { type: node.type, size, mode: node.mode, uid: node.uid, gid: node.gid, modifiedAtMs: node.modifiedAtMs };
}

/** Reads a whole text file. */
export function readText(files: FileSystem, path: string): string {
  return new TextDecoder().decode(files.readFile(path));
}

