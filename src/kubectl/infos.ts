/** From the words and flags of a command line to the objects that it means: the resource builder.
 *  Upstream: staging/src/k8s.io/cli-runtime/pkg/resource/builder.go */
import type { Kubectl } from './command.ts';
import { type Mapping, findKind, inCategory, pathOf } from './discovery.ts';
import { AggregateFailure, CommandError, isNotFound, usageError } from './errors.ts';
import { type Manifest, readManifests, requireKind, requireMetadata } from './manifests.ts';
import { type Obj, list, str } from './obj.ts';
import { verifyManifest } from './openapi.ts';

/** One object that a command works on: where it is, and what is known of it. */
export interface Info {
  readonly mapping: Mapping;
  readonly namespace: string;
  readonly name: string;
  /** The file that it comes from; "" for objects named on the command line. */
  readonly source: string;
  /** As the file or the server has it. */
  readonly object?: Obj;
}

export interface Selection {
  /** Words that name resources; the command has taken its own words away. */
  readonly args: readonly string[];
  /** Files count as input (-f, -k). */
  readonly files?: boolean;
  /** A type without names means all of its objects. */
  readonly allowAll?: boolean;
  /** What a word without a type names, for commands with a default type. */
  readonly defaultType?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly all?: boolean;
  readonly allNamespaces?: boolean;
  /** `get` and `delete` list a type's objects; others ask for names. */
  readonly noResourceError?: string;
  /** Read each object from the server; a file gives only its name. `named`: but what stands in a file is taken from there. */
  readonly latest?: boolean | 'named';
  /** The first failure ends the command; otherwise all are gathered. */
  readonly stopAtFirst?: boolean;
  /** An object of a file without a namespace gets none. */
  readonly ownNamespace?: boolean;
  readonly subresource?: string;
  readonly ignoreNotFound?: boolean;
}

/** What the words mean before the server is asked: named objects, and types of which all are meant. */
export interface Targets {
  readonly named: readonly { readonly mapping: Mapping; readonly name: string }[];
  readonly types: readonly Mapping[];
  readonly files: readonly Manifest[];
  /** One object was asked for by its name, so it is printed alone. */
  readonly single: boolean;
}

export const NO_RESOURCE =
  'You must provide one or more resources by argument or filename.\n' +
  'Example resource specifications include:\n' +
  "   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

export async function targetsOf(k: Kubectl, selection: Selection): Promise<Targets> {
  const files = selection.files === false ? [] : k.flags.list('filename');
  const kustomize = selection.files === false ? '' : k.flags.str('kustomize');
  if (files.length > 0 && kustomize !== '') throw new CommandError('only one of -f or -k can be specified');
  if (files.length > 0 || kustomize !== '') {
    if (selection.args.length > 0) {
      throw new CommandError('when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well');
    }
    const manifests = await readManifests(k, { files, kustomize, recursive: k.flags.bool('recursive') });
    return { named: [], types: [], files: manifests, single: manifests.length === 1 && !manifests[0]!.fromList };
  }
  if (selection.args.length === 0) throw new CommandError(selection.noResourceError ?? NO_RESOURCE);
  return { files: [], ...(await wordsToTargets(k, selection)) };
}

