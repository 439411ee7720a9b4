/** Conformance tests of [sig-api-machinery] AdmissionWebhook, by their names, over a whole cluster whose webhook a Pod serves. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeList, KubeObject } from '../../src/api/object.ts';
import { JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH } from '../../src/apiserver/patch/patch.ts';
import { ADMISSION, ADMISSION_SERVER, clusterWith, configuration, hook, pathOf } from './webhooks.ts';
import type { HookFields, Side } from './webhooks.ts';
import type { WholeCluster } from './whole-cluster.ts';

const NAME = '[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin]';
const CONFIG_MAPS = { resources: ['configmaps'] };
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const OPEN = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };

type Thing = KubeObject & { readonly data?: Readonly<Record<string, string>>; readonly dummy?: string };

let cluster: WholeCluster;
let count = 0;

/** A namespace of a test, and what is registered for it. */
async function fixture() {
  const test = `webhook-test-${(count += 1)}`;
  const { ok, refused } = cluster;
  const namespace = async (suffix: string, labels: object = {}): Promise<string> => {
    await ok('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: test + suffix, labels: { [test]: 'true', ...labels } },
    });
    return `/api/v1/namespaces/${test}${suffix}`;
  };
  const own = await namespace('');
  const maps = `${own}/configmaps`;
  let maps_ = 0;
  const map = (data: object, name = `map-${(maps_ += 1)}`): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
  return {
    test,
    own,
    maps,
    namespace,
    map,
    hook: (name: string, fields: HookFields) => hook(name, test, fields),
    register: (side: Side, hooks: readonly object[], labels?: object, name = test) =>
      ok('POST', pathOf(side), configuration(side, name, hooks, labels)),
    /** What becomes of a ConfigMap that the webhook must not let through: "201" for one that it does. */
    denied: async (): Promise<string> => refused('POST', maps, map({ 'webhook-e2e-test': 'webhook-disallow' })),
    mutated: async (): Promise<object> => (await ok<Thing>('POST', maps, map({ 'mutation-start': 'yes' }))).data as object,
  };
}

const STAGE_1 = { 'mutation-start': 'yes', 'mutation-stage-1': 'yes' };
const STAGE_2 = { ...STAGE_1, 'mutation-stage-2': 'yes' };
const UNMUTATED = { 'mutation-start': 'yes' };
const UNWANTED = 'the configmap contains unwanted key and value';
const merge = { headers: { 'content-type': MERGE_PATCH } };

interface Definition {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

/** Several versions, the first of which is stored. */
async function define(test: string, versions: readonly object[]): Promise<Definition> {
  const group = `${test}.example.com`;
  const names = { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' };
  const spec = { group, scope: 'Namespaced', names, versions };
  await cluster.ok('POST', CRDS, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec,
  });
  await cluster.advance(1000);
  return { group, plural: names.plural, kind: names.kind };
}

const version = (name: string, storage: boolean, schema: object = OPEN): object => ({ name, served: true, storage, schema });
const thing = ({ group, kind }: Definition, name: string, data: object): object => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name },
  data,
});
const things = ({ group, plural }: Definition, own: string, at = 'v1'): string =>
  own.replace('/api/v1', `/apis/${group}/${at}`) + `/${plural}`;

beforeAll(async () => {
  cluster = await clusterWith(ADMISSION_SERVER);
}, 60_000);
afterAll(() => cluster.sandbox.close());

