/** What the API says of single fields of a HorizontalPodAutoscaler.
 *  Upstream: pkg/apis/autoscaling/validation/validation.go */
import { describe, expect, it } from 'vitest';
import { createErrors, type Json, prepared } from './support.ts';

const scaler = (more: Json): Json => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'default' },
  spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 3, ...more },
});
const measured = (...metrics: Json[]): Json => scaler({ metrics });
const behaving = (scaleUp: Json): Json => scaler({ behavior: { scaleUp } });
const utilization = { type: 'Utilization', averageUtilization: 50 };
const M = 'spec.metrics[0]';
const U = 'spec.behavior.scaleUp';
const TYPES = 'supported values: "ContainerResource", "External", "Object", "Pods", "Resource"';
const quantity = (text: string): string =>
  `resource.Quantity{i:resource.int64Amount{value:${text}, scale:0}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"${text}", Format:"DecimalSI"}`;

type Row = readonly [what: string, object: Json, errors: readonly string[]];

const ROWS: readonly Row[] = [
  [
    'replicas',
    scaler({ minReplicas: 5, maxReplicas: 0 }),
    [
      'spec.maxReplicas: Invalid value: 0: must be greater than 0',
      'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
    ],
  ],
  [
    'none at all',
    scaler({ minReplicas: 0 }),
    [
      'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
      'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
    ],
  ],
  [
    'what is scaled',
    scaler({ scaleTargetRef: { kind: 'a/b' } }),
    ['spec.scaleTargetRef.kind: Invalid value: "a/b": may not contain \'/\'', 'spec.scaleTargetRef.name: Required value'],
  ],
  [
    'a metric of no kind',
    measured({}),
    [
      `${M}.type: Required value: must specify a metric source type`,
      `${M}.type: Unsupported value: "": ${TYPES}`,
      `${M}.type: Unsupported value: "": ${TYPES}`,
    ],
  ],
  [
    'a metric without source',
    measured({ type: 'Pods' }),
    [`${M}.pods: Required value: must populate information for the given metric source`],
  ],
  [
    'two sources',
    measured({ type: 'Resource', resource: { name: 'cpu', target: utilization }, pods: { metric: { name: 'x' }, target: utilization } }),
    [
      `${M}.pods.target.averageValue: Required value: must specify a positive target averageValue`,
      `${M}.pods: Forbidden: must populate the given metric source only`,
    ],
  ],
  [
    'a resource',
    measured({ type: 'Resource', resource: { target: { type: 'Some', averageUtilization: 0, averageValue: '-1' } } }),
    [
      `${M}.resource.name: Required value: must specify a resource name`,
      `${M}.resource.target.type: Invalid value: "Some": must be either Utilization, Value, or AverageValue`,
      `${M}.resource.target.averageValue: Invalid value: ${quantity('-1')}: must be positive`,
      `${M}.resource.target.averageUtilization: Invalid value: 0: must be greater than 0`,
      `${M}.resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization`,
    ],
  ],
  [
    "a container's resource",
    measured({ type: 'ContainerResource', containerResource: { name: 'disk', target: { type: 'Value' } } }),
    [
      `${M}.containerResource.name: Invalid value: "disk": must be a standard resource type or fully qualified`,
      `${M}.containerResource.name: Invalid value: "disk": must be a standard resource for containers`,
      `${M}.containerResource.container: Required value: must specify a container`,
      `${M}.containerResource.target.averageUtilization: Required value: must set either a target raw value or a target utilization`,
    ],
  ],
  [
    'an object',
    measured({ type: 'Object', object: { metric: {}, describedObject: { kind: 'Service', name: 'x' }, target: { type: 'Value' } } }),
    [
      `${M}.object.metric.name: Required value: must specify a metric name`,
      `${M}.object.target.averageValue: Required value: must set either a target value or averageValue`,
    ],
  ],
  [
    'something outside',
    measured({ type: 'External', external: { metric: { name: 'a' }, target: { type: 'Value', value: '1', averageValue: '1' } } }),
    [`${M}.external.target.value: Forbidden: may not set both a target value for metric and a per-pod target`],
  ],
  [
    'behaviour',
    behaving({ stabilizationWindowSeconds: 3601, selectPolicy: 'Some', policies: [{ type: 'Half', value: 0, periodSeconds: 1801 }] }),
    [
      `${U}.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600`,
      `${U}.selectPolicy: Unsupported value: "Some": supported values: "Disabled", "Max", "Min"`,
      `${U}.policies[0].type: Unsupported value: "Half": supported values: "Percent", "Pods"`,
      `${U}.policies[0].value: Invalid value: 0: must be greater than zero`,
      `${U}.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800`,
    ],
  ],
];

describe('fields of autoscalers', () => {
  it.each(ROWS)('%s', (_what, object, errors) => {
    expect(createErrors(object)).toEqual(errors);
  });

  it('a tolerance goes', () => {
    expect(JSON.stringify(prepared(behaving({ tolerance: '0.1' })))).not.toContain('tolerance');
  });
});
