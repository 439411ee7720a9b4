/** The conditions of "run until" as pure functions of what was there and what is there. */
import { describe, expect, it } from 'vitest';
import { openCluster } from '../../src/cluster/open.ts';
import { makeProfile } from '../../src/cluster/profile.ts';
import type { Deployment, Node, Pod } from '../../src/api/generated/types.ts';
import type { TraceRecord } from '../../src/base/trace.ts';
import { HOLDS, isChange, WORTH_A_LOOK } from '../../src/cluster/run-conditions.ts';
import type { ClusterState, Standing } from '../../src/cluster/run-conditions.ts';

const NOTHING: ClusterState = { nodes: [], pods: [], deployments: [], replicasets: [], statefulsets: [], daemonsets: [] };
const ready = (is: boolean) => [{ type: 'Ready', status: is ? 'True' : 'False' }];

const node = (name: string, is: boolean): Node => ({ metadata: { name }, status: { conditions: ready(is) } });
const pod = (uid: string, is: boolean, status: Pod['status'] = {}): Pod => ({
  metadata: { uid },
  status: { phase: 'Running', conditions: ready(is), ...status },
});
const container = (state: object, restartCount = 0) => ({
  containerStatuses: [{ name: 'c', image: 'i', imageID: '', ready: false, restartCount, state }],
});
const deployment = (wanted: number, status: Deployment['status']): Deployment =>
  ({ metadata: { name: 'web', generation: 2 }, spec: { replicas: wanted }, status }) as Deployment;
const settled = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2 };

describe('conditions', () => {
  const two = [pod('a', true), pod('b', true)];
  const rows: readonly (readonly [
    condition: Standing,
    name: string,
    before: Partial<ClusterState>,
    now: Partial<ClusterState>,
    holds: boolean,
  ])[] = [
    ['all-pods-ready', 'an empty cluster', {}, {}, true],
    ['all-pods-ready', 'all are', {}, { pods: two, deployments: [deployment(2, settled)] }, true],
    ['all-pods-ready', 'one is not', {}, { pods: [...two, pod('c', false)] }, false],
    ['all-pods-ready', 'one is done', {}, { pods: [...two, pod('c', false, { phase: 'Succeeded' })] }, true],
    [
      'all-pods-ready',
      'one was just asked for, and its Pod is not made yet',
      {},
      { pods: two, deployments: [deployment(3, settled)] },
      false,
    ],
    [
      'all-pods-ready',
      'the Deployment was not looked at yet',
      {},
      { pods: two, deployments: [deployment(2, { ...settled, observedGeneration: 1 })] },
      false,
    ],
    [
      'all-pods-ready',
      'a roll-out is half way',
      {},
      { pods: two, deployments: [deployment(2, { ...settled, updatedReplicas: 1 })] },
      false,
    ],
    ['all-pods-ready', 'a new Deployment without a status', {}, { deployments: [deployment(1, undefined)] }, false],
    ['a-pod-ready', 'those that were', { pods: two }, { pods: two }, false],
    ['a-pod-ready', 'another', { pods: [pod('a', true), pod('b', false)] }, { pods: two }, true],
    ['a-pod-ready', 'one of the same name that took its place', { pods: [pod('a', true)] }, { pods: [pod('a2', true)] }, true],
    ['a-pod-ready', 'one was lost', { pods: two }, { pods: [pod('a', true), pod('b', false)] }, false],
    ['a-pod-fails', 'it starts as usual', {}, { pods: [pod('a', false, container({ waiting: { reason: 'ContainerCreating' } }))] }, false],
    [
      'a-pod-fails',
      'its image cannot be pulled',
      {},
      { pods: [pod('a', false, container({ waiting: { reason: 'ErrImagePull' } }))] },
      true,
    ],
    [
      'a-pod-fails',
      'it failed before and still does',
      { pods: [pod('a', false, container({ waiting: { reason: 'ErrImagePull' } }))] },
      { pods: [pod('a', false, container({ waiting: { reason: 'ErrImagePull' } }))] },
      false,
    ],
    [
      'a-pod-fails',
      'its container was killed',
      { pods: [pod('a', true, container({ running: {} }))] },
      { pods: [pod('a', false, container({ terminated: { exitCode: 137 } }))] },
      true,
    ],
    [
      'a-pod-fails',
      'its container ended well',
      { pods: [pod('a', true, container({ running: {} }))] },
      { pods: [pod('a', false, container({ terminated: { exitCode: 0 } }))] },
      false,
    ],
    [
      'a-pod-fails',
      'its container is running again',
      { pods: [pod('a', true, container({ running: {} }, 1))] },
      { pods: [pod('a', true, container({ running: {} }, 2))] },
      true,
    ],
    ['a-pod-fails', 'it was evicted', { pods: two }, { pods: [pod('a', true), pod('b', false, { phase: 'Failed' })] }, true],
    ['a-node-not-ready', 'all are', { nodes: [node('one', true)] }, { nodes: [node('one', true)] }, false],
    ['a-node-not-ready', 'one went silent', { nodes: [node('one', true)] }, { nodes: [node('one', false)] }, true],
    ['a-node-not-ready', 'it was silent before', { nodes: [node('one', false)] }, { nodes: [node('one', false)] }, false],
  ];
  it.each(rows)('%s: %s', (condition, _name, before, now, holds) => {
    expect(HOLDS[condition]({ ...NOTHING, ...before }, { ...NOTHING, ...now })).toBe(holds);
  });
});