describe(NAME, () => {
  it(`${NAME} listing validating webhooks should work`, async () => {
    const { register, hook: made, denied, test } = await fixture();
    for (let i = 0; i < 10; i += 1) {
      const hooks = [made('deny-unwanted-configmap-data', { ...CONFIG_MAPS, path: '/configmaps' })];
      await register('validating', hooks, { 'e2e-list-test': test }, `${test}-${i}`);
    }
    const query = { labelSelector: `e2e-list-test=${test}` };
    expect((await cluster.ok<KubeList>('GET', pathOf('validating'), undefined, { query })).items).toHaveLength(10);
    expect(await denied()).toContain(UNWANTED);
    await cluster.ok('DELETE', pathOf('validating'), undefined, { query });
    expect(await denied()).toBe('201');
  });

  it(`${NAME} listing mutating webhooks should work`, async () => {
    const { register, hook: made, mutated, test } = await fixture();
    for (let i = 0; i < 10; i += 1) {
      await register(
        'mutating',
        [made('adding-configmap-data', { ...CONFIG_MAPS, path: '/mutating-configmaps' })],
        { 'e2e-list-test': test },
        `${test}-${i}`,
      );
    }
    const query = { labelSelector: `e2e-list-test=${test}` };
    expect((await cluster.ok<KubeList>('GET', pathOf('mutating'), undefined, { query })).items).toHaveLength(10);
    expect(await mutated()).toHaveProperty('mutation-stage-1', 'yes');
    await cluster.ok('DELETE', pathOf('mutating'), undefined, { query });
    expect(await mutated()).toEqual(UNMUTATED);
  });

  it(`${NAME} patching/updating a validating webhook should work`, async () => {
    const { register, hook: made, denied, test } = await fixture();
    const path = pathOf('validating', test);
    await register('validating', [made('deny', { ...CONFIG_MAPS, path: '/configmaps' })]);
    expect(await denied()).toContain(UNWANTED);
    const found = await cluster.ok<KubeObject>('GET', path);
    await cluster.ok('PUT', path, { ...found, webhooks: [made('deny', { ...CONFIG_MAPS, path: '/configmaps', operations: ['UPDATE'] })] });
    expect(await denied()).toBe('201');
    const patch = [{ op: 'replace', path: '/webhooks/0/rules/0/operations/0', value: 'CREATE' }];
    await cluster.ok('PATCH', path, patch, { headers: { 'content-type': JSON_PATCH } });
    expect(await denied()).toContain(UNWANTED);
    await cluster.ok('DELETE', path);
  });

  it(`${NAME} patching/updating a mutating webhook should work`, async () => {
    const { register, hook: made, mutated, test } = await fixture();
    const path = pathOf('mutating', test);
    await register('mutating', [made('add', { ...CONFIG_MAPS, path: '/mutating-configmaps' })]);
    expect(await mutated()).toEqual(STAGE_1);
    const found = await cluster.ok<KubeObject>('GET', path);
    await cluster.ok('PUT', path, {
      ...found,
      webhooks: [made('add', { ...CONFIG_MAPS, path: '/mutating-configmaps', operations: ['UPDATE'] })],
    });
    expect(await mutated()).toEqual(UNMUTATED);
    const patch = [{ op: 'replace', path: '/webhooks/0/rules/0/operations/0', value: 'CREATE' }];
    await cluster.ok('PATCH', path, patch, { headers: { 'content-type': JSON_PATCH } });
    expect(await mutated()).toEqual(STAGE_1);
    await cluster.ok('DELETE', path);
  });

  it(`${NAME} should be able to deny attaching pod`, async () => {
    const { register, hook: made, own, test } = await fixture();
    await register('validating', [
      made('deny-attaching-pod', { operations: ['CONNECT'], resources: ['pods/attach'], path: '/pods/attach' }),
    ]);
    const spec = { containers: [{ name: 'container1', image: 'registry.k8s.io/pause:3.10' }] };
    for (const name of ['to-be-attached-pod', 'other'])
      await cluster.ok('POST', `${own}/pods`, { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
    await cluster.run(`kubectl wait --for=condition=Ready pod --all -n ${test} --timeout=60s`);
    const attached = await cluster.result(`kubectl attach -n ${test} to-be-attached-pod -i -c=container1`);
    expect([attached.exitCode, attached.stderr]).toEqual([
      1,
      expect.stringContaining("attaching to pod 'to-be-attached-pod' is not allowed"),
    ]);
    expect((await cluster.result(`timeout 2 kubectl attach -n ${test} other -i -c=container1`)).stderr).not.toContain('not allowed');
  });

  it(`${NAME} should be able to deny custom resource creation, update and deletion`, async () => {
    const { register, hook: made, own, test } = await fixture();
    const defined = await define(test, [version('v1', true)]);
    const path = things(defined, own);
    const operations = ['CREATE', 'UPDATE', 'DELETE'];
    await register('validating', [
      made('deny-data', { operations, groups: [defined.group], resources: ['things'], path: '/custom-resource' }),
    ]);
    expect(await cluster.refused('POST', path, thing(defined, 'a', { 'webhook-e2e-test': 'webhook-disallow' }))).toContain(
      'the custom resource contains unwanted data',
    );
    await cluster.ok('POST', path, thing(defined, 'b', { 'webhook-e2e-test': 'webhook-nondeletable' }));
    expect(await cluster.refused('PATCH', `${path}/b`, { data: { 'webhook-e2e-test': 'webhook-disallow' } }, merge)).toContain(
      'the custom resource contains unwanted data',
    );
    expect(await cluster.refused('DELETE', `${path}/b`)).toContain(
      'the custom resource cannot be deleted because it contains unwanted key and value',
    );
    await cluster.ok('PATCH', `${path}/b`, { data: { 'webhook-e2e-test': 'webhook-allow' } }, merge);
    await cluster.ok('DELETE', `${path}/b`);
  });

  it(`${NAME} should be able to deny pod and configmap creation`, async () => {
    const { register, hook: made, own, maps, map, namespace, test } = await fixture();
    const skipped = await namespace('-exempted', { 'skip-webhook-admission': 'yes' });
    const namespaceSelector = {
      matchLabels: { [test]: 'true' },
      matchExpressions: [{ key: 'skip-webhook-admission', operator: 'NotIn', values: ['yes'] }],
    };
    await register('validating', [
      made('deny-pod', { resources: ['pods'], path: '/pods' }),
      made('deny-configmap', {
        ...CONFIG_MAPS,
        operations: ['CREATE', 'UPDATE', 'DELETE'],
        path: '/configmaps',
        more: { namespaceSelector },
      }),
      // Nobody can be asked here; it fails open.
      made('fail-open', { ...CONFIG_MAPS, path: '/configmaps', isTrusted: false, more: { failurePolicy: 'Ignore' } }),
    ]);
    const pod = (name: string, label: string, container: string): object => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { 'webhook-e2e-test': label } },
      spec: { containers: [{ name: container, image: 'registry.k8s.io/pause:3.10' }] },
    });
    const pods = `${own}/pods`;
    const denied = await cluster.refused('POST', pods, pod('disallowed-pod', 'webhook-disallow', 'webhook-disallow'));
    expect(denied).toContain('the pod contains unwanted label; the pod contains unwanted container name');
    const hanging = await cluster.refused('POST', pods, pod('hanging-pod', 'wait-forever', 'wait-forever'));
    expect(hanging).toMatch(/failed calling webhook "deny-pod\.k8s\.io": failed to call webhook: Post ".*": context deadline exceeded$/);
    expect(await cluster.refused('GET', `${pods}/hanging-pod`)).toContain('404 NotFound');
    expect(await cluster.refused('POST', maps, map({ 'webhook-e2e-test': 'webhook-disallow' }))).toContain(UNWANTED);
    const allowed = await cluster.ok<Thing>('POST', maps, map({ admit: 'this' }, 'allowed'));
    const changed = { ...allowed, data: { ...allowed.data, 'webhook-e2e-test': 'webhook-disallow' } };
    expect(await cluster.refused('PUT', `${maps}/allowed`, changed)).toContain(UNWANTED);
    const strategic = { headers: { 'content-type': STRATEGIC_PATCH } };
    expect(await cluster.refused('PATCH', `${maps}/allowed`, { data: { 'webhook-e2e-test': 'webhook-disallow' } }, strategic)).toContain(
      UNWANTED,
    );
    expect(await cluster.refused('POST', `${skipped}/configmaps`, map({ 'webhook-e2e-test': 'webhook-disallow' }))).toBe('201');
  });

  it(`${NAME} should deny crd creation`, async () => {
    const { register, hook: made, test } = await fixture();
    const objectSelector = { matchLabels: { [test]: 'true' } };
    const fields = { groups: ['apiextensions.k8s.io'], versions: ['*'], resources: ['customresourcedefinitions'], path: '/crd' };
    await register('validating', [made('deny-crd-with-unwanted-label', { ...fields, more: { namespaceSelector: {}, objectSelector } })]);
    const group = `${test}.example.com`;
    const crd = (label: string): object => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `denied.${group}`, labels: { [test]: 'true', 'webhook-e2e-test': label } },
      spec: { group, scope: 'Namespaced', names: { plural: 'denied', kind: 'Denied' }, versions: [version('v1', true)] },
    });
    expect(await cluster.refused('POST', CRDS, crd('webhook-disallow'))).toContain('the crd contains unwanted label');
    expect(await cluster.refused('POST', CRDS, crd('other'))).toBe('201');
  });

  it(`${NAME} should honor timeout`, async () => {
    const { register, hook: made, maps, map, test } = await fixture();
    const slow = (more: object) => [made('allow-configmap-with-delay-webhook', { ...CONFIG_MAPS, path: '/always-allow-delay-5s', more })];
    const attempt = async (more: object): Promise<readonly [string, number]> => {
      await register('validating', slow(more));
      const from = cluster.sandbox.time.state.nowMicros;
      const answer = await cluster.refused('POST', maps, map({}));
      await cluster.ok('DELETE', pathOf('validating', test));
      return [answer, Math.round((cluster.sandbox.time.state.nowMicros - from) / 1e6)];
    };
    const [early, after] = await attempt({ timeoutSeconds: 1, failurePolicy: 'Fail' });
    expect(early).toMatch(/\?timeout=1s": context deadline exceeded$/);
    expect(after).toBe(1);
    expect(await attempt({ timeoutSeconds: 1, failurePolicy: 'Ignore' })).toEqual(['201', 1]);
    expect(await attempt({ timeoutSeconds: 10, failurePolicy: 'Fail' })).toEqual(['201', 5]);
    // What is not said is ten seconds.
    expect(await attempt({ failurePolicy: 'Fail' })).toEqual(['201', 5]);
  });

  it(`${NAME} should mutate configmap`, async () => {
    const { register, hook: made, mutated } = await fixture();
    const stage = (n: number): object => made(`adding-configmap-data-stage-${n}`, { ...CONFIG_MAPS, path: '/mutating-configmaps' });
    await register('mutating', [stage(1), stage(2)]);
    expect(await mutated()).toEqual(STAGE_2);
  });

  it(`${NAME} should mutate custom resource`, async () => {
    const { register, hook: made, own, test } = await fixture();
    const defined = await define(test, [version('v1', true)]);
    const stage = (n: number): object =>
      made(`mutate-stage-${n}`, { groups: [defined.group], resources: ['things'], path: '/mutating-custom-resource' });
    await register('mutating', [stage(1), stage(2)]);
    expect((await cluster.ok<Thing>('POST', things(defined, own), thing(defined, 'a', UNMUTATED))).data).toEqual(STAGE_2);
  });

  it(`${NAME} should mutate custom resource with different stored version`, async () => {
    const { register, hook: made, own, test } = await fixture();
    const defined = await define(test, [version('v1', true), version('v2', false)]);
    const fields = { groups: [defined.group], versions: ['v1', 'v2'], resources: ['things'], path: '/mutating-custom-resource' };
    await register('mutating', [made('stage-1', { ...fields, operations: ['CREATE', 'UPDATE'] }), made('stage-2', fields)]);
    expect((await cluster.ok<Thing>('POST', things(defined, own), thing(defined, 'a', UNMUTATED))).data).toEqual(STAGE_2);
    const strategic = { headers: { 'content-type': STRATEGIC_PATCH } };
    await cluster.ok(
      'PATCH',
      `${CRDS}/things.${defined.group}`,
      { spec: { versions: [version('v1', false), version('v2', true)] } },
      strategic,
    );
    await cluster.advance(1000);
    // What is stored still says v1.
    expect((await cluster.ok<Thing>('GET', `${things(defined, own, 'v2')}/a`)).apiVersion).toBe(`${defined.group}/v2`);
    const patch = [{ op: 'add', path: '/dummy', value: 'test' }];
    const patched = await cluster.ok<Thing>('PATCH', `${things(defined, own, 'v2')}/a`, patch, { headers: { 'content-type': JSON_PATCH } });
    expect([patched.apiVersion, patched.data, patched.dummy]).toEqual([`${defined.group}/v2`, STAGE_2, 'test']);
    expect(await cluster.ok<Thing>('GET', `${CRDS}/things.${defined.group}`)).toMatchObject({ status: { storedVersions: ['v1', 'v2'] } });
  });

  it(`${NAME} should mutate custom resource with pruning`, async () => {
    const { register, hook: made, own, test } = await fixture();
    const text = { type: 'string' };
    const data = { type: 'object', properties: { 'mutation-start': text, 'mutation-stage-1': text } };
    const defined = await define(test, [version('v1', true, { openAPIV3Schema: { type: 'object', properties: { data } } })]);
    const stage = (n: number): object =>
      made(`mutate-stage-${n}`, { groups: [defined.group], resources: ['things'], path: '/mutating-custom-resource' });
    await register('mutating', [stage(1), stage(2)]);
    expect((await cluster.ok<Thing>('POST', things(defined, own), thing(defined, 'a', UNMUTATED))).data).toEqual(STAGE_1);
    // Nor does it stand in the store.
    const stored = (await cluster.sandbox.snapshot()).kvs.find(({ key }) => key.startsWith(`/registry/${defined.group}/`));
    expect((stored?.value as Thing | undefined)?.data).toEqual(STAGE_1);
  });

  it(`${NAME} should mutate everything except 'skip-me' configmaps`, async () => {
    const { register, hook: made, maps, map, mutated } = await fixture();
    const matchConditions = [{ name: 'skip-me', expression: "object.metadata.name != 'skip-me'" }];
    await register('mutating', [
      made('adding-configmap-data-stage-1', { ...CONFIG_MAPS, path: '/mutating-configmaps', more: { matchConditions } }),
    ]);
    expect(await mutated()).toEqual(STAGE_1);
    expect((await cluster.ok<Thing>('POST', maps, map(UNMUTATED, 'skip-me'))).data).toEqual(UNMUTATED);
  });

  it(`${NAME} should mutate pod and apply defaults after mutation`, async () => {
    const { register, hook: made, own } = await fixture();
    await register('mutating', [made('adding-init-container', { resources: ['pods'], path: '/mutating-pods' })]);
    const spec = { containers: [{ name: 'example', image: 'registry.k8s.io/pause:3.10' }] };
    const pod = await cluster.ok('POST', `${own}/pods`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'webhook-to-be-mutated' },
      spec,
    });
    expect(pod).toMatchObject({
      spec: { initContainers: [{ name: 'webhook-added-init-container', image: 'webhook-added-image', terminationMessagePolicy: 'File' }] },
    });
  });

  it(`${NAME} should not be able to mutate or prevent deletion of webhook configuration objects`, async () => {
    const { register, hook: made, test } = await fixture();
    const fields = {
      groups: ['admissionregistration.k8s.io'],
      versions: ['*'],
      resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
    };
    const everywhere = { namespaceSelector: {} };
    await register('validating', [made('deny-deletions', { ...fields, operations: ['DELETE'], path: '/always-deny', more: everywhere })]);
    await register('mutating', [made('add-label', { ...fields, path: '/add-label', more: everywhere })]);
    for (const side of ['validating', 'mutating'] as const) {
      const dummy = await register(
        side,
        [made('dummy', { resources: ['invalid'], path: '', isTrusted: false, more: { failurePolicy: 'Ignore' } })],
        undefined,
        `${test}-dummy`,
      );
      expect(dummy.metadata?.labels).toBeUndefined();
      await cluster.ok('DELETE', pathOf(side, `${test}-dummy`));
    }
    for (const side of ['validating', 'mutating'] as const) await cluster.ok('DELETE', pathOf(side, test));
  });

  it(`${NAME} should unconditionally reject operations on fail closed webhook`, async () => {
    const { register, hook: made, namespace, test } = await fixture();
    const closed = await namespace('-fail-closed', { 'fail-closed-webhook': 'yes' });
    const namespaceSelector = {
      matchLabels: { [test]: 'true' },
      matchExpressions: [{ key: 'fail-closed-webhook', operator: 'In', values: ['yes'] }],
    };
    await register('validating', [
      made('fail-closed', { ...CONFIG_MAPS, path: '/configmaps', isTrusted: false, more: { failurePolicy: 'Fail', namespaceSelector } }),
    ]);
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'foo' } };
    expect(await cluster.refused('POST', `${closed}/configmaps`, map)).toMatch(
      /^500 InternalError: Internal error occurred: failed calling webhook "fail-closed\.k8s\.io": failed to call webhook: Post ".*": tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
    );
  });

  it(`${NAME} should include webhook resources in discovery documents`, async () => {
    const groups = await cluster.ok<{ readonly groups: readonly { readonly name: string; readonly versions: readonly object[] }[] }>(
      'GET',
      '/apis',
    );
    const found = groups.groups.find(({ name }) => name === 'admissionregistration.k8s.io');
    expect(found?.versions).toContainEqual({ groupVersion: 'admissionregistration.k8s.io/v1', version: 'v1' });
    const group = await cluster.ok<{ readonly versions: readonly object[] }>('GET', '/apis/admissionregistration.k8s.io');
    expect(group.versions).toContainEqual({ groupVersion: 'admissionregistration.k8s.io/v1', version: 'v1' });
    const { resources } = await cluster.ok<{ readonly resources: readonly { readonly name: string }[] }>('GET', ADMISSION);
    const names = resources.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']));
  });

  it(`${NAME} should be able to create and update validating webhook configurations with match conditions`, () =>
    withMatchConditions('validating'));
  it(`${NAME} should be able to create and update mutating webhook configurations with match conditions`, () =>
    withMatchConditions('mutating'));
  it(`${NAME} should reject validating webhook configurations with invalid match conditions`, () => withInvalidConditions('validating'));
  it(`${NAME} should reject mutating webhook configurations with invalid match conditions`, () => withInvalidConditions('mutating'));
});

