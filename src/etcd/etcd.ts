/** A multi-version key-value store, synchronous because it is memory: a read and the write it decides are one step.
 *  Values are frozen, as JSON has them, on the way in and shared on the way out; nobody copies, nobody may write.
 *  This file is the contract; store.ts keeps it.
 *  Upstream: etcd server/storage/mvcc */

export interface Etcd {
  /** The revision of the newest write; a fresh store is at 1, its first write makes 2. */
  readonly revision: number;
  readonly compactedRevision: number;
  get(key: string, atRevision?: number): KeyValue | undefined;
  /** In key order. Throws CompactedError for a revision already dropped, FutureRevisionError for one not yet made.
   *  `limit` counts from `startKey` (inclusive); `more` and `count` then speak of what is left. */
  range(prefix: string, options?: RangeOptions): RangeResult;
  /** undefined: somebody wrote first (`ifModRevision` 0 means: must not exist). */
  put(key: string, value: object, ifModRevision?: number): KeyValue | undefined;
  /** The last state, its modRevision being that of the deletion. undefined: not there, or somebody wrote first. */
  delete(key: string, ifModRevision?: number): KeyValue | undefined;
  /** Calls the sink synchronously inside each write after `afterRevision`, in order, beginning with history that
   *  is already there. Throws CompactedError. */
  watch(prefix: string, afterRevision: number, sink: (event: EtcdEvent) => void): Disposable;
  compact(throughRevision: number): void;
  /** All live keys at the current revision: JSON values only. */
  snapshot(): EtcdSnapshot;
}

export interface RangeOptions { readonly atRevision?: number; readonly startKey?: string; readonly limit?: number }
export interface RangeResult { readonly kvs: readonly KeyValue[]; readonly more: boolean; readonly count: number; readonly revision: number }
export interface KeyValue { readonly key: string; readonly value: object; readonly createRevision: number; readonly modRevision: number }
export interface EtcdEvent { readonly type: 'put' | 'delete'; readonly kv: KeyValue; readonly prev?: KeyValue }
export interface EtcdSnapshot { readonly revision: number; readonly kvs: readonly KeyValue[] }
