/** Images of language runtimes and tools: python, node, perl and others, with as much of their interpreters as one-liners
 *  and web servers of tutorials need; curl, stress, kubectl's companions. */
import { serveHttp } from '../cri/http.ts';
import { parseTarget } from '../cri/http.ts';
import type { Process, Program } from '../cri/process.ts';
import { absolute } from '../cri/open.ts';
import { curl } from '../sh/tools/http.ts';
import { jq } from '../sh/tools/jq.ts';
import { parseSize } from '../sh/tool.ts';
import { parseSeconds } from '../sh/tools/basic.ts';
import type { Catalogued } from './catalogued.ts';
import { MB } from './catalogued.ts';
import { genericServer } from './generic.ts';
import { oldNslookupProgram, runArguments } from './plain.ts';
import { anyTag, versionTags } from './tags.ts';
import { findStatic, logTime, textAnswer, untilStopped } from './web.ts';

/** python -m http.server PORT */
async function fileServer(process: Process, port: number): Promise<number> {
  serveHttp(process.world, process.net, port, request => {
    const found = findStatic(process.files, process.cwd, parseTarget(request.target).path, ['index.html']);
    if (found.type === 'file') return { status: 200, headers: { 'Content-Type': 'text/html' }, body: found.data };
    if (found.type === 'directory') return { status: 200, headers: { 'Content-Type': 'text/html; charset=utf-8' },
      body: `<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<title>Directory listing for ${request.target}</title>\n</head>\n<body>\n`
      + `<h1>Directory listing for ${request.target}</h1>\n<hr>\n<ul>\n`
      + `${process.files.readDirectory(absolute(process, `.${request.target}`)).map(name => `<li><a href="${name}">${name}</a></li>\n`).join('')}</ul>\n<hr>\n</body>\n</html>\n` };
    return textAnswer(404, 'File not found');
  }, { server: 'SimpleHTTP/0.6 Python/3.13.7', answered: (request,
    answer) => { void process.stderr.write(`${request.remoteAddress} - - [${logTime(process.clock.now()).replace(' +0000', '')}] "${request.method} `
    + `${request.target} HTTP/1.1" ${answer.status} -\n`).catch(() => undefined); } });
  await process.stdout.write(`Serving HTTP on 0.0.0.0 port ${port} (http://0.0.0.0:${port}/) ...\n`);
  await untilStopped(process);
  return 0;
}

/** Literal prints are all of a program that can be run here; the rest is a server that says what it is. */
function printed(code: string): string | undefined {
  const texts = [...code.matchAll(/(?:print|puts|console\.log|say)\s*\(?\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*\)?/g)].map(found => found[1] ?? found[2] ?? '');
  return texts.length === 0 ? undefined : texts.map(text => `${text.replaceAll('\\n', '\n')}\n`).join('');
}

