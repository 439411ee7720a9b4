/** The OpenAPI v2 document: what the v3 documents say, all groups in one, in the words that version 2 has. Clients before
 *  kubectl 1.29 check manifests against it, and every kubectl reads merge keys of lists from it.
 *  Upstream: k8s.io/kube-openapi/pkg/schemaconv, apiextensions-apiserver/pkg/controller/openapi/v2/conversion.go */

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const V3_PLACE = '#/components/schemas/';
const GVK = 'x-kubernetes-group-version-kind';
/** Version 2 has no words for these. */
const UNKNOWN = new Set(['oneOf', 'anyOf', 'not', 'nullable', 'default', 'x-kubernetes-validations']);
/** Written as they are whatever their keys are called. */
const PLAIN = new Set(['enum', 'example', 'required', GVK, 'x-kubernetes-list-map-keys']);
const BESIDE_ANYTHING = new Set(['properties', 'additionalProperties', 'items']);

interface V3Document {
  /** Other servers' documents may lack what ours have. */
  readonly paths?: Json;
  readonly components?: { readonly schemas?: Json };
}

export function openApiV2(version: string, documents: readonly object[]): object {
  const definitions: Record<string, unknown> = {};
  const paths: Record<string, unknown> = {};
  for (const document of documents as readonly V3Document[]) {
    const { paths: own = {}, components: { schemas = {} } = {} } = document;
    for (const name in schemas) definitions[name] ??= definitionV2(schemas[name]);
    for (const path in own) paths[path] = pathV2(own[path] as Json);
  }
  return { swagger: '2.0', info: { title: 'Kubernetes', version }, paths, definitions };
}

/** Of a kind that takes every field nothing is said, not even what every object has: clients would refuse the rest. */
function definitionV2(schema: unknown): unknown {
  const takesAnything = isObject(schema) && schema['x-kubernetes-preserve-unknown-fields'] === true && schema[GVK] !== undefined;
  return takesAnything ? { type: 'object', [GVK]: schema[GVK] } : schemaV2(schema);
}

/** A reference stands alone with its description; a choice of types is the text that both can be written as. */
function schemaV2(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  const [first] = Array.isArray(schema['allOf']) ? (schema['allOf'] as readonly unknown[]) : [];
  const reference = schema['$ref'] ?? (isObject(first) ? first['$ref'] : undefined);
  if (typeof reference === 'string') {
    const description = schema['description'];
    return { ...(description !== undefined && { description }), $ref: reference.replace(V3_PLACE, '#/definitions/') };
  }
  const takesAnything = schema['x-kubernetes-preserve-unknown-fields'] === true || schema['nullable'] === true;
  const out: Record<string, unknown> = {};
  for (const key in schema) {
    if (UNKNOWN.has(key) || (takesAnything && BESIDE_ANYTHING.has(key))) continue;
    out[key] = keywordV2(key, schema[key]);
  }
  if (schema['oneOf'] !== undefined && schema['type'] === undefined) out['type'] = 'string';
  if (schema['x-kubernetes-int-or-string'] === true || schema['nullable'] === true) delete out['type'];
  return out;
}

function keywordV2(key: string, value: unknown): unknown {
  if (PLAIN.has(key)) return value;
  if (key === 'properties' && isObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, schemaV2(each)]));
  if (Array.isArray(value)) return value.map(schemaV2);
  return schemaV2(value);
}

interface V3Parameter {
  readonly name: string;
  readonly in: string;
  readonly description: string;
  readonly schema: Json;
}

const JSON_AND_MORE = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const PATCHES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

const METHODS = new Set(['get', 'put', 'post', 'delete', 'patch', 'head', 'options']);

function pathV2(item: Json): Json {
  const operations = Object.entries(item).filter(([method]) => METHODS.has(method));
  return Object.fromEntries(operations.map(([method, operation]) => [method, operationV2(method, operation as Json)]));
}

function operationV2(method: string, operation: Json): Json {
  const parameters = (operation['parameters'] ?? []) as readonly V3Parameter[];
  const { responses = {} } = operation as { readonly responses?: Readonly<Record<string, { readonly content?: Json } | undefined>> };
  const schema = schemaV2((responses['200']?.content?.['application/json'] as Json | undefined)?.['schema']);
  const body = method === 'post' || method === 'put' ? (schema ?? { type: 'object' }) : method === 'patch' ? { type: 'object' } : undefined;
  return {
    ...operation,
    consumes: method === 'patch' ? PATCHES : ['*/*'],
    produces: JSON_AND_MORE,
    schemes: ['https'],
    parameters: [
      ...(body === undefined ? [] : [{ name: 'body', in: 'body', required: true, schema: body }]),
      ...parameters.map(({ schema: type, ...rest }) => ({ ...rest, ...type })),
    ],
    responses: { 200: { description: 'OK', ...(schema !== undefined && { schema }) } },
  };
}
