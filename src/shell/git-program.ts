/** git, as far as a guide needs it to begin: `git clone` of a repository that the sandbox carries as files, under its
 *  address. There is no network, so any other repository cannot be reached.
 *  Differs from Kubernetes: a clone has the files and no history; git's other commands are not there. */
import { joinPath } from '../cri/memory-files.ts';
import { absolute } from '../cri/open.ts';
import type { Process, Program } from '../cri/process.ts';

const VALUED: ReadonlySet<string> = new Set(['-b', '--branch', '--depth', '-o', '--origin', '-c', '--config', '-j', '--jobs', '--filter']);

/** "https://github.com/a/b.git" and "git@github.com:a/b" are github.com/a/b. */
export function repositoryOf(url: string): string {
  return url
    .replace(/^[a-z+]+:\/\//, '')
    .replace(/^[^@/]+@/, '')
    .replace(/^([^/:]+):(?!\d)/, '$1/')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
}

function operands(words: readonly string[]): readonly string[] {
  const out: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (VALUED.has(word)) at += 1;
    else if (!word.startsWith('-')) out.push(word);
  }
  return out;
}

export function gitProgram(files: Readonly<Record<string, string>>): Program {
  return async (process) => {
    const [command, ...words] = process.argv.slice(1);
    if (command === 'clone') return clone(process, files, operands(words));
    if (command === '--version' || command === 'version') {
      await process.stdout.write('git version 2.43.0\n');
      return 0;
    }
    await process.stderr.write(
      `git: only "git clone" is part of this sandbox. The learner's files are in ${process.env.get('HOME') ?? '~'}.\n`,
    );
    return 1;
  };
}

async function clone(process: Process, files: Readonly<Record<string, string>>, [url, folder]: readonly string[]): Promise<number> {
  const fatal = async (message: string): Promise<number> => {
    await process.stderr.write(`fatal: ${message}\n`);
    return 128;
  };
  if (url === undefined) return fatal('You must specify a repository to clone.');
  const repository = repositoryOf(url);
  const name = folder ?? repository.slice(repository.lastIndexOf('/') + 1);
  const target = absolute(process, name);
  if (process.files.exists(target) && (process.files.stat(target).type !== 'directory' || process.files.readDirectory(target).length > 0))
    return fatal(`destination path '${name}' already exists and is not an empty directory.`);
  await process.stderr.write(`Cloning into '${name}'...\n`);
  const found = Object.keys(files).filter((path) => path.startsWith(`${repository}/`));
  if (found.length === 0) return fatal(`unable to access '${url}/': Could not resolve host: ${repository.split('/')[0] ?? ''}`);
  for (const path of found) {
    const place = joinPath(target, path.slice(repository.length + 1));
    process.files.makeDirectory(joinPath(place, '..'), { recursive: true });
    process.files.writeFile(place, files[path] ?? '');
  }
  return 0;
}
