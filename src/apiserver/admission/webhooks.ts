/** Webhooks: programs in the cluster that change and refuse requests. Mutating ones are asked one after another, and again
 *  where they asked for it and another has changed the object since; validating ones see what came out.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/{mutating,validating}/dispatcher.go */
import { equal } from '../../base/json.ts';
import { fromBase64, fromUtf8 } from '../../base/bytes.ts';
import { ApiError, badRequest, internalError } from '../../api/errors.ts';
import type { MutatingWebhook, ValidatingWebhook } from '../../api/generated/types.ts';
import type { KubeObject, Status } from '../../api/object.ts';
import { MutatingWebhookConfigurations, ValidatingWebhookConfigurations } from '../../api/resources.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader, AdmissionServices } from '../admission.ts';
import type { JsonPatchOperation } from '../patch/json-patch.ts';
import { applyJsonPatch, JsonPatchError } from '../patch/json-patch.ts';
import { admissionRequest } from './admission-request.ts';
import { activationOf, conditionsHold, scopeOf } from './expressions.ts';
import { isExempt, isMatching } from './matching.ts';
import type { ReviewResponse } from './webhook-client.ts';
import { askWebhook } from './webhook-client.ts';
import { WebhookCallError } from '../webhook.ts';

type Webhook = MutatingWebhook | ValidatingWebhook;

const DEFAULT_TIMEOUT = 10;

const matchingOf = ({ rules = [], matchPolicy, namespaceSelector, objectSelector }: Webhook) => ({
  rules,
  matchPolicy,
  namespaceSelector,
  objectSelector,
});

const failure = ({ name }: Webhook, why: string): ApiError => internalError(`failed calling webhook ${JSON.stringify(name)}: ${why}`);

/** Whether the webhook is asked; throws where its conditions cannot be told and it fails closed. */
async function isAsked(
  hook: Webhook,
  attributes: AdmissionAttributes,
  reader: AdmissionReader,
  services: AdmissionServices,
): Promise<boolean> {
  if (!isMatching(matchingOf(hook), attributes, reader)) return false;
  const conditions = hook.matchConditions ?? [];
  if (conditions.length === 0) return true;
  const cel = services.cel.loaded ?? (await services.cel.load());
  const holds = conditionsHold(cel, conditions, scopeOf(cel, { params: false }), activationOf(cel, attributes, reader));
  if (typeof holds === 'boolean') return holds;
  if (hook.failurePolicy === 'Ignore') return false;
  throw failure(hook, `failed to evaluate match conditions: ${holds}`);
}

/** undefined: it could not be asked, and that is to be ignored. */
async function answerOf(
  hook: Webhook,
  attributes: AdmissionAttributes,
  reader: AdmissionReader,
  services: AdmissionServices,
): Promise<ReviewResponse | undefined> {
  const isSafe = hook.sideEffects === 'None' || hook.sideEffects === 'NoneOnDryRun';
  if (attributes.dryRun && !isSafe) throw badRequest(`admission webhook ${JSON.stringify(hook.name)} does not support dry run`);
  const { object = null, old = null } = attributes;
  const request = { ...admissionRequest(attributes, services.world.random.uuid()), object, oldObject: old };
  try {
    const response = await askWebhook(
      hook.clientConfig,
      request,
      hook.timeoutSeconds ?? DEFAULT_TIMEOUT,
      reader,
      services,
      hook.admissionReviewVersions,
    );
    for (const text of response.warnings ?? []) attributes.warn(text);
    return response;
  } catch (error) {
    if (!(error instanceof WebhookCallError)) throw error;
    if (hook.failurePolicy === 'Ignore') return undefined;
    throw failure(hook, error.message);
  }
}

const LOWEST_ERROR = 400;

function denial({ name }: Webhook, given: Partial<Status> | undefined): ApiError {
  const by = `admission webhook ${JSON.stringify(name)} denied the request`;
  const { message = '', reason = '' } = given ?? {};
  const text = message !== '' ? `${by}: ${message}` : reason !== '' ? `${by}: ${reason}` : `${by} without explanation`;
  const code = Math.max(given?.code ?? 0, LOWEST_ERROR);
  return new ApiError({ ...given, kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: text, code } as Status);
}

