/** Items 5 to 8 and 11 of the behaviours that emulators most often botch. */
import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/api/generated/types.ts';
import type { KubeObject, Status } from '../../src/api/object.ts';
import type { Method } from '../../src/api/transport.ts';
import {
  APPLY,
  CONFIG_MAPS,
  configMap,
  deployment,
  DEPLOYMENTS,
  JSON_PATCH,
  MERGE,
  pod,
  PODS,
  STRATEGIC,
  testServer,
} from '../apiserver/support.ts';
import type { TestServer } from '../apiserver/support.ts';

const revisionOf = (object: KubeObject): number => Number(object.metadata?.resourceVersion);

describe('FIDELITY I.5: one resourceVersion for everything, bumped by changes only', () => {
  it('counts writes of every kind together', async () => {
    const { ok, etcd } = await testServer();
    const first = await ok('POST', CONFIG_MAPS, configMap('a'));
    const second = await ok('POST', DEPLOYMENTS, deployment('web'));
    const third = await ok('POST', PODS, pod('p'));
    expect([revisionOf(second), revisionOf(third)]).toEqual([revisionOf(first) + 1, revisionOf(first) + 2]);
    expect((await ok<{ metadata: { resourceVersion: string } }>('GET', CONFIG_MAPS)).metadata.resourceVersion).toBe(String(etcd.revision));
  });

  it('does not move where nothing changes, whichever way it is written', async () => {
    const { ok, etcd, watch, lone } = await testServer();
    const made = await ok<Deployment>('POST', DEPLOYMENTS, deployment('web'));
    const seen = await watch(DEPLOYMENTS, { resourceVersion: made.metadata?.resourceVersion ?? '' });
    const applied = await ok(
      'PATCH',
      `${DEPLOYMENTS}/web`,
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
      { headers: APPLY, query: { fieldManager: 'none' } },
    );
    const before = etcd.revision;
    await ok('PUT', `${DEPLOYMENTS}/web`, applied);
    await ok('PATCH', `${DEPLOYMENTS}/web`, { spec: { replicas: 1 } }, { headers: MERGE });
    await ok(
      'PATCH',
      `${DEPLOYMENTS}/web`,
      { spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } } } },
      { headers: STRATEGIC },
    );
    await ok('PATCH', `${DEPLOYMENTS}/web`, [{ op: 'replace', path: '/spec/replicas', value: 1 }], { headers: JSON_PATCH });
    await ok('PUT', `${DEPLOYMENTS}/web/status`, applied);
    await lone.advance(10);
    expect([etcd.revision, seen.events.length]).toEqual([before, revisionOf(applied) - revisionOf(made)]);
  });

  it('keeps status and spec apart, and counts generations of the spec', async () => {
    const { ok } = await testServer();
    const made = await ok<Deployment>('POST', DEPLOYMENTS, { ...deployment('web'), status: { replicas: 9 } });
    expect([made.status, made.metadata?.generation]).toEqual([{}, 1]);
    const status = await ok<Deployment>('PUT', `${DEPLOYMENTS}/web/status`, {
      ...made,
      spec: { ...made.spec, replicas: 7 },
      status: { observedGeneration: 1, replicas: 1 },
    });
    expect([status.spec?.replicas, status.status?.replicas, status.metadata?.generation]).toEqual([1, 1, 1]);
    const spec = await ok<Deployment>('PUT', `${DEPLOYMENTS}/web`, {
      ...status,
      spec: { ...status.spec, replicas: 3 },
      status: { replicas: 5 },
    });
    expect([spec.spec?.replicas, spec.status?.replicas, spec.metadata?.generation]).toEqual([3, 1, 2]);
    const labelled = await ok<Deployment>('PATCH', `${DEPLOYMENTS}/web`, { metadata: { labels: { a: 'b' } } }, { headers: MERGE });
    expect([labelled.metadata?.generation, revisionOf(labelled) > revisionOf(spec)]).toEqual([2, true]);
  });
});

