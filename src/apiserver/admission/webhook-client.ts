/** Asks an admission webhook.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/request/admissionreview.go */
import type { AdmissionregistrationV1WebhookClientConfig as ClientConfig } from '../../api/generated/types.ts';
import type { Status } from '../../api/object.ts';
import type { AdmissionReader, AdmissionServices } from '../admission.ts';
import { callWebhook, clientFault, WebhookCallError } from '../webhook.ts';

export interface ReviewResponse {
  readonly uid?: string;
  readonly allowed?: boolean;
  readonly status?: Partial<Status>;
  readonly patch?: string;
  readonly patchType?: string;
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

interface Review {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly response?: ReviewResponse;
}

const GROUP = 'admission.k8s.io';
/** What this server can send, as the field `admissionReviewVersions` may ask for. */
const VERSIONS = ['v1', 'v1beta1'];

/** Throws WebhookCallError: "failed to call webhook: ...". */
export async function askWebhook(
  config: ClientConfig,
  request: Readonly<Record<string, unknown>>,
  timeoutSeconds: number,
  reader: AdmissionReader,
  services: AdmissionServices,
  versions: readonly string[],
): Promise<ReviewResponse> {
  const version = versions.find((each) => VERSIONS.includes(each));
  if (version === undefined) throw new WebhookCallError('webhook does not accept known AdmissionReview versions (v1, v1beta1)');
  const unusable = clientFault(config);
  if (unusable !== undefined) throw new WebhookCallError(`could not get REST client: ${unusable}`);
  try {
    const sent = { kind: 'AdmissionReview', apiVersion: `${GROUP}/${version}`, request };
    const review = (await callWebhook(config, sent, timeoutSeconds, reader, services)) as Review;
    return checked(review, version, String(request['uid']));
  } catch (error) {
    if (error instanceof WebhookCallError) throw new WebhookCallError(`failed to call webhook: ${error.message}`);
    throw error;
  }
}

function checked({ kind = '', apiVersion = '', response }: Review, version: string, uid: string): ReviewResponse {
  const fail = (why: string): never => {
    throw new WebhookCallError(why);
  };
  if (response === undefined) return fail('webhook response was absent');
  // The older version promised less of its answers.
  if (version !== 'v1') return response;
  if (response.uid !== uid) fail(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`);
  if (kind !== 'AdmissionReview' || apiVersion !== `${GROUP}/v1`) {
    const [group, number] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    fail(`expected webhook response of ${GROUP}/v1, Kind=AdmissionReview, got ${group}/${number}, Kind=${kind}`);
  }
  if (response.patch && !response.patchType) fail('webhook returned response.patch but not response.patchType');
  if (!response.patch && response.patchType) fail('webhook returned response.patchType but not response.patch');
  if (response.patchType && response.patchType !== 'JSONPatch') fail(`invalid response.patchType of ${JSON.stringify(response.patchType)}`);
  return response;
}