const condition = (name: string, namespace: string): object => ({ name, expression: `object.metadata.namespace == '${namespace}'` });

async function withMatchConditions(side: Side): Promise<void> {
  const { register, hook: made, test } = await fixture();
  type Configuration = KubeObject & { readonly webhooks: readonly [{ readonly matchConditions: readonly object[] }] };
  const path = pathOf(side, test);
  const first = [condition('expression-1', 'production')];
  await register(side, [made('with-match-conditions', { ...CONFIG_MAPS, path: '/always-deny', more: { matchConditions: first } })]);
  const found = await cluster.ok<Configuration>('GET', path);
  expect(found.webhooks[0].matchConditions).toEqual(first);
  const both = [...first, condition('expression-2', 'staging')];
  await cluster.ok('PUT', path, { ...found, webhooks: [{ ...found.webhooks[0], matchConditions: both }] } as Configuration);
  expect((await cluster.ok<Configuration>('GET', path)).webhooks[0].matchConditions).toEqual(both);
}

async function withInvalidConditions(side: Side): Promise<void> {
  const { hook: made, test } = await fixture();
  const matchConditions = [{ name: 'invalid-expression-1', expression: '... [] bad expression' }];
  const hooks = [made('with-match-conditions', { ...CONFIG_MAPS, path: '/always-deny', more: { matchConditions } })];
  expect(await cluster.refused('POST', pathOf(side), configuration(side, test, hooks))).toContain('compilation failed');
}
