/** JSON values as Kubernetes objects use them: frozen, shared, compared by content. */

/** Freezes deeply and returns the value itself. What is frozen already is taken as frozen to its depths: nothing of ours is
 *  closed to new fields without being frozen, and that is cheaper to ask. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || !Object.isExtensible(value)) return value;
  if (ArrayBuffer.isView(value)) return value;
  Object.freeze(value);
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') freeze(item);
  } else {
    for (const key in value) {
      const item = value[key];
      if (typeof item === 'object') freeze(item);
    }
  }
  return value;
}

/** Sets a field whatever its name: `__proto__` is a key of JSON like any other. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

/** The object's own field: names that every object inherits are absent like others. */
export const ownOf = (object: Readonly<Record<string, unknown>>, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);

/** Equal by content; the order of keys does not matter, and a key whose value is undefined is as good as absent. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a !== a && b !== b;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i += 1) if (!equal(a[i], b[i])) return false;
    return true;
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return a.length === b.length && a.every((byte, i) => byte === b[i]);
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  let count = 0;
  for (const key in left) {
    if (left[key] === undefined) continue;
    count += 1;
    if (right[key] === undefined || !equal(left[key], right[key])) return false;
  }
  for (const key in right) if (right[key] !== undefined) count -= 1;
  return count === 0;
}

/** One text for equal values: keys sorted by code unit, no spaces, undefined left out. */
export function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const record = value as Record<string, unknown>;
  const parts: string[] = [];
  for (const key of Object.keys(record).sort()) {
    if (record[key] !== undefined) parts.push(`${JSON.stringify(key)}:${canonical(record[key])}`);
  }
  return `{${parts.join(',')}}`;
}

/** Throws, naming the place, where a value would not come out of JSON as it went in. */
export function checkJson(value: unknown, path = '$'): void {
  switch (typeof value) {
    case 'string': case 'boolean': return;
    case 'number':
      if (!Number.isFinite(value) || Object.is(value, -0)) throw new TypeError(`${path}: ${Object.is(value, -0) ? '-0' : value} is not a JSON number`);
      return;
    case 'object': break;
    default: throw new TypeError(`${path}: ${typeof value} is not a JSON value`);
  }
  if (value === null) return;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) {
      if (!(i in value)) throw new TypeError(`${path}[${i}]: a hole is not a JSON value`);
      checkJson(value[i], `${path}[${i}]`);
    }
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError(`${path}: an instance of a class is not a JSON value`);
  for (const [key, item] of Object.entries(value)) checkJson(item, `${path}.${key}`);
}

/** The value as JSON would give it back, frozen to its depths: keys whose value is undefined are gone, undefined items are
 *  null, -0 is 0. What is clean already comes back itself; what is frozen already is taken as clean, so that a value is
 *  walked once on its whole way. */
export function sealed<T>(value: T): T {
  if (typeof value === 'number') return (Number.isFinite(value) ? (value === 0 ? 0 : value) : null) as T;
  if (typeof value !== 'object' || value === null || !Object.isExtensible(value) || ArrayBuffer.isView(value)) return value;
  return Object.freeze(Array.isArray(value) ? sealedItems(value) : sealedFields(value as Record<string, unknown>)) as T;
}

function sealedItems(list: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let i = 0; i < list.length; i += 1) {
    const item = list[i];
    if (typeof item === 'string') continue;
    const clean = item === undefined ? null : sealed(item);
    if (!Object.is(clean, item)) (copy ??= [...list])[i] = clean;
  }
  return copy ?? list;
}

function sealedFields(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  let copy: Record<string, unknown> | undefined;
  for (const key in record) {
    const value = record[key];
    if (typeof value === 'string') continue;
    const clean = value === undefined ? undefined : sealed(value);
    if (value !== undefined && Object.is(clean, value)) continue;
    copy ??= { ...record };
    if (clean === undefined) delete copy[key];
    else copy[key] = clean;
  }
  return copy ?? record;
}
