import { describe, expect, it } from 'vitest';
import { isReason } from '../../src/api/errors.ts';
import { nameOf } from '../../src/api/meta.ts';
import {
  ClusterRoles,
  CronJobs,
  Deployments,
  Jobs,
  PersistentVolumeClaims,
  PodDisruptionBudgets,
  Pods,
  ResourceQuotas,
  Services,
} from '../../src/api/resources.ts';
import { latestMissed, parseSchedule } from '../../src/controllers/cron-schedule.ts';
import { smallCluster, type SmallCluster } from '../support/small-cluster.ts';

const at = (text: string): number => Date.parse(`2026-${text}Z`);
const deployment = (replicas: number): object => ({
  metadata: { name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  },
});
const evict = (cluster: SmallCluster, name: string): Promise<unknown> =>
  cluster.drive(
    cluster.client.create(Pods, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'default' } } as never, {
      subresource: 'eviction',
    }),
  );

describe('a PodDisruptionBudget', () => {
  it('says how many Pods may go, and lets no more be evicted', async () => {
    const cluster = await smallCluster();
    await cluster.create(Deployments, deployment(3));
    await cluster.create(PodDisruptionBudgets, {
      metadata: { name: 'web' },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
    });
    await cluster.advance(3000);
    const budget = await cluster.get(PodDisruptionBudgets, 'web');
    expect(budget.status).toMatchObject({
      expectedPods: 3,
      currentHealthy: 3,
      desiredHealthy: 2,
      disruptionsAllowed: 1,
      observedGeneration: 1,
    });
    expect(budget.status?.conditions).toMatchObject([{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods' }]);
    const [first, second] = await cluster.pods();
    await evict(cluster, nameOf(first!));
    await expect(evict(cluster, nameOf(second!))).rejects.toSatisfy((error) => isReason(error, 'TooManyRequests'));
    await cluster.advance(5000);
    expect(await cluster.pods()).toHaveLength(3);
    expect((await cluster.get(PodDisruptionBudgets, 'web')).status).toMatchObject({ disruptionsAllowed: 1, currentHealthy: 3 });
  });

  it('cannot count in percent the Pods that nothing controls', async () => {
    const cluster = await smallCluster();
    await cluster.create(Pods, { metadata: { name: 'p', labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } });
    await cluster.create(PodDisruptionBudgets, {
      metadata: { name: 'web' },
      spec: { minAvailable: '50%', selector: { matchLabels: { app: 'web' } } },
    });
    await cluster.advance(3000);
    const { status } = await cluster.get(PodDisruptionBudgets, 'web');
    expect([status?.disruptionsAllowed, status?.conditions?.[0]?.reason, status?.conditions?.[0]?.message]).toEqual([
      0,
      'SyncFailed',
      'found no controllers for pod "p"',
    ]);
  });
});

describe('a ResourceQuota', () => {
  it('is told what is used, and what is free again', async () => {
    const cluster = await smallCluster();
    await cluster.create(Services, { metadata: { name: 'before' }, spec: { ports: [{ port: 80 }] } });
    await cluster.create(ResourceQuotas, { metadata: { name: 'q' }, spec: { hard: { pods: '5', services: '3', 'requests.cpu': '1' } } });
    await cluster.advance(200);
    const used = async (): Promise<unknown> => (await cluster.get(ResourceQuotas, 'q')).status?.used;
    expect((await cluster.get(ResourceQuotas, 'q')).status?.hard).toEqual({ pods: '5', services: '3', 'requests.cpu': '1' });
    const services = (await cluster.list(Services)).length;
    expect(await used()).toEqual({ pods: '0', services: String(services), 'requests.cpu': '0' });
    await cluster.create(Pods, {
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '250m' } } }] },
    });
    expect(await used()).toEqual({ pods: '1', services: String(services), 'requests.cpu': '250m' });
    await cluster.advance(2000);
    await cluster.drive(cluster.client.delete(Pods, 'p', 'default'));
    await cluster.drive(cluster.client.delete(Services, 'before', 'default'));
    await cluster.advance(3000);
    expect(await used()).toEqual({ pods: '0', services: String(services - 1), 'requests.cpu': '0' });
  });
});

describe('cron schedules', () => {
  it.each([
    ['*/5 * * * *', '01-01T00:00:00', '01-01T00:05:00'],
    ['0 0 * * *', '01-01T00:00:00', '01-02T00:00:00'],
    ['30 2 1 * *', '01-15T00:00:00', '02-01T02:30:00'],
    ['0 9 * * mon-fri', '01-03T00:00:00', '01-05T09:00:00'],
    ['@hourly', '01-01T10:59:59', '01-01T11:00:00'],
    ['0 0 13 * 5', '01-01T12:00:00', '01-02T00:00:00'],
    ['15,45 8-10/2 * jan *', '01-01T08:46:00', '01-01T10:15:00'],
    ['@every 90s', '01-01T00:00:00', '01-01T00:01:30'],
    ['0 12 29 feb *', '01-01T00:00:00', undefined],
  ] as const)('%s after %s: %s', (text, after, next) => {
    const found = parseSchedule(text)?.next(at(after));
    expect(found).toBe(next === undefined ? Date.UTC(2028, 1, 29, 12) : at(next));
  });
  it.each(['* * * *', '61 * * * *', 'a * * * *', '*/0 * * * *', '5-1 * * * *', '@never'])('%s is none', (text) =>
    expect(parseSchedule(text)).toBeUndefined(),
  );
  it('finds the latest of many missed times', () => {
    const schedule = parseSchedule('* * * * *')!;
    expect(latestMissed(schedule, at('01-01T00:00:30'), at('01-01T00:00:40'), 100)).toEqual({ at: undefined, count: 0 });
    expect(latestMissed(schedule, at('01-01T00:00:30'), at('01-01T00:03:10'), 100)).toEqual({ at: at('01-01T00:03:00'), count: 3 });
    const many = latestMissed(schedule, at('01-01T00:00:30'), at('01-09T00:00:10'), 100);
    expect([many.at, many.count > 100, many.count < 110]).toEqual([at('01-09T00:00:00'), true, true]);
  });
});

