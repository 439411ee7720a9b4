/** A Pod's life on one node. FIDELITY D1 to D9. */
import { describe, expect, it } from 'vitest';
import type { Node } from '../../src/api/generated/types.ts';
import { container, startNode, state } from './support.ts';

describe('a node', () => {
  it('registers, says that it is ready and renews its lease', async () => {
    const node = startNode();
    await node.seconds(35);
    const found = node.api.get<Node>('/api/v1/nodes/worker-1');
    expect(found?.status?.conditions?.map((each) => [each.type, each.status, each.reason, each.message])).toEqual([
      ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
      ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
      ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
      ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
    ]);
    expect(found?.status?.allocatable).toMatchObject({ cpu: '4', memory: '8092Mi', pods: '110' });
    expect(node.events('worker-1')).toEqual([
      'Starting: Starting kubelet.', 'NodeHasSufficientMemory: Node worker-1 status is now: NodeHasSufficientMemory',
      'NodeHasNoDiskPressure: Node worker-1 status is now: NodeHasNoDiskPressure', 'NodeHasSufficientPID: Node worker-1 status is now: NodeHasSufficientPID',
      'NodeReady: Node worker-1 status is now: NodeReady', 'NodeAllocatableEnforced: Updated Node Allocatable limit across pods',
    ]);
    const renewals = node.api.requests.filter((each) => each.method === 'PUT' && each.path.endsWith('/leases/worker-1'));
    expect(renewals.length).toBe(3);
  });
});

describe('a Pod', () => {
  it('runs: sandbox, pull, start, Ready', async () => {
    const node = startNode();
    node.addPod('web', { containers: [container('web', 'nginx')] });
    await node.seconds(0.5);
    expect(state(node.pod('web'))).toEqual({ waiting: { reason: 'ContainerCreating' } });
    expect(node.pod('web')?.status?.conditions?.map((each) => `${each.type} ${each.status} ${each.reason ?? ''} ${each.message ?? ''}`.trim())).toEqual([
      'PodReadyToStartContainers True', 'Initialized True', 'Ready False ContainersNotReady containers with unready status: [web]',
      'ContainersReady False ContainersNotReady containers with unready status: [web]', 'PodScheduled True',
    ]);
    await node.seconds(5);
    const pod = node.pod('web');
    expect(pod?.status?.phase).toBe('Running');
    expect(pod?.status?.conditions?.every((each) => each.status === 'True')).toBe(true);
    expect(pod?.status?.containerStatuses?.[0]).toMatchObject({
      name: 'web', ready: true, started: true, restartCount: 0, image: 'docker.io/library/nginx:latest', imageID: 'docker.io/library/nginx@sha256:0',
      containerID: expect.stringContaining('containerd://'), lastState: {},
    });
    expect(pod?.status).toMatchObject({ hostIP: '10.0.0.1', hostIPs: [{ ip: '10.0.0.1' }], podIP: expect.stringContaining('10.244.1.'), qosClass: 'BestEffort' });
    expect(node.events('web')).toEqual([
      'Pulling: Pulling image "nginx"', 'Pulled: Successfully pulled image "nginx" in 1s (1s including waiting). Image size: 1234 bytes.',
      'Created: Created container: web', 'Started: Started container web',
    ]);
  });

  it('is told about with few requests', async () => {
    const node = startNode();
    node.addPod('web', { containers: [container('web', 'nginx')] });
    await node.seconds(60);
    const patches = node.api.requests.filter((each) => each.path.endsWith('/pods/web/status'));
    expect(patches.length).toBeLessThanOrEqual(3);
  });

  it('is deleted: SIGTERM, grace, SIGKILL, then its object', async () => {
    const node = startNode({ stubborn: { ignoresTerm: true } });
    node.addPod('web', { containers: [container('web', 'stubborn')] });
    await node.seconds(5);
    node.deletePod('web', 20);
    await node.seconds(19);
    expect(node.pod('web')?.status?.phase).toBe('Running');
    expect(node.events('web').at(-1)).toBe('Killing: Stopping container web');
    await node.seconds(2);
    expect(node.pod('web')).toBeUndefined();
    expect(node.api.requests.filter((each) => each.method === 'DELETE').map((each) => each.body)).toEqual([
      expect.objectContaining({ gracePeriodSeconds: 0, preconditions: { uid: 'uid-web' } }),
    ]);
    expect(node.runtime.listContainers()).toEqual([]);
    expect(node.runtime.listPodSandboxes()).toEqual([]);
  });

  it('is killed sooner when a second delete shortens the grace', async () => {
    const node = startNode({ stubborn: { ignoresTerm: true } });
    node.addPod('web', { containers: [container('web', 'stubborn')] });
    await node.seconds(5);
    node.deletePod('web', 60);
    await node.seconds(5);
    node.deletePod('web', 1);
    await node.seconds(4);
    expect(node.pod('web')).toBeUndefined();
  });

  it('ends as Succeeded or Failed where it is not restarted', async () => {
    const node = startNode({ good: { exitAfterMs: 3000 }, bad: { exitAfterMs: 3000, exitCode: 3 } });
    node.addPod('good', { restartPolicy: 'Never', containers: [container('c', 'good')] });
    node.addPod('bad', { restartPolicy: 'Never', containers: [container('c', 'bad')] });
    await node.seconds(10);
    expect(node.pod('good')?.status).toMatchObject({ phase: 'Succeeded', conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'False', reason: 'PodCompleted' })]) });
    expect(state(node.pod('good'))).toMatchObject({ terminated: { exitCode: 0, reason: 'Completed' } });
    expect(node.pod('bad')?.status).toMatchObject({ phase: 'Failed', conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'False', reason: 'PodFailed' })]) });
    expect(state(node.pod('bad'))).toMatchObject({ terminated: { exitCode: 3, reason: 'Error' } });
    expect(node.runtime.listContainers().length).toBe(2);
  });
});
