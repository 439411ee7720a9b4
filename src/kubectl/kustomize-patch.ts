/** patches, patchesStrategicMerge and patchesJson6902 of a kustomization.
 *  Upstream: sigs.k8s.io/kustomize/api/internal/builtins/PatchTransformer.go */
import { matches, parseSelector } from '../api/selectors.ts';
import { CommandError } from './errors.ts';
import type { KubectlIo } from './io.ts';
import { type JsonPatchOp, applyJsonPatch } from './json-patch.ts';
import type { Built } from './kustomize.ts';
import { mergeKeyOf } from './merge-keys.ts';
import { type Obj, at, list, str } from './obj.ts';
import { resolvePath } from './paths.ts';
import { readText } from './manifests.ts';
import { parseYaml } from './yaml.ts';

export function applyPatches(io: KubectlIo, path: string, kustomization: Obj, start: readonly Built[]): readonly Built[] {
  let built = start;
  const read = (file: string): string => readText(io, resolvePath(path, file), file);
  for (const entry of list(kustomization, 'patchesStrategicMerge') as string[]) {
    const text = entry.includes('\n') ? entry : read(entry);
    for (const patch of parseYaml(text, entry)) built = strategic(built, patch as Obj, undefined);
  }
  for (const entry of [...list(kustomization, 'patches'), ...list(kustomization, 'patchesJson6902')]) {
    const text = str(entry, 'patch') || read(str(entry, 'path'));
    const target = at(entry, 'target');
    const documents = parseYaml(text, str(entry, 'path') || 'patch');
    if (documents.length === 1 && Array.isArray(documents[0])) built = json(built, documents[0] as JsonPatchOp[], target);
    else for (const patch of documents) built = strategic(built, patch as Obj, target);
  }
  return built;
}

function json(built: readonly Built[], operations: readonly JsonPatchOp[], target: unknown): readonly Built[] {
  return built.map((b) => (selected(b, target) ? { ...b, object: applyJsonPatch(b.object, operations) as Obj } : b));
}

const idOf = (patch: Obj): string => `${String(patch.kind)}.${str(patch, 'apiVersion')}/${str(patch, 'metadata', 'name')}.[noNs]`;

function strategic(built: readonly Built[], patch: Obj, target: unknown): readonly Built[] {
  const aim = target ?? { kind: patch.kind, name: str(patch, 'metadata', 'name') };
  if (!built.some((b) => selected(b, aim))) {
    throw new CommandError(
      `no resource matches strategic merge patch ${JSON.stringify(idOf(patch))}: no matches for Id ${idOf(patch)}; ` +
        'failed to find unique target for patch',
    );
  }
  return built.flatMap((b) => {
    if (!selected(b, aim)) return [b];
    if (at(patch, '$patch') === 'delete') return [];
    const merged = mergeStrategic(b.object, patch, '') as Obj;
    return [
      {
        ...b,
        object: {
          ...merged,
          apiVersion: b.object.apiVersion,
          kind: b.object.kind,
          metadata: { ...merged.metadata, name: str(b.object, 'metadata', 'name') },
        } as Obj,
      },
    ];
  });
}

function selected(built: Built, target: unknown): boolean {
  const { object } = built;
  const group = str(object, 'apiVersion').includes('/') ? str(object, 'apiVersion').split('/')[0]! : '';
  const like = (pattern: string, value: string): boolean =>
    pattern === '' || pattern === value || pattern === '.*' || (pattern.endsWith('.*') && value.startsWith(pattern.slice(0, -2)));
  if (!like(str(target, 'kind'), str(object, 'kind')) || !like(str(target, 'group'), group)) return false;
  if (!like(str(target, 'name'), built.original) && !like(str(target, 'name'), str(object, 'metadata', 'name'))) return false;
  if (str(target, 'namespace') !== '' && str(target, 'namespace') !== str(object, 'metadata', 'namespace')) return false;
  const labels = str(target, 'labelSelector');
  return labels === '' || matches(parseSelector(labels), object.metadata?.labels ?? {});
}

/** null removes, maps merge, lists merge by key where the type says so, and are replaced elsewhere. */
export function mergeStrategic(base: unknown, patch: unknown, field: string): unknown {
  if (patch === null) return undefined;
  if (Array.isArray(patch)) return mergeLists(Array.isArray(base) ? base : [], patch, field);
  if (typeof patch !== 'object') return patch;
  if (at(patch, '$patch') === 'replace') return without(patch, '$patch');
  const result: Record<string, unknown> = typeof base === 'object' && base !== null && !Array.isArray(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    const merged = mergeStrategic(result[key], value, key);
    if (merged === undefined) delete result[key];
    else result[key] = merged;
  }
  return result;
}

function mergeLists(base: readonly unknown[], patch: readonly unknown[], field: string): unknown[] {
  const key = mergeKeyOf(field, [...base, ...patch]);
  if (key === undefined || patch.some((p) => at(p, '$patch') === 'replace' && Object.keys(p as object).length === 1))
    return patch.filter((p) => at(p, '$patch') !== 'replace');
  if (key === 'set') return [...base, ...patch.filter((p) => !base.includes(p))];
  const kept = base.flatMap((item) => {
    const change = patch.find((p) => at(p, key) === at(item, key));
    if (change === undefined) return [item];
    return at(change, '$patch') === 'delete' ? [] : [mergeStrategic(item, change, field)];
  });
  const fresh = patch.filter((p) => at(p, '$patch') !== 'delete' && !base.some((item) => at(item, key) === at(p, key)));
  return [...fresh.map((f) => mergeStrategic(undefined, f, field)), ...kept];
}

function without(object: object, key: string): object {
  const { [key]: _, ...rest } = object as Record<string, unknown>;
  return rest;
}
