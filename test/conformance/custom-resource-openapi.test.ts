/** Conformance tests of [sig-api-machinery] CustomResourcePublishOpenAPI, by their names: what the server publishes of a custom
 *  resource, and what kubectl makes of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JSON_PATCH, testServer } from '../apiserver/support.ts';
import type { TestServer } from '../apiserver/support.ts';
import { wholeCluster } from './whole-cluster.ts';
import type { WholeCluster } from './whole-cluster.ts';

const NAME = '[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin]';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const text = (description: string, more: object = {}): object => ({ description, type: 'string', ...more });
const PRESERVE = { 'x-kubernetes-preserve-unknown-fields': true };

const FOO = {
  description: 'Foo CRD for Testing',
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      description: 'Specification of Foo',
      properties: {
        bars: {
          description: 'List of Bars and their specs.',
          type: 'array',
          items: {
            type: 'object',
            required: ['name'],
            properties: {
              name: text('Name of Bar.'),
              age: text('Age of Bar.'),
              feeling: text('Feeling of Bar.', { enum: ['Great', 'Down'] }),
              bazs: { description: 'List of Bazs.', items: { type: 'string' }, type: 'array' },
            },
          },
        },
      },
    },
    status: {
      description: 'Status of Foo',
      type: 'object',
      properties: {
        bars: {
          description: 'List of Bars and their statuses.',
          type: 'array',
          items: {
            type: 'object',
            properties: {
              name: text('Name of Bar.'),
              available: { description: 'Whether the Bar is installed.', type: 'boolean' },
              quxType: text('Indicates to external qux type.', { pattern: 'in-tree|out-of-tree' }),
            },
          },
        },
      },
    },
  },
};

const WALDO = {
  description: 'Waldo CRD for Testing',
  type: 'object',
  properties: {
    spec: { description: 'Specification of Waldo', type: 'object', properties: { dummy: text('Dummy property.') } },
    status: {
      description: 'Status of Waldo',
      type: 'object',
      properties: { bars: { description: 'List of Bars and their statuses.', type: 'array', items: { type: 'string' } } },
    },
  },
};

interface Kind {
  readonly name: string;
  readonly group: string;
  readonly schema: object;
  readonly versions: readonly string[];
}

function definition({ name, group, schema, versions }: Kind): object {
  const kind = name[0]!.toUpperCase() + name.slice(1);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${name}s.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: `${name}s`, singular: name, kind, listKind: `${kind}List` },
      versions: versions.map((each, i) => ({ name: each, served: true, storage: i === 0, schema: { openAPIV3Schema: schema } })),
    },
  };
}

interface Published {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly 'x-kubernetes-group-version-kind'?: unknown;
}
type Definitions = Readonly<Record<string, Published | undefined>>;

/** What /openapi/v2 says of the kind, without what every object has; undefined: nothing. */
async function published({ ok }: Pick<TestServer, 'ok'>, group: string, version: string, kind: string): Promise<object | undefined> {
  const { definitions } = await ok<{ definitions: Definitions }>('GET', '/openapi/v2');
  const found = definitions[`${group.split('.').reverse().join('.')}.${version}.${kind}`];
  if (found === undefined) return undefined;
  const { properties = {}, 'x-kubernetes-group-version-kind': gvk, ...rest } = found;
  expect(gvk).toEqual([{ group, version, kind }]);
  if (Object.keys(properties).length === 0) return rest;
  const { apiVersion, kind: kindField, metadata, ...own } = properties;
  expect([apiVersion, kindField]).toEqual([expect.objectContaining({ type: 'string' }), expect.objectContaining({ type: 'string' })]);
  expect(metadata).toMatchObject({ $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' });
  return { ...rest, properties: own };
}

async function define(server: TestServer, kind: Kind): Promise<string> {
  await server.ok('POST', CRDS, definition(kind));
  await server.lone.advance(1000);
  return `${CRDS}/${kind.name}s.${kind.group}`;
}

async function undefine(server: TestServer, url: string): Promise<void> {
  await server.ok('DELETE', url);
  await server.lone.advance(1000);
}

const MULTI: Kind = { name: 'foo', group: 'multi-ver.example.com', schema: FOO, versions: ['v2', 'v3'] };

describe(NAME, () => {
  it(`${NAME} works for multiple CRDs of different groups`, async () => {
    const server = await testServer();
    const urls = [
      await define(server, { name: 'foo', group: 'foo.example.com', schema: FOO, versions: ['v1'] }),
      await define(server, { name: 'waldo', group: 'waldo.example.com', schema: WALDO, versions: ['v1beta1'] }),
    ];
    expect(await published(server, 'waldo.example.com', 'v1beta1', 'Waldo')).toEqual(WALDO);
    expect(await published(server, 'foo.example.com', 'v1', 'Foo')).toEqual(FOO);
    for (const url of urls) await undefine(server, url);
    expect(await published(server, 'foo.example.com', 'v1', 'Foo')).toBeUndefined();
    expect(await published(server, 'waldo.example.com', 'v1beta1', 'Waldo')).toBeUndefined();
  });

  it(`${NAME} works for multiple CRDs of same group but different versions`, async () => {
    const server = await testServer();
    await define(server, MULTI);
    for (const version of MULTI.versions) expect(await published(server, MULTI.group, version, 'Foo')).toEqual(FOO);
    await define(server, { name: 'foo', group: 'common.example.com', schema: FOO, versions: ['v4'] });
    await define(server, { name: 'waldo', group: 'common.example.com', schema: WALDO, versions: ['v5'] });
    expect(await published(server, 'common.example.com', 'v5', 'Waldo')).toEqual(WALDO);
    expect(await published(server, 'common.example.com', 'v4', 'Foo')).toEqual(FOO);
    expect(await published(server, 'common.example.com', 'v5', 'Foo')).toBeUndefined();
  });

  it(`${NAME} works for multiple CRDs of same group and version but different kinds`, async () => {
    const server = await testServer();
    await define(server, { name: 'foo', group: 'common.example.com', schema: FOO, versions: ['v6'] });
    await define(server, { name: 'waldo', group: 'common.example.com', schema: WALDO, versions: ['v6'] });
    expect(await published(server, 'common.example.com', 'v6', 'Waldo')).toEqual(WALDO);
    expect(await published(server, 'common.example.com', 'v6', 'Foo')).toEqual(FOO);
  });

  it(`${NAME} updates the published spec when one version gets renamed`, async () => {
    const server = await testServer();
    const url = await define(server, MULTI);
    for (const version of MULTI.versions) expect(await published(server, MULTI.group, version, 'Foo')).toEqual(FOO);
    const path = '/spec/versions/1/name';
    const patch = [
      { op: 'test', path, value: 'v3' },
      { op: 'replace', path, value: 'v4' },
    ];
    await server.ok('PATCH', url, patch, { headers: JSON_PATCH });
    await server.lone.advance(1000);
    const now = await Promise.all(['v2', 'v3', 'v4'].map((version) => published(server, MULTI.group, version, 'Foo')));
    expect(now).toEqual([FOO, undefined, FOO]);
  });

  it(`${NAME} removes definition from spec when one version gets changed to not be served`, async () => {
    const server = await testServer();
    const url = await define(server, { ...MULTI, versions: ['v5', 'v6alpha1'] });
    for (const version of ['v5', 'v6alpha1']) expect(await published(server, MULTI.group, version, 'Foo')).toEqual(FOO);
    const patch = [{ op: 'replace', path: '/spec/versions/1/served', value: false }];
    await server.ok('PATCH', url, patch, { headers: JSON_PATCH });
    await server.lone.advance(1000);
    const now = await Promise.all(['v5', 'v6alpha1'].map((version) => published(server, MULTI.group, version, 'Foo')));
    expect(now).toEqual([FOO, undefined]);
    const { paths } = await server.ok<{ paths: object }>('GET', '/openapi/v3');
    expect(Object.keys(paths).filter((path) => path.includes(MULTI.group))).toEqual([`apis/${MULTI.group}/v5`]);
  });
});

describe(`${NAME} for kubectl`, () => {
  let cluster: WholeCluster;
  let count = 0;
  beforeAll(async () => {
    cluster = await wholeCluster();
  }, 60_000);
  afterAll(() => cluster.sandbox.close());

  /** A kind of its own with that schema, and words for what kubectl does with its objects. */
  async function defined(schema: object) {
    const name = `thing${(count += 1)}`;
    const group = `${name}.example.com`;
    await cluster.ok('POST', CRDS, definition({ name, group, schema, versions: ['v1'] }));
    await cluster.advance(1000);
    const kind = name[0]!.toUpperCase() + name.slice(1);
    const send = async (verb: string, fields: object): Promise<string> => {
      const object = JSON.stringify({ kind, apiVersion: `${group}/v1`, metadata: { name: 'test' }, ...fields });
      const { exitCode, stderr } = await cluster.result(`echo '${object}' | kubectl ${verb} -f -`);
      if (exitCode === 0) await cluster.run(`kubectl delete ${name}s test`);
      return exitCode === 0 ? 'accepted' : stderr;
    };
    return {
      kind,
      /** What create and what apply say. */
      both: async (fields: object): Promise<string[]> => [await send('create', fields), await send('apply', fields)],
      explain: (path = ''): Promise<string> => cluster.run(`kubectl explain ${name}s${path}`),
      result: (path: string) => cluster.result(`kubectl explain ${name}s${path}`),
      published: () => published(cluster, group, 'v1', kind),
    };
  }
  const ACCEPTED = ['accepted', 'accepted'];
  const BOTH = (pattern: RegExp): unknown[] => [expect.stringMatching(pattern), expect.stringMatching(pattern)];

  it(`${NAME} works for CRD with validation schema`, async () => {
    const { both, explain, result } = await defined(FOO);
    const bars = (bar: object): object => ({ spec: { bars: [bar] } });
    expect(await both(bars({ name: 'test-bar' }))).toEqual(ACCEPTED);
    expect(await both(bars({ name: 'test-bar', feeling: 'NonExistentValue' }))).toEqual(BOTH(/Unsupported value: "NonExistentValue"/));
    expect(await both({ spec: { foo: true } })).toEqual(BOTH(/unknown field "spec\.foo"/));
    expect(await both(bars({ age: '10' }))).toEqual(BOTH(/spec\.bars\[0\]\.name: Required value/));
    expect(await explain()).toMatch(
      /DESCRIPTION:.*Foo CRD for Testing.*FIELDS:.*apiVersion.*<string>.*APIVersion defines.*spec.*<Object>.*Specification of Foo/s,
    );
    expect(await explain('.metadata')).toMatch(
      /DESCRIPTION:.*Standard object's metadata.*FIELDS:.*creationTimestamp.*<string>.*CreationTimestamp is a timestamp/s,
    );
    expect(await explain('.spec')).toMatch(
      /DESCRIPTION:.*Specification of Foo.*FIELDS:.*bars.*<\[\]Object>.*List of Bars and their specs/s,
    );
    expect(await explain('.spec.bars')).toMatch(
      /(FIELD|RESOURCE):.*bars.*<\[\]Object>.*DESCRIPTION:.*List of Bars and their specs.*FIELDS:.*bazs.*<\[\]string>.*List of Bazs.*name.*<string>.*Name of Bar/s,
    );
    const missing = await result('.spec.bars2');
    expect([missing.exitCode, missing.stderr]).toEqual([1, expect.stringContaining('field "bars2" does not exist')]);
  });

  it(`${NAME} works for CRD without validation schema`, async () => {
    const { both, explain, published: now } = await defined({ type: 'object', ...PRESERVE });
    expect(await both({ a: { b: [{ c: 'd' }] } })).toEqual(ACCEPTED);
    expect(await explain()).toMatch(/DESCRIPTION:.*<empty>/s);
    expect(await now()).toEqual({ type: 'object' });
  });

  it(`${NAME} works for CRD preserving unknown fields at the schema root`, async () => {
    const properties = WALDO.properties;
    const description = 'preserve-unknown-properties at root for Testing';
    const { both, explain, kind, published: now } = await defined({ description, type: 'object', ...PRESERVE, properties });
    expect(await now()).toEqual({ type: 'object' });
    expect(await both({ a: { b: [{ c: 'd' }] } })).toEqual(ACCEPTED);
    expect(await explain()).toMatch(new RegExp(`KIND:\\s+${kind}\\n`));
  });

  it(`${NAME} works for CRD preserving unknown fields in an embedded object`, async () => {
    const description = 'preserve-unknown-properties in nested field for Testing';
    const spec = { ...WALDO.properties.spec, ...PRESERVE };
    const { both, explain } = await defined({ description, type: 'object', properties: { ...WALDO.properties, spec } });
    expect(await both({ spec: { a: null, b: [{ c: 'd' }] } })).toEqual(ACCEPTED);
    expect(await both({ a: 1 })).toEqual(BOTH(/unknown field "a"/));
    expect(await explain()).toMatch(/DESCRIPTION:.*preserve-unknown-properties in nested field for Testing/s);
  });
});
