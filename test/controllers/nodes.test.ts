import { describe, expect, it } from 'vitest';
import { nameOf } from '../../src/api/meta.ts';
import { Deployments, EndpointSlices, Nodes, Pods, Services } from '../../src/api/resources.ts';
import { byText, smallCluster, type SmallCluster } from '../support/small-cluster.ts';

const deployment = (replicas: number): object => ({
  metadata: { name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  },
});
const taints = async (cluster: SmallCluster, name: string): Promise<readonly string[]> =>
  ((await cluster.get(Nodes, name)).spec?.taints ?? []).map((taint) => `${taint.key.replace('node.kubernetes.io/', '')}:${taint.effect}`);

describe('a node that falls silent (I23)', () => {
  it('becomes Unknown after 50 s, its Pods not ready at once, and loses them after 300 s more; they stay Terminating until it is back', async () => {
    const cluster = await smallCluster({ nodes: 4 });
    await cluster.create(Deployments, deployment(4));
    await cluster.create(Services, { metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } });
    await cluster.advance(20_000);
    expect((await cluster.pods()).map((pod) => pod.spec?.nodeName).sort(byText)).toEqual(['worker-1', 'worker-2', 'worker-3', 'worker-4']);
    cluster.kubelet.silence('worker-1', true);
    await cluster.advance(40_000);
    expect((await cluster.get(Nodes, 'worker-1')).status?.conditions?.find((each) => each.type === 'Ready')?.status).toBe('True');
    await cluster.advance(25_000);
    const ready = (await cluster.get(Nodes, 'worker-1')).status?.conditions?.find((each) => each.type === 'Ready');
    expect(ready).toMatchObject({ status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' });
    expect(await taints(cluster, 'worker-1')).toEqual(['unreachable:NoSchedule', 'unreachable:NoExecute']);
    expect(await cluster.events('worker-1')).toEqual([
      'RegisteredNode: Node worker-1 event: Registered Node worker-1 in Controller',
      'NodeNotReady: Node worker-1 status is now: NodeNotReady',
    ]);
    const lost = (await cluster.list(Pods)).find((pod) => pod.spec?.nodeName === 'worker-1')!;
    expect(lost.status?.conditions?.find((each) => each.type === 'Ready')?.status).toBe('False');
    expect(await cluster.events(nameOf(lost))).toEqual(['NodeNotReady: Node is not ready']);
    const slice = (await cluster.list(EndpointSlices)).find((each) => nameOf(each).startsWith('web-'));
    expect(slice?.endpoints.filter((endpoint) => endpoint.conditions?.ready === true)).toHaveLength(3);

    await cluster.advance(280_000);
    expect(await cluster.pods()).toHaveLength(4);
    expect((await cluster.get(Pods, nameOf(lost))).metadata?.deletionTimestamp).toBeUndefined();
    await cluster.advance(40_000);
    const gone = await cluster.get(Pods, nameOf(lost));
    expect(gone.metadata?.deletionTimestamp).toBeDefined();
    expect(gone.status?.conditions?.find((each) => each.type === 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    });
    expect((await cluster.events(nameOf(lost)))[1]).toBe(`TaintManagerEviction: Marking for deletion Pod default/${nameOf(lost)}`);
    expect((await cluster.pods()).filter((pod) => pod.spec?.nodeName !== 'worker-1')).toHaveLength(4);

    await cluster.advance(120_000);
    expect(await cluster.list(Pods)).toHaveLength(5);
    cluster.kubelet.silence('worker-1', false);
    await cluster.advance(12_000);
    expect(await cluster.list(Pods)).toHaveLength(4);
    expect(await taints(cluster, 'worker-1')).toEqual([]);
  });

  it('that is back in time keeps its Pods', async () => {
    const cluster = await smallCluster({ nodes: 3 });
    await cluster.create(Deployments, deployment(3));
    await cluster.advance(10_000);
    cluster.kubelet.silence('worker-1', true);
    await cluster.advance(200_000);
    const pod = (await cluster.pods()).find((each) => each.spec?.nodeName === 'worker-1')!;
    cluster.kubelet.silence('worker-1', false);
    await cluster.advance(400_000);
    expect((await cluster.get(Pods, nameOf(pod))).metadata?.deletionTimestamp).toBeUndefined();
    expect((await cluster.events(nameOf(pod))).at(-1)).toBe(`TaintManagerEviction: Cancelling deletion of Pod default/${nameOf(pod)}`);
  });

  it('together with most of its zone keeps its Pods: the fault is probably in between', async () => {
    const cluster = await smallCluster({ nodes: 4 });
    await cluster.create(Deployments, deployment(4));
    await cluster.advance(10_000);
    for (const node of ['worker-1', 'worker-2', 'worker-3']) cluster.kubelet.silence(node, true);
    await cluster.advance(900_000);
    expect(await taints(cluster, 'worker-2')).toEqual(['unreachable:NoSchedule']);
    expect((await cluster.list(Pods)).every((pod) => pod.metadata?.deletionTimestamp === undefined)).toBe(true);
  });
});

describe('a node that is deleted', () => {
  it('takes its Pods with it, after the quarantine', async () => {
    const cluster = await smallCluster({ nodes: 2 });
    await cluster.create(Deployments, deployment(2));
    await cluster.advance(10_000);
    cluster.kubelet.silence('worker-1', true);
    await cluster.drive(cluster.client.delete(Nodes, 'worker-1'));
    await cluster.advance(35_000);
    expect((await cluster.pods()).some((pod) => pod.spec?.nodeName === 'worker-1')).toBe(true);
    await cluster.advance(60_000);
    const pods = await cluster.list(Pods);
    expect(pods.map((pod) => pod.spec?.nodeName)).toEqual(['worker-2', 'worker-2']);
  });
});

describe('nodes', () => {
  it('get a range of Pod addresses each, and taints when they are cordoned', async () => {
    const cluster = await smallCluster({ nodes: 3 });
    const ranges = (await cluster.list(Nodes)).map((node) => [node.spec?.podCIDR, node.spec?.podCIDRs]);
    expect(ranges.map(([range]) => range).sort(byText)).toEqual(['10.244.0.0/24', '10.244.1.0/24', '10.244.2.0/24']);
    await cluster.drive(cluster.client.patch(Nodes, 'worker-1', undefined, 'merge', { spec: { unschedulable: true } }));
    await cluster.advance(200);
    expect(await taints(cluster, 'worker-1')).toEqual(['unschedulable:NoSchedule']);
    await cluster.drive(cluster.client.patch(Nodes, 'worker-1', undefined, 'merge', { spec: { unschedulable: null } }));
    await cluster.advance(200);
    expect(await taints(cluster, 'worker-1')).toEqual([]);
  });
});

describe('an idle cluster', () => {
  it('makes few requests besides the Leases of its nodes, and reconciles nothing', async () => {
    const cluster = await smallCluster({ nodes: 3 });
    await cluster.advance(60_000);
    const before = cluster.trace.length;
    await cluster.advance(3_600_000);
    const later = cluster.trace.slice(before);
    const requests = later.filter((event) => event.type === 'request');
    const leases = requests.filter((event) => event.verb === 'update' && event.path.includes('/leases/worker-'));
    const watches = requests.filter((event) => event.verb === 'watch');
    expect(leases).toHaveLength(3 * 360);
    expect(watches.length).toBeLessThan(52 * 12);
    expect(later.length - leases.length - watches.length).toBe(0);
  });
});
