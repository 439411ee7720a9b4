import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/api/generated/types.ts';
import { controllerOf, labelsOf, nameOf } from '../../src/api/meta.ts';
import { Deployments, Pods, ReplicaSets, ResourceQuotas } from '../../src/api/resources.ts';
import { byText, smallCluster } from '../support/small-cluster.ts';

const web = (replicas: number, image = 'nginx:1', more: object = {}): object => ({
  metadata: { name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } },
    ...more,
  },
});
const withImage = (deployment: Deployment, image: string): Deployment => ({
  ...deployment,
  spec: { ...deployment.spec!, template: { ...deployment.spec!.template, spec: { containers: [{ name: 'c', image }] } } },
});
const image = (
  pods: readonly { readonly spec?: { readonly containers: readonly { readonly image?: string }[] } }[],
): readonly (string | undefined)[] => pods.map((pod) => pod.spec?.containers[0]?.image);

describe('a Deployment', () => {
  it('becomes a ReplicaSet and its Pods, with events and conditions', async () => {
    const cluster = await smallCluster();
    await cluster.create(Deployments, web(3));
    expect(await cluster.list(ReplicaSets)).toHaveLength(0); // The answer comes before its consequences.
    await cluster.advance(3000);
    const [set] = await cluster.list(ReplicaSets);
    const pods = await cluster.pods();
    expect(pods).toHaveLength(3);
    expect(pods.every((pod) => controllerOf(pod)?.uid === set?.metadata?.uid && nameOf(pod).startsWith(`${nameOf(set!)}-`))).toBe(true);
    expect(labelsOf(pods[0]!)['pod-template-hash']).toBe(labelsOf(set!)['pod-template-hash']);
    const deployment = await cluster.get(Deployments, 'web');
    expect(deployment.metadata?.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
    expect(deployment.status).toMatchObject({
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    });
    expect(deployment.status?.conditions?.map((each) => `${each.type} ${each.status} ${each.reason}: ${each.message}`)).toEqual([
      'Available True MinimumReplicasAvailable: Deployment has minimum availability.',
      `Progressing True NewReplicaSetAvailable: ReplicaSet "${nameOf(set!)}" has successfully progressed.`,
    ]);
    expect(await cluster.events('web')).toEqual([`ScalingReplicaSet: Scaled up replica set ${nameOf(set!)} from 0 to 3`]);
    expect([...(await cluster.events(nameOf(set!)))].sort(byText)).toEqual(
      pods.map((pod) => `SuccessfulCreate: Created pod: ${nameOf(pod)}`).sort(byText),
    );
    expect(cluster.decisions('deployment-controller')[0]).toContain('made ReplicaSet');
    expect(cluster.decisions('replicaset-controller')).toEqual([`${nameOf(set!)}: made 3 Pods. It wants 3 Pods and has 0.`]);
  });

  it('rolls to a new template, never below the minimum and never above the surge, and back', async () => {
    const cluster = await smallCluster();
    await cluster.create(Deployments, web(4, 'nginx:1', { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } }));
    await cluster.advance(3000);
    await cluster.drive(cluster.client.update(Deployments, withImage(await cluster.get(Deployments, 'web'), 'nginx:2')));
    let least = 9;
    let most = 0;
    for (let step = 0; step < 200; step += 1) {
      await cluster.advance(50);
      const pods = await cluster.pods();
      least = Math.min(
        least,
        pods.filter((pod) => pod.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True')).length,
      );
      most = Math.max(most, pods.length);
    }
    expect([least, most]).toEqual([3, 5]);
    expect(image(await cluster.pods())).toEqual(Array.from({ length: 4 }, () => 'nginx:2'));
    await cluster.drive(cluster.client.update(Deployments, withImage(await cluster.get(Deployments, 'web'), 'nginx:1')));
    await cluster.advance(15_000);
    expect(image(await cluster.pods())).toEqual(Array.from({ length: 4 }, () => 'nginx:1'));
    const sets = await cluster.list(ReplicaSets);
    expect(sets.map((set) => [set.spec?.replicas, set.metadata?.annotations?.['deployment.kubernetes.io/revision']]).sort(byText)).toEqual([
      [0, '2'],
      [4, '3'],
    ]);
    expect((await cluster.get(Deployments, 'web')).metadata?.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
    await cluster.advance(700_000);
    expect((await cluster.get(Deployments, 'web')).status?.conditions?.find((each) => each.type === 'Progressing')?.reason).toBe(
      'NewReplicaSetAvailable',
    );
  });

  it('stops at a template that does not become ready, and says so after the deadline', async () => {
    const cluster = await smallCluster({ isBroken: (pod) => pod.spec?.containers[0]?.image === 'bad' });
    await cluster.create(Deployments, web(3, 'nginx:1', { progressDeadlineSeconds: 60 }));
    await cluster.advance(5000);
    await cluster.drive(cluster.client.update(Deployments, withImage(await cluster.get(Deployments, 'web'), 'bad')));
    await cluster.advance(90_000);
    expect([...image(await cluster.pods())].sort(byText)).toEqual(['bad', 'nginx:1', 'nginx:1', 'nginx:1']);
    const condition = (await cluster.get(Deployments, 'web')).status?.conditions?.find((each) => each.type === 'Progressing');
    expect(condition).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
    expect(condition?.message).toMatch(/^ReplicaSet "web-\w+" has timed out progressing\.$/);
  });

  it('with Recreate starts new Pods only when the last old one is gone', async () => {
    const cluster = await smallCluster({ stopMs: 2000 });
    await cluster.create(Deployments, web(2, 'nginx:1', { strategy: { type: 'Recreate' } }));
    await cluster.advance(3000);
    await cluster.drive(cluster.client.update(Deployments, withImage(await cluster.get(Deployments, 'web'), 'nginx:2')));
    for (let step = 0; step < 60; step += 1) {
      await cluster.advance(100);
      expect(new Set(image(await cluster.list(Pods))).size).toBeLessThanOrEqual(1);
    }
    expect(image(await cluster.pods())).toEqual(['nginx:2', 'nginx:2']);
  });

  it('goes with its ReplicaSets and Pods when it is deleted', async () => {
    const cluster = await smallCluster();
    await cluster.create(Deployments, web(3));
    await cluster.advance(3000);
    await cluster.drive(cluster.client.delete(Deployments, 'web', 'default', { propagationPolicy: 'Background' }));
    await cluster.advance(3000);
    expect([(await cluster.list(ReplicaSets)).length, (await cluster.list(Pods)).length]).toEqual([0, 0]);
  });
});

describe('a ReplicaSet', () => {
  const bare = (replicas: number): object => ({
    metadata: { name: 'rs' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'rs' } },
      template: { metadata: { labels: { app: 'rs' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  });
  it('adopts a matching Pod, and releases one whose label changes (I16)', async () => {
    const cluster = await smallCluster();
    await cluster.create(Pods, {
      metadata: { name: 'lonely', labels: { app: 'rs' } },
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    });
    await cluster.create(ReplicaSets, bare(2));
    await cluster.advance(3000);
    expect(await cluster.pods()).toHaveLength(2);
    expect(controllerOf(await cluster.get(Pods, 'lonely'))?.name).toBe('rs');
    await cluster.drive(cluster.client.patch(Pods, 'lonely', 'default', 'merge', { metadata: { labels: { app: 'free' } } }));
    await cluster.advance(3000);
    expect(controllerOf(await cluster.get(Pods, 'lonely'))).toBeUndefined();
    expect(await cluster.pods()).toHaveLength(3);
    expect((await cluster.get(ReplicaSets, 'rs')).status).toMatchObject({ replicas: 2, readyReplicas: 2 });
  });
  it('replaces a Pod that is deleted or fails', async () => {
    const cluster = await smallCluster();
    await cluster.create(ReplicaSets, bare(2));
    await cluster.advance(3000);
    const [first] = await cluster.pods();
    await cluster.drive(cluster.client.delete(Pods, nameOf(first!), 'default'));
    await cluster.advance(3000);
    expect(await cluster.pods()).toHaveLength(2);
  });
  it('makes a hundred Pods and no more, 30 at once and then 20 a second', async () => {
    const cluster = await smallCluster();
    await cluster.create(ReplicaSets, bare(100));
    await cluster.advance(1000);
    const early = (await cluster.pods()).length;
    expect(early).toBeGreaterThan(25);
    expect(early).toBeLessThan(55);
    await cluster.advance(15_000);
    expect((await cluster.get(ReplicaSets, 'rs')).status).toMatchObject({ replicas: 100, readyReplicas: 100 });
    expect(await cluster.list(Pods)).toHaveLength(100);
    const events = await cluster.events('rs');
    expect(events.at(-1)).toMatch(/^SuccessfulCreate: \(combined from similar events\): Created pod: rs-\w{5} x\d+$/);
    expect(events).toHaveLength(10);
  });
  it('says why Pods cannot be made, and makes them when they can (ReplicaFailure)', async () => {
    const cluster = await smallCluster();
    await cluster.create(ResourceQuotas, { metadata: { name: 'q' }, spec: { hard: { pods: '1' } } });
    await cluster.advance(100);
    await cluster.create(ReplicaSets, bare(3));
    await cluster.advance(3000);
    const condition = (await cluster.get(ReplicaSets, 'rs')).status?.conditions?.[0];
    expect(condition).toMatchObject({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' });
    expect(condition?.message).toMatch(
      /^pods "rs-\w{5}" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1$/,
    );
    expect((await cluster.events('rs')).some((event) => event.startsWith('FailedCreate: Error creating: pods "rs-'))).toBe(true);
    await cluster.drive(cluster.client.delete(ResourceQuotas, 'q', 'default'));
    await cluster.advance(60_000);
    expect((await cluster.get(ReplicaSets, 'rs')).status).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    });
  });
});
