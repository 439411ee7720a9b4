/** agnhost, the test image of Kubernetes: one program with many servers and checks.
 *  Upstream: test/images/agnhost */
import { answerHealth } from '../cri/grpc-health.ts';
import { HttpError, httpGet, parseTarget, serveHttp } from '../cri/http.ts';
import type { HttpAnswer, HttpRequest } from '../cri/http.ts';
import { fromUtf8, utf8 } from '../base/bytes.ts';
import { FileError } from '../cri/files.ts';
import { absolute } from '../cri/open.ts';
import { readText } from '../cri/memory-files.ts';
import { NetworkError } from '../cri/network.ts';
import { collectOutput } from '../cri/streams.ts';
import { readResolvConf } from '../cri/resolver.ts';
import type { Process, Program } from '../cri/process.ts';
import { formatDate } from '../sh/dates.ts';
import { shellProgram } from '../sh/main.ts';
import { convertReview } from './agnhost-conversion.ts';
import { serveGuestbook } from './agnhost-guestbook.ts';
import { checkIssuer } from './agnhost-issuer.ts';
import { serveReviews } from './agnhost-review.ts';
import type { ReviewServer } from './agnhost-review.ts';
import { admissionHandler } from './agnhost-webhook.ts';
import { gnuTools } from './bases.ts';
import type { Catalogued } from './catalogued.ts';
import { MB } from './catalogued.ts';
import { anyTag, versionTags } from './tags.ts';
import { findStatic, textAnswer, untilStopped } from './web.ts';

const VERSION = '2.53';

/** "--name=value" and "--name value". */
function option(process: Process, name: string, otherwise: string): string {
  for (const [index, arg] of process.argv.entries()) {
    const found = new RegExp(`^--?${name}(?:=(.*))?$`, 's').exec(arg);
    if (found !== null) return found[1] ?? process.argv[index + 1] ?? otherwise;
  }
  return otherwise;
}

const log = (process: Process): string => {
  const micros = String(process.clock.micros() % 1_000_000).padStart(6, '0');
  return `${formatDate(process.clock.now(), 'I%m%d %H:%M:%S')}.${micros}       1`;
};

type Command = (process: Process) => Promise<number>;

const pause: Command = async process => {
  await process.stdout.write('Paused\n');
  await untilStopped(process);
  return 0;
};

async function dial(process: Process, query: ReadonlyMap<string, string>): Promise<HttpAnswer> {
  const host = query.get('host') ?? '';
  const protocol = query.get('protocol') ?? 'http';
  const responses: string[] = [];
  const errors: string[] = [];
  for (let i = 0; i < Math.min(100, Number(query.get('tries') ?? '1')); i += 1) {
    try {
      if (protocol === 'udp') responses.push(await udpAsk(process, host, Number(query.get('port')), query.get('request') ?? ''));
      else responses.push(fromUtf8((await httpGet(process.net, host, Number(query.get('port')), `/${query.get('request') ?? ''}`)).body));
    } catch (error) {
      if (!(error instanceof NetworkError) && !(error instanceof HttpError)) throw error;
      errors.push(error.message);
    }
  }
  return textAnswer(200, JSON.stringify({ ...(responses.length > 0 ? { responses } : {}), ...(errors.length > 0 ? { errors } : {}) }));
}

async function udpAsk(process: Process, host: string, port: number, text: string): Promise<string> {
  const [address = host] = await process.net.resolve(host);
  const answer = await process.world.suspend<string>(settle => {
    const socket = process.net.bindUdp(0, datagram => { socket.close(); if (datagram.data.length === 0) settle.reject(new NetworkError('ECONNREFUSED'));
      else settle.resolve(fromUtf8(datagram.data)); });
    socket.send(address, port, utf8(text));
    return process.clock.setTimer(5000, () => { socket.close(); settle.reject(new NetworkError('ETIMEDOUT')); });
  });
  return answer;
}

