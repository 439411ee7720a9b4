/** Reading, writing and deleting by path. */
import { JqError, shown, typeName } from './values.ts';
import type { Json } from './values.ts';

export type Path = readonly Json[];

export function asArray(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  if (value !== null && typeof value === 'object') return Object.values(value);
  throw new JqError(`Cannot iterate over ${value === null ? 'null' : shown(value)}`);
}

export function asObject(value: Json): { [key: string]: Json } {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new JqError(`${shown(value)} has no keys`);
  return value;
}

export function getKey(value: Json, key: Json): Json {
  if (value === null && (key === null || typeof key !== 'boolean')) return null;
  if (typeof key === 'string') {
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return Object.hasOwn(value, key) ? value[key]! : null;
    throw new JqError(`Cannot index ${typeName(value)} with "${key}"`);
  }
  if (typeof key === 'number') {
    if (Array.isArray(value)) { const at = Math.floor(key); return value[at < 0 ? value.length + at : at] ?? null; }
    throw new JqError(`Cannot index ${typeName(value)} with number`);
  }
  if (key !== null && typeof key === 'object' && !Array.isArray(key)) {
    if (typeof value !== 'string' && !Array.isArray(value)) throw new JqError(`Cannot index ${typeName(value)} with object`);
    const length = typeof value === 'string' ? [...value].length : value.length;
    const [from, to] = sliceBounds(key, length);
    return typeof value === 'string' ? [...value].slice(from, to).join('') : value.slice(from, to);
  }
  if (Array.isArray(key) && Array.isArray(value)) return value.flatMap((_, index) => key.every((item, offset) => JSON.stringify(value[index + offset]) === JSON.stringify(item)) ? [index] : []);
  throw new JqError(`Cannot index ${typeName(value)} with ${typeName(key)}`);
}

function sliceBounds(key: { [key: string]: Json }, length: number): [number, number] {
  const clamp = (given: Json | undefined, otherwise: number): number => { if (typeof given !== 'number') return otherwise;
    const at = given < 0 ? length + given : given; return Math.min(length, Math.max(0, at)); };
  return [Math.floor(clamp(key['start'], 0)), Math.ceil(clamp(key['end'], length))];
}

export function getPath(value: Json, path: Path, quiet = false): Json {
  let here = value;
  for (const key of path) { if (here === null && quiet) return null; here = getKey(here, key); }
  return here;
}

export function setPath(value: Json, path: Path, next: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  if (typeof key === 'string') {
    if (value !== null && (typeof value !== 'object' || Array.isArray(value))) throw new JqError(`Cannot index ${typeName(value)} with "${key}"`);
    return { ...(value as object | null), [key]: setPath((value as { [key: string]: Json } | null)?.[key] ?? null, rest, next) } as Json;
  }
  if (typeof key === 'number') {
    if (value !== null && !Array.isArray(value)) throw new JqError(`Cannot index ${typeName(value)} with number`);
    const list = [...(value ?? [])];
    const at = key < 0 ? list.length + key : key;
    if (at < 0) throw new JqError('Out of bounds negative array index');
    if (at > 536_870_911) throw new JqError('Array index too large');
    while (list.length < at) list.push(null);
    list[at] = setPath(list[at] ?? null, rest, next);
    return list;
  }
  const list = Array.isArray(value) ? value : [];
  const [from, to] = sliceBounds(key as { [key: string]: Json }, list.length);
  const replaced = setPath(list.slice(from, to), rest, next);
  if (!Array.isArray(replaced)) throw new JqError('A slice of an array can only be assigned another array');
  return [...list.slice(0, from), ...replaced, ...list.slice(to)];
}

export function deletePaths(value: Json, list: readonly Path[]): Json {
  const ordered = [...list].sort((a, b) => comparePaths(b, a));
  return ordered.reduce((here, path) => deletePath(here, path), value);
}

function comparePaths(a: Path, b: Path): number {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    const [x, y] = [a[i]!, b[i]!];
    if (typeof x === 'number' && typeof y === 'number') { if (x !== y) return x - y; } else { const [p, q] = [JSON.stringify(x), JSON.stringify(y)]; if (p !== q) return p < q ? -1 : 1; }
  }
  return a.length - b.length;
}

function deletePath(value: Json, path: Path): Json {
  const [key, ...rest] = path;
  if (key === undefined || value === null) return null;
  if (rest.length > 0) {
    const inner = getKey(value, key);
    return inner === null ? value : setPath(value, [key], deletePath(inner, rest));
  }
  if (typeof key === 'string') {
    if (typeof value !== 'object' || Array.isArray(value)) throw new JqError(`Cannot delete field at object index of ${typeName(value)}`);
    const copy = { ...value };
    delete copy[key];
    return copy;
  }
  if (!Array.isArray(value)) throw new JqError(`Cannot delete field at array index of ${typeName(value)}`);
  if (typeof key === 'number') { const at = key < 0 ? value.length + key : key; return value.filter((_, index) => index !== at); }
  const [from, to] = sliceBounds(key as { [key: string]: Json }, value.length);
  return [...value.slice(0, from), ...value.slice(to)];
}
