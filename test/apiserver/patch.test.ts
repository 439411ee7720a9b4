import { describe, expect, it } from 'vitest';
import { structOf } from '../../src/api/schema/types.ts';
import { changedFields, difference, fieldsOf, intersection, members, pathText, union } from '../../src/apiserver/field-set.ts';
import { applyJsonPatch } from '../../src/apiserver/patch/json-patch.ts';
import { applyMergePatch } from '../../src/apiserver/patch/merge-patch.ts';
import { applyStrategicPatch } from '../../src/apiserver/patch/strategic-merge.ts';

const op = (op: string, path: string, value?: unknown, from?: string) => ({ op, path, ...(value !== undefined && { value }), ...(from && { from }) });

describe('JSON patch', () => {
  it.each([
    [{ a: 1 }, [op('add', '/b', 2)], { a: 1, b: 2 }], [{ a: [1, 3] }, [op('add', '/a/1', 2)], { a: [1, 2, 3] }], [{ a: [1] }, [op('add', '/a/-', 2)], { a: [1, 2] }],
    [{ a: 1 }, [op('replace', '/a', 2)], { a: 2 }], [{ a: 1, b: 2 }, [op('remove', '/b')], { a: 1 }], [{ a: { b: 1 } }, [op('move', '/c', undefined, '/a/b')], { a: {}, c: 1 }],
    [{ a: 1 }, [op('copy', '/b', undefined, '/a')], { a: 1, b: 1 }], [{ a: 1 }, [op('test', '/a', 1), op('replace', '/a', 3)], { a: 3 }],
    [{ 'x/y': 1, 'm~n': 2 }, [op('replace', '/x~1y', 3), op('remove', '/m~0n')], { 'x/y': 3 }], [{ a: [1, 2] }, [op('remove', '/a/0')], { a: [2] }],
  ])('%j with %j', (document, operations, result) => expect(applyJsonPatch(document, operations)).toEqual(result));

  it.each([
    [op('test', '/a', 2), 'testing value /a failed: test failed'],
    [op('remove', '/x'), 'remove operation does not apply: doc is missing path: "/x": missing value'],
    [op('replace', '/x', 1), 'replace operation does not apply: doc is missing key: /x: missing value'],
    [op('add', '/x/y', 1), 'add operation does not apply: doc is missing path: "/x/y": missing value'],
    [op('jump', '/a'), 'Unexpected kind: jump'],
  ])('refuses %j', (operation, message) => expect(() => applyJsonPatch({ a: 1 }, [operation])).toThrow(message));
});

describe('merge patch', () => {
  it.each([
    [{ a: 1, b: 2 }, { b: null, c: 3 }, { a: 1, c: 3 }], [{ a: { b: 1, c: 2 } }, { a: { c: null } }, { a: { b: 1 } }], [{ a: [1] }, { a: [2] }, { a: [2] }],
    [{}, { a: { b: null, c: 1 } }, { a: { c: 1 } }], [{ a: 1 }, { a: { b: 1 } }, { a: { b: 1 } }],
  ])('%j with %j', (target, patch, result) => expect(applyMergePatch(target, patch)).toEqual(result));

  it('returns the object itself where nothing differs', () => {
    const target = { a: { b: 1 } };
    expect(applyMergePatch(target, { a: { b: 1 }, c: null })).toBe(target);
  });
});

const containers = (...list: readonly object[]): object => ({ spec: { containers: list } });
const c = (name: string, image?: string): object => ({ name, ...(image && { image }) });

