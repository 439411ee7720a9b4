/** Structural schemas of custom resources: compiled for decoding, which prunes what they do not name, and defaulting.
 *  Upstream: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema */
import type { JSONSchemaProps } from '../generated/types.ts';
import type { Field, ListType, StructType, Type } from './types.ts';
import { ANY, OPEN_STRUCT, structOf } from './types.ts';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const schemaIn = (value: unknown): JSONSchemaProps | undefined => (isObject(value) ? (value as JSONSchemaProps) : undefined);

function typeFrom(schema: JSONSchemaProps | undefined): Type {
  if (schema === undefined || schema['x-kubernetes-int-or-string']) return ANY;
  const items = schemaIn(schema.items);
  if (schema.type === 'array') {
    return {
      kind: 'list',
      element: typeFrom(items),
      list: (schema['x-kubernetes-list-type'] as ListType | undefined) ?? 'atomic',
      keys: schema['x-kubernetes-list-map-keys'] ?? [],
    };
  }
  if (schema.type !== 'object') return ANY;
  const values = schemaIn(schema.additionalProperties);
  if (values) return { kind: 'map', element: typeFrom(values), atomic: schema['x-kubernetes-map-type'] === 'atomic' };
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;
  const isResource = schema['x-kubernetes-embedded-resource'] === true;
  if (isOpen && !isResource && schema.properties === undefined) return OPEN_STRUCT;
  const struct = structFrom(schema, '', isResource ? commonFields() : []);
  return isOpen ? withUnknown(struct) : struct;
}

/** The fields that it names as they are, all others as they come. */
const withUnknown = (struct: StructType): StructType => ({ ...struct, field: (name) => struct.field(name) ?? plainField(name, ANY) });

const plainField = (name: string, type: Type): Field => ({
  name,
  setKey: `f:${name}`,
  type,
  required: false,
  strategies: [],
  mergeKey: undefined,
  omitsZero: false,
});

/** What every object has. */
function commonFields(): readonly Field[] {
  const text: Type = { kind: 'scalar', scalar: 'string' };
  return [plainField('apiVersion', text), plainField('kind', text), plainField('metadata', structOf('ObjectMeta'))];
}

function structFrom(schema: JSONSchemaProps, name: string, extra: readonly Field[]): StructType {
  const fields: Field[] = Object.entries(schema.properties ?? {}).map(([key, property]) => ({
    name: key,
    setKey: `f:${key}`,
    type: typeFrom(property),
    required: schema.required?.includes(key) ?? false,
    strategies: [],
    mergeKey: undefined,
    omitsZero: false,
  }));
  const table = new Map([...fields, ...extra].map((field) => [field.name, field]));
  return {
    kind: 'struct',
    name,
    goName: name,
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    open: false,
    field: (key) => table.get(key),
    fields: [...table.values()],
  };
}

/** The root of a custom resource: its own fields and those that every object has. */
export function compileStructural(kind: string, schema: JSONSchemaProps): StructType {
  const root = { ...structFrom(schema, kind, commonFields()), isCustom: true };
  return schema['x-kubernetes-preserve-unknown-fields'] ? withUnknown(root) : root;
}

/** Fills in defaults where a field is absent, and drops a null where the schema allows none; shares what needs neither. */
export function withDefaults(value: unknown, schema: JSONSchemaProps): unknown {
  if (Array.isArray(value)) {
    const items = schemaIn(schema.items);
    return items === undefined ? value : mapShared(value, (item) => withDefaults(item, items));
  }
  if (!isObject(value)) return value;
  let copy: Record<string, unknown> | undefined;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const isPresent = value[name] !== undefined && (value[name] !== null || property.nullable === true);
    if (!isPresent && property.default === undefined) {
      if (value[name] === null && property.type !== undefined) delete (copy ??= { ...value })[name];
      continue;
    }
    const next = withDefaults(isPresent ? value[name] : property.default, property);
    if (next !== value[name]) (copy ??= { ...value })[name] = next;
  }
  const values = schemaIn(schema.additionalProperties);
  if (values) {
    for (const name in value) {
      const next = withDefaults(value[name], values);
      if (next !== value[name]) (copy ??= { ...value })[name] = next;
    }
  }
  return copy ?? value;
}

function mapShared(list: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  const next = list.map(change);
  return next.every((item, i) => item === list[i]) ? list : next;
}
