/** Asks a conversion webhook for objects in another version, and checks what comes back: names, kinds and all metadata but labels
 *  and annotations stay as they were.
 *  Upstream: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/conversion/webhook_converter.go */
import { sealed } from '../../base/json.ts';
import { unexplained } from '../../api/errors.ts';
import type { WebhookConversion } from '../../api/generated/types.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import type { AdmissionReader, AdmissionServices } from '../admission.ts';
import { callWebhook, WebhookCallError } from '../webhook.ts';

const GROUP = 'apiextensions.k8s.io';
/** What this server speaks, of which the definition names the first that it wants. */
export const REVIEW_VERSIONS = ['v1', 'v1beta1'];
const TIMEOUT_SECONDS = 30;

interface Response {
  readonly uid?: string;
  readonly convertedObjects?: readonly KubeObject[] | null;
  readonly result?: { readonly status?: string; readonly message?: string };
}
interface Review {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly response?: Response;
}

class ConversionError extends Error {}

const fail = (why: string): never => {
  throw new ConversionError(why);
};
/** "stable.example.com/v1, Kind=Thing" */
const kindText = ({ apiVersion, kind }: KubeObject): string => `${apiVersion}, Kind=${kind}`;
const versionText = (apiVersion = ''): string => (apiVersion.includes('/') ? apiVersion : `/${apiVersion}`);

function objectsOf({ apiVersion = '', kind = '', response }: Review, version: string, uid: string): readonly KubeObject[] {
  if (version === 'v1' && (apiVersion !== `${GROUP}/v1` || kind !== 'ConversionReview'))
    fail(`expected webhook response of ${GROUP}/v1, Kind=ConversionReview, got ${versionText(apiVersion)}, Kind=${kind}`);
  if (response === undefined) return fail('no response provided');
  if (version === 'v1' && response.uid !== uid)
    fail(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`);
  const { status = '', message = '' } = response.result ?? {};
  if (status !== 'Success') fail(message === '' ? `response.result.status was '${status}', not 'Success'` : message);
  return response.convertedObjects ?? [];
}

/** Why the answer is not the same object. */
function differenceOf(given: KubeObject, made: KubeObject): string | undefined {
  const [a, b] = [given.metadata ?? {}, made.metadata ?? {}];
  const same: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['kind', given.kind, made.kind],
    ['name', a.name, b.name],
    ['namespace', a.namespace, b.namespace],
    ['UID', a.uid, b.uid],
  ];
  const wrong = same.find(([, before, after]) => (before ?? '') !== (after ?? ''));
  return wrong && `must have the same ${wrong[0]}: ${wrong[1] ?? ''} != ${wrong[2] ?? ''}`;
}

/** Why labels or annotations are none. */
function metadataFault({ metadata }: KubeObject): string | undefined {
  if (typeof metadata !== 'object' || metadata === null)
    return `invalid metadata of type ${metadata === undefined ? '<nil>' : typeof metadata} in input object`;
  for (const field of ['labels', 'annotations'] as const) {
    const values = metadata[field];
    if (values !== undefined && (typeof values !== 'object' || Object.values(values).some((value) => typeof value !== 'string')))
      return `metadata.${field}: Invalid value: ${JSON.stringify(values)}: must be a map of strings`;
  }
  return undefined;
}

function withMetadataOf(given: KubeObject, made: KubeObject): KubeObject {
  const { labels: _, annotations: __, ...kept } = given.metadata ?? {};
  const { labels, annotations } = made.metadata ?? {};
  const metadata: ObjectMeta = { ...kept, ...(labels && { labels }), ...(annotations && { annotations }) };
  return { ...made, metadata };
}

function checked(given: KubeObject, made: KubeObject, desired: string, index: number, isAlone: boolean): KubeObject {
  const where = isAlone ? 'object at index 0' : `converted object at index ${index}`;
  if (made.apiVersion !== desired)
    fail(`returned invalid ${where}: invalid groupVersion (expected ${desired}, received ${versionText(made.apiVersion)})`);
  if (made.kind !== given.kind) fail(`returned invalid ${where}: invalid kind (expected ${given.kind}, received ${made.kind})`);
  const difference = differenceOf(given, made);
  if (difference !== undefined) fail(`returned invalid ${isAlone ? 'object' : where}: ${difference}`);
  const fault = metadataFault(made);
  if (fault !== undefined) fail(`returned invalid metadata${isAlone ? '' : ` in object at index ${index}`}: ${fault}`);
  return withMetadataOf(given, made);
}

/** In the order given. Throws ApiError (500) in Kubernetes' words. */
export async function convertObjects(
  webhook: WebhookConversion,
  objects: readonly KubeObject[],
  desired: string,
  reader: Pick<AdmissionReader, 'get' | 'list'>,
  services: AdmissionServices,
): Promise<readonly KubeObject[]> {
  const [first] = objects as readonly [KubeObject];
  const version = webhook.conversionReviewVersions.find((each) => REVIEW_VERSIONS.includes(each));
  if (version === undefined) throw unexplained('no supported conversion review versions');
  const uid = services.world.random.uuid();
  const request = { kind: 'ConversionReview', apiVersion: `${GROUP}/${version}`, request: { uid, desiredAPIVersion: desired, objects } };
  const about = `conversion webhook for ${kindText(first)}`;
  try {
    const review = (await callWebhook(webhook.clientConfig ?? {}, request, TIMEOUT_SECONDS, reader, services)) as Review;
    const made = objectsOf(review, version, uid);
    if (made.length !== objects.length) throw unexplained(`${about} returned ${made.length} objects, expected ${objects.length}`);
    return made.map((each, i) => sealed(checked(objects[i] as KubeObject, each, desired, i, objects.length === 1)));
  } catch (error) {
    if (error instanceof ConversionError && error.message.startsWith('returned')) throw unexplained(`${about} ${error.message}`);
    if (error instanceof ConversionError || error instanceof WebhookCallError) throw unexplained(`${about} failed: ${error.message}`);
    throw error;
  }
}