/** A7, I9. */
const STRATEGIC: readonly (readonly [what: string, kind: string, original: object, patch: object, result: object])[] = [
  ['merges list items by key', 'Pod', containers(c('a', '1'), c('b', '1')), containers(c('b', '2')), containers(c('a', '1'), c('b', '2'))],
  ['keeps an ordered list in the order given', 'Pod', containers(c('a', '1'), c('b', '1')),
    { spec: { '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }], containers: [c('b', '2')] } }, containers(c('a', '1'), c('b', '2'))],
  ['puts new items first, as the documentation shows', 'Pod', containers(c('a', '1')), containers(c('n', '2')), containers(c('n', '2'), c('a', '1'))],
  ['deletes an item', 'Pod', containers(c('a'), c('b')), containers({ name: 'a', $patch: 'delete' }), containers(c('b'))],
  ['replaces the whole list', 'Pod', containers(c('a'), c('b')), containers({ $patch: 'replace' }, c('x')), containers(c('x'))],
  ['replaces an atomic list', 'Pod', { spec: { tolerations: [{ key: 'a' }] } }, { spec: { tolerations: [{ key: 'b' }] } }, { spec: { tolerations: [{ key: 'b' }] } }],
  ['merges maps and deletes by null', 'Pod', { metadata: { labels: { a: '1', b: '2' } } }, { metadata: { labels: { a: null, c: '3' } } }, { metadata: { labels: { b: '2', c: '3' } } }],
  ['merges finalizers as a set', 'Pod', { metadata: { finalizers: ['a/a', 'b/b'] } }, { metadata: { finalizers: ['c/c'] } }, { metadata: { finalizers: ['c/c', 'a/a', 'b/b'] } }],
  ['takes from a set', 'Pod', { metadata: { finalizers: ['a/a', 'b/b'] } }, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a/a'] } }, { metadata: { finalizers: ['b/b'] } }],
  ['retains keys', 'Deployment', { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } },
    { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }, { spec: { strategy: { type: 'Recreate' } } }],
  ['replaces a map', 'Service', { spec: { selector: { a: '1' } } }, { spec: { selector: { $patch: 'replace', b: '2' } } }, { spec: { selector: { b: '2' } } }],
  ['merges ports by number', 'Service', { spec: { ports: [{ port: 80, name: 'a' }] } }, { spec: { ports: [{ port: 80, targetPort: 8080 }] } },
    { spec: { ports: [{ port: 80, name: 'a', targetPort: 8080 }] } }],
  ['merges conditions by type', 'Pod', { status: { conditions: [{ type: 'Ready', status: 'False' }] } }, { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
    { status: { conditions: [{ type: 'Ready', status: 'True' }] } }],
  ['merges env inside containers', 'Pod', containers({ name: 'a', env: [{ name: 'X', value: '1' }, { name: 'Y', value: '1' }] }),
    containers({ name: 'a', '$setElementOrder/env': [{ name: 'X' }, { name: 'Y' }], env: [{ name: 'Y', value: null, valueFrom: {} }] }),
    containers({ name: 'a', env: [{ name: 'X', value: '1' }, { name: 'Y', valueFrom: {} }] })],
];

describe('strategic merge patch', () => {
  it.each(STRATEGIC)('%s', (_, kind, original, patch, result) => {
    expect(applyStrategicPatch(original as never, patch as never, structOf(kind))).toEqual(result);
  });

  it('refuses an item without its key', () => {
    expect(() => applyStrategicPatch(containers() as never, containers({ image: 'x' }) as never, structOf('Pod')))
      .toThrow('map: map[image:x] does not contain declared merge key: name');
  });
});

describe('field sets', () => {
  const schema = structOf('Deployment');
  const paths = (set: Parameters<typeof members>[0]): readonly string[] => [...members(set)].map(pathText);
  const object = { metadata: { name: 'x', labels: { a: '1' } }, spec: { replicas: 1, template: { spec: { containers: [{ name: 'c', image: 'i', args: ['x'] }] } } } };

  it('say what a configuration sets', () => {
    expect(paths(fieldsOf(object, schema))).toEqual([
      '.metadata.labels.a', '.spec.replicas', '.spec.template.spec.containers[name="c"]', '.spec.template.spec.containers[name="c"].args',
      '.spec.template.spec.containers[name="c"].image', '.spec.template.spec.containers[name="c"].name',
    ]);
  });

  it('say what changed', () => {
    const next = { metadata: { name: 'x', labels: { b: '1' } }, spec: { replicas: 2, template: { spec: { containers: [{ name: 'c', image: 'j', args: ['x'] }, { name: 'd' }] } } } };
    const { set, removed } = changedFields(object, next, schema);
    expect(paths(set)).toEqual(['.metadata.labels.b', '.spec.replicas', '.spec.template.spec.containers[name="c"].image',
      '.spec.template.spec.containers[name="d"]', '.spec.template.spec.containers[name="d"].name']);
    expect(paths(removed)).toEqual(['.metadata.labels.a']);
  });

  const set = { 'f:a': {}, 'f:b': { '.': {}, 'f:c': {} }, 'f:d': { 'f:e': {} } };
  it.each([
    ['union', union(set, { 'f:a': { 'f:x': {} }, 'f:z': {} }), { 'f:a': { '.': {}, 'f:x': {} }, 'f:b': { '.': {}, 'f:c': {} }, 'f:d': { 'f:e': {} }, 'f:z': {} }],
    ['difference of a child', difference(set, { 'f:b': { 'f:c': {} } }), { 'f:a': {}, 'f:b': {}, 'f:d': { 'f:e': {} } }],
    ['difference of a parent', difference(set, { 'f:b': {} }), { 'f:a': {}, 'f:b': { 'f:c': {} }, 'f:d': { 'f:e': {} } }],
    ['difference that empties', difference(set, { 'f:d': { 'f:e': {} }, 'f:a': {} }), { 'f:b': { '.': {}, 'f:c': {} } }],
    ['intersection', intersection(set, { 'f:b': { 'f:c': {}, 'f:y': {} }, 'f:a': {} }), { 'f:a': {}, 'f:b': { 'f:c': {} } }],
  ])('%s', (_, result, expected) => expect(result).toEqual(expected));

  it('are shared where nothing changes', () => {
    expect(difference(set, { 'f:q': {} })).toBe(set);
    expect(union(set, { 'f:a': {} })).toBe(set);
  });
});