function patched({ patch }: ReviewResponse, object: KubeObject): KubeObject {
  if (patch === undefined || patch === '') return object;
  try {
    const operations = JSON.parse(fromUtf8(fromBase64(patch) ?? new Uint8Array())) as readonly JsonPatchOperation[];
    return applyJsonPatch(object, operations) as KubeObject;
  } catch (error) {
    if (error instanceof JsonPatchError) throw internalError(error.message);
    if (error instanceof SyntaxError) throw internalError('invalid JSON patch');
    throw error;
  }
}

/** By the name of their configuration, then in its order. */
const hooksOf = <H>(configurations: readonly (KubeObject & { readonly webhooks?: readonly H[] })[]): readonly H[] =>
  configurations.flatMap(({ webhooks = [] }) => webhooks);

async function mutate(
  object: KubeObject,
  attributes: AdmissionAttributes,
  reader: AdmissionReader,
  services: AdmissionServices,
  hooks: readonly MutatingWebhook[],
): Promise<KubeObject> {
  let current = object;
  const seen = new Map<MutatingWebhook, KubeObject>();
  const ask = async (hook: MutatingWebhook): Promise<void> => {
    const now = { ...attributes, object: current };
    if (!(await isAsked(hook, now, reader, services))) return;
    const response = await answerOf(hook, now, reader, services);
    if (response === undefined) return;
    if (response.allowed !== true) throw denial(hook, response.status);
    const next = patched(response, current);
    if (next !== current && !equal(next, current)) current = services.defaulted(attributes.resource, next);
    seen.set(hook, current);
  };
  for (const hook of hooks) await ask(hook);
  for (const hook of hooks) {
    const left = seen.get(hook);
    if (hook.reinvocationPolicy === 'IfNeeded' && left !== undefined && left !== current) await ask(hook);
  }
  return current;
}

const mutatingHooks = ({ services }: AdmissionReader): readonly MutatingWebhook[] =>
  services?.remembered(MutatingWebhookConfigurations, hooksOf<MutatingWebhook>) ?? [];
const validatingHooks = ({ services }: AdmissionReader): readonly ValidatingWebhook[] =>
  services?.remembered(ValidatingWebhookConfigurations, hooksOf<ValidatingWebhook>) ?? [];

export const mutatingWebhook: AdmissionPlugin = {
  name: 'MutatingAdmissionWebhook',
  handles: (attributes) => !isExempt(attributes),
  admit(object, attributes, reader) {
    const hooks = mutatingHooks(reader);
    return hooks.length === 0 ? object : mutate(object, attributes, reader, reader.services as AdmissionServices, hooks);
  },
  /** Deletions and connections are asked about too, though there is nothing to change. */
  validate(attributes, reader) {
    if (attributes.operation !== 'DELETE' && attributes.operation !== 'CONNECT') return undefined;
    const hooks = mutatingHooks(reader);
    return hooks.length === 0 ? undefined : validate(attributes, reader, reader.services as AdmissionServices, hooks);
  },
};

async function validate(
  attributes: AdmissionAttributes,
  reader: AdmissionReader,
  services: AdmissionServices,
  hooks: readonly Webhook[],
): Promise<void> {
  for (const hook of hooks) {
    if (!(await isAsked(hook, attributes, reader, services))) continue;
    const response = await answerOf(hook, attributes, reader, services);
    if (response !== undefined && response.allowed !== true) throw denial(hook, response.status);
  }
}

export const validatingWebhook: AdmissionPlugin = {
  name: 'ValidatingAdmissionWebhook',
  handles: (attributes) => !isExempt(attributes),
  validate(attributes, reader) {
    const hooks = validatingHooks(reader);
    return hooks.length === 0 ? undefined : validate(attributes, reader, reader.services as AdmissionServices, hooks);
  },
};
