import { describe, expect, it } from 'vitest';
import type { ApiResponse } from '../../src/api/transport.ts';
import { CONFIG_MAPS, configMap, testServer } from './support.ts';

const aggregated = (version: string): string => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
interface Discovered { readonly kind: string; readonly apiVersion: string; readonly items: readonly { metadata: { name?: string }; versions: { version: string; resources: DiscoveredResource[] }[] }[] }
interface DiscoveredResource { resource: string; responseKind: { kind: string }; scope: string; verbs: string[]; shortNames?: string[]; subresources?: { subresource: string; responseKind: object }[] }

describe('discovery', () => {
  /** A2, I2: the client's offer, our choice. */
  it.each([
    [`${aggregated('v2')},${aggregated('v2beta1')},application/json`, aggregated('v2')], [`${aggregated('v2beta1')},application/json`, aggregated('v2beta1')],
    ['application/json', 'application/json'], ['*/*', 'application/json'],
  ])('answers %s', async (accept, type) => {
    const { call } = await testServer();
    expect((await call('GET', '/apis', undefined, { headers: { accept } })).headers['content-type']).toBe(type);
  });

  it('lists the groups of 1.33 in order, and every kind with its subresources', async () => {
    const { ok, call } = await testServer();
    const headers = { accept: aggregated('v2') };
    const { items } = await ok<Discovered>('GET', '/apis', undefined, { headers });
    expect(items.map((item) => `${item.metadata.name}/${item.versions.map(({ version }) => version).join('+')}`)).toEqual([
      'apiregistration.k8s.io/v1', 'apps/v1', 'events.k8s.io/v1', 'authentication.k8s.io/v1', 'authorization.k8s.io/v1', 'autoscaling/v2+v1', 'batch/v1',
      'certificates.k8s.io/v1', 'networking.k8s.io/v1', 'policy/v1', 'rbac.authorization.k8s.io/v1', 'storage.k8s.io/v1', 'admissionregistration.k8s.io/v1',
      'apiextensions.k8s.io/v1', 'scheduling.k8s.io/v1', 'coordination.k8s.io/v1', 'node.k8s.io/v1', 'discovery.k8s.io/v1', 'flowcontrol.apiserver.k8s.io/v1',
    ]);
    const core = await ok<Discovered>('GET', '/api', undefined, { headers });
    const pods = core.items[0]?.versions[0]?.resources.find(({ resource }) => resource === 'pods');
    expect(pods).toMatchObject({ responseKind: { kind: 'Pod' }, scope: 'Namespaced', shortNames: ['po'] });
    expect(pods?.subresources?.map(({ subresource }) => subresource))
      .toEqual(['attach', 'binding', 'ephemeralcontainers', 'eviction', 'exec', 'log', 'portforward', 'proxy', 'resize', 'status']);
    const legacy = await ok<{ resources: { name: string; group?: string; kind: string }[] }>('GET', '/apis/apps/v1');
    expect(legacy.resources.find(({ name }) => name === 'deployments/scale')).toMatchObject({ group: 'autoscaling', version: 'v1', kind: 'Scale' });
    expect(await ok('GET', '/api')).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    const first = await call('GET', '/apis');
    expect((await call('GET', '/apis', undefined, { headers: { 'if-none-match': first.headers['etag'] ?? '' } })).status).toBe(304);
  });
});

describe('OpenAPI', () => {
  it('says that the server validates fields, and describes kinds', async () => {
    const { ok } = await testServer();
    const { paths } = await ok<{ paths: Record<string, { serverRelativeURL: string }> }>('GET', '/openapi/v3');
    expect(paths['apis/apps/v1']?.serverRelativeURL).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{64}$/);
    const document = await ok<{ paths: Record<string, Record<string, { parameters: { name: string }[] }>>; components: { schemas: Record<string, Record<string, unknown>> } }>('GET', '/openapi/v3/apis/apps/v1');
    const patch = document.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']?.['patch'];
    expect(patch).toMatchObject({ 'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'Deployment' } });
    expect(patch?.parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(['fieldValidation', 'dryRun']));
    const schemas = document.components.schemas;
    expect(schemas['io.k8s.api.apps.v1.Deployment']).toMatchObject({
      description: 'Deployment enables declarative updates for Pods and ReplicaSets.', 'x-kubernetes-group-version-kind': [{ group: 'apps', kind: 'Deployment', version: 'v1' }],
    });
    const spec = schemas['io.k8s.api.core.v1.PodSpec'] as { required: string[]; properties: Record<string, Record<string, unknown>> };
    expect(spec.required).toEqual(['containers']);
    expect(spec.properties['containers']).toMatchObject({ 'x-kubernetes-patch-merge-key': 'name', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] });
    expect(spec.properties['restartPolicy']).toMatchObject({ enum: ['Always', 'Never', 'OnFailure'] });
    for (const match of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) expect(schemas[match[1] as string], match[1]).toBeDefined();
  });
});

