/** The patch that client-side apply sends: what the file wants that the live object has not, and what the last applied
 *  file had that this one has no more.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/util/{strategicpatch,jsonmergepatch} */
import { ownOf, setOwn } from '../base/json.ts';
import { mergeKeyOf, retainsKeys, wholeLists } from './merge-keys.ts';
import { same } from './obj.ts';

type Map = Readonly<Record<string, unknown>>;
type Draft = Record<string, unknown>;
interface Options {
  readonly deletions: boolean;
  readonly changes: boolean;
  readonly whole: ReadonlySet<string>;
}

/** For built-in kinds: lists merge by key. */
export function strategicPatch(original: Map, modified: Map, current: Map): Map {
  const whole = wholeLists(modified);
  const delta = diffMaps(current, modified, { deletions: false, changes: true, whole });
  const removed = diffMaps(original, modified, { deletions: true, changes: false, whole });
  return mergePatches(removed, delta, whole);
}

/** For custom resources: RFC 7386, lists are replaced. */
export function jsonMergePatch(original: Map, modified: Map, current: Map): Map {
  return { ...mergeDeep(removals(original, modified), additions(current, modified)) };
}

/** The strategic patch that turns one object into another: what `edit` and `set` send. */
export function twoWayPatch(original: Map, modified: Map): Map {
  return diffMaps(original, modified, { deletions: true, changes: true, whole: wholeLists(modified) });
}

export function twoWayMerge(original: Map, modified: Map): Map {
  return mergeDeep(removals(original, modified), additions(original, modified));
}

const isMap = (value: unknown): value is Map => typeof value === 'object' && value !== null && !Array.isArray(value);

function diffMaps(original: Map, modified: Map, options: Options): Draft {
  const patch: Draft = {};
  for (const key of Object.keys(original)) {
    if (original[key] === undefined) continue;
    if (!Object.hasOwn(modified, key) || modified[key] === undefined) {
      if (options.deletions) setOwn(patch, key, null);
      continue;
    }
    diffField(key, original[key], modified[key], options, patch);
  }
  if (options.changes) {
    for (const key of Object.keys(modified)) {
      if (ownOf(original, key) === undefined && modified[key] !== undefined) setOwn(patch, key, modified[key]);
    }
  }
  return patch;
}

function diffField(key: string, before: unknown, after: unknown, options: Options, patch: Draft): void {
  if (isMap(before) && isMap(after)) {
    const inner = diffMaps(before, after, options);
    if (Object.keys(inner).length > 0) setOwn(patch, key, retainsKeys(key) ? { ...inner, $retainKeys: Object.keys(after).sort() } : inner);
    return;
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const mergeKey = options.whole.has(key) ? undefined : mergeKeyOf(key, [...before, ...after]);
    if (mergeKey === 'set') diffSet(key, before, after, options, patch);
    else if (mergeKey !== undefined) diffLists(key, mergeKey, before as Map[], after as Map[], options, patch);
    else if (options.changes && !same(before, after)) setOwn(patch, key, after);
    return;
  }
  if (options.changes && !same(before, after)) setOwn(patch, key, after);
}

/** Elements side by side, in the order of their keys. Elements with one key (a port for TCP and for UDP) meet in their own order. */
function pairs(mergeKey: string, before: readonly Map[], after: readonly Map[]): readonly { readonly old?: Map; readonly item?: Map }[] {
  const keyOf = (map: Map | undefined): string => String(map?.[mergeKey]);
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const sorted = (list: readonly Map[]): Map[] => [...list].sort((a, b) => compare(keyOf(a), keyOf(b)));
  const [olds, items] = [sorted(before), sorted(after)];
  const out: { old?: Map; item?: Map }[] = [];
  for (let [at, to] = [0, 0]; at < olds.length || to < items.length;) {
    const [old, item] = [olds[at], items[to]];
    const order = old === undefined ? 1 : item === undefined ? -1 : compare(keyOf(old), keyOf(item));
    out.push({ ...(order <= 0 && old && { old }), ...(order >= 0 && item && { item }) });
    if (order <= 0) at += 1;
    if (order >= 0) to += 1;
  }
  return out;
}

