/** The JavaScript client library against the server, over plain HTTP and over TLS: objects, watches, informers and streams. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { Attach, ApiException, AppsV1Api, BatchV1Api, CoreV1Api, Cp, CustomObjectsApi, Exec, KubeConfig, KubernetesObjectApi, Log, PatchStrategy, PortForward,
  RbacAuthorizationV1Api, VersionApi, Watch, makeInformer, setHeaderOptions } from '@kubernetes/client-node';
import type { V1Pod, V1Status } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates } from '../../src/wire/certificates.ts';
import { kubeconfig } from '../../src/wire/kubeconfig.ts';
import { serveCluster } from './server.ts';
import type { Served } from './server.ts';

const NAMESPACE = 'default';
const labels = { app: 'box' };
const BOX: V1Pod = {
  metadata: { name: 'box', labels },
  spec: { containers: [{ name: 'main', image: 'busybox', stdin: true, command: ['sh', '-c', 'echo ready; while read line; do echo "heard $line"; done; sleep 100000'] }] },
};
const SITE = { metadata: { name: 'site' }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } };

/** What a stream carried so far, and a wait for some of it. */
function collector(): { readonly stream: PassThrough; readonly text: () => string; readonly until: (wanted: string) => Promise<void> } {
  const stream = new PassThrough();
  let text = '';
  const waiting = new Set<() => void>();
  stream.on('data', (bytes: Buffer) => {
    text += bytes.toString();
    for (const wake of waiting) wake();
  });
  return {
    stream, text: () => text,
    until: (wanted) => new Promise((resolve) => {
      const wake = (): void => {
        if (!text.includes(wanted)) return;
        waiting.delete(wake);
        resolve();
      };
      waiting.add(wake);
      wake();
    }),
  };
}

