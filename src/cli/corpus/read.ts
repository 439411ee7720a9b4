/** Reads a corpus folder from the disk. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf, CorpusError, fileOf, folderOf, manifestOf, pagesOf, parseRows, scriptOf } from './entries.ts';
import type { Corpus, Page } from './entries.ts';

/** Throws CorpusError: no such folder, a file of it missing, a broken line. */
export function readCorpus(folder: string): Corpus {
  if (!isFolder(folder)) throw new CorpusError(`there is no folder ${folder}`);
  const commands = parseRows('commands.jsonl', contentOf(folder, 'commands.jsonl'), ['source_repo', 'page_path', 'command', 'category']);
  const scripts = parseRows('scenario_scripts.jsonl', contentOf(folder, 'scenario_scripts.jsonl', ''), [
    'source_repo',
    'path',
    'kind',
    'script',
  ]);
  const manifests = parseRows('manifests.jsonl', contentOf(folder, 'manifests.jsonl', ''), ['file', 'source_repo']);
  return {
    folder,
    pages: pagesOf(commands.map(commandOf), scripts.map(scriptOf)),
    manifests: manifests.flatMap((row) => manifestOf(row) ?? []),
    files: manifests.map(fileOf),
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function contentOf(folder: string, name: string, otherwise?: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    if (otherwise !== undefined) return otherwise;
    throw new CorpusError(`${folder} holds no ${name}, so it is no folder of recorded tutorials`);
  }
}

/** The text of a recorded manifest. Throws CorpusError. */
export function manifestText(folder: string, file: string): string {
  try {
    return readFileSync(join(folder, 'manifests', file), 'utf8');
  } catch {
    throw new CorpusError(`manifests/${file} is named, but cannot be read`);
  }
}

/** Each file that the page's commands name, by the command's own word for it; and what is recorded of the folder in which
 *  the page stands, by its path from there: so `cat`, `cd`, `kubectl apply -f FOLDER` and `-k` find what the author had.
 *  A page that clones a repository finds what is recorded of its own under its address. */
export function pageFiles({ folder, files: recorded }: Pick<Corpus, 'folder' | 'files'>, page: Page): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const { arg, file } of page.commands.flatMap((command) => command.refs)) {
    if (file !== null) files[arg] ??= manifestText(folder, file);
  }
  const place = folderOf(page.path);
  const isCloned = page.commands.some(({ command }) => /\bgit\s(.*\s)?clone\s/.test(command));
  // The page itself is a file of the clone, so that its folder is there too.
  if (isCloned) files[`https://github.com/${page.source}/${page.path}`] ??= '';
  for (const { file, source, path } of recorded) {
    if (path === '' || source !== page.source) continue;
    if (path.startsWith(place)) files[path.slice(place.length)] ??= manifestText(folder, file);
    if (isCloned) files[`https://github.com/${source}/${path}`] ??= manifestText(folder, file);
  }
  const said = page.commands.map(({ command }) => command.replace(/\\\n/g, '')).join('\n');
  for (const { url, source, below } of rawAddresses(said)) {
    for (const { file, path } of recorded.filter((each) => each.source === source && each.path.startsWith(below)))
      files[`${url}${path.slice(below.length)}`] ??= manifestText(folder, file);
  }
  return files;
}

interface RawAddress {
  readonly url: string;
  readonly source: string;
  /** The part of the repository that is found there. */
  readonly below: string;
}

/** The addresses of repositories' files that a text names, by which what is recorded of them can be read. */
function rawAddresses(text: string): readonly RawAddress[] {
  const raw = [...text.matchAll(/https:\/\/raw\.githubusercontent\.com\/([\w.-]+\/[\w.-]+)\/[\w.-]+(?=\/)/g)];
  const github = [...text.matchAll(/https:\/\/github\.com\/([\w.-]+\/[\w.-]+)\/raw\/[\w.-]+(?=\/)/g)];
  const examples = [...text.matchAll(/https:\/\/(?:k8s|kubernetes)\.io\/examples(?=\/)/g)];
  return [
    ...[...raw, ...github].map(([url, source = '']) => ({ url: `${url}/`, source, below: '' })),
    ...examples.map(([url]) => ({ url: `${url}/`, source: 'kubernetes/website', below: 'content/en/examples/' })),
  ];
}
