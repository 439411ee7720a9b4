import type { Switch } from './switch.ts';

const POLICIES = '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin]';

export const OFF: readonly Switch[] = [
  {
    behaviour: 'a policy refuses what its expressions do',
    file: 'src/apiserver/admission/validating-policy.ts',
    find: 'if (answer.value === true) return [];',
    replace: 'if (answer.value !== undefined) return [];',
    tests: [`${POLICIES} should validate against a Deployment`, `${POLICIES} should allow expressions to refer variables.`],
  },
  {
    behaviour: 'a binding says where a policy holds',
    file: 'src/apiserver/admission/matching.ts',
    find: 'return inNamespace(matching.namespaceSelector, attributes, reader) && hasLabels(matching.objectSelector, attributes);',
    replace: 'return hasLabels(matching.objectSelector, attributes);',
    tests: [`${POLICIES} should validate against a Deployment`],
  },
  {
    behaviour: 'variables are there for expressions',
    file: 'src/apiserver/admission/validating-policy.ts',
    find: 'const activation = withVariables(cel, base, variables, scope);',
    replace: 'const activation = withVariables(cel, base, [], scope);',
    tests: [`${POLICIES} should allow expressions to refer variables.`],
  },
  {
    behaviour: 'custom resources are chosen by the fields of their version',
    file: 'src/apiserver/custom-resources.ts',
    find: "String(find(object)[0] ?? '')",
    replace: "String(find === undefined || '')",
    tests: [
      '[sig-api-machinery] CustomResourceFieldSelectors [Privileged:ClusterAdmin] CustomResourceFieldSelectors MUST list and watch custom resources matching the field selector',
    ],
  },
];
