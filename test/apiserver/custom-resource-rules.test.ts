/** CEL rules of custom resources, schemas that are not structural, names that are taken: Kubernetes' texts. */
import { describe, expect, it } from 'vitest';
import type { CustomResourceDefinition } from '../../src/api/generated/types.ts';
import { MERGE, testServer } from './support.ts';
import type { TestServer } from './support.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const SHIRTS = '/apis/stable.example.com/v1/namespaces/default/shirts';

const definition = (schema: object, more: object = {}, names: object = {}): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${(names as { plural?: string }).plural ?? 'shirts'}.stable.example.com` },
  spec: {
    group: 'stable.example.com',
    scope: 'Namespaced',
    names: { plural: 'shirts', kind: 'Shirt', ...names },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...more }],
  },
});
const spec = (properties: object, more: object = {}): object => ({
  type: 'object',
  properties: { spec: { type: 'object', properties, ...more } },
});
const shirt = (value: object): object => ({ apiVersion: 'stable.example.com/v1', kind: 'Shirt', metadata: { name: 'a' }, spec: value });

async function withSchema(schema: object): Promise<TestServer> {
  const server = await testServer();
  await server.ok('POST', CRDS, definition(schema));
  await server.lone.advance(1);
  return server;
}
const INVALID = '422 Invalid: Shirt.stable.example.com "a" is invalid: ';

const sizes = spec(
  {
    min: { type: 'integer' },
    replicas: { type: 'integer' },
    max: { type: 'integer' },
    color: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'color is immutable' }] },
  },
  {
    'x-kubernetes-validations': [
      { rule: 'self.min <= self.replicas', message: 'replicas should be greater than or equal to min.' },
      {
        rule: 'self.replicas <= self.max',
        messageExpression: '"replicas " + string(self.replicas) + " above max " + string(self.max)',
        fieldPath: '.replicas',
        reason: 'FieldValueForbidden',
      },
      { rule: '!has(self.color) || self.color != "plaid"' },
    ],
  },
);

describe('rules', () => {
  it.each([
    [{ min: 5, replicas: 3, max: 9 }, 'spec: Invalid value: "object": replicas should be greater than or equal to min.'],
    [{ min: 1, replicas: 10, max: 9 }, 'spec.replicas: Forbidden: replicas 10 above max 9'],
    [
      { min: 1, replicas: 2, max: 9, color: 'plaid' },
      'spec: Invalid value: "object": failed rule: !has(self.color) || self.color != "plaid"',
    ],
    [
      { min: 1, max: 2 },
      '[spec: Invalid value: "object": no such key: replicas evaluating rule: replicas should be greater than or equal to min., spec: Invalid value: "object": no such key: replicas evaluating rule: self.replicas <= self.max]',
    ],
  ])('refuse %j', async (value, text) => {
    const { refused } = await withSchema(sizes);
    expect(await refused('POST', SHIRTS, shirt(value))).toBe(INVALID + text);
  });

  it('of transitions compare with what was', async () => {
    const { ok, refused } = await withSchema(sizes);
    await ok('POST', SHIRTS, shirt({ min: 1, replicas: 2, max: 3, color: 'blue' }));
    expect(await refused('PATCH', `${SHIRTS}/a`, { spec: { color: 'red' } }, { headers: MERGE })).toBe(
      `${INVALID}spec.color: Invalid value: "string": color is immutable`,
    );
    expect(await refused('PATCH', `${SHIRTS}/a`, { spec: { replicas: 3 } }, { headers: MERGE })).toBe('200');
  });

  it.each([
    ['self.minReplicas > 1', "compilation failed: ERROR: <input>:1:5: undefined field 'minReplicas'\n | self.minReplicas > 1\n | ....^"],
    ['self.replicas', 'cel expression must evaluate to bool'],
  ])('that do not compile: %s', async (rule, text) => {
    const { refused } = await testServer();
    const at = 'spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule';
    const shown = `apiextensions.ValidationRule{Rule:"${rule}", Message:"", MessageExpression:"", Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", OptionalOldSelf:(*bool)(nil)}`;
    expect(
      await refused('POST', CRDS, definition(spec({ replicas: { type: 'integer' } }, { 'x-kubernetes-validations': [{ rule }] }))),
    ).toBe(
      `422 Invalid: CustomResourceDefinition.apiextensions.k8s.io "shirts.stable.example.com" is invalid: ${at}: Invalid value: ${shown}: ${text}`,
    );
  });

  it('still hold after a restart', async () => {
    const first = await withSchema(sizes);
    first.server.stop();
    const second = await testServer({ etcd: first.etcd });
    expect(await second.refused('POST', SHIRTS, shirt({ min: 5, replicas: 3, max: 9 }))).toContain('greater than or equal to min');
  });
});

