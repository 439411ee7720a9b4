/** Conformance tests of [sig-node] and [sig-scheduling] that need nothing but the server with its admission, by their names. */
import { describe, expect, it } from 'vitest';
import type { LimitRange, Node, Pod, PodTemplate, PriorityClass, ResourceRequirements } from '../../src/api/generated/types.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { MERGE, pod, PODS, STRATEGIC, testServer } from '../apiserver/support.ts';
import type { TestServer } from '../apiserver/support.ts';
import { admittingServer } from './clusters.ts';

const NODES = '/api/v1/nodes';
const TEMPLATES = '/api/v1/namespaces/default/podtemplates';
const RUNTIME_CLASSES = '/apis/node.k8s.io/v1/runtimeclasses';
const PRIORITY_CLASSES = '/apis/scheduling.k8s.io/v1/priorityclasses';
const limitRanges = (namespace: string): string => `/api/v1/namespaces/${namespace}/limitranges`;

interface List {
  readonly items: readonly KubeObject[];
}

async function withAccount(): Promise<TestServer> {
  const server = await admittingServer();
  await server.ok('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  return server;
}

const namesAt = async ({ ok }: TestServer, url: string, labelSelector: string): Promise<unknown[]> =>
  (await ok<List>('GET', url, undefined, { query: { labelSelector } })).items.map(({ metadata }) => metadata?.name);

describe('[sig-node] Node Lifecycle', () => {
  it('[sig-node] Node Lifecycle should run through the lifecycle of a node', async () => {
    const server = await admittingServer();
    const { ok, refused } = server;
    const made = await ok<Node>('POST', NODES, { metadata: { name: 'fake-node', labels: { suite: 'e2e' } } });
    expect(made.spec?.taints).toEqual([{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
    expect(await ok('GET', `${NODES}/fake-node`)).toEqual(made);
    const patched = await ok<Node>('PATCH', `${NODES}/fake-node`, { metadata: { labels: { step: 'patched' } } }, { headers: STRATEGIC });
    expect(patched.metadata?.labels).toMatchObject({ step: 'patched', suite: 'e2e' });
    const updated = await ok<Node>('PUT', `${NODES}/fake-node`, {
      ...patched,
      metadata: { ...patched.metadata, labels: { ...patched.metadata?.labels, step: 'updated' } },
    });
    expect(updated.metadata?.labels?.['step']).toBe('updated');
    const capacity = { cpu: '4', memory: '8Gi', pods: '110' };
    const status = await ok<Node>('PATCH', `${NODES}/fake-node/status`, { status: { capacity } }, { headers: MERGE });
    expect([status.status?.capacity, status.metadata?.labels]).toEqual([capacity, updated.metadata?.labels]);
    expect(await namesAt(server, NODES, 'step=updated')).toEqual(['fake-node']);
    await ok('DELETE', `${NODES}/fake-node`);
    expect(await refused('GET', `${NODES}/fake-node`)).toBe('404 NotFound: nodes "fake-node" not found');
    for (const name of ['fake-a', 'fake-b']) await ok('POST', NODES, { metadata: { name, labels: { suite: 'e2e' } } });
    await ok('POST', NODES, { metadata: { name: 'real' } });
    await ok('DELETE', NODES, undefined, { query: { labelSelector: 'suite=e2e' } });
    expect(await namesAt(server, NODES, '')).toEqual(['real']);
  });
});

describe('[sig-node] PodTemplates', () => {
  const template = (name: string): object => ({
    metadata: { name, labels: { 'podtemplate-set': 'true' } },
    template: { spec: { containers: [{ name: 'token-test', image: 'agnhost' }] } },
  });

  it('[sig-node] PodTemplates should delete a collection of pod templates', async () => {
    const server = await testServer();
    const names = ['test-podtemplate-1', 'test-podtemplate-2', 'test-podtemplate-3'];
    for (const name of names) await server.ok('POST', TEMPLATES, template(name));
    expect(await namesAt(server, TEMPLATES, 'podtemplate-set=true')).toEqual(names);
    await server.ok('DELETE', TEMPLATES, undefined, { query: { labelSelector: 'podtemplate-set=true' } });
    expect(await namesAt(server, TEMPLATES, 'podtemplate-set=true')).toEqual([]);
  });

  it('[sig-node] PodTemplates should replace a pod template', async () => {
    const { ok } = await testServer();
    const made = await ok<PodTemplate>('POST', TEMPLATES, template('e2e-test'));
    const replaced = await ok<PodTemplate>('PUT', `${TEMPLATES}/e2e-test`, {
      ...made,
      metadata: { ...made.metadata, annotations: { updated: 'true' } },
    });
    expect(replaced.metadata?.annotations).toEqual({ updated: 'true' });
    expect(await ok('GET', `${TEMPLATES}/e2e-test`)).toEqual(replaced);
  });
});

describe('[sig-node] Pods Extended', () => {
  it('[sig-node] Pods Extended Pods Set QOS Class should be set on Pods with matching resource requests and limits for memory and cpu', async () => {
    const { ok } = await withAccount();
    const sizes = { cpu: '100m', memory: '100Mi' };
    const classOf = async (name: string, resources: object): Promise<unknown> => {
      await ok('POST', PODS, pod(name, { containers: [{ name: 'agnhost', image: 'agnhost', resources }] }));
      return (await ok<Pod>('GET', `${PODS}/${name}`)).status?.qosClass;
    };
    expect(await classOf('guaranteed', { limits: sizes, requests: sizes })).toBe('Guaranteed');
    expect(await classOf('burstable', { requests: sizes })).toBe('Burstable');
    expect(await classOf('best-effort', {})).toBe('BestEffort');
  });
});

describe('[sig-node] RuntimeClass', () => {
  const asking = (runtimeClassName: string): object => pod('asks', { runtimeClassName });

  it('[sig-node] RuntimeClass should reject a Pod requesting a non-existent RuntimeClass', async () => {
    const { refused } = await withAccount();
    expect(await refused('POST', PODS, asking('nonexistent'))).toBe(
      '403 Forbidden: pods "asks" is forbidden: pod rejected: RuntimeClass "nonexistent" not found',
    );
  });

  it('[sig-node] RuntimeClass should reject a Pod requesting a deleted RuntimeClass', async () => {
    const { ok, refused, call } = await withAccount();
    await ok('POST', RUNTIME_CLASSES, { metadata: { name: 'delete-me' }, handler: 'runc' } as KubeObject);
    await ok('POST', PODS, asking('delete-me'));
    await ok('DELETE', `${PODS}/asks`, undefined, { query: { gracePeriodSeconds: '0' } });
    await ok('DELETE', `${RUNTIME_CLASSES}/delete-me`);
    expect((await call('GET', `${RUNTIME_CLASSES}/delete-me`)).status).toBe(404);
    expect(await refused('POST', PODS, asking('delete-me'))).toBe(
      '403 Forbidden: pods "asks" is forbidden: pod rejected: RuntimeClass "delete-me" not found',
    );
  });
});

describe('[sig-scheduling] LimitRange', () => {
  const LIMITS = {
    type: 'Container',
    min: { cpu: '50m', memory: '100Mi', 'ephemeral-storage': '100Gi' },
    max: { cpu: '500m', memory: '500Mi', 'ephemeral-storage': '500Gi' },
    default: { cpu: '500m', memory: '500Mi', 'ephemeral-storage': '500Gi' },
    defaultRequest: { cpu: '100m', memory: '200Mi', 'ephemeral-storage': '200Gi' },
  };
  const asking = (name: string, resources: ResourceRequirements): object =>
    pod(name, { containers: [{ name: 'pause', image: 'pause', resources }] });
  const sizes = (cpu: string, memory: string, storage: string): Record<string, string> => ({ cpu, memory, 'ephemeral-storage': storage });

  it('[sig-scheduling] LimitRange should create a LimitRange with defaults and ensure pod has those defaults applied.', async () => {
    const { ok, watch, refused, lone } = await withAccount();
    const seen = await watch(limitRanges('default'), { labelSelector: 'name=limit-range' });
    const range = { metadata: { name: 'limit-range', labels: { name: 'limit-range' } }, spec: { limits: [LIMITS] } };
    const made = await ok<LimitRange>('POST', limitRanges('default'), range);
    expect((await ok<LimitRange>('GET', `${limitRanges('default')}/limit-range`)).spec?.limits[0]).toEqual(LIMITS);
    const given = async (name: string, resources: ResourceRequirements): Promise<ResourceRequirements | undefined> =>
      (await ok<Pod>('POST', PODS, asking(name, resources))).spec?.containers[0]?.resources;
    expect(await given('no-resources', {})).toEqual({ limits: LIMITS.default, requests: LIMITS.defaultRequest });
    expect(await given('partial', { requests: { memory: '150Mi', 'ephemeral-storage': '150Gi' }, limits: { cpu: '300m' } })).toEqual({
      requests: sizes('300m', '150Mi', '150Gi'),
      limits: sizes('300m', '500Mi', '500Gi'),
    });
    expect(await refused('POST', PODS, asking('too-small', { requests: sizes('10m', '50Mi', '50Gi') }))).toMatch(
      /^403 Forbidden: pods "too-small" is forbidden: \[?.*minimum cpu usage per Container is 50m, but request is 10m/,
    );
    expect(await refused('POST', PODS, asking('too-big', { limits: sizes('600m', '600Mi', '600Gi') }))).toMatch(
      /^403 Forbidden: pods "too-big" is forbidden: \[?.*maximum cpu usage per Container is 500m, but limit is 600m/,
    );
    const min = sizes('9m', '49Mi', '49Gi');
    await ok('PUT', `${limitRanges('default')}/limit-range`, { ...made, spec: { limits: [{ ...LIMITS, min }] } });
    await ok('POST', PODS, asking('too-small', { requests: sizes('10m', '50Mi', '50Gi') }));
    expect((await refused('POST', PODS, asking('too-big', { limits: sizes('600m', '600Mi', '600Gi') }))).slice(0, 3)).toBe('403');
    await ok('DELETE', `${limitRanges('default')}/limit-range`);
    await ok('POST', PODS, asking('too-big', { limits: sizes('600m', '600Mi', '600Gi') }));
    await lone.advance(1);
    expect(seen.events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
  });

  it('[sig-scheduling] LimitRange should list, patch and delete a LimitRange by collection', async () => {
    const server = await testServer();
    const { ok } = server;
    await ok('POST', '/api/v1/namespaces', { metadata: { name: 'second' } });
    const range = { metadata: { name: 'e2e', labels: { e2e: 'true' } }, spec: { limits: [LIMITS] } };
    for (const namespace of ['default', 'second']) await ok('POST', limitRanges(namespace), range);
    expect(await namesAt(server, '/api/v1/limitranges', 'e2e=true')).toEqual(['e2e', 'e2e']);
    const patch = { metadata: { labels: { e2e: 'patched' } }, spec: { limits: [{ ...LIMITS, min: { cpu: '40m' } }] } };
    const patched = await ok<LimitRange>('PATCH', `${limitRanges('default')}/e2e`, patch, { headers: STRATEGIC });
    expect(patched.spec?.limits[0]?.min?.['cpu']).toBe('40m');
    await ok('DELETE', limitRanges('default'), undefined, { query: { labelSelector: 'e2e=patched' } });
    expect(await namesAt(server, limitRanges('default'), '')).toEqual([]);
    expect(await namesAt(server, '/api/v1/limitranges', 'e2e=true')).toEqual(['e2e']);
  });
});

describe('[sig-scheduling] SchedulerPreemption [Serial] PriorityClass endpoints', () => {
  it('[sig-scheduling] SchedulerPreemption [Serial] PriorityClass endpoints verify PriorityClass endpoints can be operated with different HTTP methods', async () => {
    const server = await testServer();
    const { ok, refused } = server;
    const labels = { suite: 'e2e' };
    const made: PriorityClass[] = [];
    for (const [index, name] of ['p1', 'p2'].entries()) {
      made.push(await ok<PriorityClass>('POST', PRIORITY_CLASSES, { metadata: { name, labels }, value: index + 1 } as KubeObject));
    }
    for (const each of made) {
      const url = `${PRIORITY_CLASSES}/${each.metadata?.name}`;
      expect(await refused('PUT', url, { ...each, value: each.value * 10 })).toMatch(
        /^422 Invalid: .*value: Forbidden: may not be changed in an update\.$/,
      );
      expect(await refused('PATCH', url, { value: each.value * 10 }, { headers: STRATEGIC })).toMatch(/may not be changed in an update\.$/);
      await ok('PATCH', url, { description: 'patched' }, { headers: STRATEGIC });
      const patched = await ok<PriorityClass>('GET', url);
      await ok('PUT', url, { ...patched, description: 'updated' });
      expect(await ok<PriorityClass>('GET', url)).toMatchObject({ description: 'updated', value: each.value });
    }
    expect(await namesAt(server, PRIORITY_CLASSES, 'suite=e2e')).toEqual(['p1', 'p2']);
    await ok('DELETE', `${PRIORITY_CLASSES}/p1`);
    await ok('DELETE', PRIORITY_CLASSES, undefined, { query: { labelSelector: 'suite=e2e' } });
    expect(await namesAt(server, PRIORITY_CLASSES, 'suite=e2e')).toEqual([]);
    expect(await namesAt(server, PRIORITY_CLASSES, '')).toEqual(['system-cluster-critical', 'system-node-critical']);
  });
});
