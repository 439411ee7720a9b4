/** PATCH in its four forms. Each attempt patches the state it found, decodes and defaults the result, and stores it as an
 *  update would be.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go */
import { canonical, equal } from '../../base/json.ts';
import { ApiError, badRequest, conflict, invalid, notFound, requestEntityTooLarge, unexplained, unsupportedMediaType } from '../../api/errors.ts';
import { invalidValue } from '../../api/field-error.ts';
import type { KubeObject } from '../../api/object.ts';
import type { DecodeError } from '../../api/schema/decode.ts';
import { decodeObject, fieldValidationOf, mediaTypeOf, rawBody } from '../body.ts';
import type { DecodeOptions, RawBody } from '../body.ts';
import type { Entries } from '../field-manager.ts';
import { flagOf } from '../request-info.ts';
import { typedPath } from '../field-set.ts';
import type { Call } from '../server-state.ts';
import { storeChange, storeNew } from '../write.ts';
import { APPLY_PATCH } from '../write-options.ts';
import type { WriteOptions, Written } from '../write.ts';
import { applyConfiguration } from './apply.ts';
import type { JsonPatchOperation } from './json-patch.ts';
import { applyJsonPatch, JsonPatchError } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { applyStrategicPatch, goMap, StrategicPatchError } from './strategic-merge.ts';

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';
export const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';

const OPERATIONS_MAX = 10_000;

type Json = Readonly<Record<string, unknown>>;

export async function patchObject(call: Call, options: WriteOptions): Promise<Written> {
  const type = mediaTypeOf(call.request);
  const isCustom = call.kind.resource.definition === undefined;
  const accepted = isCustom ? [JSON_PATCH, MERGE_PATCH, APPLY_PATCH] : [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH];
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  const body = rawBody(call.request);
  if (body === undefined) throw badRequest('error decoding patch: unexpected end of JSON input');
  if (type === APPLY_PATCH) return applyObject(call, body, options);
  const patch = patcherOf(call, type, body.value);
  const decode = decoderOf(call, body.duplicates, (patched) => patchRefusal(type, patched, body.value));
  const revision = (body.value as { metadata?: { resourceVersion?: string } } | null)?.metadata?.resourceVersion;
  return storeChange(call, {
    retries: !revision,
    compute(old) {
      const patched = patch(old);
      return patched === old ? old : named(call, decode(patched, old));
    },
  }, options);
}