describe('FIDELITY I.6: watches', () => {
  const labelled = (name: string, tier: string): object => configMap(name, {}, { tier });
  const relabel = ({ ok }: TestServer, name: string, tier: string): Promise<KubeObject> =>
    ok('PATCH', `${CONFIG_MAPS}/${name}`, { metadata: { labels: { tier } } }, { headers: MERGE });

  it('replay strictly after their revision', async () => {
    const { ok, watch, lone } = await testServer();
    await ok('POST', CONFIG_MAPS, configMap('a'));
    const at = await ok('POST', CONFIG_MAPS, configMap('b'));
    await ok('POST', CONFIG_MAPS, configMap('c'));
    const later = await watch(CONFIG_MAPS, { resourceVersion: at.metadata?.resourceVersion ?? '' });
    const all = await watch(CONFIG_MAPS);
    await ok('DELETE', `${CONFIG_MAPS}/a`);
    await lone.advance(1);
    const words = (events: typeof all.events): string[] => events.map(({ type, object }) => `${type} ${object.metadata?.name}`);
    expect(words(later.events)).toEqual(['ADDED c', 'DELETED a']);
    expect(words(all.events)).toEqual(['ADDED a', 'ADDED b', 'ADDED c', 'DELETED a']);
    expect(revisionOf(all.events.at(-1)!.object)).toBe(revisionOf(at) + 2);
  });

  it('tell of entering and leaving a selection as ADDED and DELETED', async () => {
    const server = await testServer();
    const seen = await server.watch(CONFIG_MAPS, { labelSelector: 'tier=front' });
    await server.ok('POST', CONFIG_MAPS, labelled('a', 'back'));
    for (const tier of ['front', 'front-2', 'front']) await relabel(server, 'a', tier);
    await server.ok('PATCH', `${CONFIG_MAPS}/a`, { data: { x: 'y' } }, { headers: MERGE });
    await relabel(server, 'a', 'back');
    await server.lone.advance(1);
    expect(seen.events.map(({ type, object }) => `${type} ${object.metadata?.labels?.['tier']}`)).toEqual([
      'ADDED front',
      'DELETED front',
      'ADDED front',
      'MODIFIED front',
      'DELETED front',
    ]);
  });

  it('are in the same order for all that watch at once', async () => {
    const { ok, watch, lone } = await testServer();
    const watches = [await watch(CONFIG_MAPS), await watch('/api/v1/configmaps'), await watch(CONFIG_MAPS, { labelSelector: '!none' })];
    for (let i = 0; i < 20; i += 1) {
      await ok('POST', CONFIG_MAPS, configMap(`m${i}`));
      if (i % 3 === 0) await ok('DELETE', `${CONFIG_MAPS}/m${i}`);
    }
    await lone.advance(1);
    const [first, ...others] = watches.map((each) => each.lines());
    expect(first).toHaveLength(27);
    for (const other of others) expect(other).toEqual(first);
  });

  it('mark where they are, end in time, and say 410 for what is gone', async () => {
    const { ok, watch, lone, etcd } = await testServer();
    await ok('POST', CONFIG_MAPS, configMap('a'));
    const marked = await watch(CONFIG_MAPS, { allowWatchBookmarks: 'true', timeoutSeconds: '120', resourceVersion: String(etcd.revision) });
    await ok('POST', PODS, pod('elsewhere'));
    await lone.advance(125_000);
    expect(marked.ended()).toBe(true);
    expect(marked.events.length).toBeGreaterThan(0);
    for (const { type, object } of marked.events) {
      expect([type, object.kind, Object.keys(object.metadata ?? {})]).toEqual([
        'BOOKMARK',
        'ConfigMap',
        expect.arrayContaining(['resourceVersion']),
      ]);
    }
    expect(revisionOf(marked.events.at(-1)!.object)).toBe(etcd.revision);
    etcd.compact(etcd.revision);
    const late = await watch(CONFIG_MAPS, { resourceVersion: '1' });
    await lone.advance(1);
    expect(late.events.map(({ type, object }) => [type, (object as unknown as Status).code, (object as unknown as Status).reason])).toEqual(
      [['ERROR', 410, 'Expired']],
    );
    expect((late.events.at(-1)!.object as unknown as Status).message).toMatch(/^too old resource version: 1 \(\d+\)$/);
    expect(late.ended()).toBe(true);
  });
});

