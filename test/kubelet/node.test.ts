/** What outlives the kubelet and what does not: restarts, reboots, static Pods, volumes, the kubelet's own API. FIDELITY D14 to D17. */
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/api/generated/types.ts';
import { fromUtf8 } from '../../src/base/bytes.ts';
import { container, startNode, state, type TestNode } from './support.ts';

describe('a kubelet that is killed', () => {
  it('finds its containers running when it is back', async () => {
    const node = startNode();
    node.addPod('web', { containers: [container('c', 'nginx')] });
    await node.seconds(5);
    const before = node.pod('web')?.status?.containerStatuses?.[0]?.containerID;
    node.restart();
    await node.seconds(30);
    expect(node.runtime.created.length).toBe(1);
    expect(node.pod('web')?.status).toMatchObject({ phase: 'Running', containerStatuses: [{ containerID: before, restartCount: 0, ready: true }] });
  });

  it('restarts what ended meanwhile, and finishes what was deleted', async () => {
    const node = startNode();
    node.addPod('web', { containers: [container('c', 'nginx')] });
    node.addPod('old', { containers: [container('d', 'nginx')] });
    node.addPod('forced', { containers: [container('e', 'nginx')] });
    await node.seconds(5);
    node.scope.kill();
    node.runtime.exit('c', 1);
    node.deletePod('old');
    node.api.remove('/api/v1/namespaces/default/pods/forced');
    await node.seconds(60);
    expect(node.pod('old')).toBeDefined();
    node.restart();
    await node.seconds(10);
    expect(node.pod('web')?.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 1 } } });
    expect(node.pod('old')).toBeUndefined();
    expect(node.runtime.listContainers().filter((each) => each.state === 'running').map((each) => each.config.name)).toEqual(['c']);
  });

  it('does nothing any more', async () => {
    const node = startNode();
    await node.seconds(5);
    node.scope.kill();
    node.addPod('web', { containers: [container('c', 'nginx')] });
    const requests = node.api.requests.length;
    await node.seconds(60);
    expect(node.runtime.created).toEqual([]);
    expect(node.api.requests.length).toBe(requests);
  });
});

describe('a node that restarts', () => {
  it('starts everything again and counts it', async () => {
    const node = startNode();
    node.addPod('web', { containers: [container('c', 'nginx')] });
    node.addPod('done', { restartPolicy: 'Never', containers: [container('d', 'nginx')] });
    await node.seconds(5);
    node.scope.kill();
    node.runtime.crash();
    node.files.remove('/proc/sys/kernel/random/boot_id');
    await node.seconds(30);
    node.restart();
    await node.seconds(10);
    expect(node.pod('web')?.status).toMatchObject({ phase: 'Running', containerStatuses: [{ restartCount: 1, lastState: { terminated: { exitCode: 255, reason: 'Unknown' } } }] });
    expect(node.events('web')).toContain('SandboxChanged: Pod sandbox changed, it will be killed and re-created.');
    expect(node.pod('done')?.status?.phase).toBe('Failed');
    expect(node.events('worker-1').some((text) => /^Rebooted: Node worker-1 has been rebooted, boot id: /.test(text))).toBe(true);
  });
});

