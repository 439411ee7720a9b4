/** Objects in etcd: what stands under a key is the object as clients get it, its resourceVersion included, so that it is
 *  frozen once and shared by every reader and watcher.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go */
import { ApiError } from '../api/errors.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { Etcd, KeyValue } from '../etcd/etcd.ts';
import type { Kind, Kinds } from './kinds.ts';

export interface Stored<T extends KubeObject = KubeObject> { readonly object: T; readonly modRevision: number }

export interface Storage {
  readonly etcd: Etcd;
  keyOf(kind: Kind, namespace: string, name: string): string;
  /** As the kind shows it; `atRevision` reads history. */
  get(kind: Kind, namespace: string, name: string, atRevision?: number): Stored | undefined;
  /** undefined: somebody wrote first. `ifModRevision` 0: must not exist. The result carries its new resourceVersion. */
  put(kind: Kind, object: KubeObject, ifModRevision: number): Stored | undefined;
  /** The last state with the revision of the deletion. */
  remove(kind: Kind, namespace: string, name: string, ifModRevision: number): Stored | undefined;
  read<T extends KubeObject>(resource: Resource<T>, namespace: string, name: string): T | undefined;
  list<T extends KubeObject>(resource: Resource<T>, namespace?: string): readonly T[];
}

export const withRevision = (object: KubeObject, revision: number): KubeObject =>
  ({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } });

/** For what the server does by itself: while etcd does not answer, it is left for the next time. */
export function whileReachable(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

export function createStorage(etcd: Etcd, kinds: Kinds): Storage {
  const keyOf = (kind: Kind, namespace: string, name: string): string =>
    (kind.resource.namespaced ? `${kind.prefix}${namespace}/${name}` : kind.prefix + name);
  const shown = (kind: Kind, kv: KeyValue): Stored => (
    { object: kind.fromStored ? kind.fromStored(kv.value as KubeObject) : (kv.value as KubeObject), modRevision: kv.modRevision }
  );
  return {
    etcd,
    keyOf,
    get(kind, namespace, name, atRevision) {
      const kv = etcd.get(keyOf(kind, namespace, name), atRevision);
      return kv && shown(kind, kv);
    },
    put(kind, object, ifModRevision) {
      const { namespace = '', name = '' } = object.metadata ?? {};
      const stored = kind.toStored ? kind.toStored(object) : object;
      const kv = etcd.put(keyOf(kind, namespace, name), withRevision(stored, etcd.revision + 1), ifModRevision);
      if (kv !== undefined) kind.conversion?.remember(kv.value as KubeObject, object);
      return kv && shown(kind, kv);
    },
    remove(kind, namespace, name, ifModRevision) {
      const kv = etcd.delete(keyOf(kind, namespace, name), ifModRevision);
      return kv && { object: withRevision(shown(kind, kv).object, kv.modRevision), modRevision: kv.modRevision };
    },
    read<T extends KubeObject>(resource: Resource<T>, namespace: string, name: string) {
      return this.get(kinds.of(resource), namespace, name)?.object as T | undefined;
    },
    list<T extends KubeObject>(resource: Resource<T>, namespace?: string) {
      const kind = kinds.of(resource);
      const prefix = namespace === undefined || namespace === '' ? kind.prefix : `${kind.prefix}${namespace}/`;
      const { kvs } = etcd.range(prefix);
      kind.conversion?.show(kvs.map(({ value }) => value as KubeObject));
      return kvs.map((kv) => shown(kind, kv).object as T);
    },
  };
}
