/** Conformance tests of [sig-apps] that need the server and the controllers, by their names. */
import { describe, expect, it } from 'vitest';
import type { CronJob, Job, PodDisruptionBudget, ReplicationController } from '../../src/api/generated/types.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { controlledCluster, eventually } from './clusters.ts';

const BATCH = '/apis/batch/v1/namespaces/default';
const CORE = '/api/v1/namespaces/default';
const budgets = (namespace: string): string => `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
const container = { name: 'c', image: 'registry.k8s.io/e2e-test-images/agnhost:2.53' };

interface List<T> {
  readonly items: readonly T[];
}

describe('[sig-apps] CronJob', () => {
  it('[sig-apps] CronJob should not schedule jobs when suspended', async () => {
    const cluster = await controlledCluster();
    const { ok, advance } = cluster;
    const template = { spec: { restartPolicy: 'OnFailure', containers: [container] } };
    const made = await ok<CronJob>('POST', `${BATCH}/cronjobs`, {
      metadata: { name: 'suspended' },
      spec: { schedule: '*/1 * * * *', concurrencyPolicy: 'Allow', suspend: true, jobTemplate: { spec: { template } } },
    } as KubeObject);
    await advance(5 * 60_000);
    const jobs = async (): Promise<number> => (await ok<List<Job>>('GET', `${BATCH}/jobs`)).items.length;
    expect([await jobs(), (await ok<CronJob>('GET', `${BATCH}/cronjobs/suspended`)).status?.active]).toEqual([0, undefined]);
    await ok('PUT', `${BATCH}/cronjobs/suspended`, { ...made, metadata: { name: 'suspended' }, spec: { ...made.spec, suspend: false } });
    await eventually(cluster, async () => (await jobs()) > 0, 120_000);
    await ok('DELETE', `${BATCH}/cronjobs/suspended`);
  });
});

describe('[sig-apps] DisruptionController', () => {
  it('[sig-apps] DisruptionController should create a PodDisruptionBudget', async () => {
    const cluster = await controlledCluster();
    const { ok } = cluster;
    const made = await ok<PodDisruptionBudget>('POST', budgets('default'), {
      metadata: { name: 'foo', labels: { app: 'foo' } },
      spec: { selector: { matchLabels: { foo: 'bar' } }, minAvailable: '1%' },
    } as KubeObject);
    const read = (): Promise<PodDisruptionBudget> => ok('GET', `${budgets('default')}/foo`);
    const seen = (generation: number) => async (): Promise<boolean> => (await read()).status?.observedGeneration === generation;
    await eventually(cluster, seen(made.metadata?.generation ?? 0));
    await ok('PUT', `${budgets('default')}/foo`, { ...(await read()), spec: { ...made.spec, minAvailable: '2%' } });
    await eventually(cluster, seen(2));
    const patch = { spec: { minAvailable: 3, selector: { matchLabels: { foo: 'baz' } } } };
    const patched = await ok<PodDisruptionBudget>('PATCH', `${budgets('default')}/foo`, patch, {
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
    });
    expect([patched.spec?.minAvailable, patched.spec?.selector]).toEqual([3, { matchLabels: { foo: 'baz' } }]);
    await eventually(cluster, seen(3));
    expect((await read()).status).toMatchObject({ currentHealthy: 0, desiredHealthy: 3, expectedPods: 0, disruptionsAllowed: 0 });
    await ok('DELETE', `${budgets('default')}/foo`);
    expect((await cluster.call('GET', `${budgets('default')}/foo`)).status).toBe(404);
  });

  it('[sig-apps] DisruptionController Listing PodDisruptionBudgets for all namespaces should list and delete a collection of PodDisruptionBudgets', async () => {
    const { ok } = await controlledCluster();
    await ok('POST', '/api/v1/namespaces', { metadata: { name: 'other' } });
    const labels = { special: 'true' };
    const spec = { selector: { matchLabels: { foo: 'bar' } }, minAvailable: 1 };
    for (const [namespace, name] of [
      ['default', 'foo'],
      ['default', 'foo2'],
      ['other', 'foo3'],
    ] as const) {
      await ok('POST', budgets(namespace), { metadata: { name, labels }, spec } as KubeObject);
    }
    await ok('POST', budgets('default'), { metadata: { name: 'plain' }, spec } as KubeObject);
    const selected = { query: { labelSelector: 'special=true' } };
    const everywhere = async (): Promise<unknown[]> =>
      (await ok<List<KubeObject>>('GET', '/apis/policy/v1/poddisruptionbudgets', undefined, selected)).items.map(
        ({ metadata }) => metadata?.name,
      );
    expect(await everywhere()).toEqual(['foo', 'foo2', 'foo3']);
    await ok('DELETE', budgets('default'), undefined, selected);
    expect(await everywhere()).toEqual(['foo3']);
    expect((await ok<List<KubeObject>>('GET', budgets('default'))).items).toHaveLength(1);
  });
});

describe('[sig-apps] ReplicationController', () => {
  it('[sig-apps] ReplicationController should surface a failure condition on a common issue like exceeded quota', async () => {
    const cluster = await controlledCluster();
    const { ok } = cluster;
    await ok('POST', `${CORE}/resourcequotas`, { metadata: { name: 'condition-test' }, spec: { hard: { pods: '2' } } } as KubeObject);
    await eventually(
      cluster,
      async () =>
        (await ok<KubeObject & { status?: { hard?: object } }>('GET', `${CORE}/resourcequotas/condition-test`)).status?.hard !== undefined,
    );
    const labels = { name: 'condition-test' };
    await ok('POST', `${CORE}/replicationcontrollers`, {
      metadata: { name: 'condition-test' },
      spec: { replicas: 3, selector: labels, template: { metadata: { labels }, spec: { containers: [container] } } },
    } as KubeObject);
    const read = (): Promise<ReplicationController> => ok('GET', `${CORE}/replicationcontrollers/condition-test`);
    const failure = async () => (await read()).status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
    await eventually(cluster, async () => (await failure())?.status === 'True');
    expect(await failure()).toMatchObject({
      reason: 'FailedCreate',
      message: expect.stringMatching(
        /^pods "condition-test-\w+" is forbidden: exceeded quota: condition-test, requested: pods=1, used: pods=2, limited: pods=2$/,
      ) as unknown,
    });
    const { metadata, ...rest } = await read();
    await ok('PUT', `${CORE}/replicationcontrollers/condition-test`, {
      ...rest,
      metadata: { name: metadata?.name },
      spec: { ...rest.spec, replicas: 2 },
    });
    await eventually(cluster, async () => (await failure()) === undefined);
    expect((await read()).status?.replicas).toBe(2);
  });
});
