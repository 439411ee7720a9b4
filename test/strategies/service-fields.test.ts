/** What the API says of single fields of a Service.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidateService, ValidateServiceUpdate), pkg/api/service/warnings.go */
import { describe, expect, it } from 'vitest';
import { fieldErrorText } from '../../src/api/field-error.ts';
import { strategyFor } from '../../src/apiserver/strategies/strategy-for.ts';
import { contextFor, createErrors, type Json, prepared, resourceOf, service, updateErrors } from './support.ts';

const ports = [{ port: 80 }];
const of = (more: Json): Json => service({ ports, ...more });
const external = (more: Json = {}): Json => service({ type: 'ExternalName', externalName: 'a.example', ...more });
const balancer = (more: Json): Json => of({ type: 'LoadBalancer', ...more });
const P = 'spec.ports[0]';
const ONLY = "Forbidden: may only be used when `type` is 'LoadBalancer'";
const QUALIFIED =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

type Row = readonly [what: string, object: Json, errors: readonly string[]];

const ROWS: readonly Row[] = [
  ['no ports', service({}), ['spec.ports: Required value']],
  ['no ports of a headless one', service({ clusterIP: 'None' }), []],
  [
    'a headless balancer',
    balancer({ clusterIP: 'None' }),
    ['spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for LoadBalancer services'],
  ],
  [
    'an external name with an address',
    external({ clusterIP: '10.96.0.10', externalName: '' }),
    ['spec.clusterIPs: Forbidden: may not be set for ExternalName services', 'spec.externalName: Required value'],
  ],
  [
    "the protocol, the application's too",
    of({ ports: [{ port: 80, protocol: 'HTTP', appProtocol: '-a' }] }),
    [
      `${P}.protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"`,
      `${P}.appProtocol: Invalid value: "-a": ${QUALIFIED}`,
    ],
  ],
  [
    'target port',
    of({ ports: [{ port: 0, targetPort: 'Not_Valid!' }] }),
    [
      `${P}.port: Invalid value: 0: must be between 1 and 65535, inclusive`,
      `${P}.targetPort: Invalid value: "Not_Valid!": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)`,
    ],
  ],
  [
    'a port twice',
    of({
      ports: [
        { name: 'a', port: 80 },
        { name: 'a', port: 80 },
      ],
    }),
    [
      'spec.ports[1].name: Duplicate value: "a"',
      'spec.ports[1]: Duplicate value: core.ServicePort{Name:"", Protocol:"TCP", AppProtocol:(*string)(nil), Port:80, ' +
        'TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}',
    ],
  ],
  [
    'a node port of what has none',
    of({ ports: [{ port: 80, nodePort: 30001 }] }),
    [`${P}.nodePort: Forbidden: may not be used when \`type\` is 'ClusterIP'`],
  ],
  [
    'affinity',
    of({ sessionAffinity: 'Cookie' }),
    ['spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"'],
  ],
  ['settings of no affinity', of({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } } }), []],
  [
    'affinity for long',
    of({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86401 } } }),
    ['spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400'],
  ],
  [
    'families',
    of({ ipFamilies: ['IPv4', 'IPv5', 'IPv4'], ipFamilyPolicy: 'Both' }),
    [
      'spec.ipFamilies[1]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"',
      'spec.ipFamilies[2]: Duplicate value: "IPv4"',
      'spec.ipFamilyPolicy: Unsupported value: "Both": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"',
    ],
  ],
  [
    'addresses',
    of({ clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.11', 'x'] }),
    [
      'spec.clusterIPs: Invalid value: []string{"10.96.0.11", "x"}: first value must match `clusterIP`',
      `spec.clusterIPs[1]: Invalid value: "x": ${IP}`,
    ],
  ],
  [
    'external addresses',
    of({ externalIPs: ['x', '127.0.0.1'] }),
    [
      `spec.externalIPs[0]: Invalid value: "x": ${IP}`,
      'spec.externalIPs[1]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    ],
  ],
  [
    'what only a balancer has',
    of({ loadBalancerSourceRanges: ['10.0.0.0'], allocateLoadBalancerNodePorts: true, loadBalancerClass: 'x' }),
    [
      `spec.LoadBalancerSourceRanges: ${ONLY}`,
      'spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      `spec.allocateLoadBalancerNodePorts: ${ONLY}`,
      `spec.loadBalancerClass: ${ONLY}`,
    ],
  ],
  [
    'policies',
    of({ externalTrafficPolicy: 'Local', internalTrafficPolicy: 'X', healthCheckNodePort: 30000, trafficDistribution: 'Far' }),
    [
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
      "spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      'spec.internalTrafficPolicy: Unsupported value: "X": supported values: "Cluster", "Local"',
      'spec.trafficDistribution: Unsupported value: "Far": supported values: "PreferClose"',
    ],
  ],
];

describe('fields of a Service', () => {
  it.each(ROWS)('%s', (_what, object, errors) => {
    expect(createErrors(object)).toEqual(errors);
  });

  it.each<readonly [string, Json, (old: Json) => Json, readonly string[]]>([
    [
      'the address',
      of({ clusterIP: '10.96.0.10' }),
      (old) => ({ ...old, spec: { ...(old['spec'] as Json), clusterIP: '10.96.0.11', clusterIPs: ['10.96.0.11'] } }),
      ['spec.clusterIPs[0]: Invalid value: []string{"10.96.0.11"}: may not change once set'],
    ],
    [
      'the class of a balancer',
      balancer({ loadBalancerClass: 'a.example/x' }),
      (old) => ({ ...old, spec: { ...(old['spec'] as Json), loadBalancerClass: 'a.example/y' } }),
      ['spec.loadBalancerClass: Invalid value: "a.example/y": may not change once set'],
    ],
  ])('%s stays', (_what, old, change, errors) => {
    expect(updateErrors(change, old)).toEqual(errors);
  });

  it('its status', () => {
    const errors = (spec: Json, ingress: readonly Json[]): readonly string[] => {
      const object = { ...(prepared(of(spec)) as object), status: { loadBalancer: { ingress } } } as never;
      return strategyFor(resourceOf(of({}))).validateStatusUpdate!(object, object, contextFor(resourceOf(of({})), 'status')).map((error) =>
        fieldErrorText(error),
      );
    };
    const at = 'status.loadBalancer.ingress';
    expect(errors({}, [{ ip: '1.1.1.1' }])).toEqual([`${at}: Forbidden: may only be used when \`spec.type\` is 'LoadBalancer'`]);
    expect(errors({ type: 'LoadBalancer' }, [{ ip: 'x' }, { ipMode: 'VIP', hostname: '1.1.1.1' }])).toEqual([
      `${at}[0].ip: Invalid value: "x": ${IP}`,
      `${at}[0].ipMode: Required value: must be specified when \`ip\` is set`,
      `${at}[1].ipMode: Forbidden: may not be specified when \`ip\` is not set`,
      `${at}[1].hostname: Invalid value: "1.1.1.1": must be a DNS name, not an IP address`,
    ]);
  });

  it.each<readonly [Json, readonly string[]]>([
    [of({ externalName: 'x' }), ['spec.externalName is ignored when spec.type is not "ExternalName"']],
    [service({ clusterIP: 'None', externalIPs: ['1.1.1.1'] }), ['spec.externalIPs is ignored for headless services']],
    [external({ externalIPs: ['1.1.1.1'] }), ['spec.externalIPs is ignored when spec.type is "ExternalName"']],
  ])('warnings %#', (object, warnings) => {
    expect(strategyFor(resourceOf(object)).warnings!(prepared(object), undefined, contextFor(resourceOf(object)))).toEqual(warnings);
  });
});
