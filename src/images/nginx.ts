/** nginx: its configuration, its default page, its logs, its signals. */
import { once } from '../base/once.ts';
import { FileError } from '../cri/files.ts';
import type { FileSystem } from '../cri/files.ts';
import { absolute, openOutput } from '../cri/open.ts';
import { createLayer, createMemoryFiles, readText } from '../cri/memory-files.ts';
import { serveHttp } from '../cri/http.ts';
import { NetworkError } from '../cri/network.ts';
import type { Listener } from '../cri/network.ts';
import type { Process, Program } from '../cri/process.ts';
import { curl } from '../sh/tools/http.ts';
import type { Catalogued } from './catalogued.ts';
import { MB } from './catalogued.ts';
import { checkConfig, ConfigError, parseConfig } from './nginx-config.ts';
import { answerRequest, serversOf } from './nginx-server.ts';
import type { Server } from './nginx-server.ts';
import { runArguments } from './plain.ts';
import { versionOf, versionTags } from './tags.ts';
import { accessLine, untilStopped } from './web.ts';

const NEWEST = '1.29.3';
const CONFIG = '/etc/nginx/nginx.conf';

export const WELCOME = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`;

const MAIN_CONFIG = `
user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;


events {
    worker_connections  1024;
}


http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;
    #tcp_nopush     on;

    keepalive_timeout  65;

    #gzip  on;

    include /etc/nginx/conf.d/*.conf;
}
`;

const DEFAULT_SERVER = `server {
    listen       80;
    listen  [::]:80;
    server_name  localhost;

    #access_log  /var/log/nginx/host.access.log  main;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    #error_page  404              /404.html;

    # redirect server error pages to the static page /50x.html
    #
    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`;

const ENTRYPOINT_LINES = [
  '/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration',
  '/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/',
  '/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh',
  '10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf',
  '10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf',
  '/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh',
  '/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh',
  '/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh',
  '/docker-entrypoint.sh: Configuration complete; ready for start up',
] as const;

/** "2026/11/21 12:00:00 [notice] 1#1: " */
function logPrefix(process: Process, level: string): string {
  const iso = new Date(process.clock.now()).toISOString();
  return `${iso.slice(0, 10).replaceAll('-', '/')} ${iso.slice(11, 19)} [${level}] ${process.pid}#${process.pid}: `;
}

/** docker-entrypoint.sh: prepares, then runs what it was given. */
const entrypoint: Program = async process => {
  const args = process.argv.slice(1);
  const command = args[0] ?? 'nginx';
  if (command === 'nginx' || command === 'nginx-debug') {
    await process.stdout.write(`${ENTRYPOINT_LINES.slice(0, 6).join('\n')}\n`);
    await substituteTemplates(process);
    await process.stdout.write(`${ENTRYPOINT_LINES.slice(6).join('\n')}\n`);
  }
  return runArguments(process);
};

async function substituteTemplates(process: Process): Promise<void> {
  const directory = '/etc/nginx/templates';
  if (!process.files.exists(directory)) return;
  for (const name of process.files.readDirectory(directory)) {
    if (!name.endsWith('.template')) continue;
    const text = readText(process.files, `${directory}/${name}`).replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)/g,
      (whole, a: string | undefined, b: string | undefined) => process.env.get(a ?? b ?? '') ?? whole);
    process.files.writeFile(`/etc/nginx/conf.d/${name.slice(0, -9)}`, text);
  }
}

function loadServers(process: Process, path: string): readonly Server[] {
  return path === CONFIG && isAsShipped(process.files) ? shippedServers() : serversAt(process.files, path);
}

function serversAt(files: FileSystem, path: string): readonly Server[] {
  const directives = parseConfig(files, path);
  checkConfig(directives);
  return serversOf(directives);
}