/** A patch gives its object no other name or place. */
function named({ info, kind }: Call, object: KubeObject): KubeObject {
  const { name = '', namespace = '' } = object.metadata ?? {};
  if (kind.resource.namespaced && namespace !== '' && namespace !== info.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (name !== info.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${info.name})`);
  return object;
}

type Decode = (value: unknown, known: KubeObject) => KubeObject;

/** Defaulted; unknown fields are reported as fieldValidation says, once however often the patch is made. */
function decoderOf(call: Call, duplicates: readonly string[], refusal?: (value: unknown) => DecodeOptions['refuse']): Decode {
  const { kind, server } = call;
  const warned = new Set<string>();
  const warn = (text: string): void => {
    if (warned.has(text)) return;
    warned.add(text);
    call.warn(text);
  };
  const options = { validation: fieldValidationOf(call.request), cache: server.decodeCache, duplicates, warn };
  return (value, known) => {
    const refuse = refusal?.(value);
    return kind.strategy.applyDefaults(decodeObject(value, kind.resource, kind.schema, { ...options, known, ...(refuse && { refuse }) }));
  };
}

/** What a patch makes and the kind cannot be is shown whole: strategic patches as themselves, others as their result. */
function patchRefusal(type: string, patched: unknown, patch: unknown): NonNullable<DecodeOptions['refuse']> {
  return (why, error) => {
    const isStrategic = type === STRATEGIC_PATCH;
    const shown = isStrategic ? goMap(patch as Json) : canonical(patched);
    return invalid({ group: '', kind: '' }, '', [invalidValue('patch', shown, isStrategic ? conversionFault(why, error) : why)]);
  };
}

/** A strategic patch is converted without JSON, whose words it does not have. */
function conversionFault(why: string, error: DecodeError | undefined): string {
  const { type, found } = error ?? {};
  if (type === undefined || found === undefined) return why;
  if (type.startsWith('[]')) return `cannot restore slice from ${GO_KINDS[found] ?? found}`;
  if (type.startsWith('map[')) return `cannot restore map from ${GO_KINDS[found] ?? found}`;
  return type.startsWith('v1.') ? `cannot restore struct from: ${GO_KINDS[found] ?? found}` : `unrecognized type: ${type}`;
}

const GO_KINDS: Readonly<Record<string, string>> = { object: 'map', array: 'slice', number: 'int64' };

const goKindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value);

function patcherOf(call: Call, type: string, value: unknown): (old: KubeObject) => unknown {
  if (type === JSON_PATCH) {
    if (!Array.isArray(value)) throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
    if (value.length > OPERATIONS_MAX) {
      throw requestEntityTooLarge(`The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${value.length}`);
    }
    const odd: unknown = value.find((item) => typeof item !== 'object' || Array.isArray(item));
    if (odd !== undefined) throw badRequest(`json: cannot unmarshal ${goKindOf(odd)} into Go value of type jsonpatch.Operation`);
    // As in Go, null is an operation without members.
    return (old) => jsonPatched(old, value.map((item) => (item ?? {}) as JsonPatchOperation));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest(`error decoding patch: json: cannot unmarshal ${goKindOf(value)} into Go value of type map[string]interface {}`);
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
      message: 'the server rejected our request due to an error in our request', details: {},
    });
  }
}

async function applyObject(call: Call, body: RawBody, options: WriteOptions): Promise<Written> {
  const { kind, server, request, info } = call;
  const config = applyConfig(call, body.value);
  const ask = { kind, config, manager: options.manager, subresource: info.subresource, force: flagOf(request, 'force'), nowMs: server.world.clock.now() };
  const decode = decoderOf(call, []);
  if (server.storage.get(kind, info.namespace, info.name) === undefined) {
    if (info.subresource !== '') throw notFound(kind.resource, info.name);
    const { uid } = config.metadata ?? {};
    if (uid) throw conflict(kind.resource, info.name, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`);
    const { object, managedFields } = applyConfiguration(ask, undefined);
    strictYaml(call, body);
    return storeNew(call, kind.strategy.applyDefaults(object), options, managedFields);
  }
  let fields: Entries = [];
  return storeChange(call, {
    retries: !config.metadata?.resourceVersion,
    compute(old) {
      const { object, managedFields } = applyConfiguration(ask, old);
      fields = managedFields;
      strictYaml(call, body);
      // A copy even where the object is the same: its managers differ.
      return object === old && equal(managedFields, old.metadata?.managedFields) ? old : { ...decode(object, old) };
    },
    fieldsFor: () => fields,
  }, options);
}

/** Keys that stand twice in an applied configuration are told after conflicts. */
function strictYaml(call: Call, { yamlFault, duplicates }: RawBody): void {
  const fault = yamlFault ?? (duplicates.length > 0 ? `yaml: unmarshal errors:\n${duplicates.map((path) => `  line 1: key "${lastKey(path)}" already set in map`).join('\n')}` : undefined);
  const validation = fieldValidationOf(call.request);
  if (fault === undefined || validation === 'Ignore') return;
  if (validation === 'Strict') throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${fault}`);
  call.warn(`error converting YAML to JSON: ${fault}`);
}

const lastKey = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

/** What is applied must be known to its last field, whatever fieldValidation says. */
function undeclared({ kind, info }: Call, config: KubeObject, paths: readonly string[]): ApiError {
  const faults = paths.map((path) => `${typedPath(path, config, kind.schema)}: field not declared in schema`);
  const list = faults.length === 1 ? faults[0] : `errors:\n${faults.map((fault) => `  ${fault}`).join('\n')}`;
  const name = info.namespace === '' ? `/${info.name}` : `${info.namespace}/${info.name}`;
  return unexplained(`failed to create typed patch object (${name}; ${config.apiVersion}, Kind=${config.kind}): ${list}`);
}

/** The configuration as the patch says it: decoded, so that names of fields and types are checked, not defaulted. */
function applyConfig(call: Call, value: unknown): KubeObject {
  const { kind, info, server } = call;
  const strange: string[] = [];
  const config = decodeObject(value, kind.resource, kind.schema, {
    validation: 'Warn', cache: server.decodeCache, warn: (text) => void strange.push(text.slice('unknown field "'.length, -1)),
  });
  if (strange.length > 0) throw undeclared(call, config, strange);
  const { name = info.name, managedFields } = config.metadata ?? {};
  if (managedFields !== undefined && managedFields.length > 0) throw badRequest('metadata.managedFields must be nil');
  if (name !== info.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${info.name})`);
  return { ...config, metadata: { ...config.metadata, name, ...(kind.resource.namespaced && { namespace: info.namespace }) } };
}
