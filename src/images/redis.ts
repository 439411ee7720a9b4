/** redis: the server that speaks RESP over TCP, and redis-cli. */
import { fromUtf8 } from '../base/bytes.ts';
import { NetworkError } from '../cri/network.ts';
import type { ByteStream } from '../cri/network.ts';
import { createLineReader } from '../cri/streams.ts';
import type { Process, Program } from '../cri/process.ts';
import type { Catalogued } from './catalogued.ts';
import { MB } from './catalogued.ts';
import { runArguments } from './plain.ts';
import { createRedisData, encodeReply } from './redis-data.ts';
import type { Reply } from './redis-data.ts';
import { versionOf, versionTags } from './tags.ts';
import { untilStopped } from './web.ts';

const NEWEST = '8.2.1';

/** Takes RESP arrays and inline commands out of a stream. */
export function createRespReader(stream: Pick<ByteStream, 'read'>): { next(): Promise<readonly string[] | undefined>; reply(): Promise<Reply | undefined> } {
  let held = '';
  const more = async (): Promise<boolean> => {
    const data = await stream.read();
    if (data === undefined) return false;
    held += fromUtf8(data);
    return true;
  };
  const line = async (): Promise<string | undefined> => {
    for (;;) {
      const at = held.indexOf('\n');
      if (at >= 0) { const text = held.slice(0, at).replace(/\r$/, ''); held = held.slice(at + 1); return text; }
      if (!await more()) return undefined;
    }
  };
  const exact = async (length: number): Promise<string | undefined> => {
    while (held.length < length + 2) if (!await more()) return undefined;
    const text = held.slice(0, length);
    held = held.slice(length + 2);
    return text;
  };
  const reply = async (): Promise<Reply | undefined> => {
    const head = await line();
    if (head === undefined) return undefined;
    const rest = head.slice(1);
    switch (head[0]) {
      case '+': return { status: rest };
      case '-': return { error: rest };
      case ':': return Number(rest);
      case '$': return Number(rest) < 0 ? null : await exact(Number(rest));
      case '*': {
        const list: Reply[] = [];
        for (let i = 0; i < Number(rest); i += 1) list.push(await reply() ?? null);
        return list;
      }
      default: return { error: `unexpected reply ${head}` };
    }
  };
  return {
    reply,
    async next() {
      const head = await line();
      if (head === undefined) return undefined;
      if (!head.startsWith('*')) return head.trim() === '' ? [] : head.trim().split(/\s+/);
      const argv: string[] = [];
      for (let i = 0; i < Number(head.slice(1)); i += 1) {
        const size = await line();
        if (size === undefined) return undefined;
        const word = await exact(Number(size.slice(1)));
        if (word === undefined) return undefined;
        argv.push(word);
      }
      return argv;
    },
  };
}

function stamp(process: Process): string {
  const [, date = '', month = '', year = '', time = ''] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(process.clock.now()).toUTCString()) ?? [];
  return `${date} ${month} ${year} ${time}.${String(process.clock.now() % 1000).padStart(3, '0')}`;
}

function settings(process: Process): Map<string, string> {
  const config = new Map<string, string>();
  let args = process.argv.slice(1);
  if (args[0] !== undefined && !args[0].startsWith('--')) {
    const [path] = args;
    args = args.slice(1);
    if (process.files.exists(path!)) for (const row of fromUtf8(process.files.readFile(path!)).split('\n')) { const found = /^\s*([a-z-]+)\s+(.+?)\s*$/.exec(row);
      if (found !== null) config.set(found[1]!, found[2]!.replace(/^"(.*)"$/, '$1')); }
  }
  for (let at = 0; at < args.length; at += 1) {
    if (!args[at]!.startsWith('--')) continue;
    const values: string[] = [];
    while (args[at + 1 + values.length] !== undefined && !args[at + 1 + values.length]!.startsWith('--')) values.push(args[at + 1 + values.length]!);
    config.set(args[at]!.slice(2), values.join(' '));
  }
  return config;
}

