/** What the schema of a custom resource says about its values, in the words of the OpenAPI validator. What was wrong before
 *  and is not touched by an update may stay.
 *  Upstream: k8s.io/kube-openapi/pkg/validation, staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/validation */
import { equal } from '../../base/json.ts';
import type { FieldError } from '../field-error.ts';
import { duplicate, invalidPrinted, invalidValue, notAmong, printValue, required, typeInvalid } from '../field-error.ts';
import { hasFormat } from '../formats.ts';
import type { JSONSchemaProps } from '../generated/types.ts';
import { compilePattern } from '../patterns.ts';
import { duplicatesIn, indexByKeys } from './list-keys.ts';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const schemaIn = (value: unknown): JSONSchemaProps | undefined => (isObject(value) ? (value as JSONSchemaProps) : undefined);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: (value) => typeof value === 'number' && Number.isInteger(value),
  object: isObject,
  array: Array.isArray,
};

const typeName = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return value === null ? 'null' : typeof value;
};

/** `old`: the object before an update. */
export function validateStructural(value: unknown, schema: JSONSchemaProps, old?: unknown): readonly FieldError[] {
  const errors: FieldError[] = [];
  check(value, schema, '', errors, old);
  return errors;
}

function check(value: unknown, schema: JSONSchemaProps, path: string, errors: FieldError[], old?: unknown): void {
  if (value === null && schema.nullable) return;
  if (old !== undefined && path !== '' && equal(value, old)) return;
  const wanted = schema['x-kubernetes-int-or-string'] ? 'integer,string' : schema.type;
  const isOfType = (wanted ?? '').split(',').some((each) => TYPES[each] === undefined || TYPES[each](value));
  if (!isOfType) {
    errors.push(typeInvalid(path, typeName(value), `${path} in body must be of type ${wanted}: ${printValue(typeName(value))}`));
    return;
  }
  if (schema.enum && !schema.enum.some((each) => equal(each, value))) errors.push(notAmong(path, value, schema.enum.map(enumText)));
  if (typeof value === 'number') checkNumber(value, schema, path, errors);
  else if (typeof value === 'string') checkText(value, schema, path, errors);
  else if (Array.isArray(value)) checkList(value, schema, path, errors, old);
  else if (isObject(value)) checkObject(value, schema, path, errors, old);
  checkJunctors(value, schema, path, errors);
}

const enumText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function checkNumber(value: number, schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  const complain = (text: string): void => void errors.push(invalidValue(path, value, `${path} in body should be ${text}`));
  const { minimum, maximum, multipleOf } = schema;
  if (minimum !== undefined && (schema.exclusiveMinimum ? value <= minimum : value < minimum)) {
    complain(`greater than ${schema.exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  }
  if (maximum !== undefined && (schema.exclusiveMaximum ? value >= maximum : value > maximum)) {
    complain(`less than ${schema.exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) complain(`a multiple of ${multipleOf}`);
}

function checkText(value: string, schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  const length = [...value].length;
  const { minLength, maxLength, pattern, format } = schema;
  if (minLength !== undefined && length < minLength) {
    errors.push(invalidValue(path, value, `${path} in body should be at least ${minLength} chars long`));
  }
  if (maxLength !== undefined && length > maxLength) {
    errors.push({ type: 'FieldValueTooLong', field: path, detail: `may not be more than ${maxLength} bytes` });
  }
  if (pattern !== undefined) {
    const compiled = compilePattern(pattern);
    if (typeof compiled !== 'string' && !compiled.test(value))
      errors.push(invalidValue(path, value, `${path} in body should match '${pattern}'`));
  }
  if (format !== undefined && !hasFormat(value, format)) {
    errors.push(typeInvalid(path, value, `${path} in body must be of type ${format}: ${printValue(value)}`));
  }
}

function checkList(value: readonly unknown[], schema: JSONSchemaProps, path: string, errors: FieldError[], old: unknown): void {
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    errors.push(invalidPrinted(path, String(value.length), `${path} in body should have at least ${schema.minItems} items`));
  }
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    errors.push({
      type: 'FieldValueTooMany',
      field: path,
      value: String(value.length),
      detail: `must have at most ${schema.maxItems} items`,
    });
  }
  const items = schemaIn(schema.items);
  const correlate = indexByKeys(schema, old);
  if (items) value.forEach((item, i) => check(item, items, `${path}[${i}]`, errors, correlate(item)));
  for (const [i, shown] of duplicatesIn(schema, value)) errors.push(duplicate(`${path}[${i}]`, shown));
}

