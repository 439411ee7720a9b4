/** The small web servers of tutorials: each answers with a text that says which Pod and version answered. */
import { answerHealth } from '../cri/grpc-health.ts';
import { parseTarget, serveHttp } from '../cri/http.ts';
import type { HttpAnswer, HttpRequest } from '../cri/http.ts';
import type { Process, Program } from '../cri/process.ts';
import type { Catalogued } from './catalogued.ts';
import { MB } from './catalogued.ts';
import { anyTag, versionTags } from './tags.ts';
import { textAnswer, untilStopped } from './web.ts';

type Answer = (process: Process, request: HttpRequest, state: Map<string, number>) => HttpAnswer | Promise<HttpAnswer>;

interface Small { readonly names: readonly string[]; readonly hasTag: (tag: string) => boolean; readonly port: (process: Process) => number;
  readonly started?: (process: Process) => string; readonly answer: Answer;
  readonly logs?: (process: Process, request: HttpRequest, answer: HttpAnswer) => string | undefined; readonly sizeMb: number; readonly path?: string;
  readonly toolbox?: Catalogued['toolbox']; readonly memoryBytes?: number; readonly stopsAtOnce?: boolean }

function portFrom(name: string, otherwise: number): (process: Process) => number {
  return process => Number(process.env.get(name) ?? '') || otherwise;
}

function server(small: Small): Program {
  return async process => {
    const port = small.port(process);
    const state = new Map<string, number>([['started', process.clock.now()]]);
    process.useMemory(small.memoryBytes ?? 9_000_000);
    serveHttp(process.world, process.net, port, request => answerHealth(request, () => 'SERVING') ?? small.answer(process, request, state), {
      answered: (request, answer) => {
        const line = small.logs?.(process, request, answer);
        if (line !== undefined) void process.stdout.write(`${line}\n`).catch(() => undefined);
      },
    });
    const line = small.started?.(process);
    if (line !== undefined) await process.stdout.write(`${line}\n`);
    await untilStopped(process);
    return 0;
  };
}

function image(small: Small): Catalogued {
  const path = small.path ?? '/app';
  return { names: small.names, hasTag: small.hasTag, sizeBytes: small.sizeMb * MB, entrypoint: [path], cmd: [], programs: { [path]: server(small) }, toolbox: small.toolbox ?? 'alpine' };
}

/** "HOST:PORT" of a URL a tutorial prints, the tag as `v1`, `1.0`. */
function tagged(small: (tag: string) => Omit<Small, 'names' | 'hasTag'>, names: readonly string[], hasTag: (tag: string) => boolean): Catalogued {
  return { ...image({ ...small('latest'), names, hasTag }), forTag: tag => { const made = image({ ...small(tag), names, hasTag }); return { programs: made.programs }; } };
}

const goStamp = (process: Process): string => new Date(process.clock.now()).toISOString().slice(0, 19).replace('T', ' ').replaceAll('-', '/');

const HELLO_APP = tagged(tag => ({
  sizeMb: 5, toolbox: 'none', path: '/hello-app', port: portFrom('PORT', 8080), started: process => `${goStamp(process)} Server listening on port ${portFrom('PORT', 8080)(process)}`,
  logs: (process, request) => `${goStamp(process)} Serving request: ${request.target}`,
  answer: process => textAnswer(200, `Hello, world!\nVersion: ${tag === '2.0' ? '2.0.0' : '1.0.0'}\nHostname: ${process.hostname}\n`),
}), ['gcr.io/google-samples/hello-app', 'us-docker.pkg.dev/google-samples/containers/gke/hello-app', 'gcr.io/google_samples/hello-app'], versionTags({ majors: { 1: [0, 0], 2: [0, 0] } }));

const NODE_HELLO = tagged(() => ({ sizeMb: 260, toolbox: 'buildpack', port: () => 8080, answer: () => textAnswer(200, 'Hello Kubernetes!') }),
  ['gcr.io/google-samples/node-hello', 'us-docker.pkg.dev/google-samples/containers/gke/node-hello', 'registry.k8s.io/echoserver-node'], versionTags({ majors: { 1: [0, 0], 2: [0, 0] } }));

const BOOTCAMP = tagged(tag => ({
  sizeMb: 83, toolbox: 'buildpack', port: () => 8080, started: () => 'Kubernetes Bootcamp App Started At: Running On:  ', memoryBytes: 30_000_000,
  logs: (process, request) => `Running On:  ${process.hostname} | Total Requests: ${request.target === '/' ? 1 : 1} | App Uptime: 1 seconds | Log Time: ${new Date(process.clock.now()).toISOString()}`,
  answer: process => textAnswer(200, `Hello Kubernetes bootcamp! | Running on: ${process.hostname} | v=${tag === 'v2' ? '2' : '1'}\n`, { 'Content-Type': 'text/plain' }),
}), ['gcr.io/google-samples/kubernetes-bootcamp', 'docker.io/jocatalin/kubernetes-bootcamp', 'docker.io/kubernetes/kubernetes-bootcamp'], tag => ['latest', 'v1', 'v2'].includes(tag));