describe('FIDELITY I.7: pages of a list', () => {
  interface Page {
    readonly metadata: { readonly resourceVersion: string; readonly continue?: string; readonly remainingItemCount?: number };
    readonly items: readonly KubeObject[];
  }

  it('are pinned to the revision of the first, and count what remains', async () => {
    const { ok } = await testServer();
    for (let i = 0; i < 7; i += 1) await ok('POST', CONFIG_MAPS, configMap(`m${i}`, {}, { app: 'x' }));
    const page = (query: Record<string, string>): Promise<Page> => ok('GET', CONFIG_MAPS, undefined, { query });
    const first = await page({ limit: '3' });
    await ok('POST', CONFIG_MAPS, configMap('m9'));
    await ok('DELETE', `${CONFIG_MAPS}/m6`);
    const second = await page({ limit: '3', continue: first.metadata.continue ?? '' });
    const third = await page({ limit: '3', continue: second.metadata.continue ?? '' });
    expect(
      [first, second, third].map(({ items, metadata }) => [items.map((each) => each.metadata?.name), metadata.remainingItemCount]),
    ).toEqual([
      [['m0', 'm1', 'm2'], 4],
      [['m3', 'm4', 'm5'], 1],
      [['m6'], undefined],
    ]);
    expect(new Set([first, second, third].map(({ metadata }) => metadata.resourceVersion)).size).toBe(1);
    expect(JSON.parse(atob(first.metadata.continue ?? ''))).toMatchObject({
      v: 'meta.k8s.io/v1',
      rv: Number(first.metadata.resourceVersion),
    });
    expect((await page({ limit: '3', labelSelector: 'app=x' })).metadata.remainingItemCount).toBeUndefined();
  });

  it('whose token has expired are 410, with a token for the rest', async () => {
    const { ok, call, etcd } = await testServer();
    for (const name of ['a', 'b', 'c']) await ok('POST', CONFIG_MAPS, configMap(name));
    const first = await ok<Page>('GET', CONFIG_MAPS, undefined, { query: { limit: '1' } });
    await ok('DELETE', `${CONFIG_MAPS}/b`);
    etcd.compact(etcd.revision);
    const { status, body } = await call('GET', CONFIG_MAPS, undefined, { query: { limit: '1', continue: first.metadata.continue ?? '' } });
    const { reason, message, metadata } = body as Status & Page;
    expect([status, reason]).toEqual([410, 'Expired']);
    expect(message).toMatch(
      /^The provided continue parameter is too old to display a consistent list result\. You can start a new list without the continue parameter, or use the continue token in this response/,
    );
    const rest = await ok<Page>('GET', CONFIG_MAPS, undefined, { query: { continue: metadata.continue ?? '' } });
    expect(rest.items.map((each) => each.metadata?.name)).toEqual(['c']);
  });
});

describe('FIDELITY I.8: who writes what has changed meanwhile', () => {
  const CHANGED = 'the object has been modified; please apply your changes to the latest version and try again';

  it('is told so by an update, a patch that names its revision, and preconditions', async () => {
    const { ok, refused } = await testServer();
    const url = `${CONFIG_MAPS}/a`;
    const old = await ok('POST', CONFIG_MAPS, configMap('a'));
    const now = await ok('PATCH', url, { data: { x: '1' } }, { headers: MERGE });
    const conflict = `409 Conflict: Operation cannot be fulfilled on configmaps "a": ${CHANGED}`;
    expect(await refused('PUT', url, old)).toBe(conflict);
    expect(
      await refused('PATCH', url, { metadata: { resourceVersion: old.metadata?.resourceVersion }, data: { x: '2' } }, { headers: MERGE }),
    ).toBe(conflict);
    expect(await refused('DELETE', url, { preconditions: { uid: 'other' } })).toBe(
      `409 Conflict: Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (other) does not match the UID in record (${now.metadata?.uid}). The object might have been deleted and then recreated`,
    );
    expect(await refused('DELETE', url, { preconditions: { resourceVersion: old.metadata?.resourceVersion } })).toBe(
      `409 Conflict: Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the precondition (${old.metadata?.resourceVersion}) does not match the ResourceVersion in record (${now.metadata?.resourceVersion}). The object might have been modified`,
    );
    expect((await ok<KubeObject & { data: object }>('GET', url)).data).toEqual({ x: '1' });
    await ok('DELETE', url, { preconditions: { uid: now.metadata?.uid, resourceVersion: now.metadata?.resourceVersion } });
  });

  it('is not in the way of patches without a revision, nor of an update without one where the kind allows it', async () => {
    const { ok, refused, call, lone } = await testServer();
    await ok('POST', CONFIG_MAPS, configMap('a'));
    const patch = (key: string): Promise<number> =>
      call('PATCH' as Method, `${CONFIG_MAPS}/a`, { data: { [key]: 'x' } }, { headers: MERGE }).then(({ status }) => status);
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(patch))).toEqual([200, 200, 200, 200]);
    await lone.advance(1);
    expect(await ok('PUT', `${CONFIG_MAPS}/a`, configMap('a', { only: 'this' }))).toMatchObject({ data: { only: 'this' } });
    const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
    await ok('POST', leases, { metadata: { name: 'l' }, spec: { holderIdentity: 'me' } } as KubeObject);
    expect(await refused('PUT', `${leases}/l`, { metadata: { name: 'l' }, spec: { holderIdentity: 'you' } } as KubeObject)).toBe(
      '422 Invalid: leases.coordination.k8s.io "l" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    );
  });
});

