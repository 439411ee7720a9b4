/** Who asks: the user that the transport vouches for, a bearer token, or nobody; and whom they ask to be taken for.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/filters/{authentication,impersonation}.go */
import { forbidden, internalError, unauthorized } from '../api/errors.ts';
import { CERTIFICATE_HEADER } from '../api/transport.ts';
import type { ApiRequest, UserInfo } from '../api/transport.ts';
import type { Authorizer } from './admission.ts';
import type { ClientCertificates } from './client-certificates.ts';
import { headerOf } from './request-info.ts';
import type { TokenAuthority } from './tokens.ts';

export const ANONYMOUS: UserInfo = Object.freeze({ name: 'system:anonymous', groups: Object.freeze(['system:unauthenticated']) });
export const ADMINISTRATOR: UserInfo = Object.freeze({
  name: 'kubernetes-admin', groups: Object.freeze(['kubeadm:cluster-admins', 'system:authenticated']),
});

export function authenticate(request: ApiRequest, standing: UserInfo, tokens: TokenAuthority, certificates: ClientCertificates): UserInfo {
  if (request.user !== undefined) return request.user;
  const authorization = request.headers?.['authorization'];
  const shown = request.headers?.[CERTIFICATE_HEADER];
  const certified = shown === undefined ? undefined : certificates.userOf(shown);
  if (certified !== undefined) return certified;
  if (authorization === undefined) {
    if (shown !== undefined) throw unauthorized();
    return standing;
  }
  const [scheme, token] = authorization.split(' ');
  const holder = scheme?.toLowerCase() === 'bearer' && token !== undefined ? tokens.holderOf(token) : '';
  if (typeof holder === 'string') throw unauthorized();
  return holder.user;
}

/** One thing that the asker wants to be taken for, as a resource that it must be allowed to `impersonate`. */
interface Wanted {
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name: string;
}

const AUTHENTICATION = 'authentication.k8s.io';
const EXTRA = 'impersonate-extra-';

/** The user that the Impersonate headers name, where the asker may be that user. */
export function impersonate(request: ApiRequest, asker: UserInfo, authorizer: Authorizer): UserInfo {
  const name = headerOf(request, 'impersonate-user') ?? '';
  const groups = listed(headerOf(request, 'impersonate-group'));
  const uid = headerOf(request, 'impersonate-uid') ?? '';
  const extra = extrasOf(request);
  if (name === '') {
    if (groups.length === 0 && uid === '' && extra.length === 0) return asker;
    throw internalError('requested impersonation of groups, uid or extra without impersonating a user');
  }
  const [, , namespace = '', account = ''] = name.split(':');
  const isAccount = name.startsWith('system:serviceaccount:') && account !== '';
  checkWanted(asker, authorizer, [
    isAccount ? { resource: 'serviceaccounts', name: account, namespace } : { resource: 'users', name },
    ...groups.map((group) => ({ resource: 'groups', name: group })),
    ...extra.flatMap(([key, values]) => values.map((value) => ({ group: AUTHENTICATION, resource: 'userextras', subresource: key, name: value }))),
    ...(uid === '' ? [] : [{ group: AUTHENTICATION, resource: 'uids', name: uid }]),
  ]);
  const own = isAccount && groups.length === 0 ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : groups;
  const state = name === ANONYMOUS.name ? 'system:unauthenticated' : 'system:authenticated';
  const isNamed = own.includes(state) || (state === 'system:authenticated' && own.includes('system:unauthenticated'));
  return {
    name, groups: isNamed ? own : [...own, state], ...(uid !== '' && { uid }), ...(extra.length > 0 && { extra: Object.fromEntries(extra) }),
  };
}

/** Headers that were sent several times come joined by commas. */
const listed = (header: string | undefined): readonly string[] => (header ?? '').split(',').map((each) => each.trim()).filter((each) => each !== '');

/** "Impersonate-Extra-Acme.com%2Fproject: some" is extra "acme.com/project". */
function extrasOf({ headers = {} }: ApiRequest): readonly (readonly [key: string, values: readonly string[]])[] {
  return Object.keys(headers).filter((name) => name.startsWith(EXTRA)).sort()
    .map((name) => [unescaped(name.slice(EXTRA.length)), listed(headers[name])] as const);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text).toLowerCase();
  } catch {
    return text;
  }
}

function checkWanted(asker: UserInfo, authorizer: Authorizer, wants: readonly Wanted[]): void {
  for (const { group = '', resource, subresource = '', namespace = '', name } of wants) {
    const decision = authorizer.authorize({
      user: asker, verb: 'impersonate', group, version: 'v1', resource, subresource, namespace, name, path: '', isResource: true,
    });
    if (decision.allowed) continue;
    const what = subresource === '' ? resource : `${resource}/${subresource}`;
    const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    throw forbidden({ group, plural: resource }, name, `User "${asker.name}" cannot impersonate resource "${what}" in API group "${group}" ${where}`);
  }
}