const KUBIA = tagged(tag => ({
  sizeMb: 250, toolbox: 'buildpack', port: () => 8080, started: () => 'Kubia server starting...', memoryBytes: 30_000_000,
  logs: (_, request) => `Received request from ::ffff:${request.remoteAddress}`,
  answer: (process, _, state) => {
    const count = (state.get('count') ?? 0) + 1;
    state.set('count', count);
    if (tag === 'v3' && count > 4) return textAnswer(500, `Some internal error has occurred! This is pod ${process.hostname}\n`);
    return textAnswer(200, tag === 'latest' ? `You've hit ${process.hostname}\n` : `This is ${tag} running in pod ${process.hostname}\n`);
  },
}), ['docker.io/luksa/kubia', 'docker.io/knrt10/kubia'], tag => ['latest', 'v1', 'v2', 'v3', 'v4'].includes(tag));

const KUBIA_UNHEALTHY = image({
  names: ['docker.io/luksa/kubia-unhealthy'], hasTag: anyTag, sizeMb: 250, toolbox: 'buildpack', port: () => 8080, started: () => 'Kubia server starting...',
  answer: (process, _, state) => {
    const count = (state.get('count') ?? 0) + 1;
    state.set('count', count);
    return count > 5 ? textAnswer(500, "I'm not well. Please restart me!") : textAnswer(200, `You've hit ${process.hostname}\n`);
  },
});

const KIADA = tagged(tag => ({
  sizeMb: 250, toolbox: 'buildpack', port: () => 8080,
    started: () => `Kiada - Kubernetes in Action Demo Application\n---------------------------------------------\nKiada ${tag} starting...\nLocal hostname is kiada\nListening on port 8080`,
  logs: (_, request) => `Received request for ${request.target} from ::ffff:${request.remoteAddress}`,
  answer: (process, request) => request.target.startsWith('/healthz') ? textAnswer(200, 'OK')
    : textAnswer(200, `Kiada version ${tag}. Request processed by "${process.hostname}". Client IP: ::ffff:${request.remoteAddress}\n`),
}), ['docker.io/luksa/kiada'], anyTag);

const COLOR = image({
  names: ['docker.io/jpetazzo/color'], hasTag: anyTag, sizeMb: 6, toolbox: 'none', port: () => 80,
  answer: process => textAnswer(200, `\u{1F535}This is pod ${process.env.get('NAMESPACE') ?? 'default'}/${process.hostname} on linux/amd64, serving / for ${process.hostname}.\n`),
});

const HTTPENV = image({ names: ['docker.io/jpetazzo/httpenv'], hasTag: anyTag, sizeMb: 4, toolbox: 'none', port: () => 8888,
  answer: process => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(Object.fromEntries(process.env)) }) });

const WEBAPP_COLOR = image({
  names: ['docker.io/kodekloud/webapp-color', 'docker.io/mmumshad/simple-webapp-color'], hasTag: anyTag, sizeMb: 30, port: () => 8080,
    started: process => ` This is a sample web application that displays a colored background. \n A color can be specified in two ways. \n\n`
    + `No command line argument or environment variable. Picking a Random Color =${process.env.get('APP_COLOR') ?? 'blue'}\n * Running on http://0.0.0.0:8080/`,
  answer: process => ({ status: 200, headers: { 'Content-Type': 'text/html' },
    body: `<!doctype html>\n<title>Hello from Flask</title>\n<body style="background: ${process.env.get('APP_COLOR') ?? 'blue'};"></body>\n<h1>Hello from ${process.hostname}!</h1>\n` }),
});

