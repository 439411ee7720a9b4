import { describe, expect, it } from 'vitest';
import type { ConfigMap, Deployment, Pod, Service } from '../../src/api/generated/types.ts';
import type { KubeList, KubeObject } from '../../src/api/object.ts';
import { utf8 } from '../../src/base/bytes.ts';
import { APPLY, CONFIG_MAPS, configMap, deployment, DEPLOYMENTS, JSON_PATCH, MERGE, pod, PODS, STRATEGIC, testServer } from './support.ts';

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

describe('create', () => {
  it('fills in what only the server knows', async () => {
    const { ok, lone } = await testServer();
    const made = await ok<ConfigMap>('POST', CONFIG_MAPS, configMap('a', { k: 'v' }));
    expect(made.metadata).toMatchObject({ name: 'a', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' });
    expect(made.metadata?.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Object.isFrozen(made)).toBe(true);
    expect(await ok('GET', `${CONFIG_MAPS}/a`)).toBe(made);
    expect(lone.trace.filter((event) => event.type === 'request').map((event) => [event.verb, event.status, event.revision !== undefined]))
      .toEqual([['create', 201, true], ['get', 200, false]]);
  });

  it('generates names from a base', async () => {
    const { ok } = await testServer();
    const made = await ok('POST', CONFIG_MAPS, { metadata: { generateName: 'web-' } });
    expect(made.metadata?.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    const long = await ok('POST', CONFIG_MAPS, { metadata: { generateName: 'x'.repeat(80) } });
    expect(long.metadata?.name).toMatch(/^x{58}.{5}$/);
  });

  /** A12. */
  it.each([
    ['GET', `${CONFIG_MAPS}/x`, undefined, {}, '404 NotFound: configmaps "x" not found'],
    ['GET', `${DEPLOYMENTS}/x`, undefined, {}, '404 NotFound: deployments.apps "x" not found'],
    ['GET', '/api/v1/foos', undefined, {}, '404 NotFound: the server could not find the requested resource'],
    ['GET', '/apis/resource.k8s.io/v1beta1/deviceclasses', undefined, {}, '404 NotFound: the server could not find the requested resource'],
    ['POST', CONFIG_MAPS, configMap('taken'), {}, '409 AlreadyExists: configmaps "taken" already exists'],
    ['POST', CONFIG_MAPS, { metadata: {} }, {}, '422 Invalid: ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'],
    ['POST', CONFIG_MAPS, { ...configMap('a'), apiVersion: 'apps/v1' }, {},
      '400 BadRequest: the API version in the data (apps/v1) does not match the expected API version (v1)'],
    ['POST', CONFIG_MAPS, { metadata: { name: 'a', namespace: 'other' } }, {},
      '400 BadRequest: the namespace of the provided object does not match the namespace sent on the request'],
    ['POST', CONFIG_MAPS, { ...configMap('a'), dta: {} }, { fieldValidation: 'Strict' },
      '400 BadRequest: ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dta"'],
    ['POST', CONFIG_MAPS, { metadata: { name: 'a' }, data: { x: 1 } }, {}, '400 BadRequest: ConfigMap in version "v1" cannot be handled as a ConfigMap: '
      + 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'],
    ['POST', CONFIG_MAPS, configMap('a', {}, { app: 'a b' }), {}, '422 Invalid: ConfigMap "a" is invalid: metadata.labels: Invalid value: "a b": a valid label must be an '
      + "empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
      + "'12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"],
    ['PUT', `${CONFIG_MAPS}/none`, configMap('none'), {}, '404 NotFound: configmaps "none" not found'],
    ['PUT', `${CONFIG_MAPS}/taken`, configMap('other'), {}, '400 BadRequest: the name of the object (other) does not match the name on the URL (taken)'],
    ['DELETE', `${CONFIG_MAPS}/none`, undefined, {}, '404 NotFound: configmaps "none" not found'],
    ['PUT', CONFIG_MAPS, configMap('a'), {}, '405 MethodNotAllowed: the server does not allow this method on the requested resource'],
  ] as const)('%s %s %j %j', async (method, path, body, query, text) => {
    const { ok, refused } = await testServer();
    await ok('POST', CONFIG_MAPS, configMap('taken'));
    expect(await refused(method, path, body, { query })).toBe(text);
  });

  it('warns of unknown fields, refuses duplicates, reads YAML and bytes', async () => {
    const { call, refused, ok } = await testServer();
    const warned = await call('POST', CONFIG_MAPS, { ...configMap('a'), dta: 1 });
    expect([warned.status, warned.headers['warning']]).toEqual([201, '299 - "unknown field \\"dta\\""']);
    expect((await call('POST', CONFIG_MAPS, { ...configMap('b'), dta: 1 }, { query: { fieldValidation: 'Ignore' } })).headers['warning']).toBeUndefined();
    const bytes = utf8('{"metadata":{"name":"c"},"data":{"x":"1","x":"2"}}') as object;
    expect(await refused('POST', CONFIG_MAPS, bytes, { headers: { 'content-type': 'application/json' }, query: { fieldValidation: 'Strict' } }))
      .toBe('400 BadRequest: ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "data.x"');
    const made = await ok<ConfigMap>('POST', CONFIG_MAPS, utf8('metadata:\n  name: d\ndata:\n  k: "1"\n') as object, { headers: { 'content-type': 'application/yaml' } });
    expect(made.data).toEqual({ k: '1' });
  });

  it('stores nothing in a dry run', async () => {
    const { ok, refused, etcd } = await testServer();
    const before = etcd.revision;
    const made = await ok('POST', '/api/v1/namespaces/default/services', { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } }, { query: { dryRun: 'All' } });
    expect((made as { spec?: { clusterIP?: string } }).spec?.clusterIP).toMatch(/^10\./);
    expect(etcd.revision).toBe(before);
    expect(await refused('GET', '/api/v1/namespaces/default/services/s')).toContain('404');
  });
});

describe('update', () => {
  it('is refused where somebody wrote first, and changes nothing where nothing differs', async () => {
    const { ok, refused, etcd } = await testServer();
    const first = await ok<ConfigMap>('POST', CONFIG_MAPS, configMap('a', { k: '1' }));
    const second = await ok<ConfigMap>('PUT', `${CONFIG_MAPS}/a`, { ...first, data: { k: '2' } });
    expect(Number(second.metadata?.resourceVersion)).toBe(etcd.revision);
    expect(await refused('PUT', `${CONFIG_MAPS}/a`, { ...first, data: { k: '3' } })).toBe(`409 Conflict: Operation cannot be fulfilled on configmaps "a": ${MODIFIED}`);
    const before = etcd.revision;
    expect(await ok('PUT', `${CONFIG_MAPS}/a`, second)).toBe(second);
    expect(await ok('PATCH', `${CONFIG_MAPS}/a`, { data: { k: '2' } }, { headers: MERGE })).toBe(second);
    expect(etcd.revision).toBe(before);
    const { resourceVersion: _, ...unnamed } = second.metadata ?? {};
    expect((await ok<ConfigMap>('PUT', `${CONFIG_MAPS}/a`, { ...second, metadata: unnamed, data: { k: '4' } })).data).toEqual({ k: '4' });
  });

  it('keeps status and spec apart, and counts generations of the spec', async () => {
    const { ok } = await testServer();
    const made = await ok<Deployment>('POST', DEPLOYMENTS, { ...deployment('web', 2), status: { replicas: 9 } });
    expect([made.metadata?.generation, made.status]).toEqual([1, {}]);
    const status = await ok<Deployment>('PUT', `${DEPLOYMENTS}/web/status`, { ...made, spec: { ...made.spec, replicas: 7 }, status: { replicas: 1, observedGeneration: 1 } });
    expect([status.spec?.replicas, status.status?.replicas, status.metadata?.generation]).toEqual([2, 1, 1]);
    const spec = await ok<Deployment>('PUT', `${DEPLOYMENTS}/web`, { ...status, spec: { ...status.spec, replicas: 3 }, status: {} });
    expect([spec.spec?.replicas, spec.status?.replicas, spec.metadata?.generation]).toEqual([3, 1, 2]);
    const labelled = await ok<Deployment>('PATCH', `${DEPLOYMENTS}/web`, { metadata: { labels: { a: 'b' } } }, { headers: MERGE });
    expect(labelled.metadata?.generation).toBe(2);
  });

  it('scales', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', DEPLOYMENTS, deployment('web', 2));
    expect(await ok('GET', `${DEPLOYMENTS}/web/scale`)).toMatchObject({ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 2 }, status: { replicas: 0, selector: 'app=web' } });
    expect(await ok('PATCH', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: 5 } }, { headers: MERGE })).toMatchObject({ spec: { replicas: 5 } });
    expect((await ok<Deployment>('GET', `${DEPLOYMENTS}/web`)).spec?.replicas).toBe(5);
    expect(await refused('PATCH', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: -1 } }, { headers: MERGE }))
      .toBe('422 Invalid: Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0');
  });

  it('patches in every form', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', DEPLOYMENTS, deployment('web'));
    const path = `${DEPLOYMENTS}/web`;
    const image = (d: Deployment): string | undefined => d.spec?.template.spec?.containers[0]?.image;
    expect(image(await ok('PATCH', path, { spec: { template: { spec: { containers: [{ name: 'c', image: 'a' }] } } } }, { headers: STRATEGIC }))).toBe('a');
    expect(image(await ok('PATCH', path, [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'b' }], { headers: JSON_PATCH }))).toBe('b');
    expect(await refused('PATCH', path, [null], { headers: JSON_PATCH })).toBe('422 Invalid: the server rejected our request due to an error in our request');
    expect(await refused('PATCH', path, [1], { headers: JSON_PATCH })).toBe('400 BadRequest: json: cannot unmarshal number into Go value of type jsonpatch.Operation');
    expect(await refused('PATCH', path, [{ op: 'test', path: '/spec/replicas', value: 9 }], { headers: JSON_PATCH }))
      .toBe('422 Invalid: the server rejected our request due to an error in our request');
    expect(await refused('PATCH', path, { spec: { replicaz: 1 } }, { headers: MERGE, query: { fieldValidation: 'Strict' } })).toContain('unknown field "spec.replicaz"');
    expect(await refused('PATCH', path, {}, { headers: { 'content-type': 'text/plain' } })).toBe('415 UnsupportedMediaType: the body of the request was in an unknown format - '
      + 'accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml');
    expect(await refused('PATCH', path, { metadata: { resourceVersion: '1' } }, { headers: MERGE })).toContain('409 Conflict');
  });
});

