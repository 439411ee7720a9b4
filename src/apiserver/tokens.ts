/** Service account tokens: JWTs with Kubernetes' claims.
 *  Differs from Kubernetes: signed with HMAC-SHA256 and a key made from the cluster's seed, so that a replay gives the same tokens; the key set is empty.
 *  Upstream: pkg/serviceaccount/{claims,jwt}.go */
import { base64, equalBytes, fromBase64, fromUtf8, utf8 } from '../base/bytes.ts';
import { hmacSha256, sha256Bytes } from '../base/hash.ts';
import { rfc3339 } from '../base/time.ts';
import type { World } from '../base/world.ts';
import { badRequest, conflict, invalid, notFound } from '../api/errors.ts';
import { invalidValue } from '../api/field-error.ts';
import type { AuthenticationV1TokenRequest, Pod, ServiceAccount } from '../api/generated/types.ts';
import { Nodes, Pods, Secrets, ServiceAccounts } from '../api/resources.ts';
import type { KubeObject } from '../api/object.ts';
import type { UserInfo } from '../api/transport.ts';
import type { Storage } from './storage.ts';

export const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const KEY_PATH = '/registry/serviceaccount-signing-key';
const SECONDS_MIN = 600;
const SECONDS_MAX = 2 ** 32;
const SECONDS_DEFAULT = 3600;

interface Reference { readonly name: string; readonly uid: string }
interface Claims {
  readonly aud: readonly string[]; readonly exp: number; readonly iat: number; readonly iss: string; readonly jti: string; readonly nbf: number; readonly sub: string;
  readonly 'kubernetes.io': { readonly namespace: string; readonly serviceaccount: Reference; readonly pod?: Reference; readonly node?: Reference; readonly secret?: Reference };
}

export interface TokenAuthority {
  issue(namespace: string, name: string, request: AuthenticationV1TokenRequest): AuthenticationV1TokenRequest;
  /** undefined: not one of ours, expired, or its account or Pod is gone. */
  userOf(token: string): UserInfo | undefined;
}

const urlSafe = (bytes: Uint8Array): string => base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const fromUrlSafe = (text: string): Uint8Array | undefined =>
  fromBase64(text.replaceAll('-', '+').replaceAll('_', '/') + '==='.slice(0, (4 - (text.length % 4)) % 4));

export function createTokenAuthority(world: World, storage: Storage): TokenAuthority {
  const key = utf8(signingKey(world, storage));
  const header = urlSafe(utf8(JSON.stringify({ alg: 'HS256', kid: urlSafe(sha256Bytes(key)).slice(0, 43) })));
  const mac = hmacSha256(key);
  const sign = (claims: Claims): string => {
    const body = `${header}.${urlSafe(utf8(JSON.stringify(claims)))}`;
    return `${body}.${urlSafe(mac(body))}`;
  };
  return {
    issue(namespace, name, request) {
      const account = storage.read(ServiceAccounts, namespace, name);
      if (account === undefined) throw notFound(ServiceAccounts, name);
      const { spec } = request;
      const seconds = spec.expirationSeconds ?? SECONDS_DEFAULT;
      checkSeconds(seconds);
      const audiences = spec.audiences?.length ? spec.audiences : [ISSUER];
      const now = Math.floor(world.clock.now() / 1000);
      const token = sign({
        aud: audiences, exp: now + seconds, iat: now, iss: ISSUER, jti: world.random.uuid(), 'kubernetes.io': boundTo(storage, account, request), nbf: now,
        sub: `system:serviceaccount:${namespace}:${name}`,
      });
      return {
        kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', metadata: { name, namespace, creationTimestamp: rfc3339(now * 1000) },
        spec: { ...spec, audiences, expirationSeconds: seconds }, status: { token, expirationTimestamp: rfc3339((now + seconds) * 1000) },
      };
    },
    userOf(token) {
      const claims = verified(token, mac);
      if (claims === undefined || claims.exp * 1000 < world.clock.now()) return undefined;
      const { namespace, serviceaccount, pod } = claims['kubernetes.io'];
      if (storage.read(ServiceAccounts, namespace, serviceaccount.name)?.metadata?.uid !== serviceaccount.uid) return undefined;
      if (pod !== undefined && storage.read(Pods, namespace, pod.name)?.metadata?.uid !== pod.uid) return undefined;
      return {
        name: claims.sub, uid: serviceaccount.uid, groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
        ...(pod && { extra: { 'authentication.kubernetes.io/pod-name': [pod.name], 'authentication.kubernetes.io/pod-uid': [pod.uid] } }),
      };
    },
  };
}

/** Made once a cluster; a restarted server finds it in etcd. */
function signingKey(world: World, { etcd }: Storage): string {
  const found = etcd.get(KEY_PATH)?.value as { readonly key: string } | undefined;
  if (found) return found.key;
  const random = world.random.fork('service-account-key');
  const key = `${random.uuid()}${random.uuid()}`.slice(0, 64);
  etcd.put(KEY_PATH, { key });
  return key;
}

function checkSeconds(seconds: number): void {
  const text = seconds < SECONDS_MIN ? 'may not specify a duration less than 10 minutes' : seconds > SECONDS_MAX ? 'may not specify a duration larger than 2^32 seconds' : '';
  if (text !== '') throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [invalidValue('spec.expirationSeconds', seconds, text)]);
}

function boundTo(storage: Storage, account: ServiceAccount, { spec }: AuthenticationV1TokenRequest): Claims['kubernetes.io'] {
  const { name = '', namespace = '', uid = '' } = account.metadata ?? {};
  const claims = { namespace, serviceaccount: { name, uid } };
  const ref = spec.boundObjectRef;
  if (ref === undefined) return claims;
  const resource = ref.kind === 'Pod' ? Pods : ref.kind === 'Secret' ? Secrets : ref.kind === 'Node' ? Nodes : undefined;
  if (resource === undefined) throw badRequest(`cannot bind token to object of type ${ref.apiVersion ?? 'v1'}, Kind=${ref.kind}`);
  const found: KubeObject | undefined = storage.read(resource as typeof Pods, ref.kind === 'Node' ? '' : namespace, ref.name ?? '');
  if (found === undefined) throw notFound(resource, ref.name ?? '');
  const uidOf = found.metadata?.uid ?? '';
  if (ref.uid && ref.uid !== uidOf) {
    throw conflict(resource, ref.name ?? '', `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`);
  }
  if (ref.kind === 'Pod' && ((found as Pod).spec?.serviceAccountName ?? '') !== name) {
    throw badRequest(`cannot bind token for serviceaccount "${name}" to pod running with different serviceaccount name.`);
  }
  const bound = { name: ref.name ?? '', uid: uidOf };
  return ref.kind === 'Pod' ? { ...claims, pod: bound } : ref.kind === 'Node' ? { ...claims, node: bound } : { ...claims, secret: bound };
}

function verified(token: string, mac: (text: string) => Uint8Array): Claims | undefined {
  const [header, body, signature] = token.split('.');
  if (header === undefined || body === undefined || signature === undefined) return undefined;
  const given = fromUrlSafe(signature);
  if (given === undefined || !equalBytes(given, mac(`${header}.${body}`))) return undefined;
  const bytes = fromUrlSafe(body);
  return bytes && (JSON.parse(fromUtf8(bytes)) as Claims);
}