function diffLists(field: string, mergeKey: string, before: readonly Map[], after: readonly Map[], options: Options, patch: Draft): void {
  const items: Map[] = [];
  const gone: Map[] = [];
  for (const { old, item } of pairs(mergeKey, before, after)) {
    if (item === undefined) {
      if (options.deletions) gone.push({ $patch: 'delete', [mergeKey]: old?.[mergeKey] });
    } else if (old === undefined) {
      if (options.changes) items.push(item);
    } else {
      const inner = diffMaps(old, item, options);
      if (Object.keys(inner).length === 0) continue;
      items.push({ ...(retainsKeys(field) ? { $retainKeys: Object.keys(item).sort() } : {}), ...inner, [mergeKey]: item[mergeKey] });
    }
  }
  items.push(...gone);
  const order = after.map((a) => ({ [mergeKey]: a[mergeKey] }));
  const kept = before.filter((b) => after.some((a) => a[mergeKey] === b[mergeKey])).map((b) => b[mergeKey]);
  const moved =
    options.changes &&
    !same(
      kept,
      after.map((a) => a[mergeKey]).filter((v) => kept.includes(v)),
    );
  if (items.length > 0) patch[field] = items;
  if (items.length > 0 || moved) patch[`$setElementOrder/${field}`] = order;
}

function diffSet(field: string, before: readonly unknown[], after: readonly unknown[], options: Options, patch: Draft): void {
  const added = options.changes ? after.filter((a) => !before.includes(a)) : [];
  const gone = options.deletions ? before.filter((b) => !after.includes(b)) : [];
  if (added.length > 0) patch[field] = added;
  if (gone.length > 0) patch[`$deleteFromPrimitiveList/${field}`] = gone;
  if (added.length > 0 || gone.length > 0) patch[`$setElementOrder/${field}`] = after;
}

/** Deletions first, then changes over them; lists that merge are joined by key. */
function mergePatches(first: Map, second: Map, whole: ReadonlySet<string>): Draft {
  const merged: Draft = { ...first };
  for (const key of Object.keys(second)) {
    const [a, b] = [ownOf(first, key), second[key]];
    if (isMap(a) && isMap(b)) setOwn(merged, key, mergePatches(a, b, whole));
    else if (Array.isArray(a) && Array.isArray(b) && !key.startsWith('$'))
      setOwn(merged, key, mergeLists(key, a as Map[], b as Map[], whole));
    else setOwn(merged, key, b);
  }
  return merged;
}

function mergeLists(field: string, first: readonly Map[], second: readonly Map[], whole: ReadonlySet<string>): readonly unknown[] {
  const mergeKey = whole.has(field) ? undefined : mergeKeyOf(field, [...first, ...second]);
  if (mergeKey === undefined || mergeKey === 'set') return second;
  const joined = second.map((item) => {
    const twin = first.find((f) => f[mergeKey] === item[mergeKey]);
    return twin === undefined ? item : mergePatches(twin, item, whole);
  });
  return [...joined, ...first.filter((f) => !second.some((s) => s[mergeKey] === f[mergeKey]))];
}

/** null for each key that is gone. */
function removals(original: Map, modified: Map): Map {
  const patch: Draft = {};
  for (const key of Object.keys(original)) {
    const [a, b] = [original[key], ownOf(modified, key)];
    if (a === undefined) continue;
    if (b === undefined) setOwn(patch, key, null);
    else if (isMap(a) && isMap(b)) {
      const inner = removals(a, b);
      if (Object.keys(inner).length > 0) setOwn(patch, key, inner);
    }
  }
  return patch;
}

function additions(current: Map, modified: Map): Map {
  const patch: Draft = {};
  for (const key of Object.keys(modified)) {
    const [a, b] = [ownOf(current, key), modified[key]];
    if (b === undefined || same(a, b)) continue;
    if (isMap(a) && isMap(b)) {
      const inner = additions(a, b);
      if (Object.keys(inner).length > 0) setOwn(patch, key, inner);
    } else {
      setOwn(patch, key, b);
    }
  }
  return patch;
}

function mergeDeep(first: Map, second: Map): Map {
  const merged: Draft = { ...first };
  for (const key of Object.keys(second)) {
    const [a, b] = [ownOf(first, key), second[key]];
    setOwn(merged, key, isMap(a) && isMap(b) ? mergeDeep(a, b) : b);
  }
  return merged;
}
