/** Who a caller is, where its requests do not say. */
import { CERTIFICATE_HEADER } from '../api/transport.ts';
import type { ApiRequest, Transport, UserInfo } from '../api/transport.ts';

/** `own`: the user's certificate (PEM in base64) once it is known; it need not be looked at every time. */
export function asUser(transport: Transport, user: UserInfo, own: () => string | undefined = () => undefined): Transport {
  const named = (request: ApiRequest): ApiRequest => {
    const { headers = {} } = request;
    const shown = headers[CERTIFICATE_HEADER];
    // A token or a certificate that a request brings is for the apiserver to judge.
    if (request.user || headers['authorization'] || (shown !== undefined && shown !== own())) return request;
    if (shown === undefined) return { ...request, user };
    const { [CERTIFICATE_HEADER]: _, ...rest } = headers;
    return { ...request, headers: rest, user };
  };
  return {
    request: (request, signal) => transport.request(named(request), signal),
    connect: (request, signal) => transport.connect(named(request), signal),
  };
}

export const ADMINISTRATOR: UserInfo = { name: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] };
