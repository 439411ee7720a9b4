/** Policies, bindings and webhook configurations: defaults, and expressions that do not compile.
 *  Upstream: pkg/apis/admissionregistration/{v1/defaults.go,validation/validation.go} */
import type { Cel } from '../../api/cel.ts';
import type { FieldError } from '../../api/field-error.ts';
import { duplicate, invalidValue, notSupported, required, tooMany } from '../../api/field-error.ts';
import { qualifiedNameErrors } from '../../api/names.ts';
import type {
  MatchCondition,
  MatchResources,
  MutatingWebhookConfiguration,
  NamedRuleWithOperations,
  RuleWithOperations,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from '../../api/generated/types.ts';
import type { WebhookClientConfig } from '../webhook.ts';
import { scopeOf, variableTypes } from '../admission/expressions.ts';
import type { Scope } from '../admission/expressions.ts';
import type { CelType } from '../../api/cel/index.ts';
import { strategyOf } from './base.ts';
import { fill, mapField, mapItems } from './share.ts';

type Errors = FieldError[];

const withScope = <R extends NamedRuleWithOperations | RuleWithOperations>(rule: R): R => fill(rule, { scope: '*' } as Partial<R>);

function matchDefaults(resources: MatchResources): MatchResources {
  const filled = fill(resources, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} });
  return mapItems(mapItems(filled, 'resourceRules', withScope), 'excludeResourceRules', withScope);
}

function checkExpression(
  errors: Errors,
  cel: Cel,
  at: string,
  expression: string | undefined,
  scope: Scope,
  results: readonly CelType[] | undefined,
): void {
  if (!expression?.trim()) {
    errors.push(required(at, at.endsWith('expression') ? 'expression is not specified' : ''));
    return;
  }
  const program = cel.compileCel(expression, scope, results);
  if (typeof program === 'string') errors.push(invalidValue(at, expression, program));
}

const CONDITIONS_MAX = 64;

/** Upstream: pkg/apis/admissionregistration/validation/validation.go validateMatchConditions */
function checkConditions(errors: Errors, cel: Cel, at: string, conditions: readonly MatchCondition[], scope: Scope): void {
  if (conditions.length > CONDITIONS_MAX) errors.push(tooMany(at, conditions.length, CONDITIONS_MAX));
  const names = new Set<string>();
  conditions.forEach(({ name, expression }, i) => {
    checkExpression(errors, cel, `${at}[${i}].expression`, expression, scope, [cel.BOOL]);
    if (!name) errors.push(required(`${at}[${i}].name`));
    else for (const text of qualifiedNameErrors(name)) errors.push(invalidValue(`${at}[${i}].name`, name, text));
    if (names.has(name)) errors.push(duplicate(`${at}[${i}].name`, name));
    if (name) names.add(name);
  });
}

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

function checkRules(errors: Errors, rules: readonly (NamedRuleWithOperations | RuleWithOperations)[], at: string): void {
  rules.forEach((rule, i) => {
    for (const field of ['apiGroups', 'apiVersions', 'resources'] as const)
      if ((rule[field] ?? []).length === 0) errors.push(required(`${at}[${i}].${field}`));
    if ((rule.operations ?? []).length === 0) errors.push(required(`${at}[${i}].operations`));
    rule.operations?.forEach((operation, k) => {
      if (!OPERATIONS.includes(operation)) errors.push(notSupported(`${at}[${i}].operations[${k}]`, operation, OPERATIONS));
    });
  });
}

