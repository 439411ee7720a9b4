/** Who a caller is, where its requests do not say. */
import type { ApiRequest, Transport, UserInfo } from '../api/transport.ts';

export function asUser(transport: Transport, user: UserInfo): Transport {
  // A token that a request brings is for the apiserver to judge.
  const named = (request: ApiRequest): ApiRequest => (request.user || request.headers?.['authorization'] ? request : { ...request, user });
  return {
    request: (request, signal) => transport.request(named(request), signal),
    connect: (request, signal) => transport.connect(named(request), signal),
  };
}

export const ADMINISTRATOR: UserInfo = { name: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] };
