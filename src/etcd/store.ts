/** The store behind the contract in etcd.ts. One write, one revision:
 *
 *      revision   5          6          7            8
 *      log        put a      put b      delete a     put a        watch reads this from afterRevision + 1
 *      versions   a: 5 ----------------- 7 (deleted)  8           range at 6 takes, a key, the last version <= 6
 *
 *  Compaction through 7 drops the log up to 7 and, a key, every version that a later one up to 7 has replaced.
 *  Upstream: etcd server/storage/mvcc/key_index.go, watchable_store.go */
import { assert } from '../base/assert.ts';
import { disposable } from '../base/dispose.ts';
import { freeze, sealed } from '../base/json.ts';
import type { Etcd, EtcdEvent, EtcdSnapshot, KeyValue, RangeOptions, RangeResult } from './etcd.ts';
import { OrderedMap } from './ordered-map.ts';

/** The revision asked for has been compacted: "too old resource version" to the apiserver's clients. */
export class CompactedError extends Error {
  constructor(readonly compactedRevision: number) {
    super('etcdserver: mvcc: required revision has been compacted');
    this.name = 'CompactedError';
  }
}

export class FutureRevisionError extends Error {
  constructor(readonly revision: number) {
    super('etcdserver: mvcc: required revision is a future revision');
    this.name = 'FutureRevisionError';
  }
}

interface Version { readonly kv: KeyValue; readonly deleted: boolean }
interface Entry { readonly key: string; versions: Version[] }
interface Watcher { readonly prefix: string; readonly sink: (event: EtcdEvent) => void; active: boolean }

export function createEtcd(from?: EtcdSnapshot): Etcd {
  return new Store(from);
}

class Store implements Etcd {
  revision: number;
  compactedRevision: number;
  private readonly entries = new Map<string, Entry>();
  private readonly order = new OrderedMap<Entry>();
  /** log[i] is revision logStart + i. */
  private log: EtcdEvent[] = [];
  private logStart: number;
  /** Replaced, never changed in place: a sink may watch or dispose while a write tells its watchers. */
  private watchers: readonly Watcher[] = [];
  private telling = false;

  constructor(from?: EtcdSnapshot) {
    this.revision = from?.revision ?? 1;
    this.compactedRevision = from === undefined ? 0 : from.revision;
    this.logStart = this.revision + 1;
    for (const kv of from?.kvs ?? []) this.version(freeze(kv), false);
  }

  get(key: string, atRevision?: number): KeyValue | undefined {
    const entry = this.entries.get(key);
    if (atRevision !== undefined) this.check(atRevision);
    return entry && live(entry, atRevision);
  }

  range(prefix: string, options: RangeOptions = {}): RangeResult {
    const { atRevision, startKey = prefix, limit = 0 } = options;
    if (atRevision !== undefined) this.check(atRevision);
    const kvs: KeyValue[] = [];
    let count = 0;
    for (const entry of this.order.from(startKey < prefix ? prefix : startKey, prefix)) {
      const kv = live(entry, atRevision);
      if (kv === undefined) continue;
      count += 1;
      if (limit === 0 || kvs.length < limit) kvs.push(kv);
    }
    return { kvs, more: count > kvs.length, count, revision: this.revision };
  }

  put(key: string, value: object, ifModRevision?: number): KeyValue | undefined {
    const prev = this.current(key);
    if (ifModRevision !== undefined && (prev?.modRevision ?? 0) !== ifModRevision) return undefined;
    const modRevision = this.next();
    const kv: KeyValue = Object.freeze({ key, value: sealed(value), createRevision: prev?.createRevision ?? modRevision, modRevision });
    this.version(kv, false);
    this.tell(prev === undefined ? { type: 'put', kv } : { type: 'put', kv, prev });
    return kv;
  }

  delete(key: string, ifModRevision?: number): KeyValue | undefined {
    const prev = this.current(key);
    if (prev === undefined) return undefined;
    if (ifModRevision !== undefined && prev.modRevision !== ifModRevision) return undefined;
    const kv: KeyValue = Object.freeze({ key, value: prev.value, createRevision: prev.createRevision, modRevision: this.next() });
    this.version(kv, true);
    this.tell({ type: 'delete', kv, prev });
    return kv;
  }

  watch(prefix: string, afterRevision: number, sink: (event: EtcdEvent) => void): Disposable {
    if (afterRevision < this.compactedRevision) throw new CompactedError(this.compactedRevision);
    const watcher: Watcher = { prefix, sink, active: true };
    for (let at = Math.max(0, afterRevision + 1 - this.logStart); at < this.log.length; at += 1) {
      const event = this.log[at] as EtcdEvent;
      if (event.kv.key.startsWith(prefix)) sink(event);
    }
    this.watchers = [...this.watchers, watcher];
    return disposable(() => {
      watcher.active = false;
      this.watchers = this.watchers.filter((each) => each !== watcher);
    });
  }

  compact(throughRevision: number): void {
    if (throughRevision > this.revision) throw new FutureRevisionError(this.revision);
    if (throughRevision <= this.compactedRevision) throw new CompactedError(this.compactedRevision);
    const dropped = this.log.slice(0, throughRevision + 1 - this.logStart);
    this.log = this.log.slice(dropped.length);
    this.logStart = throughRevision + 1;
    this.compactedRevision = throughRevision;
    for (const event of dropped) this.forget(event.kv.key, throughRevision);
  }

  snapshot(): EtcdSnapshot {
    return { revision: this.revision, kvs: this.range('').kvs };
  }

  private forget(key: string, through: number): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    let keep = 0;
    while (keep + 1 < entry.versions.length && (entry.versions[keep + 1] as Version).kv.modRevision <= through) keep += 1;
    const first = entry.versions[keep] as Version;
    if (first.deleted && first.kv.modRevision <= through) keep += 1;
    if (keep > 0) entry.versions = entry.versions.slice(keep);
    if (entry.versions.length > 0) return;
    this.entries.delete(key);
    this.order.remove(key);
  }

  private next(): number {
    assert(!this.telling, 'a watcher of etcd wrote while it was told about a write');
    this.revision += 1;
    return this.revision;
  }

  private current(key: string): KeyValue | undefined {
    const entry = this.entries.get(key);
    return entry && live(entry);
  }

  private check(revision: number): void {
    if (revision > this.revision) throw new FutureRevisionError(this.revision);
    if (revision < this.compactedRevision) throw new CompactedError(this.compactedRevision);
  }

  private version(kv: KeyValue, deleted: boolean): void {
    const entry = this.entries.get(kv.key);
    if (entry !== undefined) {
      entry.versions.push({ kv, deleted });
      return;
    }
    const made: Entry = { key: kv.key, versions: [{ kv, deleted }] };
    this.entries.set(kv.key, made);
    this.order.insert(made);
  }

  private tell(event: EtcdEvent): void {
    Object.freeze(event);
    this.log.push(event);
    this.telling = true;
    try {
      for (const watcher of this.watchers) if (watcher.active && event.kv.key.startsWith(watcher.prefix)) watcher.sink(event);
    } finally {
      this.telling = false;
    }
  }
}

/** The last version up to the revision, unless that is a deletion. */
function live(entry: Entry, atRevision?: number): KeyValue | undefined {
  const { versions } = entry;
  let at = versions.length - 1;
  if (atRevision !== undefined) while (at >= 0 && (versions[at] as Version).kv.modRevision > atRevision) at -= 1;
  const version = versions[at];
  return version === undefined || version.deleted ? undefined : version.kv;
}
