/** Which item of an old list is the one that a new item was: by its keys in a list of type map; in others nobody knows.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/cel/common/typeprovider.go, mapList.go */
import { equal } from '../../base/json.ts';
import type { JSONSchemaProps } from '../generated/types.ts';

type Json = Readonly<Record<string, unknown>>;

export function indexByKeys(schema: JSONSchemaProps, old: unknown): (item: unknown) => unknown {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old) || keys.length === 0) return () => undefined;
  const keyOf = (item: unknown): string => JSON.stringify(keys.map((key) => (item as Json | null)?.[key] ?? null));
  const byKey = new Map((old as unknown[]).map((item) => [keyOf(item), item]));
  return (item) => byKey.get(keyOf(item));
}

/** Indices of items that are there already: by keys or, in sets, by value. */
export function duplicatesIn(schema: JSONSchemaProps, list: readonly unknown[]): readonly (readonly [index: number, shown: unknown])[] {
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set') {
    return list.flatMap((item, i) => (list.findIndex((each) => equal(each, item)) < i ? [[i, item] as const] : []));
  }
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (type !== 'map' || keys.length === 0) return [];
  const seen = new Set<string>();
  return list.flatMap((item, i) => {
    const shown = Object.fromEntries(keys.map((key) => [key, (item as Json | null)?.[key]]).filter(([, value]) => value !== undefined));
    const text = JSON.stringify(keys.map((key) => (item as Json | null)?.[key] ?? null));
    if (seen.has(text)) return [[i, shown] as const];
    seen.add(text);
    return [];
  });
}
