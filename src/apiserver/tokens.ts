/** Service account tokens: issued with Kubernetes' claims, and valid as long as what they are bound to is there.
 *  Upstream: pkg/serviceaccount/claims.go, pkg/registry/core/serviceaccount/storage/token.go */
import { fromBase64, fromUtf8 } from '../base/bytes.ts';
import { rfc3339 } from '../base/time.ts';
import type { World } from '../base/world.ts';
import { badRequest, conflict, invalid, notFound } from '../api/errors.ts';
import { invalidValue } from '../api/field-error.ts';
import type { AuthenticationV1TokenRequest, Pod, ServiceAccount } from '../api/generated/types.ts';
import { Nodes, Pods, Secrets, ServiceAccounts } from '../api/resources.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { UserInfo } from '../api/transport.ts';
import type { Storage } from './storage.ts';
import { createTokenKeys } from './token-keys.ts';

export const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const API_AUDIENCES: readonly string[] = [ISSUER];
const SECONDS_MIN = 600;
const SECONDS_MAX = 2 ** 32;
const SECONDS_DEFAULT = 3600;
/** A token for a Pod that asks for exactly this long lives a year, so that old clients which never read it again go on working. */
const EXTENDED_WHEN_SECONDS = 3607;
const EXTENDED_SECONDS = 365 * 24 * 3600;

interface Reference {
  readonly name: string;
  readonly uid?: string;
}
interface Bound {
  readonly namespace: string;
  readonly node?: Reference;
  readonly pod?: Reference;
  readonly secret?: Reference;
  readonly serviceaccount: Reference;
  readonly warnafter?: number;
}
interface Claims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly jti: string;
  readonly 'kubernetes.io': Bound;
  readonly nbf: number;
  readonly sub: string;
}

const LEGACY_ISSUER = 'kubernetes/serviceaccount';
/** kubernetes.io/serviceaccount/namespace and its like. */
type LegacyClaims = Readonly<Record<string, string | undefined>>;

export interface TokenHolder {
  readonly user: UserInfo;
  /** Those of the wanted audiences that the token is for. */
  readonly audiences: readonly string[];
}

export interface TokenAuthority {
  issue(namespace: string, name: string, request: AuthenticationV1TokenRequest): AuthenticationV1TokenRequest;
  /** Who shows a token that is good for one of the audiences (default: this API); a text: why it is not good. */
  holderOf(token: string, audiences?: readonly string[]): TokenHolder | string;
  /** The public keys, as /openid/v1/jwks tells them. */
  readonly keySet: object;
}

export function createTokenAuthority(world: World, storage: Storage, keySeed?: string): TokenAuthority {
  const keys = createTokenKeys(world, storage.etcd, keySeed);
  return {
    keySet: keys.keySet,
    issue(namespace, name, request) {
      const account = storage.read(ServiceAccounts, namespace, name);
      if (account === undefined) throw notFound(ServiceAccounts, name);
      const { spec } = request;
      const seconds = spec.expirationSeconds ?? SECONDS_DEFAULT;
      checkSeconds(seconds);
      const audiences = spec.audiences?.length ? spec.audiences : API_AUDIENCES;
      const now = Math.floor(world.clock.now() / 1000);
      const bound = boundTo(storage, account, request);
      const isExtended =
        bound.pod !== undefined && seconds === EXTENDED_WHEN_SECONDS && audiences.every((audience) => API_AUDIENCES.includes(audience));
      const claims: Claims = {
        aud: audiences,
        exp: now + (isExtended ? EXTENDED_SECONDS : seconds),
        iat: now,
        iss: ISSUER,
        jti: world.random.uuid(),
        'kubernetes.io': isExtended ? { ...bound, warnafter: now + seconds } : bound,
        nbf: now,
        sub: `system:serviceaccount:${namespace}:${name}`,
      };
      return {
        kind: 'TokenRequest',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: { name, namespace, creationTimestamp: rfc3339(now * 1000) },
        spec: { ...spec, audiences, expirationSeconds: seconds },
        status: { token: keys.sign(claims), expirationTimestamp: rfc3339((now + seconds) * 1000) },
      };
    },
    holderOf(token, wanted = API_AUDIENCES) {
      const found = keys.verified(token) as Claims | LegacyClaims | undefined;
      if (found === undefined) return 'invalid bearer token';
      if (found.iss === LEGACY_ISSUER) return legacyHolder(storage, found as LegacyClaims, token, wanted);
      const claims = found as Claims;
      if (claims.exp * 1000 < world.clock.now()) return '[invalid bearer token, service account token has expired]';
      const audiences = wanted.filter((audience) => claims.aud.includes(audience));
      if (audiences.length === 0) {
        return `[invalid bearer token, token audiences ${quoted(claims.aud)} is invalid for the target audiences ${quoted(wanted)}]`;
      }
      const problem = problemOf(storage, claims['kubernetes.io']);
      return problem === undefined ? { user: userOf(claims), audiences } : `[invalid bearer token, ${problem}]`;
    },
  };
}

