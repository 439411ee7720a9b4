/** OpenAPI v3 documents, one a group-version, from the schema that everything else walks: for explain, for completion, and
 *  so that kubectl sees that the server validates fields itself. Descriptions are loaded when somebody first asks.
 *  Differs from Kubernetes: documents leave out parameters that no client reads.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/server/routes/openapi.go, k8s.io/kube-openapi */
import { sha256Hex } from '../base/hash.ts';
import type { Resource } from '../api/resource.ts';
import { apiVersionOf } from '../api/resources.ts';
import type { Field, Scalar, StructType, Type } from '../api/schema/types.ts';
import { structOf } from '../api/schema/types.ts';
import type { ApiRequest, ApiResponse } from '../api/transport.ts';
import type { Aggregator } from './aggregator.ts';
import type { Kind } from './kinds.ts';
import { openApiV2 } from './openapi-v2.ts';
import { headerOf } from './request-info.ts';
import type { ServerState } from './server-state.ts';

export interface OpenApi {
  answer(request: ApiRequest, parts: readonly string[]): Promise<ApiResponse | undefined>;
}

type Descriptions = Readonly<Record<string, readonly [string, Readonly<Record<string, string>>]>>;
type Json = Record<string, unknown>;

const META = new Set([
  'ObjectMeta',
  'ListMeta',
  'ManagedFieldsEntry',
  'OwnerReference',
  'LabelSelector',
  'LabelSelectorRequirement',
  'Status',
  'StatusDetails',
  'StatusCause',
  'DeleteOptions',
  'Preconditions',
  'Condition',
  'WatchEvent',
  'APIResource',
  'APIGroup',
]);

/** Schema names by definition: a definition belongs to the first kind's group that reaches it. */
function namesOf(kinds: readonly Kind[]): Map<string, string> {
  const names = new Map<string, string>();
  const visit = (type: Type, place: string): void => {
    if (type.kind === 'list' || type.kind === 'map') return visit(type.element, place);
    if (type.kind !== 'struct' || type.open || names.has(type.name)) return;
    names.set(type.name, META.has(type.name) ? `io.k8s.apimachinery.pkg.apis.meta.v1.${type.goName}` : `${place}.${type.goName}`);
    for (const field of type.fields) visit(field.type, place);
  };
  for (const { resource, schema, openApi } of kinds) if (openApi === undefined) visit(schema, placeOf(resource));
  visit(structOf('DeleteOptions'), '');
  return names;
}

const PLACES: Readonly<Record<string, string>> = {
  'apiextensions.k8s.io': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  'apiregistration.k8s.io': 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
};

const placeOf = ({ group, version }: Resource): string =>
  `${PLACES[group] ?? `io.k8s.api.${group === '' ? 'core' : group.split('.')[0]}`}.${version}`;

const SCALARS: Readonly<Record<Scalar, object>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  any: { type: 'object' },
  time: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.Time' },
  microtime: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime' },
  intOrString: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.util.intstr.IntOrString' },
  quantity: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity' },
};

const SPECIAL: Readonly<Record<string, object>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': {
    type: 'string',
    format: 'date-time',
    description:
      'Time is a wrapper around time.Time which supports correct marshaling to YAML and JSON.  Wrappers are provided for many of the factory methods that the time package offers.',
  },
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': {
    type: 'string',
    format: 'date-time',
    description: 'MicroTime is version of Time with microsecond level precision.',
  },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
    oneOf: [{ type: 'integer' }, { type: 'string' }],
    format: 'int-or-string',
    description:
      'IntOrString is a type that can hold an int32 or a string.  When used in JSON or YAML marshalling and unmarshalling, it produces or ' +
      'consumes the inner type.  This allows you to have, for example, a JSON field that can accept a name or number.',
  },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': {
    oneOf: [{ type: 'string' }, { type: 'number' }],
    description:
      'Quantity is a fixed-point representation of a number. It provides convenient marshaling/unmarshaling in JSON and YAML, in addition to String() and AsInt64() accessors.',
  },
};

interface Maker {
  readonly names: ReadonlyMap<string, string>;
  readonly texts: Descriptions;
  readonly schemas: Json;
  readonly enums: Enums;
}
type Enums = Readonly<Record<string, readonly string[]>>;

function schemaOf(type: Type, maker: Maker): Json {
  switch (type.kind) {
    case 'list':
      return { type: 'array', items: withDefault(type.element, schemaOf(type.element, maker)) };
    case 'map':
      return { type: 'object', additionalProperties: withDefault(type.element, schemaOf(type.element, maker)) };
    case 'struct':
      return type.open ? { type: 'object' } : { $ref: `#/components/schemas/${addStruct(type, maker)}` };
    default: {
      const scalar = SCALARS[type.scalar] as { $ref?: string };
      const name = scalar.$ref?.slice('#/components/schemas/'.length);
      if (name !== undefined) maker.schemas[name] = SPECIAL[name];
      return { ...scalar };
    }
  }
}

