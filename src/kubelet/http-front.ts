/** The kubelet's port in the cluster's network, as metrics-server and monitoring reach it at https://NODE:10250.
 *  Differs from Kubernetes: any bearer token is let in and may read; streams go over the apiserver's own way only.
 *  Upstream: pkg/kubelet/server/{server,auth}.go */
import type { Transport } from '../api/transport.ts';
import { onKilled } from '../base/scope.ts';
import { parseTarget, serveHttp } from '../cri/http.ts';
import type { HttpHandler } from '../cri/http.ts';
import { NetworkError } from '../cri/network.ts';
import type { KubeletContext } from './context.ts';

const PORT = 10_250;

function front(transport: Transport): HttpHandler {
  return async ({ method, target, headers }) => {
    const { path, query } = parseTarget(target);
    if (!path.startsWith('/healthz') && !/^bearer \S/i.test(headers['authorization'] ?? '')) return { status: 401, body: 'Unauthorized' };
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: '405: Method Not Allowed' };
    const pairs = target.includes('?') ? target.slice(target.indexOf('?') + 1).split('&') : [];
    const repeated = pairs
      .map((pair): readonly [string, string] => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)])
      .filter(([name]) => name === 'at');
    const response = await transport.request({ method, path, query: [...[...query].filter(([name]) => name !== 'at'), ...repeated] });
    const { body } = response;
    const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    return { status: response.status, headers: { 'Content-Type': response.headers['content-type'] ?? 'application/json' }, body: text };
  };
}

/** Until the kubelet ends. */
export function listen({ world, net }: KubeletContext, transport: Transport): void {
  const own = net.bind?.(world);
  if (own === undefined) return;
  onKilled(world, () => own.release());
  try {
    serveHttp(world, own, PORT, front(transport), { tls: true });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    world.trace({ type: 'runtime', node: '', what: 'the kubelet could not listen', detail: `${PORT}: ${error.message}` });
  }
}
