/** Who a caller is, where its requests do not say. */
import type { Transport, UserInfo } from '../api/transport.ts';

export function asUser(transport: Transport, user: UserInfo): Transport {
  return {
    request: (request, signal) => transport.request(request.user ? request : { ...request, user }, signal),
    connect: (request, signal) => transport.connect(request.user ? request : { ...request, user }, signal),
  };
}

export const ADMINISTRATOR: UserInfo = { name: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] };