describe.each(['http', 'https'] as const)('over %s', (scheme) => {
  let served: Served;
  let config: KubeConfig;
  let core: CoreV1Api;

  beforeAll(async () => {
    const certificates = scheme === 'https' ? await makeCertificates(['127.0.0.1'], Date.now()) : undefined;
    served = await serveCluster(certificates && { certificates });
    config = new KubeConfig();
    config.loadFromString(kubeconfig(served.url, certificates && { certificates }));
    core = config.makeApiClient(CoreV1Api);
    await core.createNamespacedPod({ namespace: NAMESPACE, body: BOX });
    await core.createNamespacedPod({ namespace: NAMESPACE, body: SITE });
    for (const name of ['box', 'site']) await running(name);
  });

  afterAll(() => served.close());

  /** Resolves on the watch event that says so. */
  async function running(name: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const watch = new Watch(config).watch(`/api/v1/namespaces/${NAMESPACE}/pods`, { fieldSelector: `metadata.name=${name}` }, (_, pod: V1Pod) => {
        if (!pod.status?.containerStatuses?.every(({ ready }) => ready)) return;
        resolve();
        void watch.then((stop) => stop.abort());
      }, reject);
    });
  }

  it('creates, reads, lists, replaces, patches and deletes', async () => {
    const made = await core.createNamespacedConfigMap({ namespace: NAMESPACE, body: { metadata: { name: 'words', labels: { a: 'b' } }, data: { one: '1' } } });
    expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date);
    const replaced = await core.replaceNamespacedConfigMap({ namespace: NAMESPACE, name: 'words', body: { ...made, data: { one: '2' } } });
    expect(replaced.data).toEqual({ one: '2' });
    await expect(core.replaceNamespacedConfigMap({ namespace: NAMESPACE, name: 'words', body: { ...made, data: { one: '3' } } })).rejects.toMatchObject({ code: 409 });
    const patches: readonly [PatchStrategy, unknown][] = [
      [PatchStrategy.JsonPatch, [{ op: 'add', path: '/data/json', value: 'y' }]], [PatchStrategy.MergePatch, { data: { merge: 'y', one: null } }],
      [PatchStrategy.StrategicMergePatch, { data: { strategic: 'y' } }],
    ];
    for (const [strategy, body] of patches) await core.patchNamespacedConfigMap({ namespace: NAMESPACE, name: 'words', body }, setHeaderOptions('Content-Type', strategy));
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'words' }, data: { server: 'y' } };
    await core.patchNamespacedConfigMap({ namespace: NAMESPACE, name: 'words', body: applied, fieldManager: 'test' }, setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply));
    expect((await core.readNamespacedConfigMap({ namespace: NAMESPACE, name: 'words' })).data).toEqual({ json: 'y', merge: 'y', strategic: 'y', server: 'y' });
    expect((await core.listNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: 'a=b' })).items.map(({ metadata }) => metadata?.name)).toEqual(['words']);
    expect(await core.deleteNamespacedConfigMap({ namespace: NAMESPACE, name: 'words' })).toMatchObject({ status: 'Success' });
    const gone = await core.readNamespacedConfigMap({ namespace: NAMESPACE, name: 'words' }).catch((error: unknown) => error as ApiException<string>);
    expect(gone).toMatchObject({ code: 404, body: expect.stringContaining('configmaps \\"words\\" not found') });
  });

  it('knows other groups, any object, and custom ones', async () => {
    expect(await config.makeApiClient(VersionApi).getCode()).toMatchObject({ major: '1', minor: '33' });
    const apps = config.makeApiClient(AppsV1Api);
    const template = { metadata: { labels: { app: 'idle' } }, spec: { containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }] } };
    await apps.createNamespacedDeployment({ namespace: NAMESPACE, body: { metadata: { name: 'idle' }, spec: { replicas: 0, selector: { matchLabels: { app: 'idle' } }, template } } });
    await apps.patchNamespacedDeploymentScale({ namespace: NAMESPACE, name: 'idle', body: { spec: { replicas: 1 } } }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch));
    expect((await apps.readNamespacedDeploymentScale({ namespace: NAMESPACE, name: 'idle' })).spec).toEqual({ replicas: 1 });
    expect((await config.makeApiClient(BatchV1Api).listJobForAllNamespaces()).items).toEqual([]);
    expect((await config.makeApiClient(RbacAuthorizationV1Api).readClusterRole({ name: 'cluster-admin' })).rules?.[0]?.verbs).toEqual(['*']);
    const objects = KubernetesObjectApi.makeApiClient(config);
    await objects.create({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'box', namespace: NAMESPACE }, spec: { selector: labels, ports: [{ port: 80 }] } } as never);
    expect(await objects.read({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'box', namespace: NAMESPACE } })).toMatchObject({ kind: 'Service', apiVersion: 'v1' });
    const custom = config.makeApiClient(CustomObjectsApi);
    await expect(custom.listClusterCustomObject({ group: 'nobody.example', version: 'v1', plural: 'things' })).rejects.toMatchObject({ code: 404 });
  });

  it('keeps an informer in step', async () => {
    const informer = makeInformer(config, `/api/v1/namespaces/${NAMESPACE}/secrets`, () => core.listNamespacedSecret({ namespace: NAMESPACE, labelSelector: 'watched=yes' }), 'watched=yes');
    const seen = collector();
    for (const verb of ['add', 'update', 'delete'] as const) informer.on(verb, (secret) => { seen.stream.write(`${verb} ${secret.metadata?.name}\n`); });
    await informer.start();
    const body = { metadata: { name: 'key', labels: { watched: 'yes' } }, stringData: { a: 'b' } };
    await core.createNamespacedSecret({ namespace: NAMESPACE, body });
    await seen.until('add key\n');
    await core.patchNamespacedSecret({ namespace: NAMESPACE, name: 'key', body: { stringData: { a: 'c' } } }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch));
    await seen.until('update key\n');
    // A label that no longer matches is a deletion for this watch.
    await core.patchNamespacedSecret({ namespace: NAMESPACE, name: 'key', body: { metadata: { labels: { watched: 'no' } } } }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch));
    await seen.until('delete key\n');
    await informer.stop();
    expect(seen.text()).toBe('add key\nupdate key\ndelete key\n');
  });

  it('runs commands, with input, output and exit code', async () => {
    const [out, err] = [collector(), collector()];
    const status = await new Promise<V1Status>((resolve) => {
      void new Exec(config).exec(NAMESPACE, 'box', 'main', ['sh', '-c', 'echo out; echo err >&2; head -c 6; exit 3'], out.stream, err.stream, Readable.from(['typed\n']), false, resolve);
    });
    expect([out.text(), err.text()]).toEqual(['out\ntyped\n', 'err\n']);
    expect(status).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '3' }] } });
  });

  it('attaches to the main process and follows its log', async () => {
    const [attached, followed] = [collector(), collector()];
    const log = await new Log(config).log(NAMESPACE, 'box', 'main', followed.stream, { follow: true });
    await followed.until('ready\n');
    const input = new PassThrough();
    const socket = await new Attach(config).attach(NAMESPACE, 'box', 'main', attached.stream, null, input, false);
    input.write('me\n');
    await Promise.all([attached.until('heard me\n'), followed.until('heard me\n')]);
    socket.close();
    log.abort();
    expect(followed.text()).toBe('ready\nheard me\n');
  });

  it('forwards a port', async () => {
    const forward = new PortForward(config);
    const server = createServer((socket) => { void forward.portForward(NAMESPACE, 'site', [80], socket, null, socket); });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const { port } = server.address() as { port: number };
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('Welcome to nginx!');
    server.close();
  });

  // The library's cpFromPod asks for a packed archive and unpacks none, with any server; so the way back is exec's.
  it('copies a folder into a container', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tabernetes-'));
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256));
    writeFileSync(join(folder, 'blob'), bytes);
    const cp = new Cp(config);
    await cp.cpToPod(NAMESPACE, 'box', 'main', folder, '/tmp');
    const back = collector();
    const script = 'until [ -e /tmp/blob ] && [ "$(wc -c < /tmp/blob)" = 70000 ]; do sleep 1; done; base64 /tmp/blob';
    await new Promise((resolve) => { void new Exec(config).exec(NAMESPACE, 'box', 'main', ['sh', '-c', script], back.stream, null, null, false, resolve); });
    rmSync(folder, { recursive: true });
    expect(Buffer.from(back.text(), 'base64').equals(bytes)).toBe(true);
  });
});
