/** Role based access control: reads roles and bindings and says whether a request may go on.
 *  Upstream: plugin/pkg/auth/authorizer/rbac/rbac.go, pkg/registry/rbac/validation/rule.go */
import type { ClusterRoleBinding, PolicyRule, RoleBinding, RoleRef } from '../../api/generated/types.ts';
import { nameOf } from '../../api/meta.ts';
import { ClusterRoleBindings, ClusterRoles, RoleBindings, Roles } from '../../api/resources.ts';
import type { UserInfo } from '../../api/transport.ts';
import type {
  AdmissionReader, AuthorizationAttributes, AuthorizationDecision, Authorizer, AuthorizerFactory,
} from '../admission.ts';
import { NODE_RULES } from './bootstrap-rules.ts';
import { describeSubject, isSubject, ruleAllows } from './rules.ts';

/** A rule with the reason that a decision by it gives. */
export interface GrantedRule { readonly rule: PolicyRule; readonly reason: string }

export interface Grants {
  readonly rules: readonly GrantedRule[];
  /** Bindings whose role is not there: `clusterrole.rbac.authorization.k8s.io "x" not found`. */
  readonly problems: readonly string[];
}

const SUPERUSERS = 'system:masters';
const CACHE_MAX = 1000;

/** What a role reference leads to, or what is wrong with it. */
function rulesOf(reader: AdmissionReader, ref: RoleRef, namespace: string): readonly PolicyRule[] | string {
  const role = ref.kind === 'ClusterRole' ? reader.get(ClusterRoles, '', ref.name) : reader.get(Roles, namespace, ref.name);
  return role ? role.rules ?? [] : `${ref.kind.toLowerCase()}.rbac.authorization.k8s.io "${ref.name}" not found`;
}

function collect(
  reader: AdmissionReader, user: UserInfo, bindings: readonly (ClusterRoleBinding | RoleBinding)[], namespace: string, into: GrantedRule[],
  problems: string[],
): void {
  for (const binding of bindings) {
    const subject = binding.subjects?.find((one) => isSubject(user, one, namespace));
    if (!subject) continue;
    const rules = rulesOf(reader, binding.roleRef, namespace);
    if (typeof rules === 'string') {
      problems.push(rules);
      continue;
    }
    const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
    const of = namespace === '' ? nameOf(binding) : `${nameOf(binding)}/${namespace}`;
    const reason = `RBAC: allowed by ${kind} "${of}" of ${binding.roleRef.kind} "${binding.roleRef.name}" to ${describeSubject(subject)}`;
    for (const rule of rules) into.push({ rule, reason });
  }
}

/** All that a user may do in a namespace ("" for the cluster's scope only). */
export function grantsOf(reader: AdmissionReader, user: UserInfo, namespace: string): Grants {
  const [rules, problems]: [GrantedRule[], string[]] = [[], []];
  collect(reader, user, reader.list(ClusterRoleBindings), '', rules, problems);
  if (namespace !== '') collect(reader, user, reader.list(RoleBindings, namespace), namespace, rules, problems);
  return { rules, problems };
}

/** Grants are remembered until a role or a binding is written. */
function cachedGrants(reader: AdmissionReader): (user: UserInfo, namespace: string) => Grants {
  const cache = new Map<string, Grants>();
  if (!reader.onWrite) return (user, namespace) => grantsOf(reader, user, namespace);
  for (const resource of [ClusterRoles, ClusterRoleBindings, Roles, RoleBindings]) reader.onWrite(resource, () => cache.clear());
  return (user, namespace) => {
    const key = `${namespace}\n${user.name}\n${user.groups.join('\n')}`;
    const known = cache.get(key);
    if (known) return known;
    if (cache.size >= CACHE_MAX) cache.clear();
    const grants = grantsOf(reader, user, namespace);
    cache.set(key, grants);
    return grants;
  };
}

function decide(attributes: AuthorizationAttributes, { rules, problems }: Grants): AuthorizationDecision {
  for (const { rule, reason } of rules) if (ruleAllows(rule, attributes)) return { allowed: true, reason };
  const evaluationError = problems.length > 1 ? `[${problems.join(', ')}]` : problems[0];
  return { allowed: false, reason: evaluationError ? `RBAC: ${evaluationError}` : '', ...(evaluationError && { evaluationError }) };
}

/** Kubelets are judged by the rules of system:node, whoever binds that role.
 *  Differs from Kubernetes: a node may read the Secrets and ConfigMaps of all Pods, not only those of its own. */
const nodeGrants: Grants = { rules: NODE_RULES.map((rule) => ({ rule, reason: '' })), problems: [] };

function judge(attributes: AuthorizationAttributes, grants: (user: UserInfo, namespace: string) => Grants): AuthorizationDecision {
  const { groups } = attributes.user;
  if (groups.includes(SUPERUSERS)) return { allowed: true, reason: '' };
  if (groups.includes('system:nodes') && decide(attributes, nodeGrants).allowed) return { allowed: true, reason: '' };
  return decide(attributes, grants(attributes.user, attributes.isResource ? attributes.namespace : ''));
}

/** One decision over what the reader sees now, nothing remembered. */
export const authorizeOnce = (reader: AdmissionReader, attributes: AuthorizationAttributes): AuthorizationDecision =>
  judge(attributes, (user, namespace) => grantsOf(reader, user, namespace));

export const createAuthorizer: AuthorizerFactory = (reader): Authorizer => {
  const grants = cachedGrants(reader);
  return { authorize: (attributes) => judge(attributes, grants) };
};

/** What a refused request is told: `User "jane" cannot list resource "pods" in API group "" in the namespace "default"`. */
export function forbiddenReason(attributes: AuthorizationAttributes, { reason }: AuthorizationDecision): string {
  const { user, verb, resource, subresource, group, namespace, path, isResource } = attributes;
  const because = reason ? `: ${reason}` : '';
  if (!isResource) return `User "${user.name}" cannot ${verb} path "${path}"${because}`;
  const what = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  return `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}${because}`;
}
