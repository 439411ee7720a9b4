import { describe, expect, it } from 'vitest';
import { nodesToFind, scheduleOne } from '../../src/scheduler/cycle.ts';
import { fitError } from '../../src/scheduler/fit-error.ts';
import { planPreemption } from '../../src/scheduler/preemption.ts';
import { backoffMs, SchedulingQueue } from '../../src/scheduler/queue.ts';
import { DEFAULT_PLUGINS } from '../../src/scheduler/plugins/registry.ts';
import { node, OPTIONS, pod, snapshotOf } from './support.ts';
import type { Snapshot } from '../../src/scheduler/snapshot.ts';

const run = (incoming: ReturnType<typeof pod>, snapshot: Snapshot) => scheduleOne(incoming, snapshot, OPTIONS);
const score = (snapshot: Snapshot, incoming: ReturnType<typeof pod>, on: string, plugin: string) =>
  run(incoming, snapshot).nodes.find((one) => one.node === on)?.scores?.find((one) => one.plugin === plugin);

describe('C6: scores', () => {
  it('LeastAllocated: (2000-500)*100/2000 = 75 and (4Gi-1Gi)*100/4Gi = 75, mean 75', () => {
    expect(score(snapshotOf([node('a')]), pod('p', { cpu: '500m', memory: '1Gi' }), 'a', 'NodeResourcesFit')?.raw).toBe(75);
  });
  it('LeastAllocated counts 100m and 200Mi for a container that asks for nothing', () => {
    // (2000-100)*100/2000 = 95; (4096-200)*100/4096 = 95.1 -> 95
    expect(score(snapshotOf([node('a')]), pod('p'), 'a', 'NodeResourcesFit')?.raw).toBe(95);
  });
  it('BalancedAllocation: fractions 1/2 and 1/4 deviate by 1/8: 87', () => {
    expect(score(snapshotOf([node('a')]), pod('p', { cpu: '1', memory: '1Gi' }), 'a', 'NodeResourcesBalancedAllocation')?.raw).toBe(87);
  });
  it('BalancedAllocation leaves best-effort Pods out', () => {
    expect(score(snapshotOf([node('a')]), pod('p'), 'a', 'NodeResourcesBalancedAllocation')).toBeUndefined();
  });
  it('TaintToleration: fewest PreferNoSchedule taints win, weight 3', () => {
    const taints = [{ key: 'slow', value: 'x', effect: 'PreferNoSchedule' }];
    const snapshot = snapshotOf([node('a', { taints }), node('b')]);
    expect(score(snapshot, pod('p'), 'a', 'TaintToleration')).toMatchObject({ raw: 1, normalized: 0 });
    expect(score(snapshot, pod('p'), 'b', 'TaintToleration')).toMatchObject({ normalized: 100, weighted: 300 });
  });
  it('ImageLocality: 500 MiB on one of two nodes counts 250 MiB: (250-23)*100/(1000-23) = 23', () => {
    const images = [{ names: ['nginx:latest'], sizeBytes: 500 * 1024 * 1024 }];
    expect(score(snapshotOf([node('a', { images }), node('b')]), pod('p'), 'a', 'ImageLocality')?.raw).toBe(23);
  });
  it('PodTopologySpread defaults: a Pod of the same ReplicaSet on a makes b better', () => {
    const labels = { app: 'web' };
    const snapshot = snapshotOf([node('a'), node('b')], [pod('w1', { on: 'a', labels })], { spreadSelectors: () => [{ matchLabels: labels }] });
    // hostname only (no zones): count * ln(2+2) + (3-1): a = 1.386+2 -> 3, b = 2; a: 100*(3+2-3)/3 = 66, b: 100
    expect(score(snapshot, pod('w2', { labels }), 'a', 'PodTopologySpread')).toMatchObject({ raw: 3, normalized: 66 });
    expect(score(snapshot, pod('w2', { labels }), 'b', 'PodTopologySpread')).toMatchObject({ raw: 2, normalized: 100 });
  });
});