describe('a CronJob', () => {
  const cron = (spec: object): object => ({
    metadata: { name: 'tick' },
    spec: {
      schedule: '* * * * *',
      jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } } } },
      ...spec,
    },
  });
  it('makes a Job every minute and keeps the last three that succeeded', async () => {
    const cluster = await smallCluster({ endOf: () => ({ afterMs: 2000, exitCode: 0 }) });
    await cluster.create(CronJobs, cron({}));
    await cluster.advance(6 * 60_000);
    const jobs = await cluster.list(Jobs);
    const minute = Math.floor(Date.UTC(2026, 0, 1) / 60_000);
    expect(jobs.map(nameOf)).toEqual([3, 4, 5, 6].map((after) => `tick-${minute + after}`));
    const { status } = await cluster.get(CronJobs, 'tick');
    expect(status?.lastScheduleTime).toBe('2026-01-01T00:06:00Z');
    expect(status?.lastSuccessfulTime).toBeDefined();
    expect((await cluster.events('tick')).slice(0, 2)).toEqual([
      `SuccessfulCreate: Created job tick-${minute + 1}`,
      `SawCompletedJob: Saw completed job: tick-${minute + 1}, condition: Complete`,
    ]);
  });
  it('does not start a second one where that is forbidden', async () => {
    const cluster = await smallCluster();
    await cluster.create(CronJobs, cron({ concurrencyPolicy: 'Forbid' }));
    await cluster.advance(5 * 60_000);
    expect(await cluster.list(Jobs)).toHaveLength(1);
    expect((await cluster.get(CronJobs, 'tick')).status?.active).toHaveLength(1);
    expect((await cluster.events('tick')).at(-1)).toMatch(
      /^JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid( x\d)?$/,
    );
  });
  it('replaces the running one where that is wanted, and stops while suspended', async () => {
    const cluster = await smallCluster();
    await cluster.create(CronJobs, cron({ concurrencyPolicy: 'Replace' }));
    await cluster.advance(3.5 * 60_000);
    const [job] = await cluster.list(Jobs);
    expect(await cluster.list(Jobs)).toHaveLength(1);
    await cluster.drive(cluster.client.patch(CronJobs, 'tick', 'default', 'merge', { spec: { suspend: true } }));
    await cluster.advance(5 * 60_000);
    expect((await cluster.list(Jobs)).map(nameOf)).toEqual([nameOf(job!)]);
  });
});

describe('the rest', () => {
  it('deletes a Job when its time to live is over', async () => {
    const cluster = await smallCluster({ endOf: () => ({ afterMs: 1000, exitCode: 0 }) });
    await cluster.create(Jobs, {
      metadata: { name: 'j' },
      spec: { ttlSecondsAfterFinished: 30, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } } },
    });
    await cluster.advance(20_000);
    expect(await cluster.list(Jobs)).toHaveLength(1);
    await cluster.advance(30_000);
    expect([(await cluster.list(Jobs)).length, (await cluster.list(Pods)).length]).toEqual([0, 0]);
  });

  it('keeps a claim that a Pod uses until the Pod is gone', async () => {
    const cluster = await smallCluster();
    await cluster.create(PersistentVolumeClaims, {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    await cluster.create(Pods, {
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', image: 'x' }], volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] },
    });
    await cluster.advance(2000);
    await cluster.drive(cluster.client.delete(PersistentVolumeClaims, 'data', 'default'));
    await cluster.advance(5000);
    expect((await cluster.get(PersistentVolumeClaims, 'data')).metadata?.finalizers).toEqual(['kubernetes.io/pvc-protection']);
    await cluster.drive(cluster.client.delete(Pods, 'p', 'default'));
    await cluster.advance(3000);
    expect(await cluster.list(PersistentVolumeClaims)).toHaveLength(0);
  });

  it('gathers the rules of roles that an aggregation rule selects', async () => {
    const cluster = await smallCluster();
    const rule = { apiGroups: [''], resources: ['widgets'], verbs: ['get'] };
    await cluster.create(ClusterRoles, {
      metadata: { name: 'all' },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { into: 'all' } }] },
      rules: [],
    });
    await cluster.create(ClusterRoles, { metadata: { name: 'part', labels: { into: 'all' } }, rules: [rule] });
    await cluster.advance(500);
    expect((await cluster.get(ClusterRoles, 'all')).rules).toEqual([rule]);
  });
});