const HTTP_ECHO: Catalogued = {
  names: ['docker.io/hashicorp/http-echo', 'registry.k8s.io/e2e-test-images/http-echo', 'docker.io/mendhak/http-https-echo', 'docker.io/ealen/echo-server'],
    hasTag: anyTag, sizeBytes: 4 * MB, entrypoint: ['/http-echo'], cmd: [], toolbox: 'none',
  programs: {
    '/http-echo': async process => {
      const option = (name: string): string | undefined => process.argv.map(arg => new RegExp(`^--?${name}=(.*)$`, 's').exec(arg)?.[1]).find(value => value !== undefined)
        ?? (process.argv.findIndex(arg => arg === `-${name}` || arg === `--${name}`) > 0 ? process.argv[process.argv.findIndex(arg => arg === `-${name}` || arg === `--${name}`) + 1] : undefined);
      const body = option('text') ?? process.env.get('ECHO_TEXT') ?? 'hello-world';
      const port = Number((option('listen') ?? ':5678').split(':').pop());
      serveHttp(process.world, process.net, port, () => textAnswer(200, `${body}\n`, { 'X-App-Name': 'http-echo', 'X-App-Version': '1.0.0' }), {
        answered: (request, answer, bytes) => { void process.stdout.write(`${goStamp(process)} ${request.headers['host'] ?? ''} `
          + `${request.remoteAddress}:${request.remotePort} "${request.method} ${request.target} HTTP/1.1" ${answer.status} ${bytes} `
          + `"${request.headers['user-agent'] ?? ''}" 12.5µs\n`).catch(() => undefined); },
      });
      await process.stdout.write(`${goStamp(process)} [INFO] server is listening on :${port}\n`);
      await untilStopped(process);
      return 0;
    },
  },
};

const ECHOSERVER = image({
  names: ['registry.k8s.io/echoserver', 'k8s.gcr.io/echoserver', 'gcr.io/google_containers/echoserver', 'gcr.io/kubernetes-e2e-test-images/echoserver',
    'kicbase/echo-server', 'docker.io/kicbase/echo-server', 'registry.k8s.io/e2e-test-images/echoserver'], hasTag: anyTag, sizeMb: 46, port: () => 8080,
  answer: (process, request) => textAnswer(200, `\n\nHostname: ${process.hostname}\n\nPod Information:\n\t-no pod information available-\n\nServer values:\n`
    + `\tserver_version=nginx: 1.13.3 - lua: 10008\n\nRequest Information:\n\tclient_address=${request.remoteAddress}\n\tmethod=${request.method}\n`
    + `\treal path=${request.target}\n\tquery=${request.target.split('?')[1] ?? ''}\n\trequest_version=1.1\n\trequest_scheme=http\n`
    + `\trequest_uri=http://${request.headers['host'] ?? ''}:8080${request.target}\n\nRequest Headers:\n`
    + `${Object.entries(request.headers).sort().map(([key, value]) => `\t${key}=${value}\n`).join('')}\nRequest Body:\n\t-no body in request-\n\n`),
});

const WHOAMI = image({
  names: ['docker.io/traefik/whoami', 'docker.io/containous/whoami', 'docker.io/jwilder/whoami'], hasTag: anyTag, sizeMb: 3, toolbox: 'none',
    port: portFrom('WHOAMI_PORT_NUMBER', 80), started: process => `${goStamp(process)} Starting up on port 80`,
  answer: (process, request) => textAnswer(200, `Hostname: ${process.hostname}\nIP: 127.0.0.1\nIP: ${process.net.address}\n`
    + `RemoteAddr: ${request.remoteAddress}:${request.remotePort}\n${request.method} ${request.target} HTTP/1.1\nHost: ${request.headers['host'] ?? ''}\n`
    + `User-Agent: ${request.headers['user-agent'] ?? ''}\nAccept: ${request.headers['accept'] ?? ''}\n\n`),
});

const NGINX_HELLO = tagged(tag => ({
  sizeMb: 11, port: () => 80,
  answer: (process, request) => textAnswer(200,
    `Server address: ${process.net.address}:80\nServer name: ${process.hostname}\nDate: ${new Date(process.clock.now()).toUTCString()}\nURI: ${request.target}\nRequest ID: 0\n`,
    { 'Content-Type': tag.includes('plain') ? 'text/plain' : 'text/html' }),
}), ['docker.io/nginxdemos/hello', 'docker.io/nginxdemos/nginx-hello'], anyTag);

const PODINFO = tagged(tag => ({
  sizeMb: 39, port: () => 9898, path: '/home/app/podinfo', memoryBytes: 16_000_000, started: () => `{"level":"info","msg":"Starting HTTP Server.","addr":":9898","version":"${tag}"}`,
  answer: (process, request) => {
    const { path } = parseTarget(request.target);
    const json = (body: object): HttpAnswer => ({ status: 200, headers: { 'Content-Type': 'application/json; charset=utf-8' }, body: `${JSON.stringify(body, null, 2)}\n` });
    if (path === '/healthz' || path === '/readyz') return json({ status: 'OK' });
    if (path.startsWith('/status/')) return { ...json({ status: Number(path.slice(8)) }), status: Number(path.slice(8)) || 200 };
    if (path === '/env' || path === '/api/env') return json([...process.env].map(([key, value]) => `${key}=${value}`));
    if (path === '/version') return json({ commit: '0000000', version: tag });
    if (path === '/metrics') return textAnswer(200, '# HELP http_requests_total The total number of HTTP requests.\n# TYPE http_requests_total counter\nhttp_requests_total{status="200"} 1\n');
    return json({ hostname: process.hostname, version: tag, revision: '0000000', color: process.env.get('PODINFO_UI_COLOR') ?? '#34577c',
      logo: 'https://raw.githubusercontent.com/stefanprodan/podinfo/gh-pages/cuddle_clap.gif',
      message: process.env.get('PODINFO_UI_MESSAGE') ?? `greetings from podinfo v${tag}`, goos: 'linux', goarch: 'amd64', runtime: 'go1.25.1', num_goroutine: '8', num_cpu: '2' });
  },
}), ['ghcr.io/stefanprodan/podinfo', 'docker.io/stefanprodan/podinfo'], anyTag);

