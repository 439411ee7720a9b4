/** Bodies of writes: from an object, JSON or YAML to an object of the kind, with fieldValidation.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/{create,rest}.go */
import { fromUtf8 } from '../base/bytes.ts';
import { ApiError, badRequest, unsupportedMediaType } from '../api/errors.ts';
import { parseJson } from '../api/json-text.ts';
import type { KubeObject } from '../api/object.ts';
import { apiVersionOf } from '../api/resources.ts';
import type { Resource } from '../api/resource.ts';
import type { DecodeCache } from '../api/schema/decode.ts';
import { decodeAs, DecodeError } from '../api/schema/decode.ts';
import type { StructType } from '../api/schema/types.ts';
import type { ApiRequest } from '../api/transport.ts';
import { parseYaml, parseYamlDocuments, YamlError } from '../api/yaml.ts';
import { headerOf, queryOf } from './request-info.ts';

export const MEDIA_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

export interface RawBody {
  readonly value: unknown;
  /** Paths of fields that stood twice in the text. */
  readonly duplicates: readonly string[];
  /** go-yaml's words for a key that stands twice. */
  readonly yamlFault?: string;
}

const NOTHING_TWICE: readonly string[] = Object.freeze([]);

/** The JSON value of the body, whatever it came as. */
export function rawBody(request: ApiRequest): RawBody | undefined {
  const { body } = request;
  if (body === undefined) return undefined;
  if (!(body instanceof Uint8Array)) return { value: body, duplicates: NOTHING_TWICE };
  if (body.length === 0) return undefined;
  const type = mediaTypeOf(request);
  const text = fromUtf8(body);
  if (type === 'application/yaml' || type === 'application/apply-patch+yaml') return yamlBody(text);
  if (type !== '' && !type.endsWith('json')) throw unsupportedMediaType(MEDIA_TYPES);
  const parsed = parseJson(text);
  if (typeof parsed === 'string') throw badRequest(`couldn't get version/kind; json parse error: ${parsed}`);
  return { value: parsed.value, duplicates: parsed.duplicates };
}

/** A key that stands twice is no error by itself: the last one wins, and what is strict says so in go-yaml's words. */
function yamlBody(text: string): RawBody {
  try {
    return { value: parseYaml(text), duplicates: NOTHING_TWICE };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    if (!TWICE.test(error.message)) throw badRequest(`error converting YAML to JSON: ${error.message}`);
    const [document] = parseYamlDocuments(text, true);
    return { value: document?.value, duplicates: NOTHING_TWICE, yamlFault: error.message };
  }
}

const TWICE = /already set in map$/;

export const mediaTypeOf = (request: ApiRequest): string => (headerOf(request, 'content-type') ?? '').split(';')[0]!.trim().toLowerCase();

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** What the query asks for; unknown words are refused by write-options.ts. */
export function fieldValidationOf(request: ApiRequest): FieldValidation {
  const value = queryOf(request, 'fieldValidation');
  return value === 'Ignore' || value === 'Strict' ? value : 'Warn';
}

export interface DecodeOptions {
  readonly validation: FieldValidation;
  readonly cache: DecodeCache;
  readonly duplicates?: readonly string[];
  readonly yamlFault?: string;
  /** How a refusal of the whole is said; default "Pod in version ... cannot be handled as a Pod: ...". */
  refuse?(why: string, error?: DecodeError): ApiError;
  /** The stored object that the value was made of. */
  readonly known?: object;
  warn(text: string): void;
}

type Decodable = Pick<Resource, 'group' | 'version' | 'kind'>;

/** An object of that kind; refuses other kinds, wrong types and, where it is asked to, unknown fields. */
export function decodeObject(value: unknown, resource: Decodable, schema: StructType, options: DecodeOptions): KubeObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest(`couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} `
      + 'into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }');
  }
  const expected = apiVersionOf(resource);
  const { apiVersion = expected, kind = resource.kind } = value as { readonly apiVersion?: string; readonly kind?: string };
  if (apiVersion !== expected) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${expected})`);
  }
  if (kind !== resource.kind) throw badRequest(`${kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: `
    + `no kind "${kind}" is registered for version "${expected}" in scheme "pkg/api/legacyscheme/scheme.go:30"`);
  const handled = `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}`;
  const cannot = options.refuse ?? ((why: string): ApiError => badRequest(`${handled}: ${why}`));
  try {
    const { object, unknown } = decodeAs<KubeObject>(value, schema, options.cache, options.known);
    report(schema.isCustom ? [...unknown].sort() : unknown, options, cannot);
    if (object.apiVersion === expected && object.kind === resource.kind) return object;
    return { ...object, apiVersion: expected, kind: resource.kind };
  } catch (error) {
    if (error instanceof DecodeError) throw cannot(error.message, error);
    throw error;
  }
}

function report(unknown: readonly string[], options: DecodeOptions, cannot: (why: string, error?: DecodeError) => ApiError): void {
  const texts = [
    ...(options.yamlFault === undefined ? [] : [options.yamlFault]),
    ...unknown.map((path) => `unknown field "${path}"`),
    ...(options.duplicates ?? []).map((path) => `duplicate field "${path}"`),
  ];
  if (texts.length === 0 || options.validation === 'Ignore') return;
  if (options.validation === 'Strict') throw cannot(`strict decoding error: ${texts.join(', ')}`);
  for (const text of texts) options.warn(text);
}
