/** Init containers, sidecars, hooks and probes. FIDELITY D5 to D8, I20. */
import { describe, expect, it } from 'vitest';
import { container, startNode, state } from './support.ts';

const started = (node: ReturnType<typeof startNode>): readonly string[] => node.runtime.created.map((config) => config.name);

describe('init containers', () => {
  it('run one after another before the others', async () => {
    const node = startNode({ once: { exitAfterMs: 2000 } });
    node.addPod('web', { initContainers: [container('a', 'once'), container('b', 'once')], containers: [container('c', 'nginx')] });
    await node.seconds(2.5);
    expect(started(node)).toEqual(['a']);
    expect(node.pod('web')?.status?.conditions?.find((each) => each.type === 'Initialized')).toMatchObject({
      status: 'False', reason: 'ContainersNotInitialized', message: 'containers with incomplete status: [a b]',
    });
    expect(state(node.pod('web'))).toEqual({ waiting: { reason: 'PodInitializing' } });
    await node.seconds(2);
    expect(started(node)).toEqual(['a', 'b']);
    await node.seconds(5);
    expect(started(node)).toEqual(['a', 'b', 'c']);
    expect(node.pod('web')?.status).toMatchObject({ phase: 'Running', initContainerStatuses: [{ ready: true, state: { terminated: { exitCode: 0 } } }, { ready: true }] });
  });

  it('that fail keep the Pod Pending, or fail it where nothing is restarted', async () => {
    const node = startNode({ bad: { exitAfterMs: 500, exitCode: 1 } });
    node.addPod('web', { initContainers: [container('a', 'bad')], containers: [container('c', 'nginx')] });
    node.addPod('job', { restartPolicy: 'Never', initContainers: [container('a', 'bad')], containers: [container('c', 'nginx')] });
    await node.seconds(30);
    expect(node.pod('web')?.status?.phase).toBe('Pending');
    expect(node.pod('web')?.status?.initContainerStatuses?.[0]).toMatchObject({ state: { waiting: { reason: 'CrashLoopBackOff' } }, restartCount: 2 });
    expect(node.pod('job')?.status?.phase).toBe('Failed');
    expect(started(node)).not.toContain('c');
  });
});

describe('sidecars', () => {
  const sidecar = container('proxy', 'nginx', { restartPolicy: 'Always' });

  it('are up before the containers, are restarted always, and end after them', async () => {
    const node = startNode({ job: { exitAfterMs: 5000 } });
    node.addPod('job', { restartPolicy: 'Never', initContainers: [sidecar], containers: [container('c', 'job')] });
    await node.seconds(5);
    expect(started(node)).toEqual(['proxy', 'c']);
    node.runtime.exit('proxy', 1);
    await node.seconds(1);
    expect(started(node)).toEqual(['proxy', 'c', 'proxy']);
    await node.seconds(10);
    expect(node.pod('job')?.status?.phase).toBe('Succeeded');
    expect(node.events('job').at(-1)).toBe('Killing: Stopping container proxy');
  });

  it('stop after the containers that they serve, the last first', async () => {
    const node = startNode({ slow: { termMs: 4000 }, quick: { termMs: 1000 } });
    node.addPod('web', { initContainers: [container('s1', 'quick', { restartPolicy: 'Always' }), container('s2', 'quick', { restartPolicy: 'Always' })], containers: [container('c', 'slow')] });
    await node.seconds(10);
    node.deletePod('web');
    const ends: string[] = [];
    node.runtime.onEvent((event) => {
      if (event.type === 'container-exited') ends.push(node.runtime.containerStatus(event.id)?.config.name ?? '');
    });
    await node.seconds(10);
    expect(ends).toEqual(['c', 's2', 's1']);
  });

  it('count as ready containers', async () => {
    const node = startNode();
    node.addPod('web', { initContainers: [sidecar], containers: [container('c', 'nginx')] });
    await node.seconds(5);
    expect(node.pod('web')?.status).toMatchObject({ phase: 'Running', initContainerStatuses: [{ name: 'proxy', ready: true, started: true }] });
  });
});

describe('hooks', () => {
  it('preStop runs before SIGTERM and within the grace', async () => {
    const calls: string[] = [];
    const node = startNode({ nginx: { exec: (command) => { calls.push(command.join(' ')); return { code: 0, ms: 5000 }; } } });
    node.addPod('web', { containers: [container('c', 'nginx', { lifecycle: { preStop: { exec: { command: ['bye'] } } } })] });
    await node.seconds(5);
    node.deletePod('web', 30);
    await node.seconds(4);
    expect(calls).toEqual(['bye']);
    expect(node.pod('web')).toBeDefined();
    await node.seconds(3);
    expect(node.pod('web')).toBeUndefined();
  });

  it('postStart that fails kills the container', async () => {
    const node = startNode({ nginx: { exec: () => ({ code: 1, out: 'no' }) } });
    node.addPod('web', { containers: [container('c', 'nginx', { lifecycle: { postStart: { exec: { command: ['x'] } } } })] });
    await node.seconds(1.3);
    expect(node.events('web').filter((text) => !text.startsWith('Pull')).slice(0, 4).map((text) => text.replace(/ \(x\d+\)$/, ''))).toEqual([
      'Created: Created container: c', 'Started: Started container c', 'FailedPostStartHook: PostStartHook failed', 'Killing: FailedPostStartHook',
    ]);
    await node.seconds(14);
    expect(node.pod('web')?.status?.containerStatuses?.[0]).toMatchObject({ state: { waiting: { reason: expect.stringMatching(/^(PostStartHookError|CrashLoopBackOff)$/) } }, lastState: { terminated: {} } });
  });
});

