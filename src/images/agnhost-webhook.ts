/** `agnhost webhook`: an admission webhook with a path a behaviour.
 *  Upstream: test/images/agnhost/webhook */
import { base64, fromUtf8 } from '../base/bytes.ts';
import type { HttpAnswer } from '../cri/http.ts';
import { parseTarget, serveHttp } from '../cri/http.ts';
import type { Process } from '../cri/process.ts';
import { textAnswer, untilStopped } from './web.ts';

interface Subject {
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly containers?: readonly { readonly name: string }[] };
}
interface Review {
  readonly apiVersion?: string;
  readonly request?: {
    readonly uid?: string;
    readonly name?: string;
    readonly object?: Subject | null;
    readonly oldObject?: Subject | null;
  };
}
interface Verdict {
  readonly allowed: boolean;
  readonly message?: string;
  readonly patch?: readonly object[];
}

const KEY = 'webhook-e2e-test';
const UNWANTED = 'webhook-disallow';
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

function checkPod({ metadata, spec }: Subject): Verdict {
  let message = '';
  if (metadata?.labels?.[KEY] === UNWANTED) message += 'the pod contains unwanted label; ';
  if (spec?.containers?.some(({ name }) => name.includes(UNWANTED)) === true) message += 'the pod contains unwanted container name; ';
  return message === '' ? ALLOW : deny(message);
}

const INIT = { image: 'webhook-added-image', name: 'webhook-added-init-container', resources: {} };

const CHECKS: Readonly<Record<string, (subject: Subject) => Verdict>> = {
  '/always-deny': () => deny('this webhook denies all requests'),
  '/always-allow-delay-5s': () => ({ allowed: true, message: 'this webhook allows all requests' }),
  '/add-label': addLabel,
  '/pods': checkPod,
  '/pods/attach': () => deny("attaching to pod 'to-be-attached-pod' is not allowed"),
  '/mutating-pods': ({ metadata }) =>
    metadata?.name === 'webhook-to-be-mutated'
      ? { allowed: true, patch: [{ op: 'add', path: '/spec/initContainers', value: [INIT] }] }
      : ALLOW,
  '/configmaps': ({ data }) => unless(data?.[KEY] === UNWANTED, 'the configmap contains unwanted key and value'),
  '/mutating-configmaps': addData,
  '/custom-resource': ({ data }) => unless(data?.[KEY] === UNWANTED, 'the custom resource contains unwanted data'),
  '/mutating-custom-resource': addData,
  '/crd': ({ metadata }) => unless(metadata?.labels?.[KEY] === UNWANTED, 'the crd contains unwanted label'),
};

function reviewed({ apiVersion, request }: Review, { allowed, message, patch = [] }: Verdict): HttpAnswer {
  const response = {
    uid: request?.uid ?? '',
    allowed,
    ...(message !== undefined && { status: { metadata: {}, message } }),
    ...(patch.length > 0 && { patchType: 'JSONPatch', patch: base64(JSON.stringify(patch)) }),
  };
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ kind: 'AdmissionReview', apiVersion: apiVersion ?? 'admission.k8s.io/v1', response }),
  };
}

const DELAY_MS = 5000;

function parsed(body: Uint8Array): Review | undefined {
  try {
    return JSON.parse(fromUtf8(body)) as Review;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Serves HTTPS on the port until it is stopped. */
export async function serveWebhook(process: Process, port: number): Promise<number> {
  serveHttp(
    process.world,
    process.net,
    port,
    async ({ target, body }) => {
      const { path } = parseTarget(target);
      if (path === '/readyz') return textAnswer(200, 'ok');
      const check = Object.hasOwn(CHECKS, path) ? CHECKS[path] : undefined;
      if (check === undefined) return textAnswer(404, '404 page not found\n');
      const review = parsed(body);
      if (review === undefined) return textAnswer(400, 'contentType is not application/json');
      if (path === '/always-allow-delay-5s') await process.clock.sleep(DELAY_MS);
      return reviewed(review, check(review.request?.object ?? review.request?.oldObject ?? {}));
    },
    { tls: true },
  );
  await untilStopped(process);
  return 0;
}
