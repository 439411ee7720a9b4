/** Reading and changing API objects whose kind is not known until run time. Objects are shared and frozen: change by copy. */
import type { ObjectMeta } from '../api/object.ts';

export interface Obj {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ObjectMeta;
  readonly [field: string]: unknown;
}
export type Step = string | number;

/** What is at a path; undefined as soon as a step is missing. */
export function at(value: unknown, ...path: readonly Step[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Readonly<Record<Step, unknown>>)[step];
  }
  return here;
}
export const str = (value: unknown, ...path: readonly Step[]): string => text(at(value, ...path));
export const num = (value: unknown, ...path: readonly Step[]): number => Number(at(value, ...path) ?? 0);
export function list(value: unknown, ...path: readonly Step[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}
export function dict(value: unknown, ...path: readonly Step[]): Readonly<Record<string, unknown>> {
  const found = at(value, ...path);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Readonly<Record<string, unknown>>) : {};
}
export const has = (value: unknown, ...path: readonly Step[]): boolean => at(value, ...path) !== undefined;

function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A copy with the value put at the path; undefined removes the last step. */
export function put<T extends object>(object: T, path: readonly Step[], value: unknown): T {
  const [step, ...rest] = path;
  if (step === undefined) return value as T;
  const below = (object as Readonly<Record<Step, unknown>>)[step];
  const next = rest.length === 0 ? value : put((below ?? (typeof rest[0] === 'number' ? [] : {})) as object, rest, value);
  if (Array.isArray(object)) {
    const copy = [...object];
    copy[step as number] = next;
    return copy as unknown as T;
  }
  const copy = { ...object } as Record<Step, unknown>;
  if (next === undefined) delete copy[step];
  else copy[step] = next;
  return copy as T;
}

/** Field by field, in any order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((k) => Object.hasOwn(b, k) && same(at(a, k), at(b, k)));
}

/** A copy with keys in alphabetical order at every depth, as Go marshals maps. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((k) => [k, sortKeys((value as Readonly<Record<string, unknown>>)[k])]),
  );
}

/** JSON as Go's encoder writes it: sorted keys, and <, > and & escaped. */
export function goJson(value: unknown, indent?: number): string {
  return goText(JSON.stringify(sortKeys(value), undefined, indent));
}

/** JSON with the letters escaped that Go escapes. */
export const goText = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** "a=1,b=2", sorted: labels.FormatLabels. */
export function formatLabels(labels: Readonly<Record<string, unknown>> | undefined): string {
  const pairs = Object.entries(labels ?? {})
    .map(([k, v]) => `${k}=${String(v)}`)
    .sort(byText);
  return pairs.length === 0 ? '<none>' : pairs.join(',');
}