describe('managed fields and server-side apply', () => {
  const apply = (replicas: number | undefined, image = 'nginx:1.27'): object => {
    const whole = deployment('web', replicas) as { spec: Record<string, unknown> };
    if (replicas === undefined) delete whole.spec['replicas'];
    (whole.spec['template'] as { spec: { containers: { image: string }[] } }).spec.containers[0]!.image = image;
    return whole;
  };
  const managers = (object: KubeObject): readonly string[] =>
    (object.metadata?.managedFields ?? []).map((entry) => `${entry.manager} ${entry.operation}${entry.subresource ? ` ${entry.subresource}` : ''}`);

  it('tracks who updated what', async () => {
    const { ok } = await testServer();
    await ok('POST', CONFIG_MAPS, configMap('a', { x: '1', y: '1' }));
    const patched = await ok<ConfigMap>('PATCH', `${CONFIG_MAPS}/a`, { data: { y: '2' } }, { headers: MERGE, query: { fieldManager: 'other' } });
    expect(patched.metadata?.managedFields?.map(({ manager, fieldsV1 }) => [manager, fieldsV1])).toEqual([
      ['other', { 'f:data': { 'f:y': {} } }], ['tester', { 'f:data': { '.': {}, 'f:x': {} } }],
    ]);
  });

  it('applies, takes back, conflicts and is forced', async () => {
    const { ok, refused, call } = await testServer();
    const path = `${DEPLOYMENTS}/web`;
    const by = (manager: string, force = false) => ({ headers: APPLY, query: { fieldManager: manager, ...(force && { force: 'true' }) } });
    expect((await call('PATCH', path, apply(2), by('one'))).status).toBe(201);
    const again = await ok('PATCH', path, apply(2), by('one'));
    expect(await ok('PATCH', path, apply(2), by('one'))).toBe(again);
    expect(await refused('PATCH', path, apply(3), by('two'))).toBe('409 Conflict: Apply failed with 1 conflict: conflict with "one": .spec.replicas');
    expect(await refused('PATCH', path, apply(3, 'x'), by('two'))).toBe('409 Conflict: Apply failed with 2 conflicts: conflicts with "one":\n- .spec.replicas\n'
      + '- .spec.template.spec.containers[name="c"].image');
    const forced = await ok<Deployment>('PATCH', path, apply(3), by('two', true));
    expect([forced.spec?.replicas, managers(forced)]).toEqual([3, ['one Apply', 'two Apply']]);
    await ok('PATCH', path, { spec: { replicas: 4 } }, { headers: MERGE, query: { fieldManager: 'hand' } });
    expect(await refused('PATCH', path, apply(3), by('two'))).toBe('409 Conflict: Apply failed with 1 conflict: conflict with "hand" using apps/v1: .spec.replicas');
    expect((await ok<Deployment>('PATCH', path, apply(undefined), by('two'))).spec?.replicas).toBe(4);
    expect(await refused('PATCH', path, apply(1), { headers: APPLY })).toContain('fieldManager: Required value: is required for apply patch');
  });

  it('removes what the manager no longer says, unless somebody else owns it', async () => {
    const { ok } = await testServer();
    const say = (manager: string, data: object): Promise<ConfigMap> =>
      ok('PATCH', `${CONFIG_MAPS}/a`, { apiVersion: 'v1', kind: 'ConfigMap', data }, { headers: APPLY, query: { fieldManager: manager } });
    await say('one', { x: '1', y: '1', z: '1' });
    await say('two', { y: '1' });
    expect((await say('one', { z: '1' })).data).toEqual({ y: '1', z: '1' });
    expect((await say('two', { w: '1' })).data).toEqual({ w: '1', z: '1' });
  });
});

