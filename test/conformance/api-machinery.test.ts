/** Conformance tests of [sig-api-machinery] that need nothing but the server, by their names. */
import { describe, expect, it } from 'vitest';
import type { KubeObject, Status } from '../../src/api/object.ts';
import { CONFIG_MAPS, configMap, MERGE, testServer } from '../apiserver/support.ts';
import type { TestServer } from '../apiserver/support.ts';

interface List {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string; readonly remainingItemCount?: number };
  readonly items: readonly KubeObject[];
}

const TEMPLATES = '/api/v1/namespaces/default/podtemplates';
const COUNT = 40;

async function withTemplates(): Promise<TestServer> {
  const server = await testServer();
  for (let i = 0; i < COUNT; i += 1) {
    const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'pause' }] } };
    await server.ok('POST', TEMPLATES, { metadata: { name: `template-${String(i).padStart(4, '0')}` }, template });
  }
  return server;
}

const names = ({ items }: List): string[] => items.map(({ metadata }) => metadata?.name ?? '');
const ALL = Array.from({ length: COUNT }, (_, i) => `template-${String(i).padStart(4, '0')}`);

describe('[sig-api-machinery] Servers with support for', () => {
  it('[sig-api-machinery] Servers with support for API chunking should return chunks of results for list calls', async () => {
    const { ok } = await withTemplates();
    for (const limit of [1, 7, 17, COUNT]) {
      const seen: string[] = [];
      let revision: string | undefined;
      let token: string | undefined;
      do {
        const page: List = await ok('GET', TEMPLATES, undefined, { query: { limit: String(limit), ...(token && { continue: token }) } });
        seen.push(...names(page));
        expect(page.items.length).toBeLessThanOrEqual(limit);
        expect(page.metadata.resourceVersion).toBe((revision ??= page.metadata.resourceVersion));
        expect(page.metadata.remainingItemCount).toBe(page.metadata.continue === undefined ? undefined : COUNT - seen.length);
        token = page.metadata.continue;
        // What is written meanwhile is not in the list.
        if (token !== undefined) await ok('POST', CONFIG_MAPS, { metadata: { generateName: 'between-' } });
      } while (token !== undefined);
      expect(seen).toEqual(ALL);
    }
    const chosen: List = await ok('GET', TEMPLATES, undefined, { query: { limit: '5', labelSelector: '!none' } });
    expect([chosen.items.length, chosen.metadata.remainingItemCount]).toEqual([5, undefined]);
  });

  it('[sig-api-machinery] Servers with support for API chunking should support continue listing from the last key if the original version has been compacted away, though the list is inconsistent', async () => {
    const { ok, call, etcd } = await withTemplates();
    const first: List = await ok('GET', TEMPLATES, undefined, { query: { limit: '10' } });
    await ok('DELETE', `${TEMPLATES}/template-0020`);
    await ok('POST', CONFIG_MAPS, configMap('later'));
    etcd.compact(etcd.revision);
    const { status, body } = await call('GET', TEMPLATES, undefined, { query: { limit: '10', continue: first.metadata.continue ?? '' } });
    const refusal = body as Status & { metadata: { continue: string } };
    expect([status, refusal.reason]).toEqual([410, 'Expired']);
    expect(refusal.message).toContain('The provided continue parameter is too old to display a consistent list result.');
    const rest: List = await ok('GET', TEMPLATES, undefined, { query: { continue: refusal.metadata.continue } });
    expect([...names(first), ...names(rest)]).toEqual(ALL.filter((name) => name !== 'template-0020'));
    expect(Number(rest.metadata.resourceVersion)).toBeGreaterThan(Number(first.metadata.resourceVersion));
  });

  it('[sig-api-machinery] Servers with support for Table transformation should return a 406 for a backend which does not implement metadata', async () => {
    const { call, etcd } = await testServer();
    const before = etcd.revision;
    const review = { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } };
    const table = { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } };
    const { status, body } = await call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review, table);
    expect([status, (body as Status).reason]).toEqual([406, 'NotAcceptable']);
    expect((await call('POST', CONFIG_MAPS, configMap('a'), { headers: { accept: 'image/png' } })).status).toBe(406);
    expect(etcd.revision).toBe(before);
  });
});

