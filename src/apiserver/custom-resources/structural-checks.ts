/** Whether the schema of a definition is structural, with Kubernetes' texts.
 *  Upstream: staging/src/k8s.io/apiextensions-apiserver/pkg/{apiserver/schema,apis/apiextensions/validation}/validation.go */
import type { FieldError } from '../../api/field-error.ts';
import { forbiddenField, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type { JSONSchemaProps } from '../../api/generated/types.ts';
import { compilePattern } from '../../api/patterns.ts';
import { validateStructural } from '../../api/schema/structural-validation.ts';

type Level = 'root' | 'item' | 'field';
type Errors = FieldError[];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const inner = (value: unknown): JSONSchemaProps | undefined => (isObject(value) ? (value as JSONSchemaProps) : undefined);

const NO_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};
const KNOWN_TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

export function structuralErrors(schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const errors: Errors = [];
  checkSchema(errors, schema, 'root', path);
  return errors;
}

function checkSchema(errors: Errors, schema: JSONSchemaProps, level: Level, path: string): void {
  const { type } = schema;
  const items = inner(schema.items);
  const values = inner(schema.additionalProperties);
  if (type === 'array' && items === undefined) errors.push(required(`${path}.items`, 'must be specified'));
  if (items !== undefined) checkSchema(errors, items, 'item', `${path}.items`);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (level === 'root' && name === 'metadata') checkMetadata(errors, property, `${path}.properties[metadata]`);
    else checkSchema(errors, property, 'field', `${path}.properties[${name}]`);
  }
  if (schema.additionalProperties !== undefined) {
    if (level === 'root') errors.push(forbiddenField(`${path}.additionalProperties`, 'must not be used at the root'));
    if (schema.properties !== undefined && (values !== undefined || schema.additionalProperties === false)) {
      errors.push(forbiddenField(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
    }
    if (values !== undefined) checkSchema(errors, values, 'field', `${path}.additionalProperties`);
  }
  checkType(errors, schema, level, path);
  checkExtensions(errors, schema, path);
  checkValues(errors, schema, path);
  checkDefault(errors, schema, path);
}

function checkType(errors: Errors, schema: JSONSchemaProps, level: Level, path: string): void {
  const { type } = schema;
  if (schema['x-kubernetes-embedded-resource'] && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type ? invalidValue(`${path}.type`, type, why) : required(`${path}.type`, why));
  } else if (!type && !schema['x-kubernetes-int-or-string'] && !schema['x-kubernetes-preserve-unknown-fields']) {
    errors.push(required(`${path}.type`, NO_TYPE[level]));
  }
  if (type && !KNOWN_TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, KNOWN_TYPES));
  if (level === 'root' && type && type !== 'object') errors.push(invalidValue(`${path}.type`, type, 'must be object at the root'));
}

function checkMetadata(errors: Errors, schema: JSONSchemaProps, path: string): void {
  if (schema.type !== 'object') errors.push(invalidValue(`${path}.type`, schema.type ?? '', 'must be object'));
  const { type: _t, properties = {}, description: _d, ...rest } = schema;
  const others = Object.keys(properties).filter((name) => name !== 'name' && name !== 'generateName');
  if (others.length > 0 || Object.keys(rest).length > 0) {
    errors.push(forbiddenField(path, 'must not specify anything other than name and generateName, but metadata is implicitly specified'));
  }
}

function checkExtensions(errors: Errors, schema: JSONSchemaProps, path: string): void {
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const) {
    if (isIntOrString && schema[name])
      errors.push(invalidValue(`${path}.${name}`, true, 'must be false if x-kubernetes-int-or-string is true'));
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== undefined) {
    if (schema.type !== 'array') {
      errors.push(
        schema.type
          ? invalidValue(`${path}.type`, schema.type, 'must be array if x-kubernetes-list-type is specified')
          : required(`${path}.type`, 'must be array if x-kubernetes-list-type is specified'),
      );
    }
    if (!['atomic', 'map', 'set'].includes(listType))
      errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  }
  if (schema['x-kubernetes-map-type'] !== undefined && schema.type !== 'object') {
    errors.push(
      schema.type
        ? invalidValue(`${path}.type`, schema.type, 'must be object if x-kubernetes-map-type is specified')
        : required(`${path}.type`, 'must be object if x-kubernetes-map-type is specified'),
    );
  }
  checkKeys(errors, schema, path);
}