const KUARD = tagged(tag => ({
  sizeMb: 23, port: () => 8080, path: '/kuard', started: process => `${goStamp(process)} Starting kuard version: v0.10.0-${tag}\n${goStamp(process)} Serving on HTTP on :8080`,
  answer: (process, request, state) => {
    if (request.target.startsWith('/healthy') || request.target.startsWith('/ready')) return (state.get('fail') ?? 0) > 0 ? textAnswer(500, 'fail') : textAnswer(200, 'ok');
    return { status: 200, headers: { 'Content-Type': 'text/html' }, body: `<!doctype html>\n<title>KUAR Demo</title>\n<h1>KUAR Demo: ${process.hostname} ${tag}</h1>\n` };
  },
}), ['gcr.io/kuar-demo/kuard-amd64'], tag => /^(?:v0\.10\.0-|v0\.|latest)?(?:blue|green|purple|1|2|3)?/.test(tag));

const ROLLOUTS = tagged(tag => ({ sizeMb: 8, toolbox: 'none', port: () => 8080, answer: () => textAnswer(200, `"${tag}"`) }), ['docker.io/argoproj/rollouts-demo'],
  tag => ['latest', 'blue', 'green', 'yellow', 'orange', 'purple', 'red', 'bad-red', 'bad-yellow', 'slow-red', 'slow-yellow'].includes(tag));

const RANDOM_GENERATOR = tagged(tag => ({
  sizeMb: 110, port: () => 8080, memoryBytes: 90_000_000, started: () => '2026-01-01 INFO 1 --- Started RandomGeneratorApplication in 2.1 seconds',
  answer: (process, request) => request.target.startsWith('/actuator/health') ? { status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"status":"UP"}' }
    : { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ random: process.random.int(2 ** 31), id: process.hostname, version: tag }) },
}), ['docker.io/k8spatterns/random-generator'], anyTag);

/** php-apache of the autoscaler walk-through: each request burns CPU. */
const HPA_EXAMPLE = image({
  names: ['registry.k8s.io/hpa-example', 'k8s.gcr.io/hpa-example', 'gcr.io/google_containers/hpa-example'], hasTag: anyTag, sizeMb: 480, toolbox: 'debian', port: () => 80, memoryBytes: 12_000_000,
  started: process => `AH00558: apache2: Could not reliably determine the server's fully qualified domain name, using ${process.net.address}. Set the 'ServerName' `
    + `directive globally to suppress this message`,
  answer: async process => { await process.compute(60); return { status: 200, headers: { 'Content-Type': 'text/html' }, body: 'OK!' }; },
});

const SIMPLE_SERVICE = tagged(tag => ({
  sizeMb: 700, toolbox: 'buildpack', port: () => 9876, answer: (process, request) => {
    const { path } = parseTarget(request.target);
    if (path === '/health') return { status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"healthy": true}' };
    if (path === '/env') return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ version: tag, env: JSON.stringify(Object.fromEntries(process.env)) }) };
    return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ host: request.headers['host'] ?? '', version: tag, from: request.remoteAddress }) };
  },
}), ['quay.io/openshiftlabs/simpleservice', 'docker.io/mhausenblas/simpleservice'], anyTag);

const HELLO_WORLD: Catalogued = {
  names: ['docker.io/library/hello-world'], hasTag: anyTag, sizeBytes: 13_000, entrypoint: [], cmd: ['/hello'], toolbox: 'none',
  programs: { '/hello': async process => { await process.stdout.write('\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n\n'); return 0; } },
};

export const HELLOS: readonly Catalogued[] = [
  HELLO_APP, NODE_HELLO, BOOTCAMP, KUBIA, KUBIA_UNHEALTHY, KIADA, COLOR, HTTPENV, WEBAPP_COLOR, HTTP_ECHO, ECHOSERVER, WHOAMI, NGINX_HELLO, PODINFO, KUARD, ROLLOUTS,
    RANDOM_GENERATOR, HPA_EXAMPLE, SIMPLE_SERVICE, HELLO_WORLD,
];