describe('C7, C8: filters and their sentences', () => {
  const rows: readonly [string, ReturnType<typeof node>[], ReturnType<typeof pod>[], ReturnType<typeof pod>, string][] = [
    ['resources, each reason by itself', [node('a', { cpu: '1', memory: '1Gi' })], [], pod('p', { cpu: '2', memory: '2Gi' }), '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.'],
    ['counts sorted as text', [node('a', { taints: [{ key: 'gpu', value: 'x', effect: 'NoSchedule' }] }), node('b', { unschedulable: true }), node('c', { cpu: '1' })], [], pod('p', { cpu: '2' }),
      '0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {gpu: x}, 1 node(s) were unschedulable.'],
    ['node selector', [node('a')], [], pod('p', { spec: { nodeSelector: { disk: 'ssd' } } }), "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."],
    ['host port', [node('a')], [pod('q', { on: 'a', hostPort: 80 })], pod('p', { hostPort: 80 }), "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."],
    ['pods', [node('a', { pods: '1' })], [pod('q', { on: 'a' })], pod('p'), '0/1 nodes are available: 1 Too many pods.'],
    ['missing claim', [node('a')], [], pod('p', { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] } }), '0/1 nodes are available: persistentvolumeclaim "data" not found.'],
    ['anti-affinity of an existing Pod', [node('a')],
      [pod('q', { on: 'a', spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'x' } } }] } } } })],
      pod('p', { labels: { app: 'x' } }), "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules."],
    ['topology spread', [node('a', { labels: { zone: '1' } }), node('b')], [pod('q', { on: 'a', labels: { app: 'x' } })],
      pod('p', { labels: { app: 'x' }, spec: { topologySpreadConstraints: [{ maxSkew: 1, minDomains: 2, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'x' } } }] } }),
      "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) didn't match pod topology spread constraints (missing required label)."],
  ];
  it.each(rows)('%s', (_name, nodes, pods, incoming, sentence) => {
    const result = run(incoming, snapshotOf(nodes, pods));
    expect(result.chosen).toBeUndefined();
    expect(fitError(nodes.length, result.diagnosis)).toBe(sentence);
  });
  it('the first Pod of a group that asks for its own company is let in', () => {
    const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'x' } } }] } };
    expect(run(pod('p', { labels: { app: 'x' }, spec: { affinity } }), snapshotOf([node('a')])).chosen).toBe('a');
    expect(run(pod('p', { labels: { app: 'y' }, spec: { affinity } }), snapshotOf([node('a')])).chosen).toBeUndefined();
  });
});

describe('C4: how many nodes are enough', () => {
  it.each([[50, 50], [100, 100], [1000, 420], [5000, 500], [15_000, 750]])('%i nodes: %i', (total, enough) => {
    expect(nodesToFind(total)).toBe(enough);
  });
});

describe('C11: preemption', () => {
  const plan = (incoming: ReturnType<typeof pod>, snapshot: Snapshot) =>
    planPreemption({ pod: incoming, snapshot, diagnosis: run(incoming, snapshot).diagnosis, plugins: DEFAULT_PLUGINS, budgets: [], draw: () => 0 });
  it('takes the node whose victims matter least, and no more of them than needed', () => {
    const snapshot = snapshotOf([node('a'), node('b')], [
      pod('a1', { on: 'a', cpu: '1', priority: 5 }), pod('a2', { on: 'a', cpu: '1', priority: 5 }),
      pod('b1', { on: 'b', cpu: '1', priority: 1 }), pod('b2', { on: 'b', cpu: '1', priority: 4 }),
    ]);
    expect(plan(pod('p', { cpu: '1', priority: 10 }), snapshot)).toMatchObject({ plan: { node: 'b', victims: [{ metadata: { name: 'b1' } }] } });
  });
  it('says so when nobody is less important', () => {
    const snapshot = snapshotOf([node('a'), node('b', { taints: [{ key: 'x', effect: 'NoSchedule' }] })], [pod('q', { on: 'a', cpu: '2' })]);
    expect(plan(pod('p', { cpu: '1' }), snapshot)).toEqual({
      message: '0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.',
    });
  });
  it('respects preemptionPolicy Never', () => {
    expect(plan(pod('p', { spec: { preemptionPolicy: 'Never' } }), snapshotOf([node('a')]))).toEqual({ message: 'not eligible due to preemptionPolicy=Never.' });
  });
});

describe('C1, C2: the queue', () => {
  it('backs off 1 s doubling to 10 s', () => {
    expect([1, 2, 3, 4, 5, 9].map(backoffMs)).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
  });
  it('pops by priority, then by age', () => {
    const queue = new SchedulingQueue();
    queue.add('a', pod('a'), 1);
    queue.add('b', pod('b', { priority: 10 }), 2);
    queue.add('c', pod('c'), 0);
    expect([queue.pop()?.key, queue.pop()?.key, queue.pop()?.key]).toEqual(['b', 'c', 'a']);
  });
  it('moves only the Pods that the event can help', () => {
    const queue = new SchedulingQueue();
    for (const [key, plugin] of [['a', 'NodeResourcesFit'], ['b', 'VolumeBinding']] as const) {
      queue.add(key, pod(key), 0);
      const popped = queue.pop();
      if (popped) queue.reject(popped, new Set([plugin]), 0);
    }
    expect(queue.move('pod-delete', 60_000)).toBe(true);
    expect(queue.pop()?.key).toBe('a');
    expect(queue.pop()).toBeUndefined();
    expect(queue.flush(5 * 60_000)).toBeUndefined();
    expect(queue.pop()?.key).toBe('b');
  });
});
