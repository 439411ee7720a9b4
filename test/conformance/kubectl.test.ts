/** Conformance tests of [sig-cli] that need only the server, by their names: our kubectl, and each real one of this machine over HTTP. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pod } from '../../src/api/generated/types.ts';
import { kubeconfig } from '../../src/wire/kubeconfig.ts';
import { openPlayer } from '../tutorials/play.ts';
import type { Player } from '../tutorials/play.ts';
import { realKubectls, runKubectl } from '../wire/kubectls.ts';
import { serveCluster } from '../wire/server.ts';
import type { Served } from '../wire/server.ts';
import { BUSYBOX, HTTPD, MANIFESTS } from './kubectl-manifests.ts';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
}
/** A kubectl of ours or a real one. */
interface Kubectl {
  run(...args: string[]): Promise<Outcome>;
  /** The path of one of the manifests. */
  file(name: string): string;
  /** What the API answers through `kubectl proxy` with these flags, and what the proxy said first. */
  proxied(flags: readonly string[], where: (said: string) => string): Promise<{ readonly said: string; readonly body: string }>;
}

let player: Player;
const OURS: Kubectl = {
  async run(...args) {
    const { exitCode, stdout } = await player.result(`kubectl ${args.map((arg) => `'${arg}'`).join(' ')}`);
    return { code: exitCode, stdout };
  },
  file: (name) => name,
  async proxied(flags, where) {
    await player.run(`kubectl proxy ${flags.join(' ')} > proxy.log 2>&1 &`);
    await player.run('sleep 0.5');
    const said = await player.run('cat proxy.log');
    const body = await player.run(`curl -s ${where(said)}`);
    await player.run('kill %1; sleep 0.5', { exit: 0 });
    return { said, body };
  },
};

let served: Served | undefined;
let home = '';
const real = (path: string): Kubectl => ({
  async run(...args) {
    const { code, stdout } = await runKubectl(path, home, args);
    return { code, stdout };
  },
  file: (name) => join(home, name),
  async proxied(flags, where) {
    const child = spawn(path, ['proxy', ...flags.map((flag) => flag.replace('=/tmp/', `=${home}/`))], {
      env: { ...process.env, KUBECONFIG: join(home, 'config'), HOME: home },
    });
    try {
      const said = await new Promise<string>((resolve, reject) => {
        child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString()));
        child.once('exit', () => reject(new Error('kubectl proxy ended')));
      });
      return { said: said.replaceAll(home, '/tmp'), body: await fetched(where(said)) };
    } finally {
      child.kill();
    }
  },
});

/** As curl reads its words: a URL, before it perhaps --unix-socket PATH. */
function fetched(words: string): Promise<string> {
  const [, socketPath, url = ''] = /^(?:--unix-socket (\S+) )?(\S+)$/.exec(words) ?? [];
  return new Promise((resolve, reject) => {
    const { hostname, port, pathname } = new URL(url);
    const target = socketPath === undefined ? { host: hostname, port } : { socketPath };
    const asked = request({ ...target, path: pathname }, (response) => {
      let body = '';
      response.on('data', (bytes: Buffer) => (body += bytes.toString()));
      response.on('end', () => resolve(body));
    });
    asked.on('error', reject).end();
  });
}

const REAL = realKubectls();
const KUBECTLS: readonly (readonly [string, Kubectl])[] = [
  ['ours', OURS],
  ...REAL.map(({ path, version }) => [version, real(path)] as const),
];

beforeAll(async () => {
  player = await openPlayer(MANIFESTS);
  if (REAL.length === 0) return;
  served = await serveCluster();
  home = mkdtempSync(join(tmpdir(), 'tabernetes-'));
  writeFileSync(join(home, 'config'), kubeconfig(served.url));
  for (const [name, text] of Object.entries(MANIFESTS)) writeFileSync(join(home, name), text);
});
afterAll(async () => {
  await player.sandbox.close();
  await served?.close();
  if (home !== '') rmSync(home, { recursive: true });
});

async function ok(kubectl: Kubectl, ...args: string[]): Promise<string> {
  const { code, stdout } = await kubectl.run(...args);
  expect({ args, code }).toEqual({ args, code: 0 });
  return stdout;
}