const redisServer: Program = async process => {
  const config = settings(process);
  const version = process.env.get('REDIS_VERSION') ?? NEWEST;
  const port = Number(config.get('port') ?? '6379');
  const data = createRedisData(process, { version, port, config });
  const say = (text: string): Promise<void> => process.stdout.write(`${process.pid}:M ${stamp(process)} * ${text}\n`);
  process.useMemory(3_200_000);
  await process.stdout.write(`${process.pid}:C ${stamp(process)} * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n`
    + `${process.pid}:C ${stamp(process)} * Redis version=${version}, bits=64, commit=00000000, modified=0, pid=${process.pid}, just started\n`);
  if (config.size === 0) await process.stdout.write(`${process.pid}:C ${stamp(process)} # Warning: no config file specified, using the default config. In order to `
    + `specify a config file use redis-server /path/to/redis.conf\n`);
  try {
    process.net.listen(port, stream => process.world.spawn('redis client', async () => {
      const reader = createRespReader(stream);
      const session = data.session();
      try {
        for (let argv = await reader.next(); argv !== undefined; argv = await reader.next()) {
          if (argv.length === 0) continue;
          const reply = await session.run(argv, push => stream.write(encodeReply(push)));
          if (reply !== undefined) await stream.write(encodeReply(reply));
          if (argv[0]!.toLowerCase() === 'quit') break;
        }
        stream.end();
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
      } finally { session.close(); }
    }));
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await process.stdout.write(`${process.pid}:M ${stamp(process)} # Warning: Could not create server TCP listening socket *:${port}: bind: Address already in use\n`);
    return 1;
  }
  await say(`Running mode=standalone, port=${port}.`);
  await say('Server initialized');
  await say('Ready to accept connections tcp');
  const signal = await untilStopped(process, ['SIGTERM', 'SIGINT']);
  await process.stdout.write(`${process.pid}:signal-handler (${Math.floor(process.clock.now() / 1000)}) Received ${signal} scheduling shutdown...\n`);
  await say('User requested shutdown...');
  await say('Redis is now ready to exit, bye bye...');
  return 0;
};

/** How redis-cli prints: with types at a terminal, bare in a pipe. */
export function showReply(reply: Reply, bare: boolean, indent = ''): string {
  if (reply === null) return bare ? '\n' : '(nil)\n';
  if (typeof reply === 'number') return bare ? `${reply}\n` : `(integer) ${reply}\n`;
  if (typeof reply === 'string') return bare ? `${reply}\n` : `${JSON.stringify(reply)}\n`;
  if (Array.isArray(reply)) {
    if (reply.length === 0) return bare ? '\n' : '(empty array)\n';
    return reply.map((entry: Reply, index) => bare ? showReply(entry, true) : `${index === 0 ? '' : indent}${index + 1}) ${showReply(entry, false, `${indent}   `)}`).join('');
  }
  return 'status' in reply ? `${reply.status}\n` : bare ? `${reply.error}\n` : `(error) ${reply.error}\n`;
}

export function splitCommand(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(found => found[1]?.replace(/\\(.)/g, (_, char: string) => char === 'n' ? '\n' : char) ?? found[2] ?? found[3] ?? '');
}

