/** Asks a webhook: an AdmissionReview goes to a Service or an address in the cluster, over the Pod network.
 *  Differs from Kubernetes: no certificate is checked, so a wrong caBundle is not noticed.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/util/webhook, plugin/webhook/request/admissionreview.go */
import { fromUtf8 } from '../../base/bytes.ts';
import { TimeoutError, withTimeout } from '../../base/with-timeout.ts';
import type { AdmissionregistrationV1WebhookClientConfig as ClientConfig, EndpointSlice } from '../../api/generated/types.ts';
import type { Status } from '../../api/object.ts';
import { EndpointSlices, Services } from '../../api/resources.ts';
import { HttpError, sendHttp } from '../../cri/http.ts';
import { NetworkError } from '../../cri/network.ts';
import type { AdmissionReader, AdmissionServices } from '../admission.ts';

export interface ReviewResponse {
  readonly uid?: string;
  readonly allowed?: boolean;
  readonly status?: Partial<Status>;
  readonly patch?: string;
  readonly patchType?: string;
  readonly warnings?: readonly string[];
}

/** Why there is no answer: "failed to call webhook: Post ...". */
export class WebhookCallError extends Error {}

interface Target {
  readonly address: string;
  readonly port: number;
  readonly path: string;
  readonly tls: string;
  readonly url: string;
}

const SECONDS = 1000;
const SERVICE_NAME = 'kubernetes.io/service-name';
const HTTPS = /^https:\/\/(\[[^\]]+\]|[^:/?]+)(?::(\d+))?(\/[^?#]*)?/;

function targetOf(config: ClientConfig, reader: AdmissionReader, timeoutSeconds: number): Target {
  const { service, url = '' } = config;
  const fail = (at: string, why: string): never => {
    throw new WebhookCallError(`failed to call webhook: Post ${JSON.stringify(at)}: ${why}`);
  };
  if (service === undefined) {
    const [, host = '', port = '443', path = '/'] = HTTPS.exec(url) ?? [];
    const shown = `${url}?timeout=${timeoutSeconds}s`;
    if (!/^[\d.]+$|^\[/.test(host)) fail(shown, `dial tcp: lookup ${host}: no such host`);
    return { address: host.replace(/^\[|\]$/g, ''), port: Number(port), path, tls: host, url: shown };
  }
  const { namespace, name, path = '/', port = 443 } = service;
  const tls = `${name}.${namespace}.svc`;
  const shown = `https://${tls}:${port}${path}?timeout=${timeoutSeconds}s`;
  const found = reader.get(Services, namespace, name);
  if (found === undefined) return fail(shown, `service ${JSON.stringify(name)} not found`);
  if (!found.spec?.ports?.some((each) => each.port === port))
    return fail(shown, `no service port ${port} found for service ${JSON.stringify(name)}`);
  const slices = reader.list<EndpointSlice>(EndpointSlices, namespace).filter(({ metadata }) => metadata?.labels?.[SERVICE_NAME] === name);
  const isReady = slices.some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions?.ready !== false));
  if (!isReady) return fail(shown, `no endpoints available for service ${JSON.stringify(name)}`);
  return { address: found.spec.clusterIP ?? '', port, path, tls, url: shown };
}

/** Throws WebhookCallError. */
export async function askWebhook(
  config: ClientConfig,
  request: Readonly<Record<string, unknown>>,
  timeoutSeconds: number,
  reader: AdmissionReader,
  services: AdmissionServices,
  version = 'admission.k8s.io/v1',
): Promise<ReviewResponse> {
  const target = targetOf(config, reader, timeoutSeconds);
  const { address, port, path, tls, url } = target;
  const failed = (why: string): WebhookCallError => new WebhookCallError(`failed to call webhook: Post ${JSON.stringify(url)}: ${why}`);
  const body = JSON.stringify({ kind: 'AdmissionReview', apiVersion: version, request });
  try {
    const response = await withTimeout(services.world, timeoutSeconds * SECONDS, async () => {
      const stream = await services.dialer.connect(address, port, timeoutSeconds * SECONDS);
      try {
        const headers = [
          ['Accept', 'application/json, */*'],
          ['Content-Type', 'application/json'],
          ['User-Agent', 'kube-apiserver-admission'],
          ['Connection', 'close'],
        ] as const;
        return await sendHttp(stream, {
          method: 'POST',
          target: `${path}?timeout=${timeoutSeconds}s`,
          host: `${tls}:${port}`,
          headers,
          body,
          tls,
        });
      } finally {
        stream.reset();
      }
    });
    if (response.status >= 300)
      throw new WebhookCallError(`failed to call webhook: the server responded with status code ${response.status}`);
    const review = JSON.parse(fromUtf8(response.body)) as { readonly response?: ReviewResponse };
    if (review.response === undefined) throw new WebhookCallError('failed to call webhook: webhook response was absent');
    if (review.response.uid !== request['uid']) {
      throw new WebhookCallError(
        `failed to call webhook: expected response.uid=${JSON.stringify(request['uid'])}, got ${JSON.stringify(review.response.uid ?? '')}`,
      );
    }
    return review.response;
  } catch (error) {
    if (error instanceof NetworkError)
      throw failed(`dial tcp ${address}:${port}: ${error.code === 'ETIMEDOUT' ? 'i/o timeout' : `connect: ${error.message}`}`);
    if (error instanceof TimeoutError) throw failed('context deadline exceeded');
    if (error instanceof HttpError) throw failed('EOF');
    if (error instanceof SyntaxError) throw new WebhookCallError('failed to call webhook: invalid character in the response');
    throw error;
  }
}
