/** The kustomize command by itself: build, create, edit and version, over the same builder as `kubectl kustomize`.
 *  Upstream: sigs.k8s.io/kustomize/kustomize/commands */
import { utf8 } from '../base/bytes.ts';
import { CommandError } from './errors.ts';
import type { KubectlIo } from './io.ts';
import { buildKustomization, KUSTOMIZATION_FILES } from './kustomize.ts';
import { editFields } from './kustomize-edit.ts';
import { split, wordsOf } from './kustomize-words.ts';
import type { FlagNames, Words } from './kustomize-words.ts';
import { readText } from './manifests.ts';
import { resolvePath } from './paths.ts';
import { parseYaml, toYaml } from './yaml.ts';

/** The release that kubectl 1.33 carries. */
const VERSION = 'v5.6.0';

const BUILD: FlagNames = {
  valued: [
    'output',
    'load-restrictor',
    'reorder',
    'env',
    'mount',
    'helm-command',
    'helm-api-versions',
    'helm-kube-version',
    'network-name',
  ],
  alone: ['enable-helm', 'enable-alpha-plugins', 'enable-exec', 'enable-star', 'as-current-user', 'network', 'helm-debug'],
  short: { o: 'output', e: 'env' },
};
const CREATE: FlagNames = {
  valued: ['resources', 'namespace', 'nameprefix', 'namesuffix', 'annotations', 'labels'],
  alone: ['autodetect', 'recursive'],
};

const USAGE = `Manages declarative configuration of Kubernetes, kept in kustomization.yaml files.

Usage:
  kustomize [command]

Available Commands:
  build    Print what a kustomization makes
  create   Write a new kustomization.yaml into this directory
  edit     Change the kustomization.yaml of this directory: add, set, remove
  version  Print the version
`;

/** Runs one command line, without the word kustomize, and resolves with its exit code. */
export async function runKustomize(argv: readonly string[], io: KubectlIo): Promise<number> {
  try {
    const [command, ...rest] = argv;
    if (
      command === undefined ||
      command === 'help' ||
      rest.includes('--help') ||
      rest.includes('-h') ||
      command === '--help' ||
      command === '-h'
    )
      await io.stdout.write(USAGE);
    else if (command === 'version') await io.stdout.write(`${VERSION}\n`);
    else if (command === 'build') await build(io, wordsOf(rest, BUILD));
    else if (command === 'create') create(io, wordsOf(rest, CREATE));
    else if (command === 'edit') edit(io, rest);
    else throw new CommandError(`unknown command ${JSON.stringify(command)} for "kustomize"\nRun 'kustomize --help' for usage.`);
    return 0;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    await io.stderr.write(`Error: ${error.message}\n`);
    return 1;
  }
}

async function build(io: KubectlIo, { args, flag }: Words): Promise<void> {
  if (args.length > 1) throw new CommandError('specify one path to kustomization.yaml');
  if (flag('enable-helm') === 'true') throw new CommandError('there is no helm on this machine, so --enable-helm cannot be used');
  const objects = await buildKustomization(io, args[0] ?? '.');
  const text = objects.map((object) => toYaml(object)).join('---\n');
  const output = flag('output');
  if (output === undefined) await io.stdout.write(text);
  else io.files.writeFile(resolvePath(io.cwd, output), utf8(text));
}

function create(io: KubectlIo, { args, flag }: Words): void {
  if (args.length > 0) throw new CommandError(`unknown command ${JSON.stringify(args[0])} for "kustomize create"`);
  const here = KUSTOMIZATION_FILES.map((name) => resolvePath(io.cwd, name)).find((path) => io.files.exists(path));
  if (here !== undefined) throw new CommandError('kustomization file already exists');
  const resources = split(flag('resources'));
  for (const resource of resources)
    if (!/^https?:|^github\.com/.test(resource) && !io.files.exists(resolvePath(io.cwd, resource)))
      throw new CommandError(`${resource} has no match`);
  const found = flag('autodetect') === 'true' ? detected(io, '', flag('recursive') === 'true') : [];
  const all = [...resources, ...found.filter((path) => !resources.includes(path))];
  const pairs = (name: string): object | undefined =>
    flag(name) === undefined
      ? undefined
      : Object.fromEntries(split(flag(name)).map((pair) => [pair.split(':')[0] ?? '', pair.slice(pair.indexOf(':') + 1)]));
  const [labels, annotations, prefix, suffix, namespace] = [
    pairs('labels'),
    pairs('annotations'),
    flag('nameprefix'),
    flag('namesuffix'),
    flag('namespace'),
  ];
  writeKustomization(io, resolvePath(io.cwd, 'kustomization.yaml'), '', {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    ...(all.length > 0 && { resources: all }),
    ...(prefix !== undefined && { namePrefix: prefix }),
    ...(suffix !== undefined && { nameSuffix: suffix }),
    ...(namespace !== undefined && { namespace }),
    ...(labels && { commonLabels: labels }),
    ...(annotations && { commonAnnotations: annotations }),
  });
}

