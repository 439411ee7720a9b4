/** Connections inside a machine, between machines, through Services; what lost, cut and refused ones look like. */
import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../src/cri/network.ts';
import type { ByteStream } from '../../src/cri/network.ts';
import type { PodSandboxConfig } from '../../src/cri/runtime.ts';
import { createNodeNetwork } from '../../src/network/node-network.ts';
import type { NetChannel, NodeNetwork } from '../../src/network/node-network.ts';
import { createServiceRules, usable } from '../../src/network/service-rules.ts';
import type { ServiceEndpoint, ServicePortRules } from '../../src/network/service-rules.ts';
import { createAddressPool, parseRange } from '../../src/network/addresses.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';
import type { LoneWorld } from '../../src/sim/lone-world.ts';

const POD: PodSandboxConfig = { name: 'p', namespace: 'default', uid: 'u', attempt: 0, hostname: 'p', hostNetwork: false, labels: {}, annotations: {}, dns: { servers: [], searches: [], options: [] }, hostPorts: [] };

interface Wire { readonly lone: LoneWorld; cut: boolean; loss: number; sent: number; channel(name: string): NetChannel }

/** Machines joined by a link of one millisecond that can be cut or lose every n-th message. */
function wire(): Wire {
  const lone = loneWorld({});
  const handlers = new Map<string, (from: string, body: object) => void>();
  const self: Wire = {
    lone, cut: false, loss: 0, sent: 0,
    channel: (name) => ({
      send(to, body) {
        self.sent += 1;
        if (self.cut || (self.loss > 0 && self.sent % self.loss === 0)) return;
        const text = JSON.stringify(body);
        lone.world.clock.setTimer(1, () => handlers.get(to)?.(name, JSON.parse(text) as object));
      },
      onMessage: (handler) => { handlers.set(name, handler); },
    }),
  };
  return self;
}

async function twoNodes(): Promise<{ wire: Wire; a: NodeNetwork; b: NodeNetwork }> {
  const link = wire();
  const make = (name: string, index: number): NodeNetwork => createNodeNetwork({ world: link.lone.world, nodeName: name, address: `172.18.0.${index}`, channel: link.channel(name), podCIDR: `10.244.${index}.0/24` });
  const [a, b] = [make('worker-1', 1), make('worker-2', 2)];
  a.setHost('172.18.0.2', 'worker-2');
  a.setPodRange('10.244.2.0/24', 'worker-2');
  b.setHost('172.18.0.1', 'worker-1');
  b.setPodRange('10.244.1.0/24', 'worker-1');
  return { wire: link, a, b };
}

/** Echoes in upper case until the end. */
function echo(lone: LoneWorld, net: { listen(port: number, accept: (stream: ByteStream) => void): unknown }, port: number): void {
  net.listen(port, (stream) => lone.world.spawn('echo', async () => {
    try {
      for (let data = await stream.read(); data !== undefined; data = await stream.read()) await stream.write(new TextDecoder().decode(data).toUpperCase());
      stream.end();
    } catch (error) { if (!(error instanceof NetworkError)) throw error; }
  }));
}

async function ask(stream: ByteStream, text: string): Promise<string> {
  await stream.write(text);
  stream.end();
  let out = '';
  for (let data = await stream.read(); data !== undefined; data = await stream.read()) out += new TextDecoder().decode(data);
  return out;
}

const endpoint = (address: string, more: Partial<ServiceEndpoint> = {}): ServiceEndpoint => ({ address, port: 80, ready: true, serving: true, terminating: false, local: false, ...more });
const rules = (endpoints: readonly ServiceEndpoint[], more: Partial<ServicePortRules> = {}): ServicePortRules => ({ service: 'default/web', portName: '', protocol: 'TCP', port: 80, clusterIPs: ['10.96.0.5'], externalIPs: [], internalLocal: false, externalLocal: false, endpoints, ...more });

