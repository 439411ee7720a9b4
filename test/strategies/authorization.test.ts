/** Who may do what. FIDELITY A10. */
import { describe, expect, it } from 'vitest';
import type { Role, RoleBinding, SelfSubjectAccessReview } from '../../src/api/generated/types.ts';
import type { UserInfo } from '../../src/api/transport.ts';
import type { AdmissionReader, AuthorizationAttributes } from '../../src/apiserver/admission.ts';
import { reviewAccess, reviewRules } from '../../src/apiserver/authorization/access-reviews.ts';
import { createAuthorizer, forbiddenReason } from '../../src/apiserver/authorization/authorizer.ts';
import {
  bootstrapClusterRoleBindings, bootstrapClusterRoles, bootstrapNamespacedRoles,
} from '../../src/apiserver/authorization/bootstrap-policy.ts';
import { escalationPlugin } from '../../src/apiserver/authorization/escalation.ts';
import { type Json, readerOf, resourceOf } from './support.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
const jane: UserInfo = { name: 'jane', groups: ['system:authenticated'] };
const role = (name: string, rules: readonly Json[]): Json => ({ apiVersion: RBAC, kind: 'Role', metadata: { name, namespace: 'default' }, rules });
const bound = (name: string, kind: string, to: string): Json => ({
  apiVersion: RBAC, kind: 'RoleBinding', metadata: { name, namespace: 'default' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: to },
  subjects: [{ kind: 'User', name: 'jane' }],
});
const bootstrap = [...bootstrapClusterRoles(), ...bootstrapClusterRoleBindings(), ...bootstrapNamespacedRoles()] as unknown as readonly Json[];

const ask = (verb: string, resource: string, more: Partial<AuthorizationAttributes> = {}): AuthorizationAttributes => ({
  user: jane, verb, group: '', version: 'v1', resource, subresource: '', namespace: 'default', name: '', path: '', isResource: true, ...more,
});

const reader = readerOf([
  ...bootstrap,
  role('r', [
    { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: ['one'], verbs: ['get', 'update'] },
    { apiGroups: ['apps'], resources: ['*/scale'], verbs: ['patch'] },
  ]),
  bound('b', 'Role', 'r'),
]);

const ROWS: readonly (readonly [what: string, attributes: AuthorizationAttributes, allowed: boolean])[] = [
  ['a rule', ask('list', 'pods'), true],
  ['another verb', ask('delete', 'pods'), false],
  ['another namespace', ask('list', 'pods', { namespace: 'other' }), false],
  ['all namespaces', ask('list', 'pods', { namespace: '' }), false],
  ['another group', ask('list', 'pods', { group: 'metrics.k8s.io' }), false],
  ['a subresource', ask('get', 'pods', { subresource: 'log', name: 'p' }), true],
  ['another subresource', ask('create', 'pods', { subresource: 'exec', name: 'p' }), false],
  ['a name', ask('get', 'configmaps', { name: 'one' }), true],
  ['another name', ask('get', 'configmaps', { name: 'two' }), false],
  ['no name', ask('list', 'configmaps'), false],
  ['any scale', ask('patch', 'deployments', { group: 'apps', subresource: 'scale', name: 'd' }), true],
  ['discovery', ask('get', '', { isResource: false, path: '/apis/apps/v1' }), true],
  ['metrics', ask('get', '', { isResource: false, path: '/metrics' }), false],
  ['the administrator', ask('delete', 'nodes', { user: { name: 'kubernetes-admin', groups: ['kubeadm:cluster-admins'] }, namespace: '' }), true],
  ['a superuser', ask('delete', 'nodes', { user: { name: 'x', groups: ['system:masters'] }, namespace: '' }), true],
  ['the scheduler binds', ask('create', 'pods', { user: { name: 'system:kube-scheduler', groups: [] }, subresource: 'binding', namespace: 'any' }), true],
  ['the controllers make Pods', ask('create', 'pods', { user: { name: 'system:kube-controller-manager', groups: [] }, namespace: 'any' }), true],
  ['the controllers delete anything', ask('delete', 'toys', { user: { name: 'system:kube-controller-manager', groups: [] }, group: 'example.com' }), true],
  ['a kubelet', ask('patch', 'pods', { user: { name: 'system:node:n1', groups: ['system:nodes'] }, subresource: 'status', name: 'p' }), true],
  ['a kubelet and roles', ask('create', 'roles', { user: { name: 'system:node:n1', groups: ['system:nodes'] }, group: 'rbac.authorization.k8s.io' }), false],
  ['the proxy', ask('list', 'endpointslices', { user: { name: 'system:kube-proxy', groups: [] }, group: 'discovery.k8s.io', namespace: '' }), true],
];

