/** What the images serve and say, each in a container of its own. */
import { describe, expect, it } from 'vitest';
import { grpcHealth } from '../../src/cri/grpc-health.ts';
import { httpGet } from '../../src/cri/http.ts';
import type { HttpResponse } from '../../src/cri/http.ts';
import type { ContainerConfig } from '../../src/cri/runtime.ts';
import { IMAGES } from '../../src/images/index.ts';
import { createMemoryFiles, readText } from '../../src/cri/memory-files.ts';
import { editDistance } from '../../src/images/registry.ts';
import { startNode } from './container.ts';
import type { Node, Started } from './container.ts';

async function serve(config: Partial<ContainerConfig> & { readonly image: string }, settleMs = 3000): Promise<{ node: Node; started: Started; get(port: number, path?: string): Promise<HttpResponse>; text(port: number, path?: string): Promise<string> }> {
  const node = startNode();
  const started = await node.start(config);
  await node.lone.advance(settleMs);
  const get = (port: number, path = '/'): Promise<HttpResponse> => node.lone.drive(httpGet(node.network.host, started.sandbox.ip, port, path));
  return { node, started, get, text: async (port, path) => new TextDecoder().decode((await get(port, path)).body) };
}

describe('web servers', () => {
  it.each([
    ['nginx', 80, '/', /Welcome to nginx!/], ['nginx:alpine', 80, '/nope', /404 Not Found/], ['httpd', 80, '/', /^<html><body><h1>It works!/], ['gcr.io/google-samples/hello-app:1.0', 8080, '/', /^Hello, world!\nVersion: 1\.0\.0\nHostname: web\n$/],
    ['gcr.io/google-samples/hello-app:2.0', 8080, '/', /Version: 2\.0\.0/], ['gcr.io/google-samples/node-hello:1.0', 8080, '/', /^Hello Kubernetes!$/], ['gcr.io/google-samples/kubernetes-bootcamp:v1', 8080, '/', /^Hello Kubernetes bootcamp! \| Running on: web \| v=1\n$/],
    ['jocatalin/kubernetes-bootcamp:v2', 8080, '/', /v=2/], ['registry.k8s.io/e2e-test-images/agnhost:2.40', 0, '', /^$/], ['registry.k8s.io/hpa-example', 80, '/', /^OK!$/], ['luksa/kubia:v1', 8080, '/', /^This is v1 running in pod web\n$/],
    ['ghcr.io/stefanprodan/podinfo:6.14.1', 9898, '/readyz', /"status": "OK"/], ['traefik/whoami', 80, '/', /Hostname: web/], ['some/unknown-image:1.0', 8080, '/x', /Path: \/x/],
  ] as const)('%s answers on %i', async (image, port, path, expected) => {
    const { text } = await serve({ image });
    if (port > 0) expect(await text(port, path)).toMatch(expected);
  });
  it('nginx writes the access log, reloads, and stops with 0', async () => {
    const { node, started, get } = await serve({ image: 'nginx' });
    await get(80);
    expect(started.log()).toMatch(/"GET \/ HTTP\/1\.1" 200 615 "-" "-" "-"$/);
    await started.exec(['sh', '-c', 'echo "server { listen 81; location / { return 200 changed; } location /r { return 301 /x; } }" > /etc/nginx/conf.d/more.conf; nginx -s reload']);
    await node.lone.advance(100);
    expect(new TextDecoder().decode((await get(81)).body)).toBe('changed');
    expect((await get(81, '/r')).headers['location']).toBe('/x');
    await node.lone.drive(node.runtime.stopContainer(started.id, 30_000));
    expect(node.runtime.containerStatus(started.id)?.exitCode).toBe(0);
  });
  it('nginx logs to the streams by the links of its image, and to files where a volume hides them', async () => {
    const { started, get } = await serve({ image: 'nginx' });
    expect((await started.exec(['readlink', '/var/log/nginx/access.log', '/var/log/nginx/error.log'])).out).toBe('/dev/stdout\n/dev/stderr\n');
    await get(80);
    expect(started.log()).toContain('"GET / HTTP/1.1" 200');
    const logs = createMemoryFiles({ now: () => 0 });
    const hidden = await serve({ image: 'nginx', mounts: [{ path: '/var/log/nginx', files: logs, readOnly: false }] });
    await hidden.get(80);
    expect(hidden.started.log()).not.toContain('"GET / HTTP/1.1" 200');
    expect(readText(logs, '/access.log')).toContain('"GET / HTTP/1.1" 200');
  });
  it('nginx takes its files and its configuration from volumes', async () => {
    const html = createMemoryFiles({ now: () => 0 });
    html.writeFile('/index.html', 'from a volume\n');
    const conf = createMemoryFiles({ now: () => 0 });
    conf.writeFile('/default.conf', 'server {\n  listen 8080;\n  location / { root /html; }\n  location = /health { access_log off; return 200 "ok\\n"; }\n  location /api { proxy_pass http://127.0.0.1:9; }\n}\n');
    const { text, get } = await serve({ image: 'nginx', mounts: [{ path: '/html', files: html, readOnly: true }, { path: '/etc/nginx/conf.d', files: conf, readOnly: true }] });
    expect(await text(8080)).toBe('from a volume\n');
    expect(await text(8080, '/health')).toBe('ok\n');
    expect((await get(8080, '/api')).status).toBe(502);
  });
  it('nginx refuses a configuration that it does not know', async () => {
    const conf = createMemoryFiles({ now: () => 0 });
    conf.writeFile('/default.conf', 'server {\n  listn 80;\n}\n');
    const { node, started } = await serve({ image: 'nginx', mounts: [{ path: '/etc/nginx/conf.d', files: conf, readOnly: true }] });
    expect(node.runtime.containerStatus(started.id)?.exitCode).toBe(1);
    expect(started.log()).toContain('nginx: [emerg] unknown directive "listn" in /etc/nginx/conf.d/default.conf:2');
  });
  it('an unknown image listens on its declared ports and says what it is', async () => {
    const { started, text } = await serve({ image: 'owner/app:2', ports: [4321] });
    expect(await text(4321)).toContain('owner/app');
    expect(started.log()).toContain("This image is not in the simulator's catalogue");
    await expect(text(80)).rejects.toThrow('connection refused');
  });
});

