/** Kustomizations: the part that people use with `apply -k` and `kubectl kustomize`. The steps run in kustomize's order:
 *  resources, generators, patches, then names, labels, images and replicas; references follow the names.
 *  Upstream: sigs.k8s.io/kustomize/api/internal/target/kusttarget.go */
import { CommandError } from './errors.ts';
import type { KubectlIo } from './io.ts';
import { generatedObjects } from './kustomize-generate.ts';
import { applyPatches } from './kustomize-patch.ts';
import { legacyOrder, renamed, setAnnotations, setImages, setLabels, setNamespace, setReplicas } from './kustomize-transform.ts';
import { noInternet, parseManifests, readText } from './manifests.ts';
import { type Obj, at, dict, list, str } from './obj.ts';
import { resolvePath } from './paths.ts';
import { parseYaml } from './yaml.ts';

/** An object on its way through a kustomization; `original` is the name that references to it have. */
export interface Built {
  readonly object: Obj;
  readonly original: string;
  readonly hash?: string;
}

export const KUSTOMIZATION_FILES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

export async function buildKustomization(io: KubectlIo, directory: string): Promise<readonly Obj[]> {
  if (isRemote(directory)) {
    const objects = await remoteObjects(io, directory, 'folder');
    // Differs from Kubernetes: kustomizations are read from the learner's files only, but for those of add-ons.
    if (objects === undefined) throw new CommandError(`accumulating resources: ${directory}: ${noInternet(io)}`);
    return legacyOrder(renamed(objects));
  }
  const path = resolvePath(io.cwd, directory);
  if (!io.files.exists(path)) {
    throw new CommandError(
      `must build at directory: not a valid directory: evalsymlink failure on '${directory}' : lstat ${path}: no such file or directory`,
    );
  }
  return legacyOrder(renamed(await build(io, path, directory, [])));
}

/** A file or a folder of a repository, by its address. */
const isRemote = (entry: string): boolean => /^(https?:|ssh:|git::|git@|(www\.)?github\.com[/:])/.test(entry);

const builtOf = (text: string, source: string): readonly Built[] =>
  parseManifests(text, source).map(({ object }) => ({ object, original: str(object, 'metadata', 'name') }));

async function remoteObjects(io: KubectlIo, address: string, as: 'file' | 'folder'): Promise<readonly Built[] | undefined> {
  const text = await io.fetch?.(address, as);
  return text === undefined ? undefined : builtOf(text, address);
}

async function build(io: KubectlIo, path: string, shown: string, above: readonly string[]): Promise<readonly Built[]> {
  if (above.includes(path))
    throw new CommandError(`accumulating resources: cycle detected: candidate root '${path}' contains visited root '${path}'`);
  const file = KUSTOMIZATION_FILES.map((name) => `${path}/${name}`).find((f) => io.files.exists(f));
  if (file === undefined) {
    throw new CommandError(`unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${path}'`);
  }
  const kustomization = (parseYaml(readText(io, file, file), file)[0] ?? {}) as Obj;
  let built: readonly Built[] = [];
  for (const entry of [...list(kustomization, 'resources'), ...list(kustomization, 'bases')] as string[]) {
    built = [...built, ...(await resource(io, path, entry, [...above, path]))];
  }
  built = generatedObjects(io, path, kustomization, built);
  return transformed(io, path, kustomization, await withComponents(io, path, kustomization, built, [...above, path]));
}

/** A component adds its own resources and generators to what is there, and changes all of it. */
async function withComponents(
  io: KubectlIo,
  path: string,
  kustomization: Obj,
  start: readonly Built[],
  above: readonly string[],
): Promise<readonly Built[]> {
  let built = start;
  for (const entry of list(kustomization, 'components') as string[]) {
    const folder = resolvePath(path, entry);
    if (above.includes(folder))
      throw new CommandError(`accumulating components: cycle detected: candidate root '${folder}' contains visited root '${folder}'`);
    const component = loadComponent(io, path, entry);
    for (const resourceEntry of list(component, 'resources') as string[])
      built = [...built, ...(await resource(io, folder, resourceEntry, [...above, folder]))];
    built = generatedObjects(io, folder, component, built);
    built = transformed(io, folder, component, await withComponents(io, folder, component, built, [...above, folder]));
  }
  return built;
}

function loadComponent(io: KubectlIo, path: string, entry: string): Obj {
  const folder = resolvePath(path, entry);
  const file = KUSTOMIZATION_FILES.map((name) => `${folder}/${name}`).find((f) => io.files.exists(f));
  if (file === undefined)
    throw new CommandError(
      `accumulating components: unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${folder}'`,
    );
  return (parseYaml(readText(io, file, file), file)[0] ?? {}) as Obj;
}

async function resource(io: KubectlIo, path: string, entry: string, above: readonly string[]): Promise<readonly Built[]> {
  if (isRemote(entry)) {
    const objects = (await remoteObjects(io, entry, 'file')) ?? (await remoteObjects(io, entry, 'folder'));
    if (objects === undefined) throw new CommandError(`accumulating resources from '${entry}': ${noInternet(io)}`);
    return objects;
  }
  const full = resolvePath(path, entry);
  if (!io.files.exists(full)) {
    throw new CommandError(
      `accumulating resources: accumulation err='accumulating resources from '${entry}': open ${full}: no such file or directory': ` +
        `must build at directory: not a valid directory: evalsymlink failure on '${full}' : lstat ${full}: no such file or directory`,
    );
  }
  if (io.files.stat(full).type === 'directory') return build(io, full, entry, above);
  return builtOf(readText(io, full, entry), entry);
}

function transformed(io: KubectlIo, path: string, kustomization: Obj, start: readonly Built[]): readonly Built[] {
  let built = applyPatches(io, path, kustomization, start);
  const namespace = str(kustomization, 'namespace');
  if (namespace !== '') built = built.map((b) => ({ ...b, object: setNamespace(b.object, namespace) }));
  const [prefix, suffix] = [str(kustomization, 'namePrefix'), str(kustomization, 'nameSuffix')];
  if (prefix !== '' || suffix !== '') built = renamed(built, prefix, suffix);
  const labels = dict(kustomization, 'commonLabels') as Record<string, string>;
  if (Object.keys(labels).length > 0) built = built.map((b) => ({ ...b, object: setLabels(b.object, labels, true, true) }));
  for (const entry of list(kustomization, 'labels')) {
    const [selectors, templates] = [at(entry, 'includeSelectors') === true, at(entry, 'includeTemplates') === true];
    built = built.map((b) => ({
      ...b,
      object: setLabels(b.object, dict(entry, 'pairs') as Record<string, string>, selectors, selectors || templates),
    }));
  }
  const annotations = dict(kustomization, 'commonAnnotations') as Record<string, string>;
  if (Object.keys(annotations).length > 0) built = built.map((b) => ({ ...b, object: setAnnotations(b.object, annotations) }));
  for (const image of list(kustomization, 'images')) built = built.map((b) => ({ ...b, object: setImages(b.object, image) }));
  for (const entry of list(kustomization, 'replicas'))
    built = built.map((b) => ({ ...b, object: setReplicas(b.object, b.original, entry) }));
  return built;
}
