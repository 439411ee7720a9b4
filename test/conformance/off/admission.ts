import type { Switch } from './switch.ts';

const WEBHOOKS = '[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin]';
const POLICIES = '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin]';
const CONVERSION = '[sig-api-machinery] CustomResourceConversionWebhook [Privileged:ClusterAdmin]';

export const OFF: readonly Switch[] = [
  {
    behaviour: 'an update writes what it is sent',
    file: 'src/apiserver/handlers.ts',
    find: 'compute: () => object',
    replace: 'compute: (old) => old',
    tests: [
      `${WEBHOOKS} should be able to create and update mutating webhook configurations with match conditions`,
      `${WEBHOOKS} should be able to create and update validating webhook configurations with match conditions`,
    ],
  },
  {
    behaviour: 'an expression that does not compile is refused',
    file: 'src/apiserver/strategies/admission-configuration.ts',
    find: "if (typeof program === 'string') errors.push(invalidValue(at, expression, program));",
    replace: 'void program;',
    tests: [
      `${WEBHOOKS} should reject mutating webhook configurations with invalid match conditions`,
      `${WEBHOOKS} should reject validating webhook configurations with invalid match conditions`,
    ],
  },
  {
    behaviour: 'a version lists its resources',
    file: 'src/apiserver/discovery.ts',
    find: 'groupVersion, resources: entries }',
    replace: 'groupVersion, resources: [] }',
    tests: [`${WEBHOOKS} should include webhook resources in discovery documents`],
  },
  {
    behaviour: 'what a webhook denies is refused',
    file: 'src/apiserver/admission/webhooks.ts',
    find: 'if (response !== undefined && response.allowed !== true) throw denial(hook, response.status);',
    replace: 'void response;',
    tests: [
      `${WEBHOOKS} listing validating webhooks should work`,
      `${WEBHOOKS} patching/updating a validating webhook should work`,
      `${WEBHOOKS} should be able to deny attaching pod`,
      `${WEBHOOKS} should be able to deny custom resource creation, update and deletion`,
      `${WEBHOOKS} should be able to deny pod and configmap creation`,
      `${WEBHOOKS} should deny crd creation`,
    ],
  },
  {
    behaviour: "a webhook's patch changes the object",
    file: 'src/apiserver/admission/webhooks.ts',
    find: 'const next = patched(response, current);',
    replace: 'const next = current;',
    tests: [
      `${WEBHOOKS} listing mutating webhooks should work`,
      `${WEBHOOKS} patching/updating a mutating webhook should work`,
      `${WEBHOOKS} should mutate configmap`,
      `${WEBHOOKS} should mutate custom resource`,
      `${WEBHOOKS} should mutate custom resource with different stored version`,
      `${WEBHOOKS} should mutate custom resource with pruning`,
      `${WEBHOOKS} should mutate everything except 'skip-me' configmaps`,
      `${WEBHOOKS} should mutate pod and apply defaults after mutation`,
    ],
  },
  {
    behaviour: 'rules say which operations a webhook is asked about',
    file: 'src/apiserver/admission/matching.ts',
    find: 'if (!has(rule.operations, operation) || !has(rule.apiGroups, resource.group)) return false;',
    replace: 'if (!has(rule.apiGroups, resource.group)) return false;',
    tests: [
      `${WEBHOOKS} patching/updating a mutating webhook should work`,
      `${WEBHOOKS} patching/updating a validating webhook should work`,
    ],
  },
  {
    behaviour: 'what a webhook leaves out gets its defaults',
    file: 'src/apiserver/admission/webhooks.ts',
    find: 'current = services.defaulted(attributes.resource, next);',
    replace: 'current = next;',
    tests: [`${WEBHOOKS} should mutate pod and apply defaults after mutation`],
  },
  {
    behaviour: 'match conditions say which requests a webhook is asked about',
    file: 'src/apiserver/admission/webhooks.ts',
    find: "if (typeof holds === 'boolean') return holds;",
    replace: "if (typeof holds === 'boolean') return true;",
    tests: [`${WEBHOOKS} should mutate everything except 'skip-me' configmaps`],
  },
  {
    behaviour: 'nobody is asked about configurations of webhooks',
    file: 'src/apiserver/admission/matching.ts',
    find: "resource.group === 'admissionregistration.k8s.io' && GUARDED.has(resource.plural);",
    replace: "resource.group === 'nobody' && GUARDED.has(resource.plural);",
    tests: [`${WEBHOOKS} should not be able to mutate or prevent deletion of webhook configuration objects`],
  },
  {
    behaviour: 'a webhook that cannot be asked fails closed',
    file: 'src/apiserver/admission/webhooks.ts',
    find: 'throw failure(hook, error.message);',
    replace: 'return undefined;',
    tests: [`${WEBHOOKS} should unconditionally reject operations on fail closed webhook`, `${WEBHOOKS} should honor timeout`],
  },
  {
    behaviour: 'a webhook is waited for as long as it says',
    file: 'src/apiserver/admission/webhooks.ts',
    find: 'hook.timeoutSeconds ?? DEFAULT_TIMEOUT,',
    replace: 'DEFAULT_TIMEOUT,',
    tests: [`${WEBHOOKS} should honor timeout`],
  },
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
    behaviour: 'a webhook converts custom resources',
    file: 'src/apiserver/custom-resources/versions.ts',
    find: "const webhook = conversion?.strategy === 'Webhook' ? conversion.webhook : undefined;",
    replace: 'const webhook = undefined;',
    tests: [
      `${CONVERSION} should be able to convert from CR v1 to CR v2`,
      `${CONVERSION} should be able to convert a non homogeneous list of CRs`,
    ],
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