/** Whether the configuration is the image's own: most nginx containers run with nothing else. */
function isAsShipped(container: FileSystem): boolean {
  const same = (path: keyof typeof files): boolean => container.exists(path) && readText(container, path) === files[path];
  if (!same(CONFIG) || !same('/etc/nginx/conf.d/default.conf')) return false;
  return container.readDirectory('/etc/nginx/conf.d').length === 1;
}

/** What the image's own configuration means, read once and shared by all who run with it. */
const shippedServers = once(() => {
  const shipped = createMemoryFiles({ now: () => 0, layer: createLayer(Object.entries(files).map(([path, text]) => ({ path, text }))) });
  return serversAt(shipped, CONFIG);
});

export const nginx: Program = async process => {
  const args = process.argv.slice(1);
  const version = process.env.get('NGINX_VERSION') ?? NEWEST;
  if (args.includes('-v') || args.includes('-V')) { await process.stderr.write(`nginx version: nginx/${version}\n`); return 0; }
  const path = args.includes('-c') ? absolute(process, args[args.indexOf('-c') + 1] ?? '') : CONFIG;
  if (args.includes('-s')) return sendSignal(process, args[args.indexOf('-s') + 1] ?? '');
  let servers: readonly Server[];
  try {
    servers = loadServers(process, path);
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof FileError)) throw error;
    const words = error instanceof FileError ? `open() "${path}" failed (2: ${error.message})` : error.message;
    await process.stderr.write(`${logPrefix(process, 'emerg')}${words}\nnginx: [emerg] ${words}\n`);
    if (args.includes('-t')) await process.stderr.write(`nginx: configuration file ${path} test failed\n`);
    return 1;
  }
  if (args.includes('-t')) {
    await process.stderr.write(`nginx: the configuration file ${path} syntax is ok\nnginx: configuration file ${path} test is successful\n`);
    return 0;
  }
  return serve(process, path, servers, version);
};

async function sendSignal(process: Process, name: string): Promise<number> {
  const signals = { reload: 'SIGHUP', stop: 'SIGTERM', quit: 'SIGQUIT', reopen: 'SIGUSR1' } as const;
  const signal = signals[name as keyof typeof signals];
  if (signal === undefined) { await process.stderr.write(`nginx: invalid option: "-s ${name}"\n`); return 1; }
  const master = process.processes.list().find(entry => entry.command.startsWith('nginx: master') || /nginx -g/.test(entry.command) || /docker-entrypoint/.test(entry.command));
  if (master === undefined || !process.processes.kill(master.pid, signal)) { await process.stderr.write('nginx: [error] invalid PID number "" in "/run/nginx.pid"\n'); return 1; }
  return 0;
}

async function serve(process: Process, path: string, first: readonly Server[], version: string): Promise<number> {
  let servers = first;
  const listeners = new Map<number, Listener>();
  const access = openLog(process, '/var/log/nginx/access.log', 'stdout');
  const notice = async (text: string, level = 'notice'): Promise<void> => { await process.stderr.write(`${logPrefix(process, level)}${text}\n`); };
  process.useMemory(3_400_000);
  const listen = (): void => {
    const wanted = new Set(servers.flatMap(server => server.ports));
    for (const [port, listener] of listeners) if (!wanted.has(port)) { listener.close(); listeners.delete(port); }
    for (const port of wanted) {
      if (listeners.has(port)) continue;
      listeners.set(port, serveHttp(process.world, process.net, port, request => answerRequest(process, servers, request, version), {
        server: `nginx/${version}`, tls: servers.some(server => server.tlsPorts.includes(port)),
        answered: (request, answer, bytes) => access(`${accessLine(process.clock.now(), request, answer.status, bytes, true)}\n`),
      }));
    }
  };
  try {
    listen();
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await notice('bind() to 0.0.0.0:80 failed (98: Address already in use)', 'emerg');
    return 1;
  }
  process.retitle(`nginx: master process ${process.argv.join(' ')}`);
  const prefix = logPrefix(process, 'notice');
  await process.stderr.write(['using the "epoll" event method', `nginx/${version}`, 'built by gcc 12.2.0 (Debian 12.2.0-14+deb12u1)', 'OS: Linux 6.8.0-60-generic',
    'getrlimit(RLIMIT_NOFILE): 1048576:1048576', 'start worker processes', `start worker process ${process.pid + 28}`].map(line => `${prefix}${line}\n`).join(''));
  process.onSignal('SIGHUP', () => process.world.spawn('reload', async () => {
    await notice('signal 1 (SIGHUP) received, reconfiguring');
    try { servers = loadServers(process, path); listen(); } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      await notice(error.message, 'emerg');
    }
  }));
  const signal = await untilStopped(process);
  await notice(`signal ${signal === 'SIGTERM' ? '15 (SIGTERM) received, exiting' : signal === 'SIGQUIT' ? '3 (SIGQUIT) received, shutting down' : '2 (SIGINT) received, exiting'}`);
  await notice('exit');
  return 0;
}