function checkPolicy({ spec }: ValidatingAdmissionPolicy, cel: Cel | undefined): readonly FieldError[] {
  const errors: Errors = [];
  const {
    failurePolicy,
    paramKind,
    matchConstraints,
    validations = [],
    auditAnnotations = [],
    variables = [],
    matchConditions = [],
  } = spec ?? {};
  if (failurePolicy !== undefined && failurePolicy !== 'Fail' && failurePolicy !== 'Ignore') {
    errors.push(notSupported('spec.failurePolicy', failurePolicy, ['Fail', 'Ignore']));
  }
  if (paramKind !== undefined && !paramKind.apiVersion) errors.push(required('spec.paramKind.apiVersion'));
  if (paramKind !== undefined && !paramKind.kind) errors.push(required('spec.paramKind.kind'));
  if (matchConstraints === undefined) errors.push(required('spec.matchConstraints'));
  else if ((matchConstraints.resourceRules ?? []).length === 0) errors.push(required('spec.matchConstraints.resourceRules'));
  else checkRules(errors, matchConstraints.resourceRules ?? [], 'spec.matchConstraints.resourceRules');
  if (validations.length === 0 && auditAnnotations.length === 0) {
    errors.push(required('spec.validations', 'validations or auditAnnotations must contain at least one item'));
    errors.push(required('spec.auditAnnotations', 'validations or auditAnnotations must contain at least one item'));
  }
  if (cel === undefined) return errors;
  const scope = scopeOf(cel, { params: paramKind !== undefined });
  checkConditions(errors, cel, 'spec.matchConditions', matchConditions, scope);
  const names = new Set<string>();
  variables.forEach(({ name, expression }, i) => {
    if (names.has(name)) errors.push(duplicate(`spec.variables[${i}].name`, name));
    names.add(name);
    const before = scopeOf(cel, { params: paramKind !== undefined, variables: variableTypes(cel, variables.slice(0, i), scope) });
    checkExpression(errors, cel, `spec.variables[${i}].expression`, expression, before, undefined);
  });
  const full = scopeOf(cel, { params: paramKind !== undefined, variables: variableTypes(cel, variables, scope) });
  validations.forEach(({ expression, messageExpression }, i) => {
    checkExpression(errors, cel, `spec.validations[${i}].expression`, expression, full, [cel.BOOL]);
    if (messageExpression) checkExpression(errors, cel, `spec.validations[${i}].messageExpression`, messageExpression, full, [cel.STRING]);
  });
  return errors;
}

export const validatingAdmissionPolicyStrategy = strategyOf<ValidatingAdmissionPolicy>({
  hasStatus: true,
  applyDefaults: (policy) =>
    mapField(policy, 'spec', (spec) => mapField(fill(spec, { failurePolicy: 'Fail' }), 'matchConstraints', matchDefaults)),
  validate: (policy, { cel }) => checkPolicy(policy, cel),
});

const ACTIONS = ['Audit', 'Deny', 'Warn'];

export const validatingAdmissionPolicyBindingStrategy = strategyOf<ValidatingAdmissionPolicyBinding>({
  applyDefaults: (binding) => mapField(binding, 'spec', (spec) => mapField(spec, 'matchResources', matchDefaults)),
  validate({ spec }) {
    const errors: Errors = [];
    const { policyName, validationActions = [], paramRef } = spec ?? {};
    if (!policyName) errors.push(required('spec.policyName'));
    if (validationActions.length === 0) errors.push(required('spec.validationActions', 'at least one validation action is required'));
    validationActions.forEach((action, i) => {
      if (!ACTIONS.includes(action)) errors.push(notSupported(`spec.validationActions[${i}]`, action, ACTIONS));
      if (validationActions.indexOf(action) < i) errors.push(duplicate(`spec.validationActions[${i}]`, action));
    });
    if (validationActions.includes('Deny') && validationActions.includes('Warn')) {
      errors.push(
        invalidValue(
          'spec.validationActions',
          validationActions,
          'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
        ),
      );
    }
    if (paramRef !== undefined && !paramRef.name && paramRef.selector === undefined)
      errors.push(required('spec.paramRef', 'one of name or selector must be specified'));
    if (paramRef !== undefined && !paramRef.parameterNotFoundAction) errors.push(required('spec.paramRef.parameterNotFoundAction'));
    return errors;
  },
});

