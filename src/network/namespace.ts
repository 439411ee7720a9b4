/** A network namespace: listeners, sockets and open connections of a Pod or a host. Each process sees it through a view
 *  bound to its own world, whose `release` closes what the process leaves open. */
import type { Random, World } from '../base/world.ts';
import type { HttpAnswer } from '../cri/http.ts';
import { NetworkError } from '../cri/network.ts';
import type { Asked, AtOnce, ByteStream, Datagram, Listener, NetworkNamespace } from '../cri/network.ts';
import type { BoundStream } from './stream.ts';

type Protocol = 'TCP' | 'UDP';

interface TcpListener { readonly port: number; readonly host: string; readonly world: World; readonly owner: Owner; readonly accept: (stream: ByteStream) => void; readonly atOnce: AtOnce | undefined }
interface UdpSocket { readonly port: number; readonly receive: (datagram: Datagram) => void;
  /** Where a service's address really went: replies are shown as coming from the service. */ readonly seenAs: Map<string, { address: string; port: number }> }
/** What one process holds open. */
interface Owner { readonly listeners: Set<Listener>; readonly streams: Set<BoundStream> }

export interface Namespace {
  readonly address: string;
  readonly name: string;
  readonly namespace: NetworkNamespace;
  listenerAt(protocol: 'TCP', port: number, address: string): TcpListener | undefined;
  socketAt(port: number): ((datagram: Datagram) => void) | undefined;
  ephemeralPort(): number;
  open(stream: BoundStream, owner: Owner | undefined): void;
  /** The Pod is gone: connections are reset. */
  destroy(): void;
}

export interface NamespaceOptions {
  readonly world: World;
  readonly address: string;
  readonly name: string;
  connect(from: Namespace, waiting: World, target: string, port: number, limitMs: number | undefined): Promise<BoundStream>;
  ask?(from: Namespace, target: string, port: number, request: Asked): HttpAnswer | Promise<HttpAnswer> | undefined;
  sendDatagram(from: Namespace, sourcePort: number, target: string, port: number, data: Uint8Array): { readonly address: string; readonly port: number };
  readonly ephemeral: Random;
}

const EPHEMERAL_FIRST = 32_768;
const EPHEMERAL_COUNT = 28_232;
/** Streams of one owner before those that ended are swept out. */
const SWEEP_AT = 64;

export function createNamespace(options: NamespaceOptions): Namespace {
  const { world, address, name } = options;
  const tcp = new Map<number, TcpListener[]>();
  const udp = new Map<number, UdpSocket>();
  const unowned: Owner = { listeners: new Set(), streams: new Set() };
  let nextPort = options.ephemeral.int(EPHEMERAL_COUNT);
  let gone = false;

  function ephemeralPort(): number {
    nextPort = (nextPort + 1) % EPHEMERAL_COUNT;
    return EPHEMERAL_FIRST + nextPort;
  }

  function listen(waiting: World, owner: Owner, wanted: number, accept: (stream: ByteStream) => void, host = '0.0.0.0', atOnce?: AtOnce): Listener {
    const port = wanted === 0 ? ephemeralPort() : wanted;
    const there = tcp.get(port) ?? [];
    if (there.some(entry => entry.host === host || entry.host === '0.0.0.0' || host === '0.0.0.0')) throw new NetworkError('EADDRINUSE');
    const entry: TcpListener = { port, host, world: waiting, owner, accept, atOnce };
    tcp.set(port, [...there, entry]);
    const listener: Listener = {
      port,
      close() {
        owner.listeners.delete(listener);
        const rest = (tcp.get(port) ?? []).filter(other => other !== entry);
        if (rest.length === 0) tcp.delete(port);
        else tcp.set(port, rest);
      },
    };
    owner.listeners.add(listener);
    return listener;
  }

  function bindUdp(owner: Owner, wanted: number, receive: (datagram: Datagram) => void): ReturnType<NetworkNamespace['bindUdp']> {
    const port = wanted === 0 ? ephemeralPort() : wanted;
    if (udp.has(port)) throw new NetworkError('EADDRINUSE');
    const socket: UdpSocket = {
      port, seenAs: new Map(),
      receive(datagram) {
        const seen = socket.seenAs.get(`${datagram.address}:${datagram.port}`);
        receive(seen === undefined ? datagram : { ...datagram, ...seen });
      },
    };
    udp.set(port, socket);
    const listener = {
      port,
      send(target: string, targetPort: number, data: Uint8Array) {
        if (gone) return;
        const real = options.sendDatagram(self, port, target, targetPort, data);
        if (real.address !== target || real.port !== targetPort) socket.seenAs.set(`${real.address}:${real.port}`, { address: target, port: targetPort });
      },
      close() {
        owner.listeners.delete(listener);
        if (udp.get(port) === socket) udp.delete(port);
      },
    };
    owner.listeners.add(listener);
    return listener;
  }

  async function connect(waiting: World, owner: Owner, target: string, port: number, limitMs: number | undefined): Promise<ByteStream> {
    if (gone) throw new NetworkError('ENETUNREACH');
    const numeric = target === 'localhost' ? '127.0.0.1' : target;
    if (!/^[0-9.]+$/.test(numeric)) throw new NetworkError('ENOTFOUND');
    const stream = await options.connect(self, waiting, numeric, port, limitMs);
    track(owner, stream);
    return stream;
  }

  function track(owner: Owner, stream: BoundStream): void {
    if (owner.streams.size >= SWEEP_AT) for (const old of [...owner.streams].slice(0, SWEEP_AT / 2)) owner.streams.delete(old);
    owner.streams.add(stream);
  }

  function view(waiting: World, owner: Owner): NetworkNamespace & { release(): void } {
    return {
      address,
      listen: (port, accept, host, atOnce) => listen(waiting, owner, port, accept, host, atOnce),
      ask: (host, port, request) => options.ask?.(self, host, port, request),
      connect: (host, port, how) => connect(waiting, owner, host, port, how?.timeoutMs),
      bindUdp: (port, receive) => bindUdp(owner, port, receive),
      async resolve(target) {
        if (/^[0-9.]+$/.test(target)) return [target];
        throw new NetworkError('ENOTFOUND');
      },
      get listeners() {
        return [
          ...[...tcp.values()].flat().map(entry => ({ port: entry.port, protocol: 'TCP' as Protocol, host: entry.host })),
          ...[...udp.keys()].map(port => ({ port, protocol: 'UDP' as Protocol, host: '0.0.0.0' })),
        ];
      },
      bind: other => view(other, { listeners: new Set(), streams: new Set() }),
      release() {
        for (const listener of [...owner.listeners]) listener.close();
        for (const stream of [...owner.streams]) stream.abandon();
        owner.streams.clear();
      },
    };
  }

  const self: Namespace = {
    address, name,
    namespace: view(world, unowned),
    listenerAt(_protocol, port, target) {
      return tcp.get(port)?.find(entry => entry.host === '0.0.0.0' || entry.host === target || (entry.host === '127.0.0.1' && target.startsWith('127.')));
    },
    socketAt: port => udp.get(port)?.receive,
    ephemeralPort,
    open(stream, owner) { if (owner !== undefined) track(owner, stream); },
    destroy() {
      gone = true;
      for (const entries of tcp.values()) for (const entry of entries) for (const stream of entry.owner.streams) stream.reset();
      for (const stream of unowned.streams) stream.reset();
      tcp.clear();
      udp.clear();
    },
  };
  return self;
}