describe('probes', () => {
  const exec = (more: object = {}): object => ({ exec: { command: ['cat', '/tmp/healthy'] }, periodSeconds: 5, timeoutSeconds: 1, failureThreshold: 3, successThreshold: 1, ...more });

  it('readiness decides over Ready, both ways', async () => {
    let healthy = false;
    const node = startNode({ nginx: { exec: () => (healthy ? { code: 0 } : { code: 1, out: 'cat: no such file' }) } });
    node.addPod('web', { containers: [container('c', 'nginx', { readinessProbe: exec() })] });
    await node.seconds(4);
    expect(node.pod('web')?.status).toMatchObject({ phase: 'Running', containerStatuses: [{ ready: false, started: true }] });
    expect(node.events('web').at(-1)).toBe('Unhealthy: Readiness probe failed: cat: no such file');
    healthy = true;
    await node.seconds(5);
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.ready).toBe(true);
    healthy = false;
    await node.seconds(9);
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.ready).toBe(true);
    await node.seconds(7);
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.ready).toBe(false);
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  it('liveness restarts the container after its threshold: the example of the documentation', async () => {
    const node = startNode({ busybox: { ignoresTerm: true, exec: (_, run) => (run.atMs - run.startedAtMs < 30_000 ? { code: 0 } : { code: 1, out: "cat: can't open '/tmp/healthy': No such file or directory\n" }) } });
    node.addPod('liveness-exec', { containers: [container('liveness', 'busybox', { livenessProbe: exec({ initialDelaySeconds: 5 }) })] });
    await node.seconds(30);
    expect(node.pod('liveness-exec')?.status?.containerStatuses?.[0]?.restartCount).toBe(0);
    await node.seconds(20);
    expect(node.events('liveness-exec').slice(-2)).toEqual([
      "Unhealthy: Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory\n (x3)",
      'Killing: Container liveness failed liveness probe, will be restarted',
    ]);
    await node.seconds(28);
    expect(node.pod('liveness-exec')?.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 137, reason: 'Error' } } });
  });

  it('startup holds the others back, and restarts what never starts', async () => {
    const node = startNode({ slow: { exec: (command, run) => (command[0] === 'started' && run.atMs - run.startedAtMs < 12_000 ? { code: 1 } : { code: 0 }) } });
    node.addPod('web', { containers: [container('c', 'slow', { startupProbe: exec({ exec: { command: ['started'] }, failureThreshold: 10 }), readinessProbe: exec() })] });
    await node.seconds(10);
    expect(node.pod('web')?.status?.containerStatuses?.[0]).toMatchObject({ started: false, ready: false });
    await node.seconds(10);
    expect(node.pod('web')?.status?.containerStatuses?.[0]).toMatchObject({ started: true, ready: true, restartCount: 0 });
  });

  it('startup that fails for good kills', async () => {
    const node = startNode({ nginx: { exec: () => ({ code: 1 }) } });
    node.addPod('web', { containers: [container('c', 'nginx', { startupProbe: exec({ failureThreshold: 2 }) })] });
    await node.seconds(12);
    expect(node.events('web').some((text) => text.startsWith('Killing: Container c failed startup probe, will be restarted'))).toBe(true);
  });

  it('http and tcp say in Go\'s words why they failed', async () => {
    const node = startNode();
    node.addPod('web', { containers: [container('c', 'nginx', {
      ports: [{ name: 'http', containerPort: 8080 }], livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 10 }, readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 10 },
    })] });
    await node.seconds(5);
    const ip = node.pod('web')?.status?.podIP;
    expect(node.events('web')).toContain(`Unhealthy: Liveness probe failed: Get "http://${ip}:8080/healthz": dial tcp ${ip}:8080: connect: connection refused`);
    expect(node.events('web')).toContain(`Unhealthy: Readiness probe failed: dial tcp ${ip}:8080: connect: connection refused`);
  });

  it('that hang count as failed', async () => {
    const node = startNode({ nginx: { exec: () => ({ code: 0, ms: 5000 }) } });
    node.addPod('web', { containers: [container('c', 'nginx', { readinessProbe: exec() })] });
    await node.seconds(5);
    expect(node.events('web').at(-1)).toBe('Unhealthy: Readiness probe failed: command timed out: "cat /tmp/healthy" timed out after 1s');
  });
});
