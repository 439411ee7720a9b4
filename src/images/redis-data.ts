/** What a redis server keeps, and its commands as far as tutorials use them. */
import type { Process } from '../cri/process.ts';
import { matchesPattern } from '../sh/glob.ts';

export type Reply = string | number | null | { readonly status: string } | { readonly error: string } | Reply[];

/** RESP2. A list of strings is also how a command is sent. */
export function encodeReply(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return `$${reply.length}\r\n${reply}\r\n`;
  if (Array.isArray(reply)) return `*${reply.length}\r\n${reply.map(encodeReply).join('')}`;
  return 'status' in reply ? `+${reply.status}\r\n` : `-${reply.error}\r\n`;
}

type Value = { readonly type: 'string'; text: string } | { readonly type: 'list'; readonly items: string[] } | { readonly type: 'set'; readonly members: Set<string> }
  | { readonly type: 'hash'; readonly fields: Map<string, string> } | { readonly type: 'zset'; readonly scores: Map<string, number> };

interface Keep { readonly value: Value; expiresAtMs?: number }
type Push = (reply: Reply) => Promise<void>;
export interface RedisSession { run(argv: readonly string[], push: Push): Promise<Reply | undefined>; close(): void }

const OK: Reply = { status: 'OK' };
const WRONG: Reply = { error: 'WRONGTYPE Operation against a key holding the wrong kind of value' };
const NOT_INTEGER: Reply = { error: 'ERR value is not an integer or out of range' };