describe('[sig-api-machinery] Watchers', () => {
  const labelled = (label: string) => ({ labelSelector: `watch-this-configmap=${label}` });
  const made = (name: string, label: string): object => configMap(name, {}, { 'watch-this-configmap': label });
  const touch = ({ ok }: TestServer, name: string, mutation: string): Promise<KubeObject> =>
    ok('PATCH', `${CONFIG_MAPS}/${name}`, { data: { mutation } }, { headers: MERGE });

  it('[sig-api-machinery] Watchers should observe add, update, and delete watch notifications on configmaps', async () => {
    const server = await testServer();
    const { ok, watch, lone } = server;
    const [a, b, both] = [
      await watch(CONFIG_MAPS, labelled('A')),
      await watch(CONFIG_MAPS, labelled('B')),
      await watch(CONFIG_MAPS, { labelSelector: 'watch-this-configmap in (A, B)' }),
    ];
    await ok('POST', CONFIG_MAPS, made('a', 'A'));
    await touch(server, 'a', '1');
    await touch(server, 'a', '2');
    await ok('DELETE', `${CONFIG_MAPS}/a`);
    await ok('POST', CONFIG_MAPS, made('b', 'B'));
    await ok('DELETE', `${CONFIG_MAPS}/b`);
    await lone.advance(1);
    const types = (watched: typeof a): string[] => watched.events.map(({ type, object }) => `${type} ${object.metadata?.name}`);
    const ofA = ['ADDED a', 'MODIFIED a', 'MODIFIED a', 'DELETED a'];
    expect([types(a), types(b), types(both)]).toEqual([ofA, ['ADDED b', 'DELETED b'], [...ofA, 'ADDED b', 'DELETED b']]);
  });

  it('[sig-api-machinery] Watchers should be able to start watching from a specific resource version', async () => {
    const server = await testServer();
    await server.ok('POST', CONFIG_MAPS, made('a', 'A'));
    const first = await touch(server, 'a', '1');
    const second = await touch(server, 'a', '2');
    await server.ok('DELETE', `${CONFIG_MAPS}/a`);
    const seen = await server.watch(CONFIG_MAPS, { ...labelled('A'), resourceVersion: first.metadata?.resourceVersion ?? '' });
    await server.lone.advance(1);
    expect(seen.lines()).toEqual([`MODIFIED a@${second.metadata?.resourceVersion}`, `DELETED a@${server.etcd.revision}`]);
    expect(seen.events[0]?.object).toMatchObject({ data: { mutation: '2' } });
  });

  it('[sig-api-machinery] Watchers should be able to restart watching from the last resource version observed by the previous watch', async () => {
    const server = await testServer();
    const one = await server.watch(CONFIG_MAPS, labelled('A'));
    await server.ok('POST', CONFIG_MAPS, made('a', 'A'));
    await touch(server, 'a', '1');
    await server.lone.advance(1);
    one.connection.close();
    await touch(server, 'a', '2');
    await server.ok('DELETE', `${CONFIG_MAPS}/a`);
    const last = one.events.at(-1)?.object.metadata?.resourceVersion ?? '';
    const two = await server.watch(CONFIG_MAPS, { ...labelled('A'), resourceVersion: last });
    await server.lone.advance(1);
    expect([one.events.length, two.events.map(({ type }) => type)]).toEqual([2, ['MODIFIED', 'DELETED']]);
  });

  it('[sig-api-machinery] Watchers should observe an object deletion if it stops meeting the requirements of the selector', async () => {
    const server = await testServer();
    const { ok, watch, lone } = server;
    const seen = await watch(CONFIG_MAPS, labelled('A'));
    const label = (value: string): Promise<unknown> =>
      ok('PATCH', `${CONFIG_MAPS}/a`, { metadata: { labels: { 'watch-this-configmap': value } } }, { headers: MERGE });
    await ok('POST', CONFIG_MAPS, made('a', 'A'));
    await touch(server, 'a', '1');
    await label('other');
    await touch(server, 'a', '2');
    await label('A');
    await touch(server, 'a', '3');
    await ok('DELETE', `${CONFIG_MAPS}/a`);
    await lone.advance(1);
    expect(seen.events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED', 'ADDED', 'MODIFIED', 'DELETED']);
  });

  it('[sig-api-machinery] Watchers should receive events on concurrent watches in same order', async () => {
    const server = await testServer();
    const start = String(server.etcd.revision);
    const revisions: string[] = [];
    for (let i = 0; i < 30; i += 1) {
      const name = `c${i % 5}`;
      const { body } = await server.call(
        i % 3 === 2 ? 'DELETE' : 'POST',
        i % 3 === 2 ? `${CONFIG_MAPS}/${name}` : CONFIG_MAPS,
        i % 3 === 2 ? undefined : configMap(name),
      );
      if ((body as Status).status !== 'Failure') revisions.push(String(server.etcd.revision));
    }
    const whole = await server.watch(CONFIG_MAPS, { resourceVersion: start });
    await server.lone.advance(1);
    expect(whole.events.map(({ object }) => object.metadata?.resourceVersion)).toEqual(revisions);
    for (let at = 0; at < revisions.length; at += 1) {
      const one = await server.watch(CONFIG_MAPS, { resourceVersion: revisions[at] ?? '' });
      await server.lone.advance(1);
      expect(one.lines()).toEqual(whole.lines().slice(at + 1));
    }
  });
});

describe('[sig-api-machinery] Namespaces', () => {
  const create = async (server: TestServer): Promise<KubeObject> => server.ok('POST', '/api/v1/namespaces', { metadata: { name: 'nsa' } });

  it('[sig-api-machinery] Namespaces [Serial] should patch a Namespace', async () => {
    const server = await testServer();
    await create(server);
    await server.ok('PATCH', '/api/v1/namespaces/nsa', { metadata: { labels: { testLabel: 'testValue' } } }, { headers: MERGE });
    expect((await server.ok('GET', '/api/v1/namespaces/nsa')).metadata?.labels).toEqual({
      testLabel: 'testValue',
      'kubernetes.io/metadata.name': 'nsa',
    });
  });

  it('[sig-api-machinery] Namespaces [Serial] should apply an update to a Namespace', async () => {
    const server = await testServer();
    const made = await create(server);
    const updated = await server.ok('PUT', '/api/v1/namespaces/nsa', {
      ...made,
      metadata: { ...made.metadata, labels: { ...made.metadata?.labels, x: 'updated' } },
    });
    expect(updated.metadata?.labels?.['x']).toBe('updated');
  });

  it('[sig-api-machinery] Namespaces [Serial] should apply a finalizer to a Namespace', async () => {
    const server = await testServer();
    const made = await create(server);
    const held = await server.ok<KubeObject & { spec: { finalizers: string[] } }>('PUT', '/api/v1/namespaces/nsa/finalize', {
      ...made,
      spec: { finalizers: ['kubernetes', 'e2e.example.com/fake'] },
    });
    expect(held.spec.finalizers).toEqual(['kubernetes', 'e2e.example.com/fake']);
    const freed = await server.ok<typeof held>('PUT', '/api/v1/namespaces/nsa/finalize', { ...held, spec: { finalizers: ['kubernetes'] } });
    expect(freed.spec.finalizers).toEqual(['kubernetes']);
  });

  it('[sig-api-machinery] Namespaces [Serial] should apply changes to a namespace status', async () => {
    const server = await testServer();
    await create(server);
    const one = {
      type: 'StatusPatch',
      status: 'True',
      reason: 'E2E',
      message: 'Patched by a test',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const patched = await server.ok<KubeObject & { status: { conditions: object[] } }>(
      'PATCH',
      '/api/v1/namespaces/nsa/status',
      { metadata: { annotations: { e2e: 'patched' } }, status: { conditions: [one] } },
      { headers: MERGE },
    );
    expect([patched.status.conditions, patched.metadata?.annotations]).toEqual([[one], { e2e: 'patched' }]);
    const two = { ...one, type: 'StatusUpdate' };
    const updated = await server.ok<typeof patched>('PUT', '/api/v1/namespaces/nsa/status', {
      ...patched,
      status: { ...patched.status, conditions: [one, two] },
    });
    expect(updated.status.conditions).toEqual([one, two]);
  });
});

describe('[sig-api-machinery] discovery', () => {
  it('[sig-api-machinery] server version should find the server version', async () => {
    const { ok } = await testServer();
    expect(await ok('GET', '/version')).toMatchObject({
      major: expect.stringMatching(/^\d+$/),
      minor: expect.stringMatching(/^\d+$/),
      gitVersion: expect.stringMatching(/^v\d+\.\d+\.\d+$/),
    });
  });

  it('[sig-api-machinery] Discovery should validate PreferredVersion for each APIGroup', async () => {
    const { ok } = await testServer();
    interface Group {
      readonly name: string;
      readonly versions: readonly { groupVersion: string; version: string }[];
      readonly preferredVersion: object;
    }
    const { groups } = await ok<{ groups: Group[] }>('GET', '/apis');
    expect(groups.length).toBeGreaterThan(15);
    for (const { name, versions, preferredVersion } of groups) {
      expect(versions).toContainEqual(preferredVersion);
      const alone = await ok<Group>('GET', `/apis/${name}`);
      expect([alone.versions, alone.preferredVersion]).toEqual([versions, preferredVersion]);
    }
  });

  it('[sig-api-machinery] Discovery should locate the groupVersion and a resource within each APIGroup', async () => {
    const { ok } = await testServer();
    const expected = {
      'admissionregistration.k8s.io/v1': 'validatingwebhookconfigurations',
      'apiextensions.k8s.io/v1': 'customresourcedefinitions',
      'apiregistration.k8s.io/v1': 'apiservices',
      'apps/v1': 'deployments',
      'authentication.k8s.io/v1': 'tokenreviews',
      'authorization.k8s.io/v1': 'selfsubjectaccessreviews',
      'autoscaling/v1': 'horizontalpodautoscalers',
      'autoscaling/v2': 'horizontalpodautoscalers',
      'batch/v1': 'jobs',
      'certificates.k8s.io/v1': 'certificatesigningrequests',
      'coordination.k8s.io/v1': 'leases',
      'discovery.k8s.io/v1': 'endpointslices',
      'events.k8s.io/v1': 'events',
      'networking.k8s.io/v1': 'ingresses',
      'node.k8s.io/v1': 'runtimeclasses',
      'policy/v1': 'poddisruptionbudgets',
      'scheduling.k8s.io/v1': 'priorityclasses',
      'storage.k8s.io/v1': 'csinodes',
    };
    for (const [groupVersion, plural] of Object.entries(expected)) {
      const list = await ok<{ groupVersion: string; resources: { name: string }[] }>('GET', `/apis/${groupVersion}`);
      expect([list.groupVersion, list.resources.some(({ name }) => name === plural)], groupVersion).toEqual([groupVersion, true]);
    }
  });

  interface Aggregated {
    readonly apiVersion: string;
    readonly items: readonly {
      metadata: { name?: string };
      versions: readonly { version: string; resources: readonly { resource: string }[] }[];
    }[];
  }
  const V2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const BETA = 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList';

  it('[sig-api-machinery] AggregatedDiscovery should support aggregated discovery interface', async () => {
    const { ok } = await testServer();
    const { items } = await ok<Aggregated>('GET', '/apis', undefined, { headers: { accept: V2 } });
    const core = await ok<Aggregated>('GET', '/api', undefined, { headers: { accept: V2 } });
    const found = new Set(
      [...items, ...core.items].flatMap(({ metadata, versions }) =>
        versions.flatMap(({ version, resources }) => resources.map(({ resource }) => `${metadata.name ?? ''}/${version}/${resource}`)),
      ),
    );
    for (const wanted of [
      'apps/v1/deployments',
      'batch/v1/cronjobs',
      '/v1/namespaces',
      '/v1/pods',
      'apiregistration.k8s.io/v1/apiservices',
      'apiextensions.k8s.io/v1/customresourcedefinitions',
    ])
      expect(found).toContain(wanted);
    const { groups } = await ok<{ groups: { name: string }[] }>('GET', '/apis');
    expect(items.map(({ metadata }) => metadata.name)).toEqual(groups.map(({ name }) => name));
  });

  it('[sig-api-machinery] AggregatedDiscovery should support raw aggregated discovery endpoint Accept headers', async () => {
    const { call } = await testServer();
    for (const path of ['/api', '/apis']) {
      for (const [accept, type, version] of [
        [V2, V2, 'apidiscovery.k8s.io/v2'],
        [BETA, BETA, 'apidiscovery.k8s.io/v2beta1'],
        [`${V2},${BETA},application/json`, V2, 'apidiscovery.k8s.io/v2'],
        ['application/json', 'application/json', undefined],
      ] as const) {
        const { headers, body } = await call('GET', path, undefined, { headers: { accept } });
        const { apiVersion } = body as Aggregated;
        expect([headers['content-type'], apiVersion === 'v1' ? undefined : apiVersion], `${path} ${accept}`).toEqual([type, version]);
      }
    }
  });
});
