/** Conformance tests of [sig-network] that need the server and the controllers, by their names. */
import { describe, expect, it } from 'vitest';
import type { Endpoints, EndpointSlice, Service } from '../../src/api/generated/types.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { MERGE, STRATEGIC, testServer } from '../apiserver/support.ts';
import { controlledCluster, eventually } from './clusters.ts';

const SERVICES = '/api/v1/namespaces/default/services';
const ENDPOINTS = '/api/v1/namespaces/default/endpoints';
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';

interface List<T> {
  readonly items: readonly T[];
}

const names = ({ items }: List<KubeObject>): unknown[] => items.map(({ metadata }) => metadata?.name);

describe('[sig-network] EndpointSlice', () => {
  it('[sig-network] EndpointSlice should have Endpoints and EndpointSlices pointing to API Server', async () => {
    const { ok } = await controlledCluster();
    const { spec } = await ok<Service>('GET', `${SERVICES}/kubernetes`);
    const { subsets = [] } = await ok<Endpoints>('GET', `${ENDPOINTS}/kubernetes`);
    expect(subsets).toHaveLength(1);
    expect(subsets[0]?.addresses?.length).toBeGreaterThan(0);
    expect(subsets[0]?.ports?.map(({ name }) => name)).toEqual(spec?.ports?.map(({ name }) => name));
    const query = { query: { labelSelector: 'kubernetes.io/service-name=kubernetes' } };
    const { items } = await ok<List<EndpointSlice>>('GET', SLICES, undefined, query);
    expect(items).toHaveLength(1);
    expect(items[0]?.endpoints.flatMap(({ addresses }) => addresses)).toEqual(subsets[0]?.addresses?.map(({ ip }) => ip));
    expect(items[0]?.ports?.map(({ port }) => port)).toEqual(subsets[0]?.ports?.map(({ port }) => port));
  });
});

describe('[sig-network] EndpointSliceMirroring', () => {
  it('[sig-network] EndpointSliceMirroring should mirror a custom Endpoints resource through create update and delete', async () => {
    const cluster = await controlledCluster();
    const { ok } = cluster;
    const ports = [{ name: 'example', port: 80, protocol: 'TCP' }];
    await ok('POST', SERVICES, { metadata: { name: 'custom' }, spec: { ports } } as KubeObject);
    const listed = async (): Promise<readonly EndpointSlice[]> =>
      (await ok<List<EndpointSlice>>('GET', SLICES, undefined, { query: { labelSelector: 'kubernetes.io/service-name=custom' } })).items;
    await cluster.advance(1000);
    expect(await listed()).toEqual([]);
    const subsets = [{ addresses: [{ ip: '10.1.2.3' }], ports }];
    const made = await ok<Endpoints>('POST', ENDPOINTS, { metadata: { name: 'custom', labels: { mine: 'yes' } }, subsets } as KubeObject);
    await eventually(cluster, async () => (await listed()).length === 1);
    await cluster.advance(5000);
    const mirrored = await listed();
    expect(mirrored).toHaveLength(1);
    expect(mirrored[0]).toMatchObject({
      metadata: {
        name: expect.stringMatching(/^custom-/) as unknown,
        labels: {
          'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
          'kubernetes.io/service-name': 'custom',
          mine: 'yes',
        },
        ownerReferences: [{ kind: 'Endpoints', name: 'custom', uid: made.metadata?.uid, controller: true }],
      },
      addressType: 'IPv4',
      ports: [{ name: 'example', port: 80, protocol: 'TCP' }],
    });
    expect(mirrored[0]?.endpoints).toEqual([{ addresses: ['10.1.2.3'], conditions: { ready: true } }]);
    const changed = [{ addresses: [{ ip: '10.2.3.4' }, { ip: 'fd00::1' }], notReadyAddresses: [{ ip: '10.2.3.5' }], ports }];
    await ok('PUT', `${ENDPOINTS}/custom`, { ...made, metadata: { name: 'custom' }, subsets: changed });
    const families = async (): Promise<unknown[]> =>
      (await listed())
        .map(({ addressType, endpoints }) => [
          addressType,
          ...endpoints.map(({ addresses, conditions }) => `${addresses[0]} ${conditions?.ready}`),
        ])
        .sort();
    await eventually(cluster, async () => (await listed()).length === 2);
    expect(await families()).toEqual([
      ['IPv4', '10.2.3.4 true', '10.2.3.5 false'],
      ['IPv6', 'fd00::1 true'],
    ]);
    await ok('DELETE', `${ENDPOINTS}/custom`);
    await eventually(cluster, async () => (await listed()).length === 0);
  });
});

