/** Conformance tests of [sig-api-machinery] CustomResourceConversionWebhook, by their names, and what else conversion promises, over
 *  a whole cluster whose webhook a Pod serves. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeList, KubeObject } from '../../src/api/object.ts';
import { MERGE_PATCH } from '../../src/apiserver/patch/patch.ts';
import { clientConfig, clusterWith, CONVERSION_SERVER } from './webhooks.ts';
import type { WholeCluster } from './whole-cluster.ts';

const NAME = '[sig-api-machinery] CustomResourceConversionWebhook [Privileged:ClusterAdmin]';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const GROUP = 'stable.example.com';
const text = { type: 'string' };

type Thing = KubeObject & { readonly host?: string; readonly port?: string; readonly hostPort?: string };

let cluster: WholeCluster;
let count = 0;

function versions(stored: 'v1' | 'v2'): readonly object[] {
  const of = (name: string, properties: object): object => ({
    name,
    served: true,
    storage: name === stored,
    schema: { openAPIV3Schema: { type: 'object', properties } },
    selectableFields: Object.keys(properties).map((field) => ({ jsonPath: `.${field}` })),
  });
  return [of('v1', { hostPort: text }), of('v2', { host: text, port: text })];
}

/** A definition of two versions whose objects the webhook converts. */
async function fixture(webhook: object = clientConfig(CONVERSION_SERVER, '/crdconvert')) {
  const plural = `things${(count += 1)}`;
  const kind = `Thing${count}`;
  const crd = `${CRDS}/${plural}.${GROUP}`;
  const conversion = { strategy: 'Webhook', webhook: { clientConfig: webhook, conversionReviewVersions: ['v1', 'v1beta1'] } };
  await cluster.ok('POST', CRDS, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: versions('v1'),
      conversion,
    },
  });
  await cluster.advance(1000);
  return {
    plural,
    kind,
    crd,
    path: (version: string, name = ''): string => `/apis/${GROUP}/${version}/namespaces/default/${plural}${name === '' ? '' : `/${name}`}`,
    v1: (name: string, fields: object = { hostPort: 'localhost:8080' }): object => ({
      apiVersion: `${GROUP}/v1`,
      kind,
      metadata: { name },
      ...fields,
    }),
  };
}

const V2 = { apiVersion: `${GROUP}/v2`, host: 'localhost', port: '8080' };
const merge = { headers: { 'content-type': MERGE_PATCH } };
const storeV2 = (crd: string): Promise<KubeObject> => cluster.ok('PATCH', crd, { spec: { versions: versions('v2') } }, merge);

beforeAll(async () => {
  cluster = await clusterWith(CONVERSION_SERVER);
}, 60_000);
afterAll(() => cluster.sandbox.close());

describe(NAME, () => {
  it(`${NAME} should be able to convert from CR v1 to CR v2`, async () => {
    const { path, v1 } = await fixture();
    await cluster.ok('POST', path('v1'), v1('a'));
    const converted = await cluster.ok<Thing>('GET', path('v2', 'a'));
    expect(converted).toMatchObject(V2);
    expect(converted.hostPort).toBeUndefined();
  });

  it(`${NAME} should be able to convert a non homogeneous list of CRs`, async () => {
    const { path, v1, crd } = await fixture();
    await cluster.ok('POST', path('v1'), v1('a'));
    await storeV2(crd);
    await cluster.ok('POST', path('v1'), v1('b'));
    const stored = (await cluster.sandbox.snapshot()).kvs.filter(({ key }) => key.includes(`/registry/${GROUP}/`) && /\/[ab]$/.test(key));
    expect(stored.map(({ value }) => (value as KubeObject).apiVersion).slice(-2)).toEqual([`${GROUP}/v1`, `${GROUP}/v2`]);
    const list = await cluster.ok<KubeList<Thing>>('GET', path('v2'));
    expect(list.items).toMatchObject([V2, V2]);
    expect(list.apiVersion).toBe(`${GROUP}/v2`);
    const old = await cluster.ok<KubeList<Thing>>('GET', path('v1'));
    expect(old.items.map(({ apiVersion, hostPort, host }) => [apiVersion, hostPort, host])).toEqual(
      [0, 0].map(() => [`${GROUP}/v1`, 'localhost:8080', undefined]),
    );
    expect(await cluster.ok('GET', crd)).toMatchObject({ status: { storedVersions: ['v1', 'v2'] } });
  });
});

