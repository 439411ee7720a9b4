/** What the API says of single fields of quotas, limits, budgets, priorities and nodes.
 *  Upstream: pkg/apis/{core,policy,scheduling}/validation/validation.go */
import { describe, expect, it } from 'vitest';
import { createErrors, type Json, updateErrors } from './support.ts';

const of = (apiVersion: string, kind: string, more: Json = {}, name = 'one'): Json => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'default' },
  ...more,
});
const quota = (spec: Json): Json => of('v1', 'ResourceQuota', { spec });
const limits = (...items: Json[]): Json => of('v1', 'LimitRange', { spec: { limits: items } });
const budget = (spec: Json): Json => of('policy/v1', 'PodDisruptionBudget', { spec });
const priority = (more: Json, name = 'one'): Json => of('scheduling.k8s.io/v1', 'PriorityClass', more, name);
const node = (more: Json): Json => of('v1', 'Node', more);
const cores = (value: number): string =>
  `resource.Quantity{i:resource.int64Amount{value:${value}, scale:0}, ` +
  `d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"${value}", Format:"DecimalSI"}`;
const STANDARD = 'must be a standard resource type or fully qualified';
const L = 'spec.limits[0]';
const M = 'spec.scopeSelector.matchExpressions';
const PAIR = '[]core.ResourceQuotaScope{"BestEffort", "NotBestEffort"}';

type Row = readonly [what: string, object: Json, errors: readonly string[]];

