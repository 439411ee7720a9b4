import type { Switch } from './switch.ts';

const ADMISSION = '[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin]';
const CONVERSION = '[sig-api-machinery] CustomResourceConversionWebhook [Privileged:ClusterAdmin]';
const POD_AND_CONFIGMAP = `${ADMISSION} should be able to deny pod and configmap creation`;
const TIMEOUT = `${ADMISSION} should honor timeout`;
const ATTACHING = `${ADMISSION} should be able to deny attaching pod`;
const FAIL_CLOSED = `${ADMISSION} should unconditionally reject operations on fail closed webhook`;
const STORED_VERSION = `${ADMISSION} should mutate custom resource with different stored version`;
const PRUNING = `${ADMISSION} should mutate custom resource with pruning`;
const POD_DEFAULTS = `${ADMISSION} should mutate pod and apply defaults after mutation`;
const SKIP_ME = `${ADMISSION} should mutate everything except 'skip-me' configmaps`;
const WEBHOOKS = 'src/apiserver/admission/webhooks.ts';

export const OFF: readonly Switch[] = [
  {
    behaviour: 'expressions of match conditions are compiled',
    file: 'src/apiserver/strategies/admission-configuration.ts',
    find: 'const program = cel.compileCel(expression, scope, results);',
    replace: 'const program = undefined;',
    tests: [
      `${ADMISSION} should reject validating webhook configurations with invalid match conditions`,
      `${ADMISSION} should reject mutating webhook configurations with invalid match conditions`,
    ],
  },
  {
    behaviour: 'match conditions are kept',
    file: 'src/apiserver/strategies/admission-configuration.ts',
    find: 'fill(hook, { ...HOOK, ...more })',
    replace: 'fill({ ...hook, matchConditions: undefined }, { ...HOOK, ...more })',
    tests: [
      `${ADMISSION} should be able to create and update validating webhook configurations with match conditions`,
      `${ADMISSION} should be able to create and update mutating webhook configurations with match conditions`,
    ],
  },
  {
    behaviour: 'a version lists its resources',
    file: 'src/apiserver/discovery.ts',
    find: 'groupVersion, resources: entries }',
    replace: 'groupVersion, resources: [] }',
    tests: [`${ADMISSION} should include webhook resources in discovery documents`],
  },
  {
    behaviour: 'what a validating webhook denies is refused',
    file: WEBHOOKS,
    find: 'if (response !== undefined && response.allowed !== true) throw denial(hook, response.status);',
    replace: 'void response;',
    tests: [
      `${ADMISSION} listing validating webhooks should work`,
      `${ADMISSION} patching/updating a validating webhook should work`,
      `${ADMISSION} should be able to deny custom resource creation, update and deletion`,
      `${ADMISSION} should deny crd creation`,
      ATTACHING,
      POD_AND_CONFIGMAP,
    ],
  },
  {
    behaviour: "a mutating webhook's patch is applied",
    file: WEBHOOKS,
    find: 'const next = patched(response, current);',
    replace: 'const next = current;',
    tests: [
      `${ADMISSION} listing mutating webhooks should work`,
      `${ADMISSION} patching/updating a mutating webhook should work`,
      `${ADMISSION} should mutate configmap`,
      `${ADMISSION} should mutate custom resource`,
      STORED_VERSION,
      PRUNING,
      POD_DEFAULTS,
      SKIP_ME,
    ],
  },
  {
    behaviour: 'only what the rules name is shown to a webhook',
    file: 'src/apiserver/admission/matching.ts',
    find: 'if (matching.rules !== undefined && !fits(matching.rules)) return false;',
    replace: 'void fits(matching.rules);',
    tests: [
      `${ADMISSION} patching/updating a validating webhook should work`,
      `${ADMISSION} patching/updating a mutating webhook should work`,
    ],
  },
  {
    behaviour: 'webhooks leave namespaces out that their selector leaves out',
    file: 'src/apiserver/admission/matching.ts',
    find: 'return matchesLabelSelector(selector, found ? labelsOf(found) : {});',
    replace: 'return found !== undefined;',
    tests: [POD_AND_CONFIGMAP],
  },
  {
    behaviour: 'connections are asked about',
    file: 'src/apiserver/server.ts',
    find: '  if (isStreamed(call)) {\n    await admitConnection(call);',
    replace: '  if (isStreamed(call)) {',
    tests: [ATTACHING],
  },
  {
    behaviour: 'a webhook has the time that its configuration says',
    file: WEBHOOKS,
    find: 'hook.timeoutSeconds ?? DEFAULT_TIMEOUT',
    replace: 'DEFAULT_TIMEOUT',
    tests: [TIMEOUT],
  },
  {
    behaviour: 'a webhook that does not answer refuses where it fails closed',
    file: WEBHOOKS,
    find: 'throw failure(hook, error.message);',
    replace: 'return undefined;',
    tests: [POD_AND_CONFIGMAP, TIMEOUT, FAIL_CLOSED],
  },
  {
    behaviour: "a webhook's certificate is checked",
    file: 'src/apiserver/webhook.ts',
    find: 'trusts: (chain) => trust(chain, roots, host),',
    replace: 'trusts: () => undefined,',
    tests: [FAIL_CLOSED],
  },
  {
    behaviour: 'a webhook is asked where its conditions hold',
    file: WEBHOOKS,
    find: 'if (conditions.length === 0) return true;',
    replace: 'if (conditions.length >= 0) return true;',
    tests: [SKIP_ME],
  },
  {
    behaviour: 'webhooks are not asked about configurations of webhooks',
    file: 'src/apiserver/admission/matching.ts',
    find: 'GUARDED.has(resource.plural);',
    replace: "GUARDED.has('');",
    tests: [`${ADMISSION} should not be able to mutate or prevent deletion of webhook configuration objects`],
  },
  {
    behaviour: 'what a webhook adds is pruned as the schema says',
    file: 'src/apiserver/server.ts',
    find: 'return kind.strategy.applyDefaults(decoded);',
    replace: 'return kind.strategy.applyDefaults(object);',
    tests: [PRUNING],
  },
  {
    behaviour: 'what a webhook adds gets defaults',
    file: 'src/apiserver/server.ts',
    find: 'return kind.strategy.applyDefaults(decoded);',
    replace: 'return decoded;',
    tests: [POD_DEFAULTS],
  },
  {
    behaviour: 'what is stored in another version is shown in the one that is asked for',
    file: 'src/apiserver/custom-resources/versions.ts',
    find: 'finished(value.apiVersion === own ? value : { ...value, apiVersion: own });',
    replace: 'finished(value);',
    tests: [STORED_VERSION],
  },
  {
    behaviour: 'the webhook turns objects into the version that is asked for',
    file: 'src/apiserver/custom-resources/versions.ts',
    find: 'made[i] as KubeObject) : (made[i] as KubeObject)',
    replace: 'object) : object',
    tests: [
      `${CONVERSION} should be able to convert from CR v1 to CR v2`,
      `${CONVERSION} should be able to convert a non homogeneous list of CRs`,
    ],
  },
];
