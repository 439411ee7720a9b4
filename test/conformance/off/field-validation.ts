import type { Switch } from './switch.ts';

const VALIDATION = '[sig-api-machinery] FieldValidation should ';

export const OFF: readonly Switch[] = [
  {
    behaviour: 'fields that the schema does not name are unknown',
    file: 'src/api/schema/decode.ts',
    find: 'if (item !== undefined) this.unknown.push(this.pathTo(key));',
    replace: '',
    tests: [
      `${VALIDATION}detect unknown and duplicate fields of a typed object`,
      `${VALIDATION}detect unknown metadata fields of a typed object`,
      `${VALIDATION}create/apply an invalid CR with extra properties for CRD with validation schema`,
      `${VALIDATION}detect unknown metadata fields in both the root and embedded object of a CR`,
    ],
  },
  {
    behaviour: 'fields that stand twice are told',
    file: 'src/apiserver/body.ts',
    find: '...(options.duplicates ?? []).map((path) => `duplicate field "${path}"`),',
    replace: '',
    tests: [
      `${VALIDATION}detect unknown and duplicate fields of a typed object`,
      `${VALIDATION}detect duplicates in a CR when preserving unknown fields`,
    ],
  },
  {
    behaviour: "a custom resource's fields are those of its schema",
    file: 'src/apiserver/custom-resources.ts',
    find: 'schema: compileStructural(resource.kind, schema),',
    replace: 'schema: compileStructural(resource.kind, {}),',
    tests: [`${VALIDATION}create/apply a valid CR for CRD with validation schema`],
  },
  {
    behaviour: 'x-kubernetes-preserve-unknown-fields at the root lets every field pass',
    file: 'src/api/schema/structural.ts',
    find: "return schema['x-kubernetes-preserve-unknown-fields'] ? withUnknown(root) : root;",
    replace: 'return root;',
    tests: [
      `${VALIDATION}create/apply a CR with unknown fields for CRD with no validation schema`,
      `${VALIDATION}detect duplicates in a CR when preserving unknown fields`,
    ],
  },
  {
    behaviour: 'an embedded resource has the metadata of an object',
    file: 'src/api/schema/structural.ts',
    find: 'isResource ? commonFields() : []',
    replace: '[]',
    tests: [`${VALIDATION}detect unknown metadata fields in both the root and embedded object of a CR`],
  },
];
