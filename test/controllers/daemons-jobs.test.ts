import { describe, expect, it } from 'vitest';
import type { Job, StatefulSet } from '../../src/api/generated/types.ts';
import { nameOf } from '../../src/api/meta.ts';
import { DaemonSets, Jobs, Nodes, PersistentVolumeClaims, Pods, StatefulSets } from '../../src/api/resources.ts';
import { formatIndexes, parseIndexes } from '../../src/controllers/job-indexes.ts';
import { byText, smallCluster, type SmallCluster } from '../support/small-cluster.ts';

const template = (image = 'nginx:1', more: object = {}): object => ({
  metadata: { labels: { app: 'x' } },
  spec: { containers: [{ name: 'c', image }], ...more },
});
const selector = { matchLabels: { app: 'x' } };
const nodesOf = async (cluster: SmallCluster): Promise<readonly (string | undefined)[]> =>
  (await cluster.pods()).map((pod) => pod.spec?.nodeName).sort(byText);
const imagesOf = async (cluster: SmallCluster): Promise<readonly (string | undefined)[]> =>
  (await cluster.pods()).map((pod) => pod.spec?.containers[0]?.image);

describe('a DaemonSet', () => {
  const set = { metadata: { name: 'agent' }, spec: { selector, template: template() } };

  it('runs one Pod on every node that suits, as nodes come and are labelled', async () => {
    const cluster = await smallCluster({ nodes: 2 });
    await cluster.create(DaemonSets, { ...set, spec: { selector, template: template('nginx:1', { nodeSelector: { disk: 'ssd' } }) } });
    await cluster.advance(2000);
    expect(await cluster.pods()).toHaveLength(0);
    await cluster.drive(cluster.client.patch(Nodes, 'worker-1', undefined, 'merge', { metadata: { labels: { disk: 'ssd' } } }));
    await cluster.drive(cluster.kubelet.addNode('worker-3', { disk: 'ssd' }));
    await cluster.advance(3000);
    expect(await nodesOf(cluster)).toEqual(['worker-1', 'worker-3']);
    const made = await cluster.get(DaemonSets, 'agent');
    expect(made.status).toMatchObject({
      desiredNumberScheduled: 2,
      currentNumberScheduled: 2,
      numberReady: 2,
      numberAvailable: 2,
      updatedNumberScheduled: 2,
      numberMisscheduled: 0,
      observedGeneration: 1,
    });
    await cluster.drive(cluster.client.patch(Nodes, 'worker-1', undefined, 'merge', { metadata: { labels: { disk: null } } }));
    await cluster.advance(3000);
    expect(await nodesOf(cluster)).toEqual(['worker-3']);
    expect((await cluster.events('agent')).map((event) => event.replace(/agent-\w+$/, 'agent-x')).sort(byText)).toEqual([
      'SuccessfulCreate: Created pod: agent-x',
      'SuccessfulCreate: Created pod: agent-x',
      'SuccessfulDelete: Deleted pod: agent-x',
    ]);
  });

  it('is updated node by node', async () => {
    const cluster = await smallCluster({ nodes: 3 });
    await cluster.create(DaemonSets, set);
    await cluster.advance(3000);
    await cluster.drive(cluster.client.patch(DaemonSets, 'agent', 'default', 'merge', { spec: { template: template('nginx:2') } }));
    let least = 3;
    for (let step = 0; step < 100; step += 1) {
      await cluster.advance(100);
      least = Math.min(least, (await cluster.pods()).filter((pod) => pod.status?.phase === 'Running').length);
    }
    expect([least, await imagesOf(cluster), await nodesOf(cluster)]).toEqual([
      2,
      ['nginx:2', 'nginx:2', 'nginx:2'],
      ['worker-1', 'worker-2', 'worker-3'],
    ]);
  });

  it('tolerates what a node may come to suffer', async () => {
    const cluster = await smallCluster({ nodes: 1 });
    await cluster.create(DaemonSets, set);
    await cluster.advance(2000);
    const [pod] = await cluster.pods();
    expect(pod?.spec?.tolerations?.map((each) => `${each.key?.replace('node.kubernetes.io/', '')}:${each.effect}`)).toEqual([
      'not-ready:NoExecute',
      'unreachable:NoExecute',
      'disk-pressure:NoSchedule',
      'memory-pressure:NoSchedule',
      'pid-pressure:NoSchedule',
      'unschedulable:NoSchedule',
    ]);
  });
});