describe('[sig-api-machinery] CustomResourceFieldSelectors', () => {
  /** "ADDED a" for each event so far. */
  async function watched(path: string, fieldSelector: string): Promise<readonly string[]> {
    const query = [['watch', 'true'] as const, ['fieldSelector', fieldSelector] as const];
    const opening = cluster.sandbox.api.connect({ method: 'GET', path, query, headers: {} }, new AbortController().signal);
    const lines: string[] = [];
    await cluster.advance(100);
    const connection = await opening;
    const reading = async (): Promise<void> => {
      for await (const frame of connection.frames)
        if (frame.type === 'event') lines.push(`${frame.event.type} ${(frame.event.object as KubeObject).metadata?.name}`);
    };
    void reading();
    return lines;
  }

  it('[sig-api-machinery] CustomResourceFieldSelectors [Privileged:ClusterAdmin] CustomResourceFieldSelectors MUST list and watch custom resources matching the field selector', async () => {
    const { path, kind } = await fixture();
    const watches = [
      await watched(path('v2'), 'host=host1'),
      await watched(path('v2'), 'host=host1,port=80'),
      await watched(path('v1'), 'hostPort=host1:80'),
    ];
    const objects = [{ host: 'host1', port: '80' }, { host: 'host1', port: '8080' }, { host: 'host2' }];
    for (const [i, fields] of objects.entries())
      await cluster.ok('POST', path('v2'), { apiVersion: `${GROUP}/v2`, kind, metadata: { name: `cr${i}` }, ...fields } as KubeObject);
    const names = async (version: string, fieldSelector: string): Promise<unknown> =>
      (await cluster.ok<KubeList>('GET', path(version), undefined, { query: { fieldSelector } })).items.map(
        ({ metadata }) => metadata?.name,
      );
    expect(await names('v2', 'host=host1')).toEqual(['cr0', 'cr1']);
    expect(await names('v2', 'host=host1,port=80')).toEqual(['cr0']);
    expect(await names('v1', 'hostPort=host1:80')).toEqual(['cr0']);
    expect(await names('v1', 'hostPort=host1:8080')).toEqual(['cr1']);
    await cluster.advance(1000);
    expect(watches).toEqual([['ADDED cr0', 'ADDED cr1'], ['ADDED cr0'], ['ADDED cr0']]);
    await cluster.ok('DELETE', path('v2'), undefined, { query: { fieldSelector: 'host=host1,port=80' } });
    await cluster.ok('PATCH', path('v2', 'cr1'), { host: 'host2' }, merge);
    expect(await names('v2', 'host=host1')).toEqual([]);
    await cluster.advance(1000);
    expect(watches).toEqual([
      ['ADDED cr0', 'ADDED cr1', 'DELETED cr0', 'DELETED cr1'],
      ['ADDED cr0', 'DELETED cr0'],
      ['ADDED cr0', 'DELETED cr0'],
    ]);
    const refused = await cluster.refused('GET', path('v1'), undefined, { query: { fieldSelector: 'host=host1' } });
    expect(refused).toBe('400 BadRequest: field label not supported: host');
  });
});

