/** JSON values as Kubernetes objects use them: frozen, shared, compared by content. */

/** Freezes deeply and returns the value itself. What is frozen already is taken as frozen to its depths. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
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

/** The value as JSON would give it back: keys whose value is undefined are gone, undefined items are null, -0 is 0.
 *  What is clean already comes back itself. `clean` remembers frozen values that were found clean. */
export function jsonNormal<T>(value: T, clean?: WeakSet<object>): T {
  if (Object.is(value, -0)) return 0 as T;
  if (typeof value === 'number' && !Number.isFinite(value)) return null as T;
  if (typeof value !== 'object' || value === null || clean?.has(value)) return value;
  const changed = Array.isArray(value) ? normalArray(value, clean) : normalRecord(value as Record<string, unknown>, clean);
  if (changed) return changed as T;
  if (clean && Object.isFrozen(value)) clean.add(value);
  return value;
}

function normalArray(list: readonly unknown[], clean?: WeakSet<object>): unknown[] | undefined {
  let copy: unknown[] | undefined;
  for (let i = 0; i < list.length; i += 1) {
    const item = list[i] === undefined ? null : jsonNormal(list[i], clean);
    if (!Object.is(item, list[i])) (copy ??= [...list])[i] = item;
  }
  return copy;
}

function normalRecord(record: Readonly<Record<string, unknown>>, clean?: WeakSet<object>): Record<string, unknown> | undefined {
  let copy: Record<string, unknown> | undefined;
  for (const key in record) {
    const value = record[key];
    if (typeof value === 'string') continue;
    const item = value === undefined ? undefined : jsonNormal(value, clean);
    if (value !== undefined && Object.is(item, value)) continue;
    copy ??= { ...record };
    if (item === undefined) delete copy[key];
    else copy[key] = item;
  }
  return copy;
}