async function wordsToTargets(k: Kubectl, selection: Selection): Promise<Omit<Targets, 'files'>> {
  const { args } = selection;
  const slashed = args.filter((a) => a.includes('/'));
  const selected = Boolean(selection.labelSelector) || Boolean(selection.fieldSelector) || selection.all === true;
  if (slashed.length > 0) {
    if (slashed.length !== args.length) {
      throw new CommandError(
        'there is no need to specify a resource type as a separate argument when passing arguments in ' +
          "resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
      );
    }
    if (selection.allNamespaces === true) throw new CommandError('a resource cannot be retrieved by name across all namespaces');
    return { named: await slashedNames(k, args), types: [], single: args.length === 1 };
  }
  if (selection.defaultType !== undefined && args.length === 1) {
    return { named: [{ mapping: await k.mapping(selection.defaultType), name: args[0]! }], types: [], single: true };
  }
  const types = await typesOf(k, args[0]!);
  const names = args.slice(1);
  if (names.length > 0) {
    if (selection.allNamespaces === true) throw new CommandError('a resource cannot be retrieved by name across all namespaces');
    if (selection.labelSelector) throw new CommandError('name cannot be provided when a selector is specified');
    if (selection.all) throw new CommandError('name cannot be provided when a selector is specified');
    return {
      named: types.flatMap((mapping) => names.map((name) => ({ mapping, name }))),
      types: [],
      single: types.length === 1 && names.length === 1,
    };
  }
  if (!selected && selection.allowAll !== true) {
    throw new CommandError('resource(s) were provided, but no name was specified');
  }
  return { named: [], types, single: false };
}

async function slashedNames(k: Kubectl, args: readonly string[]): Promise<{ mapping: Mapping; name: string }[]> {
  const found: { mapping: Mapping; name: string }[] = [];
  for (const arg of args) {
    const parts = arg.split('/');
    if (parts.length !== 2) throw new CommandError(`arguments in resource/name form may not have more than one slash`);
    const [type = '', name = ''] = parts;
    if (type === '' || name === '') {
      throw new CommandError(`arguments in resource/name form must have a single resource and name`);
    }
    if (type.includes(',')) throw new CommandError('arguments in resource/name form must have a single resource and name');
    found.push({ mapping: await k.mapping(type), name });
  }
  return found;
}

/** "pods,svc", "all": the types that are meant, in order. */
export async function typesOf(k: Kubectl, word: string): Promise<readonly Mapping[]> {
  const found: Mapping[] = [];
  for (const name of word.split(',')) {
    if (name === '') throw new CommandError('the server doesn\'t have a resource type ""');
    const category = inCategory(await k.discovery(), name);
    for (const mapping of category.length > 0 ? category : [await k.mapping(name)]) {
      if (!found.some((m) => m.group === mapping.group && m.resource === mapping.resource && m.version === mapping.version))
        found.push(mapping);
    }
  }
  return found;
}

/** All objects that are meant, read from the server where `latest` asks for it. Failures are gathered and thrown at the
 *  end as one; `each` is called for what was found before that. */
export async function visit(k: Kubectl, selection: Selection, each: (info: Info) => Promise<void>): Promise<number> {
  const targets = await targetsOf(k, selection);
  const failures: unknown[] = [];
  let count = 0;
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (k.io.signal.aborted || selection.stopAtFirst === true) throw error;
      failures.push(error);
    }
  };
  for (const { mapping, name } of targets.named) {
    await attempt(async () => {
      const namespace = mapping.namespaced ? k.namespace : '';
      const info: Info = { mapping, namespace, name, source: '' };
      await each(selection.latest === false ? info : await fetched(k, info, selection.subresource));
      count += 1;
    });
  }
  for (const manifest of targets.files) {
    await attempt(async () => {
      const info = await manifestInfo(k, manifest, selection.ownNamespace);
      await verifyManifest(k, info.mapping);
      await each(selection.latest === true ? await fetched(k, info, selection.subresource) : info);
      count += 1;
    });
  }
  for (const mapping of targets.types) {
    await attempt(async () => {
      for (const object of await listAll(k, mapping, selection)) {
        const info: Info = {
          mapping,
          namespace: str(object, 'metadata', 'namespace'),
          name: str(object, 'metadata', 'name'),
          source: '',
          object,
        };
        await attempt(async () => each(info));
        count += 1;
      }
    });
  }
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateFailure(failures);
  return count;
}

async function fetched(k: Kubectl, info: Info, subresource?: string): Promise<Info> {
  const path = pathOf(info.mapping, info.namespace, info.name, subresource);
  return { ...info, object: await orNoNamespace(k, info.namespace, () => k.rest.json('GET', path)) };
}

