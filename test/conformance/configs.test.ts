/** Conformance tests of [sig-node] and [sig-storage] on ConfigMaps and Secrets that need nothing but the server, by their names. */
import { describe, expect, it } from 'vitest';
import type { ConfigMap, Secret } from '../../src/api/generated/types.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { configMap, CONFIG_MAPS, STRATEGIC, testServer } from '../apiserver/support.ts';

const SECRETS = '/api/v1/namespaces/default/secrets';

interface List {
  readonly items: readonly KubeObject[];
}

describe('[sig-node] ConfigMap', () => {
  it('[sig-node] ConfigMap should fail to create ConfigMap with empty key', async () => {
    const { refused, ok } = await testServer();
    expect(await refused('POST', CONFIG_MAPS, configMap('empty', { '': 'value-1' }))).toMatch(
      /^422 Invalid: ConfigMap "empty" is invalid: data\[\]: Invalid value: ""/,
    );
    expect((await ok<List>('GET', CONFIG_MAPS)).items).toEqual([]);
  });

  it('[sig-node] ConfigMap should run through a ConfigMap lifecycle', async () => {
    const { ok, watch, lone } = await testServer();
    const selector = { labelSelector: 'test-configmap-static=true' };
    const seen = await watch(CONFIG_MAPS, selector);
    await ok('POST', CONFIG_MAPS, configMap('life', { valueName: 'value' }, { 'test-configmap-static': 'true' }));
    const patch = { metadata: { labels: { 'test-configmap': 'patched' } }, data: { valueName: 'value1' } };
    await ok('PATCH', `${CONFIG_MAPS}/life`, patch, { headers: STRATEGIC });
    expect(await ok('GET', `${CONFIG_MAPS}/life`)).toMatchObject(patch);
    const everywhere = (): Promise<List> => ok<List>('GET', '/api/v1/configmaps', undefined, { query: selector });
    expect((await everywhere()).items).toMatchObject([{ metadata: { name: 'life', namespace: 'default' }, ...{ data: patch.data } }]);
    await ok('DELETE', CONFIG_MAPS, undefined, { query: selector });
    expect((await everywhere()).items).toEqual([]);
    await lone.advance(1);
    expect(seen.events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
  });

  it('[sig-node] ConfigMap should update ConfigMap successfully', async () => {
    const { ok } = await testServer();
    const made = await ok<ConfigMap>('POST', CONFIG_MAPS, configMap('update', { 'data-1': 'value-1' }));
    await ok('PUT', `${CONFIG_MAPS}/update`, { ...made, data: { 'data-1': 'value-2', 'data-2': 'value-3' } });
    expect((await ok<ConfigMap>('GET', `${CONFIG_MAPS}/update`)).data).toEqual({ 'data-1': 'value-2', 'data-2': 'value-3' });
  });
});

describe('[sig-node] Secrets', () => {
  it('[sig-node] Secrets should fail to create secret due to empty secret key', async () => {
    const { refused } = await testServer();
    const secret = { metadata: { name: 'empty' }, data: { '': btoa('value-1\n') } };
    expect(await refused('POST', SECRETS, secret)).toMatch(/^422 Invalid: Secret "empty" is invalid: data\[\]: Invalid value: ""/);
  });

  it('[sig-node] Secrets should patch a secret', async () => {
    const { ok } = await testServer();
    const selector = { query: { labelSelector: 'testsecret-constant=true' } };
    await ok('POST', SECRETS, {
      metadata: { name: 'patched', labels: { 'testsecret-constant': 'true' } },
      data: { key: btoa('value') },
      type: 'Opaque',
    } as KubeObject);
    const everywhere = async (): Promise<readonly KubeObject[]> => (await ok<List>('GET', '/api/v1/secrets', undefined, selector)).items;
    expect((await everywhere()).map(({ metadata }) => metadata?.name)).toEqual(['patched']);
    const patch = { metadata: { labels: { testsecret: 'true' } }, data: { key: btoa('value1') } };
    await ok('PATCH', `${SECRETS}/patched`, patch, { headers: STRATEGIC });
    expect(await everywhere()).toMatchObject([patch]);
    await ok('DELETE', SECRETS, undefined, selector);
    expect(await everywhere()).toEqual([]);
  });
});

describe('[sig-storage] immutable', () => {
  const KINDS = [
    ['[sig-storage] ConfigMap should be immutable if `immutable` field is set', CONFIG_MAPS, 'value'],
    ['[sig-storage] Secrets should be immutable if `immutable` field is set', SECRETS, btoa('value')],
  ] as const;

  it.each(KINDS)('%s', async (_, url, value) => {
    const { ok, refused } = await testServer();
    const read = (): Promise<ConfigMap & Secret> => ok(`GET`, `${url}/kept`);
    await ok('POST', url, { metadata: { name: 'kept' }, data: { a: value } } as KubeObject);
    const changed = (await ok<ConfigMap>('PUT', `${url}/kept`, { ...(await read()), data: { a: value, b: value } })) as ConfigMap;
    expect(changed.data).toEqual({ a: value, b: value });
    const kept = await ok<ConfigMap>('PUT', `${url}/kept`, { ...changed, immutable: true });
    expect(kept.immutable).toBe(true);
    expect(await refused('PUT', `${url}/kept`, { ...kept, data: { a: value } })).toMatch(
      /^422 Invalid: .* data: Forbidden: field is immutable when `immutable` is set$/,
    );
    expect(await refused('PUT', `${url}/kept`, { ...kept, immutable: false })).toMatch(
      /^422 Invalid: .* immutable: Forbidden: field is immutable when `immutable` is set$/,
    );
    const { immutable: __, ...without } = kept;
    expect(await refused('PUT', `${url}/kept`, without)).toMatch(/^422 Invalid: .* immutable: Forbidden/);
    const labelled = { ...kept, metadata: { ...kept.metadata, labels: { label1: 'value1' } } };
    expect(await ok('PUT', `${url}/kept`, labelled)).toMatchObject({ metadata: { labels: { label1: 'value1' } }, data: kept.data });
    await ok('DELETE', `${url}/kept`);
    const again = await ok<ConfigMap>('POST', url, { metadata: { name: 'kept' }, data: { c: value } } as KubeObject);
    expect([again.data, again.immutable]).toEqual([{ c: value }, undefined]);
  });
});
