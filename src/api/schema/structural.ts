/** Structural schemas of custom resources: compiled for decoding (which prunes what they do not name), defaulting, and
 *  validation in the words of the OpenAPI validator.
 *  Differs from Kubernetes: x-kubernetes-validations (CEL), oneOf, anyOf, allOf and not are kept but not evaluated.
 *  Upstream: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/{schema,validation} */
import type { FieldError } from '../field-error.ts';
import { invalidPrinted, invalidValue, notSupported, printValue, required, typeInvalid } from '../field-error.ts';
import type { JSONSchemaProps } from '../generated/types.ts';
import { compilePattern } from '../patterns.ts';
import type { Field, ListType, StructType, Type } from './types.ts';
import { ANY, OPEN_STRUCT, structOf } from './types.ts';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const schemaIn = (value: unknown): JSONSchemaProps | undefined => (isObject(value) ? (value as JSONSchemaProps) : undefined);

function typeFrom(schema: JSONSchemaProps | undefined): Type {
  if (schema === undefined || schema['x-kubernetes-int-or-string']) return ANY;
  const items = schemaIn(schema.items);
  if (schema.type === 'array') {
    return { kind: 'list', element: typeFrom(items), list: (schema['x-kubernetes-list-type'] as ListType | undefined) ?? 'atomic', keys: schema['x-kubernetes-list-map-keys'] ?? [] };
  }
  if (schema.type !== 'object') return ANY;
  const values = schemaIn(schema.additionalProperties);
  if (values) return { kind: 'map', element: typeFrom(values), atomic: schema['x-kubernetes-map-type'] === 'atomic' };
  if (schema['x-kubernetes-preserve-unknown-fields'] || schema['x-kubernetes-embedded-resource'] || schema.additionalProperties === true) return OPEN_STRUCT;
  return structFrom(schema, '', []);
}

function structFrom(schema: JSONSchemaProps, name: string, extra: readonly Field[]): StructType {
  const fields: Field[] = Object.entries(schema.properties ?? {}).map(([key, property]) => ({
    name: key, setKey: `f:${key}`, type: typeFrom(property), required: schema.required?.includes(key) ?? false, strategies: [], mergeKey: undefined, omitsZero: false,
  }));
  const table = new Map([...fields, ...extra].map((field) => [field.name, field]));
  return {
    kind: 'struct', name, goName: name, atomic: schema['x-kubernetes-map-type'] === 'atomic', open: false, field: (key) => table.get(key), fields: [...table.values()],
  };
}

/** The root of a custom resource: its own fields and those that every object has. */
export function compileStructural(kind: string, schema: JSONSchemaProps): StructType {
  const plain = (name: string, type: Type): Field => ({ name, setKey: `f:${name}`, type, required: false, strategies: [], mergeKey: undefined, omitsZero: false });
  const text: Type = { kind: 'scalar', scalar: 'string' };
  const common = [plain('apiVersion', text), plain('kind', text), plain('metadata', structOf('ObjectMeta'))];
  const root = structFrom(schema, kind, common);
  if (!schema['x-kubernetes-preserve-unknown-fields']) return root;
  const known = new Map(common.map((field) => [field.name, field]));
  return { ...root, field: (name) => known.get(name) ?? { ...plain(name, ANY) } };
}

/** Fills in defaults where a field is absent; shares what needs none. */
export function withDefaults(value: unknown, schema: JSONSchemaProps): unknown {
  if (Array.isArray(value)) {
    const items = schemaIn(schema.items);
    return items === undefined ? value : mapShared(value, (item) => withDefaults(item, items));
  }
  if (!isObject(value)) return value;
  let copy: Record<string, unknown> | undefined;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const present = value[name] !== undefined;
    if (!present && property.default === undefined) continue;
    const next = withDefaults(present ? value[name] : property.default, property);
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

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string', boolean: (value) => typeof value === 'boolean', number: (value) => typeof value === 'number',
  integer: (value) => typeof value === 'number' && Number.isInteger(value), object: isObject, array: Array.isArray,
};

const typeName = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return value === null ? 'null' : typeof value;
};

export function validateStructural(value: unknown, schema: JSONSchemaProps, path = ''): readonly FieldError[] {
  const errors: FieldError[] = [];
  check(value, schema, path, errors);
  return errors;
}

function check(value: unknown, schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  if (value === null && schema.nullable) return;
  if (schema['x-kubernetes-int-or-string']) {
    if (typeof value !== 'string' && !(typeof value === 'number' && Number.isInteger(value))) {
      errors.push(typeInvalid(path, typeName(value), `${path} in body must be of type integer,string: ${printValue(typeName(value))}`));
    }
    return;
  }
  if (schema.type !== undefined && TYPES[schema.type] !== undefined && !TYPES[schema.type]!(value)) {
    errors.push(typeInvalid(path, typeName(value), `${path} in body must be of type ${schema.type}: ${printValue(typeName(value))}`));
    return;
  }
  if (schema.enum && !schema.enum.some((each) => each === value)) errors.push(notSupported(path, value, schema.enum.map(String)));
  if (typeof value === 'number') checkNumber(value, schema, path, errors);
  else if (typeof value === 'string') checkText(value, schema, path, errors);
  else if (Array.isArray(value)) checkList(value, schema, path, errors);
  else if (isObject(value)) checkObject(value, schema, path, errors);
}

function checkNumber(value: number, schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  const complain = (text: string): void => void errors.push(invalidValue(path, value, `${path} in body should be ${text}`));
  const { minimum, maximum, multipleOf } = schema;
  if (minimum !== undefined && (schema.exclusiveMinimum ? value <= minimum : value < minimum)) {
    complain(`greater than ${schema.exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  }
  if (maximum !== undefined && (schema.exclusiveMaximum ? value >= maximum : value > maximum)) complain(`less than ${schema.exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  if (multipleOf !== undefined && value % multipleOf !== 0) complain(`a multiple of ${multipleOf}`);
}

function checkText(value: string, schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  const length = [...value].length;
  if (schema.minLength !== undefined && length < schema.minLength) {
    errors.push(invalidValue(path, value, `${path} in body should be at least ${schema.minLength} chars long`));
  }
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    errors.push({ type: 'FieldValueTooLong', field: path, detail: `may not be more than ${schema.maxLength} bytes` });
  }
  if (schema.pattern === undefined) return;
  const pattern = compilePattern(schema.pattern);
  if (typeof pattern !== 'string' && !pattern.test(value)) errors.push(invalidValue(path, value, `${path} in body should match '${schema.pattern}'`));
}

function checkList(value: readonly unknown[], schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    errors.push(invalidPrinted(path, String(value.length), `${path} in body should have at least ${schema.minItems} items`));
  }
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    errors.push({ type: 'FieldValueTooMany', field: path, value: String(value.length), detail: `must have at most ${schema.maxItems} items` });
  }
  const items = schemaIn(schema.items);
  if (items) value.forEach((item, i) => check(item, items, `${path}[${i}]`, errors));
}

function checkObject(value: Json, schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  for (const name of schema.required ?? []) if (value[name] === undefined) errors.push(required(at(name)));
  const values = schemaIn(schema.additionalProperties);
  for (const name in value) {
    if (path === '' && (name === 'metadata' || name === 'apiVersion' || name === 'kind')) continue;
    const inner = schema.properties?.[name] ?? values;
    if (inner) check(value[name], inner, at(name), errors);
  }
}