const withDefault = (type: Type, schema: Json): Json =>
  '$ref' in schema
    ? { allOf: [schema], default: {} }
    : type.kind === 'scalar' && type.scalar === 'string'
      ? { ...schema, default: '' }
      : schema;

function addStruct(type: StructType, maker: Maker): string {
  const name = maker.names.get(type.name) ?? `io.k8s.api.core.v1.${type.goName}`;
  if (maker.schemas[name] !== undefined) return name;
  const [description = '', texts = {}] = maker.texts[type.name] ?? [];
  const schema: Json = { ...(description !== '' && { description }), type: 'object' };
  maker.schemas[name] = schema;
  const required = type.fields.filter((field) => field.required).map((field) => field.name);
  if (required.length > 0) schema['required'] = required;
  schema['properties'] = Object.fromEntries(type.fields.map((field) => [field.name, propertyOf(type, field, texts, maker)]));
  return name;
}

/** A custom resource's own schema, with the fields that every object has. */
function addCustom(resource: Resource, schema: object, maker: Maker): string {
  const name = `${resource.group.split('.').reverse().join('.')}.${resource.version}.${resource.kind}`;
  const [, texts = {}] = maker.texts['Pod'] ?? [];
  const meta = addStruct(structOf('ObjectMeta'), maker);
  const common = {
    apiVersion: { type: 'string', description: texts['apiVersion'] },
    kind: { type: 'string', description: texts['kind'] },
    metadata: { description: texts['metadata'], allOf: [{ $ref: `#/components/schemas/${meta}` }] },
  };
  maker.schemas[name] = { ...schema, properties: { ...(schema as { properties?: object }).properties, ...common } };
  return name;
}

function propertyOf(owner: StructType, field: Field, texts: Readonly<Record<string, string>>, maker: Maker): Json {
  const inner = schemaOf(field.type, maker);
  // The source has no text for fields beside a $ref; the type's own says more than nothing.
  const description = texts[field.name] ?? (field.type.kind === 'struct' ? (maker.texts[field.type.name]?.[0] ?? '') : '');
  const values = maker.enums[`${owner.name}.${field.name}`];
  const { list, keys } = field.type.kind === 'list' ? field.type : { list: undefined, keys: [] };
  return {
    ...(description !== '' && { description }),
    ...('$ref' in inner ? { allOf: [inner], ...(field.type.kind === 'struct' && { default: {} }) } : inner),
    ...(values && { enum: values }),
    ...(list !== undefined && { 'x-kubernetes-list-type': list }),
    ...(keys.length > 0 && { 'x-kubernetes-list-map-keys': keys }),
    ...(field.type.kind === 'map' && field.type.atomic && { 'x-kubernetes-map-type': 'atomic' }),
    ...(field.mergeKey !== undefined && { 'x-kubernetes-patch-merge-key': field.mergeKey }),
    ...(field.strategies.length > 0 && { 'x-kubernetes-patch-strategy': field.strategies.join(',') }),
  };
}

const parameter = (name: string, description: string, type = 'string'): object => ({
  name,
  in: 'query',
  description,
  schema: { type, uniqueItems: true },
});
const FIELD_VALIDATION = parameter(
  'fieldValidation',
  'fieldValidation instructs the server on how to handle objects in the request (POST/PUT/PATCH) containing unknown or duplicate fields. Valid values are: Ignore, Warn, Strict.',
);
const DRY_RUN = parameter(
  'dryRun',
  'When present, indicates that modifications should not be persisted. Valid values are: - All: all dry run stages will be processed',
);
const FIELD_MANAGER = parameter('fieldManager', 'fieldManager is a name associated with the actor or entity that is making these changes.');
const PRETTY = parameter('pretty', "If 'true', then the output is pretty printed.");

const OPERATIONS: Readonly<Record<string, readonly [method: string, action: string]>> = {
  get: ['get', 'get'],
  list: ['get', 'list'],
  create: ['post', 'post'],
  update: ['put', 'put'],
  patch: ['patch', 'patch'],
  delete: ['delete', 'delete'],
  deletecollection: ['delete', 'deletecollection'],
};
const ON_OBJECT = new Set(['get', 'update', 'patch', 'delete']);