describe('server-side apply over what client-side apply owned', () => {
  it('takes over without losing lists', async () => {
    const { ok } = await testServer();
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { selector: { a: 'b' }, ports: [{ port: 80 }] } };
    const path = '/api/v1/namespaces/default/services';
    const made = await ok('POST', path, service, { query: { fieldManager: 'kubectl-client-side-apply' } });
    const [entry] = made.metadata?.managedFields ?? [];
    const taken = [{ ...entry, manager: 'kubectl', operation: 'Apply' }];
    await ok('PATCH', `${path}/s`, [{ op: 'replace', path: '/metadata/managedFields', value: taken }], { headers: JSON_PATCH });
    const applied = await ok<Service>('PATCH', `${path}/s`, service, { headers: APPLY, query: { fieldManager: 'kubectl' } });
    expect(applied.spec?.ports).toEqual([{ port: 80, protocol: 'TCP', targetPort: 80 }]);
    expect(applied.metadata?.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`)).toEqual(['kubectl Apply']);
    const emptied = await ok<Service>('PATCH', `${path}/s`, { ...service, spec: { ports: [{ port: 80 }] } }, { headers: APPLY, query: { fieldManager: 'kubectl' } });
    expect(emptied.spec?.selector).toBeUndefined();
  });
});

describe('lists', () => {
  it('come in key order, in pages pinned to one revision', async () => {
    const { ok, refused, etcd } = await testServer();
    for (const name of ['e', 'c', 'a', 'd', 'b']) await ok('POST', CONFIG_MAPS, configMap(name, {}, { even: String(name < 'c') }));
    const names = (list: KubeList): readonly string[] => list.items.map((item) => item.metadata?.name ?? '');
    const first = await ok<KubeList>('GET', CONFIG_MAPS, undefined, { query: { limit: '2' } });
    expect([names(first), first.metadata.remainingItemCount, first.metadata.resourceVersion]).toEqual([['a', 'b'], 3, String(etcd.revision)]);
    await ok('DELETE', `${CONFIG_MAPS}/c`);
    await ok('POST', CONFIG_MAPS, configMap('bb'));
    const second = await ok<KubeList>('GET', CONFIG_MAPS, undefined, { query: { limit: '2', continue: first.metadata.continue ?? '' } });
    expect([names(second), second.metadata.remainingItemCount, second.metadata.resourceVersion]).toEqual([['c', 'd'], 1, first.metadata.resourceVersion]);
    expect(names(await ok<KubeList>('GET', CONFIG_MAPS, undefined, { query: { limit: '2', continue: second.metadata.continue ?? '' } }))).toEqual(['e']);
    const some = await ok<KubeList>('GET', CONFIG_MAPS, undefined, { query: { limit: '1', labelSelector: 'even=true' } });
    expect([names(some), some.metadata.remainingItemCount]).toEqual([['a'], undefined]);
    etcd.compact(etcd.revision);
    const expired = await refused('GET', CONFIG_MAPS, undefined, { query: { limit: '2', continue: first.metadata.continue ?? '' } });
    expect(expired).toContain('410 Expired: The provided continue parameter is too old to display a consistent list result.');
    expect(await refused('GET', CONFIG_MAPS, undefined, { query: { continue: '*' } })).toBe('400 BadRequest: continue key is not valid: illegal base64 data at input byte 0');
  });

  it('know revisions', async () => {
    const { ok, refused, etcd } = await testServer();
    await ok('POST', CONFIG_MAPS, configMap('a'));
    const then = String(etcd.revision);
    await ok('POST', CONFIG_MAPS, configMap('b'));
    const at = (query: Readonly<Record<string, string>>): Promise<KubeList> => ok('GET', CONFIG_MAPS, undefined, { query });
    expect((await at({ resourceVersion: then })).items.length).toBe(2);
    expect((await at({ resourceVersion: then, resourceVersionMatch: 'Exact' })).items.length).toBe(1);
    expect((await at({ resourceVersion: '0' })).items.length).toBe(2);
    expect(await refused('GET', CONFIG_MAPS, undefined, { query: { resourceVersion: '99999' } }))
      .toBe(`504 Timeout: Timeout: Too large resource version: 99999, current: ${etcd.revision}`);
    expect(await refused('GET', CONFIG_MAPS, undefined, { query: { resourceVersionMatch: 'Exact' } })).toContain('resourceVersionMatch is forbidden unless resourceVersion is provided');
  });

  it('select by fields and labels, and say which field they cannot', async () => {
    const { ok, refused } = await testServer();
    for (const name of ['a', 'b']) await ok('POST', PODS, pod(name));
    const names = async (query: Readonly<Record<string, string>>): Promise<readonly string[]> =>
      (await ok<KubeList<Pod>>('GET', '/api/v1/pods', undefined, { query })).items.map((item) => item.metadata?.name ?? '');
    expect(await names({ fieldSelector: 'metadata.name=b' })).toEqual(['b']);
    expect(await names({ fieldSelector: 'metadata.name!=b,status.phase=Pending', labelSelector: 'app in (web)' })).toEqual(['a']);
    expect(await names({ fieldSelector: 'spec.nodeName=x' })).toEqual([]);
    expect(await refused('GET', PODS, undefined, { query: { fieldSelector: 'spec.foo=x' } }))
      .toBe('400 BadRequest: field label not supported: spec.foo');
    expect(await refused('GET', PODS, undefined, { query: { labelSelector: 'a in' } })).toBe("400 BadRequest: unable to parse requirement: found '' expected: '('");
  });

  it('are tables for those who ask', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', DEPLOYMENTS, deployment('web'));
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';
    const table = await ok<{ kind: string; rows: { cells: unknown[]; object: { kind: string } }[]; columnDefinitions: { name: string }[] }>(
      'GET', DEPLOYMENTS, undefined, { headers: { accept } });
    expect([table.kind, table.rows[0]?.cells.slice(0, 2), table.rows[0]?.object.kind]).toEqual(['Table', ['web', '0/1'], 'PartialObjectMetadata']);
    expect(await ok('GET', DEPLOYMENTS, undefined, { headers: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' } }))
      .toMatchObject({ kind: 'PartialObjectMetadataList', items: [{ kind: 'PartialObjectMetadata', metadata: { name: 'web' } }] });
    expect(await refused('GET', DEPLOYMENTS, undefined, { headers: { accept: 'text/html' } })).toContain('406 NotAcceptable: only the following media types are accepted');
  });
});