/** A token out of a Secret: good as long as the Secret holds it. Upstream: pkg/serviceaccount/legacy.go */
function legacyHolder(storage: Storage, claims: LegacyClaims, token: string, wanted: readonly string[]): TokenHolder | string {
  const about = (what: string): string => claims[`kubernetes.io/serviceaccount/${what}`] ?? '';
  const namespace = about('namespace');
  const secret = storage.read(Secrets, namespace, about('secret.name'));
  const account = storage.read(ServiceAccounts, namespace, about('service-account.name'))?.metadata;
  const isKept = secret !== undefined && fromUtf8(fromBase64(secret.data?.['token'] ?? '') ?? new Uint8Array(0)) === token;
  if (!isKept || account?.uid !== about('service-account.uid')) return '[invalid bearer token, service account token has been invalidated]';
  const audiences = wanted.filter((audience) => API_AUDIENCES.includes(audience));
  if (audiences.length === 0) return '[invalid bearer token, token audiences are invalid for the target audiences]';
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return { user: { name: claims['sub'] ?? '', uid: account.uid ?? '', groups }, audiences };
}

const quoted = (texts: readonly string[]): string => `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;

function checkSeconds(seconds: number): void {
  const text =
    seconds < SECONDS_MIN
      ? 'may not specify a duration less than 10 minutes'
      : seconds > SECONDS_MAX
        ? 'may not specify a duration larger than 2^32 seconds'
        : '';
  if (text === '') return;
  throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [invalidValue('spec.expirationSeconds', seconds, text)]);
}

const BINDABLE: Readonly<Record<string, Resource>> = { Pod: Pods, Secret: Secrets, Node: Nodes };

function boundTo(storage: Storage, account: ServiceAccount, { spec }: AuthenticationV1TokenRequest): Bound {
  const { name = '', namespace = '', uid = '' } = account.metadata ?? {};
  const serviceaccount = { name, uid };
  const ref = spec.boundObjectRef;
  if (ref === undefined) return { namespace, serviceaccount };
  const { kind = '', apiVersion = 'v1' } = ref;
  const resource = Object.hasOwn(BINDABLE, kind) ? BINDABLE[kind] : undefined;
  if (resource === undefined) throw badRequest(`cannot bind token to object of type ${apiVersion}, Kind=${kind}`);
  const found: KubeObject | undefined = storage.read(resource, resource.namespaced ? namespace : '', ref.name ?? '');
  if (found === undefined) throw notFound(resource, ref.name ?? '');
  const bound = { name: ref.name ?? '', uid: found.metadata?.uid ?? '' };
  if (ref.uid && ref.uid !== bound.uid) {
    const text = `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group: resource.group, plural: kind }, bound.name, text);
  }
  if (kind === 'Node') return { namespace, node: bound, serviceaccount };
  if (kind === 'Secret') return { namespace, secret: bound, serviceaccount };
  const { spec: podSpec } = found as Pod;
  if ((podSpec?.serviceAccountName ?? '') !== name) {
    throw badRequest(`cannot bind token for serviceaccount "${name}" to pod running with different serviceaccount name.`);
  }
  if (!podSpec?.nodeName) return { namespace, pod: bound, serviceaccount };
  const node = storage.read(Nodes, '', podSpec.nodeName)?.metadata;
  return { namespace, node: { name: podSpec.nodeName, ...(node?.uid && { uid: node.uid }) }, pod: bound, serviceaccount };
}

/** A token ends with its account and with the object that it is bound to. */
function problemOf(storage: Storage, { namespace, serviceaccount, pod, secret, node }: Bound): string | undefined {
  const account = storage.read(ServiceAccounts, namespace, serviceaccount.name)?.metadata;
  if (account === undefined) return `serviceaccounts "${serviceaccount.name}" not found`;
  if (account.uid !== serviceaccount.uid) {
    return `service account UID (${account.uid}) does not match claim (${serviceaccount.uid})`;
  }
  const isThere = (resource: Resource, within: string, { name, uid }: Reference): boolean =>
    storage.read(resource, within, name)?.metadata?.uid === uid;
  const isBound =
    (secret === undefined || isThere(Secrets, namespace, secret)) &&
    (pod === undefined || isThere(Pods, namespace, pod)) &&
    (pod !== undefined || node === undefined || isThere(Nodes, '', node));
  return isBound ? undefined : 'service account token has been invalidated';
}

function userOf({ sub, jti, 'kubernetes.io': { namespace, serviceaccount, pod, node } }: Claims): UserInfo {
  const extra: Record<string, readonly string[]> = { 'authentication.kubernetes.io/credential-id': [`JTI=${jti}`] };
  for (const [what, reference] of [
    ['node', node],
    ['pod', pod],
  ] as const) {
    if (reference === undefined) continue;
    extra[`authentication.kubernetes.io/${what}-name`] = [reference.name];
    if (reference.uid !== undefined) extra[`authentication.kubernetes.io/${what}-uid`] = [reference.uid];
  }
  return {
    name: sub,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    extra,
  };
}
