/** Types and values of CEL from the structural schema of a custom resource, or from no schema at all.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/cel/{common/schemas.go,common/values.go,escaping.go} */
import { fromBase64 } from '../../base/bytes.ts';
import type { JSONSchemaProps } from '../generated/types.ts';
import { parseDuration, parseTimestamp } from './times.ts';
import { RESERVED_WORDS } from './tokens.ts';
import type { CelType } from './types.ts';
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listOf, mapOf, STRING, TIMESTAMP } from './types.ts';
import type { Value } from './values.ts';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const inner = (value: unknown): JSONSchemaProps | undefined => (isObject(value) ? (value as JSONSchemaProps) : undefined);

const META: CelType = {
  kind: 'object',
  name: 'selfType.metadata',
  fields: new Map([
    ['name', STRING],
    ['generateName', STRING],
  ]),
};

/** `isRoot`: apiVersion, kind and metadata are there without being declared. */
export function celTypeOf(schema: JSONSchemaProps | undefined, name: string, isRoot = false): CelType {
  if (schema === undefined || schema['x-kubernetes-int-or-string']) return DYN;
  switch (schema.type) {
    case 'boolean':
      return BOOL;
    case 'integer':
      return INT;
    case 'number':
      return DOUBLE;
    case 'string':
      return textType(schema.format);
    case 'array':
      return listOf(celTypeOf(inner(schema.items), `${name}.@items`));
    case 'object':
      return objectType(schema, name, isRoot);
    default:
      return DYN;
  }
}

function textType(format: string | undefined): CelType {
  switch (format) {
    case 'byte':
      return BYTES;
    case 'date':
    case 'date-time':
      return TIMESTAMP;
    case 'duration':
      return DURATION;
    default:
      return STRING;
  }
}

function objectType(schema: JSONSchemaProps, name: string, isRoot: boolean): CelType {
  const values = inner(schema.additionalProperties);
  if (values !== undefined) return mapOf(STRING, celTypeOf(values, `${name}.@values`));
  const isResource = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  const isOpen = schema.additionalProperties === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  const properties = Object.entries(schema.properties ?? {});
  if (isOpen && properties.length === 0 && !isResource) return DYN;
  const fields = new Map<string, CelType>();
  for (const [key, property] of properties) {
    const escaped = escapeName(key);
    if (escaped !== undefined) fields.set(escaped, celTypeOf(property, `${name}.${key}`));
  }
  if (isResource) {
    fields.set('apiVersion', STRING);
    fields.set('kind', STRING);
    fields.set('metadata', META);
  }
  return { kind: 'object', name, fields };
}

/** What may not be a name in an expression as it stands: the reserved words and those of the language itself. */
const KEYWORDS = new Set([...RESERVED_WORDS, 'true', 'false', 'null', 'in']);
const ESCAPES: Readonly<Record<string, string>> = { '.': '__dot__', '-': '__dash__', '/': '__slash__' };

/** A property as an expression names it; undefined where it cannot. */
export function escapeName(name: string): string | undefined {
  if (KEYWORDS.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name)) return undefined;
  return name.replaceAll('__', '__underscores__').replace(/[./-]/g, (character) => ESCAPES[character] as string);
}

/** A JSON value as the expression sees it. */
export function celValueOf(value: unknown, type: CelType, schema?: JSONSchemaProps): Value {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'int':
      return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : plainValue(value);
    case 'double':
      return value as number;
    case 'bytes':
      return fromBase64(String(value)) ?? new Uint8Array();
    case 'timestamp':
      return parseTimestamp(/^\d{4}-\d\d-\d\d$/.test(String(value)) ? `${String(value)}T00:00:00Z` : String(value)) ?? String(value);
    case 'duration':
      return parseDuration(String(value)) ?? String(value);
    case 'list':
      return Array.isArray(value) ? value.map((item) => celValueOf(item, type.of, inner(schema?.items))) : plainValue(value);
    case 'map':
      return isObject(value)
        ? mapFrom(
            value,
            () => [type.value, inner(schema?.additionalProperties)],
            (key) => key,
          )
        : plainValue(value);
    case 'object':
      return isObject(value)
        ? mapFrom(value, (key) => [type.fields.get(escapeName(key) ?? '') ?? DYN, schema?.properties?.[key]], escapeName)
        : plainValue(value);
    default:
      return plainValue(value);
  }
}

function mapFrom(
  value: Json,
  partOf: (key: string) => readonly [CelType, JSONSchemaProps | undefined],
  nameOf: (key: string) => string | undefined,
): Value {
  const out = new Map<Value, Value>();
  for (const key in value) {
    const name = nameOf(key);
    if (name === undefined || value[key] === undefined) continue;
    const [type, schema] = partOf(key);
    out.set(name, celValueOf(value[key], type, schema));
  }
  return out;
}

/** A JSON value without a schema: whole numbers are ints. */
export function plainValue(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(plainValue);
  if (isObject(value))
    return mapFrom(
      value,
      () => [DYN, undefined],
      (key) => key,
    );
  return value as boolean | string;
}
