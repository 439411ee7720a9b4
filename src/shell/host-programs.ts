/** kubectl and the editors as programs of the learner's host: what a Process has becomes what they ask for. */
import type { EditRequest, KubectlIo } from '../kubectl/io.ts';
import type { KubectlProgram, KubectlSettings } from '../kubectl/kubectl.ts';
import { absolute } from '../cri/open.ts';
import { readText } from '../cri/memory-files.ts';
import type { Process, Program } from '../cri/process.ts';
import type { Editing } from './learner-host.ts';
import type { Pages } from './pages.ts';

const ttyOf = (process: Process): string => process.env.get('GPG_TTY') ?? '';

function ioOf(process: Process, editing: Editing, pages: Pages): KubectlIo {
  return {
    world: process.world,
    clock: process.clock,
    signal: process.signal,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    files: process.files,
    env: process.env,
    cwd: process.cwd,
    net: process.net,
    ...(process.tty && { tty: process.tty }),
    edit: (request) => editWith(process, editing, request),
    fetch: (url, as = 'file') => pages.find(url, as, process.world),
    published: pages.names,
    rawMode: (on) => editing.raw(ttyOf(process), on),
    onResize: (changed) => editing.onResize(ttyOf(process), changed),
  };
}

/** A program that is loaded with its first command: a page shows its prompt without it. */
export function laterProgram(load: () => Promise<Program>): Program {
  return async (process) => (await process.world.external(load()))(process);
}

/** The editors that open beside the terminal. */
export const EDITORS: readonly string[] = ['vi', 'vim', 'nano', 'edit'];

/** With what KUBE_EDITOR or EDITOR says; another program than those edits the file by itself.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/util/editor/editor.go */
async function editWith(process: Process, editing: Editing, request: EditRequest): Promise<string | undefined> {
  const editor = process.env.get('KUBE_EDITOR') || process.env.get('EDITOR') || 'vi';
  const words = editor.split(' ').filter((word) => word !== '');
  if (EDITORS.includes((words[0] ?? '').replace(/^.*\//, ''))) return editing.edit(ttyOf(process), request, process);
  const { files } = process;
  files.writeFile(request.path, request.text);
  const needsShell = /["'\\]/.test(editor);
  const code = await process.spawnChild(needsShell ? ['bash', '-c', `${editor} ${JSON.stringify(request.path)}`] : [...words, request.path]).wait();
  const { CommandError } = await process.world.external(import('../kubectl/errors.ts'));
  if (code === 127) throw new CommandError(`unable to launch the editor ${JSON.stringify(editor)}`);
  if (code !== 0) throw new CommandError(`there was a problem with the editor ${JSON.stringify(editor)}`);
  const text = readText(files, request.path);
  files.remove(request.path);
  return text;
}

/** kustomize without kubectl, loaded with its first command too. */
export function kustomizeProgram(editing: Editing, pages: Pages): Program {
  return async (process) => {
    const { runKustomize } = await process.world.external(import('../kubectl/kustomize-program.ts'));
    return runKustomize(process.argv.slice(1), ioOf(process, editing, pages));
  };
}

/** kubectl is loaded with its first command: a page shows its prompt without it. */
export function kubectlProgram(settings: KubectlSettings, editing: Editing, pages: Pages): Program {
  let kubectl: KubectlProgram | undefined;
  return async (process) => {
    const { createKubectl } = await process.world.external(import('../kubectl/kubectl.ts'));
    kubectl ??= createKubectl(settings);
    const plugin = kubectl.plugin(process.argv.slice(1), process);
    return plugin ? process.exec(plugin) : kubectl.run(process.argv.slice(1), ioOf(process, editing, pages));
  };
}

const languageOf = (path: string): string => {
  if (/\.ya?ml$/.test(path)) return 'yaml';
  return path.endsWith('.json') ? 'json' : path.endsWith('.sh') ? 'shell' : 'plaintext';
};

/** vi, vim, nano: the page opens its editor on the file and the program ends when the learner is done. */
export function editorProgram(editing: Editing): Program {
  return async (process) => {
    const path = process.argv.slice(1).find((word) => !word.startsWith('-') && !word.startsWith('+'));
    if (path === undefined) {
      await process.stderr.write(`usage: ${process.argv[0]} FILE   (the file opens in the editor beside the terminal)\n`);
      return 1;
    }
    const full = absolute(process, path);
    const before = process.files.exists(full) ? readText(process.files, full) : '';
    const saved = await editing.edit(ttyOf(process), { path: full, text: before, language: languageOf(full) }, process);
    if (saved !== undefined && saved !== before) process.files.writeFile(full, saved);
    return 0;
  };
}
