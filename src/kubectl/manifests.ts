/** Reads what -f and -k name: files, directories, standard input, URLs and kustomizations, as a row of objects.
 *  Upstream: staging/src/k8s.io/cli-runtime/pkg/resource/visitor.go */
import { concat, fromUtf8 } from '../base/bytes.ts';
import { FileError } from '../cri/files.ts';
import type { Kubectl } from './command.ts';
import { CommandError } from './errors.ts';
import type { KubectlIo } from './io.ts';
import { buildKustomization } from './kustomize.ts';
import { type Obj, goJson, list } from './obj.ts';
import { resolvePath } from './paths.ts';
import { parseYaml } from './yaml.ts';

export interface Manifest {
  readonly object: Obj;
  /** As messages name it: "f.yaml", "STDIN". */
  readonly source: string;
  /** It stood in a List, so it is printed in one. */
  readonly fromList: boolean;
}

export interface ManifestSources {
  readonly files: readonly string[];
  readonly kustomize: string;
  readonly recursive: boolean;
}

export async function readManifests(k: Kubectl, sources: ManifestSources): Promise<readonly Manifest[]> {
  const found: Manifest[] = [];
  if (sources.kustomize !== '') {
    for (const object of await buildKustomization(k.io, sources.kustomize))
      found.push({ object, source: sources.kustomize, fromList: false });
    return found;
  }
  for (const file of sources.files) {
    for (const { text, source } of await textsOf(k.io, file, sources.recursive))
      found.push(...parseManifests(text, source, ['create', 'apply', 'replace'].includes(k.path) && k.flags.str('validate') !== 'false'));
  }
  return found;
}

export async function readStdin(io: KubectlIo): Promise<string> {
  const parts: Uint8Array[] = [];
  for (let part = await io.stdin.read(); part !== undefined; part = await io.stdin.read()) parts.push(part);
  return parts.length === 0 ? '' : fromUtf8(concat(parts));
}

async function textsOf(io: KubectlIo, file: string, recursive: boolean): Promise<{ text: string; source: string }[]> {
  if (file === '-') return [{ text: await readStdin(io), source: 'STDIN' }];
  if (file.startsWith('http://') || file.startsWith('https://')) return [{ text: await readUrl(io, file), source: file }];
  const path = resolvePath(io.cwd, file);
  if (!io.files.exists(path)) throw new CommandError(`the path ${JSON.stringify(file)} does not exist`);
  if (io.files.stat(path).type !== 'directory') return [{ text: readText(io, path, file), source: file }];
  return readFolder(io, path, file, recursive);
}

function readFolder(io: KubectlIo, path: string, shown: string, recursive: boolean): { text: string; source: string }[] {
  const texts: { text: string; source: string }[] = [];
  for (const name of [...io.files.readDirectory(path)].sort()) {
    const full = `${path}/${name}`;
    const source = `${shown.replace(/\/$/, '')}/${name}`.replace(/^\.\//, '');
    if (io.files.stat(full).type === 'directory') {
      if (recursive) texts.push(...readFolder(io, full, source, recursive));
    } else if (/\.(json|yaml|yml)$/.test(name)) {
      texts.push({ text: readText(io, full, source), source });
    }
  }
  if (texts.length === 0 && !recursive) {
    throw new CommandError(`error reading [${shown}]: recognized file extensions are [.json .yaml .yml]`);
  }
  return texts;
}

export function readText(io: KubectlIo, path: string, shown: string): string {
  try {
    return fromUtf8(io.files.readFile(path));
  } catch (error) {
    if (error instanceof FileError) throw new CommandError(`open ${shown}: ${error.message.toLowerCase()}`);
    throw error;
  }
}

async function readUrl(io: KubectlIo, url: string): Promise<string> {
  const text = await io.fetch?.(url);
  if (text !== undefined) return text;
  const host = /^https?:\/\/([^/:]+)/.exec(url)?.[1] ?? url;
  // Differs from Kubernetes: the learner's machine has no way to the internet; only pages that the sandbox carries are found.
  throw new CommandError(
    `Unable to connect to the server: dial tcp: lookup ${host}: no such host (${noInternet(io)}: save the manifest as a file and apply that)`,
    1,
    true,
  );
}

/** With what can be had all the same. */
export function noInternet({ published = [] }: KubectlIo): string {
  const known = published.length === 0 ? '' : `, but for the add-ons ${published.join(', ')}`;
  return `this sandbox has no internet${known}`;
}

/** The objects of one text of YAML documents or JSON; Lists are taken apart. */
export function parseManifests(text: string, source: string, validated = false): Manifest[] {
  const found: Manifest[] = [];
  for (const document of parseYaml(text, source)) {
    if (document === null || document === undefined) continue;
    if (typeof document !== 'object' || Array.isArray(document)) {
      if (validated)
        throw new CommandError(
          `error validating ${JSON.stringify(source)}: error validating data: invalid object to validate; if you choose to ignore these errors, turn validation off with --validate=false`,
        );
      throw new CommandError(
        `error parsing ${source}: json: cannot unmarshal ${jsonType(document)} into Go value of type map[string]interface {}`,
      );
    }
    const object = document as Obj;
    if (Object.keys(object).length === 0) continue;
    if (typeof object.kind === 'string' && object.kind.endsWith('List') && Array.isArray(object['items'])) {
      for (const item of list(object, 'items')) found.push({ object: item as Obj, source, fromList: true });
    } else {
      found.push({ object, source, fromList: false });
    }
  }
  return found;
}

/** Before anything is sent: an object must say what it is. */
export function requireKind(manifest: Manifest, validated: boolean): void {
  for (const field of ['apiVersion', 'kind'] as const) {
    if (manifest.object[field]) continue;
    const shown = field === 'kind' ? 'Kind' : 'apiVersion';
    if (validated) {
      throw new CommandError(
        `error validating ${JSON.stringify(manifest.source)}: error validating data: ${field} not set; ` +
          'if you choose to ignore these errors, turn validation off with --validate=false',
      );
    }
    throw new CommandError(
      `unable to decode ${JSON.stringify(manifest.source)}: Object '${shown}' is missing in '${goJson(manifest.object)}'`,
    );
  }
}

const STRINGS = ['generateName', 'name', 'namespace'];
const MAPS = ['annotations', 'labels'];

/** The metadata is read before the rest: names and the values of labels must be text, which `yes` and `1` are not. */
export function requireMetadata({ object, source }: Manifest): void {
  const metadata = (object.metadata ?? {}) as Readonly<Record<string, unknown>>;
  for (const field of [...STRINGS, ...MAPS].sort()) {
    const values = MAPS.includes(field) ? Object.values((metadata[field] ?? {}) as object) : [metadata[field]];
    const wrong = (values as unknown[]).find((value) => value !== undefined && value !== null && typeof value !== 'string');
    if (wrong === undefined) continue;
    const said = `json: cannot unmarshal ${jsonType(wrong)} into Go struct field ObjectMeta.metadata.${field} of type string`;
    throw new CommandError(`unable to decode ${JSON.stringify(source)}: ${said}`);
  }
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object') return 'object';
  return typeof value === 'string' ? 'string' : typeof value === 'number' ? 'number' : 'bool';
}