describe('static Pods', () => {
  const manifest: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'etcd', namespace: 'kube-system', labels: { tier: 'control-plane' } }, spec: { hostNetwork: true, containers: [{ name: 'etcd', image: 'etcd:3.5' }] } };
  const path = '/api/v1/namespaces/kube-system/pods/etcd-worker-1';

  it('run before there is an API, and are shown by mirrors once there is', async () => {
    const node = startNode({}, { staticPods: [manifest] });
    node.api.up = false;
    await node.seconds(60);
    expect(node.runtime.listContainers().map((each) => each.state)).toEqual(['running']);
    node.api.up = true;
    await node.seconds(60);
    const mirror = node.api.get<Pod>(path);
    expect(mirror?.metadata?.annotations).toMatchObject({ 'kubernetes.io/config.source': 'file', 'kubernetes.io/config.mirror': expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(mirror?.metadata?.ownerReferences).toEqual([{ apiVersion: 'v1', kind: 'Node', name: 'worker-1', uid: 'uid-worker-1', controller: true }]);
    expect(mirror?.status).toMatchObject({ phase: 'Running', podIP: '10.0.0.1', containerStatuses: [{ ready: true }] });
    expect(mirror?.spec).toMatchObject({ nodeName: 'worker-1', tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] });
  });

  it('get a new mirror when it is deleted, and run on', async () => {
    const node = startNode({}, { staticPods: [manifest] });
    await node.seconds(10);
    const uid = node.api.get<Pod>(path)?.metadata?.resourceVersion;
    node.api.remove(path);
    await node.seconds(5);
    expect(node.api.get<Pod>(path)).toMatchObject({ status: { phase: 'Running' } });
    expect(node.api.get<Pod>(path)?.metadata?.resourceVersion).not.toBe(uid);
    expect(node.runtime.created.length).toBe(1);
  });

  it('follow a directory of manifests', async () => {
    const node = startNode({}, { staticPods: { directory: '/etc/kubernetes/manifests' } });
    await node.seconds(5);
    node.files.writeFile('/etc/kubernetes/manifests/web.yaml', 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: c\n    image: nginx\n');
    await node.seconds(10);
    expect(node.pod('web-worker-1')?.status?.phase).toBe('Running');
    node.files.remove('/etc/kubernetes/manifests/web.yaml');
    await node.seconds(40);
    expect(node.pod('web-worker-1')).toBeUndefined();
    expect(node.runtime.listContainers()).toEqual([]);
  });
});

describe('volumes', () => {
  const read = (node: TestNode, mountPath: string, file: string): string => {
    const mount = node.runtime.created.at(-1)?.mounts.find((each) => each.path === mountPath);
    return mount === undefined ? 'no mount' : fromUtf8(mount.files.readFile(file));
  };
  const put = (node: TestNode, data: Record<string, string>): void => void node.api.put('/api/v1/namespaces/default/configmaps/cfg', { metadata: { name: 'cfg', namespace: 'default' }, data });

  it('of a ConfigMap follow it within about a minute and a half, but not below subPath', async () => {
    const node = startNode();
    put(node, { color: 'blue' });
    node.addPod('web', {
      containers: [container('c', 'nginx', { volumeMounts: [{ name: 'cfg', mountPath: '/cfg' }, { name: 'cfg', mountPath: '/one', subPath: 'color' }] })],
      volumes: [{ name: 'cfg', configMap: { name: 'cfg' } }],
    });
    await node.seconds(5);
    expect([read(node, '/cfg', '/color'), read(node, '/one', '/')]).toEqual(['blue', 'blue']);
    put(node, { color: 'green', extra: 'x' });
    await node.seconds(95);
    expect([read(node, '/cfg', '/color'), read(node, '/one', '/')]).toEqual(['green', 'blue']);
    expect(node.runtime.created.at(-1)?.mounts.find((each) => each.path === '/cfg')?.files.readDirectory('/').filter((name) => !name.startsWith('..'))).toEqual(['color', 'extra']);
  });

  it('hold projected tokens, which are renewed before they end', async () => {
    const node = startNode();
    node.api.put('/api/v1/namespaces/default/configmaps/kube-root-ca.crt', { metadata: { name: 'kube-root-ca.crt', namespace: 'default' }, data: { 'ca.crt': 'CA' } });
    const sources = [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }, { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
    ];
    const at = '/var/run/secrets/kubernetes.io/serviceaccount';
    node.addPod('web', { containers: [container('c', 'nginx', { volumeMounts: [{ name: 'kube-api-access', mountPath: at, readOnly: true }] })], volumes: [{ name: 'kube-api-access', projected: { sources, defaultMode: 420 } }] });
    await node.seconds(5);
    expect([read(node, at, '/ca.crt'), read(node, at, '/namespace')]).toEqual(['CA', 'default']);
    const token = read(node, at, '/token');
    await node.seconds(3000);
    expect(read(node, at, '/token')).not.toBe(token);
  });

  it('keep an emptyDir over restarts of a container, not over the Pod', async () => {
    const node = startNode({ writer: { exitAfterMs: 1000, begin: (config) => config.mounts[0]?.files.writeFile('/log', 'x', { append: true }) } });
    node.addPod('web', { containers: [container('c', 'writer', { volumeMounts: [{ name: 'd', mountPath: '/d' }] })], volumes: [{ name: 'd', emptyDir: {} }] });
    await node.seconds(20);
    expect(read(node, '/d', '/log')).toBe('xxx');
    node.deletePod('web');
    await node.seconds(40);
    expect(node.files.exists('/var/lib/kubelet/pods/uid-web')).toBe(false);
  });

  it('carry the termination message to the status', async () => {
    const node = startNode({ bye: { exitAfterMs: 500, exitCode: 1, begin: (config) => config.mounts.find((each) => each.path === '/dev/termination-log')?.files.writeFile('/', 'out of luck') } });
    node.addPod('web', { restartPolicy: 'Never', containers: [container('c', 'bye')] });
    await node.seconds(5);
    expect(state(node.pod('web'))).toMatchObject({ terminated: { exitCode: 1, message: 'out of luck' } });
  });
});

