/** Policies, bindings and webhook configurations: defaults, and expressions that do not compile.
 *  Upstream: pkg/apis/admissionregistration/{v1/defaults.go,validation/validation.go} */
import type { Cel } from '../../api/cel.ts';
import type { FieldError } from '../../api/field-error.ts';
import { duplicate, invalidPrinted, invalidValue, notSupported, required, tooMany } from '../../api/field-error.ts';
import { dns1123SubdomainErrors, pathSegmentErrors, qualifiedNameErrors } from '../../api/names.ts';
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
import { checkLabelSelector, checkOptional } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
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

/** "*" stands for all, and so by itself. */
function checkStar(errors: Errors, field: string, values: readonly string[] | undefined, what: string): void {
  if (!values || values.length < 2 || !values.includes('*')) return;
  errors.push(invalidPrinted(field, goSyntax(values, '[]string'), `if '*' is present, must not specify other ${what}`));
}

function checkResources(errors: Errors, field: string, resources: readonly string[]): void {
  if (resources.length === 0) errors.push(required(field));
  const [whole, everywhere] = [new Set<string>(), new Set<string>()];
  let hasPlain = false;
  resources.forEach((text, i) => {
    const slash = text.indexOf('/');
    if (text === '') errors.push(required(`${field}[${i}]`));
    else if (slash < 0) hasPlain = text !== '*';
    if (slash < 0) return;
    const [resource, sub] = [text.slice(0, slash), text.slice(slash + 1)];
    if (whole.has(resource)) errors.push(invalidValue(`${field}[${i}]`, text, `if '${resource}/*' is present, must not specify ${text}`));
    if (everywhere.has(sub)) errors.push(invalidValue(`${field}[${i}]`, text, `if '*/${sub}' is present, must not specify ${text}`));
    if (sub === '*') whole.add(resource);
    if (resource === '*') everywhere.add(sub);
  });
  const refuse = (why: string): void => void errors.push(invalidPrinted(field, goSyntax(resources, '[]string'), why));
  if (resources.length > 1 && resources.includes('*/*')) refuse("if '*/*' is present, must not specify other resources");
  if (hasPlain && resources.includes('*')) refuse("if '*' is present, must not specify other resources without subresources");
}

const SCOPES = ['*', 'Cluster', 'Namespaced'];

function checkRule(errors: Errors, at: string, rule: NamedRuleWithOperations): void {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], resourceNames = [], scope } = rule;
  resourceNames.forEach((name, i) => {
    for (const text of pathSegmentErrors(name, false)) errors.push(invalidValue(`${at}.resourceNames[${i}]`, name, text));
    if (resourceNames.indexOf(name) < i) errors.push(duplicate(`${at}.resourceNames[${i}]`, name));
  });
  if (operations.length === 0) errors.push(required(`${at}.operations`));
  if (operations.length > 1 && operations.includes('*')) {
    const printed = goSyntax(operations, '[]admissionregistration.OperationType');
    errors.push(invalidPrinted(`${at}.operations`, printed, "if '*' is present, must not specify other operations"));
  }
  operations.forEach((operation, k) => {
    if (!OPERATIONS.includes(operation)) errors.push(notSupported(`${at}.operations[${k}]`, operation, OPERATIONS));
  });
  if (apiGroups.length === 0) errors.push(required(`${at}.apiGroups`));
  checkStar(errors, `${at}.apiGroups`, apiGroups, 'API groups');
  if (apiVersions.length === 0) errors.push(required(`${at}.apiVersions`));
  checkStar(errors, `${at}.apiVersions`, apiVersions, 'API versions');
  apiVersions.forEach((version, i) => {
    if (version === '') errors.push(required(`${at}.apiVersions[${i}]`));
  });
  checkResources(errors, `${at}.resources`, resources);
  checkOptional(errors, `${at}.scope`, scope, SCOPES);
}

const POLICIES = ['Equivalent', 'Exact'];

function checkMatch(errors: Errors, at: string, match: MatchResources): void {
  checkOptional(errors, `${at}.matchPolicy`, match.matchPolicy, POLICIES);
  checkLabelSelector(errors, `${at}.namespaceSelector`, match.namespaceSelector);
  checkLabelSelector(errors, `${at}.objectSelector`, match.objectSelector);
  for (const field of ['resourceRules', 'excludeResourceRules'] as const)
    match[field]?.forEach((rule, i) => checkRule(errors, `${at}.${field}[${i}]`, rule));
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
  else {
    checkMatch(errors, 'spec.matchConstraints', matchConstraints);
    if ((matchConstraints.resourceRules ?? []).length === 0) errors.push(required('spec.matchConstraints.resourceRules'));
  }
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
    const { policyName, validationActions = [], paramRef, matchResources } = spec ?? {};
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
    if (matchResources) checkMatch(errors, 'spec.matchResources', matchResources);
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
    const complaints = hook.name ? dns1123SubdomainErrors(hook.name) : [];
    if (!hook.name) errors.push(required(`${at}.name`));
    else if (complaints.length > 0) errors.push(invalidValue(`${at}.name`, hook.name, complaints.join(',')));
    else if (hook.name.split('.').length < 3)
      errors.push(invalidValue(`${at}.name`, hook.name, 'should be a domain with at least three segments separated by dots'));
    if (webhooks.findIndex(({ name }) => name === hook.name) < i) errors.push(duplicate(`${at}.name`, hook.name));
    hook.rules?.forEach((rule, k) => checkRule(errors, `${at}.rules[${k}]`, rule));
    checkOptional(errors, `${at}.failurePolicy`, hook.failurePolicy, ['Fail', 'Ignore']);
    checkOptional(errors, `${at}.matchPolicy`, hook.matchPolicy, POLICIES);
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
    if ('reinvocationPolicy' in hook)
      checkOptional(errors, `${at}.reinvocationPolicy`, hook.reinvocationPolicy as string | undefined, ['IfNeeded', 'Never']);
    checkLabelSelector(errors, `${at}.namespaceSelector`, hook.namespaceSelector);
    checkLabelSelector(errors, `${at}.objectSelector`, hook.objectSelector);
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