/** Upstream: staging/src/k8s.io/apiserver/pkg/util/webhook/validation.go */
function checkClientConfig(errors: Errors, config: WebhookClientConfig | undefined, at: string): void {
  const { url, service } = config ?? {};
  const form = 'desired format: https://host[/path]';
  if (url !== undefined) {
    const [, scheme = '', user, host = '', rest = ''] = /^([^:/]*):\/\/([^@/]*@)?([^/?#]*)(.*)$/.exec(url) ?? [];
    if (scheme !== 'https') errors.push(invalidValue(`${at}.url`, scheme, `'https' is the only allowed URL scheme; ${form}`));
    if (host === '') errors.push(invalidValue(`${at}.url`, host, `host must be specified; ${form}`));
    if (user !== undefined) errors.push(invalidValue(`${at}.url`, user.slice(0, -1), 'user information is not permitted in the URL'));
    if (rest.includes('#'))
      errors.push(invalidValue(`${at}.url`, rest.slice(rest.indexOf('#') + 1), 'fragments are not permitted in the URL'));
    const query = /\?([^#]*)/.exec(rest)?.[1];
    if (query !== undefined) errors.push(invalidValue(`${at}.url`, query, 'query parameters are not permitted in the URL'));
  }
  if (service === undefined) return;
  if (!service.name) errors.push(required(`${at}.service.name`, 'service name is required'));
  if (!service.namespace) errors.push(required(`${at}.service.namespace`, 'service namespace is required'));
  const { port = 443, path = '' } = service;
  if (port < 1 || port > 65_535)
    errors.push(invalidValue(`${at}.service.port`, port, 'port is not valid: must be between 1 and 65535, inclusive'));
  if (path === '' || path === '/') return;
  if (!path.startsWith('/')) errors.push(invalidValue(`${at}.service.path`, path, "must start with a '/'"));
  else if (path.includes('//')) {
    const segments = path.slice(1).replace(/\/$/, '').split('/');
    errors.push(invalidValue(`${at}.service.path`, path, `segment[${segments.indexOf('')}] may not be empty`));
  }
}

type Configuration = MutatingWebhookConfiguration | ValidatingWebhookConfiguration;
const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];

function checkWebhooks({ webhooks = [] }: Configuration, cel: Cel | undefined): readonly FieldError[] {
  const errors: Errors = [];
  webhooks.forEach((hook, i) => {
    const at = `webhooks[${i}]`;
    if (!hook.name) errors.push(required(`${at}.name`));
    else if (hook.name.split('.').length < 3)
      errors.push(invalidValue(`${at}.name`, hook.name, 'should be a domain with at least three segments separated by dots'));
    if (webhooks.findIndex(({ name }) => name === hook.name) < i) errors.push(duplicate(`${at}.name`, hook.name));
    checkRules(errors, hook.rules ?? [], `${at}.rules`);
    if (!hook.sideEffects) errors.push(required(`${at}.sideEffects`, 'must specify one of None, NoneOnDryRun'));
    else if (!SIDE_EFFECTS.includes(hook.sideEffects)) errors.push(notSupported(`${at}.sideEffects`, hook.sideEffects, SIDE_EFFECTS));
    if ((hook.admissionReviewVersions ?? []).length === 0) {
      errors.push(required(`${at}.admissionReviewVersions`, 'must specify one of v1, v1beta1'));
    } else if (!hook.admissionReviewVersions.some((each) => each === 'v1' || each === 'v1beta1')) {
      errors.push(invalidValue(`${at}.admissionReviewVersions`, hook.admissionReviewVersions, 'must include at least one of v1, v1beta1'));
    }
    const { timeoutSeconds, clientConfig } = hook;
    if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > 30)) {
      errors.push(invalidValue(`${at}.timeoutSeconds`, timeoutSeconds, `the timeout value must be between 1 and 30 seconds`));
    }
    if ((clientConfig?.url === undefined) === (clientConfig?.service === undefined))
      errors.push(required(`${at}.clientConfig`, 'exactly one of url or service is required'));
    else checkClientConfig(errors, clientConfig, `${at}.clientConfig`);
    if (cel !== undefined)
      checkConditions(errors, cel, `${at}.matchConditions`, hook.matchConditions ?? [], scopeOf(cel, { params: false }));
  });
  return errors;
}

const HOOK = { failurePolicy: 'Fail', matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {}, timeoutSeconds: 10 } as const;

function webhookStrategy<C extends Configuration>(more: object) {
  return strategyOf<C>({
    applyDefaults: (configuration) =>
      mapItems(configuration as MutatingWebhookConfiguration, 'webhooks', (hook) => {
        const filled = mapItems(fill(hook, { ...HOOK, ...more }), 'rules', withScope);
        return mapField(filled, 'clientConfig', (config) => mapField(config, 'service', (service) => fill(service, { port: 443 })));
      }) as C,
    validate: (configuration, { cel }) => checkWebhooks(configuration, cel),
  });
}

export const mutatingWebhookConfigurationStrategy = webhookStrategy<MutatingWebhookConfiguration>({ reinvocationPolicy: 'Never' });
export const validatingWebhookConfigurationStrategy = webhookStrategy<ValidatingWebhookConfiguration>({});