describe('the kubelet\'s API', () => {
  it('refuses logs that are not there, in upstream\'s words', async () => {
    const node = startNode({ nope: { pullError: 'not found' } });
    node.addPod('web', { containers: [container('c', 'nope')] });
    node.addPod('fine', { containers: [container('c', 'nginx')] });
    await node.seconds(0.5);
    const ask = async (path: string): Promise<unknown> => {
      const answer = await node.lone.drive(node.kubelet.transport.request({ method: 'GET', path, query: path.includes('?') ? [['previous', 'true']] : [] }));
      return typeof answer.body === 'string' ? answer.body : (answer.body as { message?: string }).message;
    };
    expect(await ask('/containerLogs/default/web/c')).toBe('container "c" in pod "web" is waiting to start: ContainerCreating');
    await node.seconds(13);
    expect(await ask('/containerLogs/default/web/c')).toBe('container "c" in pod "web" is waiting to start: trying and failing to pull image');
    expect(await ask('/containerLogs/default/fine/c')).toBe('');
    expect(await ask('/containerLogs/default/fine/other')).toBe('container "other" in pod "fine" is not available');
    expect(await ask('/containerLogs/default/gone/c')).toBe('pod "gone" not found');
    expect(await ask('/healthz')).toBe('ok');
  });

  it('runs commands and tells their exit code on channel 3', async () => {
    const node = startNode({ nginx: { exec: (command) => ({ code: command[0] === 'false' ? 3 : 0, out: `ran ${command.join(' ')}` }) } });
    node.addPod('web', { containers: [container('c', 'nginx')] });
    await node.seconds(5);
    const run = async (command: string): Promise<readonly string[]> => {
      const connection = await node.lone.drive(node.kubelet.transport.connect({ method: 'POST', path: '/exec/default/web/c', query: [['command', command], ['stdout', 'true']] }));
      const seen: string[] = [];
      await node.lone.drive((async () => {
        for await (const frame of connection.frames) if (frame.type === 'bytes') seen.push(`${frame.channel} ${fromUtf8(frame.bytes)}`);
      })());
      return seen;
    };
    expect((await run('true')).map((text) => text.slice(0, 12))).toEqual(['1 ran true', '3 {"kind":"S']);
    const failed = await run('false');
    expect(JSON.parse((failed.at(-1) ?? '').slice(2))).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '3' }] } });
    await expect(node.lone.drive(node.kubelet.transport.connect({ method: 'POST', path: '/exec/default/web/x', query: [['command', 'ls']] }))).rejects.toThrow('container not found ("x")');
  });

  it('tells what containers use', async () => {
    const node = startNode();
    node.addPod('web', { containers: [container('c', 'nginx')] });
    await node.seconds(5);
    expect(node.kubelet.summary()).toMatchObject({ node: { name: 'worker-1' }, pods: [{ name: 'web', namespace: 'default', cpuNanoCores: 5_000_000, memoryBytes: 1_000_000, containers: [{ name: 'c' }] }] });
    const metrics = await node.lone.drive(node.kubelet.transport.request({ method: 'GET', path: '/metrics/resource' }));
    expect(metrics.body).toContain('container_memory_working_set_bytes{container="c",namespace="default",pod="web"} 1000000');
  });
});
