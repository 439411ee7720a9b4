import type { Switch } from './switch.ts';

const NAME = '[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin]';
const PUBLISHED: readonly string[] = [
  `${NAME} works for multiple CRDs of different groups`,
  `${NAME} works for multiple CRDs of same group but different versions`,
  `${NAME} works for multiple CRDs of same group and version but different kinds`,
];
const CHANGED: readonly string[] = [
  `${NAME} updates the published spec when one version gets renamed`,
  `${NAME} removes definition from spec when one version gets changed to not be served`,
];

export const OFF: readonly Switch[] = [
  {
    behaviour: "a custom resource's schema is published",
    file: 'src/apiserver/openapi.ts',
    find: 'maker.schemas[name] = { ...schema, properties:',
    replace: 'maker.schemas[name] = { properties:',
    tests: [...PUBLISHED, ...CHANGED, `${NAME} works for CRD with validation schema`],
  },
  {
    behaviour: 'documents are made again when definitions change',
    file: 'src/apiserver/openapi.ts',
    find: 'if (made !== kinds.generation) {',
    replace: 'if (made === -1) {',
    tests: [...CHANGED, `${NAME} works for multiple CRDs of different groups`],
  },
  {
    behaviour: 'only served versions are published',
    file: 'src/apiserver/custom-resources.ts',
    find: 'spec.versions.filter(({ served }) => served)',
    replace: 'spec.versions.filter(() => true)',
    tests: [`${NAME} removes definition from spec when one version gets changed to not be served`],
  },
  {
    behaviour: 'fields that the schema does not name are refused',
    file: 'src/api/schema/decode.ts',
    find: 'if (item !== undefined) this.unknown.push(this.pathTo(key));',
    replace: '',
    tests: [`${NAME} works for CRD with validation schema`, `${NAME} works for CRD preserving unknown fields in an embedded object`],
  },
  {
    behaviour: 'x-kubernetes-preserve-unknown-fields at the root lets every field pass',
    file: 'src/api/schema/structural.ts',
    find: "return schema['x-kubernetes-preserve-unknown-fields'] ? withUnknown(root) : root;",
    replace: 'return root;',
    tests: [`${NAME} works for CRD without validation schema`, `${NAME} works for CRD preserving unknown fields at the schema root`],
  },
  {
    behaviour: 'nothing is published of a kind that takes every field',
    file: 'src/apiserver/openapi-v2.ts',
    find: 'return takesAnything ? {',
    replace: 'return Number.isNaN(schema) ? {',
    tests: [`${NAME} works for CRD without validation schema`, `${NAME} works for CRD preserving unknown fields at the schema root`],
  },
  {
    behaviour: 'x-kubernetes-preserve-unknown-fields below the root lets every field pass there',
    file: 'src/api/schema/structural.ts',
    find: 'return isOpen ? withUnknown(struct) : struct;',
    replace: 'return struct;',
    tests: [`${NAME} works for CRD preserving unknown fields in an embedded object`],
  },
];
