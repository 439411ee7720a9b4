/** File names for completion: folders end with a slash, hidden files only where a dot was typed. */
import type { FileSystem } from '../cri/files.ts';
import { joinPath } from '../cri/memory-files.ts';

export function completeFile(files: FileSystem, cwd: string, current: string, start: number): { readonly start: number; readonly words: readonly string[] } {
  const slash = current.lastIndexOf('/') + 1;
  const folder = joinPath(cwd, current.slice(0, slash).replace(/^~(?=\/)/, '/root') || '.');
  const name = current.slice(slash);
  if (!files.exists(folder) || files.stat(folder).type !== 'directory') return { start, words: [] };
  const words = [...files.readDirectory(folder)].sort()
    .filter((entry) => entry.startsWith(name) && (name.startsWith('.') || !entry.startsWith('.')))
    .map((entry) => `${current.slice(0, slash)}${entry}${files.stat(joinPath(folder, entry)).type === 'directory' ? '/' : ''}`);
  return { start, words };
}
