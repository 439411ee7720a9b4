/** Every version of real kubectl that this machine has does its whole day's work over HTTP and over TLS, streams included:
 *  SPDY before 1.30, WebSockets since. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates } from '../../src/wire/certificates.ts';
import { kubeconfig } from '../../src/wire/kubeconfig.ts';
import { realKubectls, runKubectl } from './kubectls.ts';
import { SITE, serveCluster } from './server.ts';
import type { Served } from './server.ts';

const KUBECTLS = realKubectls();
console.log(KUBECTLS.length === 0 ? 'No real kubectl here: the wire is tested with client libraries only.' : `Real kubectl: ${KUBECTLS.map(({ version }) => version).join(', ')}`);

const BOX = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'box' }, spec: { containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', 'echo hello; sleep 100000'] }] } };
const WEB = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'main', image: 'nginx:1.27' }] } };

describe.skipIf(KUBECTLS.length === 0).each(['http', 'https'] as const)('over %s', (scheme) => {
  let served: Served;
  let home: string;

  beforeAll(async () => {
    const certificates = scheme === 'https' ? await makeCertificates(['127.0.0.1'], Date.now()) : undefined;
    served = await serveCluster(certificates && { certificates });
    home = mkdtempSync(join(tmpdir(), 'tabernetes-'));
    writeFileSync(join(home, 'config'), kubeconfig(served.url, certificates && { certificates }));
    for (const pod of [BOX, WEB]) writeFileSync(join(home, `${pod.metadata.name}.json`), JSON.stringify(pod));
    writeFileSync(join(home, 'blob'), Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256)));
  });

  afterAll(async () => {
    await served.close();
    rmSync(home, { recursive: true });
  });

  it.each(KUBECTLS)('$version', async ({ path, minor }) => {
    const kubectl = (args: readonly string[], input?: string) => runKubectl(path, home, args, input);
    const ok = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await kubectl(args);
      expect({ args, code, ...(code !== 0 && { stderr }) }).toEqual({ args, code: 0 });
      return stdout;
    };
    const name = `site-${minor}`;
    writeFileSync(join(home, 'site.json'), JSON.stringify({ ...SITE, metadata: { name } }));
    expect(await ok('apply', '-f', join(home, 'box.json'), '-f', join(home, 'web.json'))).toMatch(/^pod\/box (created|unchanged)\npod\/web (created|unchanged)\n$/);
    expect(await ok('apply', '-f', join(home, 'site.json'))).toBe(`deployment.apps/${name} created\n`);
    expect(await ok('apply', '-f', join(home, 'site.json'))).toBe(`deployment.apps/${name} unchanged\n`);
    await ok('wait', '--for=condition=Ready', 'pod/box', 'pod/web', '--timeout=60s');
    expect(await ok('create', 'configmap', `words-${minor}`, '--from-literal=a=b')).toBe(`configmap/words-${minor} created\n`);
    expect(await ok('scale', `deployment/${name}`, '--replicas=1')).toBe(`deployment.apps/${name} scaled\n`);
    expect(await ok('rollout', 'status', `deployment/${name}`, '--timeout=60s')).toContain('successfully rolled out');
    expect(await ok('get', 'pods', 'box', '-o', 'wide')).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE .*\nbox +1\/1 +Running +0 /);
    expect(await ok('explain', 'deployment.spec.replicas')).toMatch(/replicas <integer>|KIND: +Deployment/);
    expect(await ok('logs', 'box')).toBe('hello\n');
    expect(await kubectl(['exec', 'box', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3'])).toEqual({ code: 3, stdout: 'out\n', stderr: expect.stringMatching(/^err\ncommand terminated with exit code 3\n$/) });
    expect(await kubectl(['exec', '-i', 'box', '--', 'sh'], 'echo typed; exit 4\n')).toMatchObject({ code: 4, stdout: 'typed\n' });
    await ok('cp', join(home, 'blob'), `box:/tmp/blob-${minor}`);
    await ok('cp', `box:/tmp/blob-${minor}`, join(home, `back-${minor}`));
    expect(readFileSync(join(home, `back-${minor}`)).equals(readFileSync(join(home, 'blob')))).toBe(true);
    expect(await throughForward(path)).toContain('Welcome to nginx!');
    expect(await ok('delete', 'deployment', name)).toMatch(new RegExp(`^deployment\\.apps "${name}" deleted( from default namespace)?\\n$`));
    expect(await kubectl(['exec', 'nobody', '--', 'ls'])).toMatchObject({ code: 1, stderr: 'Error from server (NotFound): pods "nobody" not found\n' });
  });

  /** The page behind `kubectl port-forward`, on a port that it chooses. */
  async function throughForward(path: string): Promise<string> {
    const forward = spawn(path, ['port-forward', 'pod/web', ':80'], { env: { ...process.env, KUBECONFIG: join(home, 'config'), HOME: home } });
    try {
      const port = await new Promise<string>((resolve, reject) => {
        let told = '';
        const hear = (bytes: Buffer): void => {
          told += bytes.toString();
          const found = /127\.0\.0\.1:(\d+)/.exec(told)?.[1];
          if (found) resolve(found);
        };
        forward.stdout.on('data', hear);
        forward.stderr.on('data', hear);
        forward.on('exit', () => reject(new Error(told)));
      });
      return await (await fetch(`http://127.0.0.1:${port}/`)).text();
    } finally {
      forward.kill();
    }
  }
});
