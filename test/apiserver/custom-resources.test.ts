import { describe, expect, it } from 'vitest';
import type { CustomResourceDefinition } from '../../src/api/generated/types.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { compileSimplePath } from '../../src/api/simple-path.ts';
import { compareVersions } from '../../src/apiserver/custom-resources.ts';
import { MERGE, testServer } from './support.ts';
import type { TestServer } from './support.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const CRONTABS = '/apis/stable.example.com/v1/namespaces/default/crontabs';

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object', required: ['cronSpec'],
      properties: {
        cronSpec: { type: 'string', pattern: '^(\\S+ ){4}\\S+$' }, image: { type: 'string', enum: ['a', 'b'] }, replicas: { type: 'integer', minimum: 1, maximum: 10, default: 1 },
        tags: { type: 'array', items: { type: 'string' }, maxItems: 2 },
      },
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' }, conditions: { type: 'array', items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } } },
  },
};

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'crontabs.stable.example.com' },
  spec: {
    group: 'stable.example.com', scope: 'Namespaced', names: { plural: 'crontabs', singular: 'crontab', kind: 'CronTab', shortNames: ['ct'] },
    versions: [{
      name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
      additionalPrinterColumns: [{ name: 'Spec', type: 'string', jsonPath: '.spec.cronSpec' }, { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' }],
    }],
  },
};

const cronTab = (spec: object): object => ({ apiVersion: 'stable.example.com/v1', kind: 'CronTab', metadata: { name: 'a' }, spec });

async function withCronTabs(): Promise<TestServer> {
  const server = await testServer();
  await server.ok('POST', CRDS, definition);
  await server.lone.advance(1);
  return server;
}

describe('custom resources', () => {
  it('are served at once and established', async () => {
    const { ok, refused, lone } = await testServer();
    expect(await refused('GET', CRONTABS)).toBe('404 NotFound: the server could not find the requested resource');
    await ok('POST', CRDS, definition);
    expect(await ok('GET', CRONTABS)).toMatchObject({ kind: 'CronTabList', apiVersion: 'stable.example.com/v1', items: [] });
    await lone.advance(1);
    const made = await ok<CustomResourceDefinition>('GET', `${CRDS}/crontabs.stable.example.com`);
    expect(made.status?.conditions?.map(({ type, status, reason }) => [type, status, reason]))
      .toEqual([['NamesAccepted', 'True', 'NoConflicts'], ['Established', 'True', 'InitialNamesAccepted']]);
    const groups = await ok<{ groups: { name: string }[] }>('GET', '/apis');
    expect(groups.groups.map(({ name }) => name)).toContain('stable.example.com');
    expect(JSON.stringify(await ok('GET', '/openapi/v3/apis/stable.example.com/v1'))).toContain('"com.example.stable.v1.CronTab"');
  });

  /** A12 41. */
  it.each([
    [{ cronSpec: '* * * * *', replicas: 'x' }, 'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"'],
    [{ replicas: 2 }, 'spec.cronSpec: Required value'],
    [{ cronSpec: '* * * * *', replicas: 11 }, 'spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10'],
    [{ cronSpec: 'x' }, "spec.cronSpec: Invalid value: \"x\": spec.cronSpec in body should match '^(\\S+ ){4}\\S+$'"],
    [{ cronSpec: '* * * * *', image: 'c' }, 'spec.image: Unsupported value: "c": supported values: "a", "b"'],
    [{ cronSpec: '* * * * *', tags: ['a', 'b', 'c'] }, 'spec.tags: Too many: 3: must have at most 2 items'],
  ])('refuse %j', async (spec, text) => {
    const { refused } = await withCronTabs();
    expect(await refused('POST', CRONTABS, cronTab(spec))).toBe(`422 Invalid: CronTab.stable.example.com "a" is invalid: ${text}`);
  });

  it('are defaulted, pruned, and have status and scale', async () => {
    const { ok, call, refused } = await withCronTabs();
    const response = await call('POST', CRONTABS, { ...cronTab({ cronSpec: '* * * * *', other: 1 }), status: { replicas: 5 } });
    expect(response.headers['warning']).toBe('299 - "unknown field \\"spec.other\\""');
    expect(response.body).toMatchObject({ spec: { cronSpec: '* * * * *', replicas: 1 }, metadata: { generation: 1 } });
    expect((response.body as { status?: unknown }).status).toBeUndefined();
    await ok('PATCH', `${CRONTABS}/a/status`, { status: { replicas: 1, conditions: [{ type: 'Any', more: { deep: 1 } }] } }, { headers: MERGE });
    expect(await ok('PATCH', `${CRONTABS}/a/scale`, { spec: { replicas: 3 } }, { headers: MERGE })).toMatchObject({ spec: { replicas: 3 }, status: { replicas: 1 } });
    expect(await ok('GET', `${CRONTABS}/a`)).toMatchObject({ spec: { replicas: 3 }, status: { conditions: [{ more: { deep: 1 } }] }, metadata: { generation: 2 } });
    expect(await refused('PATCH', `${CRONTABS}/a`, {}, { headers: { 'content-type': 'application/strategic-merge-patch+json' } })).toContain('415');
    const table = await ok<{ columnDefinitions: { name: string }[]; rows: { cells: unknown[] }[] }>('GET', CRONTABS, undefined, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } });
    expect([table.columnDefinitions.map(({ name }) => name), table.rows[0]?.cells]).toEqual([['Name', 'Spec', 'Replicas'], ['a', '* * * * *', 3]]);
  });

  it('are scaled where their definition says', async () => {
    const { ok, refused } = await testServer();
    const scale = { specReplicasPath: '.spec.pool.size', statusReplicasPath: '.status.pool.now', labelSelectorPath: '.status.labels' };
    const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    await ok('POST', CRDS, {
      ...definition, spec: { ...definition.spec, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } }, subresources: { status: {}, scale } }] },
    });
    await ok('POST', CRONTABS, cronTab({ replicas: 9 }));
    expect(await refused('GET', `${CRONTABS}/a/scale`)).toBe('500 InternalError: Internal error occurred: the spec replicas field ".spec.pool.size" does not exist');
    expect(await ok('PATCH', `${CRONTABS}/a/scale`, { spec: { replicas: 3 } }, { headers: MERGE })).toMatchObject({ spec: { replicas: 3 }, status: { replicas: 0 } });
    await ok('PATCH', `${CRONTABS}/a/status`, { status: { pool: { now: 2 }, labels: 'app=a' } }, { headers: MERGE });
    expect(await ok('GET', `${CRONTABS}/a/scale`)).toMatchObject({ kind: 'Scale', spec: { replicas: 3 }, status: { replicas: 2, selector: 'app=a' } });
    expect(await ok('GET', `${CRONTABS}/a`)).toMatchObject({ spec: { replicas: 9, pool: { size: 3 } } });
  });

  it('have a definition that can be written again, with its finalizer', async () => {
    const { ok } = await withCronTabs();
    const made = await ok<CustomResourceDefinition>('GET', `${CRDS}/crontabs.stable.example.com`);
    expect(made.metadata?.finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io']);
    await ok('PUT', `${CRDS}/crontabs.stable.example.com`, { ...made, metadata: { ...made.metadata, labels: { a: 'b' } } });
    await ok('POST', CRONTABS, { ...cronTab({ cronSpec: '* * * * *' }), metadata: { name: 'a', finalizers: ['plain.example.com'] } });
  });

  it('go with their definition', async () => {
    const { ok, refused, lone, etcd } = await withCronTabs();
    await ok('POST', CRONTABS, cronTab({ cronSpec: '* * * * *' }));
    await ok('DELETE', `${CRDS}/crontabs.stable.example.com`);
    await lone.advance(1);
    expect(await refused('GET', CRONTABS)).toContain('404');
    expect(etcd.range('/registry/stable.example.com/').count).toBe(0);
    expect(await refused('GET', `${CRDS}/crontabs.stable.example.com`)).toContain('404');
  });

  it('are there again after a restart', async () => {
    const first = await withCronTabs();
    await first.ok('POST', CRONTABS, cronTab({ cronSpec: '* * * * *' }));
    first.server.stop();
    const second = await testServer({ etcd: first.etcd });
    expect((await second.ok<{ items: KubeObject[] }>('GET', CRONTABS)).items.length).toBe(1);
  });
});

describe('simple paths and versions', () => {
  const object = { spec: { a: 1, 'b-c': 'x' }, status: { conditions: [{ type: 'Ready', status: 'True' }, { type: 'Other', status: 'False' }] } };
  it.each([
    ['.spec.a', [1]], ['spec.b-c', ['x']], ['{.spec.a}', [1]], ['.status.conditions[?(@.type=="Ready")].status', ['True']], ["$.spec['b-c']", ['x']],
    ['.status.conditions[1].type', ['Other']], ['.status.conditions[*].type', ['Ready', 'Other']], ['.none.deep', []], ['.spec[', []], ['.status.conditions[-1].type', ['Other']],
  ])('%s', (path, found) => expect(compileSimplePath(path)(object)).toEqual(found));

  it('order versions', () => {
    expect(['v1beta1', 'v2', 'foo', 'v10', 'v1', 'v2alpha1', 'v11alpha2'].sort(compareVersions)).toEqual(['v10', 'v2', 'v1', 'v1beta1', 'v11alpha2', 'v2alpha1', 'foo']);
  });
});
