/** What an informer holds: objects by key, with indexes kept up to date, and who wants to hear of changes.
 *  Upstream: staging/src/k8s.io/client-go/tools/cache/thread_safe_store.go */
import { controllerOf, keyOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import type { ObjectKey } from '../api/resource.ts';
import type { Change } from './informer.ts';

export interface ObjectCache<T extends KubeObject> {
  get(key: ObjectKey): T | undefined;
  list(index?: { readonly name: string; readonly value: string }): readonly T[];
  addIndex(name: string, valuesOf: (object: T) => readonly string[]): void;
  onChange(listener: (change: Change<T>) => void): Disposable;
  put(object: T): void;
  remove(object: T): void;
  /** Becomes exactly these objects, telling the difference. */
  replace(objects: readonly T[]): void;
}

interface Index<T> {
  readonly valuesOf: (object: T) => readonly string[];
  readonly buckets: Map<string, Map<ObjectKey, T>>;
}

const NONE: readonly string[] = Object.freeze([]);

/** Indexes that every cache can make when first asked. */
const BUILT_IN: Readonly<Record<string, (object: KubeObject) => readonly string[]>> = {
  namespace: (object) => [object.metadata?.namespace ?? ''],
  controller: (object) => {
    const owner = controllerOf(object);
    return owner === undefined ? NONE : [owner.uid];
  },
};

export function createObjectCache<T extends KubeObject>(): ObjectCache<T> {
  const objects = new Map<ObjectKey, T>();
  const indexes = new Map<string, Index<T>>();
  const listeners = new Set<(change: Change<T>) => void>();
  let everything: readonly T[] | undefined;

  function indexNamed(name: string): Index<T> {
    const known = indexes.get(name);
    if (known !== undefined) return known;
    const valuesOf = BUILT_IN[name];
    if (valuesOf === undefined) throw new Error(`no index ${name}`);
    return addIndex(name, valuesOf);
  }

  function addIndex(name: string, valuesOf: (object: T) => readonly string[]): Index<T> {
    const known = indexes.get(name);
    if (known !== undefined) return known;
    const index: Index<T> = { valuesOf, buckets: new Map() };
    indexes.set(name, index);
    for (const [key, object] of objects) enter(index, key, object);
    return index;
  }

  function store(key: ObjectKey, object: T | undefined, old: T | undefined): void {
    everything = undefined;
    if (object === undefined) objects.delete(key);
    else objects.set(key, object);
    for (const index of indexes.values()) {
      if (old !== undefined) leave(index, key, old, object);
      if (object !== undefined) enter(index, key, object);
    }
  }

  const tell = (change: Change<T>): void => {
    for (const listener of listeners) listener(change);
  };

  function put(object: T): void {
    const key = keyOf(object);
    const old = objects.get(key);
    if (old !== undefined && old.metadata?.uid !== object.metadata?.uid) {
      remove(old);
      put(object);
      return;
    }
    store(key, object, old);
    tell(old === undefined ? { type: 'add', object } : { type: 'update', object, old });
  }

  function remove(object: T): void {
    const key = keyOf(object);
    const old = objects.get(key);
    if (old === undefined) return;
    store(key, undefined, old);
    tell({ type: 'delete', object, old });
  }

  return {
    get: (key) => objects.get(key),
    list(index) {
      if (index === undefined) return (everything ??= Object.freeze([...objects.values()]));
      const bucket = indexNamed(index.name).buckets.get(index.value);
      return bucket === undefined ? [] : [...bucket.values()];
    },
    addIndex,
    onChange(listener) {
      for (const object of objects.values()) listener({ type: 'add', object });
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    put,
    remove,
    replace(next) {
      const kept = new Set(next.map(keyOf));
      for (const [key, object] of objects) if (!kept.has(key)) remove(object);
      for (const object of next) {
        const old = objects.get(keyOf(object));
        if (old === undefined || old.metadata?.resourceVersion !== object.metadata?.resourceVersion) put(object);
      }
    },
  };
}

function enter<T>(index: Index<T>, key: ObjectKey, object: T): void {
  for (const value of index.valuesOf(object)) {
    let bucket = index.buckets.get(value);
    if (bucket === undefined) {
      bucket = new Map();
      index.buckets.set(value, bucket);
    }
    bucket.set(key, object);
  }
}

/** An object that stays under a value keeps its place there, so that lists keep their order. */
function leave<T>(index: Index<T>, key: ObjectKey, old: T, next: T | undefined): void {
  const stays = next === undefined ? NONE : index.valuesOf(next);
  for (const value of index.valuesOf(old)) {
    if (stays.includes(value)) continue;
    const bucket = index.buckets.get(value);
    if (bucket === undefined) continue;
    bucket.delete(key);
    if (bucket.size === 0) index.buckets.delete(value);
  }
}
