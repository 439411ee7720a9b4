/** Sets of fields in the form that managedFields has them (FieldsV1): a tree whose keys say "f:name" (a field),
 *  "k:{...}" (the list item with those keys), "v:..." (a set's value); an empty node, or one with ".", is a member.
 *
 *      {"f:spec": {"f:replicas": {}, "f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {".": {}, "f:image": {}}}}}}}
 *
 *  Sets are values: operations return what they were given where nothing changes.
 *  Upstream: sigs.k8s.io/structured-merge-diff fieldpath/set.go, typed/{compare,tofieldset}.go */
import { equal, ownOf } from '../base/json.ts';
import type { StructType, Type } from '../api/schema/types.ts';
import { ANY } from '../api/schema/types.ts';

export interface FieldSet { readonly [key: string]: FieldSet }
type Building = Record<string, FieldSet>;

export const EMPTY: FieldSet = Object.freeze({});
const LEAF: FieldSet = EMPTY;

export function isEmpty(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

export const parseFields = (fields: unknown): FieldSet => (typeof fields === 'object' && fields !== null ? (fields as FieldSet) : EMPTY);

const isMember = (node: FieldSet): boolean => node['.'] !== undefined || isEmpty(node);

/** undefined: neither a member nor anything below. */
function made(member: boolean, children: Building): FieldSet | undefined {
  if (isEmpty(children)) return member ? LEAF : undefined;
  return member ? { '.': LEAF, ...children } : children;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  let out: Building | undefined;
  for (const key in b) {
    const mine = a[key];
    const other = b[key] as FieldSet;
    const next = mine === undefined ? other : unionNode(mine, other);
    if (next !== mine) (out ??= { ...a })[key] = next;
  }
  return out ?? a;
}

function unionNode(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return isMember(a) ? a : { '.': LEAF, ...a };
  if (isEmpty(a)) return isMember(b) ? b : { '.': LEAF, ...b };
  return union(a, b);
}

/** What is in `a` and not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a;
  return without(a, b) ?? EMPTY;
}

function without(a: FieldSet, b: FieldSet): FieldSet | undefined {
  let out: Building | undefined;
  for (const key in a) {
    if (key === '.') continue;
    const other = b[key];
    if (other === undefined) continue;
    const mine = a[key] as FieldSet;
    const left = isEmpty(mine) ? (isMember(other) ? undefined : mine) : withoutNode(mine, other);
    if (left === mine) continue;
    out ??= { ...a };
    if (left === undefined) delete out[key];
    else out[key] = left;
  }
  return out === undefined ? a : isEmpty(out) ? undefined : out;
}

function withoutNode(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const left = without(a, b);
  if (a['.'] === undefined || !isMember(b)) return left === undefined || (isEmpty(left) && a['.'] === undefined) ? undefined : normal(left);
  const { '.': _, ...children } = left ?? {};
  return made(false, children);
}

/** Without the fields that are leaves of `gone`, and all below them. */
export function withoutBelow(set: FieldSet, gone: FieldSet): FieldSet {
  let out: Building | undefined;
  for (const key in gone) {
    const mine = set[key];
    if (mine === undefined) continue;
    const below = gone[key] as FieldSet;
    const left = isEmpty(below) ? EMPTY : withoutBelow(mine, below);
    if (left === mine) continue;
    out ??= { ...set };
    if (isEmpty(left)) delete out[key];
    else out[key] = left;
  }
  return out ?? set;
}

const normal = (node: FieldSet): FieldSet => {
  for (const key in node) if (key !== '.') return node;
  return LEAF;
};

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const out: Building = {};
  for (const key in a) {
    if (key === '.' || b[key] === undefined) continue;
    const [mine, other] = [a[key] as FieldSet, b[key] as FieldSet];
    const node = made(isMember(mine) && isMember(other), intersection(mine, other) as Building);
    if (node !== undefined) out[key] = node;
  }
  return out;
}

/** Every member as a path of keys. */
export function* members(set: FieldSet, path: readonly string[] = []): Generator<readonly string[]> {
  for (const key of Object.keys(set).sort()) {
    if (key === '.') continue;
    const node = set[key] as FieldSet;
    const here = [...path, key];
    if (isMember(node)) yield here;
    yield* members(node, here);
  }
}

