/** Strategic merge patch: lists with a merge key merge item by item, directives delete, replace, order and retain.
 *  kubectl's three-way apply uses it too.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go */
import { equal, setOwn } from '../../base/json.ts';
import type { Field, StructType, Type } from '../../api/schema/types.ts';
import { OPEN_STRUCT } from '../../api/schema/types.ts';

export class StrategicPatchError extends Error {}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const DIRECTIVE = '$patch';
const RETAIN = '$retainKeys';
const ORDER = '$setElementOrder/';
const DELETE_FROM = '$deleteFromPrimitiveList/';

/** A changed copy that shares what the patch does not touch. */
export const applyStrategicPatch = (original: Json, patch: Json, schema: StructType): Json => mergeMap(original, patch, schema);

const structOfType = (type: Type | undefined): StructType => {
  if (type?.kind === 'struct') return type;
  return OPEN_STRUCT;
};

function mergeMap(original: Json, patch: Json, type: StructType | Type): Json {
  const directive = patch[DIRECTIVE];
  if (directive === 'replace') return withoutDirectives(patch);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') throw new StrategicPatchError(`Unknown patch type: ${String(directive)}`);
  const out: Record<string, unknown> = retained(original, patch);
  for (const key in patch) {
    if (key === DIRECTIVE || key === RETAIN) continue;
    if (key.startsWith(ORDER)) {
      const name = key.slice(ORDER.length);
      if (patch[name] === undefined && Array.isArray(out[name]))
        out[name] = reordered(out[name], patch[key] as unknown[], fieldOf(type, name));
      continue;
    }
    if (key.startsWith(DELETE_FROM)) {
      const name = key.slice(DELETE_FROM.length);
      const gone = patch[key] as readonly unknown[];
      if (patch[name] === undefined && Array.isArray(out[name]))
        out[name] = out[name].filter((item) => !gone.some((each) => equal(each, item)));
      continue;
    }
    mergeField(out, key, patch, fieldOf(type, key), type);
  }
  return out;
}

function fieldOf(type: Type, key: string): Field | undefined {
  return type.kind === 'struct' ? type.field(key) : undefined;
}

function mergeField(out: Record<string, unknown>, key: string, patch: Json, field: Field | undefined, parent: Type): void {
  const value = patch[key];
  const before = Object.hasOwn(out, key) ? out[key] : undefined;
  if (value === null) {
    delete out[key];
  } else if (isObject(value) && (isObject(before) || before === undefined)) {
    const inner = field?.type ?? (parent.kind === 'map' ? parent.element : OPEN_STRUCT);
    const isMapType = inner.kind === 'map';
    if (before === undefined && value[DIRECTIVE] === 'delete') return;
    setOwn(out, key, mergeMap(isObject(before) ? before : {}, value, isMapType ? inner : structOfType(inner)));
  } else if (Array.isArray(value) && field?.strategies.includes('merge')) {
    const gone = patch[`${DELETE_FROM}${key}`] as readonly unknown[] | undefined;
    const order = patch[`${ORDER}${key}`] as readonly unknown[] | undefined;
    const list = Array.isArray(before) ? (before as readonly unknown[]).filter((item) => !gone?.some((each) => equal(each, item))) : [];
    setOwn(out, key, mergeList(list, value, field, order));
  } else {
    setOwn(out, key, value);
  }
}

/** `$retainKeys` names all that may stay beside what the patch sets. */
function retained(original: Json, patch: Json): Record<string, unknown> {
  const keys = patch[RETAIN];
  if (!Array.isArray(keys)) return { ...original };
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.includes(key)));
}

function withoutDirectives(patch: Json): Json {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')));
}

/** Nulls and directives mean nothing in an item that is new. */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !(isObject(item) && item[DIRECTIVE] === 'delete')).map(cleaned);
  if (!isObject(value)) return value;
  const out: Record<string, unknown> = {};
  for (const key in value) if (!key.startsWith('$') && value[key] !== null) setOwn(out, key, cleaned(value[key]));
  return out;
}

function mergeList(
  original: readonly unknown[],
  patch: readonly unknown[],
  field: Field,
  order: readonly unknown[] | undefined,
): unknown[] {
  const { mergeKey } = field;
  if (mergeKey === undefined) {
    const fresh = patch.filter((item) => !original.some((each) => equal(each, item)));
    return arranged([...original, ...fresh], order ?? patch, original, (item) => item);
  }
  const element = field.type.kind === 'list' ? structOfType(field.type.element) : OPEN_STRUCT;
  const keyOf = (item: unknown): unknown => (isObject(item) ? item[mergeKey] : undefined);
  if (patch.some((item) => isObject(item) && item[DIRECTIVE] === 'replace')) {
    return patch.filter((item) => !(isObject(item) && item[DIRECTIVE] === 'replace')).map(cleaned);
  }
  let items: unknown[] = [...original];
  for (const item of patch) {
    if (!isObject(item)) throw new StrategicPatchError('list of lists or scalars where a list of maps is expected');
    const key = item[mergeKey];
    if (key === undefined) throw new StrategicPatchError(`map: ${goMap(item)} does not contain declared merge key: ${mergeKey}`);
    const at = items.findIndex((each) => equal(keyOf(each), key));
    if (item[DIRECTIVE] === 'delete') items = items.filter((each) => !equal(keyOf(each), key));
    else if (at >= 0) items[at] = mergeMap(items[at] as Json, item, element);
    else items.push(cleaned(item));
  }
  const patchOrder = (order ?? patch).filter((item) => !(isObject(item) && item[DIRECTIVE] === 'delete'));
  return arranged(items, patchOrder, original, keyOf);
}

function reordered(items: readonly unknown[], order: readonly unknown[], field: Field | undefined): unknown[] {
  const key = field?.mergeKey;
  return arranged([...items], order, items, key === undefined ? (item) => item : (item) => (isObject(item) ? item[key] : undefined));
}

/** What the order names comes in that order; what only the server has keeps its place among what it stood beside. */
function arranged(items: unknown[], order: readonly unknown[], server: readonly unknown[], keyOf: (item: unknown) => unknown): unknown[] {
  const place = (list: readonly unknown[], item: unknown): number => list.findIndex((each) => equal(keyOf(each), keyOf(item)));
  const named = items.filter((item) => place(order, item) >= 0).sort((a, b) => place(order, a) - place(order, b));
  const others = items.filter((item) => place(order, item) < 0);
  const out: unknown[] = [];
  while (named.length > 0 && others.length > 0) {
    const [left, right] = [place(server, named[0]), place(server, others[0])];
    out.push(left < 0 || right < 0 || left < right ? named.shift() : others.shift());
  }
  return [...out, ...named, ...others];
}

/** Go's %v of a map. */
export const goMap = (map: Json): string =>
  `map[${Object.keys(map).sort().map((key) => `${key}:${goValue(map[key])}`).join(' ')}]`;

function goValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  return isObject(value) ? goMap(value) : String(value);
}
