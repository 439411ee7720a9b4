/** Server-side apply and the three-way merge said as plainly as can be, over trees and sets of paths. Slow, without any
 *  sharing, and without a word from src/: what the product does must agree with it. */
export type Tree = { readonly [key: string]: unknown };

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Lists whose items have a name; all others are values. */
const KEYED = new Set(['containers', 'env']);
const keyOf = (item: unknown): string => String((item as { name: string }).name);

/** Path to value: "spec/containers/[web]" stands for an item, "spec/containers/[web]/image" for a field in it. */
export type Flat = Map<string, string>;

export function flatten(value: unknown, path = '', out: Flat = new Map()): Flat {
  if (!isTree(value)) return out.set(path, JSON.stringify(value));
  for (const key of Object.keys(value)) {
    const here = path === '' ? key : `${path}/${key}`;
    const inner = value[key];
    if (!KEYED.has(key)) flatten(inner, here, out);
    else {
      for (const item of inner as readonly unknown[]) {
        out.set(`${here}/[${keyOf(item)}]`, 'item');
        flatten(item, `${here}/[${keyOf(item)}]`, out);
      }
    }
  }
  return out;
}

/** Without the path and all below it. */
function cut(flat: Flat, path: string): void {
  for (const each of [...flat.keys()]) if (each === path || each.startsWith(`${path}/`)) flat.delete(each);
}

export interface State {
  readonly live: Flat;
  /** "manager Apply" to the paths that it owns. */
  readonly owners: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Paths whose value the second has and the first has not or otherwise. */
const differing = (before: Flat, after: Flat): string[] => [...after.keys()].filter((path) => before.get(path) !== after.get(path));

function settled(owners: State['owners'], live: Flat, changed: readonly string[], except: string, mine: ReadonlySet<string>): State {
  const next = new Map<string, ReadonlySet<string>>();
  for (const [owner, paths] of owners) {
    if (owner === except) continue;
    const kept = new Set([...paths].filter((path) => live.has(path) && !changed.includes(path)));
    if (kept.size > 0) next.set(owner, kept);
  }
  if (mine.size > 0) next.set(except, mine);
  return { live, owners: next };
}

/** The state after an application, or the conflicts: "owner path". */
export function applied(state: State, manager: string, config: Tree, force: boolean): State | readonly string[] {
  const me = `${manager} Apply`;
  const wanted = flatten(config);
  const live = new Map([...state.live, ...wanted]);
  const others = [...state.owners].filter(([owner]) => owner !== me);
  for (const path of state.owners.get(me) ?? []) {
    if (!wanted.has(path) && !others.some(([, paths]) => paths.has(path))) cut(live, path);
  }
  const changed = differing(state.live, live);
  const conflicts = others.flatMap(([owner, paths]) => changed.filter((path) => paths.has(path)).map((path) => `${owner} ${path}`));
  if (conflicts.length > 0 && !force) return conflicts.sort();
  return settled(state.owners, live, changed, me, new Set(wanted.keys()));
}

/** The state after somebody has written the whole object. */
export function updated(state: State, manager: string, object: Tree): State {
  const me = `${manager} Update`;
  const live = flatten(object);
  const changed = differing(state.live, live);
  const before = [...(state.owners.get(me) ?? [])].filter((path) => live.has(path));
  return settled(state.owners, live, changed, me, new Set([...before, ...changed]));
}

/** What a file says now, over what it said last, over what is there. */
export function threeWay(original: unknown, modified: unknown, current: unknown, key = ''): unknown {
  if (modified === undefined) return original === undefined ? current : undefined;
  if (KEYED.has(key)) {
    const sides = [original, modified, current].map(
      (list) => new Map(((list ?? []) as readonly unknown[]).map((item) => [keyOf(item), item])),
    );
    const names = new Set(sides.flatMap((side) => [...side.keys()]));
    return [...names]
      .sort()
      .map((name) => threeWay(sides[0]?.get(name), sides[1]?.get(name), sides[2]?.get(name)))
      .filter((item) => item !== undefined);
  }
  if (!isTree(modified)) return modified;
  const sides = [original, modified, current].map((side) => (isTree(side) ? side : {}));
  const own = (side: Tree | undefined, name: string): unknown => (side !== undefined && Object.hasOwn(side, name) ? side[name] : undefined);
  const out = new Map<string, unknown>();
  for (const name of new Set(sides.flatMap((side) => Object.keys(side)))) {
    const value = threeWay(own(sides[0], name), own(sides[1], name), own(sides[2], name), name);
    if (value !== undefined) out.set(name, value);
  }
  return Object.fromEntries(out);
}
