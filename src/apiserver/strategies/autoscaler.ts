/** HorizontalPodAutoscalers, as autoscaling/v2 and as autoscaling/v1.
 *  Upstream: pkg/apis/autoscaling/{v1,v2}/defaults.go, pkg/apis/autoscaling/validation/validation.go */
import { type FieldError, forbiddenField, invalidPrinted, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type {
  HorizontalPodAutoscaler,
  V2HorizontalPodAutoscaler,
  V2HorizontalPodAutoscalerSpec,
  V2HPAScalingRules,
  V2MetricSpec,
  V2MetricTarget,
} from '../../api/generated/types.ts';
import { compareQuantities } from '../../api/quantity.ts';
import { strategyOf } from './base.ts';
import { checkNonNegative, checkOptional, complain, type Errors } from './field-checks.ts';
import { goQuantity } from './go-syntax.ts';
import { dns1123Label, pathName } from './names.ts';
import { checkContainerResourceName } from './quantities.ts';
import { fill, mapField, without } from './share.ts';

const CPU: V2MetricSpec = Object.freeze({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
});
const UP: V2HPAScalingRules = Object.freeze({
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
});
const DOWN: V2HPAScalingRules = Object.freeze({
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
});
const STABLE_MAX = 3600;
const PERIOD_MAX = 1800;

function specDefaults(spec: V2HorizontalPodAutoscalerSpec): V2HorizontalPodAutoscalerSpec {
  const filled = fill(spec.metrics?.length === 0 ? { ...spec, metrics: undefined } : spec, { minReplicas: 1, metrics: [CPU] });
  return mapField(filled, 'behavior', (behavior) => {
    if (!behavior.scaleUp && !behavior.scaleDown) return behavior;
    const [up, down] = [fill(behavior.scaleUp ?? {}, UP), fill(behavior.scaleDown ?? {}, DOWN)];
    return up === behavior.scaleUp && down === behavior.scaleDown ? behavior : { ...behavior, scaleUp: up, scaleDown: down };
  });
}

function checkReplicas(errors: Errors, min: number | undefined, max: number | undefined): void {
  if (min !== undefined && min < 1) errors.push(invalidValue('spec.minReplicas', min, 'must be greater than or equal to 1'));
  if ((max ?? 0) < 1) errors.push(invalidValue('spec.maxReplicas', max ?? 0, 'must be greater than 0'));
  if (min !== undefined && (max ?? 0) < min) {
    errors.push(invalidValue('spec.maxReplicas', max ?? 0, 'must be greater than or equal to `minReplicas`'));
  }
}

function checkReference(errors: Errors, path: string, reference: { readonly kind?: string; readonly name?: string } | undefined): void {
  for (const field of ['kind', 'name'] as const) checkSegment(errors, `${path}.${field}`, reference?.[field], '');
}

/** A name that stands in a path. */
function checkSegment(errors: Errors, field: string, name: string | undefined, missing: string): void {
  if (!name) errors.push(required(field, missing));
  else complain(errors, field, name, pathName(name, false));
}

function checkTarget(errors: Errors, path: string, target: Partial<V2MetricTarget> = {}): void {
  const { type = '', averageUtilization } = target;
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    errors.push(invalidValue(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const field of ['value', 'averageValue'] as const) {
    const quantity = target[field];
    if (quantity === undefined || compareQuantities(quantity, '0') > 0) continue;
    errors.push(invalidPrinted(`${path}.${field}`, goQuantity(quantity), 'must be positive'));
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(invalidValue(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0'));
  }
}

const SOURCES = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const;
type SourceField = (typeof SOURCES)[keyof typeof SOURCES];

/** A source that is given, whatever fields its kind has. */
interface GivenSource {
  readonly name?: string;
  readonly container?: string;
  readonly metric?: { readonly name?: string };
  readonly describedObject?: { readonly kind?: string; readonly name?: string };
  readonly target?: Partial<V2MetricTarget>;
}

function checkSourceName(errors: Errors, path: string, field: SourceField, source: GivenSource): void {
  if (field === 'object') checkReference(errors, `${path}.describedObject`, source.describedObject);
  if (field === 'object' || field === 'external' || field === 'pods') {
    checkSegment(errors, `${path}.metric.name`, source.metric?.name, 'must specify a metric name');
    return;
  }
  if (!source.name) errors.push(required(`${path}.name`, 'must specify a resource name'));
  else if (field === 'containerResource') checkContainerResourceName(errors, `${path}.name`, source.name);
  if (field !== 'containerResource') return;
  if (!source.container) errors.push(required(`${path}.container`, 'must specify a container'));
  else complain(errors, `${path}.container`, source.container, dns1123Label(source.container));
}

const PER_POD = 'a target value for metric or a per-pod target';
const RAW = 'a target raw value or a target utilization';

function checkSource(errors: Errors, path: string, field: SourceField, source: GivenSource): void {
  checkSourceName(errors, path, field, source);
  checkTarget(errors, `${path}.target`, source.target);
  const { value, averageValue, averageUtilization } = source.target ?? {};
  const missing = (name: string, why: string): void => void errors.push(required(`${path}.target.${name}`, why));
  if (field === 'pods') {
    if (averageValue === undefined) missing('averageValue', 'must specify a positive target averageValue');
  } else if (field === 'object' || field === 'external') {
    const what = field === 'object' ? 'a target value or averageValue' : PER_POD;
    if (value === undefined && averageValue === undefined) missing('averageValue', `must set either ${what}`);
    if (field === 'external' && value !== undefined && averageValue !== undefined) {
      errors.push(forbiddenField(`${path}.target.value`, 'may not set both a target value for metric and a per-pod target'));
    }
  } else if (averageUtilization === undefined && averageValue === undefined) missing('averageUtilization', `must set either ${RAW}`);
  else if (averageUtilization !== undefined && averageValue !== undefined) {
    errors.push(forbiddenField(`${path}.target.averageValue`, 'may not set both a target raw value and a target utilization'));
  }
}

function checkMetric(errors: Errors, path: string, metric: Partial<V2MetricSpec>): void {
  const { type = '' } = metric;
  const expected: SourceField | undefined = SOURCES[type as keyof typeof SOURCES];
  const unknown = (): void => {
    if (!expected) errors.push(notSupported(`${path}.type`, type, Object.keys(SOURCES)));
  };
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric source type'));
  unknown();
  const present = Object.values(SOURCES).filter((field) => metric[field] !== undefined);
  const first = present[0];
  if (first) checkSource(errors, `${path}.${first}`, first, metric[first] as GivenSource);
  if (expected && !metric[expected]) errors.push(required(`${path}.${expected}`, 'must populate information for the given metric source'));
  unknown();
  if (present.length === 1) return;
  for (const field of present) {
    if (field !== expected) errors.push(forbiddenField(`${path}.${field}`, 'must populate the given metric source only'));
  }
}

function checkRules(errors: Errors, path: string, rules: V2HPAScalingRules): void {
  const window = rules.stabilizationWindowSeconds;
  if (window !== undefined && window < 0) {
    errors.push(invalidValue(`${path}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero'));
  }
  if (window !== undefined && window > STABLE_MAX) {
    errors.push(invalidValue(`${path}.stabilizationWindowSeconds`, window, `must be less than or equal to ${STABLE_MAX}`));
  }
  checkOptional(errors, `${path}.selectPolicy`, rules.selectPolicy, ['Disabled', 'Max', 'Min']);
  if (!rules.policies?.length) errors.push(required(`${path}.policies`, 'must specify at least one Policy'));
  rules.policies?.forEach((policy, index) => {
    const at = `${path}.policies[${index}]`;
    if (policy.type !== 'Pods' && policy.type !== 'Percent')
      errors.push(notSupported(`${at}.type`, policy.type ?? '', ['Percent', 'Pods']));
    if (policy.value <= 0) errors.push(invalidValue(`${at}.value`, policy.value, 'must be greater than zero'));
    if (policy.periodSeconds <= 0) errors.push(invalidValue(`${at}.periodSeconds`, policy.periodSeconds, 'must be greater than zero'));
    if (policy.periodSeconds > PERIOD_MAX) {
      errors.push(invalidValue(`${at}.periodSeconds`, policy.periodSeconds, `must be less than or equal to ${PERIOD_MAX}`));
    }
  });
}

function validate({ spec }: V2HorizontalPodAutoscaler): readonly FieldError[] {
  const errors: Errors = [];
  checkReplicas(errors, spec?.minReplicas, spec?.maxReplicas);
  checkReference(errors, 'spec.scaleTargetRef', spec?.scaleTargetRef);
  spec?.metrics?.forEach((metric, index) => checkMetric(errors, `spec.metrics[${index}]`, metric));
  const canWake = spec?.metrics?.some(({ object, external }) => object !== undefined || external !== undefined);
  if (spec?.minReplicas === 0 && !canWake) {
    errors.push(forbiddenField('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas'));
  }
  if (spec?.behavior?.scaleUp) checkRules(errors, 'spec.behavior.scaleUp', spec.behavior.scaleUp);
  if (spec?.behavior?.scaleDown) checkRules(errors, 'spec.behavior.scaleDown', spec.behavior.scaleDown);
  return errors;
}

/** A tolerance stands behind a gate that is off. */
const knownFields = (it: V2HorizontalPodAutoscaler): V2HorizontalPodAutoscaler =>
  mapField(it, 'spec', (spec) =>
    mapField(spec, 'behavior', (behavior) =>
      mapField(
        mapField(behavior, 'scaleUp', (rules) => without(rules, 'tolerance')),
        'scaleDown',
        (rules) => without(rules, 'tolerance'),
      ),
    ),
  );

function validateStatus({ status }: HorizontalPodAutoscaler | V2HorizontalPodAutoscaler): readonly FieldError[] {
  const errors: Errors = [];
  checkNonNegative(errors, 'status.currentReplicas', status?.currentReplicas);
  checkNonNegative(errors, 'status.desiredReplicas', status?.desiredReplicas);
  return errors;
}

export const autoscalerStrategy = strategyOf<V2HorizontalPodAutoscaler>({
  hasStatus: true,
  applyDefaults: (it) => mapField(it, 'spec', specDefaults),
  validate,
  validateStatusUpdate: validateStatus,
  prepareForCreate: knownFields,
  prepareForUpdate: knownFields,
});

function validateV1({ spec }: HorizontalPodAutoscaler): readonly FieldError[] {
  const errors: Errors = [];
  checkReplicas(errors, spec?.minReplicas, spec?.maxReplicas);
  checkReference(errors, 'spec.scaleTargetRef', spec?.scaleTargetRef);
  const target = spec?.targetCPUUtilizationPercentage;
  if (target !== undefined && target < 1) {
    errors.push(invalidValue('spec.metrics[0].resource.target.averageUtilization', target, 'must be greater than 0'));
  }
  return errors;
}

export const autoscalerV1Strategy = strategyOf<HorizontalPodAutoscaler>({
  hasStatus: true,
  applyDefaults: (it) => mapField(it, 'spec', (spec) => fill(spec, { minReplicas: 1 })),
  validate: validateV1,
  validateStatusUpdate: validateStatus,
});
