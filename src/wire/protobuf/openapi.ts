/** An OpenAPI v2 document in protobuf, the only form in which kubectl before 1.29 reads it, and every kubectl for lists.
 *  Upstream: github.com/google/gnostic-models/openapiv2/OpenAPIv2.proto (field numbers) */
import { doublePart, lengthPart, wholePart } from './writer.ts';

export const OPENAPI_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
/** As it is asked for it is no media type, so the answer calls itself otherwise. */
export const OPENAPI_ANSWERED = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

type Json = Readonly<Record<string, unknown>>;
/** How a value stands in its message: a scalar, a message, a list of either ("[]"), or names with messages ("{}"). */
interface Field { readonly number: number; readonly form: string }

/** "name number form, ..." a message; `x-` is the number under which extensions go. */
const MESSAGES: Readonly<Record<string, string>> = {
  Document: 'swagger 1 string, info 2 Info, host 3 string, basePath 4 string, schemes 5 string[], consumes 6 string[], produces 7 string[], paths 8 Paths, definitions 9 Schema{}, x- 16 any',
  Info: 'title 1 string, version 2 string, description 3 string, x- 7 any',
  PathItem: 'get 2 Operation, put 3 Operation, post 4 Operation, delete 5 Operation, options 6 Operation, head 7 Operation, patch 8 Operation, parameters 9 Parameter[], x- 10 any',
  Operation: 'tags 1 string[], summary 2 string, description 3 string, operationId 5 string, produces 6 string[], consumes 7 string[], parameters 8 Parameter[], '
    + 'responses 9 Responses, schemes 10 string[], deprecated 11 bool, x- 13 any',
  BodyParameter: 'description 1 string, name 2 string, in 3 string, required 4 bool, schema 5 Schema, x- 6 any',
  HeaderParameter: 'required 1 bool, in 2 string, description 3 string, name 4 string, type 5 string, format 6 string',
  QueryParameter: 'required 1 bool, in 2 string, description 3 string, name 4 string, allowEmptyValue 5 bool, type 6 string, format 7 string, uniqueItems 20 bool, x- 23 any',
  PathParameter: 'required 1 bool, in 2 string, description 3 string, name 4 string, type 5 string, format 6 string, uniqueItems 19 bool, x- 22 any',
  Response: 'description 1 string, schema 2 SchemaItem, x- 5 any',
  SchemaItem: '',
  Schema: '$ref 1 string, format 2 string, title 3 string, description 4 string, default 5 any, multipleOf 6 double, maximum 7 double, exclusiveMaximum 8 bool, minimum 9 double, '
    + 'exclusiveMinimum 10 bool, maxLength 11 int, minLength 12 int, pattern 13 string, maxItems 14 int, minItems 15 int, uniqueItems 16 bool, maxProperties 17 int, minProperties 18 int, '
    + 'required 19 string[], enum 20 any[], additionalProperties 21 SchemaOrBool, type 22 Type, items 23 Items, allOf 24 Schema[], properties 25 Schema{}, discriminator 26 string, '
    + 'readOnly 27 bool, example 30 any, x- 31 any',
};

const tables = new Map(Object.entries(MESSAGES).map(([name, text]) => [name, new Map(text.split(', ').filter(Boolean).map((line): [string, Field] => {
  const [key = '', number = '', form = ''] = line.split(' ');
  return [key, { number: Number(number), form }];
}))]));

/** The document's bytes. What the format has no field for is left out. */
export const encodeOpenApi = (document: object): Buffer => Buffer.concat(message('Document', document as Json));

function message(name: string, value: Json): Buffer[] {
  const table = tables.get(name) as ReadonlyMap<string, Field>;
  return Object.entries(value).flatMap(([key, each]) => {
    const field = table.get(key);
    if (field) return fieldParts(field, each);
    const extensions = key.startsWith('x-') ? table.get('x-') : undefined;
    return extensions ? [lengthPart(extensions.number, named(key, anyParts(each)))] : [];
  });
}

const named = (name: string, value: readonly Buffer[]): Buffer[] => [lengthPart(1, name), lengthPart(2, value)];
/** A value of any shape travels as YAML, which JSON is. */
const anyParts = (value: unknown): Buffer[] => [lengthPart(2, JSON.stringify(value))];

function fieldParts({ number, form }: Field, value: unknown): Buffer[] {
  if (form.endsWith('[]')) return (value as readonly unknown[]).flatMap((each) => fieldParts({ number, form: form.slice(0, -2) }, each));
  if (form.endsWith('{}')) return [lengthPart(number, Object.entries(value as Json).map(([name, each]) => lengthPart(1, named(name, message(form.slice(0, -2), each as Json)))))];
  if (form === 'string') return [lengthPart(number, String(value))];
  if (form === 'bool' || form === 'int') return [wholePart(number, value as number | boolean)];
  if (form === 'double') return [doublePart(number, value as number)];
  return [lengthPart(number, (SPECIAL[form] ?? ((each) => message(form, each as Json)))(value))];
}

/** The values that JSON writes in another way than protobuf. */
const SPECIAL: Readonly<Record<string, (value: unknown) => Buffer[]>> = {
  any: anyParts,
  Type: (value) => (Array.isArray(value) ? value : [value]).map((each) => lengthPart(1, String(each))),
  Items: (value) => [lengthPart(1, message('Schema', value as Json))],
  SchemaItem: (value) => [lengthPart(1, message('Schema', value as Json))],
  SchemaOrBool: (value) => (typeof value === 'boolean' ? [wholePart(2, value)] : [lengthPart(1, message('Schema', value as Json))]),
  Paths: (value) => Object.entries(value as Json).map(([path, item]) => lengthPart(2, named(path, message('PathItem', item as Json)))),
  Responses: (value) => Object.entries(value as Json).map(([code, response]) => lengthPart(1, named(code, [lengthPart(1, message('Response', response as Json))]))),
  Parameter: parameterParts,
};

const IN: Readonly<Record<string, readonly [number, string]>> = { header: [1, 'HeaderParameter'], query: [3, 'QueryParameter'], path: [4, 'PathParameter'] };

/** A reference, the body, or one of the others, each inside its own wrapper. */
function parameterParts(value: unknown): Buffer[] {
  const parameter = value as Json;
  if (typeof parameter['$ref'] === 'string') return [lengthPart(2, [lengthPart(1, parameter['$ref'])])];
  const place = IN[String(parameter['in'])];
  if (!place) return [lengthPart(1, [lengthPart(1, message('BodyParameter', parameter))])];
  return [lengthPart(1, [lengthPart(2, [lengthPart(place[0], message(place[1], parameter))])])];
}
