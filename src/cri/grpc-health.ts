/** The gRPC health checking protocol, as far as probes need it.
 *  Differs from Kubernetes: gRPC travels as HTTP/1.1 with JSON bodies between simulated Pods, not as HTTP/2 with protobuf. */
import { fromUtf8 } from '../base/bytes.ts';
import { sendHttp } from './http.ts';
import type { HttpAnswer, HttpRequest } from './http.ts';
import type { NetworkNamespace } from './network.ts';

const PATH = '/grpc.health.v1.Health/Check';

export type HealthStatus = 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN' | 'UNIMPLEMENTED';

/** Rejects with NetworkError where the port does not answer. UNIMPLEMENTED: a server without the health service. */
export async function grpcHealth(net: NetworkNamespace, host: string, port: number, service: string): Promise<HealthStatus> {
  const stream = await net.connect(host, port);
  try {
    const response = await sendHttp(stream, {
      method: 'POST', target: PATH, host: `${host}:${port}`, headers: [['Content-Type', 'application/grpc'], ['Connection', 'close']], body: service,
    });
    const status = fromUtf8(response.body).trim();
    return status === 'SERVING' || status === 'NOT_SERVING' || status === 'SERVICE_UNKNOWN' ? status : 'UNIMPLEMENTED';
  } finally {
    stream.end();
  }
}

/** The server's side: an answer where the request is a health check. */
export function answerHealth(request: HttpRequest, status: (service: string) => HealthStatus): HttpAnswer | undefined {
  if (request.headers['content-type'] !== 'application/grpc' || request.target !== PATH) return undefined;
  return { status: 200, headers: { 'Content-Type': 'application/grpc' }, body: status(fromUtf8(request.body)) };
}