describe.each(KUBECTLS)('[sig-cli] Kubectl client, %s', (_, kubectl) => {
  it('[sig-cli] Kubectl client Kubectl api-versions should check if v1 is in available api versions', async () => {
    expect((await ok(kubectl, 'api-versions')).trim().split('\n')).toContain('v1');
  });

  it('[sig-cli] Kubectl client Kubectl cluster-info should check if Kubernetes control plane services is included in cluster-info', async () => {
    const colours = await ok(kubectl, 'cluster-info');
    const words = colours.split('\u001b').map((part) => part.replace(/^\[[0-9;]*m/, ''));
    expect(words.join('')).toMatch(/^Kubernetes control plane is running at https?:\/\/\S+$/m);
  });

  it('[sig-cli] Kubectl client Kubectl version should check is all data is printed', async () => {
    const version = await ok(kubectl, 'version');
    expect(version).toMatch(/^Client Version: .*v1\.\d+\.\d+/m);
    expect(version).toMatch(/^Server Version: .*v1\.33\.1/m);
  });

  it('[sig-cli] Kubectl client Kubectl diff should check if kubectl diff finds a difference for Deployments', async () => {
    await ok(kubectl, 'create', '-f', kubectl.file('httpd-1.yaml'));
    const { code, stdout } = await kubectl.run('diff', '-f', kubectl.file('httpd-2.yaml'));
    expect(code).toBe(1);
    expect(stdout.split('\n').filter((line) => /^[-+] /.test(line))).toEqual(expect.arrayContaining(['-  replicas: 1', '+  replicas: 2']));
    expect(await ok(kubectl, 'get', 'deployment', 'httpd-deployment', '-o', 'jsonpath={.spec.replicas}')).toBe('1');
    await ok(kubectl, 'delete', '-f', kubectl.file('httpd-1.yaml'));
  });

  it('[sig-cli] Kubectl client Kubectl server-side dry-run should check if kubectl can dry-run update Pods', async () => {
    const name = 'e2e-test-httpd-pod';
    await ok(kubectl, 'run', name, `--image=${HTTPD}`, `--labels=run=${name}`);
    const image = async (): Promise<unknown> =>
      (JSON.parse(await ok(kubectl, 'get', 'pod', name, '-o', 'json')) as Pod).spec?.containers.map((container) => container.image);
    expect(await image()).toEqual([HTTPD]);
    const patch = JSON.stringify({ spec: { containers: [{ name, image: BUSYBOX }] } });
    expect(await ok(kubectl, 'patch', 'pod', name, '-p', patch, '--dry-run=server')).toBe(`pod/${name} patched\n`);
    expect(await image()).toEqual([HTTPD]);
    await ok(kubectl, 'delete', 'pods', name, '--force', '--grace-period=0');
  });
});

describe.each(KUBECTLS)('[sig-cli] Kubectl client Proxy server, %s', (_, kubectl) => {
  it('[sig-cli] Kubectl client Proxy server should support proxy with --port 0', async () => {
    const portOf = (said: string): string => /^Starting to serve on 127\.0\.0\.1:(\d+)$/m.exec(said)?.[1] ?? '';
    const { said, body } = await kubectl.proxied(['-p', '0', '--disable-filter'], (words) => `http://127.0.0.1:${portOf(words)}/api/`);
    expect(Number(portOf(said))).toBeGreaterThan(1024);
    expect(portOf(said)).not.toBe('8001');
    expect(JSON.parse(body)).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
  });

  it('[sig-cli] Kubectl client Proxy server should support --unix-socket=/path', async () => {
    const pathOf = (said: string): string => /^Starting to serve on (\/\S+)$/m.exec(said)?.[1] ?? '';
    const { said, body } = await kubectl.proxied(
      ['--unix-socket=/tmp/test.sock'],
      (words) => `--unix-socket ${pathOf(words)} http://localhost/api/`,
    );
    expect(pathOf(said)).toBe('/tmp/test.sock');
    expect(JSON.parse(body)).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
  });
});

describe('kubectl proxy, ours', () => {
  it('filters, serves files below its prefix, and passes on what it is sent', async () => {
    const { run } = player;
    await run(
      'mkdir -p pages && echo hello > pages/index.html && echo secret > outside && kubectl proxy --port=8123 --www=pages --api-prefix=/k8s/ > proxy.log 2>&1 &',
    );
    await run('sleep 0.5');
    const curl = (words: string): Promise<string> => run(`curl -s -w ' %{http_code}' ${words}`);
    expect(await curl('http://127.0.0.1:8123/static/')).toBe('hello\n 200');
    expect(await curl('--path-as-is http://127.0.0.1:8123/static/../outside')).toBe('404 page not found\n 404');
    expect(await curl('http://127.0.0.1:8123/api/')).toBe('404 page not found\n 404');
    expect(await curl("-H 'Host: evil.example' http://127.0.0.1:8123/k8s/api/")).toBe('Forbidden\n 403');
    const maps = 'http://127.0.0.1:8123/k8s/api/v1/namespaces/default/configmaps';
    expect(await curl(`-X POST -H 'Content-Type: application/yaml' -d 'metadata: {name: sent}' ${maps}`)).toMatch(
      /"name": "sent",[^]*\} 201$/,
    );
    expect(await curl(`-X POST -H 'Content-Type: application/json' -d '{"oops' ${maps}`)).toMatch(/"reason": "BadRequest"[^]* 400$/);
    expect(await curl(`-A robot '${maps}/sent?pretty=false'`)).toMatch(/^\{"[^\n]*\}\n 200$/);
    await run('kill %1; sleep 0.5; kubectl delete configmap sent');
    await run('kubectl proxy --port=8124 > proxy.log 2>&1 &');
    await run('sleep 0.5');
    expect(await curl('http://127.0.0.1:8124/api/v1/namespaces/default/pods/x/exec')).toBe('Forbidden\n 403');
    await run('kill %1; sleep 0.5');
  });
});
