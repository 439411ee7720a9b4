/** Secrets encrypted at rest: what stands in etcd, and what clients see of it. */
import { describe, expect, it } from 'vitest';
import { encryptedEtcd, parseEncryption } from '../../src/apiserver/encryption.ts';
import { base64, fromUtf8, utf8 } from '../../src/base/bytes.ts';
import { createAes } from '../../src/base/aes.ts';
import { createRandom } from '../../src/base/random.ts';
import { createEtcd } from '../../src/etcd/store.ts';
import { configMap, MERGE, testServer } from './support.ts';

const KEY = base64('0123456789abcdef0123456789abcdef');
const OTHER = base64('fedcba9876543210fedcba9876543210');
const configuration = (...providers: readonly string[]): string =>
  `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n${providers.map((one) => `  - ${one}\n`).join('')}`;
const cbc = (...keys: readonly (readonly [string, string])[]): string =>
  `aescbc: {keys: [${keys.map(([name, secret]) => `{name: ${name}, secret: ${secret}}`).join(', ')}]}`;
const gcm = `aesgcm: {keys: [{name: g, secret: ${KEY}}]}`;
const IDENTITY = 'identity: {}';

const SECRETS = '/api/v1/namespaces/default/secrets';
const secret = (name: string): object => ({ metadata: { name }, stringData: { password: 'hunter2' } });
const PASSWORD = base64('hunter2');

const raw = createEtcd;
const over = (etcd: ReturnType<typeof raw>, text: string) => encryptedEtcd(etcd, parseEncryption(text), createRandom('test'));

describe('AES', () => {
  // NIST SP 800-38A F.2.5 (CBC-AES256), first block; the second is the padding.
  it('is what NIST says', () => {
    const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
    const aes = createAes('cbc', hex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4'));
    const iv = hex('000102030405060708090a0b0c0d0e0f');
    const encrypted = aes.encrypt(iv, hex('6bc1bee22e409f96e93d7e117393172a'));
    expect([...encrypted.subarray(0, 16)]).toEqual([...hex('f58c4c04d6e5f1ba779eabfb5f7bfbd6')]);
    expect(encrypted).toHaveLength(32);
    expect([...aes.decrypt(iv, encrypted)]).toEqual([...hex('6bc1bee22e409f96e93d7e117393172a')]);
  });
});

describe('a server with an encryption configuration', () => {
  it.each([
    ['k8s:enc:aescbc:v1:key1:', cbc(['key1', KEY])],
    ['k8s:enc:aesgcm:v1:g:', gcm],
  ])('writes %s', async (prefix, provider) => {
    const store = raw();
    const { ok, watch, lone } = await testServer({ etcd: over(store, configuration(provider, IDENTITY)) });
    const watched = await watch(SECRETS);
    await ok('POST', SECRETS, secret('s'));
    await ok('POST', '/api/v1/namespaces/default/configmaps', configMap('c', { a: 'b' }));
    const { encrypted = '' } = (store.get('/registry/secrets/default/s')?.value ?? {}) as { readonly encrypted?: string };
    expect(encrypted.slice(0, prefix.length)).toBe(prefix);
    expect(JSON.stringify(store.get('/registry/secrets/default/s')?.value)).not.toMatch(new RegExp(`${PASSWORD}|hunter2|metadata`));
    expect(store.get('/registry/configmaps/default/c')?.value).toMatchObject({ data: { a: 'b' } });
    expect(await ok('GET', `${SECRETS}/s`)).toMatchObject({ data: { password: PASSWORD } });
    const changed = await ok('PATCH', `${SECRETS}/s`, { data: { more: PASSWORD } }, { headers: MERGE });
    expect(changed).toMatchObject({ data: { password: PASSWORD, more: PASSWORD } });
    expect((await ok<{ items: object[] }>('GET', SECRETS)).items).toMatchObject([{ data: { password: PASSWORD, more: PASSWORD } }]);
    await ok('DELETE', `${SECRETS}/s`);
    await lone.advance(0);
    expect(watched.lines().map((line) => line.split('@')[0])).toEqual(['ADDED s', 'MODIFIED s', 'DELETED s']);
    expect(watched.events[2]?.object).toMatchObject({ data: { more: PASSWORD } });
  });

  it('reads what was written before, and writes with the first key', async () => {
    const store = raw();
    const before = await testServer({ etcd: store });
    await before.ok('POST', SECRETS, secret('plain'));
    const first = await testServer({ etcd: over(store, configuration(cbc(['key1', KEY]), IDENTITY)) });
    await first.ok('POST', SECRETS, secret('first'));
    const second = await testServer({ etcd: over(store, configuration(cbc(['key2', OTHER], ['key1', KEY]), IDENTITY)) });
    for (const name of ['plain', 'first'])
      expect(await second.ok('GET', `${SECRETS}/${name}`)).toMatchObject({ data: { password: PASSWORD } });
    await second.ok('PATCH', `${SECRETS}/plain`, { data: { more: PASSWORD } }, { headers: MERGE });
    expect(JSON.stringify(store.get('/registry/secrets/default/plain')?.value)).toContain('k8s:enc:aescbc:v1:key2:');
  });

  it('says which key it cannot read', async () => {
    const store = raw();
    await (await testServer({ etcd: over(store, configuration(cbc(['key1', KEY]))) })).ok('POST', SECRETS, secret('s'));
    const lost = await testServer({ etcd: over(store, configuration(cbc(['key2', OTHER]), IDENTITY)) });
    expect(await lost.refused('GET', `${SECRETS}/s`)).toBe(
      '500 InternalError: Internal error occurred: unable to transform key "/registry/secrets/default/s": no matching prefix found',
    );
    const wrong = await testServer({ etcd: over(store, configuration(cbc(['key1', OTHER]), IDENTITY)) });
    expect(await wrong.refused('GET', `${SECRETS}/s`)).toContain('unable to transform key "/registry/secrets/default/s"');
  });
});

it.each([
  ['kind: x', 'no kind "x" is registered'],
  ['kind: EncryptionConfiguration', 'at least one resource configuration must be provided'],
  [configuration('identity: {}').replace('[secrets]', '[]'), 'resources[0].resources: Required value'],
  [configuration('other: {}'), 'provider does not contain any of the expected providers'],
  [configuration('aescbc: {keys: []}'), 'resources[0].providers[0].aescbc.keys: Required value'],
  [configuration(`aescbc: {keys: [{secret: ${KEY}}]}`), 'keys[0].name: Required value: name must be specified for key'],
  [
    configuration(`aescbc: {keys: [{name: a, secret: ${base64(fromUtf8(utf8('short')))}}]}`),
    'secret is not of the expected length, got 5, expected one of [16 24 32]',
  ],
  [configuration('aescbc: {keys: [{name: a, secret: "%%%"}]}'), 'secret must be base64 encoded'],
])('refuses %j', (text, why) => {
  expect(() => parseEncryption(text)).toThrow(why);
});