async function shellAnswer(process: Process, command: string): Promise<HttpAnswer> {
  const output = collectOutput();
  const errors = collectOutput();
  const code = await process.spawnChild(['/bin/sh', '-c', command], { stdout: output, stderr: errors }).wait();
  return textAnswer(200, JSON.stringify({ ...(code === 0 ? {} : { error: `exit status ${code}` }), output: output.text() + errors.text() }));
}

const netexec: Command = async process => {
  const httpPort = Number(option(process, 'http-port', '8080'));
  const udpPort = Number(option(process, 'udp-port', '8081'));
  let exited = false;
  let ending: { readonly code: number; readonly afterMs: number } | undefined;
  let wake = (): void => {};
  const handle = async (request: HttpRequest): Promise<HttpAnswer> => {
    const { path, query } = parseTarget(request.target);
    await process.stdout.write(`${log(process)} log.go:245] GET ${request.target}\n`);
    switch (path) {
      case '/': return textAnswer(200, `NOW: ${formatDate(process.clock.now(), '%F %T.000000000 +0000 UTC')}`);
      case '/hostname': case '/hostName': return textAnswer(200, process.hostname);
      case '/clientip': return textAnswer(200, `${request.remoteAddress}:${request.remotePort}`);
      case '/echo': return textAnswer(Number(query.get('code') ?? '200'), query.get('msg') ?? '');
      case '/header': return textAnswer(200, request.headers[(query.get('key') ?? '').toLowerCase()] ?? '');
      case '/healthz': return exited ? textAnswer(412, '') : textAnswer(200, '');
      case '/healthz-fail': return textAnswer(500, '');
      case '/dial': return dial(process, query);
      case '/shell': case '/shutdown': return path === '/shell' ? shellAnswer(process, query.get('shellCommand') ?? query.get('cmd') ?? '') : (exited = true, textAnswer(200, ''));
      case '/exit': {
        const code = Number(query.get('code') ?? '0');
        const wait = Number.parseInt(query.get('wait') ?? '0', 10);
        ending = { code, afterMs: wait * 1000 + 1 };
        wake();
        return textAnswer(200, '');
      }
      case '/redirect': return { status: Number(query.get('code') ?? '301'), headers: { Location: query.get('location') ?? '/' }, body: '' };
      case '/upload': return textAnswer(200, JSON.stringify({ output: '/uploads/upload0' }));
      default: return textAnswer(404, '404 page not found\n');
    }
  };
  serveHttp(process.world, process.net, httpPort, request => answerHealth(request, () => 'SERVING') ?? handle(request));
  if (udpPort > 0) {
    const socket = process.net.bindUdp(udpPort, datagram => {
      const text = fromUtf8(datagram.data).trim();
      const answer = text.startsWith('echo ') ? text.slice(5) : text === 'hostname' || text === 'hostName' ? process.hostname : text === 'clientip' ? `${datagram.address}:${datagram.port}` : '';
      if (answer !== '') socket.send(datagram.address, datagram.port, utf8(answer));
    });
  }
  await process.stdout.write(`${log(process)} log.go:245] Started HTTP server on port ${httpPort}\n${udpPort > 0 ? `${log(process)} log.go:245] Started UDP server on port  ${udpPort}\n` : ''}`);
  const seconds = Number(option(process, 'delay-shutdown', '0'));
  await Promise.race([untilStopped(process), process.world.suspend<void>(settle => { wake = () => settle.resolve(); })]);
  const asked = ending as { readonly code: number; readonly afterMs: number } | undefined;
  if (asked !== undefined) {
    await process.clock.sleep(asked.afterMs);
    return asked.code;
  }
  if (seconds > 0) await process.clock.sleep(seconds * 1000);
  return 0;
};

const serveHostname: Command = async process => {
  const port = Number(option(process, 'port', '9376'));
  serveHttp(process.world, process.net, port, () => textAnswer(200, process.hostname));
  await process.stdout.write(`${log(process)} log.go:245] Serving on port ${port}.\n`);
  await untilStopped(process);
  return 0;
};

