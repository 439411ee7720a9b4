/** The apiserver's way out: to kubelets for logs and streams, and into the cluster's network for proxied requests. It goes
 *  over links and the Pod network, so it too can be cut, slowed and seen. It never reaches the real network.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/server/egressselector */
import type { ByteStream } from '../cri/network.ts';
import { serviceUnavailable } from '../api/errors.ts';
import type { Transport } from '../api/transport.ts';

export interface Dialer {
  /** The kubelet's own API: /containerLogs, /exec, /attach, /portForward, /stats/summary. */
  kubelet(node: string): Transport;
  /** A TCP connection into the Pod network, from the control plane's machine. */
  connect(host: string, port: number, timeoutMs?: number): Promise<ByteStream>;
}

/** For tests of the server alone. */
export function noDialer(): Dialer {
  const refuse = (): never => {
    throw serviceUnavailable('no way out of this server');
  };
  return { kubelet: refuse, connect: async () => refuse() };
}