describe('what makes it worth to look', () => {
  const write = (path: string, revision?: number): TraceRecord =>
    ({
      at: 1,
      event: {
        type: 'request',
        client: 'kubelet',
        user: 'u',
        verb: 'patch',
        path,
        status: 200,
        ...(revision !== undefined && { revision }),
      },
    }) as TraceRecord;
  it.each([
    ['/api/v1/namespaces/default/pods/web-1/status', 7, true],
    ['/api/v1/namespaces/default/pods/web-1', undefined, false],
    ['/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/worker-1', 7, false],
    ['/api/v1/namespaces/default/events', 7, false],
  ])('%s at revision %s', (path, revision, changed) => {
    expect(isChange(write(path, revision))).toBe(changed);
  });
  it('is a Pod for what is about Pods', () => {
    expect(WORTH_A_LOOK['a-pod-ready'].test('/api/v1/namespaces/default/pods/web-1/status')).toBe(true);
    expect(WORTH_A_LOOK['a-pod-ready'].test('/apis/apps/v1/namespaces/default/deployments/web/status')).toBe(false);
    expect(WORTH_A_LOOK['a-node-not-ready'].test('/api/v1/nodes/worker-1/status')).toBe(true);
  });
});

it('runs a cluster until it is so, and no further', async () => {
  const sandbox = await openCluster({ profile: makeProfile({ seed: 'until', nodes: 1 }) });
  const session = await sandbox.shell();
  const seconds = () => sandbox.time.state.nowMicros / 1e6;
  const pods = async () => (await session.run('kubectl get pods --no-headers')).stdout;
  // A cluster is up when its Pods are Ready; CoreDNS's Deployment says so some milliseconds later.
  expect(await sandbox.time.runUntil({ condition: 'all-pods-ready' })).toBe('reached');
  const begun = seconds();
  expect(await sandbox.time.runUntil({ condition: 'all-pods-ready' })).toBe('reached');
  expect(seconds()).toBe(begun);
  await session.run('kubectl create deployment web --image=nginx --replicas=2');
  expect(await sandbox.time.runUntil({ condition: 'a-pod-ready' })).toBe('reached');
  expect(await pods()).toMatch(/1\/1[^]*0\/1|0\/1[^]*1\/1/);
  expect(await sandbox.time.runUntil({ condition: 'all-pods-ready' })).toBe('reached');
  expect((await pods()).match(/1\/1 +Running/g)).toHaveLength(2);
  await session.run('kubectl set image deployment/web nginx=nginx:no-such-tag');
  expect(await sandbox.time.runUntil({ condition: 'a-pod-fails' })).toBe('reached');
  expect(await pods()).toMatch(/ErrImagePull|ImagePullBackOff/);
  await sandbox.fault({ type: 'node-crash', node: 'worker-1' });
  const pulled = seconds();
  expect(await sandbox.time.runUntil({ condition: 'a-node-not-ready' })).toBe('reached');
  expect(seconds() - pulled).toBeGreaterThan(30);
  expect(seconds() - pulled).toBeLessThan(70);
  expect(await sandbox.time.runUntil({ condition: 'a-pod-ready', limitMicros: sandbox.time.state.nowMicros + 20e6 })).toBe('limit');
  await sandbox.close();
});
