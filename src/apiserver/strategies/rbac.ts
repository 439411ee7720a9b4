/** Roles, ClusterRoles and their bindings.
 *  Upstream: pkg/apis/rbac/{v1/defaults.go,validation/validation.go} */
import { type FieldError, invalidPrinted, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type { AggregationRule, ClusterRole, ClusterRoleBinding, PolicyRule, RbacV1Subject, Role, RoleBinding } from '../../api/generated/types.ts';
import { equal } from '../../base/json.ts';
import { strategyOf } from './base.ts';
import { checkLabelSelector, complain, type Errors } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { dns1123Subdomain, pathName } from './names.ts';
import { fill, mapField, mapItems } from './share.ts';

const GROUP = 'rbac.authorization.k8s.io';

function checkRule(errors: Errors, path: string, rule: PolicyRule, isNamespaced: boolean): void {
  if (!rule.verbs?.length) errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  if (rule.nonResourceURLs?.length) {
    const printed = goSyntax(rule.nonResourceURLs, '[]string');
    if (isNamespaced) {
      errors.push(invalidPrinted(`${path}.nonResourceURLs`, printed, 'namespaced rules cannot apply to non-resource URLs'));
    }
    if (rule.apiGroups?.length || rule.resources?.length || rule.resourceNames?.length) {
      errors.push(invalidPrinted(`${path}.nonResourceURLs`, printed, 'rules cannot apply to both regular resources and non-resource URLs'));
    }
    return;
  }
  if (!rule.apiGroups?.length) errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  if (!rule.resources?.length) errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
}

const checkRules = (isNamespaced: boolean) => ({ rules = [] }: Role | ClusterRole): readonly FieldError[] => {
  const errors: Errors = [];
  rules.forEach((rule, index) => checkRule(errors, `rules[${index}]`, rule, isNamespaced));
  return errors;
};

const AGGREGATED = 'aggregationRule.clusterRoleSelectors';

function checkAggregation(errors: Errors, { clusterRoleSelectors: selectors = [] }: AggregationRule): void {
  if (selectors.length === 0) errors.push(required(AGGREGATED, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
  selectors.forEach((selector, index) => checkLabelSelector(errors, `${AGGREGATED}[${index}]`, selector));
}

function checkClusterRole(role: ClusterRole): readonly FieldError[] {
  const errors: Errors = [...checkRules(false)(role)];
  if (role.aggregationRule) checkAggregation(errors, role.aggregationRule);
  return errors;
}

export const roleStrategy = strategyOf<Role>({ nameErrors: pathName, validate: checkRules(true), allowCreateOnUpdate: true });
export const clusterRoleStrategy = strategyOf<ClusterRole>({ nameErrors: pathName, validate: checkClusterRole, allowCreateOnUpdate: true });

type Binding = RoleBinding | ClusterRoleBinding;

const subjectDefaults = (subject: RbacV1Subject): RbacV1Subject =>
  (subject.kind === 'User' || subject.kind === 'Group' ? fill(subject, { apiGroup: GROUP }) : subject);

const bindingDefaults = <T extends Binding>(it: T): T => mapItems(
  mapField(it as Binding, 'roleRef', (ref) => (ref.apiGroup ? ref : { ...ref, apiGroup: GROUP })), 'subjects', subjectDefaults,
) as T;

/** In a RoleBinding, an account without a namespace is one of the binding's own. */
function checkSubject(errors: Errors, path: string, subject: RbacV1Subject, isNamespaced: boolean): void {
  if (!subject.name) errors.push(required(`${path}.name`));
  const group = subject.apiGroup ?? '';
  switch (subject.kind) {
    case 'ServiceAccount':
      if (subject.name) complain(errors, `${path}.name`, subject.name, dns1123Subdomain(subject.name));
      if (group !== '') errors.push(notSupported(`${path}.apiGroup`, group, ['']));
      if (!isNamespaced && !subject.namespace) errors.push(required(`${path}.namespace`));
      return;
    case 'User': case 'Group':
      if (!subject.name) errors.push(invalidValue(`${path}.name`, '', `${subject.kind.toLowerCase()} name cannot be empty`));
      if (group !== GROUP) errors.push(notSupported(`${path}.apiGroup`, group, [GROUP]));
      return;
    default:
      errors.push(notSupported(`${path}.kind`, subject.kind ?? '', ['Group', 'ServiceAccount', 'User']));
  }
}

const checkBinding = (kinds: readonly string[], isNamespaced: boolean) => ({ roleRef, subjects = [] }: Binding): readonly FieldError[] => {
  const errors: Errors = [];
  if (roleRef?.apiGroup !== GROUP) errors.push(notSupported('roleRef.apiGroup', roleRef?.apiGroup ?? '', [GROUP]));
  if (!kinds.includes(roleRef?.kind)) errors.push(notSupported('roleRef.kind', roleRef?.kind ?? '', kinds));
  if (!roleRef?.name) errors.push(required('roleRef.name'));
  else complain(errors, 'roleRef.name', roleRef.name, pathName(roleRef.name, false));
  subjects.forEach((subject, index) => checkSubject(errors, `subjects[${index}]`, subject, isNamespaced));
  return errors;
};

const keepsRole = (next: Binding, old: Binding): readonly FieldError[] => (equal(next.roleRef, old.roleRef)
  ? [] : [invalidPrinted('roleRef', goSyntax(next.roleRef, 'rbac.RoleRef'), 'cannot change roleRef')]);

export const roleBindingStrategy = strategyOf<RoleBinding>({
  nameErrors: pathName, applyDefaults: bindingDefaults, validate: checkBinding(['ClusterRole', 'Role'], true), validateChange: keepsRole,
  allowCreateOnUpdate: true,
});
export const clusterRoleBindingStrategy = strategyOf<ClusterRoleBinding>({
  nameErrors: pathName, applyDefaults: bindingDefaults, validate: checkBinding(['ClusterRole'], false), validateChange: keepsRole,
  allowCreateOnUpdate: true,
});