describe('conversion', () => {
  it('happens on the way of every write', async () => {
    const { path, v1, kind } = await fixture();
    await cluster.ok('POST', path('v2'), { ...V2, kind, metadata: { name: 'a', finalizers: ['example.com/wait'] } });
    expect(await cluster.ok<Thing>('GET', path('v1', 'a'))).toMatchObject({ hostPort: 'localhost:8080' });
    expect(await cluster.ok('PATCH', path('v2', 'a'), { port: '9090' }, merge)).toMatchObject({ ...V2, port: '9090' });
    const before = await cluster.ok<Thing>('GET', path('v1', 'a'));
    expect(before.hostPort).toBe('localhost:9090');
    expect((await cluster.ok('PATCH', path('v2', 'a'), { port: '9090' }, merge)).metadata?.resourceVersion).toBe(
      before.metadata?.resourceVersion,
    );
    expect(await cluster.ok('PUT', path('v1', 'a'), { ...before, hostPort: 'elsewhere:1' })).toMatchObject({ hostPort: 'elsewhere:1' });
    expect(await cluster.ok('DELETE', path('v2', 'a'))).toMatchObject({
      host: 'elsewhere',
      port: '1',
      metadata: { deletionTimestamp: expect.any(String) },
    });
    await cluster.ok('PATCH', path('v2', 'a'), { metadata: { finalizers: null } }, merge);
    expect(await cluster.refused('GET', path('v2', 'a'))).toContain('404 NotFound');
    expect(await cluster.refused('POST', path('v1'), v1('b', { hostPort: 'x' }))).toBe('201');
  });

  it('is told to watchers in order', async () => {
    const { path, v1, plural } = await fixture();
    await cluster.ok('POST', path('v1'), v1('a'));
    await cluster.run(
      `kubectl get ${plural}.v2.${GROUP} -w -o jsonpath='{.metadata.name} {.apiVersion} {.host}{"\\n"}' > seen 2> errors &`,
    );
    await cluster.advance(1000);
    await cluster.ok('POST', path('v1'), v1('b'));
    await cluster.ok('PATCH', path('v1', 'b'), { hostPort: 'other:1' }, merge);
    await cluster.ok('DELETE', path('v1', 'b'));
    await cluster.advance(1000);
    const { stdout } = await cluster.result('cat seen errors');
    expect(stdout.trim().split('\n')).toEqual([
      `a ${V2.apiVersion} localhost`,
      `b ${V2.apiVersion} localhost`,
      `b ${V2.apiVersion} other`,
      `b ${V2.apiVersion} other`,
    ]);
  });

  it('says whose fault it is', async () => {
    const { path, v1, crd, kind, plural } = await fixture();
    const about = `500 undefined: conversion webhook for ${GROUP}/v1, Kind=${kind}`;
    await cluster.ok('POST', path('v1'), v1('bad', { hostPort: 'no-port' }));
    expect(await cluster.refused('GET', path('v2', 'bad'))).toBe(`${about} failed: invalid hostPort value \`no-port\``);
    expect(await cluster.refused('GET', path('v2'))).toBe(`${about} failed: invalid hostPort value \`no-port\``);
    expect((await cluster.result(`kubectl get ${plural}.v2.${GROUP} bad`)).stderr).toBe(
      `Error from server: conversion webhook for ${GROUP}/v1, Kind=${kind} failed: invalid hostPort value \`no-port\`\n`,
    );
    const service = { namespace: 'default', name: 'nobody' };
    await cluster.ok(
      'PATCH',
      crd,
      { spec: { conversion: { webhook: { clientConfig: { service: { ...service, path: '/x', port: 443 }, caBundle: null } } } } },
      merge,
    );
    expect(await cluster.refused('GET', path('v2', 'bad'))).toBe(
      `${about} failed: Post "https://nobody.default.svc:443/x?timeout=30s": service "nobody" not found`,
    );
    // Deletion does not need the webhook.
    await cluster.ok('DELETE', crd);
    await cluster.advance(3000);
    expect(await cluster.refused('GET', crd)).toContain('404 NotFound');
  });

  it('needs a certificate that is trusted', async () => {
    const { path, v1, kind } = await fixture(clientConfig(CONVERSION_SERVER, '/crdconvert', false));
    await cluster.ok('POST', path('v1'), v1('a'));
    expect(await cluster.refused('GET', path('v2', 'a'))).toBe(
      `500 undefined: conversion webhook for ${GROUP}/v1, Kind=${kind} failed: Post "https://e2e-test-crd-conversion-webhook.webhook.svc:9443/crdconvert?timeout=30s": ` +
        'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    );
  });
});