function pathsOf(resource: Resource, schemaName: string): Json {
  const root = `${resource.group === '' ? '/api' : `/apis/${resource.group}`}/${resource.version}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`;
  const gvk = { group: resource.group, kind: resource.kind, version: resource.version };
  const operation = (verb: string): [string, object] => {
    const [method, action] = OPERATIONS[verb] as readonly [string, string];
    const writes = ['post', 'put', 'patch'].includes(method);
    return [
      method,
      {
        operationId: `${verb}${resource.kind}`,
        'x-kubernetes-action': action,
        'x-kubernetes-group-version-kind': gvk,
        parameters: [PRETTY, ...(writes ? [DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION] : []), ...(method === 'delete' ? [DRY_RUN] : [])],
        responses: {
          200: { description: 'OK', content: { 'application/json': { schema: { $ref: `#/components/schemas/${schemaName}` } } } },
        },
      },
    ];
  };
  const known = resource.verbs.filter((verb) => OPERATIONS[verb] !== undefined);
  return {
    [root]: Object.fromEntries(known.filter((verb) => !ON_OBJECT.has(verb)).map(operation)),
    [`${root}/{name}`]: Object.fromEntries(known.filter((verb) => ON_OBJECT.has(verb)).map(operation)),
  };
}

export function createOpenApi(server: ServerState, aggregator: Aggregator): OpenApi {
  const { kinds } = server;
  let made = -1;
  let documents = new Map<string, object>();
  let sources: { readonly texts: Descriptions; readonly enums: Enums } | undefined;

  const pathOf = (resource: Resource): string => (resource.group === '' ? `api/${resource.version}` : `apis/${apiVersionOf(resource)}`);

  async function load(): Promise<{ readonly texts: Descriptions; readonly enums: Enums }> {
    if (sources) return sources;
    const [texts, enums] = await server.world.external(
      Promise.all([import('../api/generated/descriptions.json', { with: { type: 'json' } }), import('../api/schema/enums.ts')]),
    );
    sources = { texts: texts.default as unknown as Descriptions, enums: enums.ENUMS };
    return sources;
  }

  function documentOf(path: string, { texts, enums }: { readonly texts: Descriptions; readonly enums: Enums }): object | undefined {
    const known = documents.get(path);
    if (known) return known;
    const served = kinds.all.filter(({ resource }) => pathOf(resource) === path);
    if (served.length === 0) return undefined;
    const maker: Maker = { names: namesOf(kinds.all), texts, enums, schemas: {} };
    const paths: Json = {};
    for (const { resource, schema, openApi } of served) {
      const name = openApi === undefined ? addStruct(schema, maker) : addCustom(resource, openApi, maker);
      (maker.schemas[name] as Json)['x-kubernetes-group-version-kind'] = [
        { group: resource.group, kind: resource.kind, version: resource.version },
      ];
      Object.assign(paths, pathsOf(resource, name));
    }
    addStruct(structOf('DeleteOptions'), maker);
    const document = {
      openapi: '3.0.0',
      info: { title: 'Kubernetes', version: server.version },
      paths,
      components: { schemas: maker.schemas },
    };
    documents.set(path, document);
    return document;
  }

  /** All groups in one document of version 2; remembered as a path that no group-version has. */
  function wholeOf(from: { readonly texts: Descriptions; readonly enums: Enums }): object {
    const known = documents.get('v2');
    if (known) return known;
    const paths = [...new Set(kinds.all.map(({ resource }) => pathOf(resource)))];
    const foreign = aggregator.all.flatMap(({ openApi }) => (openApi === undefined ? [] : [openApi as object]));
    const document = openApiV2(server.version, [...paths.flatMap((path) => documentOf(path, from) ?? []), ...foreign]);
    documents.set('v2', document);
    return document;
  }

  return {
    async answer(request, parts) {
      if (made !== kinds.generation) {
        made = kinds.generation;
        documents = new Map();
      }
      if (parts[1] !== 'v2' && parts[1] !== 'v3') return undefined;
      const elsewhere = aggregator.all.filter(({ openApi }) => openApi !== undefined).map(({ group, version }) => `apis/${group}/${version}`);
      const hash = sha256Hex(`${server.version}/${kinds.generation}/${elsewhere.join(' ')}`).toUpperCase();
      const etag = `"${hash.slice(0, 32)}"`;
      const json = (body: object): ApiResponse => ({ status: 200, headers: { 'content-type': 'application/json', etag }, body });
      const known = headerOf(request, 'if-none-match') ?? '';
      if (known === '*' || known === etag) return { status: 304, headers: { etag }, body: '' };
      if (parts[1] === 'v2') return parts.length === 2 ? json(wholeOf(await load())) : undefined;
      if (parts.length === 2) {
        const paths = new Set([...kinds.all.map(({ resource }) => pathOf(resource)), ...elsewhere]);
        return json({
          paths: Object.fromEntries([...paths].sort().map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }])),
        });
      }
      const foreign = aggregator.find(parts[3] ?? '', parts[4] ?? '')?.openApi;
      if (foreign !== undefined && parts[2] === 'apis' && parts.length === 5) return json(foreign);
      const document = documentOf(parts.slice(2).join('/'), await load());
      return document && json(document);
    },
  };
}
