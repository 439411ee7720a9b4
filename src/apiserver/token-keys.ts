/** The key that signs service account tokens, and JSON Web Tokens made and checked with it.
 *  Differs from Kubernetes: tokens are signed with ES256, the key made from the cluster's seed (a replay gives the same tokens); kubeadm's key is RSA.
 *  Upstream: pkg/serviceaccount/{jwt,openidmetadata}.go */
import { base64, concat, fromBase64, fromUtf8, utf8 } from '../base/bytes.ts';
import { sha256Bytes } from '../base/hash.ts';
import { signingKey } from '../base/signature.ts';
import { createRandom } from '../base/random.ts';
import type { World } from '../base/world.ts';
import type { Etcd } from '../etcd/etcd.ts';

export interface TokenKeys {
  /** A signed token that carries these claims. */
  sign(claims: object): string;
  /** The claims of a token that this key signed. */
  verified(token: string): object | undefined;
  /** What /openid/v1/jwks answers. */
  readonly keySet: object;
}

export const SIGNING_ALGORITHM = 'ES256';
const KEY_PATH = '/registry/serviceaccount-signing-key';
/** A SubjectPublicKeyInfo of a P-256 key up to its point. */
const SPKI = new Uint8Array([
  0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 3, 0x42, 0,
]);
/** Tokens whose signature was checked before: clients send theirs with each request. */
const KNOWN_MAX = 4096;

const urlSafe = (bytes: Uint8Array): string => base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const fromUrlSafe = (text: string): Uint8Array | undefined =>
  fromBase64(text.replaceAll('-', '+').replaceAll('_', '/') + '==='.slice(0, (4 - (text.length % 4)) % 4));

export function createTokenKeys(world: World, etcd: Etcd, seed?: string): TokenKeys {
  const key = signingKey(secretOf(world, etcd, seed));
  const kid = urlSafe(sha256Bytes(concat([SPKI, key.point])));
  const header = urlSafe(utf8(JSON.stringify({ alg: SIGNING_ALGORITHM, kid })));
  const known = new Map<string, object>();
  const remember = (token: string, claims: object): void => {
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(token, claims);
  };
  return {
    sign(claims) {
      const body = `${header}.${urlSafe(utf8(JSON.stringify(claims)))}`;
      const token = `${body}.${urlSafe(key.sign(body))}`;
      remember(token, claims);
      return token;
    },
    verified(token) {
      const before = known.get(token);
      if (before !== undefined) return before;
      const [head, body, signature, ...rest] = token.split('.');
      if (head !== header || body === undefined || signature === undefined || rest.length > 0) return undefined;
      const [bytes, given] = [fromUrlSafe(body), fromUrlSafe(signature)];
      if (bytes === undefined || given === undefined || !key.verify(`${head}.${body}`, given)) return undefined;
      const claims = JSON.parse(fromUtf8(bytes)) as object;
      remember(token, claims);
      return claims;
    },
    keySet: {
      keys: [
        {
          use: 'sig',
          kty: 'EC',
          kid,
          crv: 'P-256',
          alg: SIGNING_ALGORITHM,
          x: urlSafe(key.point.subarray(1, 33)),
          y: urlSafe(key.point.subarray(33)),
        },
      ],
    },
  };
}

/** Made once a cluster; a restarted server finds it in etcd. `seed`: where it is not to be guessed from the world's chance. */
function secretOf(world: World, etcd: Etcd, seed?: string): string {
  const found = etcd.get(KEY_PATH)?.value as { readonly key: string } | undefined;
  if (found) return found.key;
  const random = (seed === undefined ? world.random : createRandom(seed)).fork('service-account-key');
  const key = `${random.uuid()}${random.uuid()}`.slice(0, 64);
  etcd.put(KEY_PATH, { key });
  return key;
}
