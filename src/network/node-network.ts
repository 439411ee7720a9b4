/** The network of one machine: its own namespace, those of its Pods, the rules of kube-proxy, and the way to the others.
 *  A connection inside the machine is two buffers; one to another machine is segments on the channel "net". */
import type { Random, World } from '../base/world.ts';
import { NetworkError } from '../cri/network.ts';
import type { HttpAnswer } from '../cri/http.ts';
import type { Asked, ByteStream, Datagram, Listener, NetworkErrorCode, NetworkNamespace } from '../cri/network.ts';
import type { PodNetworks } from '../cri/pod-network.ts';
import type { PodSandboxConfig } from '../cri/runtime.ts';
import { contains, createAddressPool, parseRange } from './addresses.ts';
import type { AddressPool, Range } from './addresses.ts';
import { createNamespace } from './namespace.ts';
import type { Namespace } from './namespace.ts';
import { createRemote, pack, unpack } from './remote.ts';
import type { Remote, Segment } from './remote.ts';
import { createServiceRules } from './service-rules.ts';
import type { Protocol, ServiceRules } from './service-rules.ts';
import { createHalf, createStream, failHalf } from './stream.ts';
import type { BoundStream, Ends } from './stream.ts';

/** A channel of the mux: transport/mux.ts keeps it. */
export interface NetChannel {
  send(to: string, body: object): void;
  onMessage(handler: (from: string, body: object) => void): void;
}

export interface NodeNetworkOptions {
  readonly world: World;
  /** The machine's name: "worker-1". */
  readonly nodeName: string;
  /** Its own address. */
  readonly address: string;
  /** undefined: a machine alone. */
  readonly channel?: NetChannel;
  /** The range of its Pods; may be set later, as CNI does. */
  readonly podCIDR?: string;
  /** Whom everything goes to that no route names: a learner's host sends to a node. */
  readonly defaultRoute?: string;
  /** The node behind the default route, whose node ports are found at localhost too: on a learner's host, as where the
   *  cluster runs on the person's own machine. */
  readonly localNodePorts?: string;
}

/** Whether a policy lets a new connection through; the reason is for the trace. */
export type Firewall = (packet: { readonly protocol: Protocol; readonly source: string; readonly destination: string; readonly port: number }) => boolean;

export interface NodeNetwork extends PodNetworks {
  readonly nodeName: string;
  readonly address: string;
  readonly rules: ServiceRules;
  readonly podCIDR: string | undefined;
  setPodCIDR(cidr: string): void;
  /** `machine` answers for the address. */
  setHost(address: string, machine: string): void;
  /** `machine` holds the Pods of the range. */
  setPodRange(cidr: string, machine: string): void;
  removeMachine(machine: string): void;
  /** Set by the network policy plugin; undefined lets everything through. */
  firewall: Firewall | undefined;
}

/** Retries of a connection request, as Linux has them: after 1, 2, 4 ... seconds, 127 s in all. */
const SYN_RETRIES_MAX = 6;
const FIRST_NODE_PORT = 30_000;
const LAST_NODE_PORT = 32_767;
/** ARP gives up. */
const NO_HOST_MS = 3_000;

export type Path = readonly string[];

