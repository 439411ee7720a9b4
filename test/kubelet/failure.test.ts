/** What goes wrong in containers and images, and how the kubelet tells it. FIDELITY D3, D4, D9, D10, I19. */
import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../src/api/generated/types.ts';
import { container, startNode, state, type TestNode } from './support.ts';

/** Changes of the first container's state, "seconds since start: state", as a watcher would note them. */
async function watchStates(node: TestNode, name: string, seconds: number): Promise<readonly string[]> {
  const seen: string[] = [];
  const began = node.lone.world.clock.now();
  for (let step = 0; step < seconds * 10; step += 1) {
    await node.lone.advance(100);
    const current = state(node.pod(name)) as { waiting?: { reason: string }; running?: object; terminated?: { reason: string } } | undefined;
    const text = current?.waiting?.reason ?? current?.terminated?.reason ?? (current?.running === undefined ? 'none' : 'Running');
    if (seen.at(-1)?.split(' ')[1] !== text) seen.push(`${((node.lone.world.clock.now() - began) / 1000).toFixed(0)} ${text}`);
  }
  return seen;
}

describe('a container that ends', () => {
  it('is restarted at once, then after 10 s, 20 s, 40 s ...', async () => {
    const node = startNode({ crash: { exitAfterMs: 1000, exitCode: 1 } });
    node.addPod('web', { containers: [container('c', 'crash')] });
    await node.seconds(200);
    const starts = node.runtime.created.map((config) => config.attempt);
    expect(starts).toEqual([0, 1, 2, 3, 4, 5]);
    const status = node.pod('web')?.status?.containerStatuses?.[0];
    expect(status?.restartCount).toBe(5);
    expect(status?.lastState?.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
    expect(status?.state?.waiting).toMatchObject({ reason: 'CrashLoopBackOff', message: 'back-off 2m40s restarting failed container=c pod=web_default(uid-web)' });
    expect(node.pod('web')?.status?.phase).toBe('Running');
    expect(node.events('web').some((text) => /^BackOff: Back-off restarting failed container c in pod web_default\(uid-web\) \(x\d+\)$/.test(text))).toBe(true);
  });

  it('shows its end for 10 s, then CrashLoopBackOff while the wait is longer', async () => {
    const node = startNode({ crash: { exitAfterMs: 1000, exitCode: 1 } });
    node.addPod('web', { containers: [container('c', 'crash')] });
    await node.seconds(13.8);
    const seen = (await watchStates(node, 'web', 30)).slice(1);
    expect(seen.map((text) => text.split(' ')[1])).toEqual(['Error', 'CrashLoopBackOff', 'Running', 'Error']);
    const began = seen.map((text) => Number(text.split(' ')[0]));
    expect((began[2] ?? 0) - (began[0] ?? 0)).toBeGreaterThanOrEqual(19);
  });

  it('starts with a short back-off again after ten good minutes', async () => {
    const node = startNode({ slow: { exitAfterMs: 1_300_000, exitCode: 1 } });
    node.addPod('web', { containers: [container('c', 'slow')] });
    await node.seconds(4000);
    expect(node.runtime.created.length).toBe(4);
    expect(node.events('web').some((text) => text.startsWith('BackOff'))).toBe(false);
  });

  it('is OOMKilled in its status where the runtime says so', async () => {
    const node = startNode();
    node.addPod('web', { restartPolicy: 'Never', containers: [container('c', 'ok')] });
    await node.seconds(5);
    node.runtime.exit('c', 137, 'OOMKilled');
    await node.seconds(1);
    expect(state(node.pod('web'))).toMatchObject({ terminated: { exitCode: 137, reason: 'OOMKilled' } });
  });

  it('that cannot start says RunContainerError, then CrashLoopBackOff with StartError before it', async () => {
    const words = 'failed to create containerd task: failed to create shim task: OCI runtime create failed';
    const node = startNode({ broken: { startError: words } });
    node.addPod('web', { containers: [container('c', 'broken')] });
    await node.seconds(2.5);
    expect(state(node.pod('web'))).toEqual({ waiting: { reason: 'RunContainerError', message: words } });
    await node.seconds(15);
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({ exitCode: 128, reason: 'StartError', message: words });
    expect(node.events('web').some((text) => text.startsWith(`Failed: Error: ${words} (x`))).toBe(true);
  });
});

describe('an image', () => {
  it('that cannot be pulled alternates ErrImagePull and ImagePullBackOff', async () => {
    const node = startNode({ nope: { pullError: 'rpc error: code = NotFound desc = not found', pullMs: 500 } });
    node.addPod('web', { containers: [container('c', 'nope')] });
    const seen = await watchStates(node, 'web', 40);
    expect(seen.map((text) => text.split(' ')[1])).toEqual(['ContainerCreating', 'ErrImagePull', 'ImagePullBackOff', 'ErrImagePull', 'ImagePullBackOff']);
    const events = node.events('web').map((text) => text.replace(/ \(x\d+\)$/, ''));
    expect(events).toEqual([
      'Pulling: Pulling image "nope"', 'Failed: Failed to pull image "nope": rpc error: code = NotFound desc = not found', 'Failed: Error: ErrImagePull',
      'BackOff: Back-off pulling image "nope"', 'Failed: Error: ImagePullBackOff',
    ]);
    await node.seconds(120);
    expect(state(node.pod('web'))).toEqual({
      waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "nope": ErrImagePull: rpc error: code = NotFound desc = not found' },
    });
  });

  it('runs once it can be pulled', async () => {
    let broken = true;
    const node = startNode({ late: { pullError: () => (broken ? 'not found' : undefined), pullMs: 100 } });
    node.addPod('web', { containers: [container('c', 'late')] });
    await node.seconds(15);
    broken = false;
    await node.seconds(60);
    expect(node.pod('web')?.status?.phase).toBe('Running');
  });

  it.each([
    ['Never', 'nginx', 'ErrImageNeverPull', 'Container image "nginx" is not present with pull policy of Never'],
    ['Always', 'UPPER', 'InvalidImageName', 'Failed to apply default image tag "UPPER": couldn\'t parse image name "UPPER": invalid reference format: repository name (library/UPPER) must be lowercase'],
  ])('with policy %s and name %s waits with %s', async (policy, image, reason, message) => {
    const node = startNode();
    node.addPod('web', { containers: [container('c', image, { imagePullPolicy: policy })] });
    await node.seconds(3);
    expect(state(node.pod('web'))).toEqual({ waiting: { reason, message } });
  });

  it('is pulled one after another on a node, and the wait is told', async () => {
    const node = startNode();
    node.addPod('a', { containers: [container('c', 'one')] });
    node.addPod('b', { containers: [container('c', 'two')] });
    await node.seconds(5);
    expect(node.events('b')).toContain('Pulled: Successfully pulled image "two" in 1s (2s including waiting). Image size: 1234 bytes.');
  });
});

describe('a Pod that lacks something', () => {
  it.each([
    [{ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }, 'secret "s" not found'],
    [{ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }] }, 'configmap "c" not found'],
    [{ envFrom: [{ configMapRef: { name: 'c' } }] }, 'configmap "c" not found'],
    [{ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'there', key: 'k' } } }] }, 'couldn\'t find key k in ConfigMap default/there'],
    [{ securityContext: { runAsNonRoot: true } }, 'container has runAsNonRoot and image will run as root (pod: "web_default(uid-web)", container: c)'],
  ])('waits with CreateContainerConfigError: %j', async (more, message) => {
    const node = startNode();
    node.api.put('/api/v1/namespaces/default/configmaps/there', { metadata: { name: 'there', namespace: 'default' }, data: { other: '1' } });
    node.addPod('web', { containers: [container('c', 'nginx', more)] });
    await node.seconds(4);
    expect(state(node.pod('web'))).toEqual({ waiting: { reason: 'CreateContainerConfigError', message } });
    expect(node.events('web')).toContain(`Failed: Error: ${message} (x2)`);
  });

  it('starts when the ConfigMap comes', async () => {
    const node = startNode();
    node.addPod('web', { containers: [container('c', 'nginx', { envFrom: [{ configMapRef: { name: 'late' } }] })] });
    await node.seconds(4);
    node.api.put('/api/v1/namespaces/default/configmaps/late', { metadata: { name: 'late', namespace: 'default' }, data: { COLOR: 'blue' } });
    await node.seconds(20);
    expect(node.pod('web')?.status?.phase).toBe('Running');
    expect(node.runtime.created.at(-1)?.env).toContainEqual(['COLOR', 'blue']);
  });

  it('stays in ContainerCreating without its volume, with FailedMount at growing distances', async () => {
    const node = startNode();
    node.addPod('web', { containers: [container('c', 'nginx', { volumeMounts: [{ name: 'cfg', mountPath: '/cfg' }] })], volumes: [{ name: 'cfg', configMap: { name: 'gone' } }] });
    await node.seconds(10);
    expect(state(node.pod('web'))).toEqual({ waiting: { reason: 'ContainerCreating' } });
    expect(node.events('web')).toEqual(['FailedMount: MountVolume.SetUp failed for volume "cfg" : configmap "gone" not found (x5)']);
  });
});

