/** Random objects of every kind come back from JSON, YAML and the server as they went. */
import { describe, expect, it } from 'vitest';
import { equal } from '../../../src/base/json.ts';
import { parseJson } from '../../../src/api/json-text.ts';
import type { KubeObject } from '../../../src/api/object.ts';
import { RESOURCES, resourcePath } from '../../../src/api/resources.ts';
import { decodeAs } from '../../../src/api/schema/decode.ts';
import { structOf } from '../../../src/api/schema/types.ts';
import { parseYaml, stringifyYaml } from '../../../src/api/yaml.ts';
import { conversions } from '../../../src/apiserver/conversion.ts';
import { MERGE, testServer } from '../support.ts';
import { chance } from './chance.ts';
import { objectFor, put } from './random-objects.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 12);

describe('random objects', () => {
  it.each(RESOURCES.map((resource) => [resource.definition as string]))('%s: JSON and YAML give back what they took', (definition) => {
    for (let seed = 1; seed <= ROUNDS; seed += 1) {
      const random = chance(seed);
      const { object, unknown } = decodeAs<KubeObject>(objectFor(structOf(definition), random, 6), structOf(definition));
      expect(unknown).toEqual([]);
      const text = JSON.stringify(object);
      const parsed = parseJson(text) as { readonly value: object; readonly duplicates: readonly string[] };
      expect(JSON.stringify(parsed.value), `seed ${seed}`).toBe(text);
      expect(decodeAs(parsed.value, structOf(definition)), `seed ${seed}`).toEqual({ object, unknown: [] });
      expect(equal(parseYaml(stringifyYaml(object)), JSON.parse(text)), `seed ${seed}: ${text}`).toBe(true);
    }
  });

  it('are what the server answers, lists and patches', async () => {
    const { ok, call, etcd } = await testServer();
    const stored = RESOURCES.filter(({ verbs, plural }) => verbs.includes('patch') && !conversions[plural]);
    let kept = 0;
    for (let seed = 1; seed <= ROUNDS * 30; seed += 1) {
      const random = chance(seed);
      const resource = random.pick(stored);
      const url = resourcePath(resource, 'default');
      const value = {
        ...objectFor(structOf(resource.definition as string), random, 5),
        metadata: { name: `o${seed}`, labels: { app: 'web' } },
      };
      const { status, body } = await call('POST', url, value);
      if (status !== 201) continue;
      kept += 1;
      const made = body as KubeObject;
      const place = `${url}/${made.metadata?.name}`;
      expect(await ok('GET', place), `seed ${seed}`).toEqual(made);
      const list = await ok<{ items: readonly KubeObject[] }>('GET', url);
      expect(
        list.items.find(({ metadata }) => metadata?.uid === made.metadata?.uid),
        `seed ${seed}`,
      ).toEqual(made);
      const before = etcd.revision;
      const put = await call('PUT', place, made);
      if (put.status === 200) expect([put.body, etcd.revision], `seed ${seed}: writing back what was read`).toEqual([made, before]);
      expect(await ok('PATCH', place, {}, { headers: MERGE }), `seed ${seed}: an empty patch`).toEqual(made);
      expect(etcd.revision, `seed ${seed}: an empty patch`).toBe(before);
    }
    expect(kept).toBeGreaterThan(ROUNDS * 3);
  });

  it('keep keys that every object inherits', async () => {
    const { ok } = await testServer();
    const data: Record<string, unknown> = {};
    for (const key of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) put(data, key, `${key}!`);
    const maps = '/api/v1/namespaces/default/configmaps';
    const made = await ok<KubeObject & { data: Record<string, string> }>('POST', maps, { metadata: { name: 'a' }, data });
    expect(Object.entries(made.data).sort()).toEqual(Object.entries(data).sort());
    await ok('POST', maps, { metadata: { name: 'b' } });
    const patched = await ok<typeof made>('PATCH', `${maps}/b`, { data }, { headers: MERGE });
    expect(Object.entries(patched.data).sort()).toEqual(Object.entries(data).sort());
    const gone: Record<string, unknown> = {};
    for (const key of Object.keys(data)) put(gone, key, null);
    expect((await ok<typeof made>('PATCH', `${maps}/b`, { data: gone }, { headers: MERGE })).data).toBeUndefined();
    await ok('POST', maps, { metadata: { name: 'c', labels: { constructor: 'x' } } });
    const names = async (labelSelector: string): Promise<unknown[]> =>
      (await ok<{ items: KubeObject[] }>('GET', maps, undefined, { query: { labelSelector } })).items.map(({ metadata }) => metadata?.name);
    expect([await names('constructor'), await names('constructor=x'), await names('!constructor')]).toEqual([
      ['c'],
      ['c'],
      ['a', 'b', 'kube-root-ca.crt'].filter((name) => name.length === 1),
    ]);
  });
});