/** Healthy for ten seconds, then not any more. */
const liveness: Command = async process => {
  const startedAt = process.clock.now();
  serveHttp(process.world, process.net, 8080, request => {
    if (parseTarget(request.target).path !== '/healthz') return textAnswer(200, formatDate(process.clock.now(), '%F %T UTC'));
    const seconds = (process.clock.now() - startedAt) / 1000;
    return seconds > 10 ? textAnswer(500, `error: ${seconds}`) : textAnswer(200, 'ok');
  });
  await untilStopped(process);
  return 0;
};

const connect: Command = async process => {
  const target = process.argv.slice(2).find(arg => !arg.startsWith('-') && arg.includes(':'));
  const timeoutMs = Number.parseFloat(option(process, 'timeout', '0')) * (option(process, 'timeout', '0').endsWith('ms') ? 1 : 1000);
  const at = (target ?? '').lastIndexOf(':');
  try {
    (await process.net.connect((target ?? '').slice(0, at), Number((target ?? '').slice(at + 1)), timeoutMs > 0 ? { timeoutMs } : {})).end();
    return 0;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const unresolved = error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN';
    await process.stderr.write(`${unresolved ? `DNS: ${error.message}` : error.code === 'ECONNREFUSED' ? 'REFUSED' : error.code === 'ETIMEDOUT' ? 'TIMEOUT' : `OTHER: ${error.message}`}\n`);
    return 1;
  }
};

const mounttest: Command = async process => {
  const out = (text: string): Promise<void> => process.stdout.write(`${text}\n`);
  const path = (name: string): string => option(process, name, '');
  const mode = (file: string): string => {
    const bits = process.files.stat(absolute(process, file));
    const letters = [6, 3, 0].map(shift => ((bits.mode >> shift) & 4 ? 'r' : '-') + ((bits.mode >> shift) & 2 ? 'w' : '-') + ((bits.mode >> shift) & 1 ? 'x' : '-')).join('');
    return `${bits.type === 'directory' ? 'd' : ''}${bits.mode & 0o1000 ? 't' : ''}${bits.type === 'directory' ? '' : '-'}${letters}`;
  };
  let failed = false;
  const attempt = async (name: string, work: (file: string) => Promise<void>): Promise<void> => {
    if (path(name) === '') return;
    try { await work(path(name)); } catch (error) {
      if (!(error instanceof FileError)) throw error;
      await out(`error reading file content for "${path(name)}": open ${path(name)}: ${error.message.toLowerCase()}`);
      failed = true;
    }
  };
  await attempt('fs_type',
    async file => out(`mount type of "${file}": ${process.files.exists('/proc/mounts') && readText(process.files, '/proc/mounts').includes(` ${file} tmpfs`) ? 'tmpfs' : 'ext4'}`));
  await attempt('new_file_0644', async file => { process.files.writeFile(absolute(process, file), 'mount-tester new file\n', { mode: 0o644 }); });
  await attempt('new_file_0666', async file => { process.files.writeFile(absolute(process, file), 'mount-tester new file\n', { mode: 0o666 }); });
  await attempt('new_file_0777', async file => { process.files.writeFile(absolute(process, file), 'mount-tester new file\n', { mode: 0o777 }); });
  for (const name of ['file_perm', 'file_mode']) await attempt(name, async file => out(name === 'file_mode' ? `mode of file "${file}": ${mode(file)}` : `perms of file "${file}": ${mode(file)}`));
  await attempt('file_owner', async file => { const { uid, gid } = process.files.stat(absolute(process, file)); await out(`owner UID of "${file}": ${uid}\nowner GID of "${file}": ${gid}`); });
  await attempt('file_content', async file => out(`content of file "${file}": ${readText(process.files, absolute(process, file))}`));
  return failed ? 1 : 0;
};

const entrypointTester: Command = async process => {
  await process.stdout.write(`[${[process.argv[0], ...process.argv.slice(1)].join(' ')}]\n`);
  return 0;
};

const testWebserver: Command = async process => {
  const port = Number(option(process, 'port', '80'));
  serveHttp(process.world, process.net, port, request => {
    const found = findStatic(process.files, '/', parseTarget(request.target).path, ['index.html']);
    return found.type === 'file' ? textAnswer(200, fromUtf8(found.data)) : found.type === 'directory'
      ? textAnswer(200, '<pre>\n</pre>\n', { 'Content-Type': 'text/html' }) : textAnswer(404, '404 page not found\n');
  });
  await untilStopped(process);
  return 0;
};

