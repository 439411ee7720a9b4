/** Conformance tests of [sig-api-machinery] CustomResourceDefinition, and of discovery of custom resources, by their names. */
import { describe, expect, it } from 'vitest';
import type { CustomResourceDefinition } from '../../src/api/generated/types.ts';
import type { KubeList, KubeObject } from '../../src/api/object.ts';
import { JSON_PATCH, testServer } from '../apiserver/support.ts';
import type { TestServer } from '../apiserver/support.ts';

const AT = '[sig-api-machinery] CustomResourceDefinition';
const RESOURCES = '[sig-api-machinery] CustomResourceDefinition resources [Privileged:ClusterAdmin]';
const DISCOVERY = '[sig-api-machinery] AggregatedDiscovery';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const V2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const BETA = 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList';

type Definition = CustomResourceDefinition & KubeObject;
type Widget = KubeObject & { readonly a?: string; readonly b?: string };

const version = (name: string, more: object = {}): object => ({
  name,
  served: true,
  storage: name === 'v1beta1',
  schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, ...more } },
});

/** A kind "Foo0" of the cluster in "foo0s.mygroup.example.com". */
function definition(index: number, { labels = {}, versions = [version('v1beta1')] as readonly object[], scope = 'Cluster' } = {}): object {
  const [plural, kind] = [`foo${index}s`, `Foo${index}`];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.mygroup.example.com`, labels },
    spec: {
      group: 'mygroup.example.com',
      scope,
      names: { plural, singular: `foo${index}`, kind, listKind: `${kind}List`, shortNames: [`f${index}`], categories: ['foos'] },
      versions,
    },
  };
}

const at = (index: number): string => `/apis/mygroup.example.com/v1beta1/foo${index}s`;
const widget = (index: number, name: string, more: object = {}): object => ({
  apiVersion: 'mygroup.example.com/v1beta1',
  kind: `Foo${index}`,
  metadata: { name },
  ...more,
});

/** Creates it and waits until it is established, as clients do. */
async function defined(server: TestServer, index: number, options?: Parameters<typeof definition>[1]): Promise<Definition> {
  const made = await server.ok<Definition>('POST', CRDS, definition(index, options));
  await server.lone.advance(100);
  const now = await server.ok<Definition>('GET', `${CRDS}/${made.metadata?.name}`);
  expect(now.status?.conditions?.find(({ type }) => type === 'Established')?.status).toBe('True');
  return now;
}

describe(RESOURCES, () => {
  it(`${RESOURCES} Simple CustomResourceDefinition creating/deleting custom resource definition objects works`, async () => {
    const server = await testServer();
    const { ok, refused, lone } = server;
    const made = await defined(server, 0);
    await ok('POST', at(0), widget(0, 'a'));
    await ok('DELETE', `${CRDS}/${made.metadata?.name}`);
    await lone.advance(1000);
    expect(await refused('GET', `${CRDS}/${made.metadata?.name}`)).toMatch(/^404 NotFound/);
    expect(await refused('GET', at(0))).toBe('404 NotFound: the server could not find the requested resource');
    // Its objects went with it.
    await defined(server, 0);
    expect((await ok<KubeList>('GET', at(0))).items).toEqual([]);
  });

  it(`${RESOURCES} Simple CustomResourceDefinition listing custom resource definition objects works`, async () => {
    const server = await testServer();
    const { ok, lone } = server;
    const made: Definition[] = [];
    for (let i = 0; i < 10; i += 1) made.push(await defined(server, i, { labels: { 'e2e-list-test': 'yes' } }));
    const other = await defined(server, 10);
    const selected = { query: { labelSelector: 'e2e-list-test=yes' } };
    const { items } = await ok<KubeList>('GET', CRDS, undefined, selected);
    expect(items.map((item) => (item as Definition).spec)).toEqual(made.map(({ spec }) => spec));
    await ok('DELETE', CRDS, undefined, selected);
    await lone.advance(5000);
    const left = await ok<KubeList>('GET', CRDS);
    expect(left.items.map(({ metadata }) => metadata?.name)).toEqual([other.metadata?.name]);
  });

  it(`${RESOURCES} Simple CustomResourceDefinition getting/updating/patching custom resource definition status sub-resource works`, async () => {
    const server = await testServer();
    const { ok } = server;
    const { metadata, spec } = await defined(server, 0);
    const url = `${CRDS}/${metadata?.name}/status`;
    const read = await ok<Definition>('GET', url);
    expect(read.spec).toEqual(spec);
    const messages = ({ status }: Definition): unknown[] => (status?.conditions ?? []).map(({ message }) => message);
    const conditions = [...(read.status?.conditions ?? []), { message: 'updated' }];
    const updated = await ok<Definition>('PUT', url, { ...read, status: { ...read.status, conditions } });
    expect(messages(updated)).toContain('updated');
    const patch = [{ op: 'add', path: '/status/conditions', value: [{ message: 'patched' }] }];
    const patched = await ok<Definition>('PATCH', url, patch, { headers: JSON_PATCH });
    expect(messages(patched)).toEqual(['patched']);
    await server.lone.advance(1000);
    const now = await ok<Definition>('GET', url);
    expect(messages(now)).toEqual(['patched', 'no conflicts found', 'the initial names have been accepted']);
  });

  it(`${RESOURCES} should include custom resource definition resources in discovery documents`, async () => {
    const { ok } = await testServer();
    interface Group {
      readonly name: string;
      readonly versions: readonly { readonly groupVersion: string; readonly version: string }[];
    }
    const v1 = { groupVersion: 'apiextensions.k8s.io/v1', version: 'v1' };
    const { groups } = await ok<{ groups: Group[] }>('GET', '/apis');
    expect(groups.find(({ name }) => name === 'apiextensions.k8s.io')?.versions).toContainEqual(v1);
    const group = await ok<Group>('GET', '/apis/apiextensions.k8s.io');
    expect([group.name, group.versions]).toEqual(['apiextensions.k8s.io', [v1]]);
    const list = await ok<{ groupVersion: string; resources: { name: string }[] }>('GET', '/apis/apiextensions.k8s.io/v1');
    expect([list.groupVersion, list.resources.map(({ name }) => name)]).toEqual([
      'apiextensions.k8s.io/v1',
      ['customresourcedefinitions', 'customresourcedefinitions/status'],
    ]);
  });

  it(`${RESOURCES} custom resource defaulting for requests and from storage works`, async () => {
    const server = await testServer();
    const { ok, lone } = server;
    const properties = { a: { type: 'string' }, b: { type: 'string' } };
    const { metadata } = await defined(server, 0, { versions: [version('v1beta1', { properties })] });
    const change = async (...operations: object[]): Promise<void> => {
      await ok('PATCH', `${CRDS}/${metadata?.name}`, operations, { headers: JSON_PATCH });
      await lone.advance(100);
    };
    const of = (name: string): string => `/spec/versions/0/schema/openAPIV3Schema/properties/${name}/default`;
    const fields = ({ a, b }: Widget): unknown => ({ a, b });
    const read = async (name: string): Promise<unknown> => fields(await ok<Widget>('GET', `${at(0)}/${name}`));
    await ok('POST', at(0), widget(0, 'one'));
    expect(await read('one')).toEqual({});
    await change({ op: 'add', path: of('a'), value: 'A' });
    expect(await read('one')).toEqual({ a: 'A' });
    expect(fields(await ok<Widget>('POST', at(0), widget(0, 'two')))).toEqual({ a: 'A' });
    await change({ op: 'remove', path: of('a') }, { op: 'add', path: of('b'), value: 'B' });
    // The first had its default when it was read, the second when it was stored.
    expect([await read('one'), await read('two')]).toEqual([{ b: 'B' }, { a: 'A', b: 'B' }]);
    const { items } = await ok<KubeList>('GET', at(0));
    expect(items.map((item) => fields(item as Widget))).toEqual([{ b: 'B' }, { a: 'A', b: 'B' }]);
  });
});

describe(`${AT} Watch`, () => {
  it('[sig-api-machinery] CustomResourceDefinition Watch [Privileged:ClusterAdmin] CustomResourceDefinition Watch watch on custom resource definition objects', async () => {
    const server = await testServer();
    const { ok, watch, lone } = server;
    await defined(server, 0);
    const only = (name: string): Promise<Awaited<ReturnType<typeof watch>>> => watch(at(0), { fieldSelector: `metadata.name=${name}` });
    const [a, b, all] = [await only('name1'), await only('name2'), await watch(at(0))];
    for (const name of ['name1', 'name2']) await ok('POST', at(0), widget(0, name, { content: { key: 'value' }, num: { num1: 1 } }));
    for (const name of ['name1', 'name2']) {
      const patch = [{ op: 'add', path: '/dummy', value: 'test' }];
      await ok('PATCH', `${at(0)}/${name}`, patch, { headers: JSON_PATCH });
    }
    for (const name of ['name1', 'name2']) await ok('DELETE', `${at(0)}/${name}`);
    await lone.advance(1);
    const told = ({ events }: typeof a): string[] => events.map(({ type, object }) => `${type} ${object.metadata?.name}`);
    const of = (name: string): string[] => ['ADDED', 'MODIFIED', 'DELETED'].map((type) => `${type} ${name}`);
    expect([told(a), told(b)]).toEqual([of('name1'), of('name2')]);
    expect(told(all)).toEqual(['ADDED', 'MODIFIED', 'DELETED'].flatMap((type) => [`${type} name1`, `${type} name2`]));
    expect(a.events.at(-1)?.object).toMatchObject({ kind: 'Foo0', dummy: 'test', num: { num1: 1 } });
  });
});

describe(DISCOVERY, () => {
  interface Aggregated {
    readonly items: readonly {
      readonly metadata: { readonly name?: string };
      readonly versions: readonly { readonly version: string; readonly resources: readonly { readonly resource: string }[] }[];
    }[];
  }
  const versions = [version('v1alpha1'), version('v1beta1'), version('v1')];

  async function found({ ok }: TestServer, accept: string): Promise<unknown> {
    const { items } = await ok<Aggregated>('GET', '/apis', undefined, { headers: { accept } });
    const group = items.find(({ metadata }) => metadata.name === 'mygroup.example.com');
    return group?.versions.map((each) => [each.version, each.resources]);
  }

  const resource = (name: string) => ({
    resource: 'foo0s',
    responseKind: { group: 'mygroup.example.com', version: name, kind: 'Foo0' },
    scope: 'Namespaced',
    singularResource: 'foo0',
    shortNames: ['f0'],
    categories: ['foos'],
    verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'].toSorted(),
  });
  const normal = (list: unknown): unknown =>
    (list as [string, { verbs: string[] }[]][] | undefined)?.map(([name, all]) => [
      name,
      all.map((each) => ({ ...each, verbs: each.verbs.toSorted() })),
    ]);

  it(`${DISCOVERY} should support aggregated discovery interface for CRDs`, async () => {
    const server = await testServer();
    const { metadata } = await defined(server, 0, { versions, scope: 'Namespaced' });
    expect(normal(await found(server, V2))).toEqual([
      ['v1', [resource('v1')]],
      ['v1beta1', [resource('v1beta1')]],
      ['v1alpha1', [resource('v1alpha1')]],
    ]);
    await server.ok('DELETE', `${CRDS}/${metadata?.name}`);
    await server.lone.advance(1000);
    expect(await found(server, V2)).toBeUndefined();
  });

  it(`${DISCOVERY} should support raw aggregated discovery request for CRDs`, async () => {
    const server = await testServer();
    const tag = async (): Promise<string | undefined> =>
      (await server.call('GET', '/apis', undefined, { headers: { accept: V2 } })).headers['etag'];
    const before = await tag();
    await defined(server, 0, { versions, scope: 'Namespaced' });
    expect(await tag()).not.toBe(before);
    expect((await found(server, V2)) as unknown[]).toHaveLength(3);
    expect(await found(server, BETA)).toEqual(await found(server, V2));
  });
});