/** Files that hold Kubernetes objects, and folders with a kustomization. */
function detected(io: KubectlIo, folder: string, recursive: boolean): readonly string[] {
  const found: string[] = [];
  for (const name of [...io.files.readDirectory(resolvePath(io.cwd, folder || '.'))].sort()) {
    const path = folder === '' ? name : `${folder}/${name}`;
    const full = resolvePath(io.cwd, path);
    if (io.files.stat(full).type === 'directory') {
      if (KUSTOMIZATION_FILES.some((file) => io.files.exists(`${full}/${file}`))) found.push(path);
      else if (recursive) found.push(...detected(io, path, recursive));
    } else if (/\.(ya?ml|json)$/.test(name) && holdsObjects(io, full)) found.push(path);
  }
  return found;
}

function holdsObjects(io: KubectlIo, path: string): boolean {
  try {
    const documents = parseYaml(readText(io, path, path), path).filter((document) => document !== null);
    return (
      documents.length > 0 &&
      documents.every((document) => typeof document === 'object' && document !== null && 'kind' in document && 'metadata' in document)
    );
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function edit(io: KubectlIo, argv: readonly string[]): void {
  const path = KUSTOMIZATION_FILES.map((name) => resolvePath(io.cwd, name)).find((file) => io.files.exists(file));
  if (argv.length === 0) throw new CommandError('must specify what to do: add, set, remove or fix');
  if (path === undefined) throw new CommandError("Missing kustomization file 'kustomization.yaml'.\n");
  const text = readText(io, path, path);
  const fields = (parseYaml(text, path)[0] ?? {}) as Fields;
  const isComponent = fields['kind'] === 'Component';
  const complete = {
    ...fields,
    apiVersion: fields['apiVersion'] ?? `kustomize.config.k8s.io/${isComponent ? 'v1alpha1' : 'v1beta1'}`,
    kind: fields['kind'] ?? 'Kustomization',
  };
  writeKustomization(io, path, text, argv[0] === 'fix' ? complete : editFields(io, argv, complete));
}

/** In which order new fields are added; those that are there keep their place.
 *  Upstream: kustomize/commands/internal/kustfile/kustomizationfile.go */
const ORDER = [
  'apiVersion',
  'kind',
  'resources',
  'bases',
  'namePrefix',
  'nameSuffix',
  'namespace',
  'crds',
  'commonLabels',
  'labels',
  'commonAnnotations',
  'patchesStrategicMerge',
  'patchesJson6902',
  'patches',
  'configMapGenerator',
  'secretGenerator',
  'helmCharts',
  'generatorOptions',
  'vars',
  'images',
  'replacements',
  'replicas',
  'configurations',
  'generators',
  'transformers',
  'validators',
  'components',
  'openapi',
  'buildMetadata',
] as const;

/** Comments above a field stay above it. */
function writeKustomization(io: KubectlIo, path: string, before: string, fields: Fields): void {
  const comments = new Map<string, string>();
  let open = '';
  for (const line of before.split('\n')) {
    const field = /^([A-Za-z]\w*):/.exec(line)?.[1];
    if (field !== undefined && open !== '') comments.set(field, open);
    open = /^\s*(#.*)?$/.test(line) ? `${open}${line}\n` : '';
  }
  const there = [...before.matchAll(/^([A-Za-z]\w*):/gm)]
    .map((match) => match[1] ?? '')
    .filter((name, index, names) => names.indexOf(name) === index);
  const order = [
    ...there,
    ...ORDER.filter((name) => !there.includes(name)),
    ...Object.keys(fields).filter((name) => !there.includes(name) && !ORDER.some((one) => one === name)),
  ];
  const text = order
    .filter((name) => fields[name] !== undefined)
    .map((name) => `${comments.get(name) ?? ''}${toYaml({ [name]: fields[name] })}`)
    .join('');
  io.files.writeFile(path, utf8(text));
}
