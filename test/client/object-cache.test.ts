import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/api/generated/types.ts';
import { createObjectCache } from '../../src/client/object-cache.ts';

const pod = (name: string, revision: string, owner = 'o', uid = name): Pod => ({
  metadata: {
    name,
    namespace: 'a',
    uid,
    resourceVersion: revision,
    ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: owner, uid: owner, controller: true }],
  },
});

function setUp(): { cache: ReturnType<typeof createObjectCache<Pod>>; heard: string[] } {
  const cache = createObjectCache<Pod>();
  const heard: string[] = [];
  cache.onChange(({ type, object }) => heard.push(`${type} ${object.metadata?.name} ${object.metadata?.resourceVersion}`));
  return { cache, heard };
}

describe('what an informer holds', () => {
  it('tells the difference that a new list makes', () => {
    const { cache, heard } = setUp();
    cache.replace([pod('a', '1'), pod('b', '2'), pod('c', '3')]);
    heard.length = 0;
    cache.replace([pod('b', '2'), pod('c', '9'), pod('d', '8')]);
    expect(heard).toEqual(['delete a 1', 'update c 9', 'add d 8']);
  });

  it('tells a namesake with another uid as a deletion and an addition', () => {
    const { cache, heard } = setUp();
    cache.put(pod('a', '1'));
    cache.put(pod('a', '5', 'o', 'other'));
    expect(heard).toEqual(['add a 1', 'delete a 1', 'add a 5']);
  });

  it('keeps its indexes, whichever is asked for first', () => {
    const { cache } = setUp();
    cache.put(pod('a', '1', 'x'));
    cache.put(pod('b', '2', 'x'));
    const names = (owner: string): readonly (string | undefined)[] =>
      cache.list({ name: 'controller', value: owner }).map((each) => each.metadata?.name);
    expect(names('x')).toEqual(['a', 'b']);
    cache.put(pod('a', '3', 'y'));
    cache.put(pod('b', '4', 'x'));
    cache.put(pod('c', '5', 'y'));
    expect([names('x'), names('y')]).toEqual([['b'], ['a', 'c']]);
    cache.remove(pod('a', '6'));
    expect([names('x'), names('y'), cache.list().length]).toEqual([['b'], ['c'], 2]);
    expect(cache.list({ name: 'namespace', value: 'a' })).toHaveLength(2);
  });

  it('begins a listener with what is there, and ends it when told', () => {
    const { cache } = setUp();
    cache.put(pod('a', '1'));
    const late: string[] = [];
    const handle = cache.onChange(({ type, object }) => late.push(`${type} ${object.metadata?.name}`));
    cache.put(pod('b', '2'));
    handle[Symbol.dispose]();
    cache.put(pod('c', '3'));
    expect(late).toEqual(['add a', 'add b']);
  });
});