/** ".spec.containers[name=\"web\"].image". */
export function pathText(path: readonly string[]): string {
  return path.map((key) => {
    if (key.startsWith('f:')) return `.${key.slice(2)}`;
    if (key.startsWith('v:')) return `[=${key.slice(2)}]`;
    const keys = JSON.parse(key.slice(2)) as Readonly<Record<string, unknown>>;
    return `[${Object.entries(keys).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
  }).join('');
}

const STEP = /\[(\d+)\]|\.?([^.[\]]+)/g;

/** "spec.containers[0].imag" as sets spell it: ".spec.containers[name=\"web\"].imag". */
export function typedPath(path: string, object: object, schema: Type): string {
  let [value, type]: [unknown, Type] = [object, schema];
  let text = '';
  for (const [, index, name = ''] of path.matchAll(STEP)) {
    if (index === undefined) {
      text += `.${name}`;
      [value, type] = [isObject(value) ? ownOf(value, name) : undefined, typeOf(type, name)];
      continue;
    }
    const item = Array.isArray(value) ? (value[Number(index)] as unknown) : undefined;
    const keys = type.kind === 'list' && type.list === 'map' && isObject(item) ? type.keys : undefined;
    text += keys === undefined || !hasKeys(item as Json, keys) ? `[${index}]` : pathText([itemKey(item, keys)]);
    [value, type] = [item, type.kind === 'list' ? type.element : ANY];
  }
  return text;
}

type Json = Readonly<Record<string, unknown>>;

/** What no manager owns, at the top and in metadata. */
const UNOWNED = new Set(['apiVersion', 'kind']);
const UNOWNED_META = new Set([
  'name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'generation', 'managedFields', 'resourceVersion', 'deletionTimestamp', 'deletionGracePeriodSeconds',
]);

const KEY_DEFAULTS: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

/** How an item of a keyed list is named in a set. */
export function itemKey(item: unknown, keys: readonly string[]): string {
  if (keys.length === 1) {
    const key = keys[0] as string;
    return `k:{"${key}":${JSON.stringify((item as Json)[key] ?? KEY_DEFAULTS[key])}}`;
  }
  const values: Record<string, unknown> = {};
  for (const key of [...keys].sort()) values[key] = (item as Json)[key] ?? KEY_DEFAULTS[key];
  return `k:${JSON.stringify(values)}`;
}

/** An item that leaves a key out has no name in a set. */
const hasKeys = (item: Json, keys: readonly string[]): boolean => keys.every((key) => (item[key] ?? KEY_DEFAULTS[key]) !== undefined);

export const valueKey = (value: unknown): string => `v:${JSON.stringify(value)}`;

const typeOf = (type: Type, name: string): Type => {
  if (type.kind === 'struct') return type.field(name)?.type ?? ANY;
  return type.kind === 'map' ? type.element : ANY;
};

const isAtomic = (type: Type): boolean =>
  ((type.kind === 'struct' || type.kind === 'map') && type.atomic) || (type.kind === 'list' && type.list === 'atomic');

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Kept by an open type: free-form objects are walked as maps. */
const isWalked = (value: unknown, type: Type): boolean =>
  !isAtomic(type) && ((Array.isArray(value) && type.kind === 'list') || isObject(value));

/** What an applied configuration says: its leaves, list items and the keys of its maps. */
export function fieldsOf(object: object, schema: StructType): FieldSet {
  return strip(applied(object as Json, schema) ?? EMPTY);
}

function applied(value: unknown, type: Type): FieldSet | undefined {
  if (!isWalked(value, type)) return LEAF;
  const out: Building = {};
  if (Array.isArray(value)) {
    if (type.kind !== 'list') return LEAF;
    for (const item of value) {
      if (type.list === 'set') out[valueKey(item)] = LEAF;
      else out[itemKey(item, type.keys)] = unionNode(LEAF, applied(item, type.element) ?? LEAF);
    }
    return isEmpty(out) ? LEAF : out;
  }
  const isMap = type.kind === 'map' || (type.kind === 'struct' && type.open);
  for (const key in value as Json) {
    const node = applied((value as Json)[key], typeOf(type, key)) ?? LEAF;
    out[`f:${key}`] = isMap && !isMember(node) ? { '.': LEAF, ...node } : node;
  }
  return isEmpty(out) ? LEAF : out;
}

export interface Comparison { readonly set: FieldSet; readonly removed: FieldSet }

/** Fields that differ between two states: added or modified, and removed. Containers that are new are members too. */
export function changedFields(old: object, object: object, schema: StructType): Comparison {
  const { set, removed } = compare(old, object, schema);
  return { set: strip(set ?? EMPTY), removed: strip(removed ?? EMPTY) };
}

/** A create is compared with what Go has before it decodes: these structs are there, empty. */
const THERE_WHEN_EMPTY = new Set(['metadata', 'spec', 'status', 'template', 'strategy', 'updateStrategy', 'jobTemplate', 'containers', 'loadBalancer', 'source',
  'involvedObject', 'scaleTargetRef', 'names']);

export function createdFields(object: object, schema: StructType): FieldSet {
  return strip(createdNode(object as Json, schema) ?? EMPTY);
}

/** True where two values of a type have the same fields, list items and keys of maps: their created fields are then the same. */
export function sameFields(a: unknown, b: unknown, type: Type): boolean {
  if (a === b) return true;
  const isArray = Array.isArray(a);
  const walked = isWalked(a, type);
  if (isArray !== Array.isArray(b) || walked !== isWalked(b, type)) return false;
  if (!walked) return true;
  if (isArray) return sameItems(a, b as readonly unknown[], type);
  let left = 0;
  for (const key in a as Json) {
    left += 1;
    const other = ownOf(b as Json, key);
    if (other === undefined || (a as Json)[key] === undefined || !sameFields((a as Json)[key], other, typeOf(type, key))) return false;
  }
  for (const _ in b as Json) left -= 1;
  return left === 0;
}

function sameItems(a: readonly unknown[], b: readonly unknown[], type: Type): boolean {
  if (type.kind !== 'list' || a.length !== b.length) return false;
  return a.every((item, i) => (type.list === 'set' ? equal(item, b[i])
    : itemKey(item, type.keys) === itemKey(b[i], type.keys) && sameFields(item, b[i], type.element)));
}

function createdNode(value: Json, type: Type): FieldSet {
  const out: Building = {};
  for (const key in value) {
    const item = value[key];
    const next = typeOf(type, key);
    const at = nameIn(type, key);
    if (!THERE_WHEN_EMPTY.has(key)) out[at] = added(item, next);
    else if (Array.isArray(item)) out[at] = normalUnmarked(added(item, next));
    else out[at] = isWalked(item, next) ? createdNode(item as Json, next) : added(item, next);
  }
  return out;
}

function normalUnmarked(node: FieldSet): FieldSet {
  const { '.': _, ...children } = node;
  return children;
}

/** A whole new value: every container in it is a member. */
function added(value: unknown, type: Type): FieldSet {
  if (!isWalked(value, type)) return LEAF;
  const out: Building = { '.': LEAF };
  let any = false;
  if (Array.isArray(value)) {
    if (type.kind !== 'list') return LEAF;
    for (const item of value) {
      any = true;
      out[type.list === 'set' ? valueKey(item) : itemKey(item, type.keys)] = added(item, type.element);
    }
  } else {
    for (const key in value as Json) {
      any = true;
      out[nameIn(type, key)] = added((value as Json)[key], typeOf(type, key));
    }
  }
  return any ? out : LEAF;
}

/** Fields of structs know their names in sets; those of maps are made. */
const nameIn = (type: Type, key: string): string => (type.kind === 'struct' ? type.field(key)?.setKey : undefined) ?? `f:${key}`;

interface Differences { readonly set: FieldSet | undefined; readonly removed: FieldSet | undefined }
const SAME: Differences = Object.freeze({ set: undefined, removed: undefined });

function compare(old: unknown, value: unknown, type: Type): Differences {
  if (old === value) return SAME;
  if (old === undefined) return { set: added(value, type), removed: undefined };
  if (value === undefined) return { set: undefined, removed: added(old, type) };
  if (!isWalked(old, type) || !isWalked(value, type) || Array.isArray(old) !== Array.isArray(value)) {
    return equal(old, value) ? SAME : { set: LEAF, removed: undefined };
  }
  const before = Array.isArray(old) ? keyed(old, type) : undefined;
  const after = Array.isArray(value) ? keyed(value, type) : undefined;
  if (before && after && type.kind === 'list') return compareKeys(before, after, (key) => key, () => type.element);
  return compareKeys(old as Json, value as Json, (key) => `f:${key}`, (key) => typeOf(type, key));
}

function keyed(items: readonly unknown[], type: Type): Json {
  const out: Record<string, unknown> = {};
  if (type.kind === 'list') for (const item of items) out[type.list === 'set' ? valueKey(item) : itemKey(item, type.keys)] = item;
  return out;
}

function compareKeys(old: Json, value: Json, name: (key: string) => string, typeAt: (key: string) => Type): Differences {
  const set: Building = {};
  const removed: Building = {};
  for (const key in value) {
    if (old[key] === value[key]) continue;
    const found = compare(ownOf(old, key), value[key], typeAt(key));
    if (found.set !== undefined) set[name(key)] = found.set;
    if (found.removed !== undefined) removed[name(key)] = found.removed;
  }
  for (const key in old) if (ownOf(value, key) === undefined && old[key] !== undefined) removed[name(key)] = added(old[key], typeAt(key));
  return { set: isEmpty(set) ? undefined : set, removed: isEmpty(removed) ? undefined : removed };
}

/** Takes out what no manager owns. */
function strip(set: FieldSet): FieldSet {
  const out: Building = {};
  for (const key in set) {
    const name = key.slice(2);
    if (key === '.' || UNOWNED.has(name)) continue;
    if (name !== 'metadata') {
      out[key] = set[key] as FieldSet;
      continue;
    }
    const meta: Building = {};
    for (const field in set[key]) if (field !== '.' && !UNOWNED_META.has(field.slice(2))) meta[field] = set[key][field] as FieldSet;
    if (!isEmpty(meta)) out[key] = meta;
  }
  return out;
}
