/** Conformance tests of [sig-api-machinery] FieldValidation, by their names. Bodies are text, because what stands twice is lost in
 *  an object. */
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/base/bytes.ts';
import type { Method } from '../../src/api/transport.ts';
import type { Status } from '../../src/api/object.ts';
import { APPLY, MERGE, STRATEGIC, testServer } from '../apiserver/support.ts';
import type { TestServer } from '../apiserver/support.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const FOOS = '/apis/mygroup.example.com/v1beta1/namespaces/default/foos';

const deployment = (
  extra: string,
  metadata = '',
): string => `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"my-dep","labels":{"app":"nginx"}${metadata}},
  "spec":{${extra}"replicas":1,"selector":{"matchLabels":{"app":"nginx"}},
  "template":{"metadata":{"labels":{"app":"nginx"}},"spec":{"containers":[{"name":"nginx","image":"nginx:latest"}]}}}}`;

interface Sent {
  readonly status: number;
  readonly message: string;
  readonly warning: string;
}

async function send({ call }: TestServer, method: Method, url: string, text: string, type: string, fieldValidation: string): Promise<Sent> {
  const { status, body, headers } = await call(method, url, utf8(text), {
    headers: { 'content-type': type },
    query: { fieldValidation, ...(type === APPLY['content-type'] && { fieldManager: 'm' }) },
  });
  return { status, message: (body as Status).message ?? '', warning: headers['warning'] ?? '' };
}

const JSON_TYPE = 'application/json';