const ROWS: readonly Row[] = [
  [
    'names of a quota',
    quota({ hard: { cpus: '1', 'example.com/gpu': '1', storage: '1', pods: '1500m' } }),
    [
      `spec.hard[cpus]: Invalid value: "cpus": ${STANDARD}`,
      'spec.hard[cpus]: Invalid value: "cpus": must be a standard resource for quota',
      'spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota',
      'spec.hard[pods]: Invalid value: resource.Quantity{i:resource.int64Amount{value:1500, scale:-3}, ' +
        'd:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"1500m", Format:"DecimalSI"}: must be an integer',
    ],
  ],
  [
    'scopes',
    quota({ hard: { pods: '1', services: '1' }, scopes: ['BestEffort', 'NotBestEffort'] }),
    [
      `spec.scopes: Invalid value: ${PAIR}: unsupported scope applied to resource`,
      `spec.scopes: Invalid value: ${PAIR}: unsupported scope applied to resource`,
      `spec.scopes: Invalid value: ${PAIR}: conflicting scopes`,
    ],
  ],
  ['an unknown scope', quota({ scopes: ['Rest'] }), ['spec.scopes: Invalid value: []core.ResourceQuotaScope{"Rest"}: unsupported scope']],
  [
    'a selector of scopes',
    quota({
      scopeSelector: {
        matchExpressions: [
          { scopeName: 'PriorityClass', operator: 'In' },
          { scopeName: 'Terminating', operator: 'In', values: ['x'] },
          { scopeName: 'PriorityClass', operator: 'Exists', values: ['x'] },
          { scopeName: 'PriorityClass', operator: 'Has' },
        ],
      },
    }),
    [
      `${M}.values: Required value: must be at least one value when \`operator\` is 'In' or 'NotIn' for scope selector`,
      `${M}.operator: Invalid value: "In": must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ` +
        'ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity',
      `${M}.values: Invalid value: []string{"x"}: must be no value when \`operator\` is 'Exist' or 'DoesNotExist' for scope selector`,
      `${M}.operator: Invalid value: "Has": not a valid selector operator`,
    ],
  ],
  [
    'types of limits',
    limits({ type: 'Container' }, { type: 'Container' }, { type: 'Job' }),
    [
      'spec.limits[1].type: Duplicate value: "Container"',
      'spec.limits[2].type: Invalid value: "Job": must be a standard limit type or fully qualified',
    ],
  ],
  [
    'limits of a Pod',
    limits({ type: 'Pod', max: { storage: '1' }, default: { cpu: '1' } }),
    [
      `${L}.max[storage]: Invalid value: "storage": must be a standard resource for containers`,
      `${L}.default: Forbidden: may not be specified when \`type\` is 'Pod'`,
    ],
  ],
  [
    'limits of a claim',
    limits({ type: 'PersistentVolumeClaim' }),
    [`${L}.limits: Required value: either minimum or maximum storage value is required, but neither was provided`],
  ],
  [
    'a ratio',
    limits({ type: 'Pod', min: { cpu: '1' }, max: { cpu: '4' }, maxLimitRequestRatio: { cpu: '5' } }),
    [`${L}.maxLimitRequestRatio[cpu]: Invalid value: ${cores(5)}: ratio 5 is greater than max/min = 4.000000`],
  ],
  [
    'a default above the most',
    limits({ type: 'Container', max: { cpu: '2' }, default: { cpu: '3' }, defaultRequest: { cpu: '1' } }),
    [`${L}.default[cpu]: Invalid value: ${cores(2)}: default value 3 is greater than max value 2`],
  ],
  [
    'a resource whose name every object has',
    limits({ type: 'Container', default: { constructor: '1Gi' }, min: { tier: '1' } }),
    [
      ['min', 'tier'],
      ['default', 'constructor'],
      ['defaultRequest', 'tier'],
    ].flatMap(([list, name]) =>
      ['type or fully qualified', 'for containers'].map(
        (what) => `${L}.${list}[${name}]: Invalid value: "${name}": must be a standard resource ${what}`,
      ),
    ),
  ],
  [
    'what is not shared',
    limits({ type: 'Container', default: { 'example.com/gpu': '2' }, defaultRequest: { 'example.com/gpu': '1' } }),
    [
      `${L}.defaultRequest[example.com/gpu]: Invalid value: ${cores(1)}: default value 2 must equal to defaultRequest value 1 in example.com/gpu`,
    ],
  ],
  [
    'a budget of too much',
    budget({ maxUnavailable: '101%', unhealthyPodEvictionPolicy: 'Never' }),
    [
      'spec.maxUnavailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:"101%"}: must not be greater than 100%',
      'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
    ],
  ],
  [
    'a priority of the system',
    priority({ value: 2000000000, globalDefault: true }, 'system-cluster-critical'),
    [
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: globalDefault of " +
        'system-cluster-critical PriorityClass must be false',
    ],
  ],
  [
    'preemption',
    priority({ value: 1, preemptionPolicy: 'Always' }),
    ['preemptionPolicy: Unsupported value: "Always": supported values: "Never", "PreemptLowerPriority"'],
  ],
  [
    'a node',
    node({
      spec: { podCIDRs: ['10.0.0.0/24', '10.0.1.0/24'], taints: [{ key: 'a', effect: 'Stop' }] },
      status: { capacity: { pods: '-1' } },
    }),
    [
      'metadata.taints[0].effect: Unsupported value: "Stop": supported values: "NoExecute", "NoSchedule", "PreferNoSchedule"',
      'status.capacity[pods]: Invalid value: "-1": must be greater than or equal to 0',
      'spec.podCIDRs: Invalid value: []string{"10.0.0.0/24", "10.0.1.0/24"}: may specify no more than one CIDR for each IP family',
    ],
  ],
];

describe('fields of policies', () => {
  it.each(ROWS)('%s', (_what, object, errors) => {
    expect(createErrors(object)).toEqual(errors);
  });

  it.each<readonly [string, Json, Json, readonly string[]]>([
    [
      'scopes',
      quota({ scopes: ['Terminating'] }),
      { spec: {} },
      ['spec.scopes: Invalid value: []core.ResourceQuotaScope(nil): field is immutable'],
    ],
    [
      'a priority',
      priority({ value: 1 }),
      { value: 2000000000, preemptionPolicy: 'Never' },
      ['value: Forbidden: may not be changed in an update.', 'preemptionPolicy: Invalid value: "Never": field is immutable'],
    ],
    [
      "a node's range",
      node({ spec: { podCIDRs: ['10.0.0.0/24'], providerID: 'a' } }),
      { spec: { podCIDRs: ['10.0.1.0/24'], providerID: 'b' } },
      [
        'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
        'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
      ],
    ],
  ])('%s stays', (_what, old, more, errors) => {
    expect(updateErrors((stored) => ({ ...stored, ...more }), old)).toEqual(errors);
  });
});