export function createNodeNetwork(options: NodeNetworkOptions): NodeNetwork {
  const { world, nodeName, address, channel } = options;
  const random: Random = world.random.fork('network');
  const rules = createServiceRules();
  const pods = new Map<string, Namespace>();
  const sandboxes = new Map<string, Namespace>();
  const hosts = new Map<string, string>();
  const ranges: { readonly range: Range; readonly machine: string }[] = [];
  const remotes = new Map<string, Remote>();
  const pending = new Map<string, (answer: 'est' | NetworkErrorCode) => void>();
  const prefix = `${nodeName}-${random.suffix(6)}`;
  let nextId = 0;
  let pool: AddressPool | undefined;
  let podCIDR: string | undefined;

  const host = createNamespace({ world, address, name: nodeName, connect, ask, sendDatagram, ephemeral: random });
  const network: NodeNetwork = {
    nodeName, address, rules, host: host.namespace, firewall: undefined,
    get podCIDR() { return podCIDR; },
    setPodCIDR(cidr) {
      if (podCIDR === cidr) return;
      podCIDR = cidr;
      pool = createAddressPool(parseRange(cidr));
    },
    setHost(hostAddress, machine) { hosts.set(hostAddress, machine); },
    setPodRange(cidr, machine) {
      if (ranges.some(entry => entry.range.cidr === cidr && entry.machine === machine)) return;
      const at = ranges.findIndex(entry => entry.range.cidr === cidr);
      if (at >= 0) ranges.splice(at, 1);
      ranges.push({ range: parseRange(cidr), machine });
    },
    removeMachine(machine) {
      for (const [key, value] of hosts) if (value === machine) hosts.delete(key);
      for (let i = ranges.length - 1; i >= 0; i -= 1) if (ranges[i]!.machine === machine) ranges.splice(i, 1);
    },
    async addPod(id, config) {
      if (pool === undefined) throw new Error(sandboxFailure(id, 'plugin type="ptp" failed (add): failed to allocate for range 0: no podCIDR is assigned to the node'));
      const podAddress = pool.take();
      if (podAddress === undefined) throw new Error(sandboxFailure(id, `plugin type="ptp" failed (add): failed to allocate for range 0: no IP addresses available in range set: ${podCIDR}`));
      const namespace = createNamespace({ world, address: podAddress, name: `${config.namespace}/${config.name}`, connect, sendDatagram, ephemeral: random });
      pods.set(podAddress, namespace);
      sandboxes.set(id, namespace);
      openHostPorts(id, config, namespace);
      return namespace.namespace;
    },
    removePod(id) {
      const namespace = sandboxes.get(id);
      if (namespace === undefined) return;
      sandboxes.delete(id);
      pods.delete(namespace.address);
      pool?.give(namespace.address);
      rules.set(`hostport ${id}`, []);
      namespace.destroy();
    },
  };
  if (options.podCIDR !== undefined) network.setPodCIDR(options.podCIDR);
  channel?.onMessage((from, body) => receive(from, body as Segment));

  function openHostPorts(id: string, config: PodSandboxConfig, namespace: Namespace): void {
    rules.set(`hostport ${id}`, config.hostPorts.map(port => ({
      service: `hostport ${config.namespace}/${config.name}`, portName: String(port.hostPort), protocol: port.protocol === 'UDP' ? 'UDP' : 'TCP', port: port.hostPort,
      clusterIPs: [], externalIPs: [], nodePort: port.hostPort, internalLocal: false, externalLocal: false,
      endpoints: [{ address: namespace.address, port: port.containerPort, ready: true, serving: true, terminating: false, local: true, target: `${config.namespace}/${config.name}` }],
    })));
  }

  function namespaceAt(target: string): Namespace | undefined {
    return target === address ? host : pods.get(target);
  }

  function machineOf(target: string): string | undefined {
    const machine = hosts.get(target) ?? ranges.find(entry => contains(entry.range, target))?.machine ?? options.defaultRoute;
    return machine === nodeName ? undefined : machine;
  }

  function trace(protocol: Protocol, from: Namespace, target: string, hops: Path, outcome: 'delivered' | 'refused' | 'dropped' | 'timeout'): void {
    world.trace({ type: 'packet', protocol, from: `${nodeName}/${from.name}`, to: target, hops, outcome });
  }

  /** What connect() does: rules, then this machine, then the others. */
  async function connect(from: Namespace, waiting: World, target: string, port: number, limitMs: number | undefined): Promise<BoundStream> {
    const hops: string[] = [`${nodeName}/${from.name}`];
    const original = `${target}:${port}`;
    const fail = (code: NetworkErrorCode): NetworkError => {
      trace('TCP', from, original, hops, code === 'ECONNREFUSED' ? 'refused' : code === 'ETIMEDOUT' ? 'timeout' : 'dropped');
      return new NetworkError(code);
    };
    const loop = target === '127.0.0.1' || target.startsWith('127.') || target === from.address;
    let to = { address: target, port };
    const own = loop ? from.listenerAt('TCP', port, target) : undefined;
    if (own === undefined) {
      const choice = rules.choose('TCP', target, port, from.address, address, world.clock.now(), random);
      if (choice !== undefined) hops.push(`${choice.rules.service.startsWith('hostport ') ? '' : 'service '}${choice.rules.service} ${original}`);
      if (choice?.type === 'refused') throw fail('ECONNREFUSED');
      if (choice?.type === 'dropped') throw await silence(waiting, limitMs, fail);
      if (choice?.type === 'endpoint') to = { address: choice.endpoint.address, port: choice.endpoint.port };
      if (choice === undefined && loop && options.localNodePorts !== undefined && port >= FIRST_NODE_PORT && port <= LAST_NODE_PORT) to = { address: options.localNodePorts, port };
      if (choice?.type === 'endpoint') hops.push(`${choice.endpoint.node ?? machineOf(to.address) ?? nodeName}/${choice.endpoint.target ?? to.address}`);
    }
    const here = loop && to.address === target ? from : namespaceAt(to.address);
    if (here !== undefined) {
      if (hops.length === 1 && here !== from) hops.push(`${nodeName}/${here.name}`);
      if (!allowed('TCP', from.address, to.address, to.port, here === from)) throw await silence(waiting, limitMs, fail);
      const stream = accept(from, here, waiting, from.address, to, { address: target, port });
      if (stream === undefined) throw fail('ECONNREFUSED');
      if (from !== host) trace('TCP', from, original, hops, 'delivered');
      return stream;
    }
    if (!allowed('TCP', from.address, to.address, to.port, false)) throw await silence(waiting, limitMs, fail);
    const machine = machineOf(to.address);
    if (channel === undefined || machine === undefined) {
      if (podCIDR === undefined || !contains(parseRange(podCIDR), to.address)) throw await silence(waiting, limitMs, fail);
      await waiting.clock.sleep(Math.min(limitMs ?? Infinity, NO_HOST_MS));
      throw fail((limitMs ?? Infinity) < NO_HOST_MS ? 'ETIMEDOUT' : 'EHOSTUNREACH');
    }
    if (hops.length === 1) hops.push(`${machine}/${to.address}`);
    const stream = await dial(from, waiting, machine, to, { address: target, port }, limitMs, fail);
    trace('TCP', from, original, hops, 'delivered');
    return stream;
  }

  /** The node's own requests to itself and its Pods: nothing stands between. */
  function ask(from: Namespace, target: string, port: number, request: Asked): HttpAnswer | Promise<HttpAnswer> | undefined {
    const to = target.startsWith('127.') || target === from.address ? from : pods.get(target);
    const listener = to?.listenerAt('TCP', port, target);
    if (listener?.atOnce === undefined) return undefined;
    return listener.atOnce({ ...request, remoteAddress: from.address, remotePort: from.ephemeralPort(), localPort: port });
  }

  function allowed(protocol: Protocol, source: string, destination: string, port: number, own: boolean): boolean {
    return own || network.firewall === undefined || source === address || network.firewall({ protocol, source, destination, port });
  }

  /** Nobody answers: the kernel gives up after its retries, or the caller before. */
  async function silence(waiting: World, limitMs: number | undefined, fail: (code: NetworkErrorCode) => NetworkError): Promise<NetworkError> {
    await waiting.clock.sleep(limitMs ?? 127_000);
    return fail('ETIMEDOUT');
  }

  /** Joins two namespaces of this machine; undefined where nobody listens. */
  function accept(
    from: Namespace, to: Namespace, waiting: World, source: string, target: { readonly address: string; readonly port: number }, seen: { readonly address: string; readonly port: number },
  ): BoundStream | undefined {
    const listener = to.listenerAt('TCP', target.port, target.address);
    if (listener === undefined) return undefined;
    const sourcePort = from.ephemeralPort();
    const there = createHalf();
    const back = createHalf();
    const reset = (): void => { failHalf(there, 'ECONNRESET'); failHalf(back, 'ECONNRESET'); };
    const client = createStream(waiting, back, there, { localAddress: source, localPort: sourcePort, remoteAddress: seen.address, remotePort: seen.port }, reset);
    const server = createStream(listener.world, there, back, { localAddress: target.address, localPort: target.port, remoteAddress: source, remotePort: sourcePort }, reset);
    to.open(server, listener.owner);
    listener.accept(server);
    return client;
  }

  async function dial(
    from: Namespace, waiting: World, machine: string, to: { readonly address: string; readonly port: number }, seen: { readonly address: string; readonly port: number },
    limitMs: number | undefined, fail: (code: NetworkErrorCode) => NetworkError,
  ): Promise<BoundStream> {
    const id = `${prefix}-${nextId}`;
    nextId += 1;
    const sport = from.ephemeralPort();
    const syn: Segment = { k: 'syn', id, src: from.address, sport, dst: to.address, dport: to.port };
    const answer = await waiting.suspend<'est' | NetworkErrorCode>(settle => {
      const timers: Disposable[] = [];
      pending.set(id, value => settle.resolve(value));
      const attempt = (tries: number): void => {
        channel!.send(machine, syn);
        timers.push(world.clock.setTimer(1000 * 2 ** tries, () => {
          if (tries >= SYN_RETRIES_MAX) settle.resolve('ETIMEDOUT');
          else attempt(tries + 1);
        }));
      };
      attempt(0);
      if (limitMs !== undefined) timers.push(world.clock.setTimer(limitMs, () => settle.resolve('ETIMEDOUT')));
      return { [Symbol.dispose]() { pending.delete(id); for (const timer of timers) timer[Symbol.dispose](); } };
    });
    pending.delete(id);
    if (answer !== 'est') throw fail(answer);
    return openRemote(id, machine, waiting, { localAddress: from.address, localPort: sport, remoteAddress: seen.address, remotePort: seen.port }, from);
  }

  function openRemote(id: string, machine: string, waiting: World, ends: Ends, owner: Namespace): BoundStream {
    const remote = createRemote(world, id, segment => channel!.send(machine, segment), () => remotes.delete(id));
    remotes.set(id, remote);
    const stream = createStream(waiting, remote.inbound, remote.outbound, ends, () => remote.reset());
    owner.open(stream, undefined);
    return stream;
  }

  function receive(from: string, segment: Segment): void {
    switch (segment.k) {
      case 'syn': receiveSyn(from, segment); return;
      case 'est': {
        const waiter = pending.get(segment.id);
        if (waiter !== undefined) waiter('est');
        else if (!remotes.has(segment.id)) channel!.send(from, { k: 'rst', id: segment.id });
        return;
      }
      case 'no': pending.get(segment.id)?.(segment.code); return;
      case 'udp': deliver(segment.src, segment.sport, segment.dst, segment.dport, unpack(segment)); return;
      default: {
        const remote = remotes.get(segment.id);
        if (remote !== undefined) remote.receive(segment);
        else if (segment.k === 'data' && segment.fin !== true) channel!.send(from, { k: 'rst', id: segment.id });
        else if (segment.k === 'data') channel!.send(from, { k: 'ack', id: segment.id, n: segment.n + 1, room: 0 });
      }
    }
  }

  /** A connection from another machine: to one of ours, or through us, by the rules of this node. */
  function receiveSyn(from: string, segment: Extract<Segment, { k: 'syn' }>): void {
    if (remotes.has(segment.id)) { channel!.send(from, { k: 'est', id: segment.id }); return; }
    const here = namespaceAt(segment.dst);
    const listener = here?.listenerAt('TCP', segment.dport, segment.dst);
    if (listener !== undefined && here !== undefined) {
      if (!allowed('TCP', segment.src, segment.dst, segment.dport, false)) return;
      const stream = openRemote(segment.id, from, listener.world, { localAddress: segment.dst, localPort: segment.dport, remoteAddress: segment.src, remotePort: segment.sport }, here);
      here.open(stream, listener.owner);
      channel!.send(from, { k: 'est', id: segment.id });
      listener.accept(stream);
      return;
    }
    if (here !== undefined && here !== host) { channel!.send(from, { k: 'no', id: segment.id, code: 'ECONNREFUSED' }); return; }
    world.spawn('forward', () => forward(from, segment));
  }

  async function forward(from: string, segment: Extract<Segment, { k: 'syn' }>): Promise<void> {
    const onward = rules.choose('TCP', segment.dst, segment.dport, segment.src, address, world.clock.now(), random) !== undefined
      || (segment.dst !== address && machineOf(segment.dst) !== from && (machineOf(segment.dst) !== undefined || isMine(segment.dst)));
    if (!onward) { channel!.send(from, { k: 'no', id: segment.id, code: segment.dst === address ? 'ECONNREFUSED' : 'EHOSTUNREACH' }); return; }
    let next: ByteStream;
    try {
      next = await connect(host, world, segment.dst, segment.dport, undefined);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      if (error.code !== 'ETIMEDOUT') channel!.send(from, { k: 'no', id: segment.id, code: error.code });
      return;
    }
    const back = openRemote(segment.id, from, world, { localAddress: segment.dst, localPort: segment.dport, remoteAddress: segment.src, remotePort: segment.sport }, host);
    channel!.send(from, { k: 'est', id: segment.id });
    world.spawn('forward in', () => pump(back, next));
    world.spawn('forward out', () => pump(next, back));
  }

  function isMine(target: string): boolean {
    return podCIDR !== undefined && contains(parseRange(podCIDR), target);
  }

  /** Datagrams need no connection: the reply finds its own way. */
  function sendDatagram(from: Namespace, sourcePort: number, target: string, port: number, data: Uint8Array): { readonly address: string; readonly port: number } {
    let to = { address: target, port };
    const loop = target.startsWith('127.') || target === from.address;
    if (!(loop && from.socketAt(port) !== undefined)) {
      const choice = rules.choose('UDP', target, port, from.address, address, world.clock.now(), random);
      if (choice?.type === 'refused') { from.socketAt(sourcePort)?.(REFUSED(target, port)); return to; }
      if (choice?.type === 'dropped') return to;
      if (choice?.type === 'endpoint') to = { address: choice.endpoint.address, port: choice.endpoint.port };
    }
    const here = loop && to.address === target ? from : namespaceAt(to.address);
    if (!allowed('UDP', from.address, to.address, to.port, here === from)) return to;
    if (here !== undefined) {
      const socket = here.socketAt(to.port);
      if (socket === undefined) from.socketAt(sourcePort)?.(REFUSED(target, port));
      else socket({ address: from.address, port: sourcePort, data });
      return to;
    }
    const machine = machineOf(to.address);
    if (channel !== undefined && machine !== undefined) channel.send(machine, { k: 'udp', src: from.address, sport: sourcePort, dst: to.address, dport: to.port, ...pack(data) });
    return to;
  }

  function deliver(source: string, sourcePort: number, target: string, port: number, data: Uint8Array): void {
    const here = namespaceAt(target);
    const socket = here?.socketAt(port);
    if (socket !== undefined) {
      if (allowed('UDP', source, target, port, false) || port >= 32_768) socket({ address: source, port: sourcePort, data });
      return;
    }
    const machine = machineOf(source);
    if (here !== undefined && here !== host) {
      if (channel !== undefined && machine !== undefined && data.length > 0) {
        channel.send(machine, { k: 'udp', src: target, sport: port, dst: source, dport: sourcePort });
      }
      return;
    }
    const choice = rules.choose('UDP', target, port, source, address, world.clock.now(), random);
    if (choice?.type !== 'endpoint') return;
    const { endpoint } = choice;
    const local = namespaceAt(endpoint.address);
    if (local !== undefined) local.socketAt(endpoint.port)?.({ address: source, port: sourcePort, data });
    else {
      const next = machineOf(endpoint.address);
      if (next !== undefined) channel?.send(next, { k: 'udp', src: source, sport: sourcePort, dst: endpoint.address, dport: endpoint.port, ...pack(data) });
    }
  }

  return network;
}

/** An ICMP "port unreachable" as a socket hears it: a datagram without data. */
function REFUSED(address: string, port: number): Datagram {
  return { address, port, data: new Uint8Array(0) };
}

async function pump(from: ByteStream, to: ByteStream): Promise<void> {
  try {
    for (let data = await from.read(); data !== undefined; data = await from.read()) await to.write(data);
    to.end();
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    to.reset();
    from.reset();
  }
}

function sandboxFailure(id: string, why: string): string {
  return `failed to setup network for sandbox "${id}": ${why}`;
}

export type { Listener, NetworkNamespace };
