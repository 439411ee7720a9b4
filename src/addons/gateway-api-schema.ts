/** A small language for the schemas of Gateway API's CRDs: a field is a description and its limits, "name!" is a required
 *  field, a rule is its message and its CEL expression. */
import type { JSONSchemaProps } from '../api/generated/types.ts';

/** What is refused, in the words that the learner sees, and the expression that must hold. */
export type Rule = readonly [message: string, rule: string];

interface Limits extends JSONSchemaProps {
  readonly rules?: readonly Rule[];
  /** Entries are told apart by these fields: a list of type map. */
  readonly keys?: readonly string[];
}

function schema(type: string, description: string, { rules, keys, ...limits }: Limits): JSONSchemaProps {
  return {
    type,
    ...(description !== '' && { description }),
    ...limits,
    ...(keys && { 'x-kubernetes-list-map-keys': keys, 'x-kubernetes-list-type': 'map' }),
    ...(rules && { 'x-kubernetes-validations': rules.map(([message, rule]) => ({ message, rule })) }),
  };
}

export const text = (description: string, limits: Limits = {}): JSONSchemaProps => schema('string', description, limits);

export const choice = (description: string, values: readonly string[], limits: Limits = {}): JSONSchemaProps =>
  schema('string', description, { enum: values, ...limits });

export const int32 = (description: string, limits: Limits = {}): JSONSchemaProps =>
  schema('integer', description, { format: 'int32', ...limits });

export const list = (description: string, items: JSONSchemaProps, limits: Limits = {}): JSONSchemaProps =>
  schema('array', description, { items, ...limits });

export const map = (description: string, additionalProperties: JSONSchemaProps, limits: Limits = {}): JSONSchemaProps =>
  schema('object', description, { additionalProperties, ...limits });

/** A "!" after a field's name makes it required. */
export function object(description: string, fields: Readonly<Record<string, JSONSchemaProps>>, limits: Limits = {}): JSONSchemaProps {
  const names = Object.keys(fields);
  const required = names.filter((name) => name.endsWith('!')).map((name) => name.slice(0, -1));
  const properties = Object.fromEntries(names.map((name) => [name.replace(/!$/, ''), fields[name] ?? {}]));
  return schema('object', description, { properties, ...(required.length > 0 && { required }), ...limits });
}

/** A whole kind: `apiVersion`, `kind` and `metadata` stand beside what is its own. */
export const kindOf = (description: string, fields: Readonly<Record<string, JSONSchemaProps>>): JSONSchemaProps =>
  object(description, { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' }, ...fields });