function checkKeys(errors: Errors, schema: JSONSchemaProps, path: string): void {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const isMap = schema['x-kubernetes-list-type'] === 'map';
  if (isMap && keys.length === 0)
    errors.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  if (!isMap) {
    if (keys.length > 0)
      errors.push(forbiddenField(`${path}.x-kubernetes-list-type`, 'must be map if x-kubernetes-list-map-keys is non-empty'));
    return;
  }
  const items = inner(schema.items);
  keys.forEach((key, i) => {
    const property = items?.properties?.[key];
    if (property === undefined)
      errors.push(invalidValue(`${path}.x-kubernetes-list-map-keys[${i}]`, key, 'entries must all be names of item properties'));
    else if (!items?.required?.includes(key) && property.default === undefined) {
      errors.push(
        required(
          `${path}.items.properties[${key}].default`,
          `this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
        ),
      );
    }
  });
}

function checkValues(errors: Errors, schema: JSONSchemaProps, path: string): void {
  if (schema.uniqueItems)
    errors.push(forbiddenField(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'));
  for (const name of ['$ref', 'definitions', 'dependencies', 'patternProperties', 'additionalItems', 'id'] as const) {
    if (schema[name] !== undefined) errors.push(forbiddenField(`${path}.${name}`, `${name} is not supported`));
  }
  checkPattern(errors, schema, path);
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  (schema.anyOf ?? []).forEach((each, i) => checkNested(errors, each, `${path}.anyOf[${i}]`, isIntOrString));
  (schema.allOf ?? []).forEach((each, i) => checkNested(errors, each, `${path}.allOf[${i}]`, false));
  (schema.oneOf ?? []).forEach((each, i) => checkNested(errors, each, `${path}.oneOf[${i}]`, false));
  if (schema.not) checkNested(errors, schema.not, `${path}.not`, false);
}

function checkPattern(errors: Errors, { pattern }: JSONSchemaProps, path: string): void {
  if (pattern === undefined) return;
  const compiled = compilePattern(pattern);
  if (typeof compiled !== 'string') return;
  errors.push(invalidValue(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${compiled}`));
}

const EMPTY = ['title', 'description'] as const;
const UNDEFINED = ['additionalProperties', 'default', 'externalDocs', 'x-kubernetes-list-type', 'x-kubernetes-map-type'] as const;
const FALSE = ['nullable', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string'] as const;

/** Inside anyOf and its like only values may be restricted. */
function checkNested(errors: Errors, schema: JSONSchemaProps, path: string, mayHaveType: boolean): void {
  const isIntOrString = schema.anyOf?.length === 2 && schema.anyOf[0]?.type === 'integer' && schema.anyOf[1]?.type === 'string';
  const no = (name: string, why: string): void => void errors.push(forbiddenField(`${path}.${name}`, `must be ${why} to be structural`));
  if (schema.type && !mayHaveType) no('type', 'empty');
  for (const name of EMPTY) if (schema[name]) no(name, 'empty');
  for (const name of UNDEFINED) if (schema[name] !== undefined) no(name, 'undefined');
  for (const name of FALSE) if (schema[name]) no(name, 'false');
  if ((schema['x-kubernetes-validations'] ?? []).length > 0) no('x-kubernetes-validations', 'empty');
  if (schema.properties?.metadata) errors.push(forbiddenField(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
  checkPattern(errors, schema, path);
  (schema.anyOf ?? []).forEach((each, i) => checkNested(errors, each, `${path}.anyOf[${i}]`, isIntOrString));
  (schema.allOf ?? []).forEach((each, i) => checkNested(errors, each, `${path}.allOf[${i}]`, false));
  (schema.oneOf ?? []).forEach((each, i) => checkNested(errors, each, `${path}.oneOf[${i}]`, false));
  if (schema.not) checkNested(errors, schema.not, `${path}.not`, false);
  const items = inner(schema.items);
  if (items !== undefined) checkNested(errors, items, `${path}.items`, false);
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    checkNested(errors, property, `${path}.properties[${name}]`, false);
}

/** A default must be a value that the schema takes. */
function checkDefault(errors: Errors, schema: JSONSchemaProps, path: string): void {
  if (schema.default === undefined || (schema.default === null && schema.nullable)) return;
  for (const error of validateStructural({ spec: schema.default }, { type: 'object', properties: { spec: schema } })) {
    const field = `${path}.default${error.field.slice('spec'.length)}`;
    errors.push({ ...error, field, detail: error.detail.replace(/^spec/, field) });
  }
}
