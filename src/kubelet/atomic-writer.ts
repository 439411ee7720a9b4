/** Puts a payload into a directory so that a reader sees the old files or the new ones, never a mixture: the files stand
 *  in a directory with a time in its name, `..data` points to it, and each name that users see points through `..data`.
 *  Upstream: pkg/volume/util/atomic_writer.go */
import { equalBytes } from '../base/bytes.ts';
import type { World } from '../base/world.ts';
import type { FileSystem } from '../cri/files.ts';
import type { Payload } from './volume-payload.ts';

const DATA = '..data';

/** false: the directory held just that already. */
export function writeAtomically(world: World, files: FileSystem, directory: string, payload: Payload, owner?: { readonly gid: number }): boolean {
  const at = (name: string): string => `${directory}/${name}`;
  const old = files.exists(at(DATA)) ? files.readLink(at(DATA)) : undefined;
  if (old !== undefined && holds(files, at(old), payload)) return false;
  const name = `${stamp(world.clock.now())}${String(world.random.int(1_000_000_000)).padStart(9, '0')}`;
  files.makeDirectory(at(name), { mode: 0o755 });
  const made = new Set<string>();
  for (const [path, file] of payload) {
    const slash = path.lastIndexOf('/');
    if (slash > 0 && !made.has(path.slice(0, slash))) {
      files.makeDirectory(at(`${name}/${path.slice(0, slash)}`), { recursive: true, mode: 0o755 });
      made.add(path.slice(0, slash));
    }
    files.writeFile(at(`${name}/${path}`), file.data, { mode: owner === undefined ? file.mode : file.mode | 0o440 });
    if (owner !== undefined) files.chown(at(`${name}/${path}`), 0, owner.gid);
  }
  point(files, directory, name, old);
  linkNames(files, directory, payload);
  if (old !== undefined) files.remove(at(old), { recursive: true });
  return true;
}

function point(files: FileSystem, directory: string, name: string, old: string | undefined): void {
  if (old === undefined) {
    files.symlink(name, `${directory}/${DATA}`);
    return;
  }
  files.symlink(name, `${directory}/..data_tmp`);
  files.rename(`${directory}/..data_tmp`, `${directory}/${DATA}`);
}

/** One link for each first part of a path; links to what is gone are taken away. */
function linkNames(files: FileSystem, directory: string, payload: Payload): void {
  const wanted = new Set<string>();
  for (const path of payload.keys()) wanted.add(path.split('/')[0] as string);
  for (const name of files.readDirectory(directory)) {
    if (!name.startsWith('..') && !wanted.delete(name)) files.remove(`${directory}/${name}`);
  }
  for (const name of wanted) files.symlink(`${DATA}/${name}`, `${directory}/${name}`);
}

function holds(files: FileSystem, directory: string, payload: Payload): boolean {
  if (countFiles(files, directory) !== payload.size) return false;
  for (const [path, file] of payload) {
    if (!files.exists(`${directory}/${path}`) || !equalBytes(files.readFile(`${directory}/${path}`), file.data)) return false;
  }
  return true;
}

function countFiles(files: FileSystem, directory: string): number {
  let count = 0;
  for (const name of files.readDirectory(directory)) {
    const path = `${directory}/${name}`;
    count += files.lstat(path).type === 'directory' ? countFiles(files, path) : 1;
  }
  return count;
}

/** "..2026_11_21_12_00_00." */
const stamp = (nowMs: number): string => `..${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '_')}.`;
