/** What the API says of single fields of Secrets, Namespaces, Leases, Endpoints and roles.
 *  Upstream: pkg/apis/{core,coordination,rbac}/validation/validation.go */
import { describe, expect, it } from 'vitest';
import { createErrors, type Json, updateErrors } from './support.ts';

const of = (apiVersion: string, kind: string, more: Json = {}, name = 'one'): Json => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'default' },
  ...more,
});
const RBAC = 'rbac.authorization.k8s.io';
const secret = (type: string, data: Json): Json => of('v1', 'Secret', { type, data });
const binding = (...subjects: Json[]): Json =>
  of(`${RBAC}/v1`, 'RoleBinding', { roleRef: { apiGroup: RBAC, kind: 'Role', name: 'x' }, subjects });
const lease = (spec: Json): Json => of('coordination.k8s.io/v1', 'Lease', { spec });
const IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

type Row = readonly [what: string, object: Json, errors: readonly string[]];

const ROWS: readonly Row[] = [
  ["a registry's secret without what it needs", secret('kubernetes.io/dockerconfigjson', {}), ['data[.dockerconfigjson]: Required value']],
  [
    "a registry's secret that is no JSON",
    secret('kubernetes.io/dockerconfigjson', { '.dockerconfigjson': btoa('hello') }),
    ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character \'h\' looking for beginning of value'],
  ],
  [
    "a registry's secret that is empty",
    secret('kubernetes.io/dockercfg', { '.dockercfg': '' }),
    ['data[.dockercfg]: Invalid value: "<secret contents redacted>": unexpected end of JSON input'],
  ],
  ['a key for ssh that is empty', secret('kubernetes.io/ssh-auth', { 'ssh-privatekey': '' }), ['data[ssh-privatekey]: Required value']],
  [
    'neither user nor password',
    secret('kubernetes.io/basic-auth', {}),
    ['data[username]: Required value', 'data[password]: Required value'],
  ],
  [
    "a namespace's finalizer",
    of('v1', 'Namespace', { spec: { finalizers: ['mine'] } }),
    ['spec.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified'],
  ],
  [
    'a lease',
    lease({ leaseDurationSeconds: 0, leaseTransitions: -1, strategy: 'Best', preferredHolder: 'x' }),
    [
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
      'spec.strategy.strategy: Unsupported value: "Best": supported values: "OldestEmulationVersion"',
    ],
  ],
  [
    'a holder to come',
    lease({ preferredHolder: 'x' }),
    ['spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined'],
  ],
  [
    'endpoints',
    of('v1', 'Endpoints', { subsets: [{ addresses: [{ ip: 'x' }, { ip: '127.0.0.1' }], ports: [{ port: 0, name: 'A' }] }] }),
    [
      `subsets[0].addresses[0].ip: Invalid value: "x": ${IP}`,
      'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address',
      'subsets[0].addresses[1].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      'subsets[0].ports[0].name: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or \'-\', and must ' +
        "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      'subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    ],
  ],
  [
    'nobody',
    binding({ kind: 'User', name: '' }, { kind: 'Dog', name: 'x' }),
    [
      'subjects[0].name: Required value',
      'subjects[0].name: Invalid value: "": user name cannot be empty',
      'subjects[1].kind: Unsupported value: "Dog": supported values: "Group", "ServiceAccount", "User"',
    ],
  ],
  [
    'roles of no label',
    of(`${RBAC}/v1`, 'ClusterRole', { aggregationRule: {} }),
    ['aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil'],
  ],
];

describe('fields of configuration', () => {
  it.each(ROWS)('%s', (_what, object, errors) => {
    expect(createErrors(object)).toEqual(errors);
  });

  it('what stays', () => {
    expect(updateErrors((old) => ({ ...old, type: 'example.com/x' }), secret('Opaque', {}))).toEqual([
      'type: Invalid value: "example.com/x": field is immutable',
    ]);
  });
});
