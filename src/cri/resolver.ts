/** The resolver of libc: /etc/hosts, then DNS with the search path of /etc/resolv.conf. What a process connects to by name
 *  goes through it, as on Linux. */
import type { World } from '../base/world.ts';
import { decodeDns, encodeDns } from './dns.ts';
import type { DnsMessage, DnsType } from './dns.ts';
import type { FileSystem } from './files.ts';
import { readText } from './memory-files.ts';
import { NetworkError } from './network.ts';
import type { NetworkNamespace } from './network.ts';

const QUERY_TIMEOUT_MS = 5_000;
const ATTEMPTS = 2;
const IPV4 = /^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$/;

export interface ResolverConfig { readonly servers: readonly string[]; readonly searches: readonly string[]; readonly ndots: number }

export function isAddress(text: string): boolean {
  return IPV4.test(text) && text.split('.').every(part => Number(part) <= 255);
}

export function parseResolvConf(text: string): ResolverConfig {
  const servers: string[] = [];
  let searches: string[] = [];
  let ndots = 1;
  for (const line of text.split('\n')) {
    const [key, ...values] = line.trim().split(/[ \t]+/);
    if (key === 'nameserver' && values[0] !== undefined) servers.push(values[0]);
    else if (key === 'search' || key === 'domain') searches = values;
    else if (key === 'options') for (const value of values) if (value.startsWith('ndots:')) ndots = Number(value.slice(6));
  }
  return { servers, searches, ndots: Number.isFinite(ndots) ? ndots : 1 };
}

export function readResolvConf(files: FileSystem): ResolverConfig {
  return parseResolvConf(files.exists('/etc/resolv.conf') ? readText(files, '/etc/resolv.conf') : '');
}

/** The full names that a name may stand for, in the order in which they are asked. */
export function searchNames(name: string, config: ResolverConfig): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = config.searches.map(search => `${name}.${search}`.replace(/\.$/, ''));
  return name.split('.').length - 1 >= config.ndots ? [name, ...searched] : [...searched, name];
}

/** Addresses of /etc/hosts; undefined where the name is not there. */
export function fromHosts(files: FileSystem, name: string): readonly string[] | undefined {
  if (!files.exists('/etc/hosts')) return undefined;
  const found: string[] = [];
  for (const line of readText(files, '/etc/hosts').split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/[ \t]+/);
    if (address !== undefined && names.some(entry => entry.toLowerCase() === name.toLowerCase())) found.push(address);
  }
  return found.length === 0 ? undefined : found.filter(address => isAddress(address));
}

/** One question to one server. Rejects with NetworkError ETIMEDOUT, or ECONNREFUSED where nobody listens. */
export async function dnsQuery(world: World, net: NetworkNamespace, server: string, name: string, type: DnsType, timeoutMs = QUERY_TIMEOUT_MS): Promise<DnsMessage> {
  const id = world.random.int(65536);
  const question = encodeDns({ id, response: false, question: { name: name.toLowerCase(), type }, code: 'NOERROR', authoritative: false, answers: [] });
  let socket: ReturnType<NetworkNamespace['bindUdp']> | undefined;
  try {
    return await world.suspend<DnsMessage>(settle => {
      socket = net.bindUdp(0, datagram => {
        if (datagram.data.length === 0) { settle.reject(new NetworkError('ECONNREFUSED')); return; }
        const message = decodeDns(datagram.data);
        if (message?.response === true && message.id === id) settle.resolve(message);
      });
      socket.send(server, 53, question);
      return world.clock.setTimer(timeoutMs, () => settle.reject(new NetworkError('ETIMEDOUT')));
    });
  } finally {
    socket?.close();
  }
}

/** Rejects with ENOTFOUND (no such name) or EAI_AGAIN (nobody answered). */
export async function lookup(world: World, net: NetworkNamespace, files: FileSystem, name: string): Promise<readonly string[]> {
  if (isAddress(name)) return [name];
  const local = fromHosts(files, name);
  if (local !== undefined && local.length > 0) return local;
  if (name === 'localhost') return ['127.0.0.1'];
  const config = readResolvConf(files);
  let silent = true;
  for (const full of searchNames(name, config)) {
    const answer = await ask(world, net, config, full);
    if (answer === undefined) continue;
    if (answer.code !== 'SERVFAIL') silent = false;
    const addresses = answer.answers.filter(record => record.type === 'A').map(record => record.value);
    if (addresses.length > 0) return addresses;
  }
  throw new NetworkError(silent ? 'EAI_AGAIN' : 'ENOTFOUND');
}

async function ask(world: World, net: NetworkNamespace, config: ResolverConfig, name: string): Promise<DnsMessage | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    for (const server of config.servers) {
      try {
        return await dnsQuery(world, net, server, name, 'A');
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
      }
    }
  }
  return undefined;
}

/** The namespace with names: what a process's `net` is. */
export function resolvingNet(base: NetworkNamespace, files: FileSystem, hostname: string): NetworkNamespace {
  return {
    get address() { return base.address; },
    get listeners() { return base.listeners; },
    listen: base.listen, connect: base.connect, bindUdp: base.bindUdp, resolve: base.resolve,
    bind(world) {
      const inner = base.bind === undefined ? { ...base, release() {} } : base.bind(world);
      const resolve = async (name: string): Promise<readonly string[]> => name === hostname && fromHosts(files, name) === undefined
        ? [inner.address] : await lookup(world, inner, files, name);
      return {
        get address() { return inner.address; },
        get listeners() { return inner.listeners; },
        listen: inner.listen, bindUdp: inner.bindUdp, release: () => inner.release(), resolve,
        async connect(host, port, how) {
          const addresses = await resolve(host);
          for (const [index, address] of addresses.entries()) {
            try {
              return await inner.connect(address, port, how);
            } catch (error) {
              if (index === addresses.length - 1 || !(error instanceof NetworkError)) throw error;
            }
          }
          throw new NetworkError('ENOTFOUND');
        },
      };
    },
  };
}
