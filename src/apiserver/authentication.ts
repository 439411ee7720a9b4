/** Who asks: the user that the transport vouches for, a bearer token, or nobody; and whom they ask to be taken for.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/filters/{authentication,impersonation}.go */
import { forbidden, unauthorized } from '../api/errors.ts';
import type { ApiRequest, UserInfo } from '../api/transport.ts';
import type { Authorizer } from './admission.ts';
import { headerOf } from './request-info.ts';
import type { TokenAuthority } from './tokens.ts';

export const ANONYMOUS: UserInfo = Object.freeze({ name: 'system:anonymous', groups: Object.freeze(['system:unauthenticated']) });
export const ADMINISTRATOR: UserInfo = Object.freeze({
  name: 'kubernetes-admin', groups: Object.freeze(['kubeadm:cluster-admins', 'system:authenticated']),
});

export function authenticate(request: ApiRequest, standing: UserInfo, tokens: TokenAuthority): UserInfo {
  if (request.user !== undefined) return request.user;
  const authorization = request.headers?.['authorization'];
  if (authorization === undefined) return standing;
  const [scheme, token] = authorization.split(' ');
  const user = scheme?.toLowerCase() === 'bearer' && token !== undefined ? tokens.userOf(token) : undefined;
  if (user === undefined) throw unauthorized();
  return user;
}

/** The user that the Impersonate headers name, where the asker may be that user. */
export function impersonate(request: ApiRequest, asker: UserInfo, authorizer: Authorizer): UserInfo {
  const name = headerOf(request, 'impersonate-user');
  if (name === undefined) return asker;
  const groups = (headerOf(request, 'impersonate-group') ?? '').split(',').map((group) => group.trim()).filter((group) => group !== '');
  const [, , namespace, account] = name.split(':');
  const isAccount = name.startsWith('system:serviceaccount:');
  const wants = [
    isAccount ? { resource: 'serviceaccounts', name: account ?? '', namespace: namespace ?? '' } : { resource: 'users', name, namespace: '' },
    ...groups.map((group) => ({ resource: 'groups', name: group, namespace: '' })),
  ];
  for (const want of wants) {
    const decision = authorizer.authorize({
      user: asker, verb: 'impersonate', group: '', version: 'v1', subresource: '', path: '', isResource: true, ...want,
    });
    if (!decision.allowed) {
      throw forbidden({ group: '', plural: want.resource }, want.name, `User "${asker.name}" cannot impersonate resource "${want.resource}" in API group "" `
        + (want.namespace === '' ? 'at the cluster scope' : `in the namespace "${want.namespace}"`));
    }
  }
  const own = isAccount && groups.length === 0 ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : groups;
  const state = name === ANONYMOUS.name ? 'system:unauthenticated' : 'system:authenticated';
  return { name, groups: own.includes(state) ? own : [...own, state] };
}
