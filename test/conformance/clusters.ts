/** Clusters for conformance tests, each with the words of a test server: `ok`, `refused`, `call`. */
import type { KubeObject, Status } from '../../src/api/object.ts';
import type { ApiResponse, Method, Transport } from '../../src/api/transport.ts';
import { admissionChain } from '../../src/apiserver/admission/admission-chain.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';
import { testServer } from '../apiserver/support.ts';
import type { CallOptions, TestServer } from '../apiserver/support.ts';
import { smallCluster } from '../support/small-cluster.ts';
import type { SmallCluster, SmallClusterOptions } from '../support/small-cluster.ts';

export type Calls = Pick<TestServer, 'call' | 'ok' | 'refused'>;

/** A test server with the admission chain of a default control plane. */
export const admittingServer = (): Promise<TestServer> =>
  testServer({ admission: admissionChain({ world: loneWorld({ seed: 'admission' }).world }) });

/** Words for calls over any transport; `drive` lets time pass until the answer is there. */
export function callsOver(transport: Transport, drive: <T>(work: Promise<T>) => Promise<T>): Calls {
  const call = (method: Method, path: string, body?: object, options: CallOptions = {}): Promise<ApiResponse> => {
    const [at = '', search = ''] = path.split('?');
    const query = [...new URLSearchParams(search), ...Object.entries(options.query ?? {})] as [string, string][];
    const headers = { 'user-agent': 'tester/1', ...options.headers };
    return drive(
      transport.request({ method, path: at, query, headers, ...(body && { body }), ...(options.user && { user: options.user }) }),
    );
  };
  return {
    call,
    async ok<T = KubeObject>(method: Method, path: string, body?: object, options?: CallOptions): Promise<T> {
      const response = await call(method, path, body, options);
      if (response.status >= 400) throw new Error(`${method} ${path}: ${(response.body as Status).message}`);
      return response.body as T;
    },
    async refused(method, path, body, options) {
      const response = await call(method, path, body, options);
      const { reason, message } = response.body as Status;
      return response.status < 400 ? `${response.status}` : `${response.status} ${reason}: ${message}`;
    },
  };
}

/** API server, controllers and the instant kubelet. */
export async function controlledCluster(options: SmallClusterOptions = {}): Promise<SmallCluster & Calls> {
  const cluster = await smallCluster(options);
  return { ...cluster, ...callsOver(cluster.client.transport, (work) => cluster.drive(work)) };
}

/** Waits up to `forMs` of virtual time for what a controller is to do. */
export async function eventually(
  cluster: { readonly advance: (ms: number) => Promise<unknown> },
  check: () => Promise<boolean>,
  forMs = 60_000,
): Promise<void> {
  for (let waited = 0; waited < forMs; waited += 100) {
    if (await check()) return;
    await cluster.advance(100);
  }
  throw new Error('this did not come true');
}