const logsGenerator: Command = async process => {
  const total = Number(option(process, 'log-lines-total', '10'));
  const seconds = option(process, 'run-duration', '1s');
  const every = (Number.parseFloat(seconds) * (seconds.endsWith('ms') ? 1 : seconds.endsWith('m') ? 60_000 : 1000)) / Math.max(1, total);
  for (let i = 0; i < total; i += 1) {
    await process.stdout.write(`${log(process)} logs_generator.go:76] ${i} ${['GET', 'POST', 'PUT'][process.random.int(3)]} `
      + `/api/v1/namespaces/${['kube-system', 'default', 'ns'][process.random.int(3)]}/pods/${process.random.suffix(4)} ${200 + process.random.int(400)}\n`);
    await process.clock.sleep(every);
  }
  return 0;
};

const porter: Command = async process => {
  for (const [key, value] of process.env) {
    const found = /^SERVE_(?:TLS_)?PORT_([0-9]+)$/.exec(key);
    if (found !== null) serveHttp(process.world, process.net, Number(found[1]), () => textAnswer(200, value));
  }
  await untilStopped(process);
  return 0;
};

const grpcHealthChecking: Command = async process => {
  let serving = true;
  serveHttp(process.world, process.net, Number(option(process, 'port', '5000')), request => answerHealth(request, () => serving ? 'SERVING' : 'NOT_SERVING') ?? textAnswer(404, ''));
  serveHttp(process.world, process.net, Number(option(process, 'http-port', '8080')), request => {
    if (request.target.startsWith('/make-not-serving')) { serving = false; return textAnswer(200, 'not serving'); }
    if (request.target.startsWith('/make-serving')) { serving = true; return textAnswer(200, 'serving'); }
    return textAnswer(404, '');
  });
  await process.stdout.write(`${log(process)} grpc-health-checking.go:105] Http server starting to listen on :8080\n`
    + `${log(process)} grpc-health-checking.go:124] gRPC server starting to listen on :5000\n`);
  const delay = Number(option(process, 'delay-unhealthy-sec', '-1'));
  if (delay >= 0) process.world.spawn('unhealthy', async () => { await process.clock.sleep(delay * 1000); serving = false; });
  await untilStopped(process);
  return 0;
};

const reviews = (process: Process, handlerOf: ReviewServer['handlerOf']): Promise<number> => serveReviews(process, {
  port: Number(option(process, 'port', '443')), certificateFile: option(process, 'tls-cert-file', ''), keyFile: option(process, 'tls-private-key-file', ''), handlerOf,
});

const COMMANDS: Readonly<Record<string, Command>> = {
  pause, netexec, 'serve-hostname': serveHostname, liveness, connect, mounttest, 'entrypoint-tester': entrypointTester, 'test-webserver': testWebserver, 'logs-generator': logsGenerator,
  porter, 'grpc-health-checking': grpcHealthChecking,
  guestbook: (process) => serveGuestbook(process, {
    httpPort: Number(option(process, 'http-port', '80')), backendPort: Number(option(process, 'backend-port', '6379')), replicaOf: option(process, 'replicaof', ''),
  }),
  'test-service-account-issuer-discovery': (process) =>
    checkIssuer(process, { tokenPath: option(process, 'token-path', ''), audience: option(process, 'audience', '') }),
  webhook: (process) => reviews(process, (path) => admissionHandler(process, path)),
  'crd-conversion-webhook': (process) => reviews(process, (path) => (path === '/crdconvert' ? convertReview : undefined)),
  'dns-suffix': async process => { await process.stdout.write(`${readResolvConf(process.files).searches.join(',')}\n`); return 0; },
  'dns-server-list': async process => { await process.stdout.write(`${readResolvConf(process.files).servers.join(',')}\n`); return 0; },
  'etc-hosts': async process => { await process.stdout.write(readText(process.files, '/etc/hosts')); return 0; },
  help: async process => { await process.stdout.write(`Usage:\n  app [command]\n\nAvailable Commands:\n${Object.keys(COMMANDS).sort().map(name => `  ${name}\n`).join('')}`); return 0; },
  '--version': async process => { await process.stdout.write(`agnhost version ${VERSION}\n`); return 0; },
};

