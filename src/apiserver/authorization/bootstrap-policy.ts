/** The roles and bindings that every cluster starts with, as objects without what only the store adds.
 *  Upstream: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/{policy,controller_policy,namespace_policy}.go, cmd/kubeadm */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, RbacV1Subject, Role, RoleBinding, RoleRef } from '../../api/generated/types.ts';
import { AGGREGATED, CLUSTER_ROLES, CONTROLLER_ROLES } from './bootstrap-rules.ts';

const API_VERSION = 'rbac.authorization.k8s.io/v1';
const GROUP = 'rbac.authorization.k8s.io';
const LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const ANNOTATIONS = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };
const CONTROLLER_MANAGER = 'system:kube-controller-manager';

const metadata = (name: string, labels: Readonly<Record<string, string>> = {}): NonNullable<ClusterRole['metadata']> =>
  ({ name, labels: { ...LABELS, ...labels }, annotations: ANNOTATIONS });

const group = (name: string): RbacV1Subject => ({ apiGroup: GROUP, kind: 'Group', name });
const user = (name: string): RbacV1Subject => ({ apiGroup: GROUP, kind: 'User', name });
const account = (name: string): RbacV1Subject => ({ kind: 'ServiceAccount', name, namespace: 'kube-system' });
const ref = (kind: 'ClusterRole' | 'Role', name: string): RoleRef => ({ apiGroup: GROUP, kind, name });

const clusterRole = (name: string, rules: readonly PolicyRule[], labels?: Readonly<Record<string, string>>): ClusterRole =>
  ({ apiVersion: API_VERSION, kind: 'ClusterRole', metadata: metadata(name, labels), rules });

const binding = (name: string, role: string, subjects: readonly RbacV1Subject[]): ClusterRoleBinding =>
  ({ apiVersion: API_VERSION, kind: 'ClusterRoleBinding', metadata: metadata(name), roleRef: ref('ClusterRole', role), subjects });

const AUTHENTICATED = group('system:authenticated');

/** Binding, role and whom it is bound to. */
const BINDINGS: readonly (readonly [name: string, role: string, subjects: readonly RbacV1Subject[]])[] = [
  ['cluster-admin', 'cluster-admin', [group('system:masters')]],
  ['kubeadm:cluster-admins', 'cluster-admin', [group('kubeadm:cluster-admins')]],
  ['system:basic-user', 'system:basic-user', [AUTHENTICATED]],
  ['system:coredns', 'system:coredns', [account('coredns')]],
  ['system:discovery', 'system:discovery', [AUTHENTICATED]],
  ['system:kube-controller-manager', 'system:kube-controller-manager', [user(CONTROLLER_MANAGER)]],
  ['system:kube-dns', 'system:kube-dns', [account('kube-dns')]],
  ['system:kube-scheduler', 'system:kube-scheduler', [user('system:kube-scheduler')]],
  ['system:monitoring', 'system:monitoring', [group('system:monitoring')]],
  ['system:node', 'system:node', []],
  ['system:node-proxier', 'system:node-proxier', [user('system:kube-proxy'), account('kube-proxy')]],
  ['system:public-info-viewer', 'system:public-info-viewer', [AUTHENTICATED, group('system:unauthenticated')]],
  ['system:service-account-issuer-discovery', 'system:service-account-issuer-discovery', [group('system:serviceaccounts')]],
  ['system:volume-scheduler', 'system:volume-scheduler', [user('system:kube-scheduler')]],
];

const aggregateLabels = (name: string): Readonly<Record<string, string>> => {
  const labels: Record<string, string> = {};
  for (const { label, of } of Object.values(AGGREGATED)) {
    if (of[0] === name) labels[`rbac.authorization.k8s.io/${label}`] = 'true';
  }
  return labels;
};

/** "edit" is also a part of "admin", and "view" of "edit": the label on the aggregated role says so. */
const PART_OF: Readonly<Record<string, string>> = { edit: 'aggregate-to-admin', view: 'aggregate-to-edit' };

function aggregated(name: string): ClusterRole {
  const { label, of } = AGGREGATED[name]!;
  const part = PART_OF[name];
  const labels = part ? { [`rbac.authorization.k8s.io/${part}`]: 'true' } : {};
  return {
    ...clusterRole(name, of.flatMap((one) => CLUSTER_ROLES[one] ?? []), labels),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`rbac.authorization.k8s.io/${label}`]: 'true' } }] },
  };
}

export function bootstrapClusterRoles(): readonly ClusterRole[] {
  return [
    ...Object.keys(CLUSTER_ROLES).map((name) => clusterRole(name, CLUSTER_ROLES[name]!, aggregateLabels(name))),
    ...Object.keys(AGGREGATED).map(aggregated),
    ...Object.keys(CONTROLLER_ROLES).map((name) => clusterRole(`system:controller:${name}`, CONTROLLER_ROLES[name]!)),
  ];
}

/** Differs from Kubernetes: the controllers share one identity, system:kube-controller-manager, so each controller's role
 *  is bound to it beside the controller's own service account. */
export function bootstrapClusterRoleBindings(): readonly ClusterRoleBinding[] {
  return [
    ...BINDINGS.map(([name, role, subjects]) => binding(name, role, subjects)),
    ...Object.keys(CONTROLLER_ROLES).map((name) =>
      binding(`system:controller:${name}`, `system:controller:${name}`, [account(name), user(CONTROLLER_MANAGER)])),
  ];
}

const LEADER = 'system::leader-locking-';

function leaderRoles(component: string): readonly (Role | RoleBinding)[] {
  const namespaced = { ...metadata(LEADER + component), namespace: 'kube-system' };
  return [
    {
      apiVersion: API_VERSION, kind: 'Role', metadata: namespaced,
      rules: [
        { apiGroups: [''], resources: ['configmaps'], verbs: ['watch'] },
        { apiGroups: [''], resources: ['configmaps'], resourceNames: [component], verbs: ['get', 'update'] },
      ],
    } satisfies Role,
    {
      apiVersion: API_VERSION, kind: 'RoleBinding', metadata: namespaced, roleRef: ref('Role', LEADER + component),
      subjects: [user(`system:${component}`), account(component)],
    } satisfies RoleBinding,
  ];
}

/** The roles and bindings of kube-system. */
export const bootstrapNamespacedRoles = (): readonly (Role | RoleBinding)[] =>
  [...leaderRoles('kube-controller-manager'), ...leaderRoles('kube-scheduler')];
