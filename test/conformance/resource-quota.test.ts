/** Conformance tests of [sig-api-machinery] ResourceQuota, by their names: the API server counts what is made, the controller what
 *  goes. */
import { describe, expect, it } from 'vitest';
import type { ResourceQuota } from '../../src/api/generated/types.ts';
import type { KubeList, KubeObject } from '../../src/api/object.ts';
import { MERGE } from '../apiserver/support.ts';
import { controlledCluster } from './clusters.ts';

const NAMESPACE = '/api/v1/namespaces/quotas';
const QUOTAS = `${NAMESPACE}/resourcequotas`;
const PODS = `${NAMESPACE}/pods`;
const IMAGE = 'registry.k8s.io/pause:3.10';

type Quota = ResourceQuota & KubeObject;
type List = Readonly<Record<string, string>>;

const HARD: List = {
  pods: '5',
  services: '10',
  'services.nodeports': '1',
  'services.loadbalancers': '1',
  replicationcontrollers: '10',
  resourcequotas: '1',
  configmaps: '10',
  secrets: '10',
  cpu: '1',
  memory: '500Mi',
  persistentvolumeclaims: '10',
  'requests.storage': '10Gi',
  'requests.ephemeral-storage': '50Gi',
  'count/replicasets.apps': '5',
  'requests.example.com/dongle': '3',
};
const NO_PODS: List = { pods: '0', cpu: '0', memory: '0', 'requests.ephemeral-storage': '0', 'requests.example.com/dongle': '0' };

const quota = (name: string, hard: List = HARD, more: object = {}): KubeObject =>
  ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec: { hard, ...more } }) as KubeObject;
const pod = (name: string, requests: List, limits: List = {}, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'pause', image: IMAGE, resources: { requests, limits } }], ...spec },
});
const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: IMAGE }] } };

/** A cluster with these quotas, which all say what is used. */
async function withQuotas(...quotas: readonly KubeObject[]) {
  const cluster = await controlledCluster();
  const { ok, advance } = cluster;
  await ok('POST', '/api/v1/namespaces', { metadata: { name: 'quotas' } });
  await advance(2000);
  const usedOf = async (name: string): Promise<List> => (await ok<Quota>('GET', `${QUOTAS}/${name}`)).status?.used ?? {};
  /** Waits up to ten seconds until the quota says so. */
  const uses = async (expected: List, name = 'test-quota'): Promise<void> => {
    const isSo = (used: List): boolean => Object.entries(expected).every(([key, value]) => used[key] === value);
    for (let waited = 0; waited < 10_000 && !isSo(await usedOf(name)); waited += 100) await advance(100);
    expect(await usedOf(name)).toMatchObject(expected);
  };
  for (const each of quotas) await ok('POST', QUOTAS, each);
  for (const each of quotas) await uses({}, each.metadata?.name);
  await advance(1000);
  return { ...cluster, usedOf, uses };
}

const EXCEEDED = /^403 Forbidden: .* is forbidden: exceeded quota: /;