describe('other paths', () => {
  it.each([
    ['/healthz', 200, 'ok'], ['/livez', 200, 'ok'], ['/readyz', 200, 'ok'], ['/readyz/etcd', 200, 'ok'], ['/nowhere', 404, '404 page not found\n'], ['/healthz/none', 404, '404 page not found\n'],
  ])('%s', async (path, status, body) => {
    const { call } = await testServer();
    const response: ApiResponse = await call('GET', path);
    expect([response.status, response.body]).toEqual([status, body]);
  });

  it('says its version and its health at length', async () => {
    const { ok, call } = await testServer({ version: 'v1.33.1' });
    expect(await ok('GET', '/version')).toMatchObject({ major: '1', minor: '33', gitVersion: 'v1.33.1', emulationMinor: '33', minCompatibilityMinor: '32' });
    const verbose = String((await call('GET', '/readyz', undefined, { query: { verbose: '' } })).body);
    expect(verbose.startsWith('[+]ping ok\n[+]log ok\n[+]etcd ok\n')).toBe(true);
    expect(verbose.endsWith('readyz check passed\n')).toBe(true);
  });
});

describe('who asks', () => {
  const jane = { name: 'jane', groups: ['system:authenticated'] };

  /** A10. */
  it.each([
    ['GET', '/api/v1/namespaces/default/pods', 'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"'],
    ['GET', '/api/v1/namespaces/default/pods/x', 'pods "x" is forbidden: User "jane" cannot get resource "pods" in API group "" in the namespace "default"'],
    ['GET', '/api/v1/namespaces/default/pods/x/log', 'pods "x" is forbidden: User "jane" cannot get resource "pods/log" in API group "" in the namespace "default"'],
    ['GET', '/api/v1/nodes', 'nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope'],
    ['GET', '/metrics', 'forbidden: User "jane" cannot get path "/metrics"'],
  ] as const)('%s %s', async (method, path, message) => {
    const { refused } = await testServer();
    expect(await refused(method, path, undefined, { user: jane })).toBe(`403 Forbidden: ${message}`);
  });

  it('knows tokens of service accounts, and takes nobody for another', async () => {
    const { ok, refused } = await testServer();
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    await ok('POST', accounts, { metadata: { name: 'robot' } });
    const request = await ok<{ status: { token: string; expirationTimestamp: string } }>('POST', `${accounts}/robot/token`, {
      apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 },
    });
    expect(request.status.expirationTimestamp).toBe('2026-01-01T00:10:00Z');
    const headers = { authorization: `Bearer ${request.status.token}` };
    expect(await refused('GET', CONFIG_MAPS, undefined, { headers })).toContain('User "system:serviceaccount:default:robot" cannot list resource "configmaps"');
    expect(await refused('GET', CONFIG_MAPS, undefined, { headers: { authorization: 'Bearer x.y.z' } })).toBe('401 Unauthorized: Unauthorized');
    expect(await refused('GET', CONFIG_MAPS, undefined, { user: jane, headers: { 'impersonate-user': 'admin' } }))
      .toContain('users "admin" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope');
    expect(await refused('GET', CONFIG_MAPS, undefined, { headers: { 'impersonate-user': 'jane' } })).toContain('User "jane" cannot list');
    await ok('DELETE', `${accounts}/robot`);
    expect(await refused('GET', CONFIG_MAPS, undefined, { headers })).toBe('401 Unauthorized: Unauthorized');
  });

  it('starts again over the same store', async () => {
    const first = await testServer();
    await first.ok('POST', CONFIG_MAPS, configMap('a'));
    const before = first.etcd.revision;
    first.server.stop();
    const second = await testServer({ etcd: first.etcd });
    expect(second.etcd.revision).toBe(before);
    expect((await second.ok('GET', `${CONFIG_MAPS}/a`)).metadata?.name).toBe('a');
  });
});

describe('OpenAPI v2', () => {
  /** A3: what clients before kubectl 1.29 check manifests against. */
  it('says in one document what the documents of version 3 say', async () => {
    const { ok } = await testServer();
    const { swagger, definitions, paths } = await ok<{ swagger: string; definitions: Record<string, Record<string, unknown>>; paths: Record<string, Record<string, object>> }>('GET', '/openapi/v2');
    expect([swagger, paths['/api/v1/namespaces/{namespace}/pods']?.['post']]).toMatchObject(['2.0', { 'x-kubernetes-action': 'post' }]);
    const text = JSON.stringify(definitions);
    expect([text.includes('#/components'), text.includes('"allOf":['), text.includes('"oneOf":[')]).toEqual([false, false, false]);
    for (const [, name = ''] of text.matchAll(/#\/definitions\/([^"]+)/g)) expect(definitions[name], name).toBeDefined();
    expect(definitions['io.k8s.api.core.v1.ServiceSpec']?.['properties']).toMatchObject({ ports: { 'x-kubernetes-patch-merge-key': 'port' } });
  });
});