describe('FIDELITY I.11: fields that nobody declared', () => {
  const misspelt = (): object => {
    const base = deployment('web') as { spec: { template: { spec: { containers: object[] } } } };
    const { template, ...spec } = base.spec;
    return {
      ...base,
      spec: {
        ...spec,
        replica: 2,
        template: { ...template, spec: { containers: [{ name: 'c', image: 'x', imagePulPolicy: 'Always' }], hostname: 'h' } },
      },
    };
  };
  const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

  it('are refused, warned of or dropped, with their paths', async () => {
    const { call, refused, ok } = await testServer();
    const text = 'unknown field "spec.replica", unknown field "spec.template.spec.containers[0].imagePulPolicy"';
    expect(await refused('POST', DEPLOYMENTS, misspelt(), { query: { fieldValidation: 'Strict' } })).toBe(
      `400 BadRequest: Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ${text}`,
    );
    const warned = await call('POST', DEPLOYMENTS, misspelt(), { query: { fieldValidation: 'Warn', dryRun: 'All' } });
    expect([warned.status, warned.headers['warning']]).toEqual([
      201,
      '299 - "unknown field \\"spec.replica\\"", 299 - "unknown field \\"spec.template.spec.containers[0].imagePulPolicy\\""',
    ]);
    const ignored = await call('POST', DEPLOYMENTS, misspelt(), { query: { fieldValidation: 'Ignore' } });
    expect([ignored.status, ignored.headers['warning']]).toEqual([201, undefined]);
    expect(JSON.stringify(await ok('GET', `${DEPLOYMENTS}/web`))).not.toContain('imagePulPolicy');
    const patch = { spec: { template: { spec: { containers: [{ name: 'c', foo: 'bar' }] } } } };
    expect(await refused('PATCH', `${DEPLOYMENTS}/web`, patch, { headers: STRATEGIC, query: { fieldValidation: 'Strict' } })).toMatch(
      /^422 Invalid|^400 BadRequest: .*unknown field "spec\.template\.spec\.containers\[0\]\.foo"$/,
    );
  });

  it('and those that come twice, and values of the wrong type', async () => {
    const { refused } = await testServer();
    const yaml = { headers: { 'content-type': 'application/yaml' }, query: { fieldValidation: 'Strict' } };
    const json = { headers: { 'content-type': 'application/json' }, query: { fieldValidation: 'Strict' } };
    const bytes = (text: string): object => new TextEncoder().encode(text);
    expect(
      await refused('POST', CONFIG_MAPS, bytes('{"metadata":{"name":"a","labels":{"x":"1","x":"2"}},"data":{},"data":{}}'), json),
    ).toBe(
      '400 BadRequest: ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "metadata.labels.x", duplicate field "data"',
    );
    expect(await refused('POST', CONFIG_MAPS, bytes('metadata: {name: a}\ndata: {}\ndata: {}\n'), yaml)).toMatch(
      /^400 BadRequest: .*strict decoding error: yaml: unmarshal errors:\n {2}line 3: key "data" already set in map$/,
    );
    const wrong = { ...deployment('web'), spec: { ...(deployment('web') as { spec: object }).spec, replicas: 'three' } };
    expect(await refused('POST', DEPLOYMENTS, wrong)).toMatch(
      /^400 BadRequest: Deployment in version "v1" cannot be handled as a Deployment: (strict decoding error: )?json: cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32$/,
    );
  });

  it('also of custom resources, and in their metadata', async () => {
    const { ok, refused, lone } = await testServer();
    const schema = { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } };
    await ok('POST', CRDS, {
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    } as KubeObject);
    await lone.advance(2000);
    const widgets = '/apis/example.com/v1/namespaces/default/widgets';
    const custom = (more: object, metadata: object = {}): object => ({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w', ...metadata },
      ...more,
    });
    const strict = { query: { fieldValidation: 'Strict' } };
    expect(await refused('POST', widgets, custom({ spec: { size: 1, sise: 2 } }), strict)).toBe(
      '400 BadRequest: Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.sise"',
    );
    expect(await refused('POST', widgets, custom({ spec: { size: 1 } }, { lables: {} }), strict)).toBe(
      '400 BadRequest: Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "metadata.lables"',
    );
    expect(await ok('POST', widgets, custom({ spec: { size: 1, sise: 2 } }))).toMatchObject({ spec: { size: 1 } });
    expect((await ok<KubeObject & { spec: object }>('GET', `${widgets}/w`)).spec).toEqual({ size: 1 });
  });
});
