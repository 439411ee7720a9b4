/** configMapGenerator and secretGenerator.
 *  Upstream: sigs.k8s.io/kustomize/api/{internal/generators,hasher} */
import { base64, fromUtf8 } from '../base/bytes.ts';
import { sha256Hex } from '../base/hash.ts';
import { CommandError } from './errors.ts';
import type { KubectlIo } from './io.ts';
import type { Built } from './kustomize.ts';
import { type Obj, at, dict, goJson, list, str } from './obj.ts';
import { baseName, resolvePath } from './paths.ts';
import { readText } from './manifests.ts';

type Data = Record<string, string>;

export function generatedObjects(io: KubectlIo, path: string, kustomization: Obj, start: readonly Built[]): readonly Built[] {
  let built = start;
  const shared = at(kustomization, 'generatorOptions');
  for (const [field, kind] of [
    ['configMapGenerator', 'ConfigMap'],
    ['secretGenerator', 'Secret'],
  ] as const) {
    for (const entry of list(kustomization, field)) built = place(built, generate(io, path, entry, kind, shared), str(entry, 'behavior'));
  }
  return built;
}

/** behavior: create (the default), merge with or replace the one of the base. */
function place(built: readonly Built[], made: Built, behavior: string): readonly Built[] {
  const index = built.findIndex((b) => b.object.kind === made.object.kind && b.original === made.original);
  if (behavior === '' || behavior === 'create') {
    if (index >= 0)
      throw new CommandError(
        `may not add resource with an already registered id: ${String(made.object.kind)}.v1.[noGrp]/${made.original}.[noNs]`,
      );
    return [...built, made];
  }
  if (index < 0)
    throw new CommandError(`id resid.ResId{... Name:${JSON.stringify(made.original)}} does not exist; cannot merge or replace`);
  const old = built[index]!;
  const data = behavior === 'merge' ? { ...dict(old.object, 'data'), ...dict(made.object, 'data') } : dict(made.object, 'data');
  const object = { ...old.object, data } as Obj;
  return built.map((b, i) => (i === index ? { ...old, object, ...(made.hash !== undefined && { hash: hashOf(object) }) } : b));
}

function generate(io: KubectlIo, path: string, entry: unknown, kind: 'ConfigMap' | 'Secret', shared: unknown): Built {
  const data: Data = {};
  for (const file of list(entry, 'files') as string[]) {
    const equals = file.indexOf('=');
    const name = equals < 0 ? file : file.slice(equals + 1);
    data[equals < 0 ? baseName(name) : file.slice(0, equals)] = readText(io, resolvePath(path, name), name);
  }
  for (const literal of list(entry, 'literals') as string[]) {
    const equals = literal.indexOf('=');
    if (equals <= 0) throw new CommandError(`invalid literal source ${literal}, expected key=value`);
    data[literal.slice(0, equals)] = literal.slice(equals + 1).replace(/^(["'])(.*)\1$/, '$2');
  }
  for (const file of [...(list(entry, 'envs') as string[]), ...(str(entry, 'env') === '' ? [] : [str(entry, 'env')])]) {
    for (const line of fromUtf8(io.files.readFile(resolvePath(path, file)))
      .split('\n')
      .map((l) => l.trim())) {
      const equals = line.indexOf('=');
      if (line !== '' && !line.startsWith('#')) data[equals < 0 ? line : line.slice(0, equals)] = equals < 0 ? '' : line.slice(equals + 1);
    }
  }
  const options = { ...dict(shared), ...dict(entry, 'options') };
  const name = str(entry, 'name');
  const values = kind === 'Secret' ? Object.fromEntries(Object.entries(data).map(([k, v]) => [k, base64(v)])) : data;
  const object = {
    apiVersion: 'v1',
    ...(Object.keys(values).length > 0 && { data: values }),
    kind,
    metadata: {
      name,
      ...(str(entry, 'namespace') !== '' && { namespace: str(entry, 'namespace') }),
      ...(at(options, 'labels') !== undefined && { labels: at(options, 'labels') }),
      ...(at(options, 'annotations') !== undefined && { annotations: at(options, 'annotations') }),
    },
    ...(kind === 'Secret' && { type: str(entry, 'type') || 'Opaque' }),
    ...(at(options, 'immutable') === true && { immutable: true }),
  } as unknown as Obj;
  return { object, original: name, ...(at(options, 'disableNameSuffixHash') !== true && { hash: hashOf(object) }) };
}

/** Ten characters that change with the content: a new name, so that Pods roll. */
export function hashOf(object: Obj): string {
  const kind = object.kind;
  const content =
    kind === 'Secret'
      ? { kind, type: object['type'], name: '', data: object['data'] ?? '' }
      : { kind, name: '', data: object['data'] ?? '' };
  const swapped: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };
  return [...sha256Hex(goJson(content)).slice(0, 10)].map((c) => swapped[c] ?? c).join('');
}