describe('agnhost', () => {
  it('liveness is well for ten seconds', async () => {
    const { node, get } = await serve({ image: 'registry.k8s.io/e2e-test-images/agnhost:2.40', args: ['liveness'] });
    expect((await get(8080, '/healthz')).status).toBe(200);
    await node.lone.advance(8000);
    expect((await get(8080, '/healthz')).status).toBe(500);
  });
  it('netexec answers, runs and exits', async () => {
    const { node, started, text } = await serve({ image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: ['netexec', '--http-port=80'] });
    expect(await text(80, '/hostname')).toBe('web');
    expect(await text(80, '/echo?msg=hi')).toBe('hi');
    expect(await text(80, '/shell?cmd=echo%20x')).toBe('{"output":"x\\n"}');
    expect(await text(80, '/clientip')).toMatch(/^172\.18\.0\.3:\d+$/);
    await text(80, '/exit?code=3');
    await node.lone.advance(100);
    expect(node.runtime.containerStatus(started.id)?.exitCode).toBe(3);
  });
  it('other commands', async () => {
    for (const [args, port, path, expected] of [[['serve-hostname'], 9376, '/', /^web$/], [['test-webserver'], 80, '/etc/hostname', /^web\n$/], [['porter'], 0, '', /^$/]] as const) {
      const { text } = await serve({ image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: [...args] });
      if (port > 0) expect(await text(port, path)).toMatch(expected);
    }
    const { node, started } = await serve({ image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: ['grpc-health-checking'] });
    expect(await node.lone.drive(grpcHealth(node.network.host, started.sandbox.ip, 5000, ''))).toBe('SERVING');
  });
});

describe('stores', () => {
  it('redis keeps what it is told', async () => {
    const { started } = await serve({ image: 'redis:7' });
    const cli = async (...args: string[]): Promise<string> => (await started.exec(['redis-cli', ...args])).out;
    expect(await cli('PING')).toBe('PONG\n');
    expect(await cli('SET', 'k', 'a b')).toBe('OK\n');
    expect(await cli('GET', 'k')).toBe('a b\n');
    expect(await cli('INCR', 'n')).toBe('1\n');
    expect(await cli('INCR', 'n')).toBe('2\n');
    expect(await cli('LPUSH', 'l', '1', '2')).toBe('2\n');
    expect(await cli('LRANGE', 'l', '0', '-1')).toBe('2\n1\n');
    expect(await cli('NOPE')).toMatch(/^ERR unknown command 'NOPE'/);
    expect(await cli('CONFIG', 'GET', 'maxmemory')).toBe('maxmemory\n0\n');
    expect((await started.exec(['sh', '-c', 'redis-cli info | grep redis_version'])).out).toBe('redis_version:7.0.0\r\n'.replace('\r', '\r'));
  });
  it('mysql and postgres ask for a password', async () => {
    const mysql = await serve({ image: 'mysql:8' });
    expect(mysql.node.runtime.containerStatus(mysql.started.id)?.exitCode).toBe(1);
    expect(mysql.started.log()).toContain('Database is uninitialized and password option is not specified');
    const postgres = await serve({ image: 'postgres:16' });
    expect(postgres.started.log()).toContain('You must specify POSTGRES_PASSWORD to a non-empty value');
    const good = await serve({ image: 'postgres:16', env: [['POSTGRES_PASSWORD', 'x']] });
    expect((await good.started.exec(['pg_isready'])).out).toContain('accepting connections');
  });
});

describe('programs', () => {
  it('perl prints pi, python prints and serves', async () => {
    const perl = await serve({ image: 'perl:5.34.0', command: ['perl', '-Mbignum=bpi', '-wle', 'print bpi(2000)'] }, 10_000);
    expect(perl.started.log()).toMatch(/^3\.14159265358979/);
    expect(perl.node.runtime.containerStatus(perl.started.id)?.exitCode).toBe(0);
    const python = await serve({ image: 'python:3', command: ['python', '-m', 'http.server', '8000'] });
    expect((await python.get(8000)).status).toBe(200);
  });
  it('package managers bring tools to life', async () => {
    const { started } = await serve({ image: 'debian' , command: ['sleep', '999'] });
    expect((await started.exec(['sh', '-c', 'ps'])).code).toBe(127);
    expect((await started.exec(['sh', '-c', 'apt-get update >/dev/null && apt-get install -y procps >/dev/null && ps aux | grep -c sleep'])).out).toBe('3\n');
  });
});

describe('the catalogue', () => {
  it('no two images share a name', () => {
    const names = IMAGES.flatMap((image) => image.names);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
  it.each([['nginx', 'ngnix', 1], ['redis', 'redis', 0], ['alpine', 'alpin', 1], ['busybox', 'nginx', 3]])('%s to %s is %i', (a, b, expected) => { expect(editDistance(a, b, 2)).toBe(expected); });
});