describe('schemas', () => {
  const all = spec(
    {
      mail: { type: 'string', format: 'email' },
      tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
      ports: {
        type: 'array',
        items: { type: 'object', required: ['port'], properties: { port: { type: 'integer' }, name: { type: 'string' } } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['port'],
      },
      labels: { type: 'object', additionalProperties: { type: 'string' }, minProperties: 1 },
      port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      a: { type: 'string' },
      b: { type: 'string' },
      size: { type: 'integer', multipleOf: 5, not: { enum: [10] } },
      free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'integer' } } },
      plain: { type: 'string', default: 'x' },
    },
    { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
  );
  it.each([
    [{ a: 'x', mail: 'nobody' }, 'spec.mail: Invalid value: "nobody": spec.mail in body must be of type email: "nobody"'],
    [{ a: 'x', tags: ['p', 'q', 'p'] }, 'spec.tags[2]: Duplicate value: "p"'],
    [{ a: 'x', ports: [{ port: 1 }, { port: 1, name: 'n' }] }, 'spec.ports[1]: Duplicate value: {"port":1}'],
    [{ a: 'x', labels: {} }, 'spec.labels: Invalid value: 0: spec.labels in body should have at least 1 properties'],
    [{ a: 'x', port: true }, 'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"'],
    [{}, '[<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found none valid, spec.a: Required value]'],
    [{ a: 'x', b: 'y' }, '<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
    [{ a: 'x', size: 10 }, '<nil>: Invalid value: "": "spec.size" must not validate the schema (not)'],
    [{ a: 'x', size: 7 }, 'spec.size: Invalid value: 7: spec.size in body should be a multiple of 5'],
    [
      { a: 'x', free: { known: 'no' } },
      'spec.free.known: Invalid value: "string": spec.free.known in body must be of type integer: "string"',
    ],
  ])('refuse %j', async (value, text) => {
    const { refused } = await withSchema(all);
    expect(await refused('POST', SHIRTS, shirt(value))).toBe(INVALID + text);
  });

  it('keep what is unknown where they say so, and drop a null that may not be', async () => {
    const { ok } = await withSchema(all);
    const made = await ok('POST', SHIRTS, shirt({ a: 'x', b: null, plain: null, free: { known: 1, more: { deep: true } } }));
    expect((made as { spec?: unknown }).spec).toEqual({ a: 'x', plain: 'x', free: { known: 1, more: { deep: true } } });
  });

  const root = 'spec.versions[0].schema.openAPIV3Schema';
  it.each<[object, string]>([
    [{ properties: {} }, `${root}.type: Required value: must not be empty at the root`],
    [
      { type: 'object', properties: { a: {} } },
      `${root}.properties[a].type: Required value: must not be empty for specified object fields`,
    ],
    [{ type: 'object', properties: { a: { type: 'array' } } }, `${root}.properties[a].items: Required value: must be specified`],
    [
      { type: 'object', properties: { a: { type: 'array', items: {} } } },
      `${root}.properties[a].items.type: Required value: must not be empty for specified array items`,
    ],
    [
      { type: 'object', properties: { a: { type: 'string', pattern: '(' } } },
      `${root}.properties[a].pattern: Invalid value: "(": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): \`(\``,
    ],
    [
      { type: 'object', properties: { a: { type: 'integer', default: 'x' } } },
      `${root}.properties[a].default: Invalid value: "string": ${root}.properties[a].default in body must be of type integer: "string"`,
    ],
    [
      { type: 'object', properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } } },
      `${root}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
    ],
    [
      { type: 'object', properties: { a: { type: 'string', anyOf: [{ type: 'string' }] } } },
      `${root}.properties[a].anyOf[0].type: Forbidden: must be empty to be structural`,
    ],
    [
      { type: 'object', properties: { a: { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } } } },
      `${root}.properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
    ],
  ])('that are not structural: %j', async (schema, text) => {
    const { refused } = await testServer();
    expect(await refused('POST', CRDS, definition(schema))).toBe(
      `422 Invalid: CustomResourceDefinition.apiextensions.k8s.io "shirts.stable.example.com" is invalid: ${text}`,
    );
  });
});

describe('names', () => {
  it('that are taken are not served', async () => {
    const { ok, refused, lone } = await withSchema(spec({}));
    await ok('POST', CRDS, definition(spec({}), {}, { plural: 'tops', singular: 'top', kind: 'Shirt' }));
    await lone.advance(1);
    const second = await ok<CustomResourceDefinition>('GET', `${CRDS}/tops.stable.example.com`);
    expect(second.status?.conditions?.map(({ type, status, reason, message }) => [type, status, reason, message])).toEqual([
      ['NamesAccepted', 'False', 'KindConflict', '"Shirt" is already in use'],
      ['Established', 'False', 'NotAccepted', 'not all names are accepted'],
    ]);
    expect(await refused('GET', '/apis/stable.example.com/v1/namespaces/default/tops')).toContain('404');
  });

  it('of Kubernetes need approval', async () => {
    const { refused } = await testServer();
    const mine = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'x.mine.k8s.io' },
      spec: { ...(definition(spec({})) as { spec: object }).spec, group: 'mine.k8s.io', names: { plural: 'x', kind: 'X' } },
    };
    expect(await refused('POST', CRDS, mine)).toContain(
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    );
  });
});
