/** The learner's files as the editor lists them: hidden folders left out, a limit on their number. */
import type { FileSystem } from '../cri/files.ts';

export interface HomeFile { readonly path: string; readonly size: number; readonly directory: boolean }

const FILES_MAX = 1000;
const DEPTH_MAX = 12;

export function listFiles(home: FileSystem): readonly HomeFile[] {
  const found: HomeFile[] = [];
  const walk = (folder: string, depth: number): void => {
    for (const name of [...home.readDirectory(folder)].sort()) {
      if (name.startsWith('.') || found.length >= FILES_MAX) continue;
      const path = folder === '/' ? `/${name}` : `${folder}/${name}`;
      const stat = home.stat(path);
      found.push({ path: path.slice(1), size: stat.size, directory: stat.type === 'directory' });
      if (stat.type === 'directory' && depth < DEPTH_MAX) walk(path, depth + 1);
    }
  };
  walk('/', 0);
  return found;
}