describe('decisions (A10)', () => {
  it.each(ROWS)('%s', (_what, attributes, allowed) => {
    expect(createAuthorizer(reader).authorize(attributes).allowed).toBe(allowed);
  });

  it('say by which binding', () => {
    expect(createAuthorizer(reader).authorize(ask('list', 'pods')).reason)
      .toBe('RBAC: allowed by RoleBinding "b/default" of Role "r" to User "jane"');
  });

  it('are made anew after a write', () => {
    let held = [...bootstrap, role('r', [])];
    const sinks: (() => void)[] = [];
    const changing: AdmissionReader = {
      get: (...args) => readerOf(held).get(...args), list: (...args) => readerOf(held).list(...args), replace: () => undefined,
      onWrite(_resource, sink) {
        sinks.push(sink);
        return { [Symbol.dispose]: () => undefined };
      },
    };
    const authorizer = createAuthorizer(changing);
    expect(authorizer.authorize(ask('list', 'pods')).allowed).toBe(false);
    held = [...held, bound('v', 'ClusterRole', 'view')];
    expect(authorizer.authorize(ask('list', 'pods')).allowed).toBe(false);
    sinks.forEach((sink) => sink());
    expect(authorizer.authorize(ask('list', 'pods')).allowed).toBe(true);
    expect(authorizer.authorize(ask('list', 'secrets')).allowed).toBe(false);
  });
});

const REASONS: readonly (readonly [attributes: AuthorizationAttributes, text: string])[] = [
  [ask('list', 'pods'), 'User "jane" cannot list resource "pods" in API group "" in the namespace "default"'],
  [ask('list', 'nodes', { namespace: '' }), 'User "jane" cannot list resource "nodes" in API group "" at the cluster scope'],
  [ask('get', 'pods', { subresource: 'log' }), 'User "jane" cannot get resource "pods/log" in API group "" in the namespace "default"'],
  [ask('get', '', { isResource: false, path: '/', user: { name: 'system:anonymous', groups: [] } }), 'User "system:anonymous" cannot get path "/"'],
];

describe('what the refused are told (A10, A12 30)', () => {
  it.each(REASONS)('%#', (attributes, text) => {
    expect(forbiddenReason(attributes, { allowed: false, reason: '' })).toBe(text);
  });

  it('with a role that is not there', () => {
    const attributes = ask('list', 'pods');
    const decision = createAuthorizer(readerOf([bound('b', 'Role', 'r')])).authorize(attributes);
    expect(forbiddenReason(attributes, decision)).toBe('User "jane" cannot list resource "pods" in API group "" in the namespace "default": '
      + 'RBAC: role.rbac.authorization.k8s.io "r" not found');
  });
});

describe('escalation (A10)', () => {
  const write = (object: Json, user = jane, with_ = reader): void => {
    const resource = resourceOf(object);
    void escalationPlugin().validate!({
      operation: 'CREATE', resource, subresource: '', namespace: 'default', name: (object['metadata'] as { name: string }).name, user,
      object: object as unknown as Role | RoleBinding, old: undefined, dryRun: false, warn: () => undefined,
    }, with_);
  };

  it('nobody gives what they do not hold', () => {
    expect(() => write(role('x', [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'delete'] }]))).toThrow(
      'roles.rbac.authorization.k8s.io "x" is forbidden: user "jane" (groups=["system:authenticated"]) is attempting to grant RBAC permissions '
      + 'not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
    );
    expect(() => write(role('x', [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }]))).not.toThrow();
  });

  it('nor binds others to it', () => {
    expect(() => write(bound('x', 'ClusterRole', 'cluster-admin'))).toThrow('{APIGroups:["*"], Resources:["*"], Verbs:["*"]}');
    expect(() => write(bound('x', 'ClusterRole', 'cluster-admin'), { name: 'root', groups: ['system:masters'] })).not.toThrow();
    expect(() => write(bound('x', 'ClusterRole', 'cluster-admin'), { name: 'admin', groups: ['kubeadm:cluster-admins'] })).not.toThrow();
  });
});

describe('reviews (A10)', () => {
  const review = (verb: string, resource: string): SelfSubjectAccessReview => ({ spec: { resourceAttributes: { verb, resource, namespace: 'default' } } });

  it('answer whether', () => {
    const authorizer = createAuthorizer(reader);
    expect(reviewAccess(review('list', 'pods'), jane, authorizer).status)
      .toEqual({ allowed: true, reason: 'RBAC: allowed by RoleBinding "b/default" of Role "r" to User "jane"' });
    expect(reviewAccess(review('delete', 'pods'), jane, authorizer).status).toEqual({ allowed: false });
  });

  it('list what', () => {
    const { status } = reviewRules({ spec: { namespace: 'default' } }, jane, reader);
    expect(status?.resourceRules).toContainEqual({ apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] });
    expect(status?.incomplete).toBe(false);
  });
});