export function createRedisData(process: Process, options: { readonly version: string; readonly port: number; readonly config: Map<string, string> }): { session(): RedisSession } {
  const keys = new Map<string, Keep>();
  const channels = new Map<string, Set<Push>>();
  const startedAtMs = process.clock.now();
  let clients = 0;
  let commands = 0;

  function find(key: string): Value | undefined {
    const keep = keys.get(key);
    if (keep === undefined) return undefined;
    if (keep.expiresAtMs !== undefined && keep.expiresAtMs <= process.clock.now()) { keys.delete(key); return undefined; }
    return keep.value;
  }
  function make<T extends Value>(key: string, fresh: T): T | undefined {
    const value = find(key);
    if (value === undefined) { keys.set(key, { value: fresh }); return fresh; }
    return value.type === fresh.type ? value as T : undefined;
  }
  const integer = (text: string | undefined): number | undefined => text !== undefined && /^-?[0-9]+$/.test(text) ? Number(text) : undefined;
  const increment = (key: string, by: number | undefined): Reply => {
    const value = make(key, { type: 'string', text: '0' });
    const now = integer(value?.text);
    if (value === undefined) return WRONG;
    if (now === undefined || by === undefined) return NOT_INTEGER;
    value.text = String(now + by);
    return now + by;
  };
  const range = (list: readonly string[], from: string, to: string): string[] => {
    const [a, b] = [Number(from), Number(to)];
    return list.slice(a < 0 ? Math.max(0, list.length + a) : a, (b < 0 ? list.length + b : b) + 1);
  };
  const sorted = (scores: ReadonlyMap<string, number>): string[] => [...scores].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1)).map(([member]) => member);

  function info(): string {
    const { version, port } = options;
    const master = options.config.get('replicaof') ?? options.config.get('slaveof');
    return `# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\nos:Linux 6.8.0-60-generic x86_64\r\nprocess_id:${process.pid}\r\ntcp_port:${port}\r\n`
      + `uptime_in_seconds:${Math.floor((process.clock.now() - startedAtMs) / 1000)}\r\n\r\n`
      + `# Clients\r\nconnected_clients:${clients}\r\n\r\n# Memory\r\nused_memory:${900_000 + keys.size * 100}\r\n`
        + `used_memory_human:${(0.86 + keys.size / 10_000).toFixed(2)}M\r\nmaxmemory:${options.config.get('maxmemory') ?? 0}\r\n\r\n# Stats\r\ntotal_commands_processed:${commands}\r\n\r\n`
      + `# Replication\r\nrole:${master === undefined ? 'master' : 'slave'}\r\nconnected_slaves:0\r\n\r\n# Keyspace\r\n${keys.size > 0 ? `db0:keys=${keys.size},expires=0,avg_ttl=0\r\n` : ''}`;
  }

  function setString(args: readonly string[]): Reply {
    const [key = '', text = '', ...flags] = args;
    const upper = flags.map(flag => flag.toUpperCase());
    if (upper.includes('NX') && find(key) !== undefined) return null;
    if (upper.includes('XX') && find(key) === undefined) return null;
    const keep: Keep = { value: { type: 'string', text } };
    const seconds = upper.indexOf('EX');
    const millis = upper.indexOf('PX');
    if (seconds >= 0) keep.expiresAtMs = process.clock.now() + Number(flags[seconds + 1]) * 1000;
    if (millis >= 0) keep.expiresAtMs = process.clock.now() + Number(flags[millis + 1]);
    keys.set(key, keep);
    return OK;
  }

  type Handler = (args: readonly string[]) => Reply;
  const text = (key: string): string | undefined | false => { const value = find(key); return value === undefined ? undefined : value.type === 'string' ? value.text : false; };
  const HANDLERS: Readonly<Record<string, readonly [number, Handler]>> = {
    ping: [0, ([message]) => message ?? { status: 'PONG' }], echo: [1, ([message = '']) => message], info: [0, () => info()],
      dbsize: [0, () => [...keys.keys()].filter(key => find(key) !== undefined).length],
    select: [1, () => OK], quit: [0, () => OK], save: [0, () => OK], bgsave: [0, () => ({ status: 'Background saving started' })], command: [0, () => []],
      client: [1, () => OK], hello: [0, () => ['server', 'redis', 'version', options.version, 'proto', 2]],
    flushall: [0, () => { keys.clear(); return OK; }], flushdb: [0, () => { keys.clear(); return OK; }],
      time: [0, () => [String(Math.floor(process.clock.now() / 1000)), '0']], role: [0, () => ['master', 0, []]],
    set: [2, setString], setex: [3, ([key = '', seconds = '', value = '']) => setString([key, value, 'EX', seconds])],
      setnx: [2, ([key = '', value = '']) => setString([key, value, 'NX']) === null ? 0 : 1],
    get: [1, ([key = '']) => { const value = text(key); return value === false ? WRONG : value ?? null; }],
    getset: [2, ([key = '', value = '']) => { const old = text(key); setString([key, value]); return old === false ? WRONG : old ?? null; }],
    mget: [1, args => args.map(key => text(key) || null)], mset: [2, args => { for (let i = 0; i + 1 < args.length; i += 2) setString([args[i]!, args[i + 1]!]); return OK; }],
    append: [2, ([key = '', more = '']) => { const value = make(key, { type: 'string', text: '' }); if (value === undefined) return WRONG; value.text += more; return value.text.length; }],
    strlen: [1, ([key = '']) => (text(key) || '').length],
    incr: [1, ([key = '']) => increment(key, 1)], decr: [1, ([key = '']) => increment(key, -1)], incrby: [2, ([key = '', by]) => increment(key, integer(by))],
      decrby: [2, ([key = '', by]) => increment(key, -(integer(by) ?? NaN) || 0)],
    del: [1, args => args.filter(key => keys.delete(key)).length], unlink: [1, args => args.filter(key => keys.delete(key)).length],
      exists: [1, args => args.filter(key => find(key) !== undefined).length],
    keys: [1, ([pattern = '*']) => [...keys.keys()].filter(key => find(key) !== undefined && matchesPattern(pattern, key))], type: [1, ([key = '']) => ({ status: find(key)?.type ?? 'none' })],
    expire: [2, ([key = '', seconds]) => { const keep = keys.get(key); if (keep === undefined) return 0; keep.expiresAtMs = process.clock.now() + Number(seconds) * 1000; return 1; }],
    ttl: [1, ([key = '']) => { const keep = keys.get(key); return find(key) === undefined || keep === undefined ? -2 : keep.expiresAtMs === undefined ? -1
      : Math.ceil((keep.expiresAtMs - process.clock.now()) / 1000); }],
    persist: [1, ([key = '']) => { const keep = keys.get(key); if (keep?.expiresAtMs === undefined) return 0; delete keep.expiresAtMs; return 1; }],
    rename: [2, ([from = '', to = '']) => { const keep = keys.get(from); if (keep === undefined) return { error: 'ERR no such key' }; keys.delete(from); keys.set(to, keep); return OK; }],
    lpush: [2, ([key = '', ...items]) => { const value = make(key, { type: 'list', items: [] as string[] }); if (value === undefined) return WRONG;
      for (const item of items) value.items.unshift(item); return value.items.length; }],
    rpush: [2, ([key = '', ...items]) => { const value = make(key, { type: 'list', items: [] as string[] }); if (value === undefined) return WRONG;
      value.items.push(...items); return value.items.length; }],
    lpop: [1, ([key = '']) => { const value = find(key); return value?.type === 'list' ? value.items.shift() ?? null : null; }],
      rpop: [1, ([key = '']) => { const value = find(key); return value?.type === 'list' ? value.items.pop() ?? null : null; }],
    llen: [1, ([key = '']) => { const value = find(key); return value?.type === 'list' ? value.items.length : 0; }],
      lrange: [3, ([key = '', from = '0', to = '-1']) => { const value = find(key); return value?.type === 'list' ? range(value.items, from, to) : []; }],
    rpoplpush: [2, ([from = '', to = '']) => { const value = find(from); const item = value?.type === 'list' ? value.items.pop() : undefined;
      if (item === undefined) return null; make(to, { type: 'list', items: [] as string[] })?.items.unshift(item); return item; }],
    sadd: [2, ([key = '', ...members]) => { const value = make(key, { type: 'set', members: new Set<string>() }); if (value === undefined) return WRONG;
      const before = value.members.size; for (const member of members) value.members.add(member); return value.members.size - before; }],
    srem: [2, ([key = '', ...members]) => { const value = find(key); return value?.type === 'set' ? members.filter(member => value.members.delete(member)).length : 0; }],
    smembers: [1, ([key = '']) => { const value = find(key); return value?.type === 'set' ? [...value.members] : []; }],
      scard: [1, ([key = '']) => { const value = find(key); return value?.type === 'set' ? value.members.size : 0; }],
    sismember: [2, ([key = '', member = '']) => { const value = find(key); return value?.type === 'set' && value.members.has(member) ? 1 : 0; }],
    hset: [3, ([key = '', ...pairs]) => { const value = make(key, { type: 'hash', fields: new Map<string, string>() }); if (value === undefined) return WRONG;
      const before = value.fields.size; for (let i = 0; i + 1 < pairs.length; i += 2) value.fields.set(pairs[i]!, pairs[i + 1]!); return value.fields.size - before; }],
    hget: [2, ([key = '', field = '']) => { const value = find(key); return value?.type === 'hash' ? value.fields.get(field) ?? null : null; }],
      hgetall: [1, ([key = '']) => { const value = find(key); return value?.type === 'hash' ? [...value.fields].flat() : []; }],
    hdel: [2, ([key = '', ...fields]) => { const value = find(key); return value?.type === 'hash' ? fields.filter(field => value.fields.delete(field)).length : 0;
      }], hkeys: [1, ([key = '']) => { const value = find(key); return value?.type === 'hash' ? [...value.fields.keys()] : []; }],
    hlen: [1, ([key = '']) => { const value = find(key); return value?.type === 'hash' ? value.fields.size : 0; }],
    zadd: [3, ([key = '', ...pairs]) => { const value = make(key, { type: 'zset', scores: new Map<string, number>() }); if (value === undefined) return WRONG;
      const before = value.scores.size; for (let i = 0; i + 1 < pairs.length; i += 2) value.scores.set(pairs[i + 1]!, Number(pairs[i])); return value.scores.size - before; }],
    zrange: [3, ([key = '', from = '0', to = '-1']) => { const value = find(key); return value?.type === 'zset' ? range(sorted(value.scores), from, to) : []; }],
      zcard: [1, ([key = '']) => { const value = find(key); return value?.type === 'zset' ? value.scores.size : 0; }],
    zscore: [2, ([key = '', member = '']) => { const value = find(key); return value?.type === 'zset' && value.scores.has(member) ? String(value.scores.get(member)) : null; }],
    config: [1, ([verb = '', pattern = '', value]) => {
      if (verb.toLowerCase() === 'set') { options.config.set(pattern, value ?? ''); return OK; }
      const known = new Map([['maxmemory', '0'], ['maxmemory-policy', 'noeviction'], ['appendonly', 'no'], ['save', '3600 1 300 100 60 10000'], ['dir', '/data'],
        ['port', String(options.port)], ...options.config]);
      return [...known].filter(([key]) => matchesPattern(pattern.toLowerCase(), key)).flatMap(([key, text2]) => [key, key === 'maxmemory' ? String(bytesOf(text2)) : text2]);
    }],
  };

  return {
    session() {
      clients += 1;
      let authorized = !options.config.has('requirepass') || options.config.get('requirepass') === '';
      const mine: [string, Push][] = [];
      return {
        async run(argv, push) {
          commands += 1;
          const [name = '', ...args] = argv;
          const command = name.toLowerCase();
          if (command === 'auth') {
            if (!options.config.has('requirepass')) return { error: 'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?' };
            authorized = args[args.length - 1] === options.config.get('requirepass');
            return authorized ? OK : { error: 'WRONGPASS invalid username-password pair or user is disabled.' };
          }
          if (!authorized) return { error: 'NOAUTH Authentication required.' };
          if (command === 'subscribe') {
            for (const channel of args) { mine.push([channel, push]); channels.set(channel, (channels.get(channel) ?? new Set()).add(push)); await push(['subscribe', channel, mine.length]); }
            return undefined;
          }
          if (command === 'publish') {
            const listeners = [...channels.get(args[0] ?? '') ?? []];
            for (const listener of listeners) await listener(['message', args[0] ?? '', args[1] ?? '']);
            return listeners.length;
          }
          const handler = Object.hasOwn(HANDLERS, command) ? HANDLERS[command] : undefined;
          if (handler === undefined) return { error: `ERR unknown command '${name}', with args beginning with: ${args.map(arg => `'${arg}' `).join('')}` };
          if (args.length < handler[0]) return { error: `ERR wrong number of arguments for '${command}' command` };
          return handler[1](args);
        },
        close() {
          clients -= 1;
          for (const [channel, push] of mine) channels.get(channel)?.delete(push);
        },
      };
    },
  };
}

function bytesOf(text: string): number {
  const found = /^([0-9]+)\s*(kb|mb|gb|k|m|g)?$/i.exec(text);
  if (found === null) return 0;
  return Number(found[1]) * ({ kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, k: 1000, m: 1e6, g: 1e9 }[(found[2] ?? '').toLowerCase() as 'kb'] ?? 1);
}

