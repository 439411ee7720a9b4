/** Programs called kubectl-NAME on the PATH are commands of kubectl's; those that it has itself go first.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/{cmd,plugin/plugin}.go */
import type { FileSystem } from '../cri/files.ts';
import { CommandError } from './errors.ts';

type Place = { readonly files: FileSystem; readonly env: ReadonlyMap<string, string> };

const folders = ({ env }: Place): readonly string[] => [...new Set((env.get('PATH') ?? '').split(':').filter((folder) => folder !== ''))];

const isFile = ({ files }: Place, path: string): boolean => files.exists(path) && files.stat(path).type !== 'directory';
const mayRun = ({ files }: Place, path: string): boolean => (files.stat(path).mode & 0o111) !== 0;

/** The program and what it is started with: the longest name that the words before the first flag make. */
export function pluginCommand(place: Place, argv: readonly string[]): readonly string[] | undefined {
  const end = argv.findIndex((word) => word.startsWith('-'));
  const words = (end < 0 ? argv : argv.slice(0, end)).map((word) => word.replaceAll('-', '_'));
  for (let count = words.length; count > 0; count -= 1) {
    const name = `kubectl-${words.slice(0, count).join('-')}`;
    const path = folders(place)
      .map((folder) => `${folder}/${name}`)
      .find((each) => isFile(place, each) && mayRun(place, each));
    if (path !== undefined) return [path, ...argv.slice(count)];
  }
  return undefined;
}

/** What `plugin list` prints. Throws CommandError where there is none. */
export function pluginListing(place: Place): { readonly out: string; readonly err: string } {
  const found = folders(place).flatMap((folder) =>
    place.files.exists(folder)
      ? place.files
          .readDirectory(folder)
          .filter((name) => name.startsWith('kubectl-'))
          .toSorted()
          .map((name) => `${folder}/${name}`)
      : [],
  );
  if (found.length === 0) throw new CommandError('unable to find any kubectl plugins in your PATH');
  const idle = found.filter((path) => !mayRun(place, path));
  const lines = found.map((path) =>
    idle.includes(path) ? `${path}\n  - warning: ${path} identified as a kubectl plugin, but it is not executable\n` : `${path}\n`,
  );
  const count = idle.length === 1 ? 'one plugin warning was found' : `${idle.length} plugin warnings were found`;
  return { out: `The following compatible plugins are available:\n\n${lines.join('')}`, err: idle.length === 0 ? '' : count };
}
