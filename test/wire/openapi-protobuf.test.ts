/** The OpenAPI v2 document in protobuf, field by field, as published numbers say. */
import { describe, expect, it } from 'vitest';
import { encodeOpenApi } from '../../src/wire/protobuf/openapi.ts';

/** Walks the bytes along field numbers, to the first of each; text at the end. The parser is this test's own. */
function at(bytes: Uint8Array, ...path: readonly number[]): string | undefined {
  const [wanted, ...rest] = path;
  if (wanted === undefined) return new TextDecoder().decode(bytes);
  for (let index = 0; index < bytes.length;) {
    const varint = (): number => {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const part = bytes[index++]!;
        value += (part & 127) * 2 ** shift;
        if (part < 128) return value;
      }
    };
    const tag = varint();
    if ((tag & 7) === 1) index += 8;
    const value = (tag & 7) === 1 ? 0 : varint();
    if ((tag & 7) === 2) index += value;
    if (tag >> 3 !== wanted) continue;
    return (tag & 7) === 2 ? at(bytes.subarray(index - value, index), ...rest) : String(value);
  }
  return undefined;
}

const gvk = { group: 'apps', kind: 'Deployment', version: 'v1' };
const bytes = encodeOpenApi({
  swagger: '2.0', info: { title: 'Kubernetes', version: 'v1.33.1' },
  paths: {
    '/apis/apps/v1/things': {
      patch: {
        operationId: 'patchThing', 'x-kubernetes-group-version-kind': gvk,
        parameters: [{ name: 'fieldValidation', in: 'query', type: 'string', uniqueItems: true }, { name: 'body', in: 'body', required: true, schema: { $ref: '#/definitions/thing' } }],
        responses: { 200: { description: 'OK', schema: { $ref: '#/definitions/thing' } } },
      },
    },
  },
  definitions: { thing: { type: 'object', required: ['spec'], properties: { spec: { type: 'array', items: { type: 'string' } } }, additionalProperties: false, maximum: 3, 'x-kubernetes-action': 'get' } },
});
const PATCH = [8, 2, 2, 8] as const;
const THING = [9, 1, 2] as const;

describe('OpenAPI v2 in protobuf', () => {
  it.each<[string, readonly number[], string]>([
    ['the version', [1], '2.0'], ['the title', [2, 1], 'Kubernetes'], ['a path', [8, 2, 1], '/apis/apps/v1/things'],
    ['an operation', [...PATCH, 5], 'patchThing'], ['an extension', [...PATCH, 13, 1], 'x-kubernetes-group-version-kind'],
    ['its value, as YAML', [...PATCH, 13, 2, 2], JSON.stringify(gvk)], ['a parameter of the query', [...PATCH, 8, 1, 2, 3, 4], 'fieldValidation'],
    ['the code of a response', [...PATCH, 9, 1, 1], '200'], ['the schema of a response', [...PATCH, 9, 1, 2, 1, 2, 1, 1], '#/definitions/thing'],
    ['a definition', [9, 1, 1], 'thing'], ['a type', [...THING, 22, 1], 'object'], ['what is required', [...THING, 19], 'spec'],
    ['a property', [...THING, 25, 1, 1], 'spec'], ['items', [...THING, 25, 1, 2, 23, 1, 22, 1], 'string'], ['a truth value as a schema', [...THING, 21, 2], '0'],
  ])('has %s', (_, path, text) => {
    expect(at(bytes, ...path)).toBe(text);
  });
});