function interpreter(name: string, version: string): Program {
  const server = genericServer(name);
  return async process => {
    const args = process.argv.slice(1);
    if (args[0] === '--version' || args[0] === '-V' || args[0] === '-v') { await process.stdout.write(`${version}\n`); return 0; }
    if (args[0] === '-m' && (args[1] === 'http.server' || args[1] === 'SimpleHTTPServer')) return fileServer(process, Number(args.slice(2).find(arg => /^[0-9]+$/.test(arg)) ?? '8000'));
    const at = args.findIndex(arg => arg === '-c' || arg === '-e' || arg === '-E' || /^-[A-Za-z]*e$/.test(arg));
    if (at >= 0) {
      const code = args[at + 1] ?? '';
      if (/bpi\(([0-9]+)\)/.test(code)) { await process.compute(2500); await process.stdout.write(`${PI.slice(0, Math.min(PI.length, Number(/bpi\(([0-9]+)\)/.exec(code)![1]) + 1))}\n`); return 0; }
      const seconds = /sleep\(?\s*([0-9.]+)/.exec(code);
      const text = printed(code);
      if (text !== undefined) await process.stdout.write(text);
      if (seconds !== null) await process.clock.sleep(Number(seconds[1]) * 1000);
      const exit = /(?:exit|sys\.exit|process\.exit)\(?\s*([0-9]+)/.exec(code);
      return exit === null ? 0 : Number(exit[1]);
    }
    if (args.length === 0 && process.tty === undefined) { while (await process.stdin.read() !== undefined) { /* A program on standard input is not understood. */ } return 0; }
    if (args.length === 0) { while (await process.stdin.read() !== undefined) { /* Nor one that is typed. */ } return 0; }
    return server(process);
  };
}

/** The Job of the documentation prints 2,000 digits; these are the first of them.
 *  Differs from Kubernetes: perl prints the first 100 digits of pi. */
const PI = '3.1415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170679';

const language = (names: readonly string[], programs: readonly string[], version: string, cmd: readonly string[], sizeMb: number): Catalogued => {
  const program = interpreter(names[0]!, version);
  return { names, hasTag: anyTag, sizeBytes: sizeMb * MB, entrypoint: [], cmd, toolbox: 'buildpack',
    programs: { ...Object.fromEntries(programs.map(name => [`/usr/local/bin/${name}`, program])), '*': genericServer(names[0]!) },
    forTag: tag => tag.includes('alpine') ? { toolbox: 'alpine' } : tag.includes('slim') ? { toolbox: 'debian' } : {} };
};

const curlProgram: Program = process => curl(process, 'busybox');
/** The curl images start curl, or a shell with curl in it. */
const CURL: Catalogued = { names: ['docker.io/curlimages/curl', 'quay.io/curl/curl', 'docker.io/alpine/curl', 'docker.io/appropriate/curl',
  'docker.io/badouralix/curl-jq', 'docker.io/k8spatterns/curl-jq', 'docker.io/byrnedo/alpine-curl', 'docker.io/governmentpaas/curl-ssl', 'docker.io/pstauffer/curl'], hasTag: anyTag,
  sizeBytes: 9 * MB, entrypoint: ['/entrypoint.sh'], cmd: ['curl'], toolbox: 'alpine',
  programs: { '/usr/bin/curl': curlProgram, '/usr/bin/jq': process => jq(process, 'busybox'), '/entrypoint.sh': async process => {
    const args = process.argv.slice(1);
    const first = args[0] ?? 'curl';
    return runArguments(Object.create(process, { argv: { value: first.startsWith('-') || first.includes('://')
      || (!process.files.exists(`/bin/${first}`) && !process.files.exists(`/usr/bin/${first}`) && !first.includes('/')) ? ['/entrypoint.sh', 'curl', ...args]
      : ['/entrypoint.sh', ...args] } }) as Process);
  } } };
const RADIAL: Catalogued = { names: ['docker.io/radial/busyboxplus', 'docker.io/yauritux/busybox-curl', 'docker.io/odise/busybox-curl'], hasTag: anyTag,
  sizeBytes: 4 * MB, entrypoint: [], cmd: ['/bin/sh'], toolbox: 'busybox', programs: { '/usr/bin/curl': curlProgram, '/usr/bin/nslookup': oldNslookupProgram } };

/** stress: workers that burn CPU, and memory that is held. */
const stress: Program = async process => {
  const option = (...names: string[]): string | undefined => { const at = process.argv.findIndex(arg => names.includes(arg));
    return at < 0 ? process.argv.map(arg => names.map(name => arg.startsWith(`${name}=`) ? arg.slice(name.length + 1) : undefined).find(Boolean)).find(Boolean) : process.argv[at + 1]; };
  const cpus = Number(option('--cpu', '-c', '-cpus', '--cpus') ?? '0');
  const memory = option('--vm-bytes') ?? option('-mem-total', '--mem-total');
  const workers = Number(option('--vm', '-m') ?? (memory === undefined ? '0' : '1'));
  const seconds = parseSeconds(option('--timeout', '-t') ?? 'inf') ?? Infinity;
  const google = process.argv.some(arg => arg.startsWith('-cpus') || arg.startsWith('-mem-'));
  await process.stdout.write(google ? `I0101 00:00:00.000000       1 main.go:26] Allocating "${memory ?? '0'}" memory, in "4Ki" chunks, with a 1ms sleep between `
    + `allocations\nI0101 00:00:00.000000       1 main.go:29] Spawned a thread to consume CPU\n` : `stress: info: [1] dispatching hogs: ${cpus} cpu, 0 io, ${workers} vm, 0 hdd\n`);
  if (memory !== undefined && workers > 0) {
    const total = (parseSize(memory.replace(/i$/, '')) ?? 256 * 1024 ** 2) * Math.max(1, workers);
    const steps = 10;
    for (let step = 1; step <= steps; step += 1) { await process.compute(10); process.useMemory((total * step) / steps); }
  }
  const endAt = process.clock.now() + (seconds === Infinity ? Number.MAX_SAFE_INTEGER / 4 : seconds * 1000);
  const burn = async (): Promise<void> => { while (process.clock.now() < endAt) await process.compute(100); };
  const busy = Math.min(64, cpus + (google ? 0 : workers));
  const jobs = Array.from({ length: busy }, burn);
  if (busy === 0 && seconds !== Infinity) await process.clock.sleep(seconds * 1000);
  else if (busy === 0) await untilStopped(process);
  await Promise.all(jobs);
  if (!google) await process.stdout.write(`stress: info: [1] successful run completed in ${seconds}s\n`);
  return 0;
};

const STRESS: Catalogued = { names: ['docker.io/polinux/stress', 'docker.io/polinux/stress-ng', 'docker.io/progrium/stress', 'docker.io/alexeiled/stress-ng',
  'docker.io/vish/stress', 'docker.io/colinianking/stress-ng', 'docker.io/luksa/stress', 'docker.io/containerstack/alpine-stress',
  'docker.io/petarmaric/docker.cpu-stress-test', 'docker.io/lorel/docker-stress-ng', 'docker.io/narmidm/k8s-pod-cpu-stressor'], hasTag: anyTag, sizeBytes: 4 * MB,
  entrypoint: [], cmd: ['/usr/local/bin/stress'], toolbox: 'alpine', programs: { '/usr/local/bin/stress': stress, '/usr/local/bin/stress-ng': stress, '/stress': stress },
};
/** Those whose image has the program as its entrypoint. */
const STRESS_NAMES: ReadonlySet<string> = new Set(['docker.io/vish/stress', 'docker.io/progrium/stress', 'docker.io/alexeiled/stress-ng',
  'docker.io/lorel/docker-stress-ng', 'docker.io/narmidm/k8s-pod-cpu-stressor']);
const STRESS_ENTRY: Catalogued = { ...STRESS, names: STRESS.names.filter(name => STRESS_NAMES.has(name)), entrypoint: ['/stress'], cmd: [] };

const resourceConsumer: Program = async process => {
  serveHttp(process.world, process.net, 8080, async request => {
    const { path, query } = parseTarget(request.target);
    const form = parseTarget(`?${new TextDecoder().decode(request.body)}`).query;
    const value = (name: string): number => Number(query.get(name) ?? form.get(name) ?? '0');
    if (path === '/ConsumeCPU') { const endAt = process.clock.now() + value('durationSec') * 1000;
      process.world.spawn('consume', async () => { while (process.clock.now() < endAt) { await process.compute(value('millicores') / 10);
      await process.clock.sleep(Math.max(0, 100 - value('millicores') / 10)); } }); }
    if (path === '/ConsumeMem') { process.useMemory(value('megabytes') * 1024 ** 2);
      process.world.spawn('release', async () => { await process.clock.sleep(value('durationSec') * 1000); process.useMemory(4_000_000); }); }
    return textAnswer(200, `${path.slice(1)}\n`);
  });
  await untilStopped(process);
  return 0;
};

export const RUNTIMES: readonly Catalogued[] = [
  CURL, RADIAL, { ...STRESS, names: STRESS.names.filter(name => !STRESS_NAMES.has(name)) }, STRESS_ENTRY,
  language(['docker.io/library/python', 'public.ecr.aws/docker/library/python', 'docker.io/library/pypy'],
    ['python', 'python3', 'pip', 'gunicorn', 'flask', 'uvicorn'], 'Python 3.13.7', ['python3'], 120),
  language(['docker.io/library/node', 'public.ecr.aws/docker/library/node'], ['node', 'npm', 'npx', 'yarn'], 'v24.8.0', ['node'], 150),
  language(['docker.io/library/perl'], ['perl'], 'This is perl 5, version 42, subversion 0 (v5.42.0) built for x86_64-linux-gnu', ['perl', '-de0'], 330),
  language(['docker.io/library/ruby'], ['ruby', 'irb'], 'ruby 3.4.5', ['irb'], 160),
  language(['docker.io/library/golang'], ['go'], 'go version go1.25.1 linux/amd64', ['bash'], 300),
  language(['docker.io/library/openjdk', 'docker.io/library/eclipse-temurin', 'docker.io/library/amazoncorretto'], ['java', 'javac'], 'openjdk 21.0.8 2026-07-15', ['java'], 220),
  { names: ['registry.k8s.io/e2e-test-images/resource-consumer', 'gcr.io/k8s-staging-e2e-test-images/resource-consumer'],
    hasTag: versionTags({ majors: { 1: [0, 20] } }), sizeBytes: 40 * MB, entrypoint: ['/consumer'], cmd: [], toolbox: 'debian', programs: { '/consumer': resourceConsumer } },
];
