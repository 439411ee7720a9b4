/** Changing frozen objects without copying what stays: each function returns its argument where nothing changes. */

/** The object with `defaults` where it says nothing. */
export function fill<T extends object>(object: T, defaults: Partial<T>): T {
  let copy: T | undefined;
  for (const key in defaults) {
    if (object[key] === undefined && defaults[key] !== undefined) {
      copy ??= { ...object };
      copy[key] = defaults[key]!;
    }
  }
  return copy ?? object;
}

/** The object with one field changed by `change`; a field that is not there stays so. */
export function mapField<T extends object, K extends keyof T>(object: T, key: K, change: (value: NonNullable<T[K]>) => NonNullable<T[K]>): T {
  const value = object[key];
  if (value === undefined || value === null) return object;
  const next = change(value);
  return next === value ? object : { ...object, [key]: next };
}

/** The list with each item changed. */
export function mapShared<T>(list: readonly T[], change: (item: T, index: number) => T): readonly T[] {
  let copy: T[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const next = change(list[index]!, index);
    if (next !== list[index]) (copy ??= [...list])[index] = next;
  }
  return copy ?? list;
}

type ItemOf<L> = NonNullable<L> extends readonly (infer I)[] ? I : never;

/** The field's list with each item changed; a list that is not there stays so. */
export function mapItems<T extends object, K extends keyof T>(object: T, key: K, change: (item: ItemOf<T[K]>) => ItemOf<T[K]>): T {
  const list = object[key] as unknown as readonly ItemOf<T[K]>[] | undefined | null;
  if (!list || list.length === 0) return object;
  const next = mapShared(list, change);
  return next === list ? object : { ...object, [key]: next };
}

/** The object without some of its fields. */
export function without<T extends object>(object: T, ...keys: readonly (keyof T)[]): T {
  if (!keys.some((key) => object[key] !== undefined)) return object;
  const copy = { ...object };
  for (const key of keys) delete copy[key];
  return copy;
}