describe('[sig-network] Services', () => {
  const service = (name: string, labels: object = {}): object => ({
    metadata: { name, labels },
    spec: { type: 'ClusterIP', ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 80 }] },
  });

  it('[sig-network] Services should complete a service status lifecycle', async () => {
    const { ok, watch, lone } = await testServer();
    const seen = await watch(SERVICES, { labelSelector: 'test-service-static=true' });
    const labels = { 'test-service-static': 'true' };
    await ok('POST', SERVICES, { ...service('status', labels), spec: { type: 'LoadBalancer', ports: [{ name: 'http', port: 80 }] } });
    expect((await ok<Service>('GET', `${SERVICES}/status/status`)).status).toEqual({ loadBalancer: {} });
    const loadBalancer = { ingress: [{ ip: '203.0.113.1', ipMode: 'VIP' }] };
    const patched = await ok<Service>(
      'PATCH',
      `${SERVICES}/status/status`,
      { metadata: { annotations: { patchedstatus: 'true' } }, status: { loadBalancer } },
      { headers: MERGE },
    );
    expect([patched.status?.loadBalancer, patched.metadata?.annotations]).toEqual([loadBalancer, { patchedstatus: 'true' }]);
    const condition = {
      type: 'StatusUpdate',
      status: 'True',
      reason: 'E2E',
      message: 'Set from e2e test',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    await ok('PUT', `${SERVICES}/status/status`, { ...patched, status: { ...patched.status, conditions: [condition] } });
    expect((await ok<Service>('GET', `${SERVICES}/status`)).status).toEqual({ loadBalancer, conditions: [condition] });
    await ok(
      'PATCH',
      `${SERVICES}/status`,
      { metadata: { labels: { 'test-service': 'patched' } }, status: { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } } },
      { headers: STRATEGIC },
    );
    const after = await ok<Service>('GET', `${SERVICES}/status`);
    expect([after.metadata?.labels, after.status?.loadBalancer]).toEqual([{ ...labels, 'test-service': 'patched' }, loadBalancer]);
    await ok('DELETE', `${SERVICES}/status`);
    await lone.advance(1);
    expect(seen.events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'MODIFIED', 'MODIFIED', 'DELETED']);
  });

  it('[sig-network] Services should delete a collection of services', async () => {
    const { ok } = await testServer();
    await ok('POST', SERVICES, service('kept'));
    for (const name of ['collected-1', 'collected-2']) await ok('POST', SERVICES, service(name, { e2e: 'collected' }));
    const selected = { query: { labelSelector: 'e2e=collected' } };
    expect(names(await ok('GET', SERVICES, undefined, selected))).toEqual(['collected-1', 'collected-2']);
    await ok('DELETE', SERVICES, undefined, selected);
    expect(names(await ok('GET', SERVICES))).toEqual(['kept', 'kubernetes']);
  });

  it('[sig-network] Services should find a service from listing all namespaces', async () => {
    const { ok } = await testServer();
    const { items } = await ok<List<Service>>('GET', '/api/v1/services');
    expect(items.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`)).toContain('default/kubernetes');
  });

  it('[sig-network] Services should provide secure master service', async () => {
    const { ok } = await testServer();
    const { spec } = await ok<Service>('GET', `${SERVICES}/kubernetes`);
    expect(spec?.ports).toEqual([{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }]);
  });

  it('[sig-network] Services should test the lifecycle of an Endpoint', async () => {
    const { ok, watch, lone } = await testServer();
    const selector = { labelSelector: 'test-endpoint-static=true' };
    const seen = await watch(ENDPOINTS, selector);
    const subsets = [{ addresses: [{ ip: '10.0.0.24' }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }];
    const made = await ok<Endpoints>('POST', ENDPOINTS, {
      metadata: { name: 'testservice', labels: { 'test-endpoint-static': 'true' } },
      subsets,
    } as KubeObject);
    const everywhere = (): Promise<List<Endpoints>> => ok('GET', '/api/v1/endpoints', undefined, { query: selector });
    expect(names(await everywhere())).toEqual(['testservice']);
    const labels = { ...made.metadata?.labels, 'test-service': 'updated' };
    await ok('PUT', `${ENDPOINTS}/testservice`, { ...made, metadata: { ...made.metadata, labels } });
    expect((await ok<Endpoints>('GET', `${ENDPOINTS}/testservice`)).metadata?.labels).toEqual(labels);
    const patch = {
      metadata: { labels: { 'test-service': 'patched' } },
      subsets: [{ addresses: [{ ip: '10.0.0.25' }], ports: [{ name: 'http-test', port: 8080, protocol: 'TCP' }] }],
    };
    await ok('PATCH', `${ENDPOINTS}/testservice`, patch, { headers: STRATEGIC });
    const patched = await ok<Endpoints>('GET', `${ENDPOINTS}/testservice`);
    expect([patched.subsets, patched.metadata?.labels?.['test-service']]).toEqual([patch.subsets, 'patched']);
    await ok('DELETE', ENDPOINTS, undefined, { query: selector });
    expect(names(await everywhere())).toEqual([]);
    await lone.advance(1);
    expect(seen.events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'MODIFIED', 'DELETED']);
  });
});

describe('[sig-network] ServiceCIDR and IPAddress API', () => {
  it('[sig-network] ServiceCIDR and IPAddress API should support IPAddress API operations', async () => {
    const { ok, refused, watch, lone } = await testServer();
    const url = '/apis/networking.k8s.io/v1/ipaddresses';
    const selected = { labelSelector: 'e2e=true' };
    const seen = await watch(url, selected);
    const parentRef = { group: '', resource: 'services', namespace: 'default', name: 'bar' };
    const address = (name: string): object => ({ metadata: { name, labels: { e2e: 'true' } }, spec: { parentRef } });
    const made = await ok('POST', url, address('fd00::3:4'));
    for (const name of ['192.168.3.4', '192.168.3.5']) await ok('POST', url, address(name));
    expect(await ok('GET', `${url}/fd00::3:4`)).toEqual(made);
    const listed = async (): Promise<unknown[]> => names(await ok('GET', url, undefined, { query: selected }));
    expect(await listed()).toEqual(['192.168.3.4', '192.168.3.5', 'fd00::3:4']);
    const patched = await ok('PATCH', `${url}/fd00::3:4`, { metadata: { annotations: { patched: 'true' } } }, { headers: MERGE });
    expect(patched.metadata?.annotations).toEqual({ patched: 'true' });
    const updated = await ok('PUT', `${url}/fd00::3:4`, {
      ...patched,
      metadata: { ...patched.metadata, annotations: { updated: 'true' } },
    });
    expect(updated.metadata?.annotations).toEqual({ updated: 'true' });
    expect(
      await refused('PUT', `${url}/fd00::3:4`, { ...updated, spec: { parentRef: { ...parentRef, name: 'foo' } } } as KubeObject),
    ).toMatch(/^422 Invalid: IPAddress.networking.k8s.io "fd00::3:4" is invalid: spec.parentRef: .*field is immutable$/);
    expect(await refused('POST', url, address('192.168.003.004'))).toMatch(/^422 Invalid: /);
    expect(await refused('POST', url, address('no-address'))).toMatch(/^422 Invalid: /);
    await ok('DELETE', `${url}/fd00::3:4`);
    await ok('DELETE', url, undefined, { query: selected });
    expect(await listed()).toEqual([]);
    await lone.advance(1);
    const told = seen.events.filter(({ object }) => object.metadata?.name === 'fd00::3:4').map(({ type }) => type);
    expect(told).toEqual(['ADDED', 'MODIFIED', 'MODIFIED', 'DELETED']);
  });
});
