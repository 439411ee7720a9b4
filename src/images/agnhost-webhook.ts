/** `agnhost webhook`: an admission webhook with a path a behaviour.
 *  Upstream: test/images/agnhost/webhook */
import { base64 } from '../base/bytes.ts';
import type { Process } from '../cri/process.ts';

interface Subject {
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly containers?: readonly { readonly name: string }[] };
}
interface Review {
  readonly apiVersion?: string;
  readonly request?: {
    readonly uid?: string;
    readonly operation?: string;
    readonly name?: string;
    readonly object?: Subject | null;
    readonly oldObject?: Subject | null;
  };
}
interface Verdict {
  /** undefined: it never answers. */
  readonly allowed: boolean | undefined;
  readonly message?: string;
  readonly patch?: readonly object[];
}

const KEY = 'webhook-e2e-test';
const UNWANTED = 'webhook-disallow';
const LASTING = 'webhook-nondeletable';
const HANGING = 'wait-forever';
const ALLOW: Verdict = { allowed: true };
const deny = (message: string): Verdict => ({ allowed: false, message });
const unless = (isWrong: boolean, message: string): Verdict => (isWrong ? deny(message) : ALLOW);
const ADDED_LABEL = 'added-label';

function addLabel({ metadata }: Subject): Verdict {
  const { labels } = metadata ?? {};
  if (labels === undefined) return { allowed: true, patch: [{ op: 'add', path: '/metadata/labels', value: { [ADDED_LABEL]: 'yes' } }] };
  return labels[ADDED_LABEL] === 'yes'
    ? ALLOW
    : { allowed: true, patch: [{ op: 'add', path: `/metadata/labels/${ADDED_LABEL}`, value: 'yes' }] };
}

/** Two stages, so that one webhook can be seen to work on what another has made. */
function addData({ data = {} }: Subject): Verdict {
  const patch: object[] = [];
  if (data['mutation-start'] === 'yes') patch.push({ op: 'add', path: '/data/mutation-stage-1', value: 'yes' });
  if (data['mutation-stage-1'] === 'yes') patch.push({ op: 'add', path: '/data/mutation-stage-2', value: 'yes' });
  return { allowed: true, patch };
}

function checkData(what: string, contains: string): (subject: Subject, review: Review) => Verdict {
  return ({ data }, { request }) => {
    const value = data?.[KEY];
    if (request?.operation !== 'DELETE') return unless(value === UNWANTED, `the ${what} contains ${contains}`);
    return unless(value === LASTING, `the ${what} cannot be deleted because it contains unwanted key and value`);
  };
}

function checkPod({ metadata, spec }: Subject): Verdict {
  if (metadata?.labels?.[KEY] === HANGING) return { allowed: undefined };
  let message = '';
  if (metadata?.labels?.[KEY] === UNWANTED) message += 'the pod contains unwanted label; ';
  if (spec?.containers?.some(({ name }) => name.includes(UNWANTED)) === true) message += 'the pod contains unwanted container name; ';
  return message === '' ? ALLOW : deny(message);
}

const INIT = { image: 'webhook-added-image', name: 'webhook-added-init-container', resources: {} };

const CHECKS: Readonly<Record<string, (subject: Subject, review: Review) => Verdict>> = {
  '/always-deny': () => deny('this webhook denies all requests'),
  '/always-allow-delay-5s': () => ({ allowed: true, message: 'this webhook allows all requests' }),
  '/add-label': addLabel,
  '/pods': checkPod,
  '/pods/attach': (_, { request }) =>
    unless(request?.name === 'to-be-attached-pod', "attaching to pod 'to-be-attached-pod' is not allowed"),
  '/mutating-pods': ({ metadata }) =>
    metadata?.name === 'webhook-to-be-mutated'
      ? { allowed: true, patch: [{ op: 'add', path: '/spec/initContainers', value: [INIT] }] }
      : ALLOW,
  '/configmaps': checkData('configmap', 'unwanted key and value'),
  '/mutating-configmaps': addData,
  '/custom-resource': checkData('custom resource', 'unwanted data'),
  '/mutating-custom-resource': addData,
  '/crd': ({ metadata }) => unless(metadata?.labels?.[KEY] === UNWANTED, 'the crd contains unwanted label'),
};

function reviewed({ apiVersion, request }: Review, { allowed, message, patch = [] }: Verdict): object {
  const response = {
    uid: request?.uid ?? '',
    allowed,
    ...(message !== undefined && { status: { metadata: {}, message } }),
    ...(patch.length > 0 && { patchType: 'JSONPatch', patch: base64(JSON.stringify(patch)) }),
  };
  return { kind: 'AdmissionReview', apiVersion: apiVersion ?? 'admission.k8s.io/v1', response };
}

const DELAY_MS = 5000;

/** What answers the reviews of a path. */
export function admissionHandler({ clock, world }: Process, path: string): ((review: unknown) => Promise<object>) | undefined {
  const check = Object.hasOwn(CHECKS, path) ? CHECKS[path] : undefined;
  if (check === undefined) return undefined;
  return async (body) => {
    const review = body as Review;
    if (path === '/always-allow-delay-5s') await clock.sleep(DELAY_MS);
    const verdict = check(review.request?.object ?? review.request?.oldObject ?? {}, review);
    return verdict.allowed === undefined ? world.suspend<object>(() => undefined) : reviewed(review, verdict);
  };
}
