/** PATCH in its four forms. Each attempt patches the state it found, decodes and defaults the result, and stores it as an
 *  update would be.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go */
import { equal } from '../../base/json.ts';
import { ApiError, badRequest, invalid, notFound, unsupportedMediaType } from '../../api/errors.ts';
import { required } from '../../api/field-error.ts';
import type { KubeObject } from '../../api/object.ts';
import { decodeObject, fieldValidationOf, mediaTypeOf, rawBody } from '../body.ts';
import type { Entries } from '../field-manager.ts';
import { flagOf, queryOf } from '../request-info.ts';
import type { Call } from '../server-state.ts';
import { storeChange, storeNew } from '../write.ts';
import type { WriteOptions, Written } from '../write.ts';
import { applyConfiguration } from './apply.ts';
import type { JsonPatchOperation } from './json-patch.ts';
import { applyJsonPatch, JsonPatchError } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { applyStrategicPatch, StrategicPatchError } from './strategic-merge.ts';

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';
export const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';

type Json = Readonly<Record<string, unknown>>;

export async function patchObject(call: Call, options: WriteOptions): Promise<Written> {
  const type = mediaTypeOf(call.request);
  const isCustom = call.kind.resource.definition === undefined;
  const accepted = isCustom ? [JSON_PATCH, MERGE_PATCH, APPLY_PATCH] : [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH];
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  const body = rawBody(call.request);
  if (body === undefined) throw badRequest('error decoding patch: unexpected end of JSON input');
  if (type === APPLY_PATCH) return applyObject(call, body.value, options);
  const patch = patcherOf(call, type, body.value);
  const decode = decoderOf(call, body.duplicates);
  const named = (body.value as { metadata?: { resourceVersion?: string } } | null)?.metadata?.resourceVersion;
  return storeChange(call, {
    retries: !named,
    compute(old) {
      const patched = patch(old);
      return patched === old ? old : decode(patched, old);
    },
  }, options);
}

/** Defaulted; unknown fields are reported as fieldValidation says, once however often the patch is made. */
function decoderOf(call: Call, duplicates: readonly string[]): (value: unknown, known: KubeObject) => KubeObject {
  const { kind, server } = call;
  const warned = new Set<string>();
  const warn = (text: string): void => {
    if (warned.has(text)) return;
    warned.add(text);
    call.warn(text);
  };
  const validation = fieldValidationOf(call.request);
  return (value, known) =>
    kind.strategy.applyDefaults(decodeObject(value, kind.resource, kind.schema, { validation, cache: server.decodeCache, duplicates, known, warn }));
}

function patcherOf(call: Call, type: string, value: unknown): (old: KubeObject) => unknown {
  if (type === JSON_PATCH) {
    if (!Array.isArray(value)) throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
    return (old) => jsonPatched(old, value as readonly JsonPatchOperation[]);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest(`error decoding patch: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type map[string]interface {}`);
  }
  if (type === MERGE_PATCH) return (old) => applyMergePatch(old, value);
  return (old) => {
    try {
      return applyStrategicPatch(old as Json, value as Json, call.kind.schema);
    } catch (error) {
      if (error instanceof StrategicPatchError) throw badRequest(error.message);
      throw error;
    }
  };
}

function jsonPatched(old: KubeObject, operations: readonly JsonPatchOperation[]): unknown {
  try {
    return applyJsonPatch(old, operations);
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    throw new ApiError({
      kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 422, reason: 'Invalid',
      message: 'the server rejected our request due to an error in our request', details: { causes: [{ reason: 'UnexpectedServerResponse', message: error.message }] },
    });
  }
}

async function applyObject(call: Call, value: unknown, options: WriteOptions): Promise<Written> {
  const { kind, server, request, info } = call;
  const config = applyConfig(call, value);
  const ask = { kind, config, manager: options.manager, subresource: info.subresource, force: flagOf(request, 'force'), nowMs: server.world.clock.now() };
  const decode = decoderOf(call, []);
  if (server.storage.get(kind, info.namespace, info.name) === undefined) {
    if (info.subresource !== '') throw notFound(kind.resource, info.name);
    const { object, managedFields } = applyConfiguration(ask, undefined);
    return storeNew(call, kind.strategy.applyDefaults(object), options, managedFields);
  }
  let fields: Entries = [];
  return storeChange(call, {
    retries: !config.metadata?.resourceVersion,
    compute(old) {
      const { object, managedFields } = applyConfiguration(ask, old);
      fields = managedFields;
      // A copy even where the object is the same: its managers differ.
      return object === old && equal(managedFields, old.metadata?.managedFields) ? old : { ...decode(object, old) };
    },
    fieldsFor: () => fields,
  }, options);
}

/** The configuration as the patch says it: decoded, so that names of fields and types are checked, not defaulted. */
function applyConfig(call: Call, value: unknown): KubeObject {
  const { kind, request, info, server } = call;
  if (!queryOf(request, 'fieldManager')) {
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [required('fieldManager', 'is required for apply patch')]);
  }
  const config = decodeObject(value, kind.resource, kind.schema, {
    validation: fieldValidationOf(request), cache: server.decodeCache, warn: call.warn,
  });
  const { name = info.name, managedFields } = config.metadata ?? {};
  if (managedFields !== undefined && managedFields.length > 0) throw badRequest('metadata.managedFields must be nil');
  if (name !== info.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${info.name})`);
  return { ...config, metadata: { ...config.metadata, name, ...(kind.resource.namespaced && { namespace: info.namespace }) } };
}