describe('a StatefulSet (I17)', () => {
  const set = (replicas: number, more: object = {}): object => ({
    metadata: { name: 'db' },
    spec: { replicas, serviceName: 'db', selector, template: template(), ...more },
  });

  it('makes Pods in order, each when the one before is ready, and takes them away in reverse', async () => {
    const cluster = await smallCluster({ stopMs: 500 });
    await cluster.create(
      StatefulSets,
      set(3, {
        volumeClaimTemplates: [
          { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
        ],
      }),
    );
    await cluster.advance(300);
    expect((await cluster.pods()).map(nameOf)).toEqual(['db-0']);
    await cluster.advance(5000);
    const pods = await cluster.pods();
    expect(pods.map(nameOf)).toEqual(['db-0', 'db-1', 'db-2']);
    expect(pods[1]?.metadata?.labels).toMatchObject({ 'statefulset.kubernetes.io/pod-name': 'db-1', 'apps.kubernetes.io/pod-index': '1' });
    expect(pods[1]?.spec).toMatchObject({ hostname: 'db-1', subdomain: 'db' });
    expect((await cluster.list(PersistentVolumeClaims)).map(nameOf)).toEqual(['data-db-0', 'data-db-1', 'data-db-2']);
    expect((await cluster.events('db')).slice(0, 2)).toEqual([
      'SuccessfulCreate: create Claim data-db-0 Pod db-0 in StatefulSet db success',
      'SuccessfulCreate: create Pod db-0 in StatefulSet db successful',
    ]);
    await cluster.drive(cluster.client.patch(StatefulSets, 'db', 'default', 'merge', { spec: { replicas: 1 } }));
    await cluster.advance(400);
    expect((await cluster.pods()).map(nameOf)).toEqual(['db-0', 'db-1']);
    await cluster.advance(5000);
    expect((await cluster.pods()).map(nameOf)).toEqual(['db-0']);
    expect(await cluster.list(PersistentVolumeClaims)).toHaveLength(3);
    expect((await cluster.events('db')).at(-1)).toBe('SuccessfulDelete: delete Pod db-1 in StatefulSet db successful');
  });

  it('updates from the highest ordinal down to the partition, and stays stuck behind a broken Pod', async () => {
    const cluster = await smallCluster({ isBroken: (pod) => pod.spec?.containers[0]?.image === 'bad' });
    await cluster.create(StatefulSets, set(3, { updateStrategy: { rollingUpdate: { partition: 1 } } }));
    await cluster.advance(8000);
    const patch = (spec: object): Promise<StatefulSet> =>
      cluster.drive(cluster.client.patch(StatefulSets, 'db', 'default', 'merge', { spec }));
    await patch({ template: template('nginx:2') });
    await cluster.advance(8000);
    expect(await imagesOf(cluster)).toEqual(['nginx:1', 'nginx:2', 'nginx:2']);
    await patch({ updateStrategy: { rollingUpdate: { partition: 0 } } });
    await cluster.advance(8000);
    expect(await imagesOf(cluster)).toEqual(['nginx:2', 'nginx:2', 'nginx:2']);
    const { status } = await cluster.get(StatefulSets, 'db');
    expect(status?.currentRevision).toBe(status?.updateRevision);
    expect(status).toMatchObject({ replicas: 3, readyReplicas: 3, currentReplicas: 3, updatedReplicas: 3 });
    await patch({ template: template('bad') });
    await cluster.advance(8000);
    await patch({ template: template('nginx:2') });
    await cluster.advance(8000);
    expect(await imagesOf(cluster)).toEqual(['nginx:2', 'nginx:2', 'bad']);
    await cluster.drive(cluster.client.delete(Pods, 'db-2', 'default'));
    await cluster.advance(8000);
    expect(await imagesOf(cluster)).toEqual(['nginx:2', 'nginx:2', 'nginx:2']);
  });

  it('makes all at once when it is Parallel, and replaces what failed', async () => {
    const cluster = await smallCluster();
    await cluster.create(StatefulSets, set(3, { podManagementPolicy: 'Parallel' }));
    await cluster.advance(300);
    expect(await cluster.pods()).toHaveLength(3);
    await cluster.advance(3000);
    const { uid } = (await cluster.get(Pods, 'db-1')).metadata ?? {};
    await cluster.drive(
      cluster.client.patch(Pods, 'db-1', 'default', 'strategic', { status: { phase: 'Failed' } }, { subresource: 'status' }),
    );
    await cluster.advance(5000);
    expect((await cluster.get(Pods, 'db-1')).metadata?.uid).not.toBe(uid);
    expect(await cluster.events('db')).toContain('RecreatingFailedPod: StatefulSet default/db is recreating failed Pod db-1');
  });
});

describe('a Job (I18)', () => {
  const job = (spec: object): object => ({
    metadata: { name: 'pi' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'pi' }] } }, ...spec },
  });
  const conditions = (of: Job): readonly string[] =>
    (of.status?.conditions ?? []).map((each) => `${each.type} ${each.status} ${each.reason}: ${each.message}`);

  it('runs until enough Pods have succeeded, so many at once, and keeps them', async () => {
    const cluster = await smallCluster({ endOf: () => ({ afterMs: 3000, exitCode: 0 }) });
    await cluster.create(Jobs, job({ completions: 5, parallelism: 2 }));
    let most = 0;
    for (let step = 0; step < 80; step += 1) {
      await cluster.advance(500);
      most = Math.max(most, (await cluster.pods()).filter((pod) => pod.status?.phase !== 'Succeeded').length);
    }
    const done = await cluster.get(Jobs, 'pi');
    expect(most).toBe(2);
    expect(done.status).toMatchObject({
      succeeded: 5,
      ready: 0,
      terminating: 0,
      uncountedTerminatedPods: {},
      completionTime: expect.any(String),
    });
    expect(conditions(done)).toEqual([
      'SuccessCriteriaMet True CompletionsReached: Reached expected number of succeeded pods',
      'Complete True CompletionsReached: Reached expected number of succeeded pods',
    ]);
    const pods = await cluster.list(Pods);
    expect([pods.length, pods.every((pod) => (pod.metadata?.finalizers ?? []).length === 0)]).toEqual([5, true]);
    expect((await cluster.events('pi')).at(-1)).toBe('Completed: Job completed');
  });

  it('tries again after 10 s, 20 s, and gives up at its limit', async () => {
    const cluster = await smallCluster({ endOf: () => ({ afterMs: 100, exitCode: 1 }) });
    await cluster.create(Jobs, job({ backoffLimit: 2 }));
    await cluster.advance(120_000);
    const failed = await cluster.get(Jobs, 'pi');
    expect(failed.status).toMatchObject({ failed: 3 });
    expect(conditions(failed)).toEqual([
      'FailureTarget True BackoffLimitExceeded: Job has reached the specified backoff limit',
      'Failed True BackoffLimitExceeded: Job has reached the specified backoff limit',
    ]);
    const times = (await cluster.list(Pods)).map((pod) => Date.parse(pod.metadata?.creationTimestamp ?? '') / 1000).sort((a, b) => a - b);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(10);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(20);
    expect((await cluster.events('pi')).at(-1)).toBe('BackoffLimitExceeded: Job has reached the specified backoff limit');
  });

  it('gives each Pod of an Indexed Job its index', async () => {
    const cluster = await smallCluster({ endOf: () => ({ afterMs: 500, exitCode: 0 }) });
    await cluster.create(Jobs, job({ completions: 3, parallelism: 3, completionMode: 'Indexed' }));
    await cluster.advance(20_000);
    const pods = await cluster.list(Pods);
    expect(pods.map((pod) => pod.metadata?.annotations?.['batch.kubernetes.io/job-completion-index']).sort(byText)).toEqual([
      '0',
      '1',
      '2',
    ]);
    expect(pods.map((pod) => pod.spec?.hostname).sort(byText)).toEqual(['pi-0', 'pi-1', 'pi-2']);
    expect(pods[0]?.spec?.containers[0]?.env?.map((each) => each.name)).toEqual(['JOB_COMPLETION_INDEX']);
    expect((await cluster.get(Jobs, 'pi')).status).toMatchObject({ succeeded: 3, completedIndexes: '0-2' });
  });

  it('stops at its deadline, and its Pods are gone before it is Failed', async () => {
    const cluster = await smallCluster({ stopMs: 5000 });
    await cluster.create(Jobs, job({ activeDeadlineSeconds: 20 }));
    await cluster.advance(23_000);
    expect(conditions(await cluster.get(Jobs, 'pi'))).toEqual([
      'FailureTarget True DeadlineExceeded: Job was active longer than specified deadline',
    ]);
    await cluster.advance(10_000);
    expect(conditions(await cluster.get(Jobs, 'pi')).at(-1)).toBe(
      'Failed True DeadlineExceeded: Job was active longer than specified deadline',
    );
    expect(await cluster.list(Pods)).toHaveLength(0);
  });

  it('can be suspended and resumed, and deleted with its Pods', async () => {
    const cluster = await smallCluster();
    await cluster.create(Jobs, job({ suspend: true }));
    await cluster.advance(3000);
    expect(await cluster.pods()).toHaveLength(0);
    expect(conditions(await cluster.get(Jobs, 'pi'))).toEqual(['Suspended True JobSuspended: Job suspended']);
    await cluster.drive(cluster.client.patch(Jobs, 'pi', 'default', 'merge', { spec: { suspend: false } }));
    await cluster.advance(3000);
    expect(await cluster.pods()).toHaveLength(1);
    expect(conditions(await cluster.get(Jobs, 'pi'))).toEqual(['Suspended False JobResumed: Job resumed']);
    expect(await cluster.events('pi')).toEqual([
      'Suspended: Job suspended',
      expect.stringMatching(/^SuccessfulCreate: Created pod: pi-\w{5}$/),
      'Resumed: Job resumed',
    ]);
    await cluster.drive(cluster.client.delete(Jobs, 'pi', 'default', { propagationPolicy: 'Background' }));
    await cluster.advance(5000);
    expect(await cluster.list(Pods)).toHaveLength(0);
  });

  it.each([
    ['', []],
    ['3', [3]],
    ['0,1', [0, 1]],
    ['0-2', [0, 1, 2]],
    ['1,3-5,7,8', [1, 3, 4, 5, 7, 8]],
  ] as const)('writes its indexes as %s', (text, indexes) => {
    expect(formatIndexes(indexes)).toBe(text);
    expect([...parseIndexes(text, 100)]).toEqual(indexes);
  });
});
