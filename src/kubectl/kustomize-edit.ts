/** `kustomize edit add|set|remove THING`: what each makes of a kustomization's fields.
 *  Upstream: sigs.k8s.io/kustomize/kustomize/commands/edit */
import { CommandError } from './errors.ts';
import type { KubectlIo } from './io.ts';
import { split, wordsOf } from './kustomize-words.ts';
import type { FlagNames, Words } from './kustomize-words.ts';
import { baseName, resolvePath } from './paths.ts';

type Fields = Readonly<Record<string, unknown>>;
type Edit = (fields: Fields, words: Words, io: KubectlIo) => Fields;

interface Thing {
  readonly flags?: FlagNames;
  readonly edit: Edit;
}

const listOf = (fields: Fields, name: string): readonly unknown[] => (Array.isArray(fields[name]) ? (fields[name] as unknown[]) : []);

/** An empty list or map is no field. */
const withField = (fields: Fields, name: string, value: unknown): Fields => {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return { ...fields, [name]: isEmpty ? undefined : value };
};

const addPaths =
  (name: string): Edit =>
  (fields, { args }, io) => {
    if (args.length === 0) throw new CommandError(`must specify a ${name.replace(/s$/, '')} file`);
    const paths = args.flatMap((arg) => split(arg)).flatMap((arg) => matches(io, arg));
    const there = listOf(fields, name);
    return withField(fields, name, [...there, ...paths.filter((path, index) => !there.includes(path) && paths.indexOf(path) === index)]);
  };

/** A pattern of one folder, as Go's filepath.Glob knows it. */
function matches(io: KubectlIo, pattern: string): readonly string[] {
  if (/^(https?:|git@|github\.com\/)/.test(pattern) || io.files.exists(resolvePath(io.cwd, pattern))) return [pattern];
  const slash = pattern.lastIndexOf('/');
  const [folder, last] = [pattern.slice(0, slash + 1), pattern.slice(slash + 1)];
  const full = resolvePath(io.cwd, folder || '.');
  if (!/[*?]/.test(last) || !io.files.exists(full))
    throw new CommandError(
      `${pattern} has no match: must build at directory: not a valid directory: lstat ${resolvePath(io.cwd, pattern)}: no such file or directory`,
    );
  return [...io.files.readDirectory(full)]
    .sort()
    .filter((name) => fits(last, name))
    .map((name) => `${folder}${name}`);
}

function fits(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  if (pattern.startsWith('*')) return fits(pattern.slice(1), name) || (name !== '' && fits(pattern, name.slice(1)));
  return name !== '' && (pattern.startsWith('?') || pattern[0] === name[0]) && fits(pattern.slice(1), name.slice(1));
}

const removePaths =
  (name: string): Edit =>
  (fields, { args }) => {
    const gone = args.flatMap((arg) => split(arg));
    return withField(
      fields,
      name,
      listOf(fields, name).filter((path) => !gone.some((pattern) => fits(pattern, String(path)))),
    );
  };

const setText =
  (name: string): Edit =>
  (fields, { args }) => {
    if (args.length !== 1) throw new CommandError(`must specify exactly one ${name} value`);
    return withField(fields, name, args[0]);
  };