/** The log file, or the container's stream that it is a link to. */
function openLog(process: Process, path: string, otherwise: 'stdout' | 'stderr'): (line: string) => void {
  let output: { write(data: string): Promise<void> } = process[otherwise];
  try { output = openOutput(process, path, true); } catch (error) { if (!(error instanceof FileError)) throw error; }
  return line => { void output.write(line).catch(() => undefined); };
}

const files = {
  '/docker-entrypoint.d/10-listen-on-ipv6-by-default.sh': '#!/bin/sh\n', '/docker-entrypoint.d/20-envsubst-on-templates.sh': '#!/bin/sh\n',
  '/etc/nginx/nginx.conf': MAIN_CONFIG, '/etc/nginx/conf.d/default.conf': DEFAULT_SERVER, '/etc/nginx/mime.types': 'types {\n    text/html html htm;\n}\n',
  '/usr/share/nginx/html/index.html': WELCOME,
  '/usr/share/nginx/html/50x.html': '<!DOCTYPE html>\n<html>\n<head>\n<title>Error</title>\n</head>\n<body>\n<h1>An error occurred.</h1>\n</body>\n</html>\n',
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n'
    + 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\nnginx:x:101:101:nginx user:/nonexistent:/bin/false\n',
} as const;

export const NGINX: Catalogued = {
  names: ['docker.io/library/nginx', 'public.ecr.aws/nginx/nginx', 'public.ecr.aws/docker/library/nginx', 'mirror.gcr.io/library/nginx', 'quay.io/nginx/nginx',
    'docker.io/nginxinc/nginx-unprivileged', 'registry.k8s.io/nginx', 'k8s.gcr.io/nginx', 'registry.k8s.io/e2e-test-images/nginx', 'registry.k8s.io/nginx-slim',
    'k8s.gcr.io/nginx-slim', 'docker.io/bitnami/nginx'],
  hasTag: versionTags({
    majors: { 0: [8, 27], 1: [7, 31] }, words: ['mainline', 'stable'],
    suffixes: ['alpine', 'perl', 'otel', 'slim', 'bookworm', 'bullseye', 'buster', 'trixie', 'stretch', 'alpine-slim', 'debian', 'r', 'linux', 'amd64'],
  }),
  sizeBytes: 72_404_038, entrypoint: ['/docker-entrypoint.sh'], cmd: ['nginx', '-g', 'daemon off;'], exposedPorts: [80], stopSignal: 'SIGQUIT', toolbox: 'debian', files,
  links: { '/var/log/nginx/access.log': '/dev/stdout', '/var/log/nginx/error.log': '/dev/stderr' },
  programs: { '/docker-entrypoint.sh': entrypoint, '/usr/sbin/nginx': nginx, '/usr/bin/curl': process => curl(process, 'gnu') },
  forTag: tag => ({
    env: { NGINX_VERSION: versionOf(tag, NEWEST), NJS_VERSION: '0.9.4', PKG_RELEASE: '1~bookworm' },
    ...(tag.includes('alpine') ? { toolbox: 'alpine' as const, sizeBytes: 21 * MB } : {}),
  }),
};