describe('the node\'s own admission', () => {
  it.each([
    [{ resources: { requests: { cpu: '5' } } }, {}, 'OutOfcpu', 'Pod was rejected: Node didn\'t have enough resource: cpu, requested: 5000, used: 0, capacity: 4000'],
    [{}, { nodeSelector: { disk: 'ssd' } }, 'NodeAffinity', 'Pod was rejected: Predicate NodeAffinity failed: node(s) didn\'t match Pod\'s node affinity/selector'],
    [{}, { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }, 'SysctlForbidden', 'Pod was rejected: forbidden sysctl: "kernel.msgmax" not allowlisted'],
  ])('refuses %j %j', async (more, spec, reason, message) => {
    const node = startNode();
    await node.seconds(2);
    expect(node.api.get<Node>('/api/v1/nodes/worker-1')).toBeDefined();
    node.addPod('big', { containers: [container('c', 'nginx', more)], ...spec });
    await node.seconds(2);
    expect(node.pod('big')?.status).toMatchObject({ phase: 'Failed', reason, message });
    expect(node.runtime.created).toEqual([]);
  });
});

describe('a deadline', () => {
  it('ends the Pod as Failed', async () => {
    const node = startNode();
    node.addPod('web', { activeDeadlineSeconds: 30, containers: [container('c', 'nginx')] });
    await node.seconds(28);
    expect((node.pod('web') as Pod).status?.phase).toBe('Running');
    await node.seconds(5);
    expect(node.pod('web')?.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' });
  });
});

describe('memory that runs out', () => {
  it('evicts who uses more than asked for, and says so', async () => {
    const node = startNode();
    node.addPod('greedy', { containers: [container('c', 'nginx', { resources: { requests: { memory: '100Mi' } } })] });
    node.addPod('modest', { containers: [container('d', 'nginx', { resources: { requests: { memory: '1Gi' } } })] });
    await node.seconds(5);
    node.runtime.memory.set('c', 8 * 1024 ** 3 - 50 * 1024 ** 2 - 1024 ** 2);
    node.runtime.memory.set('d', 1024 ** 2);
    await node.seconds(20);
    expect(node.pod('greedy')?.status).toMatchObject({
      phase: 'Failed', reason: 'Evicted',
      message: 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container c was using 8141Mi, request is 100Mi, has larger consumption of memory. ',
      conditions: expect.arrayContaining([expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet' })]),
    });
    expect(node.pod('modest')?.status?.phase).toBe('Running');
    const memory = (): string | undefined => node.api.get<Node>('/api/v1/nodes/worker-1')?.status?.conditions?.find((each) => each.type === 'MemoryPressure')?.status;
    expect(memory()).toBe('True');
    await node.seconds(320);
    expect(memory()).toBe('False');
    expect(node.events('worker-1')).toContain('EvictionThresholdMet: Attempting to reclaim memory');
  });
});