function pairsOf(args: readonly string[], what: string): Readonly<Record<string, string>> {
  if (args.length === 0) throw new CommandError(`must specify ${what}`);
  return Object.fromEntries(
    args
      .flatMap((arg) => split(arg))
      .map((pair) => {
        const colon = pair.indexOf(':');
        if (colon <= 0) throw new CommandError(`invalid ${what}: '${pair}'; need <key>:<value>`);
        return [pair.slice(0, colon), pair.slice(colon + 1).replace(/^(['"])(.*)\1$/, '$2')];
      }),
  );
}

const pairs =
  (name: string, what: string, mayReplace: boolean): Edit =>
  (fields, { args, flag }) => {
    const made = pairsOf(args, what);
    const there = (fields[name] ?? {}) as Fields;
    const twice = mayReplace || flag('force') === 'true' ? undefined : Object.keys(made).find((key) => Object.hasOwn(there, key));
    if (twice !== undefined) throw new CommandError(`${what} ${twice} already in kustomization file`);
    if (what === 'label' && flag('without-selector') === 'true') {
      return withField(fields, 'labels', [
        ...listOf(fields, 'labels'),
        { pairs: made, ...(flag('include-templates') === 'true' && { includeTemplates: true }) },
      ]);
    }
    return withField(fields, name, { ...there, ...made });
  };

const PAIRS: FlagNames = { valued: [], alone: ['force', 'without-selector', 'include-templates'], short: { f: 'force' } };

const removePairs =
  (name: string): Edit =>
  (fields, { args }) => {
    const gone = args.flatMap((arg) => split(arg));
    return withField(
      fields,
      name,
      Object.fromEntries(Object.entries((fields[name] ?? {}) as Fields).filter(([key]) => !gone.includes(key))),
    );
  };

interface Image {
  readonly name: string;
  readonly newName?: string;
  readonly newTag?: string;
  readonly digest?: string;
}

/** `nginx=registry.example/web:1.2`, `nginx:1.2`, `nginx@sha256:...`, `nginx=*:1.2`. */
function imageOf(word: string): Image {
  const [name = '', rest] = word.includes('=') ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] : [undefined, word];
  const [, written = '', tag, digest] = /^(.*?)(?::([^/:@]+))?(?:@(.+))?$/.exec(rest ?? '') ?? [];
  const original = word.includes('=') ? name : written;
  if (original === '' || (!word.includes('=') && tag === undefined && digest === undefined)) {
    throw new CommandError(
      'invalid format of image, use one of the following options:\n- <image>=<newimage>:<newtag>\n- <image>=<newimage>@<digest>\n- <image>=<newimage>\n- <image>:<newtag>\n- <image>@<digest>',
    );
  }
  const isNew = word.includes('=') && written !== '*' && written !== '';
  return {
    name: original,
    ...(isNew && { newName: written }),
    ...(tag !== undefined && { newTag: tag }),
    ...(digest !== undefined && { digest }),
  };
}

const setImage: Edit = (fields, { args }) => {
  if (args.length === 0) throw new CommandError('no image specified');
  const images = new Map((listOf(fields, 'images') as readonly Image[]).map((image) => [image.name, image]));
  for (const image of args.map(imageOf)) {
    const kept = images.get(image.name)?.newName;
    images.set(image.name, { ...(kept !== undefined && { newName: kept }), ...image });
  }
  return withField(
    fields,
    'images',
    [...images.values()]
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .map(({ digest, name, newName, newTag }) => ({
        ...(digest !== undefined && { digest }),
        name,
        ...(newName !== undefined && { newName }),
        ...(newTag !== undefined && { newTag }),
      })),
  );
};

const setReplicas: Edit = (fields, { args }) => {
  if (args.length === 0) throw new CommandError('no replicas specified');
  const counts = new Map(
    (listOf(fields, 'replicas') as readonly { readonly name: string; readonly count: number }[]).map(({ name, count }) => [name, count]),
  );
  for (const arg of args) {
    const [, name = '', count = ''] = /^(.+)=(\d+)$/.exec(arg) ?? [];
    if (name === '') throw new CommandError(`invalid format of replica, use the following format: <replica>=<count>`);
    counts.set(name, Number(count));
  }
  return withField(
    fields,
    'replicas',
    [...counts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, count]) => ({ count, name })),
  );
};

const GENERATOR: FlagNames = {
  valued: ['from-literal', 'from-file', 'from-env-file', 'type', 'namespace', 'behavior'],
  alone: ['disableNameSuffixHash', 'disable-name-suffix-hash'],
};

const addGenerator =
  (field: string): Edit =>
  (fields, { args, all, flag }) => {
    const [name] = args;
    if (name === undefined) throw new CommandError('name must be specified once');
    const [literals, files, envs] = [all('from-literal'), all('from-file'), all('from-env-file')];
    if (literals.length + files.length + envs.length === 0)
      throw new CommandError('at least from-env-file, or from-file or from-literal must be set');
    const generators = listOf(fields, field) as readonly {
      readonly name?: string;
      readonly literals?: readonly string[];
      readonly files?: readonly string[];
      readonly envs?: readonly string[];
    }[];
    const there = generators.find((each) => each.name === name);
    const joined = (key: 'literals' | 'files' | 'envs', more: readonly string[]): object => {
      const values = [...(there?.[key] ?? []), ...more];
      return values.length === 0 ? {} : { [key]: values };
    };
    const [type, namespace, behavior] = [flag('type'), flag('namespace'), flag('behavior')];
    const plain = flag('disableNameSuffixHash') === 'true' || flag('disable-name-suffix-hash') === 'true';
    const made = {
      ...(behavior !== undefined && { behavior }),
      ...there,
      ...joined('envs', envs),
      ...joined('files', files),
      ...joined('literals', literals),
      name,
      ...(namespace !== undefined && { namespace }),
      ...(plain && { options: { disableNameSuffixHash: true } }),
      ...(type !== undefined && { type }),
    };
    return withField(fields, field, there ? generators.map((each) => (each === there ? made : each)) : [...generators, made]);
  };

const PATCH: FlagNames = {
  valued: ['path', 'patch', 'kind', 'name', 'namespace', 'group', 'version', 'label-selector', 'annotation-selector'],
  alone: [],
};
const TARGET = {
  group: 'group',
  version: 'version',
  kind: 'kind',
  name: 'name',
  namespace: 'namespace',
  'label-selector': 'labelSelector',
  'annotation-selector': 'annotationSelector',
} as const;

const addPatch: Edit = (fields, { flag }, io) => {
  const [path, patch] = [flag('path'), flag('patch')];
  if ((path === undefined) === (patch === undefined)) throw new CommandError('must specify either patch or path but not both');
  if (path !== undefined && !io.files.exists(resolvePath(io.cwd, path)))
    throw new CommandError(`${baseName(path)}: no such file or directory`);
  const target = Object.fromEntries(
    Object.entries(TARGET)
      .filter(([name]) => flag(name) !== undefined)
      .map(([name, field]) => [field, flag(name)]),
  );
  return withField(fields, 'patches', [
    ...listOf(fields, 'patches'),
    { ...(path !== undefined && { path }), ...(patch !== undefined && { patch }), ...(Object.keys(target).length > 0 && { target }) },
  ]);
};

const VERBS: Readonly<Record<string, Readonly<Record<string, Thing>>>> = {
  add: {
    resource: { edit: addPaths('resources') },
    base: { edit: addPaths('resources') },
    component: { edit: addPaths('components') },
    generator: { edit: addPaths('generators') },
    transformer: { edit: addPaths('transformers') },
    configmap: { flags: GENERATOR, edit: addGenerator('configMapGenerator') },
    secret: { flags: GENERATOR, edit: addGenerator('secretGenerator') },
    label: { flags: PAIRS, edit: pairs('commonLabels', 'label', false) },
    annotation: { flags: PAIRS, edit: pairs('commonAnnotations', 'annotation', false) },
    patch: { flags: PATCH, edit: addPatch },
  },
  set: {
    image: { edit: setImage },
    replicas: { edit: setReplicas },
    nameprefix: { edit: setText('namePrefix') },
    namesuffix: { edit: setText('nameSuffix') },
    namespace: { edit: setText('namespace') },
    label: { flags: PAIRS, edit: pairs('commonLabels', 'label', true) },
    annotation: { flags: PAIRS, edit: pairs('commonAnnotations', 'annotation', true) },
  },
  remove: {
    resource: { edit: removePaths('resources') },
    component: { edit: removePaths('components') },
    transformer: { edit: removePaths('transformers') },
    label: { edit: removePairs('commonLabels') },
    annotation: { edit: removePairs('commonAnnotations') },
  },
};
/** Longer and shorter words for the same things. */
const ALSO: Readonly<Record<string, string>> = { 'name-prefix': 'nameprefix', 'name-suffix': 'namesuffix' };

export function editFields(io: KubectlIo, [verb = '', thing = '', ...rest]: readonly string[], fields: Fields): Fields {
  const things = VERBS[verb];
  if (!things) throw new CommandError(`unknown command ${JSON.stringify(verb)} for "kustomize edit"`);
  const found = things[ALSO[thing] ?? thing];
  if (!found)
    throw new CommandError(
      `unknown command ${JSON.stringify(thing)} for "kustomize edit ${verb}"; there are: ${Object.keys(things).join(', ')}`,
    );
  // A prefix like "-dev" is a value: what begins with a dash and is no flag of the command stands for itself.
  const isText = ['nameprefix', 'namesuffix'].includes(ALSO[thing] ?? thing);
  const words = isText ? wordsOf([], { valued: [], alone: [] }) : wordsOf(rest, found.flags ?? { valued: [], alone: [] });
  return found.edit(fields, isText ? { ...words, args: rest.filter((word) => word !== '--') } : words, io);
}
