import { describe, expect, it } from 'vitest';
import { ConfigMaps, Leases, Namespaces } from '../../src/api/resources.ts';
import type { Transport } from '../../src/api/transport.ts';
import { TransportError } from '../../src/api/transport.ts';
import { createApiserver } from '../../src/apiserver/server.ts';
import type { Client } from '../../src/client/client.ts';
import { createClient } from '../../src/client/create-client.ts';
import { createLeadership } from '../../src/client/leader-election.ts';
import { createRecorder } from '../../src/client/recorder.ts';
import { createInformer } from '../../src/client/reflector.ts';
import { createEtcd } from '../../src/etcd/store.ts';
import type { Etcd } from '../../src/etcd/etcd.ts';
import { loneWorld, type LoneWorld } from '../../src/sim/lone-world.ts';

interface Bench {
  readonly lone: LoneWorld;
  readonly etcd: Etcd;
  readonly client: Client;
  readonly admin: Client;
  restart(): Promise<void>;
  stop(): void;
  set(name: string, text: string): Promise<unknown>;
}

/** A server that can be stopped and started, a client through it, and an administrator. */
async function bench(): Promise<Bench> {
  const lone = loneWorld();
  const etcd = createEtcd();
  let server: { readonly transport: Transport; stop(): void } | undefined;
  const start = async (): Promise<void> => {
    const scope = lone.world.scope('apiserver');
    const apiserver = createApiserver({ world: scope.world, streams: lone.world, etcd, authorization: 'AlwaysAllow' });
    server = { transport: apiserver.transport(), stop: () => scope.kill() };
    await lone.advance(0);
  };
  await start();
  const refused = (): TransportError => new TransportError('refused', 'connect: connection refused');
  const transport: Transport = {
    request: async (request, signal) => {
      if (server === undefined) throw refused();
      return server.transport.request(request, signal);
    },
    connect: async (request, signal) => {
      if (server === undefined) throw refused();
      return server.transport.connect(request, signal);
    },
  };
  const client = createClient(transport, { userAgent: 'test/1' });
  await lone.drive(
    client.create(Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }).catch(() => undefined),
  );
  return {
    lone,
    etcd,
    client,
    admin: client,
    stop() {
      server?.stop();
      server = undefined;
    },
    restart: start,
    set: (name, text) =>
      lone.drive(
        client.get(ConfigMaps, name, 'default').then(
          (old) => client.update(ConfigMaps, { ...old, data: { text } }),
          () =>
            client.create(ConfigMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { text } }),
        ),
      ),
  };
}

async function informed(b: Bench): Promise<{ heard: string[]; texts: () => readonly string[] }> {
  const informer = createInformer(b.lone.world, b.client, ConfigMaps, { namespace: 'default' });
  const heard: string[] = [];
  informer.onChange(({ type, object }) => heard.push(`${type} ${object.metadata?.name} ${object.data?.text}`));
  await b.lone.drive(informer.synced());
  return { heard, texts: () => informer.list().map((each) => `${each.metadata?.name}=${each.data?.text}`) };
}

describe('an informer', () => {
  it('lists, then follows', async () => {
    const b = await bench();
    await b.set('a', '1');
    const { heard, texts } = await informed(b);
    await b.set('a', '2');
    await b.set('b', '1');
    await b.lone.drive(b.client.delete(ConfigMaps, 'a', 'default'));
    await b.lone.advance(10);
    expect(heard).toEqual(['add a 1', 'update a 2', 'add b 1', 'delete a 2']);
    expect(texts()).toEqual(['b=1']);
  });

  it('goes on where it was when the server is back, hearing each change once', async () => {
    const b = await bench();
    const { heard, texts } = await informed(b);
    await b.set('a', '1');
    b.stop();
    await b.lone.advance(5000);
    await b.restart();
    await b.set('a', '2');
    await b.set('b', '1');
    await b.lone.advance(30_000);
    expect(heard).toEqual(['add a 1', 'update a 2', 'add b 1']);
    expect(texts()).toEqual(['a=2', 'b=1']);
  });

  it('lists again and tells the difference when its revision is compacted', async () => {
    const b = await bench();
    await b.set('a', '1');
    await b.set('b', '1');
    const { heard, texts } = await informed(b);
    b.stop();
    await b.lone.advance(100);
    await b.restart();
    await b.set('a', '2');
    await b.set('a', '3');
    await b.lone.drive(b.client.delete(ConfigMaps, 'b', 'default'));
    b.etcd.compact(b.etcd.revision);
    await b.lone.advance(60_000);
    expect(heard).toEqual(['add a 1', 'add b 1', 'delete b 1', 'update a 3']);
    expect(texts()).toEqual(['a=3']);
  });

  it('waits longer and longer while there is no server', async () => {
    const b = await bench();
    b.stop();
    let tries = 0;
    const counting: Transport = {
      request: () => {
        tries += 1;
        return Promise.reject(new TransportError('refused', 'refused'));
      },
      connect: (request) => b.client.transport.connect(request),
    };
    createInformer(b.lone.world, createClient(counting, { userAgent: 'test/1' }), ConfigMaps);
    await b.lone.advance(10_000);
    const first = tries;
    await b.lone.advance(100_000);
    expect(first).toBeGreaterThan(2);
    expect(first).toBeLessThan(6);
    expect(tries - first).toBeLessThan(6);
  });
});

describe('leader election', () => {
  const candidate = (b: Bench, identity: string): { leadership: ReturnType<typeof createLeadership>; kill: () => void } => {
    const scope = b.lone.world.scope(identity);
    const recorder = createRecorder(scope.world, b.client, { component: 'test' });
    return {
      leadership: createLeadership(scope.world, { client: b.client, recorder, namespace: 'default', name: 'lock', identity }),
      kill: () => scope.kill(),
    };
  };

  it('lets one lead, and another only when the Lease of the first has run out', async () => {
    const b = await bench();
    const leaders: string[] = [];
    const run = (identity: string): (() => void) => {
      const { leadership, kill } = candidate(b, identity);
      b.lone.world.spawn(identity, async () => {
        await leadership.acquired();
        leaders.push(identity);
        await leadership.lost();
      });
      return kill;
    };
    const killFirst = run('one');
    await b.lone.advance(100);
    run('two');
    await b.lone.advance(60_000);
    expect(leaders).toEqual(['one']);
    killFirst();
    await b.lone.advance(8000);
    expect(leaders).toEqual(['one']);
    await b.lone.advance(15_000);
    expect(leaders).toEqual(['one', 'two']);
    const lease = await b.lone.drive(b.client.get(Leases, 'lock', 'default'));
    expect(lease.spec).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1, leaseDurationSeconds: 15 });
  });

  it('gives up when it cannot renew for 10 s', async () => {
    const b = await bench();
    let lostAt = 0;
    const { leadership } = candidate(b, 'one');
    b.lone.world.spawn('one', async () => {
      await leadership.acquired();
      await leadership.lost();
      lostAt = b.lone.world.clock.now();
    });
    await b.lone.advance(20_000);
    b.stop();
    const stoppedAt = b.lone.world.clock.now();
    await b.lone.advance(30_000);
    expect(lostAt - stoppedAt).toBeGreaterThan(4000);
    expect(lostAt - stoppedAt).toBeLessThanOrEqual(12_000);
  });
});
