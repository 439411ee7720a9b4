/** The apiserver's port in the cluster's network: what Pods reach at https://kubernetes.default.svc. Callers show a token;
 *  who shows none is anonymous. Watches are answered with what is there and then end.
 *  Differs from Kubernetes: a watch over this port ends at once; clients inside Pods list again. */
import { utf8 } from '../base/bytes.ts';
import { ApiError } from '../api/errors.ts';
import { CERTIFICATE_HEADER } from '../api/transport.ts';
import type { ApiResponse, Method, Transport } from '../api/transport.ts';
import { parseTarget } from '../cri/http.ts';
import type { HttpHandler } from '../cri/http.ts';

const ANONYMOUS = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

export function httpFront(transport: Transport): HttpHandler {
  return async (request) => {
    const { path, query } = parseTarget(request.target);
    const anonymous = request.headers['authorization'] === undefined ? { user: ANONYMOUS } : {};
    const { [CERTIFICATE_HEADER]: _, ...headers } = request.headers;
    try {
      const response = await transport.request({
        method: request.method as Method, path, query: [...query.entries()].filter(([name]) => name !== 'watch'), headers,
        ...(request.body.length > 0 && { body: request.body }), ...anonymous,
      });
      return { status: response.status, headers: withType(response), body: textOf(response) };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { status: error.status.code ?? 500, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(error.status) };
    }
  };
}

function withType({ headers, body }: ApiResponse): Readonly<Record<string, string>> {
  return { 'Content-Type': headers['content-type'] ?? (typeof body === 'string' ? 'text/plain' : 'application/json') };
}

/** Indented, as the apiserver prints for curl. */
function textOf({ body }: ApiResponse): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return utf8(typeof body === 'string' ? body : `${JSON.stringify(body, undefined, 2)}\n`);
}
