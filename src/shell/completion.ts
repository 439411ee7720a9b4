/** Tab completion at the prompt: programs, files, and for kubectl its commands, flags, types and the names of what is in the
 *  cluster. It asks as an observer, so it leaves no trace in history. */
import type { KubeList, KubeObject } from '../api/object.ts';
import { RESOURCES, resourcePath } from '../api/resources.ts';
import type { Resource } from '../api/resource.ts';
import type { Transport } from '../api/transport.ts';
import type { FileSystem } from '../cri/files.ts';
import { COMMANDS } from '../kubectl/commands/table.ts';
import type { Command, Completes } from '../kubectl/command.ts';
import { findCommand } from '../kubectl/find-command.ts';
import { flagsOf, globalFlags } from '../kubectl/flags.ts';
import { completeFile } from './complete-file.ts';

export interface CompletionRequest {
  readonly line: string;
  readonly cursor: number;
  readonly files: FileSystem;
  readonly cwd: string;
  /** Programs on the PATH, builtins and aliases. */
  readonly programs: readonly string[];
  readonly transport: Transport;
  readonly namespace: string;
}

export interface Completions { readonly start: number; readonly words: readonly string[] }

/** Names beyond this are not worth a list. */
const NAMES_MAX = 500;

/** The words of the simple command that the cursor stands in; the last one is being typed. */
export function wordsBefore(line: string, cursor: number): { readonly words: readonly string[]; readonly start: number } {
  const text = line.slice(0, cursor);
  const begin = Math.max(...['|', ';', '&', '(', '\n', '`'].map((separator) => text.lastIndexOf(separator))) + 1;
  const words = text.slice(begin).split(/\s+/);
  if (words[0] === '') words.shift();
  const current = words.at(-1) ?? '';
  return { words: words.length === 0 ? [''] : words, start: cursor - current.length };
}

export async function complete(request: CompletionRequest): Promise<Completions> {
  const { words, start } = wordsBefore(request.line, request.cursor);
  const current = words.at(-1) ?? '';
  const [program] = words;
  if (words.length === 1 && !current.includes('/')) return matching(start, current, request.programs);
  if (program === 'kubectl' || program === 'k') return completeKubectl(request, words.slice(1, -1), current, start);
  return completeFile(request.files, request.cwd, current, start);
}

function matching(start: number, current: string, words: readonly string[]): Completions {
  return { start, words: [...new Set(words.filter((word) => word.startsWith(current)))].sort() };
}

const childrenOf = (path: string): readonly Command[] =>
  COMMANDS.filter((command) => (path === '' ? !command.name.includes(' ') : command.name.startsWith(`${path} `) && !command.name.slice(path.length + 1).includes(' ')));

const NAMESPACE_FLAGS = new Set(['-n', '--namespace']);
const FILE_FLAGS = new Set(['-f', '--filename', '-k', '--kustomize', '--from-file', '--from-env-file', '--kubeconfig', '--patch-file']);
const OUTPUTS = ['json', 'yaml', 'name', 'wide', 'jsonpath=', 'go-template=', 'custom-columns='];

async function completeKubectl(request: CompletionRequest, before: readonly string[], current: string, start: number): Promise<Completions> {
  const previous = before.at(-1) ?? '';
  if (NAMESPACE_FLAGS.has(previous)) return matching(start, current, await namesOf(request, 'namespaces', ''));
  if (FILE_FLAGS.has(previous)) return completeFile(request.files, request.cwd, current, start);
  if (previous === '-o' || previous === '--output') return matching(start, current, OUTPUTS);
  const { command } = findCommand(COMMANDS, before);
  const path = command?.name ?? '';
  if (current.startsWith('-')) {
    const flags = [...flagsOf(path), ...globalFlags()].map((flag) => `--${flag.name}`);
    return matching(start, current, flags);
  }
  const children = childrenOf(path);
  const positional = before.filter((word) => !word.startsWith('-')).slice(path === '' ? 0 : path.split(' ').length);
  if (children.length > 0 && positional.length === 0) return matching(start, current, children.map((child) => child.name.slice(path === '' ? 0 : path.length + 1)));
  return completeArgument(request, command?.complete ?? 'none', positional, before, current, start);
}

async function completeArgument(request: CompletionRequest, kind: Completes, positional: readonly string[], before: readonly string[], current: string, start: number): Promise<Completions> {
  const flag = before.findIndex((word) => NAMESPACE_FLAGS.has(word));
  const namespace = flag >= 0 ? before[flag + 1] ?? request.namespace : request.namespace;
  const names = (type: string) => namesOf(request, type, namespace);
  const slash = current.indexOf('/');
  if (slash > 0 && (kind === 'resource' || kind === 'pod-or-type')) {
    const type = current.slice(0, slash);
    return matching(start, current, (await names(type)).map((name) => `${type}/${name}`));
  }
  switch (kind) {
    case 'resource':
      return matching(start, current, positional.length === 0 ? typeNames() : await names(positional[0] ?? ''));
    case 'type':
      return matching(start, current, positional.length === 0 ? typeNames() : []);
    case 'pod':
    case 'pod-or-type':
      return matching(start, current, positional.length === 0 ? [...await names('pods'), ...(kind === 'pod' ? [] : ['deployment/', 'service/', 'job/', 'statefulset/'])] : []);
    case 'node':
      return matching(start, current, await names('nodes'));
    case 'file':
      return completeFile(request.files, request.cwd, current, start);
    default:
      return { start, words: [] };
  }
}

const typeNames = (): readonly string[] => RESOURCES.filter((row) => row.verbs.includes('get')).map((row) => row.plural);

function resourceOf(name: string): Resource | undefined {
  return RESOURCES.find((row) => row.plural === name || row.singular === name || row.shortNames.includes(name));
}

async function namesOf({ transport }: CompletionRequest, type: string, namespace: string): Promise<readonly string[]> {
  const resource = resourceOf(type);
  if (!resource) return [];
  const path = resourcePath(resource, resource.namespaced ? namespace : undefined);
  const answer = await transport.request({ method: 'GET', path, query: [['limit', String(NAMES_MAX)]], headers: { accept: 'application/json', 'user-agent': 'kubectl' } });
  if (answer.status !== 200) return [];
  return (answer.body as KubeList<KubeObject>).items.map((object) => object.metadata?.name ?? '');
}
