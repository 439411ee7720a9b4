import { describe, expect, it } from 'vitest';
import type { EtcdEvent } from '../../src/etcd/etcd.ts';
import { CompactedError, FutureRevisionError, createEtcd } from '../../src/etcd/store.ts';

const v = (n: number): object => ({ n });
const told = (event: EtcdEvent): string => `${event.type} ${event.kv.key}@${event.kv.modRevision}${event.prev ? ` was ${event.prev.modRevision}` : ''}`;

/** Each step is one call and what it must return: the revision, or "refused". */
const STEPS: readonly (readonly [call: 'put' | 'delete', key: string, ifMod: number | undefined, result: number | 'refused'])[] = [
  ['put', '/a/1', undefined, 2],
  ['put', '/a/1', 0, 'refused'],
  ['put', '/a/2', 0, 3],
  ['put', '/a/1', 2, 4],
  ['put', '/a/1', 2, 'refused'],
  ['put', '/b/1', undefined, 5],
  ['delete', '/a/2', 2, 'refused'],
  ['delete', '/a/2', 3, 6],
  ['delete', '/a/2', undefined, 'refused'],
  ['put', '/a/2', undefined, 7],
  ['delete', '/a/1', undefined, 8],
];

function played() {
  const etcd = createEtcd();
  for (const [call, key, ifMod, result] of STEPS) {
    const kv = call === 'put' ? etcd.put(key, v(etcd.revision + 1), ifMod) : etcd.delete(key, ifMod);
    expect(kv?.modRevision ?? 'refused', `${call} ${key}`).toBe(result);
  }
  return etcd;
}

describe('etcd', () => {
  /** What is live under /a/ at each revision. */
  it.each([
    [1, []], [2, ['/a/1@2']], [3, ['/a/1@2', '/a/2@3']], [4, ['/a/1@4', '/a/2@3']], [5, ['/a/1@4', '/a/2@3']],
    [6, ['/a/1@4']], [7, ['/a/1@4', '/a/2@7']], [8, ['/a/2@7']],
  ])('reads at revision %d', (atRevision, keys) => {
    expect(played().range('/a/', { atRevision }).kvs.map((kv) => `${kv.key}@${kv.modRevision}`)).toEqual(keys);
  });

  it('gives a key that came back a new create revision', () => {
    expect(played().get('/a/2')).toMatchObject({ createRevision: 7, modRevision: 7 });
    expect(played().get('/a/1', 4)).toMatchObject({ createRevision: 2, modRevision: 4 });
  });

  it('tells history after a revision, then writes, in order', () => {
    const etcd = played();
    const seen: string[] = [];
    const watch = etcd.watch('/a/', 3, (event) => seen.push(told(event)));
    expect(seen).toEqual(['put /a/1@4 was 2', 'delete /a/2@6 was 3', 'put /a/2@7', 'delete /a/1@8 was 4']);
    etcd.put('/b/9', v(9));
    etcd.put('/a/9', v(9));
    watch[Symbol.dispose]();
    etcd.put('/a/10', v(10));
    expect(seen.slice(4)).toEqual(['put /a/9@10']);
  });

  it('compacts: reads and watches from before are refused, from then on they hold', () => {
    const etcd = played();
    etcd.compact(6);
    expect(() => etcd.range('/a/', { atRevision: 5 })).toThrow(CompactedError);
    expect(() => etcd.watch('/a/', 5, () => undefined)).toThrow(CompactedError);
    expect(() => etcd.compact(6)).toThrow(CompactedError);
    expect(() => etcd.range('/a/', { atRevision: 9 })).toThrow(FutureRevisionError);
    expect(etcd.range('/a/', { atRevision: 6 }).kvs.map((kv) => kv.key)).toEqual(['/a/1']);
    const seen: string[] = [];
    etcd.watch('/', 6, (event) => seen.push(told(event)));
    expect(seen).toEqual(['put /a/2@7', 'delete /a/1@8 was 4']);
  });

  it('pages in key order with what is left', () => {
    const etcd = createEtcd();
    for (const name of ['c', 'a', 'e', 'b', 'd']) etcd.put(`/k/${name}`, v(1));
    const first = etcd.range('/k/', { limit: 2 });
    expect([first.kvs.map((kv) => kv.key), first.more, first.count]).toEqual([['/k/a', '/k/b'], true, 5]);
    const second = etcd.range('/k/', { limit: 2, startKey: '/k/b\0', atRevision: first.revision });
    expect([second.kvs.map((kv) => kv.key), second.more, second.count]).toEqual([['/k/c', '/k/d'], true, 3]);
  });

  it('starts again from a snapshot with the same revisions', () => {
    const snapshot = played().snapshot();
    const etcd = createEtcd(JSON.parse(JSON.stringify(snapshot)));
    expect(etcd.snapshot()).toEqual(snapshot);
    expect(() => etcd.watch('/', 7, () => undefined)).toThrow(CompactedError);
    expect(etcd.put('/a/2', v(9), 7)?.modRevision).toBe(9);
  });

  it('freezes values and refuses writes from a sink', () => {
    const etcd = createEtcd();
    const value = { deep: { list: [1] } };
    etcd.put('/x', value);
    expect(Object.isFrozen(value.deep.list)).toBe(true);
    etcd.watch('/x', etcd.revision, () => void etcd.put('/y', {}));
    expect(() => etcd.put('/x', {})).toThrow('while it was told');
  });

  it('agrees with a plain model over random writes and compactions', () => {
    const etcd = createEtcd();
    const states: Map<string, number>[] = [new Map(), new Map()];
    let seed = 7;
    const next = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let step = 0; step < 3000; step += 1) {
      const key = `/k/${String(next(40)).padStart(2, '0')}`;
      const kv = next(3) === 0 ? etcd.delete(key) : etcd.put(key, v(step));
      if (kv === undefined) continue;
      const state = new Map(states.at(-1));
      if (etcd.get(key) === undefined) state.delete(key);
      else state.set(key, kv.modRevision);
      states.push(state);
      if (next(200) === 0 && etcd.revision - 50 > etcd.compactedRevision) etcd.compact(etcd.revision - 50);
      const at = etcd.compactedRevision + next(etcd.revision - etcd.compactedRevision + 1);
      if (at < 1) continue;
      const wanted = [...(states[at] as Map<string, number>)].sort(([a], [b]) => (a < b ? -1 : 1));
      expect(etcd.range('/k/', { atRevision: at }).kvs.map((each) => [each.key, each.modRevision])).toEqual(wanted);
    }
    expect(etcd.compactedRevision).toBeGreaterThan(0);
  });

  it('keeps 10,000 keys and 100,000 revisions in well under a second of work', () => {
    const etcd = createEtcd();
    for (let i = 0; i < 100_000; i += 1) etcd.put(`/registry/pods/default/p-${(i * 7919) % 10_000}`, v(i));
    expect(etcd.range('/registry/pods/').count).toBe(10_000);
    expect(etcd.revision).toBe(100_001);
    etcd.compact(100_000);
    expect(etcd.range('/registry/pods/', { atRevision: 100_001 }).count).toBe(10_000);
  });
});