describe('connections', () => {
  it('inside a machine', async () => {
    const { wire: { lone }, a } = await twoNodes();
    const [one, two] = [await a.addPod('1', POD), await a.addPod('2', { ...POD, name: 'q' })];
    expect([one.address, two.address]).toEqual(['10.244.1.2', '10.244.1.3']);
    echo(lone, two, 80);
    expect(await lone.drive((async () => ask(await one.connect(two.address, 80), 'hi'))())).toBe('HI');
    expect(lone.trace).toContainEqual({ type: 'packet', protocol: 'TCP', from: 'worker-1/default/p', to: '10.244.1.3:80', hops: ['worker-1/default/p', 'worker-1/default/q'], outcome: 'delivered' });
  });
  it('between machines, also with much data and a lossy link', async () => {
    const { wire: link, a, b } = await twoNodes();
    const [one, two] = [await a.addPod('1', POD), await b.addPod('2', POD)];
    echo(link.lone, two, 80);
    expect(await link.lone.drive((async () => ask(await one.connect(two.address, 80), 'hi'))())).toBe('HI');
    link.loss = 7;
    const long = 'abcdefghij'.repeat(100_000);
    expect(await link.lone.drive((async () => ask(await one.connect(two.address, 80), long))(), 600_000)).toBe(long.toUpperCase());
  });
  it('is refused where nobody listens, here and there', async () => {
    const { wire: { lone }, a, b } = await twoNodes();
    const [one, two] = [await a.addPod('1', POD), await b.addPod('2', POD)];
    await expect(lone.drive(one.connect(two.address, 81))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(lone.drive(one.connect('127.0.0.1', 81))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(lone.drive(one.connect('172.18.0.2', 30_000))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
  it('times out over a cut link, in the time that Linux takes', async () => {
    const { wire: link, a, b } = await twoNodes();
    const [one, two] = [await a.addPod('1', POD), await b.addPod('2', POD)];
    echo(link.lone, two, 80);
    link.cut = true;
    const from = link.lone.world.clock.now();
    await expect(link.lone.drive(one.connect(two.address, 80), 300_000)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(link.lone.world.clock.now() - from).toBe(127_000);
    await expect(link.lone.drive(one.connect(two.address, 80, { timeoutMs: 2000 }))).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(link.lone.world.clock.now() - from).toBe(129_000);
  });
  it('goes on after a cut that heals, and fails after one that does not', async () => {
    const { wire: link, a, b } = await twoNodes();
    const [one, two] = [await a.addPod('1', POD), await b.addPod('2', POD)];
    echo(link.lone, two, 80);
    const stream = await link.lone.drive(one.connect(two.address, 80));
    link.cut = true;
    await link.lone.drive(stream.write('late'));
    await link.lone.advance(5000);
    link.cut = false;
    expect(new TextDecoder().decode(await link.lone.drive(stream.read(), 30_000))).toBe('LATE');
    link.cut = true;
    await link.lone.drive(stream.write('never'));
    await expect(link.lone.drive(stream.read(), 600_000)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });
  it('no route to an address of our range that nobody has', async () => {
    const { wire: { lone }, a } = await twoNodes();
    const one = await a.addPod('1', POD);
    await expect(lone.drive(one.connect('10.244.1.99', 80))).rejects.toMatchObject({ code: 'EHOSTUNREACH' });
  });
  it('a Pod that goes resets its connections, and its address is not used again at once', async () => {
    const { wire: { lone }, a } = await twoNodes();
    const [one, two] = [await a.addPod('1', POD), await a.addPod('2', POD)];
    echo(lone, two, 80);
    const stream = await lone.drive(one.connect(two.address, 80));
    a.removePod('2');
    await expect(lone.drive(stream.read())).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await a.addPod('3', POD)).address).toBe('10.244.1.4');
  });
  it('a host beyond a default route reaches Services through the node', async () => {
    const { wire: link, a, b } = await twoNodes();
    const learner = createNodeNetwork({ world: link.lone.world, nodeName: 'shell', address: '172.18.0.250', channel: link.channel('shell'), defaultRoute: 'worker-1' });
    a.setHost('172.18.0.250', 'shell');
    const pod = await b.addPod('2', POD);
    echo(link.lone, pod, 80);
    a.rules.set('default/web', [rules([endpoint(pod.address)], { nodePort: 30_080 })]);
    for (const [address, port] of [['10.96.0.5', 80], ['172.18.0.1', 30_080], [pod.address, 80]] as const) {
      expect(await link.lone.drive((async () => ask(await learner.host.connect(address, port), 'x'))())).toBe('X');
    }
    await expect(link.lone.drive(learner.host.connect('172.18.0.1', 30_081))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
  it('datagrams, and what a closed port answers', async () => {
    const { wire: { lone }, a, b } = await twoNodes();
    const [one, two] = [await a.addPod('1', POD), await b.addPod('2', POD)];
    const socket = two.bindUdp(53, (datagram) => socket.send(datagram.address, datagram.port, datagram.data));
    a.rules.set('kube-system/dns', [rules([endpoint(two.address, { port: 53 })], { protocol: 'UDP', port: 53, clusterIPs: ['10.96.0.10'], service: 'kube-system/dns' })]);
    const heard: string[] = [];
    const client = one.bindUdp(0, (datagram) => heard.push(`${datagram.address}:${datagram.port} ${new TextDecoder().decode(datagram.data)}`));
    client.send('10.96.0.10', 53, new TextEncoder().encode('q'));
    client.send(two.address, 54, new TextEncoder().encode('q'));
    await lone.advance(10);
    expect(heard).toEqual(['10.96.0.10:53 q', `${two.address}:54 `]);
  });
});

describe('Services', () => {
  it('refuses without endpoints, and drops where a local policy has them elsewhere', async () => {
    const { wire: { lone }, a } = await twoNodes();
    const one = await a.addPod('1', POD);
    a.rules.set('default/web', [rules([])]);
    await expect(lone.drive(one.connect('10.96.0.5', 80))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    a.rules.set('default/web', [rules([endpoint('10.244.2.2')], { internalLocal: true })]);
    await expect(lone.drive(one.connect('10.96.0.5', 80, { timeoutMs: 1000 }))).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(lone.trace.filter((event) => event.type === 'packet').map((event) => event.outcome)).toEqual(['refused', 'timeout']);
  });
  it('spreads connections evenly, and sticks a client where it is told to', () => {
    const { world } = loneWorld({});
    const table = createServiceRules();
    const three = [endpoint('10.0.0.1'), endpoint('10.0.0.2'), endpoint('10.0.0.3')];
    table.set('default/web', [rules(three)]);
    const counts = new Map<string, number>();
    const choose = (source: string, at = 0): string => { const choice = table.choose('TCP', '10.96.0.5', 80, source, '172.18.0.1', at, world.random); return choice?.type === 'endpoint' ? choice.endpoint.address : String(choice?.type); };
    for (let i = 0; i < 3000; i += 1) { const address = choose('10.1.1.1'); counts.set(address, (counts.get(address) ?? 0) + 1); }
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
    table.set('default/web', [rules(three, { affinityMs: 10_000 })]);
    const first = choose('10.1.1.1');
    expect(new Set(Array.from({ length: 50 }, () => choose('10.1.1.1', 5000)))).toEqual(new Set([first]));
    expect(new Set(Array.from({ length: 50 }, (_, i) => choose(`10.1.1.${i}`, 5000))).size).toBe(3);
  });
  it('uses terminating endpoints only where no ready one is left', () => {
    const going = endpoint('10.0.0.1', { ready: false, terminating: true });
    const dead = endpoint('10.0.0.2', { ready: false, serving: false });
    expect(usable([going, dead, endpoint('10.0.0.3')], false).map((one) => one.address)).toEqual(['10.0.0.3']);
    expect(usable([going, dead], false).map((one) => one.address)).toEqual(['10.0.0.1']);
  });
  it('a removed Service leaves no rule', () => {
    const { world } = loneWorld({});
    const table = createServiceRules();
    table.set('default/web', [rules([endpoint('10.0.0.1')], { nodePort: 30_001 })]);
    table.set('default/web', []);
    expect(table.choose('TCP', '10.96.0.5', 80, '1.1.1.1', '172.18.0.1', 0, world.random)).toBeUndefined();
    expect(table.choose('TCP', '172.18.0.1', 30_001, '1.1.1.1', '172.18.0.1', 0, world.random)).toBeUndefined();
    expect(table.all()).toEqual([]);
  });
});

describe('addresses', () => {
  it('hands out each once, in turn, and says when none is left', () => {
    const pool = createAddressPool(parseRange('10.0.0.0/29'));
    expect([pool.take(), pool.take(), pool.take(), pool.take(), pool.take(), pool.take()]).toEqual(['10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6', undefined]);
    pool.give('10.0.0.3');
    expect(pool.take()).toBe('10.0.0.3');
  });
});
