/** What the API says of single fields of Ingresses, their classes, NetworkPolicies and EndpointSlices.
 *  Upstream: pkg/apis/{networking,discovery}/validation/validation.go */
import { describe, expect, it } from 'vitest';
import { fieldErrorText } from '../../src/api/field-error.ts';
import { strategyFor } from '../../src/apiserver/strategies/strategy-for.ts';
import { contextFor, createErrors, type Json, prepared, resourceOf, updateErrors } from './support.ts';

const of = (apiVersion: string, kind: string, more: Json = {}, metadata: Json = {}): Json => ({
  apiVersion,
  kind,
  metadata: { name: 'one', namespace: 'default', ...metadata },
  ...more,
});
const ingress = (spec: Json, metadata: Json = {}): Json => of('networking.k8s.io/v1', 'Ingress', { spec }, metadata);
const service = { service: { name: 'web', port: { number: 80 } } };
const path = (more: Json): Json =>
  ingress({ rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: service, ...more }] } }] });
const ingressClass = (spec: Json): Json => of('networking.k8s.io/v1', 'IngressClass', { spec });
const policy = (spec: Json): Json => of('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {}, ...spec } });
const slice = (more: Json): Json => of('discovery.k8s.io/v1', 'EndpointSlice', { addressType: 'IPv4', endpoints: [], ports: [], ...more });
const H = 'spec.rules[0].http.paths[0]';
const I = 'spec.ingress[0]';
const IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an " +
  "alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

type Row = readonly [what: string, object: Json, errors: readonly string[]];

const ROWS: readonly Row[] = [
  ['no backend', path({ backend: {} }), [`${H}.backend: Invalid value: "": resource or service backend is required`]],
  [
    'no kind of path and no backend',
    path({ pathType: undefined, backend: {} }),
    [`${H}.pathType: Required value: pathType must be specified`],
  ],
  [
    'a path and a kind of path',
    path({ pathType: 'Suffix', backend: { resource: { apiGroup: 'A_b', kind: 'a/b' } } }),
    [
      `${H}.pathType: Unsupported value: "Suffix": supported values: "Exact", "ImplementationSpecific", "Prefix"`,
      `${H}.backend.resource.apiGroup: Invalid value: "A_b": ${SUBDOMAIN}`,
      `${H}.backend.resource.kind: Invalid value: "a/b": may not contain '/'`,
      `${H}.backend.resource.name: Required value`,
    ],
  ],
  [
    'a path that leads up',
    path({ path: 'a//b/..' }),
    [
      `${H}.path: Invalid value: "a//b/..": must be an absolute path`,
      `${H}.path: Invalid value: "a//b/..": must not contain '//'`,
      `${H}.path: Invalid value: "a//b/..": cannot end with '/..'`,
    ],
  ],
  [
    'a secret and a class',
    ingress({ defaultBackend: service, tls: [{ secretName: 'A_b' }], ingressClassName: 'A_b' }),
    [`spec.tls[0].secretName: Invalid value: "A_b": ${SUBDOMAIN}`, `spec.ingressClassName: Invalid value: "A_b": ${SUBDOMAIN}`],
  ],
  [
    'two classes',
    ingress({ defaultBackend: service, ingressClassName: 'a' }, { annotations: { 'kubernetes.io/ingress.class': 'b' } }),
    ['annotations.kubernetes.io/ingress.class: Invalid value: "b": must match `ingressClassName` when both are specified'],
  ],
  [
    'one class twice',
    ingress({ defaultBackend: service, ingressClassName: 'a' }, { annotations: { 'kubernetes.io/ingress.class': 'a' } }),
    [],
  ],
  [
    'a class without controller',
    ingressClass({ parameters: { kind: '', name: 'x', namespace: 'y' } }),
    [
      'spec.controller: Required value',
      'spec.parameters.kind: Required value',
      "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
    ],
  ],
  [
    'a class of a namespace',
    ingressClass({ controller: 'a', parameters: { kind: 'k', name: 'x', scope: 'Namespace' } }),
    [
      'spec.controller: Invalid value: "a": must be a domain-prefixed path (such as "acme.io/foo")',
      "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
    ],
  ],
  [
    'ports of a policy',
    policy({ ingress: [{ ports: [{ endPort: 5 }, { port: 'web', endPort: 5 }, { port: 9, endPort: 5, protocol: 'ICMP' }] }] }),
    [
      `${I}.ports[0].endPort: Invalid value: 5: may not be specified when \`port\` is not specified`,
      `${I}.ports[1].endPort: Invalid value: 5: may not be specified when \`port\` is non-numeric`,
      `${I}.ports[2].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"`,
      `${I}.ports[2].endPort: Invalid value: 5: must be greater than or equal to \`port\``,
    ],
  ],
  [
    'peers',
    policy({
      ingress: [
        {
          from: [
            { ipBlock: { cidr: 'x' }, podSelector: {} },
            { ipBlock: { except: ['y'] } },
            { ipBlock: { cidr: '10.0.0.0/24', except: ['10.0.0.0/24', 'z'] } },
          ],
        },
      ],
    }),
    [
      `${I}.from[0].ipBlock.cidr: Invalid value: "x": ${CIDR}`,
      `${I}.from[0]: Forbidden: may not specify both ipBlock and another peer`,
      `${I}.from[1].ipBlock.cidr: Required value`,
      `${I}.from[2].ipBlock.except[0]: Invalid value: "10.0.0.0/24": must be a strict subset of \`cidr\``,
      `${I}.from[2].ipBlock.except[1]: Invalid value: "z": ${CIDR}`,
    ],
  ],
  [
    'kinds of policies',
    policy({ policyTypes: ['Ingress', 'Egress', 'Other'] }),
    ['spec.policyTypes: Invalid value: []networking.PolicyType{"Ingress", "Egress", "Other"}: may not specify more than two policyTypes'],
  ],
  [
    'endpoints',
    slice({
      endpoints: [
        { addresses: ['x', '127.0.0.1', '::2'], hostname: 'h', nodeName: 'N_1', hints: { forZones: [{ name: 'a' }, { name: 'a' }] } },
      ],
      ports: [{ port: 1, protocol: 'HTTP' }, { port: 2 }],
    }),
    [
      'endpoints[0].addresses[0]: Invalid value: "x": must be a valid IPv4 address',
      'endpoints[0].addresses[0]: Invalid value: "x": must be a valid IP address',
      'endpoints[0].addresses[1]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      'endpoints[0].addresses[2]: Invalid value: "::2": must be a valid IPv4 address',
      `endpoints[0].nodeName: Invalid value: "N_1": ${SUBDOMAIN}`,
      'endpoints[0].hints.forZones[1].name: Duplicate value: "a"',
      'ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"',
      'ports[1].name: Duplicate value: ""',
    ],
  ],
  [
    'names instead of addresses',
    slice({ addressType: 'FQDN', endpoints: [{ addresses: ['example'] }] }),
    ['endpoints[0].addresses[0]: Invalid value: "example": should be a domain with at least two segments separated by dots'],
  ],
];

describe('fields of networks', () => {
  it.each(ROWS)('%s', (_what, object, errors) => {
    expect(createErrors(object)).toEqual(errors);
  });

  it.each<readonly [string, Json, Json, readonly string[]]>([
    [
      'a controller',
      ingressClass({ controller: 'a.example/b' }),
      { spec: { controller: 'a.example/c' } },
      ['spec.controller: Invalid value: "a.example/c": field is immutable'],
    ],
    ['the kind of addresses', slice({}), { addressType: 'IPv6' }, ['addressType: Invalid value: "IPv6": field is immutable']],
  ])('%s stays', (_what, old, more, errors) => {
    expect(updateErrors((stored) => ({ ...stored, ...more }), old)).toEqual(errors);
  });

  it('the status of an Ingress', () => {
    const object = ingress({ defaultBackend: service });
    const next = {
      ...(prepared(object) as object),
      status: { loadBalancer: { ingress: [{ ip: 'x' }, { hostname: '1.1.1.1' }] } },
    } as never;
    const errors = strategyFor(resourceOf(object)).validateStatusUpdate!(next, next, contextFor(resourceOf(object), 'status'));
    expect(errors.map((error) => fieldErrorText(error))).toEqual([
      `status.loadBalancer.ingress[0].ip: Invalid value: "x": ${IP}`,
      'status.loadBalancer.ingress[1].hostname: Invalid value: "1.1.1.1": must be a DNS name, not an IP address',
    ]);
  });
});