const agnhost: Program = async process => {
  const name = process.argv[1] ?? 'pause';
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    await process.stderr.write(`Error: unknown command "${name}" for "app"\nRun 'app --help' for usage.\n`);
    return 1;
  }
  process.useMemory(9_000_000);
  return command(process);
};

export const AGNHOST: Catalogued = {
  names: ['registry.k8s.io/e2e-test-images/agnhost', 'k8s.gcr.io/e2e-test-images/agnhost', 'gcr.io/kubernetes-e2e-test-images/agnhost', 'registry.k8s.io/agnhost',
    'us.gcr.io/k8s-artifacts-prod/e2e-test-images/agnhost'],
  hasTag: versionTags({ majors: { 1: [0, 0], 2: [0, 59] } }), sizeBytes: 52_183_000, entrypoint: ['/agnhost'], cmd: ['pause'], toolbox: 'alpine',
  // It brings bind's tools and bash beside BusyBox.
  programs: { '/agnhost': agnhost, '/bin/bash': shellProgram('bash'), ...gnuTools('/usr/bin', ['curl', 'dig', 'host', 'nc', 'nslookup']) },
};

const single = (names: readonly string[], command: Command, path = '/server'): Catalogued => ({ names, hasTag: anyTag, sizeBytes: 4 * MB, entrypoint: [path],
  cmd: [], programs: { [path]: command }, toolbox: 'busybox' });

export const LIVENESS: Catalogued = single(['registry.k8s.io/liveness', 'k8s.gcr.io/liveness', 'gcr.io/google_containers/liveness'], liveness);
export const SERVE_HOSTNAME: Catalogued = single(['registry.k8s.io/serve_hostname', 'k8s.gcr.io/serve_hostname', 'gcr.io/google_containers/serve_hostname',
  'gcr.io/kubernetes-e2e-test-images/serve-hostname', 'registry.k8s.io/serve-hostname'], serveHostname);
export const TEST_WEBSERVER: Catalogued = single(['registry.k8s.io/test-webserver', 'k8s.gcr.io/test-webserver', 'gcr.io/google_containers/test-webserver'], testWebserver);

const goproxy: Command = async process => {
  process.net.listen(8080, stream => process.world.spawn('connection', async () => {
    try { for (let data = await stream.read(); data !== undefined;
      data = await stream.read()) await stream.write('HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n'); stream.end();
      } catch (error) { if (!(error instanceof NetworkError)) throw error; }
  }));
  await untilStopped(process);
  return 0;
};
export const GOPROXY: Catalogued = single(['registry.k8s.io/goproxy', 'k8s.gcr.io/goproxy'], goproxy, '/goproxy');

/** The DNS debugging images: a shell with dig and nslookup. */
export const DNSUTILS: Catalogued = {
  names: ['registry.k8s.io/e2e-test-images/jessie-dnsutils', 'registry.k8s.io/e2e-test-images/dnsutils', 'gcr.io/kubernetes-e2e-test-images/dnsutils',
    'gcr.io/kubernetes-e2e-test-images/jessie-dnsutils', 'docker.io/tutum/dnsutils', 'docker.io/infoblox/dnstools', 'docker.io/nicolaka/netshoot',
    'docker.io/wbitt/network-multitool', 'docker.io/praqma/network-multitool', 'docker.io/giantswarm/tiny-tools', 'docker.io/jonlabelle/network-tools',
    'docker.io/amouat/network-utils', 'docker.io/arunvelsriram/utils', 'docker.io/leodotcloud/swiss-army-knife'],
  hasTag: anyTag, sizeBytes: 46 * MB, entrypoint: [], cmd: ['/bin/bash', '-c', 'while :; do sleep 3600; done'], programs: {}, toolbox: 'host',
};