const redisCli: Program = async process => {
  let [host, port] = ['127.0.0.1', 6379];
  let password = process.env.get('REDISCLI_AUTH');
  let repeat = 1;
  let raw = process.tty === undefined;
  const args = process.argv.slice(1);
  while (args[0]?.startsWith('-') === true) {
    const option = args.shift()!;
    if (option === '-h') host = args.shift() ?? host;
    else if (option === '-p') port = Number(args.shift());
    else if (option === '-a' || option === '--pass') password = args.shift();
    else if (option === '-n' || option === '-i' || option === '-u') args.shift();
    else if (option === '-r') repeat = Number(args.shift());
    else if (option === '--raw') raw = true;
    else if (option === '--no-raw') raw = false;
    else if (option === '--version' || option === '-v') { await process.stdout.write(`redis-cli ${process.env.get('REDIS_VERSION') ?? NEWEST}\n`); return 0; }
  }
  let stream: ByteStream;
  try {
    stream = await process.net.connect(host, port);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const words = error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN' ? 'Name or service not known' : error.code === 'ECONNREFUSED' ? 'Connection refused' : 'Connection timed out';
    await process.stderr.write(`Could not connect to Redis at ${host}:${port}: ${words}\n`);
    return 1;
  }
  const reader = createRespReader(stream);
  const ask = async (argv: readonly string[]): Promise<Reply | undefined> => {
    await stream.write(encodeReply([...argv]));
    return reader.reply();
  };
  if (password !== undefined) { const answer = await ask(['AUTH', password]);
    if (answer !== null && typeof answer === 'object' && 'error' in answer) await process.stderr.write(`AUTH failed: ${answer.error}\n`); }
  if (args.length > 0) {
    for (let i = 0; i < repeat; i += 1) { const reply = await ask(args);
      if (reply === undefined) { await process.stderr.write('Error: Server closed the connection\n'); return 1; } await process.stdout.write(showReply(reply, raw)); }
    if (args[0]?.toLowerCase() === 'subscribe' || args[0]?.toLowerCase() === 'monitor') for (let reply = await reader.reply(); reply !== undefined;
      reply = await reader.reply()) await process.stdout.write(showReply(reply, raw));
    stream.end();
    return 0;
  }
  const lines = createLineReader(process.stdin);
  const prompt = async (): Promise<void> => { if (process.tty !== undefined) await process.stdout.write(`${host}:${port}> `); };
  for (await prompt(); ; await prompt()) {
    const line = await lines.next();
    if (line === undefined) break;
    const argv = splitCommand(line.text);
    if (argv.length === 0) continue;
    if (/^(?:quit|exit)$/i.test(argv[0]!)) break;
    const reply = await ask(argv);
    if (reply === undefined) { await process.stdout.write('Error: Server closed the connection\n'); return 1; }
    await process.stdout.write(showReply(reply, raw));
  }
  stream.end();
  return 0;
};

export const REDIS: Catalogued = {
  names: ['docker.io/library/redis', 'public.ecr.aws/docker/library/redis', 'registry.k8s.io/redis', 'k8s.gcr.io/redis', 'gcr.io/google_containers/redis',
    'gcr.io/google-containers/redis', 'registry.k8s.io/e2e-test-images/redis', 'docker.io/bitnami/redis', 'docker.io/valkey/valkey', 'docker.io/library/valkey',
    'gcr.io/google_samples/gb-redisslave', 'gcr.io/google_samples/gb-redis-follower', 'us-docker.pkg.dev/google-samples/containers/gke/gb-redis-follower',
    'docker.io/redis/redis-stack', 'mirror.gcr.io/library/redis', 'docker.io/kubernetes/redis', 'docker.io/redis/redis-stack-server'],
  hasTag: versionTags({ majors: { 0: [0, 9], 1: [0, 9], 2: [6, 8], 3: [0, 2], 4: [0, 0], 5: [0, 0], 6: [0, 2], 7: [0, 4], 8: [0, 6], 9: [0, 0] },
    words: ['e2e', 'v1', 'v2', 'v3', 'edge'], suffixes: ['alpine', 'bookworm', 'bullseye', 'buster', 'stretch', 'trixie', 'debian', 'r'] }),
  sizeBytes: 49 * MB, entrypoint: ['docker-entrypoint.sh'], cmd: ['redis-server'], exposedPorts: [6379], workingDir: '/data', toolbox: 'debian', files: { '/data/.keep': '' },
  programs: { '/usr/local/bin/docker-entrypoint.sh': runArguments, '/usr/local/bin/redis-server': redisServer, '/usr/local/bin/redis-cli': redisCli,
    '/usr/local/bin/valkey-server': redisServer, '/usr/local/bin/valkey-cli': redisCli },
  forTag: tag => ({ env: { REDIS_VERSION: versionOf(tag, NEWEST) }, ...(tag.includes('alpine') ? { toolbox: 'alpine' as const, sizeBytes: 17 * MB } : {}) }),
};