describe('[sig-api-machinery] FieldValidation', () => {
  it('[sig-api-machinery] FieldValidation should detect unknown and duplicate fields of a typed object', async () => {
    const server = await testServer();
    const bad = deployment('"unknown1":"x","unknownDupe":"a","unknownDupe":"b","paused":true,"paused":true,');
    const strict = await send(server, 'POST', DEPLOYMENTS, bad, JSON_TYPE, 'Strict');
    expect(strict).toMatchObject({
      status: 400,
      message: expect.stringContaining('strict decoding error: unknown field "spec.unknown1", unknown field "spec.unknownDupe"'),
    });
    expect(strict.message).toContain('duplicate field "spec.paused"');
    const warned = await send(server, 'POST', DEPLOYMENTS, bad, JSON_TYPE, 'Warn');
    expect([warned.status, warned.warning]).toEqual([201, expect.stringContaining('unknown field \\"spec.unknown1\\"')]);
    expect(await send(server, 'PUT', `${DEPLOYMENTS}/my-dep`, bad, JSON_TYPE, 'Ignore')).toEqual({ status: 200, message: '', warning: '' });

    const patch = '{"spec":{"unknown1":"x","paused":true,"paused":false}}';
    for (const type of [MERGE['content-type'], STRATEGIC['content-type']]) {
      const refused = await send(server, 'PATCH', `${DEPLOYMENTS}/my-dep`, patch, type, 'Strict');
      expect([refused.status, refused.message]).toEqual([422, expect.stringContaining('patch: Invalid value')]);
      for (const each of ['unknown field \\"spec.unknown1\\"', 'duplicate field \\"spec.paused\\"'])
        expect(refused.message.replaceAll('"', '\\"').replaceAll('\\\\', '\\')).toContain(each);
      expect((await send(server, 'PATCH', `${DEPLOYMENTS}/my-dep`, patch, type, 'Warn')).warning).toContain('duplicate field');
    }
    const yaml = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: my-dep\nspec:\n  paused: true\n  paused: false\n';
    const applied = await send(server, 'PATCH', `${DEPLOYMENTS}/my-dep`, yaml, APPLY['content-type'], 'Strict');
    expect([applied.status, applied.message]).toEqual([400, expect.stringContaining('key "paused" already set in map')]);
    const posted = await send(server, 'POST', DEPLOYMENTS, yaml, 'application/yaml', 'Strict');
    expect([posted.status, posted.message]).toEqual([400, expect.stringContaining('key "paused" already set in map')]);
  });

  it('[sig-api-machinery] FieldValidation should detect unknown metadata fields of a typed object', async () => {
    const server = await testServer();
    const bad = deployment('', ',"unknownMeta":"x"');
    expect(await send(server, 'POST', DEPLOYMENTS, bad, JSON_TYPE, 'Strict')).toMatchObject({
      status: 400,
      message: expect.stringContaining('unknown field "metadata.unknownMeta"'),
    });
    const applied = await send(server, 'PATCH', `${DEPLOYMENTS}/my-dep`, bad, APPLY['content-type'], 'Ignore');
    expect([applied.status, applied.message]).toEqual([
      500,
      'failed to create typed patch object (default/my-dep; apps/v1, Kind=Deployment): .metadata.unknownMeta: field not declared in schema',
    ]);
  });

  it('[sig-api-machinery] FieldValidation should create/apply a valid CR for CRD with validation schema', async () => {
    const server = await withFoos(FOO_SCHEMA);
    const foo =
      '{"apiVersion":"mygroup.example.com/v1beta1","kind":"Foo","metadata":{"name":"a"},"knownField1":"val1","ports":[{"name":"p","containerPort":8080,"hostPort":8081}]}';
    expect(await send(server, 'POST', FOOS, foo, JSON_TYPE, 'Strict')).toEqual({ status: 201, message: '', warning: '' });
    expect((await send(server, 'PATCH', `${FOOS}/a`, foo, APPLY['content-type'], 'Strict')).status).toBe(200);
  });

  it('[sig-api-machinery] FieldValidation should create/apply an invalid CR with extra properties for CRD with validation schema', async () => {
    const server = await withFoos(FOO_SCHEMA);
    const foo =
      '{"apiVersion":"mygroup.example.com/v1beta1","kind":"Foo","metadata":{"name":"a"},"knownField1":"val1","unknownField":"x","ports":[{"name":"p","unknownNested":1}]}';
    const strict = await send(server, 'POST', FOOS, foo, JSON_TYPE, 'Strict');
    expect([strict.status, strict.message]).toEqual([400, expect.stringContaining('strict decoding error')]);
    const applied = await send(server, 'PATCH', `${FOOS}/mytest`, fooYaml('', 'unknownField: unknown\n'), APPLY['content-type'], 'Strict');
    expect([applied.status, applied.message]).toEqual([500, expect.stringContaining('.unknownField: field not declared in schema')]);
    for (const path of ['ports[0].unknownNested', 'unknownField']) expect(strict.message).toContain(`unknown field "${path}"`);
  });

  it('[sig-api-machinery] FieldValidation should create/apply a CR with unknown fields for CRD with no validation schema', async () => {
    const server = await withFoos({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
    const foo = '{"apiVersion":"mygroup.example.com/v1beta1","kind":"Foo","metadata":{"name":"a"},"spec":{"whatever":[1,{"x":2}]}}';
    expect((await send(server, 'POST', FOOS, foo, JSON_TYPE, 'Strict')).status).toBe(201);
    expect((await send(server, 'PATCH', `${FOOS}/a`, foo, APPLY['content-type'], 'Strict')).status).toBe(200);
  });

  it('[sig-api-machinery] FieldValidation should detect duplicates in a CR when preserving unknown fields', async () => {
    const server = await withFoos({ ...FOO_SCHEMA, 'x-kubernetes-preserve-unknown-fields': true });
    const foo =
      '{"apiVersion":"mygroup.example.com/v1beta1","kind":"Foo","metadata":{"name":"a"},"unknownField":"ok","knownField1":"1","knownField1":"2"}';
    const strict = await send(server, 'POST', FOOS, foo, JSON_TYPE, 'Strict');
    expect([strict.status, strict.message]).toEqual([400, expect.stringContaining('duplicate field "knownField1"')]);
    expect(strict.message).not.toContain('unknownField');
    const twice = fooYaml('', 'knownField1: one\nunknownField: x\nknownField1: two\n');
    const applied = await send(server, 'PATCH', `${FOOS}/mytest`, twice, APPLY['content-type'], 'Strict');
    expect([applied.status, applied.message]).toEqual([400, expect.stringContaining('line 8: key "knownField1" already set in map')]);
  });

  it('[sig-api-machinery] FieldValidation should detect unknown metadata fields in both the root and embedded object of a CR', async () => {
    const embedded = {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } },
    };
    const server = await withFoos({ type: 'object', properties: { spec: { type: 'object', properties: { template: embedded } } } });
    const foo =
      '{"apiVersion":"mygroup.example.com/v1beta1","kind":"Foo","metadata":{"name":"a","unknownMeta":"x"},"spec":{"template":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","unknownSubMeta":"y"}}}}';
    const strict = await send(server, 'POST', FOOS, foo, JSON_TYPE, 'Strict');
    expect(strict.status).toBe(400);
    for (const path of ['metadata.unknownMeta', 'spec.template.metadata.unknownSubMeta'])
      expect(strict.message).toContain(`unknown field "${path}"`);
    expect(strict.message).not.toContain('spec.template.metadata.name');
    const template = 'spec:\n  template:\n    apiVersion: foo/v1\n    kind: Sub\n    metadata:\n      unknownSubMeta: x\n      name: sub\n';
    const applied = await send(server, 'PATCH', `${FOOS}/mytest`, fooYaml('  unknownMeta: x\n', template), APPLY['content-type'], 'Strict');
    for (const path of ['.metadata.unknownMeta', '.spec.template.metadata.unknownSubMeta'])
      expect(applied.message).toContain(`${path}: field not declared in schema`);
  });
});

const fooYaml = (metadata: string, fields: string): string => `
apiVersion: mygroup.example.com/v1beta1
kind: Foo
metadata:
  name: mytest
${metadata}${fields}`;

const FOO_SCHEMA = {
  type: 'object',
  properties: {
    knownField1: { type: 'string' },
    ports: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, containerPort: { type: 'integer' }, hostPort: { type: 'integer' } },
      },
    },
  },
};

async function withFoos(openAPIV3Schema: object): Promise<TestServer> {
  const server = await testServer();
  await server.ok('POST', CRDS, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'foos.mygroup.example.com' },
    spec: {
      group: 'mygroup.example.com',
      scope: 'Namespaced',
      names: { plural: 'foos', singular: 'foo', kind: 'Foo', listKind: 'FooList' },
      versions: [{ name: 'v1beta1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  });
  await server.lone.advance(10);
  return server;
}
