/** The file behind --encryption-provider-config: which resources are encrypted at rest, and with which keys.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/server/options/encryptionconfig/config.go, .../apis/apiserver/validation */
import { createAes } from '../base/aes.ts';
import type { Aes, AesMode } from '../base/aes.ts';
import { fromBase64 } from '../base/bytes.ts';
import { parseYaml } from '../api/yaml.ts';

/** What a value begins with that was encrypted by it, and the cipher; `identity` leaves values as they are. */
export interface Provider {
  readonly prefix: string;
  readonly cipher: Aes | undefined;
}

/** The first provider that is meant writes; all read. */
export interface Encryption {
  readonly resources: readonly string[];
  readonly providers: readonly Provider[];
}

interface Configuration {
  readonly kind?: string;
  readonly resources?: readonly {
    readonly resources?: readonly string[];
    readonly providers?: readonly Readonly<Record<string, { readonly keys?: readonly Key[] } | null>>[];
  }[];
}
interface Key {
  readonly name?: string;
  readonly secret?: string;
}

const MODES: Readonly<Record<string, AesMode>> = { aescbc: 'cbc', aesgcm: 'gcm' };
const KEY_SIZES = [16, 24, 32];

/** Throws RangeError with what the server says of a file that it cannot use. */
export function parseEncryption(text: string): readonly Encryption[] {
  const { kind, resources = [] } = (parseYaml(text) ?? {}) as Configuration;
  if (kind !== 'EncryptionConfiguration')
    throw new RangeError(`error decoding encryption provider configuration file: no kind "${kind ?? ''}" is registered`);
  if (resources.length === 0) throw new RangeError('resources: Required value: at least one resource configuration must be provided');
  return resources.map(({ resources: names = [], providers = [] }, index) => {
    if (names.length === 0) throw new RangeError(`resources[${index}].resources: Required value: at least one resource must be specified`);
    if (providers.length === 0)
      throw new RangeError(`resources[${index}].providers: Required value: at least one provider must be specified`);
    return {
      resources: names,
      providers: providers.flatMap((provider, at) => providersOf(provider, `resources[${index}].providers[${at}]`)),
    };
  });
}

function providersOf(provider: Readonly<Record<string, { readonly keys?: readonly Key[] } | null>>, at: string): readonly Provider[] {
  const [[name, settings] = ['', null]] = Object.entries(provider);
  if (name === 'identity') return [{ prefix: '', cipher: undefined }];
  const mode = MODES[name];
  // Differs from Kubernetes: KMS and Secretbox are not here.
  if (mode === undefined)
    throw new RangeError(`${at}: Required value: provider does not contain any of the expected providers: AESGCM, AESCBC, Identity`);
  const keys = settings?.keys ?? [];
  if (keys.length === 0) throw new RangeError(`${at}.${name}.keys: Required value: keys`);
  return keys.map(({ name: key = '', secret = '' }, index) => {
    const field = `${at}.${name}.keys[${index}]`;
    if (key === '') throw new RangeError(`${field}.name: Required value: name must be specified for key`);
    const bytes = fromBase64(secret);
    if (bytes === undefined) throw new RangeError(`${field}.secret: Invalid value: "REDACTED": secret must be base64 encoded`);
    if (!KEY_SIZES.includes(bytes.length))
      throw new RangeError(
        `${field}.secret: Invalid value: "REDACTED": secret is not of the expected length, got ${bytes.length}, expected one of [${KEY_SIZES.join(' ')}]`,
      );
    return { prefix: `k8s:enc:${name}:v1:${key}:`, cipher: createAes(mode, bytes) };
  });
}