/** An object that is not there may be so because its namespace is not; then that is said.
 *  Upstream: staging/src/k8s.io/cli-runtime/pkg/resource/visitor.go Info.Get */
export async function orNoNamespace<T>(k: Kubectl, namespace: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isNotFound(error) || namespace === '' || namespace === 'default') throw error;
    try {
      await k.rest.json('GET', `/api/v1/namespaces/${namespace}`);
    } catch (missing) {
      if (isNotFound(missing)) throw missing;
    }
    throw error;
  }
}

export async function listAll(k: Kubectl, mapping: Mapping, selection: Selection): Promise<readonly Obj[]> {
  const namespace = selection.allNamespaces || !mapping.namespaced ? '' : k.namespace;
  const query: [string, string][] = [];
  if (selection.labelSelector) query.push(['labelSelector', selection.labelSelector]);
  if (selection.fieldSelector) query.push(['fieldSelector', selection.fieldSelector]);
  query.push(['limit', '500']);
  const items: Obj[] = [];
  let next = '';
  do {
    const page = await k.rest.json('GET', pathOf(mapping, namespace), { query: next === '' ? query : [...query, ['continue', next]] });
    const kind = str(page, 'kind').replace(/List$/, '');
    items.push(...list(page, 'items').map((i) => ({ apiVersion: page.apiVersion, kind, ...(i as Obj) })));
    next = str(page, 'metadata', 'continue');
  } while (next !== '');
  return items;
}

/** Where an object of a file belongs: its kind's resource, its namespace or ours. */
export async function manifestInfo(k: Kubectl, manifest: Manifest, ownNamespace = false): Promise<Info> {
  const { object, source } = manifest;
  requireKind(manifest, ['create', 'apply', 'replace'].includes(k.path) && k.flags.str('validate') !== 'false');
  requireMetadata(manifest);
  const apiVersion = str(object, 'apiVersion');
  const kind = str(object, 'kind');
  const mapping = findKind(await k.discovery(), apiVersion, kind) ?? findKind(await k.rediscover(), apiVersion, kind);
  const name = str(object, 'metadata', 'name');
  if (mapping === undefined) {
    throw new CommandError(
      `resource mapping not found for name: ${JSON.stringify(name)} namespace: ` +
        `${JSON.stringify(str(object, 'metadata', 'namespace'))} from ${JSON.stringify(source)}: no matches for kind ${JSON.stringify(kind)} ` +
        `in version ${JSON.stringify(apiVersion)}\nensure CRDs are installed first`,
    );
  }
  const own = str(object, 'metadata', 'namespace');
  if (mapping.namespaced && k.namespaceGiven && own !== '' && own !== k.namespace) {
    throw new CommandError(
      `the namespace from the provided object ${JSON.stringify(own)} does not match the namespace ` +
        `${JSON.stringify(k.namespace)}. You must pass '--namespace=${own}' to perform this operation.`,
    );
  }
  if (ownNamespace && mapping.namespaced && own === '') {
    const gv = `${mapping.group}/${mapping.version}`;
    throw new CommandError(`no namespace set on resource ${gv}, Resource=${mapping.resource} ${JSON.stringify(name)}`);
  }
  const namespace = mapping.namespaced ? own || k.namespace : '';
  const placed =
    mapping.namespaced && own === '' && !k.flags.bool('local') ? { ...object, metadata: { ...object.metadata, namespace } } : object;
  return { mapping, namespace, name, source, object: placed as Obj };
}

/** One object by TYPE/NAME, TYPE NAME, or a bare name of the default type. */
export async function oneInfo(k: Kubectl, words: readonly string[], defaultType: string): Promise<Info> {
  const infos: Info[] = [];
  await visit(k, { args: words, files: false, defaultType }, async (info) => {
    infos.push(info);
  });
  const info = infos[0];
  if (info === undefined) throw usageError(k.path, 'one resource is required');
  return info;
}