describe('[sig-api-machinery] ResourceQuota', () => {
  it('[sig-api-machinery] ResourceQuota should create a ResourceQuota and ensure its status is promptly calculated.', async () => {
    const { ok, uses } = await withQuotas(quota('test-quota'));
    const own = { resourcequotas: '1', secrets: '0', configmaps: '1' };
    await uses({ ...Object.fromEntries(Object.keys(HARD).map((name) => [name, '0'])), ...own });
    expect((await ok<Quota>('GET', `${QUOTAS}/test-quota`)).status?.hard).toEqual(HARD);
  });

  it('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a service.', async () => {
    const { ok, refused, uses, advance } = await withQuotas(quota('test-quota'));
    const service = (name: string, type: string): KubeObject =>
      ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { type, ports: [{ port: 80, targetPort: 80 }] } }) as KubeObject;
    await ok('POST', `${NAMESPACE}/services`, service('test-service', 'ClusterIP'));
    await ok('POST', `${NAMESPACE}/services`, service('test-service-np', 'NodePort'));
    expect(await refused('POST', `${NAMESPACE}/services`, service('test-service-lbnp', 'LoadBalancer'))).toMatch(EXCEEDED);
    await uses({ services: '2', 'services.nodeports': '1', 'services.loadbalancers': '0' });
    await advance(5000);
    for (const name of ['test-service', 'test-service-np']) await ok('DELETE', `${NAMESPACE}/services/${name}`);
    await uses({ services: '0', 'services.nodeports': '0', 'services.loadbalancers': '0' });
  });

  /** What is counted one by one: made, counted, gone, not counted. */
  async function countsLife(resource: string, plural: string, path: string, object: object, held = 0): Promise<void> {
    const { ok, uses, advance } = await withQuotas(quota('test-quota'));
    await uses({ [resource]: String(held) });
    await ok('POST', path, { metadata: { name: `test-${plural}` }, ...object } as KubeObject);
    await uses({ [resource]: String(held + 1) });
    await advance(5000);
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
    await ok('DELETE', `${path}/test-${plural}`, options);
    await uses({ [resource]: String(held) });
  }

  it('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a secret.', () =>
    countsLife('secrets', 'secret', `${NAMESPACE}/secrets`, { data: { data: btoa('value') } }));

  it('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a configMap.', () =>
    countsLife('configmaps', 'configmap', `${NAMESPACE}/configmaps`, { data: { a: 'b' } }, 1));

  it('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a replication controller.', () =>
    countsLife('replicationcontrollers', 'rc', `${NAMESPACE}/replicationcontrollers`, {
      spec: { replicas: 0, selector: { app: 'x' }, template },
    }));

  it('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a replica set.', () =>
    countsLife('count/replicasets.apps', 'rs', '/apis/apps/v1/namespaces/quotas/replicasets', {
      spec: { replicas: 0, selector: { matchLabels: { app: 'x' } }, template },
    }));

  it('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a pod.', async () => {
    const { ok, refused, uses, advance } = await withQuotas(quota('test-quota'));
    const dongles = (count: string): List => ({ 'example.com/dongle': count });
    const requests = { cpu: '500m', memory: '252Mi', 'ephemeral-storage': '30Gi', ...dongles('2') };
    const made = await ok<KubeObject>('POST', PODS, pod('test-pod', requests, dongles('2')));
    const full = {
      pods: '1',
      cpu: '500m',
      memory: '252Mi',
      'requests.ephemeral-storage': '30Gi',
      'requests.example.com/dongle': '2',
    };
    await uses(full);
    expect(await refused('POST', PODS, pod('fail-pod', { cpu: '600m', memory: '100Mi' }))).toMatch(
      /^403 Forbidden: pods "fail-pod" is forbidden: exceeded quota: test-quota, requested: cpu=600m, used: cpu=500m, limited: cpu=1$/,
    );
    const more = { cpu: '500m', memory: '100Mi', 'ephemeral-storage': '10Gi', ...dongles('2') };
    expect(await refused('POST', PODS, pod('fail-pod-dongles', more, dongles('2')))).toMatch(
      /exceeded quota: test-quota, requested: requests\.example\.com\/dongle=2, used: requests\.example\.com\/dongle=2, limited: requests\.example\.com\/dongle=3$/,
    );
    const { spec } = pod('test-pod', { cpu: '100m', memory: '100Mi', 'ephemeral-storage': '10Gi' }) as { spec: object };
    const now = await ok<KubeObject & { spec: object }>('GET', `${PODS}/${made.metadata?.name}`);
    expect(await refused('PUT', `${PODS}/test-pod`, { ...now, spec: { ...now.spec, ...spec } } as KubeObject)).toMatch(/^422 Invalid/);
    await advance(2000);
    await uses(full);
    await ok('DELETE', `${PODS}/test-pod`, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 });
    await uses(NO_PODS);
  });

  const COMPUTE: List = { pods: '5', 'requests.cpu': '1', 'requests.memory': '500Mi', 'limits.cpu': '2', 'limits.memory': '1Gi' };
  const ONE: List = { pods: '1', 'requests.cpu': '500m', 'requests.memory': '200Mi', 'limits.cpu': '1', 'limits.memory': '400Mi' };
  const NONE: List = Object.fromEntries(Object.keys(COMPUTE).map((name) => [name, '0']));

  it('[sig-api-machinery] ResourceQuota should verify ResourceQuota with terminating scopes.', async () => {
    const scoped = (name: string, scope: string): KubeObject => quota(name, COMPUTE, { scopes: [scope] });
    const cluster = await withQuotas(scoped('quota-terminating', 'Terminating'), scoped('quota-not-terminating', 'NotTerminating'));
    const { ok, uses } = cluster;
    const [requests, limits] = [
      { cpu: '500m', memory: '200Mi' },
      { cpu: '1', memory: '400Mi' },
    ];
    const lives = async (name: string, spec: object, counting: string, other: string): Promise<void> => {
      await ok('POST', PODS, pod(name, requests, limits, spec));
      await uses(ONE, counting);
      await cluster.advance(2000);
      await uses(NONE, other);
      await ok('DELETE', `${PODS}/${name}`, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 });
      await uses(NONE, counting);
    };
    await lives('test-pod', {}, 'quota-not-terminating', 'quota-terminating');
    await lives('terminating-pod', { activeDeadlineSeconds: 3600 }, 'quota-terminating', 'quota-not-terminating');
  });

  it('[sig-api-machinery] ResourceQuota should verify ResourceQuota with best effort scope.', async () => {
    const scoped = (name: string, scope: string): KubeObject => quota(name, { pods: '5' }, { scopes: [scope] });
    const cluster = await withQuotas(scoped('quota-besteffort', 'BestEffort'), scoped('quota-not-besteffort', 'NotBestEffort'));
    const { ok, uses } = cluster;
    const lives = async (object: object, name: string, counting: string, other: string): Promise<void> => {
      await ok('POST', PODS, object);
      await uses({ pods: '1' }, counting);
      await cluster.advance(2000);
      await uses({ pods: '0' }, other);
      await ok('DELETE', `${PODS}/${name}`, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 });
      await uses({ pods: '0' }, counting);
    };
    await lives(pod('besteffort-pod', {}), 'besteffort-pod', 'quota-besteffort', 'quota-not-besteffort');
    const burst = pod('burstable-pod', { cpu: '500m', memory: '200Mi' }, { cpu: '1', memory: '400Mi' });
    await lives(burst, 'burstable-pod', 'quota-not-besteffort', 'quota-besteffort');
  });

  it('[sig-api-machinery] ResourceQuota should be able to update and delete ResourceQuota.', async () => {
    const { ok, refused } = await withQuotas(quota('test-quota', { cpu: '1', memory: '500Mi' }));
    const hard = async (): Promise<unknown> => (await ok<Quota>('GET', `${QUOTAS}/test-quota`)).spec?.hard;
    expect(await hard()).toEqual({ cpu: '1', memory: '500Mi' });
    const found = await ok<Quota>('GET', `${QUOTAS}/test-quota`);
    await ok('PUT', `${QUOTAS}/test-quota`, { ...found, spec: { ...found.spec, hard: { cpu: '2', memory: '1Gi' } } });
    expect(await hard()).toEqual({ cpu: '2', memory: '1Gi' });
    await ok('DELETE', `${QUOTAS}/test-quota`);
    expect(await refused('GET', `${QUOTAS}/test-quota`)).toBe('404 NotFound: resourcequotas "test-quota" not found');
  });

  it('[sig-api-machinery] ResourceQuota should manage the lifecycle of a ResourceQuota', async () => {
    const { ok, uses } = await withQuotas();
    const selected = { query: { labelSelector: 'e2e-test=lifecycle' } };
    const made = quota('test-quota', { cpu: '500m', memory: '500Mi' });
    await ok('POST', QUOTAS, { ...made, metadata: { name: 'test-quota', labels: { 'e2e-test': 'lifecycle' } } });
    await uses({ cpu: '0', memory: '0' });
    const list = (): Promise<KubeList<Quota>> => ok('GET', '/api/v1/resourcequotas', undefined, selected);
    expect((await list()).items.map(({ spec }) => spec?.hard)).toEqual([{ cpu: '500m', memory: '500Mi' }]);
    const patch = { metadata: { labels: { 'test-quota': 'patched' } }, spec: { hard: { memory: '750Mi' } } };
    const patched = await ok<Quota>('PATCH', `${QUOTAS}/test-quota`, patch, { headers: MERGE });
    expect([patched.metadata?.labels?.['test-quota'], patched.spec?.hard]).toEqual(['patched', { cpu: '500m', memory: '750Mi' }]);
    await ok('DELETE', QUOTAS, undefined, selected);
    expect((await list()).items).toEqual([]);
  });

  it('[sig-api-machinery] ResourceQuota should apply changes to a resourcequota status', async () => {
    const { ok, uses, advance } = await withQuotas(quota('test-quota', { cpu: '500m', memory: '500Mi' }));
    await uses({ cpu: '0', memory: '0' });
    const status = async (): Promise<Quota['status']> => (await ok<Quota>('GET', `${QUOTAS}/test-quota/status`)).status;
    expect((await status())?.hard).toEqual({ cpu: '500m', memory: '500Mi' });
    const found = await ok<Quota>('GET', `${QUOTAS}/test-quota`);
    const updated = await ok<Quota>('PUT', `${QUOTAS}/test-quota/status`, {
      ...found,
      spec: { hard: { cpu: '9' } },
      status: { ...found.status, hard: { cpu: '250m', memory: '250Mi' } },
    });
    expect([updated.status?.hard, updated.spec?.hard]).toEqual([{ cpu: '250m', memory: '250Mi' }, found.spec?.hard]);
    const patch = { metadata: { annotations: { patched: 'true' } }, status: { hard: { cpu: '125m' } } };
    const patched = await ok<Quota>('PATCH', `${QUOTAS}/test-quota/status`, patch, { headers: MERGE });
    expect([patched.status?.hard?.['cpu'], patched.metadata?.annotations]).toEqual(['125m', { patched: 'true' }]);
    // The controller says again what the spec says.
    await advance(5000);
    expect((await status())?.hard).toEqual({ cpu: '500m', memory: '500Mi' });
  });
});
