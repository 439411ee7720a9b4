import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { createClient } from '../../src/client/create-client.ts';
import { createInformer } from '../../src/client/reflector.ts';
import { internalError } from '../../src/api/errors.ts';
import { createEtcd } from '../../src/etcd/store.ts';
import { ConfigMaps } from '../../src/api/resources.ts';
import { CONFIG_MAPS, configMap, MERGE, testServer } from './support.ts';

describe('watch', () => {
  it('tells what is there, then what happens', async () => {
    const { ok, watch, lone } = await testServer();
    const a = await ok('POST', CONFIG_MAPS, configMap('a'));
    const whole = await watch(CONFIG_MAPS);
    const since = await watch(CONFIG_MAPS, { resourceVersion: a.metadata?.resourceVersion ?? '' });
    await ok('POST', CONFIG_MAPS, configMap('b'));
    await ok('PATCH', `${CONFIG_MAPS}/a`, { data: { k: '1' } }, { headers: MERGE });
    await ok('DELETE', `${CONFIG_MAPS}/b`);
    await lone.advance(1);
    const r = Number(a.metadata?.resourceVersion);
    const later = [`ADDED b@${r + 1}`, `MODIFIED a@${r + 2}`, `DELETED b@${r + 3}`];
    expect(whole.lines()).toEqual([`ADDED a@${r}`, ...later]);
    expect(since.lines()).toEqual(later);
    const replay = await watch('/api/v1/configmaps', { resourceVersion: String(r) });
    await lone.advance(1);
    expect(replay.lines()).toEqual(later);
    expect(replay.events[2]?.object).toEqual(whole.events[3]?.object);
  });

  it('tells of entering and leaving a selection', async () => {
    const { ok, watch, lone } = await testServer();
    const seen = await watch(CONFIG_MAPS, { labelSelector: 'on=yes' });
    const label = (on: string): Promise<unknown> => ok('PATCH', `${CONFIG_MAPS}/a`, { metadata: { labels: { on } } }, { headers: MERGE });
    const a = await ok('POST', CONFIG_MAPS, configMap('a'));
    await label('yes');
    await ok('PATCH', `${CONFIG_MAPS}/a`, { data: { x: '1' } }, { headers: MERGE });
    await label('no');
    await ok('DELETE', `${CONFIG_MAPS}/a`);
    await lone.advance(1);
    const r = Number(a.metadata?.resourceVersion);
    expect(seen.lines()).toEqual([`ADDED a@${r + 1}`, `MODIFIED a@${r + 2}`, `DELETED a@${r + 3}`]);
    expect((seen.events[2]?.object as KubeObject | undefined)?.metadata?.labels).toEqual({ on: 'yes' });
  });

  it('is one name, one namespace, or all', async () => {
    const { ok, watch, lone } = await testServer();
    const [one, here, all] = [await watch(CONFIG_MAPS, { fieldSelector: 'metadata.name=a' }), await watch(CONFIG_MAPS), await watch('/api/v1/configmaps')];
    await ok('POST', CONFIG_MAPS, configMap('a'));
    await ok('POST', CONFIG_MAPS, configMap('b'));
    await ok('POST', '/api/v1/namespaces/kube-system/configmaps', configMap('a'));
    await lone.advance(1);
    expect([one, here, all].map((watched) => watched.events.length)).toEqual([1, 2, 3]);
  });

  it('ends in time, and marks where it is', async () => {
    const { ok, watch, lone, etcd } = await testServer();
    const seen = await watch(CONFIG_MAPS, { allowWatchBookmarks: 'true', timeoutSeconds: '90', resourceVersion: String(etcd.revision) });
    await ok('POST', '/api/v1/namespaces/default/secrets', { metadata: { name: 's' } });
    await lone.advance(89_000);
    expect(seen.ended()).toBe(false);
    await lone.advance(2000);
    expect([seen.ended(), seen.lines()]).toEqual([true, [`BOOKMARK @${etcd.revision}`]]);
  });

  it('says 410 for a revision that is gone', async () => {
    const { ok, watch, lone, etcd } = await testServer();
    await ok('POST', CONFIG_MAPS, configMap('a'));
    etcd.compact(etcd.revision);
    const seen = await watch(CONFIG_MAPS, { resourceVersion: '5' });
    await lone.advance(1);
    expect([seen.lines(), seen.ended()]).toEqual([[`ERROR 410 too old resource version: 5 (${etcd.revision})`], true]);
  });

  it('streams the list first where it is asked to', async () => {
    const { ok, watch, lone, etcd } = await testServer();
    await ok('POST', CONFIG_MAPS, configMap('a'));
    const seen = await watch(CONFIG_MAPS, { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true' });
    await lone.advance(1);
    expect(seen.lines()).toEqual([`ADDED a@${etcd.revision}`, `BOOKMARK @${etcd.revision}`]);
    const { 'k8s.io/initial-events-end': end, 'kubernetes.io/initial-events-list-blueprint': blueprint = '' } = seen.events[1]?.object.metadata?.annotations ?? {};
    expect([end, atob(blueprint)]).toEqual(['true', '{"kind":"ConfigMapList","apiVersion":"v1","metadata":{},"items":null}\n']);
    await expect(watch(CONFIG_MAPS, { sendInitialEvents: 'true' })).rejects.toThrow('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  });

  it('shares objects with readers and other watchers', async () => {
    const { ok, watch, lone } = await testServer();
    const [one, two] = [await watch(CONFIG_MAPS), await watch('/api/v1/configmaps')];
    const made = await ok('POST', CONFIG_MAPS, configMap('a'));
    await lone.advance(1);
    expect([one.events[0]?.object === made, two.events[0]?.object === made]).toEqual([true, true]);
  });

  it('is cut when the server stops, which then refuses', async () => {
    const { server, lone, watch, call } = await testServer();
    const seen = await watch(CONFIG_MAPS);
    server.stop();
    await expect(lone.advance(1)).rejects.toThrow('unexpected EOF');
    expect(seen.events).toEqual([]);
    await expect(call('GET', CONFIG_MAPS)).rejects.toThrow('connection refused');
  });

  /** I6: list and watch of a busy resource agree with the store after each of many random writes. */
  it('keeps an informer equal to the store', async () => {
    const { ok, lone, server, call, etcd } = await testServer();
    const informer = createInformer(lone.world, createClient(server.transport(), { userAgent: 'informer/1' }), ConfigMaps);
    const random = lone.world.random.fork('writes');
    await lone.drive(informer.synced());
    for (let step = 0; step < 300; step += 1) {
      const name = `c${random.int(12)}`;
      const kind = random.int(4);
      if (kind === 0) await call('DELETE', `${CONFIG_MAPS}/${name}`);
      else if (kind === 1) await call('POST', CONFIG_MAPS, configMap(name));
      else await call('PATCH', `${CONFIG_MAPS}/${name}`, { data: { step: String(step) } }, { headers: MERGE });
      if (random.int(60) === 0 && etcd.revision > etcd.compactedRevision) etcd.compact(etcd.revision);
      await lone.advance(1);
      const stored = (await ok<{ items: KubeObject[] }>('GET', CONFIG_MAPS)).items;
      expect(informer.list().map((object) => object.metadata?.resourceVersion).sort()).toEqual(stored.map((object) => object.metadata?.resourceVersion).sort());
    }
  });
});

describe('without etcd', () => {
  it('refuses, keeps its watches, and goes on by itself', async () => {
    const store = createEtcd();
    let down = false;
    const etcd = new Proxy(store, {
      get(target, name) {
        if (down) throw internalError('etcdserver: request timed out');
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const { ok, refused, watch, lone } = await testServer({ etcd });
    await ok('POST', '/api/v1/namespaces/default/events', { metadata: { name: 'e' }, involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' } });
    const seen = await watch(CONFIG_MAPS, { allowWatchBookmarks: 'true', timeoutSeconds: '100000' });
    down = true;
    await lone.advance(4_000_000);
    expect(await refused('GET', CONFIG_MAPS)).toBe('500 InternalError: Internal error occurred: etcdserver: request timed out');
    down = false;
    await lone.advance(20_000);
    expect(await refused('GET', '/api/v1/namespaces/default/events/e')).toContain('404');
    await ok('POST', CONFIG_MAPS, configMap('a'));
    await lone.advance(1);
    expect(seen.lines().filter((text) => text.startsWith('ADDED')).length).toBe(1);
  });
});

describe('the life of events', () => {
  it('ends an hour after the last write', async () => {
    const { ok, refused, lone } = await testServer();
    const events = '/api/v1/namespaces/default/events';
    const event = { metadata: { name: 'e.1' }, involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' }, reason: 'R', message: 'm', type: 'Normal', count: 1 };
    await ok('POST', events, event);
    await lone.advance(3_000_000);
    await ok('PATCH', `${events}/e.1`, { count: 2 }, { headers: MERGE });
    await lone.advance(3_000_000);
    expect(await ok('GET', '/apis/events.k8s.io/v1/namespaces/default/events/e.1')).toMatchObject({ kind: 'Event', apiVersion: 'events.k8s.io/v1', note: 'm', deprecatedCount: 2 });
    await lone.advance(700_000);
    expect(await refused('GET', `${events}/e.1`)).toContain('404');
  });
});
