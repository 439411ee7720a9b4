/** Calls a webhook: a review goes to a Service or an address in the cluster, over the Pod network and TLS, and comes back answered.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/util/webhook/{client,serviceresolver}.go */
import { fromBase64, fromUtf8 } from '../base/bytes.ts';
import { certificatesOf } from '../base/pki/certificate.ts';
import { TimeoutError, withTimeout } from '../base/with-timeout.ts';
import type { World } from '../base/world.ts';
import type { EndpointSlice } from '../api/generated/types.ts';
import { EndpointSlices, Services } from '../api/resources.ts';
import { HttpError, sendHttp, TlsError } from '../cri/http.ts';
import type { HttpResponse } from '../cri/http.ts';
import { NetworkError } from '../cri/network.ts';
import type { AdmissionReader } from './admission.ts';
import type { Dialer } from './dialer.ts';
import type { ServerTrust } from './server-trust.ts';

export interface WebhookClientConfig {
  readonly service?: { readonly namespace: string; readonly name: string; readonly path?: string; readonly port?: number };
  readonly url?: string;
  readonly caBundle?: string;
}

export interface WebhookCaller {
  readonly world: World;
  readonly dialer: Dialer;
  readonly trust: ServerTrust;
}

/** Why there is no answer: 'Post "https://...": ...' or what the webhook's server said. */
export class WebhookCallError extends Error {}

interface Target {
  readonly address: string;
  readonly port: number;
  readonly path: string;
  /** The name that the certificate must be good for. */
  readonly host: string;
  readonly url: string;
}

const SECONDS = 1000;
const SERVICE_NAME = 'kubernetes.io/service-name';
const HTTPS = /^https:\/\/(\[[^\]]+\]|[^:/?]+)(?::(\d+))?(\/[^?#]*)?/;

const posting = (url: string, why: string): WebhookCallError => new WebhookCallError(`Post ${JSON.stringify(url)}: ${why}`);

function targetOf(
  { service, url = '' }: WebhookClientConfig,
  reader: Pick<AdmissionReader, 'get' | 'list'>,
  timeoutSeconds: number,
): Target {
  if (service === undefined) {
    const [, host = '', port = '443', path = '/'] = HTTPS.exec(url) ?? [];
    const shown = `${url}?timeout=${timeoutSeconds}s`;
    if (!/^[\d.]+$|^\[/.test(host)) throw posting(shown, `dial tcp: lookup ${host}: no such host`);
    return { address: host.replace(/^\[|\]$/g, ''), port: Number(port), path, host, url: shown };
  }
  const { namespace, name, path = '/', port = 443 } = service;
  const host = `${name}.${namespace}.svc`;
  const shown = `https://${host}:${port}${path}?timeout=${timeoutSeconds}s`;
  const found = reader.get(Services, namespace, name);
  if (found === undefined) throw posting(shown, `service ${JSON.stringify(name)} not found`);
  if (!found.spec?.ports?.some((each) => each.port === port))
    throw posting(shown, `no service port ${port} found for service ${JSON.stringify(name)}`);
  const slices = reader.list<EndpointSlice>(EndpointSlices, namespace).filter(({ metadata }) => metadata?.labels?.[SERVICE_NAME] === name);
  const isReady = slices.some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions?.ready !== false));
  if (!isReady) throw posting(shown, `no endpoints available for service ${JSON.stringify(name)}`);
  return { address: found.spec.clusterIP ?? '', port, path, host, url: shown };
}

/** Why no client can be made of the configuration. */
export function clientFault({ caBundle = '' }: WebhookClientConfig): string | undefined {
  if (caBundle === '' || certificatesOf(fromUtf8(fromBase64(caBundle) ?? new Uint8Array())).length > 0) return undefined;
  return 'unable to load root certificates: unable to parse bytes as PEM block';
}

/** The parsed answer of a webhook. Throws WebhookCallError. */
export async function callWebhook(
  config: WebhookClientConfig,
  review: object,
  timeoutSeconds: number,
  reader: Pick<AdmissionReader, 'get' | 'list'>,
  { world, dialer, trust }: WebhookCaller,
): Promise<unknown> {
  const target = targetOf(config, reader, timeoutSeconds);
  const { address, port, path, host, url } = target;
  const roots = fromUtf8(fromBase64(config.caBundle ?? '') ?? new Uint8Array());
  try {
    const response = await withTimeout(world, timeoutSeconds * SECONDS, async () => {
      const stream = await dialer.connect(address, port, timeoutSeconds * SECONDS);
      try {
        return await sendHttp(stream, {
          method: 'POST',
          target: `${path}?timeout=${timeoutSeconds}s`,
          host: `${host}:${port}`,
          headers: HEADERS,
          body: JSON.stringify(review),
          tls: host,
          trusts: (chain) => trust(chain, roots, host),
        });
      } finally {
        stream.reset();
      }
    });
    if (response.status < 200 || response.status > 206) throw new WebhookCallError(serverWords(response));
    return JSON.parse(fromUtf8(response.body)) as unknown;
  } catch (error) {
    if (error instanceof NetworkError) throw posting(url, dialWords(target, error));
    if (error instanceof TimeoutError) throw posting(url, 'context deadline exceeded');
    if (error instanceof TlsError) throw posting(url, error.message);
    if (error instanceof HttpError) throw posting(url, 'EOF');
    if (error instanceof SyntaxError) throw new WebhookCallError('the server returned no JSON');
    throw error;
  }
}

const HEADERS = [
  ['Accept', 'application/json, */*'],
  ['Content-Type', 'application/json'],
  ['User-Agent', 'kube-apiserver-admission'],
  ['Connection', 'close'],
] as const;

const dialWords = ({ address, port }: Target, error: NetworkError): string =>
  error.code === 'ECONNRESET'
    ? 'EOF'
    : `dial tcp ${address}:${port}: ${error.code === 'ETIMEDOUT' ? 'i/o timeout' : `connect: ${error.message}`}`;

const WORDS: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

/** What client-go makes of an answer that is no success.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go, NewGenericServerResponse */
function serverWords({ status, headers, body }: HttpResponse): string {
  const said = headers['content-type']?.startsWith('text/') === true ? fromUtf8(body).trim() : 'unknown';
  if (status === 403) return said;
  const known = WORDS[status];
  if (known !== undefined) return known;
  if (status >= 500) return `an error on the server (${JSON.stringify(said)}) has prevented the request from succeeding`;
  return `the server responded with the status code ${status} but did not return more information`;
}