function checkObject(value: Json, schema: JSONSchemaProps, path: string, errors: FieldError[], old: unknown): void {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const { minProperties, maxProperties } = schema;
  const count = Object.keys(value).length;
  if (minProperties !== undefined && count < minProperties) {
    errors.push(invalidPrinted(path, String(count), `${path} in body should have at least ${minProperties} properties`));
  }
  if (maxProperties !== undefined && count > maxProperties) {
    errors.push({ type: 'FieldValueTooMany', field: path, value: String(count), detail: `must have at most ${maxProperties} items` });
  }
  for (const name of schema.required ?? []) if (value[name] === undefined) errors.push(required(at(name)));
  if (schema['x-kubernetes-embedded-resource']) {
    for (const name of ['apiVersion', 'kind']) if (!value[name]) errors.push(required(at(name), 'must not be empty'));
  }
  const before = isObject(old) ? old : {};
  const values = schemaIn(schema.additionalProperties);
  for (const name in value) {
    const property = schema.properties?.[name];
    if (path === '' && (name === 'metadata' || name === 'apiVersion' || name === 'kind')) {
      if (name === 'metadata' && property) check(value[name], { ...property, required: [] }, name, errors, before[name]);
    } else if (property !== undefined) check(value[name], property, at(name), errors, before[name]);
    else if (values !== undefined) check(value[name], values, at(name), errors, before[name]);
  }
}

function isValid(value: unknown, schema: JSONSchemaProps, path: string): boolean {
  const errors: FieldError[] = [];
  check(value, schema, path, errors);
  return errors.length === 0;
}

function checkJunctors(value: unknown, schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  // The validator's error about several schemas names its path in its text only.
  const complain = (text: string): void => void errors.push(invalidPrinted('<nil>', '""', `"${path}" ${text}`));
  const { oneOf = [], anyOf = [], allOf = [], not } = schema;
  // x-kubernetes-int-or-string comes with this anyOf, which is checked above.
  if (anyOf.length > 0 && !schema['x-kubernetes-int-or-string'] && !anyOf.some((each) => isValid(value, each, path))) {
    complain('must validate at least one schema (anyOf)');
    check(value, anyOf[0] as JSONSchemaProps, path, errors);
  }
  if (oneOf.length > 0) {
    const count = oneOf.filter((each) => isValid(value, each, path)).length;
    if (count !== 1)
      complain(`must validate one and only one schema (oneOf). ${count === 0 ? 'Found none valid' : `Found ${count} valid alternatives`}`);
    if (count === 0) check(value, oneOf[0] as JSONSchemaProps, path, errors);
  }
  const failing = allOf.filter((each) => !isIntOrString(each) && !isValid(value, each, path));
  if (failing.length > 0) {
    complain(`must validate all the schemas (allOf)${failing.length === allOf.length ? '. None validated' : ''}`);
    for (const each of failing) check(value, each, path, errors);
  }
  if (not !== undefined && isValid(value, not, path)) complain('must not validate the schema (not)');
}

const isIntOrString = ({ anyOf = [] }: JSONSchemaProps): boolean =>
  anyOf.length === 2 && anyOf[0]?.type === 'integer' && anyOf[1]?.type === 'string';
