/** Nobody may give away what they do not hold: checks on writes of roles and bindings.
 *  Upstream: pkg/registry/rbac/{clusterrole,clusterrolebinding,role,rolebinding}/policybased/storage.go, pkg/registry/rbac/validation/rule.go */
import { forbidden, notFound } from '../../api/errors.ts';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '../../api/generated/types.ts';
import type { KubeObject } from '../../api/object.ts';
import { ClusterRoles, Roles } from '../../api/resources.ts';
import { equal } from '../../base/json.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from '../admission.ts';
import { authorizeOnce, grantsOf } from './authorizer.ts';
import { describeRule, uncovered } from './rules.ts';

const GROUP = 'rbac.authorization.k8s.io';
const BINDINGS = new Set(['RoleBinding', 'ClusterRoleBinding']);
const ROLES = new Set(['Role', 'ClusterRole']);

function mayDo(reader: AdmissionReader, attributes: AdmissionAttributes, verb: string, resource: string, name: string): boolean {
  return authorizeOnce(reader, {
    user: attributes.user, verb, group: GROUP, version: 'v1', resource, subresource: '', namespace: attributes.namespace, name, path: '',
    isResource: true,
  }).allowed;
}

function mustHold(rules: readonly PolicyRule[], attributes: AdmissionAttributes, reader: AdmissionReader): void {
  const { user, namespace, resource, name } = attributes;
  const { rules: owned, problems } = grantsOf(reader, user, namespace);
  const missing = uncovered(owned.map(({ rule }) => rule), rules).map(describeRule).sort();
  if (missing.length === 0) return;
  const groups = user.groups.map((group) => `"${group}"`).join(' ');
  const because = problems.length > 0 ? `; resolution errors: [${problems.join(', ')}]` : '';
  throw forbidden(resource, name, `user "${user.name}" (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n`
    + missing.join('\n') + because);
}

function checkRole(role: Role | ClusterRole, attributes: AdmissionAttributes, reader: AdmissionReader): void {
  const old = attributes.old as Role | undefined;
  if (old && equal(old.rules, role.rules) && equal((old as ClusterRole).aggregationRule, (role as ClusterRole).aggregationRule)) return;
  if (mayDo(reader, attributes, 'escalate', attributes.resource.plural, attributes.name)) return;
  mustHold(role.rules ?? [], attributes, reader);
}

function checkBinding(binding: RoleBinding | ClusterRoleBinding, attributes: AdmissionAttributes, reader: AdmissionReader): void {
  const old = attributes.old as RoleBinding | undefined;
  if (old && equal(old.subjects, binding.subjects) && equal(old.roleRef, binding.roleRef)) return;
  const { kind, name } = binding.roleRef;
  const resource = kind === 'ClusterRole' ? ClusterRoles : Roles;
  if (mayDo(reader, attributes, 'bind', resource.plural, name)) return;
  const role = kind === 'ClusterRole' ? reader.get(ClusterRoles, '', name) : reader.get(Roles, attributes.namespace, name);
  if (!role) throw notFound(resource, name);
  mustHold(role.rules ?? [], attributes, reader);
}

/** Not an admission plugin in Kubernetes, where the registry of the kind asks; the chain has it first among those that validate. */
export function escalationPlugin(): AdmissionPlugin {
  return {
    name: 'RBACEscalation',
    handles: ({ resource, operation }) =>
      resource.group === GROUP && (operation === 'CREATE' || operation === 'UPDATE') && (ROLES.has(resource.kind) || BINDINGS.has(resource.kind)),
    validate(attributes, reader) {
      if (attributes.user.groups.includes('system:masters')) return;
      const object: KubeObject | undefined = attributes.object;
      if (ROLES.has(attributes.resource.kind)) checkRole(object as Role, attributes, reader);
      else checkBinding(object as RoleBinding, attributes, reader);
    },
  };
}

