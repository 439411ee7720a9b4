/** Real kubectl against the cluster, where the machine has one. Where not, the checks of http.test.ts alone speak for the
 *  wire, and this file says so instead of passing on nothing. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubeconfig } from '../../src/wire/kubeconfig.ts';
import { SITE, serveCluster } from './server.ts';
import type { Served } from './server.ts';

const KUBECTL = process.env['KUBECTL'] ?? 'kubectl';

/** "v1.33.1"; undefined where there is none, or one older than 1.30. */
function clientVersion(): string | undefined {
  try {
    const told = JSON.parse(execFileSync(KUBECTL, ['version', '--client', '-o', 'json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as { clientVersion: { gitVersion: string } };
    const { gitVersion } = told.clientVersion;
    return Number(/^v1\.(\d+)/.exec(gitVersion)?.[1]) >= 30 ? gitVersion : undefined;
  } catch {
    return undefined;
  }
}

const VERSION = clientVersion();
if (VERSION === undefined) console.warn('No kubectl of 1.30 or newer on this machine: the wire is tested with fetch and WebSockets only (test/wire/http.test.ts).');

interface Ended { readonly code: number; readonly stdout: string; readonly stderr: string }

describe.skipIf(VERSION === undefined)(`kubectl ${VERSION ?? '(none here)'}`, () => {
  let served: Served;
  let folder: string;

  beforeAll(async () => {
    served = await serveCluster();
    folder = mkdtempSync(join(tmpdir(), 'tabernetes-'));
    writeFileSync(join(folder, 'config'), kubeconfig(served.url));
    writeFileSync(join(folder, 'site.json'), JSON.stringify(SITE));
  });

  afterAll(async () => {
    await served.close();
    rmSync(folder, { recursive: true });
  });

  function kubectl(args: readonly string[], input?: string): Promise<Ended> {
    return new Promise((resolve) => {
      const env = { ...process.env, KUBECONFIG: join(folder, 'config'), HOME: folder };
      const child = execFile(KUBECTL, [...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? 255) : 0, stdout, stderr });
      });
      child.stdin?.end(input ?? '');
    });
  }

  async function ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await kubectl(args);
    expect({ args, code, ...(code !== 0 && { stderr }) }).toEqual({ args, code: 0 });
    return stdout;
  }

  it('works on a Deployment from its first to its last day', async () => {
    const file = join(folder, 'site.json');
    expect(await ok('apply', '-f', file)).toBe('deployment.apps/site created\n');
    expect(await ok('apply', '-f', file)).toMatch(/^deployment\.apps\/site (unchanged|configured)\n$/);
    expect(await ok('rollout', 'status', 'deployment/site', '--timeout=60s')).toContain('successfully rolled out');
    expect(await ok('get', 'deployment', 'site')).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nsite +3\/3 +3 +3 /);
    expect(await ok('get', 'pods', '-l', 'app=site', '-o', 'jsonpath={.items[*].status.phase}')).toBe('Running Running Running');
    expect(await ok('scale', 'deployment/site', '--replicas=2')).toBe('deployment.apps/site scaled\n');
    expect(await ok('rollout', 'status', 'deployment/site', '--timeout=60s')).toContain('successfully rolled out');
    expect(await ok('set', 'image', 'deployment/site', 'web=nginx:1.28')).toBe('deployment.apps/site image updated\n');
    expect(await ok('rollout', 'status', 'deployment/site', '--timeout=60s')).toContain('successfully rolled out');
    expect(await ok('rollout', 'undo', 'deployment/site')).toBe('deployment.apps/site rolled back\n');
    expect(await ok('rollout', 'history', 'deployment/site')).toMatch(/REVISION +CHANGE-CAUSE\n2 +<none>\n3 +<none>\n/);
    expect(await ok('describe', 'deployment', 'site')).toMatch(/Replicas: +2 desired [^]*Events:\n[^]*ScalingReplicaSet/);
    expect(await ok('delete', '-f', file)).toBe('deployment.apps "site" deleted\n');
    expect((await kubectl(['get', 'deployment', 'site']))).toMatchObject({ code: 1, stderr: 'Error from server (NotFound): deployments.apps "site" not found\n' });
  });

  it('takes what the generators send, from 1.32 on in protobuf', async () => {
    const made: readonly (readonly [string, string])[] = [
      ['namespace shop', 'namespace/shop'], ['serviceaccount bot', 'serviceaccount/bot'], ['job once --image=busybox -- true', 'job.batch/once'],
      ['cronjob tick --image=busybox --schedule=@daily -- date', 'cronjob.batch/tick'], ['secret generic key --from-literal=a=b', 'secret/key'],
      ['role reader --verb=get --resource=pods', 'role.rbac.authorization.k8s.io/reader'], ['quota few --hard=pods=50,services=20', 'resourcequota/few'],
      ['poddisruptionbudget most --selector=app=x --min-available=50%', 'poddisruptionbudget.policy/most'], ['ingress way --rule=a.b/c*=web:80', 'ingress.networking.k8s.io/way'],
      ['deployment plain --image=nginx --replicas=0', 'deployment.apps/plain'], ['configmap odd --from-literal=__proto__=x --from-literal=b=c', 'configmap/odd'],
    ];
    for (const [words, name] of made) expect(await ok('create', ...words.split(' '))).toBe(`${name} created\n`);
    expect(await ok('get', 'configmap', 'odd', '-o', 'jsonpath={.data.__proto__} {.data.b}')).toBe('x c');
    expect(await ok('get', 'deployment', 'plain', '-o', 'jsonpath={.spec.replicas} {.spec.minReadySeconds}{.spec.paused}')).toBe('0 ');
    expect(await ok('get', 'pdb', 'most', '-o', 'jsonpath={.spec.minAvailable}')).toBe('50%');
    expect(await ok('create', 'token', 'bot')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/m);
    expect((await kubectl(['auth', 'can-i', 'create', 'pods', '--as=jane']))).toMatchObject({ code: 1, stdout: 'no\n' });
  });

  it('talks to containers', async () => {
    expect(await ok('run', 'box', '--image=busybox', '--restart=Never', '--', 'sh', '-c', 'echo hello; sleep 100000')).toBe('pod/box created\n');
    expect(await ok('wait', '--for=condition=Ready', 'pod/box', '--timeout=60s')).toBe('pod/box condition met\n');
    expect(await ok('logs', 'box')).toBe('hello\n');
    expect(await ok('exec', 'box', '--', 'echo', 'from inside')).toBe('from inside\n');
    expect(await kubectl(['exec', 'box', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3'])).toEqual({ code: 3, stdout: 'out\n', stderr: expect.stringMatching(/^err\ncommand terminated with exit code 3\n$/) });
    expect(await kubectl(['exec', '-i', 'box', '--', 'sh'], 'echo typed; exit 4\n')).toMatchObject({ code: 4, stdout: 'typed\n' });
    expect(await ok('describe', 'pod', 'box')).toMatch(/Status: +Running[^]*Successfully assigned default\/box to worker-/);
    expect(await kubectl(['exec', 'nobody', '--', 'ls'])).toMatchObject({ code: 1, stderr: 'Error from server (NotFound): pods "nobody" not found\n' });
    expect(await ok('delete', 'pod', 'box', '--now')).toContain('pod "box" ');
  });

  it('finds out what there is', async () => {
    expect((await ok('get', 'nodes', '-o', 'name')).trim().split('\n')).toEqual(['node/control-plane', 'node/worker-1', 'node/worker-2']);
    expect(await ok('explain', 'deployment.spec.replicas')).toMatch(/KIND: +Deployment\nVERSION: +v1|GROUP: +apps\nKIND: +Deployment/);
    expect(await ok('api-resources', '--api-group=apps', '-o', 'name')).toContain('deployments.apps\n');
    expect(await ok('version')).toContain('Server Version: v1.33.1\n');
  });
});
